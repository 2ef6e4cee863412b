#!/usr/bin/env python3
"""The tool asks the running daemon what it remembers, by the control socket."""

import os
import subprocess
import unittest

import harness

TOOL = os.environ.get("COLDSHOULDER", os.path.join(os.path.dirname(harness.BINARY), "coldshoulder"))

FREEMAIL = harness.HERE.parents[1] / "conf/lists/freemail.txt"

RULES = """
rules = (
  { id = "TEST_TEMPLATE"; family = "test"; score = 6.0; class = "template"; status = "stable";
    describe = "A template that was reported";
    when = "inbound and relation == stranger and template_learned";
    cases = ( { given = "inbound, relation = stranger, template_learned"; expect = true; },
              { given = "inbound, relation = stranger"; expect = false; } ); }
);
"""

PITCH = ("Hello {name},\r\n\r\nwe came across your company last week and liked what your team has built so far. We help "
         "firms like yours to win {number} new customers a month without a single call. Would you be open to a short "
         "talk on {day}, so that we can show you how it works?\r\n")


class Memory(unittest.TestCase):
    def setUp(self):
        self.daemon = harness.Daemon(rules=RULES, memory=f'store = "sqlite"; deadline = "5s"; freemail_list = "{FREEMAIL}";')
        self.addCleanup(self.daemon.clean_up)

    def tool(self, command, *arguments, code=0):
        result = subprocess.run([TOOL, *command.split(), "-c", str(self.daemon.config), *map(str, arguments)],
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def deliver(self, number, body="Hello there.\r\n", sender="stranger@sender.example", recipient="me@home.example",
                **keywords):
        headers = [("From", f" {sender}"), ("To", f" {recipient}"), ("Subject", " Hello"),
                   ("Message-ID", f" <{number}@test.example>"), ("Date", " Mon, 2 Mar 2026 10:00:00 +0000")]
        with self.daemon.session() as milter:
            result = milter.message(body, headers, f"<{sender}>", [f"<{recipient}>"], **keywords)
        return [value.strip() for value in result.inserted("X-Coldshoulder-Class")]

    def test_who_and_forget(self):
        self.deliver(1, sender="me@home.example", recipient="ann@friends.example", mail_macros={"auth_authen": "me"})
        output = self.tool("who", "--of", "me@home.example", "Ann@Friends.example")
        self.assertIn("known: our side wrote", output)
        self.assertIn("this mailbox last wrote to them", output)
        self.assertIn("stranger", self.tool("who", "eve@nobody.example"))
        self.assertIn("is no address", self.tool("who", "nonsense", code=1))
        self.assertRegex(self.tool("forget", "ann@friends.example"), r"[1-9]\d* entries erased")
        self.tool("forget", "@friends.example")
        self.assertIn("stranger", self.tool("who", "ann@friends.example"))
        self.assertIn("control: command=forget", self.daemon.log())
        self.assertNotIn("ann@friends.example", [line for line in self.daemon.log().splitlines() if "control" in line][0])

    def test_stats_are_the_daemons(self):
        self.deliver(1)
        output = self.tool("stats")
        self.assertIn("SQLite store", output)
        self.assertRegex(output, r"since its start: 1 look-ups, 0 of them without an answer")
        self.assertIn("14 days left", output)
        self.assertIn("no damage found", self.tool("stats", "--verify"))

    def test_a_reported_template_is_recognised_at_once(self):
        copies = [PITCH.format(name=name, number=number, day=day) for name, number, day in
                  (("Ann", 20, "Monday"), ("Bob", 30, "Tuesday"), ("Kim", 40, "Friday"))]
        report = self.daemon.directory / "report.eml"
        report.write_text("From: A Stranger <stranger@sender.example>\nTo: me@home.example\nSubject: Hi\n\n" + copies[0])
        self.assertEqual(self.deliver(1, copies[1]), ["clean"])
        self.assertIn("unwanted from now on", self.tool("learn template", report))
        self.assertEqual(self.deliver(2, copies[2]), ["template"])
        self.assertIn("no longer unwanted", self.tool("forget template", "1"))
        self.assertEqual(self.deliver(3, copies[2]), ["clean"])
        self.assertIn("not found", self.tool("forget template", "99", code=2))
        self.assertIn("between 30 and 150 words", self.tool("learn template", self.short(), code=2))

    def short(self):
        path = self.daemon.directory / "short.eml"
        path.write_text("From: a@b.example\n\nToo short.\n")
        return path

    def test_without_a_daemon_the_store_is_asked(self):
        self.deliver(1, sender="me@home.example", recipient="ann@friends.example", mail_macros={"auth_authen": "me"})
        self.assertEqual(self.daemon.stop()[0], 0)
        self.assertIn("known: our side wrote", self.tool("who", "ann@friends.example"))
        self.assertNotIn("since its start", self.tool("stats"))

    def tearDown(self):
        if self.daemon.process.poll() is None:
            self.assertEqual(self.daemon.stop()[0], 0, self.daemon.log())


class NoMemory(unittest.TestCase):
    def test_a_daemon_without_memory_says_so(self):
        daemon = harness.Daemon(rules=RULES)
        self.addCleanup(daemon.clean_up)
        result = subprocess.run([TOOL, "who", "-c", str(daemon.config), "a@b.example"], capture_output=True, text=True,
                                timeout=60, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("keeps no memory", result.stderr)
        self.assertEqual(daemon.stop()[0], 0)


if __name__ == "__main__":
    harness.main()
