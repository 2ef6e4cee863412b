"""Runs the scripts of OpenDKIM's miltertest against the daemon."""

import os
import shutil
import subprocess
import unittest

from harness import HERE, WAIT, DaemonTest, main


@unittest.skipUnless(shutil.which("miltertest"), "miltertest is missing: apt-get install miltertest")
class MilterTest(DaemonTest):
    def test_happy(self):
        run = subprocess.run(["miltertest", "-s", str(HERE / "happy.lua")], capture_output=True, text=True,
                             timeout=WAIT, check=False, env={**os.environ, "MILTER_ADDRESS": self.daemon.address})
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("class=cold", self.daemon.line("4LUA000001"))
        self.assertIn("class=clean", self.daemon.line("4LUA000002"))
        self.assertIn("class=cold", self.daemon.line("4LUA000003"))


if __name__ == "__main__":
    main()
