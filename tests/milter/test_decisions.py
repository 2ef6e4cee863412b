"""The decision log, and what the tool makes of it: history, why, stats."""

import gzip
import json
import os
import shutil
import time
import unittest

from harness import COLD_BODY, SEVERE_BODY, WAIT, Daemon, main
from test_control import ask, tool


def log_of(daemon):
    return daemon.directory / "state" / "decisions.jsonl"


def records(daemon, count):
    """The records, once there are so many."""
    path = log_of(daemon)
    deadline = time.monotonic() + WAIT
    while True:
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= count or time.monotonic() > deadline:
            return [json.loads(line) for line in lines]
        time.sleep(0.01)


def send(daemon, *messages):
    """Pairs of a queue id and the keywords of a message."""
    with daemon.session() as milter:
        for queue_id, keywords in messages:
            milter.message(queue_id=queue_id, **keywords)


COLD = {"body": COLD_BODY, "sender": "<bounce@away.example>", "recipients": ["<me@home.example>", "<you@home.example>"],
        "headers": [("From", " Anna <anna@away.example>"), ("Subject", " A secret matter")]}
PLAIN = {"body": "Hello\r\n", "sender": "<bob@other.example>", "recipients": ["<me@home.example>"],
         "headers": [("From", " bob@other.example"), ("Subject", " lunch")]}
SEVERE = dict(PLAIN, body=SEVERE_BODY)


class Log(unittest.TestCase):
    extra = ""

    def setUp(self):
        self.daemon = Daemon(self.extra)
        self.addCleanup(self.daemon.clean_up)

    def test_a_record(self):
        send(self.daemon, ("4COLD1", COLD), ("4PLAIN", PLAIN))
        cold, plain = records(self.daemon, 2)
        self.assertEqual((cold["queue_id"], cold["class"], cold["action"], cold["from"]),
                         ("4COLD1", "cold", "tag", "anna@away.example"))
        self.assertEqual(cold["recipients"], ["me@home.example", "you@home.example"])
        self.assertEqual(cold["rules"][0]["id"], "TEST_COLD")
        self.assertIn("sorry to bother you", cold["rules"][0]["evidence"])
        self.assertNotIn("subject", cold)
        self.assertEqual((plain["class"], plain["rules"]), ("clean", []))
        self.assertEqual(oct(log_of(self.daemon).stat().st_mode & 0o777), oct(0o640 & ~0o022))

    def test_rotation_needs_no_signal(self):
        send(self.daemon, ("4ONE", COLD))
        records(self.daemon, 1)
        os.rename(log_of(self.daemon), f"{log_of(self.daemon)}.1")
        send(self.daemon, ("4TWO", COLD))
        self.assertEqual([record["queue_id"] for record in records(self.daemon, 1)], ["4TWO"])

    def test_a_directory_that_goes_away(self):
        """Mail goes on; the loss is told once, and counted; when it can be written again, it is."""
        self.daemon.write_config(f'decisions = {{ log = "{self.daemon.directory}/log.d/decisions"; }};')
        self.assertEqual(tool(self.daemon, "reload").returncode, 0)
        send(self.daemon, ("4LOST1", COLD))
        self.daemon.wait_log("decision log: ")
        send(self.daemon, ("4LOST2", COLD))
        deadline = time.monotonic() + WAIT
        while ask(self.daemon, b"status")["decision_log"]["dropped"] < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        log = ask(self.daemon, b"status")["decision_log"]
        self.assertEqual((log["dropped"], log["failing"]), (2, True))
        self.assertIn("2 lost: cannot be written now", tool(self.daemon, "status").stdout)
        self.assertEqual(self.daemon.log().count("decision log: "), 1)
        (self.daemon.directory / "log.d").mkdir()
        send(self.daemon, ("4KEPT", COLD))
        while not (self.daemon.directory / "log.d" / "decisions").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertIn("4KEPT", tool(self.daemon, "history").stdout)

    def test_a_full_queue_loses_records_not_mail(self):
        self.daemon.write_config('decisions = { queue = 100; };')
        self.assertEqual(tool(self.daemon, "reload").returncode, 0)
        send(self.daemon, ("4BIG", COLD))
        self.daemon.wait_log("4BIG: class=cold")
        self.assertEqual(ask(self.daemon, b"status")["decision_log"]["dropped"], 1)

    def test_nothing_is_lost_at_the_end(self):
        send(self.daemon, *((f"4N{i:03}", PLAIN) for i in range(200)))
        self.assertEqual(self.daemon.stop()[0], 0)
        self.assertEqual(len(records(self.daemon, 200)), 200)


class Private(unittest.TestCase):
    def test_left_out(self):
        daemon = Daemon('decisions = { addresses = "none"; evidence = false; };')
        self.addCleanup(daemon.clean_up)
        send(daemon, ("4COLD", COLD))
        records(daemon, 1)
        for word in ("example", "secret", "bother"):
            self.assertNotIn(word, log_of(daemon).read_text())
        self.assertIn("2 recipients", tool(daemon, "why", "4COLD").stdout)

    def test_hashes_need_a_key(self):
        daemon = Daemon('decisions = { addresses = "hashed"; };', start=False)
        self.addCleanup(daemon.clean_up)
        daemon.launch()
        self.assertEqual(daemon.process.wait(WAIT), 78)
        self.assertIn("hashes with the memory's key", daemon.log())

    def test_off(self):
        daemon = Daemon('decisions = { log = "off"; };')
        self.addCleanup(daemon.clean_up)
        send(daemon, ("4COLD", COLD))
        daemon.wait_log("4COLD: ")
        daemon.stop()
        self.assertFalse(log_of(daemon).exists())
        result = tool(daemon, "history")
        self.assertEqual(result.returncode, 2)
        self.assertIn('decisions.log is "off"', result.stderr)


class Tool(unittest.TestCase):
    """All of these read one log; the daemon has ended."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.addClassCleanup(cls.daemon.clean_up)
        send(cls.daemon, ("4OLD", COLD), ("4TWICE", PLAIN))
        records(cls.daemon, 2)
        with open(log_of(cls.daemon), "rb") as log, gzip.open(f"{log_of(cls.daemon)}.2.gz", "wb") as old:
            shutil.copyfileobj(log, old)
        os.unlink(log_of(cls.daemon))
        send(cls.daemon, ("4COLD", COLD), ("4PLAIN", PLAIN), ("4SEVERE", SEVERE), ("4TWICE", COLD))
        records(cls.daemon, 4)
        cls.stats = ask(cls.daemon, b"stats")
        cls.daemon.stop()

    def ids(self, *arguments):
        result = tool(self.daemon, "history", "--json", *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return [json.loads(line)["queue_id"] for line in result.stdout.splitlines()]

    def test_history(self):
        self.assertEqual(self.ids(), ["4OLD", "4TWICE", "4COLD", "4PLAIN", "4SEVERE", "4TWICE"])
        shown = tool(self.daemon, "history").stdout.splitlines()
        self.assertEqual(len(shown), 6)
        self.assertRegex(shown[2], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  4COLD +cold +tag +6.0/5.0  anna@away.example > "
                                   r"me@home.example, you@home.example$")

    def test_filters(self):
        for arguments, wanted in (
                (("--from", "*@OTHER.example"), ["4TWICE", "4PLAIN", "4SEVERE"]),
                (("--from", "bounce@*", "--number", "1"), ["4TWICE"]),
                (("--to", "you@home.example"), ["4OLD", "4COLD", "4TWICE"]),
                (("--class", "clean"), ["4TWICE", "4PLAIN"]),
                (("--action", "tag", "--rule", "TEST_SEVERE"), ["4SEVERE"]),
                (("--rule", "TEST_NONE"), []),
                (("--direction", "outbound"), []),
                (("--since", "1h", "--number", "2"), ["4SEVERE", "4TWICE"]),
                (("--until", "2020-01-31 23:59"), []),
                (("--since", "2020-01-31", "--to", "you@*"), ["4OLD", "4COLD", "4TWICE"])):
            with self.subTest(arguments):
                self.assertEqual(self.ids(*arguments), wanted)

    def test_wrong_values(self):
        for arguments in (("--since", "yesterday"), ("--number", "0"), ("--number", "x"), ("--colour", "red")):
            self.assertEqual(tool(self.daemon, "history", *arguments).returncode, 1, arguments)

    def test_why(self):
        said = tool(self.daemon, "why", "4COLD").stdout.splitlines()
        self.assertRegex(said[0], r"^The message from anna@away.example to me@home.example, you@home.example of .* was "
                                  r"delivered with a mark, as cold outreach: .*6\.0 points.*5\.0.*nobody here has written")
        self.assertRegex("\n".join(said), r'\+6\.00  TEST_COLD  ".*sorry to bother you.*"  in the body')
        self.assertEqual(json.loads(tool(self.daemon, "why", "--json", "4PLAIN").stdout)["class"], "clean")

    def test_why_takes_the_newest(self):
        self.assertIn("class=cold", tool(self.daemon, "why", "4TWICE").stdout)

    def test_why_of_nothing(self):
        result = tool(self.daemon, "why", "4NONE")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("no decision about 4NONE", result.stderr)
        self.assertEqual(tool(self.daemon, "why").returncode, 1)

    def test_damaged_lines(self):
        path = log_of(self.daemon)
        whole = path.read_bytes()
        self.addCleanup(path.write_bytes, whole)
        path.write_bytes(whole + b'{"time": "2026\n\xff\xfe\n[]\n' + whole[:50])
        result = tool(self.daemon, "history")
        self.assertEqual((result.returncode, len(result.stdout.splitlines())), (0, 6))
        self.assertIn("4 damaged lines were skipped", result.stderr)

    def test_counters(self):
        self.assertEqual(sum(entry["count"] for entry in self.stats["messages"]), 6)
        self.assertIn({"direction": "inbound", "class": "cold", "action": "tag", "count": 4}, self.stats["messages"])
        self.assertEqual(self.stats["rule_hits"]["TEST_COLD"], {"hits": 3, "shadow": 0})


if __name__ == "__main__":
    main()
