#!/usr/bin/env python3
"""Golden mail: each NAME.eml beside a NAME.expect that says what must be seen in it.

    golden.py --tool build/dev/coldshoulder --rules rules DIRECTORY

Lines of a .expect file (# begins a comment):

    options: --auth pass               how to ask; the default is no option; {mail} is the folder above DIRECTORY
    class: cold                        also action, relation, auth, linkedin
    limits: mime_depth                 the limit was hit;  "no limits: ..." it was not
    rule: APOLOGY_BOTHER               the rule fired;  "no rule: ..." it did not
    fact: parts_differ                 the fact is true;  "fact: words = 12";  "no fact: ..."
    opener: text                       the view is exactly this; also subject, body, closing, signature, text, links
    opener has: text                   the view holds this;  "opener lacks: ..."

In the value of links and other views, \\n stands for a line end.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

VERDICT_KEYS = ("class", "action", "relation", "auth", "linkedin")
VIEWS = ("subject", "from_name", "opener", "body", "closing", "signature", "text", "links")


def read_expectations(path):
    options, expectations = "", []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, colon, value = line.partition(":")
        if not colon:
            sys.exit(f"{path}:{number}: no colon: {line}")
        if key == "options":
            options = value.strip()
        else:
            expectations.append((f"{path.name}:{number}", key.strip(), value.strip().replace("\\n", "\n")))
    return options, expectations


def check_rule(verdict, key, value):
    fired = {rule["id"] for rule in verdict["rules"]}
    return (value in fired) == (key == "rule"), sorted(fired)


def check_fact(verdict, key, value):
    name, equals, wanted = (word.strip() for word in value.partition("="))
    got = verdict["facts"].get(name, False)
    if equals:
        return (str(got) == wanted) == (key == "fact"), got
    return bool(got) == (key == "fact"), got


def check_view(verdict, key, value):
    name, _, how = key.partition(" ")
    got = verdict["views"][name]
    if how == "has":
        return value in got, got
    if how == "lacks":
        return value not in got, got
    return got == value, got


def check_one(verdict, place, key, value):
    """Whether the expectation holds, and what was there."""
    if key in VERDICT_KEYS:
        return verdict[key] == value, verdict[key]
    if key in ("limits", "no limits"):
        return (value in verdict["limits"]) == (key == "limits"), verdict["limits"]
    if key in ("rule", "no rule"):
        return check_rule(verdict, key, value)
    if key in ("fact", "no fact"):
        return check_fact(verdict, key, value)
    if key.split(" ")[0] in VIEWS and key.split(" ")[1:] in ([], ["has"], ["lacks"]):
        return check_view(verdict, key, value)
    sys.exit(f"{place}: unknown key {key!r}")


def judge(tool, rules, options, paths):
    command = [tool, "check", "--json", "--views", "--rules", rules, *options.split(), *paths]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command[:6]))} ... ended with {done.returncode}:\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True)
    parser.add_argument("--rules", required=True)
    parser.add_argument("directory", type=pathlib.Path)
    arguments = parser.parse_args()
    groups = collections.defaultdict(list)
    for path in sorted(arguments.directory.glob("*.eml")):
        options, expectations = read_expectations(path.with_suffix(".expect"))
        options = options.replace("{mail}", str(arguments.directory.parent))
        groups[options].append((path, expectations))
    checked = failed = 0
    for options, group in groups.items():
        verdicts = judge(arguments.tool, arguments.rules, options, [path for path, _ in group])
        for (_, expectations), verdict in zip(group, verdicts, strict=True):
            for place, key, value in expectations:
                checked += 1
                good, got = check_one(verdict, place, key, value)
                if not good:
                    failed += 1
                    print(f"{place}: {key}: {value!r}\n    got {got!r}")
    print(f"{checked} expectations, {failed} failed")
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
