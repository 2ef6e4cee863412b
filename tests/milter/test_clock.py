"""The wall clock is set, forwards and backwards, by an hour, a day, decades, all the time: mail is judged as ever, what is
known stays known, and what waits, waits by the monotonic clock. The clock is the daemon's alone (wall_clock.c)."""

import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import harness
from harness import COLD_BODY, WAIT
from milter_client import Closed

WALL_CLOCK = os.environ.get("WALL_CLOCK_LIBRARY", os.path.join(os.path.dirname(harness.BINARY), "tests/milter/libwall_clock.so"))
HOUR, DAY, YEAR = 3600, 86400, 365 * 86400
STEPS = (-HOUR, HOUR, -DAY, DAY, -YEAR, 2 * HOUR, 30 * YEAR, -30 * YEAR)
ANN, KNOWN = "ann@friends.example", ("known", "mutual")
HELLO = "Hello there,\r\n\r\nsee you on Friday.\r\n"
MEMORY = f'freemail_list = "{harness.HERE.parents[1]}/conf/lists/freemail.txt"; deadline = "5s";'


class Clock(harness.Daemon):
    """A daemon with a wall clock of its own."""

    def __init__(self, memory=MEMORY, wrong_by=0, extra=""):
        super().__init__(extra, start=False, memory=memory)
        self.number = 0
        self.clock = self.directory / "clock"
        self.set(wrong_by)
        self.start()

    def launch(self, *arguments, **keywords):
        sanitizer = os.environ.get("ASAN_OPTIONS", "")  # which must be the first that is loaded, or be told
        super().launch(*arguments, env=dict(os.environ, LD_PRELOAD=WALL_CLOCK, WALL_CLOCK=str(self.clock),
                                            ASAN_OPTIONS=f"{sanitizer}:verify_asan_link_order=0"), **keywords)

    def set(self, wrong_by):
        with open(self.clock, "r+b" if self.clock.exists() else "wb") as file:
            file.write(struct.pack("=q", int(wrong_by)))

    def headers(self, sender, recipient):
        self.number += 1
        return [("From", f" {sender}"), ("To", f" {recipient}"), ("Subject", " Hello"),
                ("Message-ID", f" <{self.number}@{sender.partition('@')[2]}>"), ("Date", " Mon, 2 Mar 2026 10:00:00 +0000")]

    def line_of(self, milter, sender, recipient, body=HELLO, **keywords):
        """The log's line of one message, which must go on."""
        headers = self.headers(sender, recipient)
        queue_id = f"4C{self.number:07}"
        result = milter.message(body, headers, f"<{sender}>", [f"<{recipient}>"], queue_id=queue_id, **keywords)
        assert result.verdict == "c", result
        return self.line(queue_id)

    def write(self, sender, recipient):
        with self.session() as milter:
            self.line_of(milter, sender, recipient, mail_macros={"auth_authen": sender})

    def relation(self, sender="eve@sender.example", milter=None):
        """What the log says of a message from outside. Who is known is mutual after the first."""
        with milter and contextlib.nullcontext(milter) or self.session() as milter:
            line = self.line_of(milter, sender, "me@home.example")
        return line.split("relation=")[1].split(",")[0]

    def sweep(self):
        """Waits until what is too old has been looked for: a contact of the first days of 1970 is gone."""
        with contextlib.closing(sqlite3.connect(self.directory / "state/memory.db", timeout=WAIT)) as database:
            with database:
                database.execute("INSERT INTO contact VALUES (1, 1, 1, 1, 0, 0)")
            wait_for(lambda: not database.execute("SELECT 1 FROM contact WHERE remote = 1").fetchall(), "a sweep")


def wait_for(happened, what):
    deadline = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


class Set(unittest.TestCase):
    def daemon(self, *arguments, **keywords):
        daemon = Clock(*arguments, **keywords)
        self.addCleanup(daemon.clean_up)
        return daemon

    def end(self, daemon):
        code, seconds = daemon.stop()
        self.assertEqual(code, 0, daemon.log())
        self.assertLess(seconds, WAIT)

    def test_what_is_known_stays_known(self):
        """By an hour to a year and back, in sessions that began before the step and in new ones."""
        daemon = self.daemon()
        daemon.write("me@home.example", ANN)
        with daemon.session() as milter:
            for step in STEPS[:6]:
                daemon.set(step)
                self.assertIn(daemon.relation(ANN, milter), KNOWN, step)
                self.assertIn(daemon.relation(ANN), KNOWN, step)
                self.assertEqual(daemon.relation(), "stranger", step)
        self.end(daemon)

    def test_a_clock_that_is_wrong_for_a_while_erases_nothing(self):
        """By thirty years, long enough for a sweep."""
        daemon = self.daemon()
        daemon.write("me@home.example", ANN)
        self.assertIn(daemon.relation(ANN), KNOWN)
        daemon.set(30 * YEAR)
        daemon.sweep()
        daemon.set(0)
        self.assertIn(daemon.relation(ANN), KNOWN)
        self.end(daemon)

    def test_a_start_without_a_clock(self):
        """A machine that does not know the time before the network is there."""
        daemon = self.daemon(wrong_by=60 - int(time.time()))
        daemon.write("me@home.example", ANN)
        self.assertIn(daemon.relation(ANN), KNOWN)
        daemon.set(0)
        daemon.write("me@home.example", "bob@other.example")
        self.assertIn(daemon.relation("bob@other.example"), KNOWN)
        with daemon.session() as milter:
            self.assertIn("class=cold", daemon.line_of(milter, "eve@sender.example", "me@home.example", COLD_BODY))
        self.end(daemon)

    def test_the_clock_is_set_all_the_time(self):
        """Four sessions, and reloads meanwhile. By an hour, no session is cut; every message is judged, and logged once."""
        daemon, sent, cut = self.send_while_set((-HOUR, HOUR))
        self.assertEqual(cut, [])
        self.assertEqual(sorted(sent), sorted(re.findall(r" (4ALL\d+): class=cold", daemon.log())))
        self.end(daemon)

    def test_the_clock_is_set_by_decades_all_the_time(self):
        """libmilter may take a session for one that is idle since long, and close it; the MTA comes again."""
        daemon, sent, _ = self.send_while_set(STEPS)
        self.assertEqual(sorted(sent), sorted(set(re.findall(r" (4ALL\d+): class=cold", daemon.log()))))
        self.end(daemon)

    def send_while_set(self, steps):
        """(the daemon, queue ids, sessions that were cut)"""
        daemon = self.daemon()
        stop, failures, sent, cut = threading.Event(), [], [], []

        def send_one(queue_id, sender):
            headers = [("From", f" <{sender}>"), ("To", " me@home.example"), ("Message-ID", f" <{queue_id}@sender.example>")]
            while True:
                try:
                    with daemon.session() as milter:
                        for _ in range(2):
                            result = milter.message(COLD_BODY, headers, f"<{sender}>", queue_id=queue_id)
                            if result.verdict != "c" or result.inserted("X-Coldshoulder-Class") != [" cold"]:
                                failures.append(result)
                            sent.append(queue_id)
                            queue_id += "1"
                    return
                except (Closed, OSError) as error:
                    cut.append(error)

        def send(number):
            try:
                for i in range(40):
                    send_one(f"4ALL{number}{i:04}", f"e{number}@sender.example")
            except Exception as error:  # a test thread must hand everything over
                failures.append(error)

        def turn_the_clock():
            chance = random.Random(9)
            while not stop.is_set():
                daemon.set(chance.choice(steps))
                stop.wait(0.002)

        threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
        clock = threading.Thread(target=turn_the_clock)
        for thread in (clock, *threads):
            thread.start()
        try:
            for _ in range(5):
                count = daemon.log().count(" reloaded: ")
                daemon.send_signal(signal.SIGUSR1)
                daemon.wait_log(" reloaded: ", count + 1)
            for thread in threads:
                thread.join()
        finally:
            stop.set()
            clock.join()
        self.assertEqual(failures, [])
        for queue_id in sent:
            daemon.wait_log(f" {queue_id}: ")
        return daemon, sent, cut

    def test_an_idle_daemon_stays_idle(self):
        """Nothing that waits by the wall clock waits no more."""
        daemon = self.daemon()
        self.assertEqual(daemon.relation(), "stranger")
        for step in (-HOUR, HOUR, -30 * YEAR):
            daemon.set(step)
            before = self.processor_seconds(daemon)
            time.sleep(1)
            self.assertLess(self.processor_seconds(daemon) - before, 0.5, f"of 1 s, after a step by {step} s")
        self.end(daemon)

    @staticmethod
    def processor_seconds(daemon):
        fields = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_draining(self):
        """USR2 waits for a session; the clock is set; it ends when the session does, not before and not an hour later."""
        for step in (-HOUR, HOUR):
            daemon = self.daemon()
            with daemon.session() as milter:
                milter.mail()
                milter.rcpt()
                milter.data()
                daemon.send_signal(signal.SIGUSR2)
                daemon.wait_log("drain")
                daemon.set(step)
                milter.header("Subject", " x")
                milter.eoh()
                milter.body(COLD_BODY)
                self.assertEqual(milter.eom(queue_id="4DRAIN0001").verdict, "c")
            self.assertEqual(daemon.process.wait(WAIT), 0, daemon.log())


@unittest.skipUnless(shutil.which("redis-server"), "there is no redis-server")
class SetWhileTheStoreHangs(unittest.TestCase):
    """A Redis server that hangs: the deadline of a look-up, the breaker and the minute between two lines of the log."""

    def setUp(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix="cs", dir="/tmp"))
        self.addCleanup(shutil.rmtree, place)
        self.server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", f"{place}/redis", "--save", "", "--dir",
                                        str(place)], stdout=subprocess.DEVNULL)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        wait_for((place / "redis").exists, "the server")
        key = place / "key"
        key.write_text("5e" * 32 + "\n")
        key.chmod(0o600)
        self.daemon = Clock(f'store = "redis"; redis_server = "unix:{place}/redis"; key_file = "{key}";')
        self.addCleanup(self.daemon.clean_up)

    def test_deadline_breaker_and_notices(self):
        daemon = self.daemon
        wait_for(lambda: daemon.relation() == "stranger", "an answer")
        stop = threading.Event()

        def turn_the_clock():
            while not stop.is_set():
                for step in (-HOUR, HOUR):
                    daemon.set(step)
                    stop.wait(0.005)

        clock = threading.Thread(target=turn_the_clock)
        clock.start()
        try:
            self.server.send_signal(signal.SIGSTOP)
            for _ in range(20):  # three that wait for their deadline, and then nobody does
                self.assertEqual(daemon.relation(), "unknown")
            self.server.send_signal(signal.SIGCONT)
            wait_for(lambda: daemon.relation() == "stranger", "the breaker to close")
        finally:
            self.server.send_signal(signal.SIGCONT)
            stop.set()
            clock.join()
        self.assertEqual(daemon.log().count("cannot be asked"), 1, daemon.log())
        daemon.wait_log("can be asked again")
        self.assertEqual(daemon.stop()[0], 0, daemon.log())


if __name__ == "__main__":
    harness.main()
