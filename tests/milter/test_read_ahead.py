"""Packets are read ahead: few system calls for many header fields, and the same answers however the bytes come."""

import pathlib
import socket
import unittest

from harness import COLD_BODY, DaemonTest, main
from milter_client import Milter, dial, plain_headers
from test_cut import Recorder

FIELDS = 200


class ReadAhead(DaemonTest):
    def reads(self):
        path = pathlib.Path(f"/proc/{self.daemon.process.pid}/io")
        if not path.exists():
            raise unittest.SkipTest("this kernel does not count reads")
        return int(path.read_text().split("syscr:")[1].split()[0])

    def recorded(self):
        """What an MTA sends with two messages, and what it is answered."""
        recorder = Recorder(dial(self.daemon.address))
        with Milter(recorder) as milter:
            milter.connect()
            milter.helo()
            verdicts = [milter.message(body, plain_headers() + [("X-Field", f" {i}") for i in range(FIELDS)]).verdict
                        for body in (COLD_BODY, COLD_BODY * 400)]
            milter.send("Q")
        self.assertEqual(verdicts, ["c", "c"])
        return recorder.sent

    def answers(self, data, piece):
        """All that is answered to a session that comes in pieces of that size."""
        with dial(self.daemon.address) as connection:
            for at in range(0, len(data), piece):
                connection.sendall(data[at:at + piece])
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while more := connection.recv(65536):
                answer += more
        return answer

    def test_same_answers_however_it_comes(self):
        data = self.recorded()
        self.assertGreater(len(data), 3 * 8192)
        whole = self.answers(data, len(data))
        self.assertEqual(whole.count(b"X-Coldshoulder-Class\0 cold\0"), 2)
        for piece in (1, 5, 1009, 8192):
            self.assertEqual(self.answers(data, piece), whole, piece)

    def test_few_reads_for_many_fields(self):
        data = self.recorded()
        before = self.reads()
        self.answers(data, len(data))
        self.assertLess(self.reads() - before, FIELDS)


if __name__ == "__main__":
    main()
