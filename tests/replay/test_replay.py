#!/usr/bin/env python3
"""What `coldshoulder replay` says of mailboxes: order, knowledge, thresholds, and what cannot be read."""
import os
import re
import signal
import subprocess
import sys

from mail import DAY, OPTIONS, SOURCE, START, ReplayTest, main, mbox, message

HELLO = "Hello,\n\nthank you for your kind answer. I shall be there on Monday.\n"


class Knowledge(ReplayTest):
    def test_nobody_is_known_before_we_wrote(self):
        """The same sender, before and after our own mail to him, whatever the order in the files."""
        inbox = self.write("inbox", mbox([message(2, when=START + 20 * DAY), message(1, when=START)]))
        sent = self.write("sent", mbox([message(3, "Me <me@here.example>", "Jo <jo@sales.example>", HELLO,
                                                START + 10 * DAY)]))
        summary = self.summary("--sent", sent, inbox)
        self.assertEqual((summary["received"], summary["sent"], summary["tagged"]), (2, 1, 1))
        self.assertEqual([item["file"] for item in summary["above"]], [f"{inbox}#2"])
        self.assertEqual(summary["relations"], {"unknown": 0, "stranger": 1, "known": 0, "mutual": 1})

    def test_a_template_is_known_by_its_copies(self):
        names = ["Ann", "Bob", "Cid", "Dan", "Eve"]
        inbox = self.write("inbox", mbox(message(i, f"{name} <{name}@sales{i}.example>", when=START + i * 3600)
                                         for i, name in enumerate(names)))
        summary = self.summary(inbox)
        self.assertEqual(summary["tagged"], 5)
        self.assertEqual(summary["classes"]["template"], 3, "the first two came before anybody could know")
        self.assertEqual(summary["templates"][0]["tagged"], summary["templates"][0]["messages"])

    def test_the_result_does_not_depend_on_threads(self):
        people = [f"P{i} <p{i}@firm{i % 40}.example>" for i in range(120)]
        inbox = self.write("inbox", mbox(message(i, people[i % 120], when=START + i * 997) for i in range(300)))
        sent = self.write("sent", mbox(message(1000 + i, "Me <me@here.example>", people[i * 7], HELLO, START + i * 9000)
                                       for i in range(15)))
        one = self.replay("--json", "--jobs", 1, "--sent", sent, inbox).stdout
        self.assertEqual(self.replay("--json", "--jobs", 7, "--sent", sent, inbox).stdout, one)
        self.assertEqual(self.replay("--json", "--sent", sent, inbox).stdout, one)
        self.assertIn(b'"known":', one)

    def test_nothing_is_left_behind(self):
        self.replay(self.write("inbox", message(1)))
        self.assertEqual([path.name for path in self.directory.glob("coldshoulder-replay-*")], [])
        self.assertFalse((self.directory / "memory.db").exists(), "the site's memory is not touched")


class Demonstration(ReplayTest):
    def test_the_mailbox_that_the_readme_walks_through(self):
        subprocess.run([sys.executable, SOURCE / "tests/replay/demo_mailbox.py", self.directory / "demo"], check=True,
                       stdout=subprocess.DEVNULL)
        summary = self.summary("--sent", self.directory / "demo/sent.mbox", "--authserv-id", "mx.lindenhof.example",
                               self.directory / "demo/inbox.mbox")
        self.assertEqual((summary["sent"], summary["undated"], summary["unreadable"], len(summary["periods"])), (150, 0, 0, 12))
        self.assertGreater(summary["received"], 700)
        self.assertGreater(summary["relations"]["mutual"], 150)
        self.assertGreater(summary["templates"][0]["messages"], 20)


class Thresholds(ReplayTest):
    def test_the_table_is_what_the_configuration_would_do(self):
        texts = [None, "Hello,\n\nwe offer gadgets.\n", "Hello,\n\nnothing of that kind.\n"]
        inbox = self.write("inbox", mbox(message(i, text=texts[i % 3], when=START + i * DAY) for i in range(9)))
        table = {row["at"]: row["tagged"] for row in self.summary(inbox)["thresholds"]}
        for at in (3.0, 3.5, 5.0, 5.5):
            config = self.write("other", self.configuration(f"inbound = {{ tag_at = {at}; }};"))
            self.assertEqual(self.summary(inbox, config=config)["tagged"], table[at], at)
        self.assertEqual((table[3.0], table[3.5], table[5.0], table[5.5]), (6, 3, 3, 0))

    def test_thresholds_for_some_are_said_to_be_left_out(self):
        inbox = self.write("inbox", message(1))
        config = self.write("classes", self.configuration("inbound = { classes = { cold = { tag_at = 4.0; }; }; };"))
        self.assertIn("thresholds of their own", self.replay(inbox, config=config).stdout.decode())
        self.assertNotIn("thresholds of their own", self.replay(inbox).stdout.decode())

    def test_misses_on_both_sides_with_evidence(self):
        inbox = self.write("inbox", mbox([message(1), message(2, "Al <al@other.example>", text="Hello,\n\nwe offer gadgets.\n")]))
        text = self.replay(inbox).stdout.decode()
        below, above = text.index("Just below 5.00"), text.index("Just above 5.00")
        self.assertIn("al@other.example", text[below:above])
        self.assertIn('+2.25 OFFER "we offer gadgets', text[below:above])
        self.assertIn("jo@sales.example", text[above:])
        self.assertRegex(text, r"(?m)^ > +5\.00 +1 +50\.00 % .*tag_at$")

    def test_months(self):
        inbox = self.write("inbox", mbox(message(i, when=START + i * 40 * DAY) for i in range(3)))
        periods = self.summary(inbox)["periods"]
        self.assertEqual([(p["period"], p["tagged"]["cold"]) for p in periods],
                         [("2025-01", 1), ("2025-02", 1), ("2025-03", 1)])


class Reading(ReplayTest):
    def test_places_people_keep_mail_in(self):
        for name in ("Maildir/new", "Maildir/cur", "Maildir/tmp"):
            (self.directory / name).mkdir(parents=True)
        self.write("Maildir/cur/1735689700.M1.host:2,S", message(1))
        self.write("Maildir/new/1735689800.M2.host", message(2))
        self.write("Maildir/tmp/1735689900.M3.host", message(3))
        one = self.write("one.eml", message(4))
        self.assertEqual(self.summary(self.directory / "Maildir", one)["received"], 3)
        self.assertEqual(self.summary("-", input=mbox([message(5), message(6)]).encode())["received"], 2)

    def test_what_is_named_twice_counts_once(self):
        one = self.write("mail/one.eml", message(1))
        summary = self.summary(one, self.directory / "mail", "--sent", self.write("mail/sent.eml", message(2)))
        self.assertEqual((summary["received"], summary["sent"], summary["repeated"]), (1, 1, 2))

    def test_since(self):
        inbox = self.write("inbox", mbox(message(i, when=START + i * 40 * DAY) for i in range(3)))
        self.assertEqual(self.summary("--since", "2025-02-01", inbox)["received"], 2)

    def test_dates(self):
        """Received counts more than Date; a Maildir's name and the mbox line help; without any of them it comes first."""
        received = f"from a by b; {'Mon, 10 Mar 2025 10:00:00 +0000'}"
        self.write("d/a.eml", message(1, when=START + 300 * DAY, Received=received))
        self.write("d/b.eml", message(2, Date="the day before yesterday"))
        self.write("d/cur/1743500000.M1.host", message(3, Date=None))
        self.write("d/e.mbox", f"From x Thu May  1 10:00:00 2025\n{message(4, Date=None)}\n")
        summary = self.summary(self.directory / "d")
        self.assertEqual([p["period"] for p in summary["periods"]], ["2025-03", "2025-04", "2025-05"])
        self.assertEqual((summary["received"], summary["undated"]), (4, 1))


class BadInput(ReplayTest):
    def test_it_is_counted_and_named_and_never_a_stop(self):
        self.write("d/good.eml", message(1))
        self.write("d/empty.eml", b"")
        self.write("d/binary.eml", bytes(range(256)) * 50)
        self.write("d/broken.mbox", b"From x Wed Jan  1 00:00:00 2025\n" + b"\xff\x00 no header\n" * 3 +
                   b"\nFrom \nFrom x\n\nFrom x Wed Jan  1 00:00:00 2025")
        os.mkfifo(self.directory / "d/fifo")
        os.symlink("loop", self.directory / "d/loop")
        os.symlink("..", self.directory / "d/up")
        result = self.replay("--json", self.directory / "d", self.directory / "nowhere", expect=2)
        text = result.stdout.decode()
        for name in ("empty.eml: empty file", "loop: Too many levels", "fifo: neither a file", "nowhere: No such file"):
            self.assertIn(name, text)
        self.assertIn('"unreadable":4', text)
        self.assertIn('"tagged":1', text)
        said = self.replay(self.directory / "d", expect=2).stdout.decode()
        self.assertRegex(said, r"3 could not be read:\n(  .*\n){3}")

    def test_a_large_directory_and_long_lists_of_failures(self):
        for number in range(500):
            self.write(f"d/{number:03}", b"")
        self.write("d/999", message(1))
        text = self.replay(self.directory / "d", expect=2).stdout.decode()
        self.assertIn("500 could not be read", text)
        self.assertIn("and 480 more", text)

    def test_the_terminal_is_safe(self):
        inbox = self.write("inbox", message(1, Subject="=?utf-8?q?=1B]0;owned=07?= \x1b[31m"))
        self.assertNotIn(b"\x1b", self.replay(inbox).stdout)

    def test_usage(self):
        for arguments in ((), ("--since", "yesterday", "x"), ("--jobs", "0", "x"), ("--auth", "maybe", "x"), ("--nonsense",)):
            with self.subTest(arguments):
                self.assertTrue(self.replay(*arguments, expect=1).stderr)

    def test_interrupted_it_shows_what_it_has(self):
        """More than a pipe holds goes in, so some of it has been read when the signal comes."""
        with subprocess.Popen([OPTIONS.tool, "replay", "--json", "--config", self.config, "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(os.environ, TMPDIR=str(self.directory))) as process:
            process.stdin.write(mbox(message(i) for i in range(1000)).encode())
            process.stdin.flush()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 2)
        self.assertIn(b"interrupted", err)
        self.assertIn(b'"interrupted":true', out)
        self.assertGreater(int(re.search(rb'"received":(\d+)', out).group(1)), 0)
        self.assertEqual([path.name for path in self.directory.glob("coldshoulder-replay-*")], [])


if __name__ == "__main__":
    main()
