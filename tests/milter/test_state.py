"""A state directory of somebody else: said clearly where the memory is in it, and no more than a warning where not."""

import os
import pwd
import subprocess
import unittest

from harness import BINARY, COLD_BODY, WAIT, Daemon, config_text, main


@unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
class Owner(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.clean_up)
        os.chown(self.daemon.directory, pwd.getpwnam("nobody").pw_uid, -1)
        (self.daemon.directory / "state").chmod(0o700)
        self.other = {"user": "nobody", "group": "nogroup", "extra_groups": []}

    def test_with_a_memory(self):
        self.daemon.config.write_text(config_text(self.daemon.directory).replace('store = "none";', ""))
        result = subprocess.run([BINARY, "-f", "-c", self.daemon.config], capture_output=True, text=True, timeout=WAIT,
                                **self.other)
        self.assertEqual(result.returncode, 77, result.stderr)
        self.assertIn("belongs to root, and nobody cannot write it", result.stderr)
        self.assertIn(f"hint: chown -R nobody: {self.daemon.directory}/state", result.stderr)

    def test_without_one(self):
        self.daemon.start(**self.other)
        self.assertIn("there is no control socket", self.daemon.log())
        with self.daemon.session() as milter:
            self.assertEqual(milter.message(COLD_BODY).inserted("X-Coldshoulder-Class")[0].strip(), "cold")
        self.daemon.wait_log("decision log: ")
        self.assertEqual(self.daemon.stop()[0], 0)


if __name__ == "__main__":
    main()
