#!/usr/bin/env python3
"""Branch coverage by room, from what `llvm-cov export -summary-only` says: coverage.py [--bar PERCENT] [--files] FILE"""

import argparse
import collections
import json
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bar", type=float, default=0, help="fail below this over all")
    parser.add_argument("--files", action="store_true", help="each file as well, the worst first")
    parser.add_argument("file")
    options = parser.parse_args()
    with open(options.file, encoding="utf-8") as stream:
        files = json.load(stream)["data"][0]["files"]
    rooms = collections.defaultdict(lambda: [0, 0])
    single = []
    for entry in files:
        place = entry["filename"].partition("/daemon/")[2]
        if not place:
            continue
        branches = entry["summary"]["branches"]
        for key in (place.split("/")[0], "all"):
            rooms[key][0] += branches["covered"]
            rooms[key][1] += branches["count"]
        single.append((branches["covered"], branches["count"], place))
    for covered, count, place in sorted(single, key=lambda item: item[0] - item[1]) if options.files else ():
        print(f"{place:40} {covered:6} of {count:6} {100 * covered / count if count else 100:6.1f} %")
    for room in sorted(rooms, key=lambda name: (name == "all", name)):
        covered, count = rooms[room]
        print(f"{room:10} {covered:6} of {count:6} branches {100 * covered / count if count else 100:6.1f} %")
    covered, count = rooms["all"]
    if not count or 100 * covered / count < options.bar:
        sys.exit(f"below {options.bar:g} %")


if __name__ == "__main__":
    main()
