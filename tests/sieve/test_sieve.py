"""The scripts in conf/sieve, run by Dovecot Pigeonhole: sieve-test for delivery, its imap process for the teaching pair."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SIEVE = SOURCE / "conf" / "sieve"
IMAP = "/usr/lib/dovecot/imap"
SKIPPED = 77

sys.path.insert(0, str(SOURCE / "tests" / "milter"))

MAIL = """From: Jo Pitch <jo@sales.example>
To: me@home.example
Subject: Quick question
{headers}
I'm so sorry to bother you.
"""


def mail(**headers):
    lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return MAIL.format(headers=lines)


class SieveTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="cs", dir="/tmp")
        self.addCleanup(directory.cleanup)
        self.place = pathlib.Path(directory.name)
        self.place.chmod(0o755)
        self.home = self.place / "home"
        self.home.mkdir()
        shutil.chown(self.home, "nobody", "nogroup")
        # Compiled scripts are put beside them.
        shutil.copytree(SIEVE, self.place / "sieve")
        (self.place / "sieve").chmod(0o777)
        self.settings = ["-o", "mail_uid=nobody", "-o", "mail_gid=nogroup", "-o", f"mail_home={self.home}",
                         "-o", f"mail_location=maildir:{self.home}/Maildir"]

    def run_script(self, script, message, *options):
        """The folder that a message would be filed into."""
        path = self.place / "message"
        path.write_text(message)
        path.chmod(0o644)
        result = subprocess.run(["sieve-test", *self.settings, *options, self.place / "sieve" / script, path],
                                capture_output=True, text=True, timeout=60)
        self.assertIn("final result: success", result.stderr + result.stdout, script)
        self.assertNotIn("rror:", result.stderr, script)
        folder = re.search(r"store message in folder: (\S+)", result.stdout)
        return folder.group(1) if folder else None


class Delivery(SieveTest):
    def test_outreach(self):
        for name, folder in (("cold", "Outreach"), ("linkedin", "Outreach"), ("template", "Outreach"),
                             ("digest", "INBOX"), ("clean", "INBOX")):
            self.assertEqual(self.run_script("outreach.sieve", mail(X_Coldshoulder_Class=name)), folder, name)
        self.assertEqual(self.run_script("outreach.sieve", mail()), "INBOX")

    def test_screener(self):
        for headers, folder in (({"X_Coldshoulder_Relation": "stranger"}, "Screener"),
                                ({"X_Coldshoulder_Relation": "known"}, "INBOX"),
                                ({"X_Coldshoulder_Relation": "mutual"}, "INBOX"),
                                ({"X_Coldshoulder_Relation": "unknown"}, "INBOX"),
                                ({"X_Coldshoulder_Relation": "stranger", "Precedence": "bulk"}, "INBOX"),
                                ({"X_Coldshoulder_Relation": "stranger", "Auto_Submitted": "auto-replied"}, "INBOX"),
                                ({"X_Coldshoulder_Relation": "stranger", "Auto_Submitted": "no"}, "Screener"),
                                ({"X_Coldshoulder_Relation": "stranger", "List_Id": "<x.example>"}, "INBOX"),
                                ({}, "INBOX")):
            self.assertEqual(self.run_script("screener.sieve", mail(**headers)), folder, headers)

    def test_spamtest(self):
        """By the settings that are shipped; what the daemon writes stands in the README and the manual pages."""
        options = []
        for name, value in re.findall(r"(?m)^ *(sieve_(?:extensions|spamtest_\w+)) = (.*)$",
                                      (SIEVE / "90-coldshoulder.conf").read_text()):
            options += ["-o", f"plugin/{name}={value}"]
        for status, folder in (("Yes, score=6.2 required=5.0 tests=COLD_PITCH", "Junk"),
                               ("No, score=2.2 required=5.0 tests=ASK", "INBOX"),
                               ("Yes, score=5.0 required=5.0 tests=X", "Junk")):
            self.assertEqual(self.run_script("spamtest.sieve", mail(X_Spam_Status=status), *options), folder, status)


class Teaching(SieveTest):
    def setUp(self):
        super().setUp()
        pipe = self.place / "pipe"
        pipe.mkdir()
        (pipe / "coldshoulder-teach").write_text(f'#!/bin/sh\necho "$@" >>{self.home}/taught\ncat >{self.home}/message\n')
        (pipe / "coldshoulder-teach").chmod(0o755)
        shipped = (SIEVE / "90-coldshoulder.conf").read_text()
        shipped = shipped.replace("/etc/dovecot/sieve", str(self.place / "sieve"))
        shipped = shipped.replace("/usr/lib/dovecot/sieve-pipe", str(pipe))
        self.config = self.place / "dovecot.conf"
        self.config.write_text(f"""
mail_location = maildir:{self.home}/Maildir
mail_home = {self.home}
mail_uid = nobody
mail_gid = nogroup
base_dir = {self.place}/run
state_dir = {self.place}/run
log_path = /dev/stderr
ssl = no
protocols = imap
namespace inbox {{
  inbox = yes
  mailbox Outreach {{
    auto = create
  }}
  mailbox Trash {{
    auto = create
  }}
}}
{shipped}
""")

    def imap(self, *commands):
        """Runs the commands in a session that is logged in already."""
        text = "".join(f"{i} {command}\r\n" for i, command in enumerate(commands)) + "x logout\r\n"
        result = subprocess.run([IMAP, "-c", self.config], input=text, capture_output=True, text=True, timeout=60,
                                env=dict(os.environ, USER="me@home.example", HOME=str(self.home)))
        self.assertEqual(re.findall(r"(?m)^\d+ (?:NO|BAD).*$", result.stdout), [])
        self.assertNotRegex(result.stderr, "Error:|Fatal:")

    def taught(self):
        path = self.home / "taught"
        return path.read_text().splitlines() if path.exists() else []

    def test_in_and_out(self):
        text = mail().replace("\n", "\r\n")
        self.imap(f"append INBOX {{{len(text)}+}}\r\n{text}", "select INBOX", "copy 1 Outreach")
        self.assertEqual(self.taught(), ["cold me@home.example"])
        self.assertIn("sorry to bother you", (self.home / "message").read_text())
        self.imap("select Outreach", "copy 1 Trash")
        self.assertEqual(len(self.taught()), 1, "what goes to the bin is not forgiven")
        self.imap("select Outreach", "copy 1 INBOX")
        self.assertEqual(self.taught()[1:], ["good me@home.example jo@sales.example"])


class Script(unittest.TestCase):
    def test_what_the_pair_calls(self):
        """With a daemon: the text becomes unwanted, and is forgiven; the sender becomes known."""
        import test_teach

        case = test_teach.Teach("test_by_addresses")
        case.setUp()
        self.addCleanup(case.doCleanups)
        directory = case.daemon.directory
        wrapper = directory / "coldshoulder"
        tool = os.path.join(os.path.dirname(os.environ["COLDSHOULDERD"]), "coldshoulder")
        wrapper.write_text(f'#!/bin/sh\ncase $1 in learn|forget) a="$1 $2"; shift 2 ;; *) a=$1; shift ;; esac\n'
                           f'exec {tool} $a --config {case.daemon.config} "$@"\n')
        wrapper.chmod(0o755)
        text = f"From: Anna <anna@anna.example>\nTo: me@home.example\nSubject: x\n\n{test_teach.TEXT}"

        def call(*arguments):
            result = subprocess.run([SIEVE / "coldshoulder-teach", *arguments], input=text, capture_output=True, text=True,
                                    timeout=60, env=dict(os.environ, PATH=f"{directory}:{os.environ['PATH']}"))
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            return result.stdout

        self.assertIn("unwanted from now on", call("cold", "me@home.example"))
        self.assertTrue(case.send("4BEN", "ben")["facts"]["template_learned"])
        said = call("good", "me@home.example", "anna@anna.example")
        self.assertIn("no longer unwanted", said)
        self.assertIn("anna@anna.example was a stranger to me@home.example, and is known from now on", said)


if __name__ == "__main__":
    if os.geteuid() != 0 or not shutil.which("sieve-test") or not os.path.exists(IMAP):
        print("test_sieve.py: needs root, and dovecot-sieve and dovecot-imapd: skipped")
        sys.exit(SKIPPED)
    version = subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True).stdout
    if not version.startswith("2.3"):
        print(f"test_sieve.py: the settings are those of Dovecot 2.3, and this is {version.strip()}: skipped")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
