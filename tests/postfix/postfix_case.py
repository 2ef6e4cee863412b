"""What the tests through a real Postfix share."""

import argparse
import sys
import unittest

from sandbox import Sandbox, missing_requirements

OUTSIDE = {"ADDR": "203.0.113.5", "NAME": "mail.elsewhere.example"}
ALICE = {"ADDR": "198.51.100.20", "LOGIN": "alice"}

OPTIONS = argparse.Namespace(build="build/dev")


def mail(sender="Pat <pat@elsewhere.example>", text="See you on Friday.\n", *headers, to="Sam <sam@example.org>",
         message_id="<1@elsewhere.example>"):
    lines = [f"From: {sender}", f"To: {to}", "Subject: Friday", "Date: Mon, 09 Nov 2026 09:14:00 +0000",
             f"Message-ID: {message_id}", *headers]
    return "\n".join(lines + ["", text]).encode()


class PostfixCase(unittest.TestCase):
    """One sandbox for all tests of a class."""

    config = ""
    sandbox_options = {}

    @classmethod
    def setUpClass(cls):
        missing = missing_requirements()
        if missing:
            raise unittest.SkipTest(missing)
        cls.box = Sandbox(OPTIONS.build)
        cls.addClassCleanup(cls.box.stop)
        cls.prepare()
        cls.box.start(cls.config, verifier=False, **cls.sandbox_options)

    @classmethod
    def prepare(cls):
        """For what has to be known before the start, such as a port."""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=OPTIONS.build)
    _, rest = parser.parse_known_args(namespace=OPTIONS)
    unittest.main(verbosity=2, argv=[sys.argv[0], *rest])
