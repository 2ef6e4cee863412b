#!/usr/bin/env python3
"""Plays `coldshoulder` for test_eval.py: a message's X-Test header says what the verdict is to be.

X-Test: score=6.0 class=cold rules=A:2.0,B:4.0 linkedin=none
X-Test: crash | hang | error
Rules that a `changes` list puts into shadow count nothing, as with the real program.
"""

import json
import os
import re
import sys
import time
from pathlib import Path


def shadowed(config):
    directory = re.search(r'local_rules_dir = "([^"]*)"', Path(config).read_text(encoding="utf-8")).group(1)
    text = "".join(path.read_text(encoding="utf-8") for path in Path(directory).glob("*.conf"))
    return set(re.findall(r'\{ id = "(\w+)"; shadow = true; \}', text))


def judge(path, auth, ignored):
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    test = re.search(r"^X-Test: (.*)$", text, re.MULTILINE)
    words = test.group(1).split() if test else []
    if words == ["crash"]:
        os.abort()
    if words == ["hang"]:
        time.sleep(600)
    if words == ["error"]:
        return {"file": path, "error": "empty file"}
    said = dict(word.split("=", 1) for word in words)
    rules = []
    for item in filter(None, said.get("rules", "").split(",")):
        name, score = item.split(":")
        rule = {"id": name, "family": "f", "score": float(score), "evidence": said.get("quote", "").replace("_", " "),
                "view": "body"}
        rules.append(rule | {"score": 0.0, "shadow": True} if name in ignored else rule)
    score = sum(rule["score"] for rule in rules) if rules else float(said.get("score", 0))
    mail_class = said.get("class", "cold") if score >= 5 else "clean"
    action = "accept" if mail_class in ("clean", "digest") else "tag"
    return {"file": path, "direction": "inbound", "class": mail_class, "action": action, "score": score,
            "threshold": 5.0, "relation": "stranger", "auth": auth, "rules": rules, "limits": [], "micros": 100,
            "linkedin": said.get("linkedin", "none") if auth == "pass" else "none"}


def main(arguments):
    command, config, auth, files = arguments.pop(0), None, "none", []
    while arguments:
        word = arguments.pop(0)
        if word == "--json":
            continue
        value = arguments.pop(0) if word.startswith("--") else None
        config = value if word == "--config" else config
        auth = value if word == "--auth" else auth
        if value is None:
            files.append(word)
    if command == "lint":
        return 0
    ignored = shadowed(config)
    for path in files:
        print(json.dumps(judge(path, auth, ignored)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
