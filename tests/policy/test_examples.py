#!/usr/bin/env python3
"""Every shipped example does what it says it does: judged by the tool, with rules of our own."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

OPTIONS = None

# Few rules, since they are read anew for each case; the ids are those that `enforce` looks for.
RULES = r"""
rules = (
  { id = "T_PITCH"; family = "pitch"; score = 9.5; class = "cold"; status = "stable"; describe = "An offer";
    view = "body"; phrases = [ "we help businesses like yours" ];
    hits = [ "We help businesses like yours.", "we help businesses like yours to" ]; misses = [ "We help.", "yours" ]; },
  { id = "T_RESIDUE"; family = "residue"; score = 1.0; status = "stable"; describe = "A merge field";
    view = "body"; patterns = [ "\\{\\{first_name\\}\\}" ];
    hits = [ "Hi {{first_name}},", "dear {{first_name}}" ]; misses = [ "Hi Jo", "first_name" ]; },
  { id = "OUT_RESIDUE"; family = "policy"; direction = "outbound"; score = 1.0; class = "policy"; status = "stable";
    describe = "A merge field in our mail"; when = "outbound and T_RESIDUE";
    cases = ( { given = "outbound"; rules = [ "T_RESIDUE" ]; expect = true; },
              { given = "outbound"; expect = false; } ); },
  { id = "OUT_COLD"; family = "policy"; direction = "outbound"; score = 1.0; class = "policy"; status = "stable";
    describe = "Our offer to a stranger"; when = "outbound and relation == stranger and T_PITCH";
    cases = ( { given = "outbound"; rules = [ "T_PITCH" ]; expect = true; },
              { given = "outbound"; expect = false; } ); }
);
"""
PITCH = "Hi Sam,\n\nwe help businesses like yours.\n\nJordan\n"
RESIDUE = "Hi {{first_name}},\n\nsee you on Friday.\n\nAlice\n"
PLAIN = "Hello,\n\nsee you on Friday.\n\nAlice\n"

# example, text, arguments of `check`, the action
CASES = (
    ("small-company", PITCH, ["--rcpt", "sam@example.org"], "tag"),
    ("small-company", PITCH, ["--rcpt", "jobs@example.org"], "accept"),
    ("small-company", PITCH, ["--rcpt", "office@example.org"], "accept"),
    ("small-company", PITCH, ["--rcpt", "hr-berlin@example.org", "--rcpt", "sam@example.org"], "tag"),
    ("small-company", RESIDUE, ["--outbound", "alice", "--from", "alice@example.org"], "reject"),
    ("small-company", PITCH, ["--outbound", "alice", "--from", "alice@example.org"], "accept"),
    ("strict", PITCH, ["--rcpt", "sam@example.org"], "reject"),
    ("strict", PITCH, ["--rcpt", "sam@example.org", "--rcpt", "postmaster@example.org"], "tag"),
    ("strict", PITCH, ["--outbound", "alice", "--from", "alice@example.org"], "reject"),
    ("university", PITCH, ["--rcpt", "dean@campus.example"], "tag"),
    ("university", PITCH, ["--rcpt", "purchasing@campus.example"], "accept"),
    ("university", PITCH, ["--rcpt", "desk@careers.campus.example"], "accept"),
    ("university", PITCH, ["--rcpt", "it-emergency@campus.example"], "accept"),
    ("hosting", PITCH, ["--rcpt", "a@customer-one.example"], "tag"),
    ("hosting", PITCH, ["--rcpt", "a@customer-three.example"], "reject"),
    ("hosting", RESIDUE, ["--outbound", "x", "--from", "x@customer-one.example"], "reject"),
    ("hosting", RESIDUE, ["--outbound", "x", "--from", "newsletter@customer-two.example"], "accept"),
    ("hosting", RESIDUE, ["--outbound", "x", "--from", "x@customer-three.example"], "accept"),
    ("sales", PITCH, ["--outbound", "sales-north", "--from", "kim@example.org"], "reject"),
    ("sales", PITCH, ["--outbound", "sales-berlin", "--from", "lee@example.org"], "accept"),
    ("sales", PITCH, ["--outbound", "alice", "--from", "alice@example.org"], "accept"),
    ("sales", PITCH, ["--outbound", "director", "--from", "boss@example.org"], "accept"),
    ("sales", RESIDUE, ["--outbound", "alice", "--from", "alice@example.org"], "reject"),
    ("sales", PLAIN, ["--outbound", "sales-north", "--from", "kim@example.org"], "accept"),
)


class Examples(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.rules = pathlib.Path(directory.name)
        (self.rules / "test.conf").write_text(RULES)

    def action(self, example, text, arguments):
        outbound = "--from" in arguments
        sender = arguments[arguments.index("--from") + 1] if outbound else "jordan@growth.example"
        recipient = "bob@far.example" if outbound else "sam@example.org"
        with tempfile.NamedTemporaryFile("w", suffix=".eml") as mail:
            mail.write(f"From: {sender}\nTo: {recipient}\nSubject: Friday\nMessage-ID: <1@x.example>\n\n{text}")
            mail.flush()
            result = subprocess.run(
                [OPTIONS.tool, "check", "--json", "-c", OPTIONS.source / f"conf/examples/{example}.conf", "--rules",
                 self.rules, *arguments, *(["--rcpt", recipient] if outbound else []), mail.name],
                capture_output=True, text=True, timeout=60)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return json.loads(result.stdout)["action"]

    def test_actions(self):
        for example, text, arguments, action in CASES:
            with self.subTest(example=example, arguments=arguments):
                self.assertEqual(self.action(example, text, arguments), action)

    def test_every_example_is_exercised(self):
        shipped = {path.stem for path in (OPTIONS.source / "conf/examples").glob("*.conf")}
        self.assertEqual(shipped, {case[0] for case in CASES})


def main():
    global OPTIONS
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--source", required=True, type=pathlib.Path)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
