#!/usr/bin/env python3
"""The pieces in conf/postfix are what Postfix understands, and strip what they say they strip."""

import pathlib
import subprocess
import tempfile
import unittest

from postfix_case import OUTSIDE, PostfixCase, mail, main
from sandbox import MASTER_CF, PROJECT, header_values, missing_requirements

PIECES = PROJECT / "conf/postfix"


class Syntax(unittest.TestCase):
    def postconf(self, main_cf="", master_cf="", option="-n"):
        if missing_requirements():
            self.skipTest(missing_requirements())
        with tempfile.TemporaryDirectory() as directory:
            place = pathlib.Path(directory)
            (place / "main.cf").write_text("compatibility_level = 3.6\n" + main_cf)
            (place / "master.cf").write_text(MASTER_CF.format(smtp_port=1, submission_port=2) + master_cf)
            result = subprocess.run(["/usr/sbin/postconf", "-c", place, option], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def test_main(self):
        for path in sorted(PIECES.glob("*.cf")):
            with self.subTest(path.name):
                self.assertIn("coldshoulder/coldshoulder.sock", self.postconf(path.read_text()), path)

    def test_master(self):
        text = (PIECES / "submission.master").read_text()
        self.assertIn("milter_macro_daemon_name=ORIGINATING", self.postconf(master_cf=text, option="-M"))


class Stripped(PostfixCase):
    config = """
local_domains = ( "example.org" );
auth_results = "stripped"; authserv_ids = ( "mx.sandbox.test" );
"""

    @classmethod
    def prepare(cls):
        checks = cls.box.dir / "header_checks"
        checks.write_text((PIECES / "header_checks").read_text())
        cls.sandbox_options = {"extra_main_cf": f"header_checks = regexp:{checks}"}

    def test_forged_results_are_gone(self):
        forged = mail("Pat <pat@elsewhere.example>", "See you.\n",
                      "Authentication-Results: mx.sandbox.test; dkim=pass header.d=elsewhere.example",
                      "Authentication-Results : (x) mx.sandbox.test;\n\tdmarc=pass header.from=elsewhere.example")
        queue_id = self.box.send("pat@elsewhere.example", ["sam@example.org"], forged, OUTSIDE)
        self.assertIn("auth=none", self.box.decision_log(queue_id))
        self.assertEqual(header_values(self.box.delivered(queue_id), "Authentication-Results"), [])


if __name__ == "__main__":
    main()
