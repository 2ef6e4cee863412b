"""Started by hand as root: the daemon becomes the owner of its state directory before it opens anything there."""

import os
import re
import unittest

import harness
from harness import main

NOBODY = 65534


@unittest.skipUnless(os.geteuid() == 0, "only root has rights to give up")
class Privileges(unittest.TestCase):
    def start(self, owner):
        daemon = harness.Daemon(start=False, memory=f'freemail_list = "{harness.HERE.parents[1]}/conf/lists/freemail.txt";')
        self.addCleanup(daemon.clean_up)
        for path in (daemon.directory, daemon.directory / "state"):
            os.chown(path, owner, owner)
        daemon.start()
        return daemon

    def status(self, daemon, name):
        text = open(f"/proc/{daemon.process.pid}/status", encoding="ascii").read()
        return re.search(rf"^{name}:\s+(.*)$", text, re.M).group(1).split()

    def test_root_is_left_for_good(self):
        daemon = self.start(NOBODY)
        self.assertEqual(self.status(daemon, "Uid"), [str(NOBODY)] * 4)
        self.assertEqual(self.status(daemon, "Gid"), [str(NOBODY)] * 4)
        self.assertNotIn("0", self.status(daemon, "Groups"))
        self.assertEqual(self.status(daemon, "CapEff"), ["0" * 16])
        self.assertEqual(self.status(daemon, "CapPrm"), ["0" * 16])
        self.assertEqual(self.status(daemon, "NoNewPrivs"), ["1"])
        with daemon.session() as milter:
            self.assertEqual(milter.message(harness.COLD_BODY).verdict, "c")
        for path in (daemon.directory / "state").iterdir():
            self.assertEqual((path.name, path.stat().st_uid), (path.name, NOBODY))
            self.assertEqual((path.name, path.stat().st_mode & 0o007), (path.name, 0))
        self.assertNotIn("running as root", daemon.log())
        self.assertEqual(daemon.stop()[0], 0)

    def test_a_directory_of_roots_leaves_nobody_to_become(self):
        daemon = self.start(0)
        self.assertIn("running as root", daemon.log())
        self.assertEqual(daemon.stop()[0], 0)


if __name__ == "__main__":
    main()
