#!/usr/bin/env python3
"""The tool's commands on policies, as a postmaster and his users have them: trust, block, budget, check --outbound."""

import argparse
import concurrent.futures
import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

OPTIONS = None
TODAY = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")

# Rules of our own, so that nothing here depends on the shipped ones; the ids are those that `enforce` looks for.
RULES = r"""
rules = (
  { id = "RESIDUE_TEST"; family = "residue"; score = 2.0; status = "stable"; describe = "A merge field";
    view = "body"; patterns = [ "\\{\\{first_name\\}\\}" ];
    hits = [ "Hi {{first_name}},", "dear {{first_name}}" ]; misses = [ "Hi Jo", "first_name" ]; },
  { id = "OUT_RESIDUE"; family = "policy"; direction = "outbound"; score = 1.0; class = "policy"; status = "stable";
    describe = "A merge field in our mail"; when = "outbound and RESIDUE_TEST"; reply = "Write the name yourself.";
    cases = ( { given = "outbound"; rules = [ "RESIDUE_TEST" ]; expect = true; },
              { given = "outbound"; expect = false; } ); }
);
"""

MAIL = """From: Alice <alice@home.example>
To: Bob <bob@far.example>
Subject: Hello
Message-ID: <1@home.example>

Hi {{first_name}},

see you on Friday.

Alice
"""


class Tool(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="coldshoulder-policy-"))
        self.addCleanup(shutil.rmtree, self.directory)
        for name in ("rules", "state"):
            (self.directory / name).mkdir()
        (self.directory / "rules/test.conf").write_text(RULES)
        self.config = self.directory / "coldshoulder.conf"
        self.configure()

    def configure(self, text=""):
        self.config.write_text(f'local_domains = ( "home.example" );\nrules_dir = "{self.directory}/rules";\n'
                               f'local_rules_dir = "{self.directory}/none";\nstate_dir = "{self.directory}/state";\n'
                               f'memory = {{ freemail_list = "{OPTIONS.source}/conf/lists/freemail.txt"; }};\n' + text)

    def run_tool(self, command, *arguments, code=0):
        result = subprocess.run([OPTIONS.tool, command, "-c", self.config, *arguments], capture_output=True, text=True,
                                timeout=60)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def list(self, name="allow.list"):
        return (self.directory / name).read_text()


class Lists(Tool):
    def test_trust_and_take_back(self):
        said = self.run_tool("trust", "--comment", "asked for it", "--until", "2031-01-31", "News@Partner.example")
        self.assertIn("is trusted", said)
        self.assertIn("reload", said)
        self.assertEqual(self.list(), f"News@Partner.example until 2031-01-31  # {TODAY} asked for it\n")
        self.run_tool("trust", "news@partner.example")
        self.assertEqual(self.list(), f"news@partner.example  # {TODAY}\n", "an entry stands there once")
        self.run_tool("trust", "--remove", "NEWS@partner.example")
        self.assertEqual(self.list(), "")
        self.assertIn("is not in", self.run_tool("trust", "--remove", "x.example", code=1))

    def test_what_people_wrote_stays(self):
        path = self.directory / "block.list"
        path.write_text("# ours\n\nold.example # why not\nno newline at the end")
        path.chmod(0o640)
        self.run_tool("block", "new.example", "*@*.newer.example")
        self.assertEqual(self.list("block.list"),
                         f"# ours\n\nold.example # why not\nno newline at the end\nnew.example  # {TODAY}\n"
                         f"*@*.newer.example  # {TODAY}\n")
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)
        self.assertEqual(sorted(os.listdir(self.directory)), ["block.list", "coldshoulder.conf", "rules", "state"])

    def test_many_at_once(self):
        """Nothing is lost when several write at the same time."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda i: self.run_tool("trust", f"u{i}@x.example"), range(16)))
        self.assertEqual(len(self.list().splitlines()), 16)

    def test_a_policys_own_list(self):
        self.configure('policies = ( { name = "hr"; match = ( "jobs@home.example" ); allow = ( "lists/hr" ); },'
                       '{ name = "bare"; match = ( "x@home.example" ); allow = ( "a.example" ); } );')
        (self.directory / "lists").mkdir()
        (self.directory / "lists/hr").write_text("")
        self.run_tool("trust", "--policy", "hr", "agency.example")
        self.assertIn("agency.example", self.list("lists/hr"))
        self.assertIn("keeps no list in a file", self.run_tool("trust", "--policy", "bare", "b.example", code=1))
        self.assertIn('no policy "no"', self.run_tool("trust", "--policy", "no", "b.example", code=1))

    def test_slips(self):
        self.assertIn("two @", self.run_tool("trust", "a@b@c", code=1))
        self.assertIn("2026-12-31", self.run_tool("block", "--until", "soon", "a.example", code=1))
        self.assertIn("more than one line", self.run_tool("block", "--comment", "a\nb", "a.example", code=1))
        self.assertIn("usage:", self.run_tool("trust", code=1))

    def test_what_would_be_too_wide(self):
        for command in ("trust", "block"):
            for entry in ("*", "*@*", "*.*", "com", "@com", "*@com", "jane@com"):
                with self.subTest(command=command, entry=entry):
                    said = self.run_tool(command, "good.example", entry, code=1)
                    self.assertIn(f"{entry}: it ", said)
                    self.assertIn("hint: name an address", said)
        self.assertIn("2020-01-31 is over", self.run_tool("trust", "--until", "2020-01-31", "a.example", code=1))
        for entry in ("home.example", "bob@HOME.example", "*@home.example"):
            self.assertIn("one of your own", self.run_tool("block", entry, code=1))
        self.assertEqual(sorted(os.listdir(self.directory)), ["coldshoulder.conf", "rules", "state"], "nothing written")
        said = self.run_tool("block", "gmail.com", ".top", "*@jobs.*", "--until", TODAY)
        self.assertIn("warning: gmail.com: anybody can have a mailbox there", said)
        self.assertNotIn("anybody", self.run_tool("trust", "jane@gmail.com", "home.example"))

    def test_a_line_that_is_too_wide(self):
        """Of a file that somebody wrote by hand the good lines are used, the others told of."""
        (self.directory / "block.list").write_text("bad.example\n*\ncom\n.top\n")
        result = subprocess.run([OPTIONS.tool, "lint", "--config", self.config], capture_output=True, text=True,
                                timeout=60)
        self.assertIn('block.list:2: "*" is everybody', result.stderr)
        self.assertIn('block.list:3: "com" is no whole domain', result.stderr)
        self.assertNotIn("block.list:4", result.stderr)
        self.run_tool("block", "--remove", "*")


class Outbound(Tool):
    def check(self, *arguments):
        path = self.directory / "mail.eml"
        path.write_text(MAIL)
        return self.run_tool("check", "--outbound", "alice", *arguments, path)

    def test_advice_before_sending(self):
        self.configure('outbound = { enforce = { residue = "reject"; help_link = "https://wiki.home.example/"; '
                       'help_contact = "Kim"; }; };')
        said = self.check()
        self.assertIn("rejected", said)
        for words in ("The author is told:", 'You wrote: "', "{{first_name}}", "Write the name yourself.",
                      "https://wiki.home.example/", "please tell Kim"):
            self.assertIn(words, said)

    def test_advice_where_the_site_only_logs(self):
        said = self.check()
        self.assertIn("left alone", said)
        self.assertIn("What a rejection would say:", said)

    def test_an_exception(self):
        (self.directory / "exceptions").write_text("alice until 2020-01-01\nbob\n")
        self.configure('outbound = { enforce = { residue = "reject"; exceptions = ( "./exceptions" ); }; };')
        self.assertIn("rejected", self.check())
        (self.directory / "exceptions").write_text("alice until 2099-01-01\n")
        self.assertIn("left alone", self.check())

    def test_budget(self):
        self.configure('policies = ( { name = "sales"; direction = "outbound"; logins = ( "alice" );'
                       ' enforce = { first_contacts = "tempfail"; first_contacts_per_day = 20; }; } );')
        sent = self.directory / "sent.eml"
        sent.write_text(MAIL)
        subprocess.run([OPTIONS.tool, "learn", "sent", "-c", self.config, sent], check=True, capture_output=True,
                       timeout=60)
        self.assertIn("alice: 0 first contacts today of 20, 20 left (policy sales)", self.run_tool("budget", "alice"))
        self.assertIn("bob: 0 first contacts today, no limit (policy outbound)", self.run_tool("budget", "bob"))


class Configuration(Tool):
    def lint(self, text):
        self.configure(text)
        result = subprocess.run([OPTIONS.tool, "lint", "--config", self.config], capture_output=True, text=True,
                                timeout=60)
        return result.returncode, result.stderr

    def test_what_cannot_be_meant(self):
        for text, where, said, code in (
                ('policies = ( { name = "a"; match = ( "home.example" ); },\n{ name = "b"; match = ( "x@home.example" ); } );',
                 ":7", 'policy "b" can never match: "a" stands before it', 0),
                ('policies = (\n{ name = "a"; } );', ":7", "matches nobody", 0),
                ("inbound = {\nreject_at = 9.0; quarantine_at = 9.0; };", ":6", "quarantine_at (9.00) never acts", 0),
                ("inbound = { classes = {\ncold = { reject_at = 3.0; }; }; };", ":6", "is below", 1),
                ("inbound = { classes = {\ncool = { reject_at = 3.0; }; }; };", ":7", '"cool" is not a class', 1),
                ('inbound = { reply = "Gr\u00fc\u00dfe"; };', ":6", "printable ASCII", 1),
                ('inbound = { ladder = ( "tag", "kick" ); };', ":6", '"kick" is not a step', 1),
                ('inbound = { enforce = { residue = "reject"; }; };', ":6", "enforce is for outbound mail", 1),
                ('outbound = { enforce = { residue = "tag"; }; };', ":6", 'residue does not know "tag"', 1),
                ('outbound = { enforce = { template = "reject"; }; };', ":6", "no effect without template_strangers", 0),
                ('policies = ( { name = "a"; match = ( "a.example" ); inherits = "b"; } );', ":6", 'no policy "b"', 1),
                ('policies = ( { name = "a"; logins = ( "a" ); } );', ":6", "inbound mail has no login", 1),
                ('policies = ( { match = ( "a" ); } );', ":6", "needs a name", 1),
                ('policies = ( { name = "a"; match = ( "a" ); }, { name = "a"; match = ( "b" ); } );', ":6", "another", 1),
                ('policies = ( { name = "a"; match = ( "./none.list" ); } );', ":6", "none.list: No such file", 1),
                ('policies = ( { name = "a"; match = ( "a" ); tagat = 3; } );', ":6", "policies.tag_at", 1),
                ('inbound = { match = ( "a.example" ); };', ":6", "it has no match", 1),
                ('failure = { store = "drop"; };', ":6", 'store does not know "drop"', 1)):
            with self.subTest(text):
                got, stderr = self.lint(text)
                self.assertIn(said, stderr)
                self.assertIn(f"coldshoulder.conf{where}", stderr)
                self.assertEqual(got, code, stderr)

    def test_a_language_without_rules(self):
        """Left unsaid it would turn the rules off; the codes that there are stand beside it."""
        rules = RULES.replace('id = "RESIDUE_TEST";', 'id = "RESIDUE_TEST"; lang = "en";')
        (self.directory / "rules/test.conf").write_text(rules)
        for text, line in (('languages = ( "english" );', 6), ('inbound = {\nlanguages = ( "en", "english" ); };', 7),
                           ('policies = ( { name = "a"; match = ( "a.example" );\nlanguages = ( "english" ); } );', 7)):
            with self.subTest(text):
                code, stderr = self.lint(text)
                self.assertEqual(code, 1, stderr)
                self.assertEqual(stderr.count("no rule is of"), 1, stderr)
                self.assertIn(f'coldshoulder.conf:{line}: languages: no rule is of "english"', stderr)
                self.assertIn("the rules know en\n", stderr)
        self.assertEqual(self.lint('languages = ( "EN" );')[0], 0)

    def test_a_reply_that_smtp_cannot_hold(self):
        (self.directory / "rules/test.conf").write_text(RULES.replace("Write the name yourself.", "Gr\u00fc\u00dfe"))
        _, stderr = self.lint("")
        self.assertIn("test.conf:", stderr)
        self.assertIn("an SMTP reply cannot hold", stderr)


def main():
    global OPTIONS
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--source", required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
