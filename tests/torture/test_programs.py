#!/usr/bin/env python3
"""Every fallible call of the programs fails in turn: coldshoulder by each of its commands, coldshoulderd by a life.

Whatever fails, nothing crashes or hangs; the exit code is one that the manual names, a failure is not silent, and a
signal in between changes nothing.
"""
import argparse
import errno
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tool"))
from tool_case import fill  # noqa: E402

OPTIONS = None
KINDS = (("memory", {}), ("memory", {"FAULTS_ALWAYS": "1"}), ("signal", {}), ("call", {}),
         ("call", {"FAULTS_ERRNO": str(errno.EACCES)}))
WAIT = 30

COMMANDS = {
    "check": "check -r rules cold.eml mbox Maildir", "check views": "check -r rules --views --store state cold.eml",
    "check json": "check -r rules --json --views cold.eml missing.eml", "lint": "lint -c conf", "explain": "explain -c conf BOTH PITCH",
    "status": "status -c conf", "history": "history -c conf --since 2025-11-01", "why": "why -c conf 4ABC",
    "replay": "replay -r rules --sent sent.eml --html page.html --labels-file labels mbox Maildir",
    "replay json": "replay -r rules --json --jobs 1 mbox", "replay diff": "replay --diff rules rules2 mbox",
    "label": "label --labels-file labels bad cold.eml", "suggest": "suggest -r rules --ham Maildir cold.eml",
    "learn sent": "learn sent -c conf sent.eml", "learn template": "learn template -c conf cold.eml",
    "who": "who -c conf --of me@home.example bob@friends.example", "stats": "stats -c conf --verify --rules",
    "budget": "budget -c conf me@home.example", "export": "export -c conf dump", "import": "import -c conf dump.old",
    "forget": "forget -c conf --name Bob bob@friends.example", "shadow": "shadow -c conf PITCH",
    "block": "block -c conf -f block.list bad.example", "trust": "trust -c conf -r -f allow.list good.example",
    "teach": "teach -c conf 4ABC good", "doctor": "doctor -c conf --postfix postfix",
}


class House:
    """A directory with all that the commands read, made by the tool itself where it can be."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="cst", dir="/dev/shm" if os.path.isdir("/dev/shm") else "/tmp"))
        fill(self.directory)
        self.run(["learn", "sent", "-c", "conf", "sent.eml"])
        self.run(["learn", "template", "-c", "conf", "cold.eml"])
        self.run(["export", "-c", "conf", "dump.old"])
        self.kept = self.directory.with_name(self.directory.name + ".kept")
        shutil.copytree(self.directory, self.kept)

    def renew(self):
        shutil.rmtree(self.directory)
        shutil.copytree(self.kept, self.directory)

    def remove(self):
        shutil.rmtree(self.directory)
        shutil.rmtree(self.kept, ignore_errors=True)

    def environment(self, kind, at, extra):
        return dict(os.environ, HOME=str(self.directory), XDG_CACHE_HOME=str(self.directory / "cache"), FAULTS_KIND=kind,
                    FAULTS_AT=str(at), FAULTS_COUNT=str(self.directory / "count"), LD_PRELOAD=OPTIONS.faults, **extra)

    def count(self):
        return int((self.directory / "count").read_text())

    def run(self, arguments, kind="memory", at=0, **extra):
        return subprocess.run([OPTIONS.tool, *arguments], cwd=self.directory, capture_output=True, text=True,
                              errors="replace", timeout=WAIT, stdin=subprocess.DEVNULL,
                              env=self.environment(kind, at, extra))


def chosen(count, extra):
    """All numbers up to the count, or as many as are wanted, spread evenly; more of the single ones, which go deepest."""
    limit = OPTIONS.limit * (1 if extra else 6)
    step = max(1, -(-count // limit)) if limit else 1
    return range(1, count + 1, step)


class Programs(unittest.TestCase):
    def setUp(self):
        self.house = House()
        self.addCleanup(self.house.remove)
        self.injected = 0

    def fail_one(self, name, arguments, kind, at, extra, plain):
        self.house.renew()
        result = self.house.run(arguments, kind, at, **extra)
        said = f"{name}, {kind} {at} {extra}: exit code {result.returncode}\n{result.stdout[-600:]}\n{result.stderr[-600:]}"
        self.assertIn(result.returncode, (0, 1, 2), said)
        if result.returncode > plain.returncode:
            self.assertTrue(result.stderr or result.stdout, said)
        if kind == "signal":
            self.assertEqual(result.returncode, plain.returncode, said)
        self.injected += 1

    def test_commands(self):
        for name, line in COMMANDS.items():
            arguments = line.split()
            for kind, extra in KINDS:
                self.house.renew()
                plain = self.house.run(arguments, kind)
                count = self.house.count()
                with self.subTest(name, kind=kind, **extra):
                    for at in chosen(count, extra):
                        self.fail_one(name, arguments, kind, at, extra, plain)
        print(f"{self.injected} faults in the tool")

    def live(self, kind, at, extra):
        """A daemon's life: it starts, is asked, reads its configuration again, and ends. Its exit code and its log."""
        address = self.house.directory / "notify"
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(address))
            notify.settimeout(0.05)
            environment = self.house.environment(kind, at, dict(extra, NOTIFY_SOCKET=str(address)))
            with open(self.house.directory / "log", "w+", encoding="utf-8", errors="replace") as log:
                process = subprocess.Popen([OPTIONS.daemon, "-f", "-c", "conf"], cwd=self.house.directory, stderr=log,
                                           stdin=subprocess.DEVNULL, env=environment)
                try:
                    if self.is_ready(process, notify):
                        for command in (["status", "-c", "conf"], ["who", "-c", "conf", "x@y.example"], ["reload", "-c", "conf"]):
                            self.house.run(command)
                    process.send_signal(signal.SIGTERM)
                    code = process.wait(WAIT)
                finally:
                    process.kill()
                    process.wait()
                log.seek(0)
                return code, log.read()

    @staticmethod
    def is_ready(process, notify):
        """False: it ended. What fails may be saying that it is ready: after a second it is asked none the less."""
        for _ in range(20):
            try:
                if b"READY=1" in notify.recv(4096):
                    return True
            except socket.timeout:
                if process.poll() is not None:
                    return False
        return True

    def test_daemon(self):
        for kind, extra in KINDS:
            self.house.renew()
            self.assertEqual(self.live(kind, 0, {})[0], 0)
            with self.subTest(kind=kind, **extra):
                for at in chosen(self.house.count(), extra):
                    code, log = self.live(kind, at, extra)
                    # sysexits, or ended before it heard signals
                    self.assertIn(code, (0, 64, 65, 69, 70, 71, 73, 75, 77, 78, -signal.SIGTERM), f"{kind} {at} {extra}: {log}")
                    self.assertTrue(code in (0, -signal.SIGTERM) or log, f"{kind} {at} {extra}: exit code {code}, and no word")
                    self.injected += 1
        print(f"{self.injected} faults in the daemon")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--faults", required=True)
    parser.add_argument("--limit", type=int, default=0, help="faults of a kind in each command; 0: all")
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(verbosity=2, argv=[sys.argv[0], *rest])
