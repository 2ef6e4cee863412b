#!/usr/bin/env python3
"""Rooms include only themselves and rooms above them; only milter/ knows libmilter (daemon/README.md)."""
import pathlib
import re
import sys

ROOMS = ["base", "mail", "memory", "engine", "policy", "judge", "milter", "app", "cli"]
# Beyond the order: the tool does not know the milter, and nobody includes a program's room.
FORBIDDEN = {("cli", "milter"), ("cli", "app")}
LOGGING = {"app", "milter", "cli"}


def check(daemon):
    wrong = []
    for path in sorted(daemon.glob("*/*.[ch]")):
        room = path.parent.name
        if room not in ROOMS:
            wrong.append(f"{path}: there is no room {room!r}")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            place = f"{path}:{number}"
            if "mfapi.h" in line and line.startswith("#include") and room != "milter":
                wrong.append(f"{place}: only milter/ includes mfapi.h")
            match = re.match(r'#include "([^"/]*)/', line)
            if match is None:
                if re.match(r'#include "[^/"]*"', line):
                    wrong.append(f"{place}: name the room: {line}")
                continue
            other = match.group(1)
            if other not in ROOMS:
                wrong.append(f"{place}: includes {other}/, which is no room")
            elif ROOMS.index(other) > ROOMS.index(room) or (room, other) in FORBIDDEN:
                wrong.append(f"{place}: {room}/ must not know {other}/")
        if room not in LOGGING and room != "base":
            text = path.read_text(encoding="utf-8")
            for call in re.findall(r"\b(log_(?:err|warn|info|debug)|exit|abort)\s*\(", text):
                wrong.append(f"{path}: core code neither logs nor exits: {call}()")
    return wrong


def main():
    wrong = check(pathlib.Path(sys.argv[1]))
    print("\n".join(wrong) if wrong else "includes point one way")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
