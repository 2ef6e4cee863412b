#!/usr/bin/env python3
"""No message under DIRECTORY may be tagged, whoever its sender is to the recipient.

    never_tagged.py --tool build/dev/coldshoulder --rules rules DIRECTORY
"""

import argparse
import json
import subprocess
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True)
    parser.add_argument("--rules", required=True)
    parser.add_argument("directory")
    arguments = parser.parse_args()
    command = [arguments.tool, "check", "--json", "--rules", arguments.rules, arguments.directory]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    judged = wrong = 0
    for line in done.stdout.splitlines():
        verdict = json.loads(line)
        if "error" in verdict or not verdict["file"].endswith(".eml"):
            continue
        judged += 1
        if verdict["action"] != "accept":
            wrong += 1
            rules = ", ".join(f'{rule["id"]}({rule["score"]})' for rule in verdict["rules"])
            print(f'{verdict["file"]}: {verdict["class"]}, score {verdict["score"]}: {rules}')
    print(f"{judged} judged, {wrong} wrongly tagged")
    if done.returncode not in (0, 2) or not judged:
        sys.exit(f"nothing was judged: {done.stderr}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
