#!/usr/bin/env python3
"""Every breach in VIOLATIONS.md names a test, and every test it names exists.

    violations.py VIOLATIONS.md
"""

import pathlib
import re
import sys


def exists(directory, name):
    if name.startswith("golden/"):
        return all((directory / f"{name}.{ending}").is_file() for ending in ("eml", "expect"))
    file_name, _, function = name.partition(":")
    source = directory.parent / "unit" / "mail" / file_name
    registered = re.compile(rf"cmocka_unit_test\w*\({re.escape(function)}\b")
    return source.is_file() and bool(registered.search(source.read_text(encoding="utf-8")))


def tests_named(line):
    _, colon, names = line.rpartition(": `")
    return re.findall(r"`([\w/.:-]+)`", "`" + names) if colon else []


def main():
    page = pathlib.Path(sys.argv[1])
    wrong = count = 0
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("- "):
            continue
        count += 1
        names = tests_named(line)
        missing = [name for name in names if not exists(page.parent, name)]
        if missing or not names:
            wrong += 1
            print(f"{page.name}:{number}: no such test: {', '.join(missing) or line}")
    print(f"{count} breaches, {wrong} without their test")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())
