"""The load tool against the daemon: many messages over several connections, none lost, each with its own verdict."""

import os
import re
import subprocess
import tempfile
import unittest

from harness import COLD_BODY, Daemon, free_port, main

MILTERLOAD = os.environ.get("MILTERLOAD", "milterload")
HEADER = "From: A Stranger <stranger@sender.example>\nTo: me@home.example\nSubject: Hello\nX-Folded: a\n b\n\n"


class Load(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.clean_up)
        self.mail = tempfile.TemporaryDirectory(prefix="csmail")
        self.addCleanup(self.mail.cleanup)
        bodies = {"cold": COLD_BODY, "clean": "See you on Friday.\n", "empty": "", "long": "x\n" * 90000}
        for name, body in bodies.items():
            with open(os.path.join(self.mail.name, name + ".eml"), "w", encoding="ascii", newline="") as file:
                file.write(HEADER + body)

    def load(self, address, *arguments):
        """Runs the tool; returns the lines of its output file, and the summary's numbers."""
        out = self.daemon.directory / "out.tsv"
        run = subprocess.run([MILTERLOAD, "-s", address, "-o", str(out), *arguments, self.mail.name],
                             capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        numbers = {name: float(value) for name, value in re.findall(r"(\w+)=([0-9.]+)", run.stderr.splitlines()[-1])}
        return out.read_text().splitlines(), numbers

    def test_verdicts(self):
        self.daemon.start()
        lines, numbers = self.load(self.daemon.address, "-c", "8", "-n", "400")
        self.assertEqual((len(lines), numbers["messages"], numbers["failures"]), (400, 400, 0))
        for line in lines:
            path, verdict, edits = line.split("\t")
            self.assertEqual(verdict, "c")
            wanted = "cold" if path.endswith("cold.eml") else "clean"
            self.assertIn(f"i:X-Coldshoulder-Class: {wanted}|", edits, path)
        self.assertEqual(self.daemon.stop()[0], 0)
        self.assertEqual(self.daemon.log().count("class=cold"), 100)

    def test_outbound_and_recipients(self):
        self.daemon.start()
        lines, _ = self.load(self.daemon.address, "-a", "alice", "-f", "alice@home.example", "-r", "b@far.example",
                             "-r", "c@far.example")
        self.assertEqual({line.split("\t")[2] for line in lines}, {""})
        self.assertEqual(self.daemon.log().count("direction=outbound"), 4)
        self.assertEqual(self.daemon.log().count("recipients=2"), 4)

    def test_no_delay_over_tcp(self):
        """With Nagle's algorithm and delayed acknowledgements every message would wait 40 ms and more."""
        address = f"inet:{free_port()}@127.0.0.1"
        self.daemon.start("-l", address)
        os.remove(os.path.join(self.mail.name, "long.eml"))
        _, numbers = self.load(address, "-n", "100")
        self.assertLess(numbers["p50"], 30)


if __name__ == "__main__":
    main()
