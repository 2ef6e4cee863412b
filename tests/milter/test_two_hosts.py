#!/usr/bin/env python3
"""Two MX hosts with one Redis server: what one of them learned, the other knows."""

import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import harness

RULES = """
rules = (
  { id = "TEST_TEMPLATE"; family = "test"; score = 6.0; class = "template"; status = "stable";
    describe = "The fourth copy";
    when = "inbound and relation == stranger and template_seen >= 4";
    cases = ( { given = "inbound, relation = stranger, template_seen = 4"; expect = true; },
              { given = "inbound, relation = stranger, template_seen = 3"; expect = false; } ); }
);
"""

PITCH = ("Hello {name},\r\n\r\nwe came across your company last week and liked what your team has built so far. We help "
         "firms like yours to win {number} new customers a month without a single call. Would you be open to a short "
         "talk on {day}, so that we can show you how it works?\r\n")


def headers(sender, recipient, message_id):
    return [("From", f" {sender}"), ("To", f" {recipient}"), ("Subject", " Hello"), ("Message-ID", f" <{message_id}>"),
            ("Date", " Mon, 2 Mar 2026 10:00:00 +0000")]


@unittest.skipUnless(shutil.which("redis-server"), "there is no redis-server")
class TwoHosts(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="cs", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.server = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", f"{self.directory}/redis", "--save", "", "--appendonly",
             "no", "--dir", str(self.directory)], stdout=subprocess.DEVNULL)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        self.wait_for((self.directory / "redis").exists)
        key = self.directory / "key"
        key.write_text("5e" * 32 + "\n")
        key.chmod(0o600)
        memory = f'store = "redis"; redis_server = "unix:{self.directory}/redis"; key_file = "{key}"; deadline = "5s";'
        self.hosts = []
        for _ in range(2):
            self.hosts.append(harness.Daemon(rules=RULES, memory=memory))
            self.addCleanup(self.hosts[-1].clean_up)

    def wait_for(self, happened):
        deadline = time.monotonic() + harness.WAIT
        while not happened():
            self.assertLess(time.monotonic(), deadline, "it did not happen in time")
            time.sleep(0.02)

    def deliver(self, host, sender, recipient, message_id, body="Hello there.\r\n", **keywords):
        with self.hosts[host].session() as milter:
            return milter.message(body, headers(sender, recipient, message_id), f"<{sender}>", [f"<{recipient}>"],
                                  **keywords)

    def relation(self, host, sender):
        result = self.deliver(host, sender, "me@home.example", f"ask.{sender}")
        return [value.strip() for value in result.inserted("X-Coldshoulder-Relation")]

    def write(self, host, recipient):
        self.deliver(host, "me@home.example", recipient, f"out.{recipient}", mail_macros={"auth_authen": "me"})

    def copy(self, host, number):
        body = PITCH.format(name=("Ann", "Bob", "Kim", "Lee")[number], number=10 * (number + 1),
                            day=("Monday", "Tuesday", "Thursday", "Friday")[number])
        result = self.deliver(host, f"seller{number}@sales{number}.example", f"user{number}@home.example",
                              f"copy{number}@sales.example", body)
        return [value.strip() for value in result.inserted("X-Coldshoulder-Class")]

    def test_relationships_and_templates_are_shared(self):
        for here, there, friend in ((0, 1, "ann@friends.example"), (1, 0, "bob@others.example")):
            self.assertEqual(self.relation(there, friend), ["stranger"])
            self.write(here, friend)
            self.wait_for(lambda: self.relation(there, friend) in (["known"], ["mutual"]))
        self.assertEqual(self.relation(1, "eve@nobody.example"), ["stranger"])
        # Three copies on both hosts are not enough; the fourth is, on whichever host it arrives. One that comes again
        # is not counted again.
        for number, host in enumerate((0, 1, 0)):
            self.assertEqual(self.copy(host, number), ["clean"])
        self.wait_for(lambda: self.copy(1, 3) == ["template"])
        self.wait_for(lambda: self.copy(0, 3) == ["template"])
        for host in self.hosts:
            self.assertEqual(host.stop()[0], 0, host.log())


if __name__ == "__main__":
    harness.main()
