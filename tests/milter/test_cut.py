"""An MTA that goes away: at every byte of a session, in the middle of our edits, ten thousand times in a row."""

import json
import os
import socket
import struct
import subprocess
import time

import harness
from harness import COLD_BODY, DaemonTest, main
from milter_client import Milter, dial, plain_headers

TOOL = os.environ.get("COLDSHOULDER", os.path.join(os.path.dirname(harness.BINARY), "coldshoulder"))
PROBES = 10000
FORGED = [("X-Coldshoulder-Class", " forged")] * 100


class Recorder:
    """A socket that keeps what was sent through it."""

    def __init__(self, connection):
        self.connection = connection
        self.sent = b""

    def sendall(self, data):
        self.sent += data
        self.connection.sendall(data)

    def __getattr__(self, name):
        return getattr(self.connection, name)


class Cut(DaemonTest):
    def activity(self):
        reply = subprocess.run([TOOL, "status", "--json", "-c", str(self.daemon.config)], capture_output=True, text=True,
                               timeout=60, check=True)
        status = json.loads(reply.stdout)
        return status["sessions"], status["transactions"], status["in_data"]

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))

    def setUp(self):
        self.before = self.descriptors()

    def assert_nothing_is_left(self):
        """Sessions, transactions and descriptors (but for a few that threads keep for themselves) are given back."""
        deadline = time.monotonic() + harness.WAIT
        while self.activity() != (0, 0, 0) or self.descriptors() > self.before + 4:
            self.assertLess(time.monotonic(), deadline, f"{self.activity()}, {self.descriptors()} descriptors")
            time.sleep(0.05)
        self.assert_serves()

    def whole_session(self):
        """The bytes of a session with two messages, the second of them given up, and a third one's beginning."""
        recorder = Recorder(dial(self.daemon.address))
        with Milter(recorder) as milter:
            milter.connect()
            milter.helo()
            milter.message(COLD_BODY, plain_headers() + FORGED[:2])
            milter.mail()
            milter.rcpt()
            milter.abort()
            milter.message("Hi.\r\n")
            milter.send("Q")
        return recorder.sent

    def test_at_every_byte(self):
        data = self.whole_session()
        self.assertGreater(len(data), 700)
        for cut in range(len(data)):
            with dial(self.daemon.address) as connection:
                connection.sendall(data[:cut])
                if cut % 3 == 0:  # some hear what was answered, some say that they will say no more
                    connection.shutdown(socket.SHUT_WR)
        self.assert_nothing_is_left()

    def test_in_the_middle_of_our_edits(self):
        for taken in list(range(0, 60, 3)) + [500, 1000, 2000]:
            milter = self.daemon.session()
            milter.mail()
            milter.rcpt()
            milter.data()
            for name, value in plain_headers() + FORGED:
                milter.header(name, value)
            milter.eoh()
            milter.body(COLD_BODY)
            milter.send("E")
            while taken > 0:
                piece = milter.socket.recv(taken)
                if not piece:
                    break
                taken -= len(piece)
            milter.close()
        self.assert_nothing_is_left()

    def test_sizes_that_cannot_be(self):
        good = struct.pack(">I", 13) + b"O" + struct.pack(">III", 6, 0x1FF, 0x1FFFFF)
        for start in (b"", good):
            for size in (0, 1, 65537, 1 << 20, 1 << 21, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
                for letter in (b"", b"B", b"L", b"M", b"D", b"O", b"\xff"):
                    with dial(self.daemon.address) as connection:
                        connection.sendall(start + struct.pack(">I", size) + letter)
        self.assert_nothing_is_left()

    def test_a_large_packet(self):
        """More than libmilter takes in one piece: the connection may end, the daemon may not."""
        for letter in "LMRBDE":
            try:
                with self.daemon.session() as milter:
                    milter.mail()
                    milter.send(letter, b"x" * (3 << 20))
                    milter.silent(0.05)
            except OSError:
                pass
        self.assert_nothing_is_left()

    def test_ten_thousand_probes(self):
        done = 0
        while done < PROBES:
            try:
                dial(self.daemon.address).close()
                done += 1
            except BlockingIOError:  # more than wait in line: it comes again, as Postfix would
                time.sleep(0.001)
        self.assert_nothing_is_left()


if __name__ == "__main__":
    main()
