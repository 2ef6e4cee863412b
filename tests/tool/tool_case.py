"""A directory with rules, a configuration, mail and a decision log of its own, and the tool to try in it."""

import json
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ.get("SOURCE", str(pathlib.Path(__file__).resolve().parents[2]))

RULES = '''rules = (
  { id = "SORRY"; family = "apology"; score = 3.0; class = "cold"; status = "stable"; since = "1.0"; lang = "en";
    describe = "Apologises"; view = "body"; phrases = [ "sorry to bother you" ];
    hits = [ "sorry to bother you", "so sorry to bother you" ]; misses = [ "it does not bother me", "sorry" ]; },
  { id = "PITCH"; family = "pitch"; score = 3.0; status = "stable"; since = "1.0"; false_positives = "web designers";
    describe = "Offers web sites"; view = "body"; phrases = [ "we make websites" ]; patterns = [ "web ?sites" ];
    hits = [ "we make websites", "we make websites." ]; misses = [ "we make bread", "sites" ]; },
  { id = "BOTH"; family = "verdict"; score = 1.0; class = "cold"; status = "stable"; since = "1.0";
    describe = "Both"; when = "SORRY and PITCH";
    cases = ( { given = "inbound"; rules = [ "SORRY", "PITCH" ]; expect = true; },
              { given = "inbound"; rules = [ "SORRY" ]; expect = false; } ); } );
'''

COLD = """From: Ann Smith <ann@sales.example>
To: me@home.example
Date: Thu, 27 Nov 2025 10:00:00 +0000
Message-ID: <1@sales.example>
Subject: your website

Hi Jo,

I'm so sorry to bother you on a busy day, but we make websites for firms like yours, and I came across your company
while I was looking for partners in your region. Would you be open to a quick call on Thursday? I could show you what
we have built so far, and what it would cost. We help to win twenty new customers a month without any cold calls.

Kind regards
Ann
"""
HAM = """From: Bob <bob@friends.example>
To: me@home.example
Date: Wed, 26 Nov 2025 10:00:00 +0000
Message-ID: <2@friends.example>
Subject: lunch

Shall we have lunch on Thursday? The place on the corner has opened again.
"""
SENT = """From: Me <me@home.example>
To: Bob <bob@friends.example>
Date: Tue, 25 Nov 2025 10:00:00 +0000
Message-ID: <3@home.example>
Subject: lunch

Are you in town this week?
"""
DECISION = {"time": "2025-11-27T10:00:00.000Z", "queue_id": "4ABC", "judged": True, "direction": "inbound",
            "class": "cold", "action": "tag", "score": 7.0, "threshold": 5.0, "relation": "stranger", "auth": "none",
            "linkedin": "none", "policy": "inbound", "from": "ann@sales.example", "sender": "ann@sales.example",
            "recipients": ["me@home.example"], "recipient_count": 1, "facts": {"recipients": 1}, "template": "7",
            "rules": [{"id": "SORRY", "family": "apology", "score": 3.0, "evidence": "sorry to bother you",
                       "view": "body"}], "subject": "your website", "limits": ["body"]}


def cool_down(directory):
    """Postfix waits until its files have not changed for a while."""
    for path in (directory / "postfix").iterdir():
        os.utime(path, (1700000000, 1700000000))


def fill(directory):
    """What the commands read, but for what the tool itself makes."""
    def write(name, text):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    for name in ("rules.d", "state", "Maildir/new", "Maildir/tmp", "postfix"):
        (directory / name).mkdir(parents=True)
    write("rules/own.conf", RULES)
    write("rules2/own.conf", RULES.replace("score = 3.0", "score = 1.0", 1))
    write("conf", f'''socket = "unix:{directory}/socket"; socket_group = ""; rules_dir = "{directory}/rules";
local_rules_dir = "{directory}/rules.d"; state_dir = "{directory}/state"; local_domains = ( "home.example" );
memory = {{ freemail_list = "{SOURCE}/conf/lists/freemail.txt"; }};
''')
    write("cold.eml", COLD)
    write("sent.eml", SENT)
    write("Maildir/cur/1:2,S", HAM)
    write("mbox", "From x Thu Nov 27 10:00:00 2025\n" + COLD + "\nFrom y Thu Nov 27 11:00:00 2025\n" + HAM)
    write("state/decisions.jsonl", json.dumps(DECISION) + "\n")
    write("state/decisions.jsonl.1", json.dumps(dict(DECISION, queue_id="4OLD")) + "\n")
    write("block.list", "worse.example\n")
    write("allow.list", "good.example\n")
    write("labels", "")
    write("postfix/main.cf", f"compatibility_level = 3.6\nsmtpd_milters = unix:{directory}/socket\n")
    write("postfix/master.cf", "smtp inet n - y - - smtpd\n")
    cool_down(directory)


class ToolTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="cst", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.environment = dict(os.environ, HOME=str(self.directory), XDG_CACHE_HOME=str(self.directory / "cache"))
        self.environment.pop("XDG_DATA_HOME", None)
        fill(self.directory)

    def write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def configure(self, text):
        """Further lines of the configuration."""
        with open(self.directory / "conf", "a", encoding="utf-8") as stream:
            stream.write(text)

    def run_tool(self, *arguments, code=0, **options):
        """What was written to both outputs."""
        result = subprocess.run([os.environ["COLDSHOULDER"], *map(str, arguments)], cwd=self.directory, text=True,
                                errors="replace", capture_output=True, timeout=60, env=self.environment,
                                **({"input": ""} | options))
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def says(self, pattern, *arguments, code=0, **options):
        output = self.run_tool(*arguments, code=code, **options)
        self.assertRegex(output, pattern)
        return output

    def on_terminal(self, *arguments, **variables):
        """What a person sees: both outputs are a terminal."""
        controller, terminal = pty.openpty()
        process = subprocess.Popen([os.environ["COLDSHOULDER"], *map(str, arguments)], cwd=self.directory,
                                   stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal,
                                   env=self.environment | variables)
        os.close(terminal)
        output = b""
        while True:
            try:
                piece = os.read(controller, 4096)
            except OSError:  # the other side is closed
                piece = b""
            if not piece:
                break
            output += piece
        os.close(controller)
        self.assertEqual(process.wait(60), 0, output)
        return output.decode(errors="replace")


def main():
    unittest.main(verbosity=2, argv=[sys.argv[0], *sys.argv[1:]])
