"""Stopping: at once by TERM and INT, without loss by USR2, and what becomes of sessions and sockets."""

import signal
import socket
import threading
import time
import unittest

from harness import COLD_BODY, WAIT, Daemon, main
from milter_client import Closed, Milter, dial


def finish(milter):
    """The rest of a message that has come as far as its header."""
    milter.header("Subject", " x")
    milter.eoh()
    milter.body(COLD_BODY)
    return milter.eom(queue_id="4FINISH001")


def begin(milter):
    """As far as DATA: Postfix shows header and body only when it has the whole message."""
    milter.mail()
    milter.rcpt()
    milter.data()


class StopTest(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.clean_up)
        self.path = self.daemon.directory / "socket"

    def session(self):
        milter = self.daemon.session()
        self.addCleanup(milter.close)
        return milter


class Stop(StopTest):
    def test_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                if self.daemon.process.poll() is not None:
                    self.daemon.start()
                code, seconds = self.daemon.stop(number)
                self.assertEqual(code, 0)
                self.assertLess(seconds, 3)
                self.assertFalse(self.path.exists())

    def test_right_after_the_start(self):
        """The signal may come while everything is still being loaded."""
        for pause in (0, 0.005, 0.02, 0.05):
            self.daemon.stop()
            self.daemon.launch()
            time.sleep(pause)
            try:
                code, seconds = self.daemon.stop()
                self.assertIn(code, (0, -signal.SIGTERM))
                self.assertLess(seconds, 3)
            finally:
                self.daemon.start()

    def test_with_sessions_under_way(self):
        sessions = [self.session() for _ in range(20)]
        for milter in sessions[5:]:
            begin(milter)
        for milter in sessions[10:]:
            milter.eoh()
            milter.body(COLD_BODY)
        code, seconds = self.daemon.stop()
        self.assertEqual(code, 0, self.daemon.log())
        self.assertLess(seconds, 3)

    def test_under_load(self):
        """Every message gets a right answer, or none because the connection ended; never a wrong one."""
        wrong, ended = [], []

        def send():
            try:
                with self.daemon.session() as milter:
                    while True:
                        result = milter.message(COLD_BODY)
                        if result.verdict == "c" and not result.inserted("X-Coldshoulder-Class"):
                            wrong.append(result)
                        if result.verdict not in "cy":
                            wrong.append(result)
            except (Closed, OSError):
                ended.append(True)

        threads = [threading.Thread(target=send) for _ in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        code, seconds = self.daemon.stop()
        for thread in threads:
            thread.join()
        self.assertEqual((code, wrong, len(ended)), (0, [], 6), self.daemon.log())
        self.assertLess(seconds, 3)


class Drain(StopTest):
    def drain(self):
        self.daemon.send_signal(signal.SIGUSR2)
        self.daemon.wait_log(" draining: ")

    def test_nothing_under_way(self):
        self.session()
        code, seconds = self.daemon.stop(signal.SIGUSR2)
        self.assertEqual(code, 0)
        self.assertLess(seconds, 1.9)

    def test_messages_are_finished(self):
        sessions = [self.session() for _ in range(50)]
        for milter in sessions:
            begin(milter)
        self.drain()
        time.sleep(2.5)
        self.assertIsNone(self.daemon.process.poll())
        self.assertIn(" draining: sessions=50, transactions=50, ", self.daemon.log())
        self.assertFalse(self.path.exists(), "the next process can have the name")
        for milter in sessions:
            self.assertEqual([v.strip() for v in finish(milter).inserted("X-Coldshoulder-Class")], ["cold"])
        self.assertEqual(self.daemon.process.wait(WAIT), 0)
        self.assertIn("drained: ", self.daemon.log())

    def test_next_process_starts_meanwhile(self):
        old = self.session()
        begin(old)
        self.drain()
        deadline = time.monotonic() + 2
        while self.path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        first = self.daemon.process
        self.daemon.start()
        with self.daemon.session() as new:
            self.assertEqual(new.message(COLD_BODY).verdict, "c")
        self.assertEqual(finish(old).verdict, "c")
        self.assertEqual(first.wait(WAIT), 0)
        self.assertTrue(self.path.exists(), "the old process leaves the new one's socket alone")

    def test_message_at_its_beginning_is_let_through(self):
        with self.daemon.session() as milter:
            milter.mail()
            self.drain()
            time.sleep(0.3)
            milter.rcpt()
            self.assertEqual(finish(milter).verdict, "c")
        self.assertEqual(self.daemon.process.wait(WAIT), 0)

    def test_long_message_and_new_ones(self):
        """After two seconds only what has reached DATA is waited for; a new message is asked to come later."""
        with self.daemon.session() as long, self.daemon.session() as other:
            begin(long)
            self.drain()
            time.sleep(2.5)
            self.assertEqual(other.mail(), "y")
            self.assertTrue(other.last.startswith(b"451 4.3.2 "), other.last)
            self.assertEqual(finish(long).verdict, "c")
        self.assertEqual(self.daemon.process.wait(WAIT), 0)

    def test_not_for_ever(self):
        milter = self.session()
        begin(milter)
        code, seconds = self.daemon.stop(signal.SIGUSR2)
        self.assertEqual(code, 0)
        self.assertGreater(seconds, 8)
        self.assertLess(seconds, 12)

    def test_stop_cuts_it_short(self):
        milter = self.session()
        begin(milter)
        self.drain()
        code, seconds = self.daemon.stop(signal.SIGTERM)
        self.assertEqual(code, 0)
        self.assertLess(seconds, 4)

    def test_passed_socket_waits_for_the_next_process(self):
        """Connections that come while the old process drains are served by the next one."""
        self.daemon.stop()
        name = self.daemon.directory / "passed"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(name))
            listener.listen(64)
            self.start_passing(listener)
            with Milter(f"unix:{name}") as old:
                old.connect()
                begin(old)
                self.drain()
                time.sleep(0.3)
                waiting = [dial(f"unix:{name}") for _ in range(20)]
                for connection in waiting:
                    self.addCleanup(connection.close)
                self.assertEqual(finish(old).verdict, "c")
                self.assertEqual(self.daemon.process.wait(WAIT), 0)
            self.start_passing(listener)
            for connection in waiting:
                milter = Milter(connection)
                milter.connect()
                self.assertEqual(milter.message(COLD_BODY).verdict, "c")
                milter.close()
            self.assertEqual(self.daemon.stop()[0], 0)

    def start_passing(self, listener):
        count = self.daemon.log().count(" started: ")
        self.daemon.launch_passing(listener.fileno())
        self.daemon.wait_log(" started: ", count + 1)


if __name__ == "__main__":
    main()
