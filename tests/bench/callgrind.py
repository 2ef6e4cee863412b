"""Instructions a message by stage, counted by callgrind: the same on every run, so that a slip is seen at once.

The budget (budget.json) has one entry for each set of library versions, compiler and kind of processor it was counted
with; figures of others are not compared. Renew it, when more work is wanted or less is done:

    ./dev bench --callgrind --write-budget

    callgrind.py --stages PROGRAM --report FILE      for the test suite: without the shipped rules, which take long to
                                                     load here; ends 77 (skipped) when over the budget or not comparable
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import mails

HERE = pathlib.Path(__file__).resolve().parent
BUDGET = HERE / "budget.json"
MEANING = {"read": "decoded", "views": "and all texts folded", "norules": "judged by no rules",
           "phrases": "judged by 300 rules of a phrase each", "rules": "judged by all rules"}
MESSAGES, WARM_UP, PHRASES = 60, 2, 300
LARGEST = 6000  # here all is fifty times slower: a longer text would meet the time limit of a message
OVER = 1.05
SKIPPED = 77


class NotCounted(Exception):
    """It cannot be counted here; the text says why."""


def first_line(*command):
    try:
        lines = subprocess.run(command, capture_output=True, text=True).stdout.strip().splitlines()
    except OSError:
        return "none"
    return lines[0] if lines else "none"


def versions():
    """What the figures depend on besides our own code."""
    found = {name: first_line("pkg-config", "--modversion", name)
             for name in ("gmime-3.0", "glib-2.0", "libxml-2.0", "libutf8proc", "libpcre2-8", "libhs")}
    found["libc"] = first_line("getconf", "GNU_LIBC_VERSION")
    found["compiler"] = first_line("cc", "-dumpfullversion")
    found["valgrind"] = first_line("valgrind", "--version")
    # Which variants libraries choose: valgrind shows them no more than AVX2.
    flags = pathlib.Path("/proc/cpuinfo").read_text().split()
    found["processor"] = first_line("uname", "-m") + (" avx2" if "avx2" in flags else "")
    return found


def count(stages, wanted, rules, mail, place):
    """Instructions a message of each of these stages of the program."""
    out = pathlib.Path(place) / "callgrind.out"
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}",
               str(stages), "-r", str(rules), "-t", str(place), "-n", "1", "-w", str(WARM_UP)]
    result = subprocess.run([*command, *(word for stage in wanted for word in ("-s", stage)), str(mail)],
                            capture_output=True, text=True)
    if result.returncode:
        raise NotCounted(f"valgrind: {result.stderr[-1000:]}")
    found = {}
    for path in out.parent.glob("callgrind.out.*"):
        text = path.read_text()
        stage = re.search(r"^desc: Trigger: Client Request: (\w+)$", text, re.M)
        total = re.search(r"^totals: (\d+)$", text, re.M)
        if stage and total:
            found[stage.group(1)] = int(total.group(1)) // MESSAGES
        path.unlink()
    if set(found) != set(wanted):
        raise NotCounted(f"{stages} was built before valgrind was installed: touch tests/bench/stages.c, and build it again")
    return found


def figures(stages, with_rules):
    with tempfile.TemporaryDirectory(prefix="csb") as place:
        mail = mails.generate(pathlib.Path(place) / "mix", MESSAGES, largest=LARGEST)
        rules = pathlib.Path(place) / "rules"
        rules.mkdir()
        mails.phrase_rules(rules / "bench.conf", PHRASES, 'class = "cold"; ')
        found = count(stages, ("read", "views", "norules", "rules"), rules, mail, place)
        found["phrases"] = found.pop("rules")
        if with_rules:
            found.update(count(stages, ("rules",), HERE.parent.parent / "rules", mail, place))
    return {stage: found[stage] for stage in MEANING if stage in found}


def read_budgets():
    return json.loads(BUDGET.read_text()) if BUDGET.exists() else []


def write_budget(found):
    others = [one for one in read_budgets() if one["versions"] != versions()]
    BUDGET.write_text(json.dumps([*others, {"versions": versions(), "instructions": found}], indent=1) + "\n")


def compare(found):
    """Lines for people, the stages that are over the budget, and whether there is one."""
    budget = next((one["instructions"] for one in read_budgets() if one["versions"] == versions()), None)
    lines, over = [], []
    for stage, figure in found.items():
        allowed = budget.get(stage) if budget else None
        note = f"{figure / allowed:.3f} of the budget" if allowed else "no budget for these versions"
        lines.append(f"{MEANING[stage]:38} {figure:12,} instructions a message  ({note})")
        if allowed and figure > allowed * OVER:
            over.append(stage)
    return lines, over, budget is not None


def run(build, write):
    """For ./dev bench --callgrind. 0: within the budget, or there is none for these versions; 1: over it."""
    try:
        found = figures(build / "tests/bench/stages", True)
    except NotCounted as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if write:
        write_budget(found)
    lines, over, comparable = compare(found)
    print("\n".join(lines))
    if not comparable:
        print("bench: tests/bench/budget.json has nothing for these versions; --write-budget makes it so", file=sys.stderr)
    for stage in over:
        print(f"bench: over the budget by more than 5 %: {MEANING[stage]}", file=sys.stderr)
    return 1 if over else 0


def check(stages, report):
    """For the test suite: what is over the budget goes to the report, which ./dev test shows at its end."""
    report.unlink(missing_ok=True)
    if not shutil.which("valgrind") or not stages.exists():
        print(f"not counted: {'valgrind is not installed' if stages.exists() else f'{stages} is not built'}")
        return SKIPPED
    if not any(one["versions"] == versions() for one in read_budgets()):
        print(f"not compared: budget.json has nothing for {versions()}")
        return SKIPPED
    try:
        found = figures(stages, False)
        lines, over, _ = compare(found)
    except NotCounted as error:
        print(f"not counted: {error}")
        return SKIPPED
    print("\n".join(lines))
    if over:
        report.write_text("".join(f"over the budget of instructions by more than 5 %: {line}\n" for stage, line in
                                  zip(found, lines) if stage in over))
        print(f"WARNING: {report.read_text()}")
    return SKIPPED if over else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--stages", type=pathlib.Path, required=True)
    parser.add_argument("--report", type=pathlib.Path, required=True)
    options = parser.parse_args()
    sys.exit(check(options.stages, options.report))


if __name__ == "__main__":
    main()
