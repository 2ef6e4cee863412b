"""Instructions a message by stage, counted by callgrind: the same on every run, so that a slip is seen at once."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import mails

STAGES = ("read", "views", "norules", "rules")
MESSAGES, WARM_UP = 120, 3
OVER = 1.05


def versions():
    """What the figures depend on besides our own code."""
    libraries = {}
    for name in ("gmime-3.0", "libxml-2.0", "libutf8proc", "libpcre2-8", "libhs"):
        found = subprocess.run(["pkg-config", "--modversion", name], capture_output=True, text=True)
        libraries[name] = found.stdout.strip() or "none"
    machine = subprocess.run(["uname", "-m"], capture_output=True, text=True).stdout.strip()
    return {"machine": machine, **libraries}


def count(build, stage, mail, cache):
    out = pathlib.Path(cache) / f"callgrind.{stage}"
    result = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
                             "--toggle-collect=measured_pass", str(build / "tests/bench/stages"), "-r", "rules", "-t",
                             str(cache), "-n", "1", "-w", str(WARM_UP), "-s", stage, str(mail)],
                            capture_output=True, text=True)
    found = re.search(r"refs:\s+([\d,]+)", result.stderr)
    if result.returncode or not found:
        raise SystemExit(f"bench: callgrind: {result.stderr[-1000:]}")
    return int(found.group(1).replace(",", "")) // MESSAGES


def run(build, budget_path, write):
    """0: within the budget, or there is none for these libraries; 1: over it."""
    with tempfile.TemporaryDirectory(prefix="csb") as place:
        mail = mails.generate(pathlib.Path(place) / "mix", MESSAGES)
        figures = {stage: count(build, stage, mail, place) for stage in STAGES}
    known = versions()
    if write:
        budget_path.write_text(json.dumps({"versions": known, "instructions": figures}, indent=1) + "\n")
    budget = json.loads(budget_path.read_text()) if budget_path.exists() else {"versions": None}
    comparable = budget["versions"] == known
    over = []
    for stage, figure in figures.items():
        allowed = budget["instructions"][stage] if comparable else None
        note = f"budget {allowed:,}, {figure / allowed:.3f}" if allowed else "no budget for these libraries"
        print(f"{stage:8} {figure:12,} instructions a message  ({note})")
        if allowed and figure > allowed * OVER:
            over.append(stage)
    if over:
        print(f"bench: over the budget by more than 5 %: {', '.join(over)}", file=sys.stderr)
    return 1 if over else 0
