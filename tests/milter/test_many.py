"""Many connections at once, and that nothing grows with the number of messages."""

import threading

from harness import COLD_BODY, DaemonTest, main
from milter_client import plain_headers


def resident_kilobytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise AssertionError("no VmRSS")


class Many(DaemonTest):
    def test_idle_connections(self):
        """Five hundred connections that say nothing cost little, and do not keep others waiting."""
        before = resident_kilobytes(self.daemon.process.pid)
        idle = [self.daemon.session() for _ in range(500)]
        after = resident_kilobytes(self.daemon.process.pid)
        self.assert_serves()
        for milter in idle[::50]:
            self.assertEqual(milter.message(COLD_BODY).verdict, "c")
        for milter in idle:
            milter.close()
        self.assertLess(after - before, 500 * 64)
        self.assert_serves()

    def test_messages_side_by_side(self):
        """Each of many interleaved messages gets its own verdict."""
        sessions = [self.daemon.session() for _ in range(40)]
        for milter in sessions:
            milter.mail()
        for milter in sessions:
            milter.rcpt()
        for milter in sessions:
            for name, value in plain_headers():
                milter.header(name, value)
            milter.eoh()
        for number, milter in enumerate(sessions):
            milter.body(COLD_BODY if number % 2 else "Fine.\r\n")
        found = [milter.eom().inserted("X-Coldshoulder-Class")[0].strip() for milter in sessions]
        self.assertEqual(found, ["clean", "cold"] * 20)
        for milter in sessions:
            milter.close()

    def test_threads(self):
        failures = []

        def send(number):
            try:
                for _ in range(10):
                    with self.daemon.session() as milter:
                        for body, wanted in ((COLD_BODY, "cold"), ("Fine.\r\n", "clean")):
                            found = milter.message(body, queue_id=f"4T{number}").inserted("X-Coldshoulder-Class")
                            if [v.strip() for v in found] != [wanted]:
                                failures.append(found)
            except Exception as error:  # a test thread must hand everything over
                failures.append(error)

        threads = [threading.Thread(target=send, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_nothing_grows(self):
        """Messages of all sizes, ended in all ways: the memory in use settles."""
        def one_round():
            with self.daemon.session() as milter:
                for body in ("", COLD_BODY, "x" * 70 + "\r\n", ("y" * 70 + "\r\n") * 8000):
                    milter.message(body)
                    milter.mail()
                    milter.rcpt()
                    milter.eoh()
                    milter.body(body)
                    milter.abort()
                milter.mail()

        for _ in range(20):
            one_round()
        settled = resident_kilobytes(self.daemon.process.pid)
        for _ in range(60):
            one_round()
        grown = resident_kilobytes(self.daemon.process.pid) - settled
        self.assertLess(grown, 24 * 1024)


if __name__ == "__main__":
    main()
