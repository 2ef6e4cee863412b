"""The order of events: every sequence that Postfix is known to produce, and some that only a broken client does."""

import os
import struct

from harness import COLD_BODY, SEVERE_BODY, DaemonTest, main
from milter_client import Closed, Milter, dial, plain_headers


def mail_class(result):
    return [value.strip() for value in result.inserted("X-Coldshoulder-Class")]


class Lifecycle(DaemonTest):
    extra = "inbound = { reject_at = 9.0; };"

    def assert_clean_message(self, milter):
        """The next message of the session carries nothing over from the one before."""
        result = milter.message(queue_id="4NEXT00001")
        self.assertEqual((result.verdict, mail_class(result)), ("c", ["clean"]))

    def test_two_messages_a_connection(self):
        with self.daemon.session() as milter:
            self.assertEqual(mail_class(milter.message(COLD_BODY, queue_id="4TWO000001")), ["cold"])
            self.assertEqual(mail_class(milter.message(queue_id="4TWO000002")), ["clean"])
            self.assertEqual(mail_class(milter.message(COLD_BODY, queue_id="4TWO000003")), ["cold"])
        self.assertIn("action=tag", self.daemon.line("4TWO000001"))
        self.assertIn("action=accept", self.daemon.line("4TWO000002"))

    def test_nothing_leaks_into_the_next_message(self):
        with self.daemon.session() as milter:
            forged = plain_headers() + [("X-Coldshoulder-Class", " forged")] * 3
            self.assertEqual(len([e for e in milter.message(COLD_BODY, forged).edits if e.kind == "change"]), 3)
            result = milter.message(recipients=["<a@home.example>", "<b@home.example>"], queue_id="4LEAK00001")
            self.assertEqual([e for e in result.edits if e.kind == "change"], [])
        self.assertIn("recipients=2", self.daemon.line("4LEAK00001"))

    def test_reject_at_end_then_another(self):
        with self.daemon.session() as milter:
            result = milter.message(SEVERE_BODY)
            self.assertEqual(result.verdict, "y")
            self.assertRegex(result.reply, r"^550[- ]5\.7\.1 ")
            self.assert_clean_message(milter)
            self.assertEqual(mail_class(milter.message(COLD_BODY)), ["cold"])

    def test_mail_without_abort_of_the_one_before(self):
        """Another filter ended the message at MAIL, RCPT or in the header: the next MAIL comes without an abort."""
        with self.daemon.session() as milter:
            milter.mail()
            self.assert_clean_message(milter)
            milter.mail()
            milter.rcpt()
            self.assert_clean_message(milter)
            milter.mail()
            milter.rcpt()
            milter.header("Subject", " " + COLD_BODY.split("\r\n")[2])
            self.assert_clean_message(milter)
            milter.mail()
            milter.rcpt()
            milter.eoh()
            milter.body(COLD_BODY)
            self.assert_clean_message(milter)

    def test_reset_after_recipient(self):
        with self.daemon.session() as milter:
            milter.mail()
            milter.rcpt()
            milter.abort()
            self.assert_clean_message(milter)

    def test_all_recipients_rejected(self):
        """MAIL, no RCPT that counts, ABORT, and the end of the session."""
        with self.daemon.session() as milter:
            milter.mail()
            milter.abort()
            milter.quit()
        self.assert_serves()

    def test_abort_in_every_state(self):
        def to_mail(m):
            m.mail()

        def to_rcpt(m):
            to_mail(m)
            m.rcpt()

        def to_header(m):
            to_rcpt(m)
            m.header("Subject", " x")

        def to_eoh(m):
            to_header(m)
            m.eoh()

        def to_body(m):
            to_eoh(m)
            m.body(COLD_BODY)

        for reach in (to_mail, to_rcpt, to_header, to_eoh, to_body):
            with self.subTest(reach.__name__), self.daemon.session() as milter:
                reach(milter)
                milter.abort()
                milter.abort()
                self.assert_clean_message(milter)

    def test_helo_again_after_mail(self):
        """EHLO or STARTTLS in mid session: HELO comes again on the same connection."""
        with self.daemon.session() as milter:
            milter.helo("again.sender.example")
            milter.mail()
            milter.abort()
            milter.helo("third.sender.example")
            self.assertEqual(mail_class(milter.message(COLD_BODY)), ["cold"])

    def test_mail_then_quit(self):
        with self.daemon.session() as milter:
            milter.mail()
            milter.abort()
            milter.quit()
        self.assert_serves()

    def test_close_without_abort(self):
        """An unknown command in mid message, then QUIT: no abort comes; neither does when the MTA dies."""
        with self.daemon.session() as milter:
            milter.mail()
            milter.rcpt()
            milter.step("U", b"FOO\0")
            milter.quit()
        for state in range(5):
            milter = self.daemon.session()
            milter.mail()
            for step in [milter.rcpt, lambda m=milter: m.header("Subject", " x"), milter.eoh,
                         lambda m=milter: m.body(COLD_BODY)][:state]:
                step()
            milter.close()
        self.assert_serves()

    def test_probe_connections(self):
        for _ in range(20):
            dial(self.daemon.address).close()
        self.assert_serves()

    def test_negotiation_then_nothing(self):
        Milter(self.daemon.address).close()
        Milter(self.daemon.address).quit()
        self.assert_serves()

    def test_garbage(self):
        for garbage in (b"GET / HTTP/1.0\r\n\r\n", b"\0\0\0\1?", b"\xff" * 64, b"\0\0\0\0", b"\0\0\0\5O\0\0\0\6",
                        os.urandom(512), struct.pack(">I", 70000) + b"O" * 70000):
            with self.subTest(garbage[:12]):
                connection = dial(self.daemon.address)
                try:
                    connection.sendall(garbage)
                    connection.shutdown(1)
                    while connection.recv(4096):
                        pass
                except ConnectionError:
                    pass
                connection.close()
        self.assert_serves()

    def test_commands_out_of_order(self):
        """What cannot be is ignored, and the session goes on or is closed; the daemon stays."""
        with Milter(self.daemon.address, negotiate=False) as milter:
            milter.send("L", b"Subject\0x\0")
            milter.send("E")
            self.assertTrue(milter.silent())
        with self.daemon.session() as milter:
            milter.send("E")
            milter.send("N")
            milter.send("B", b"x")
            milter.send("L", b"Subject\0x\0")
            self.assertTrue(milter.silent())
            self.assertEqual(mail_class(milter.message(COLD_BODY)), ["cold"])

    def test_message_without_negotiation(self):
        """libmilter lets MAIL through after an illegal command; nobody is judged, and nothing breaks."""
        with Milter(self.daemon.address, negotiate=False) as milter:
            milter.send("C", b"x\0U")
            self.assertEqual(milter.mail(), "c")
            self.assertEqual(milter.rcpt(), "c")
            self.assertEqual(milter.header("Subject", " x"), "c")
            self.assertEqual(milter.eoh(), "c")
            self.assertEqual(milter.body(COLD_BODY), ("c", 1))
            result = milter.eom(queue_id="4NONEG0001")
            self.assertEqual((result.verdict, result.edits), ("c", []))
        self.assertIn("action=accept", self.daemon.line("4NONEG0001"))

    def test_negotiation_twice(self):
        with self.daemon.session() as milter:
            milter.send("O", struct.pack(">III", 6, 0x1FF, 0x1FFFFF))
            milter.silent()
        self.assert_serves()

    def test_wrong_connect_packets(self):
        for packet in (b"", b"\0", b"name\0", b"name\0004", b"name\0004\0\0", b"name\0004\0\031not an address\0",
                       b"name\0006\0\031::zz\0", b"name\0L\0\0" + b"p" * 200 + b"\0", b"name\0Z\0\0x\0"):
            with self.subTest(packet), Milter(self.daemon.address) as milter:
                milter.send("C", packet)
                try:
                    milter.mail()
                    milter.abort()
                except (Closed, ConnectionError):
                    pass
        self.assert_serves()

    def test_client_without_address(self):
        for family, address in (("U", ""), ("L", "/var/run/x"), ("6", "2001:db8::1")):
            with self.subTest(family), Milter(self.daemon.address) as milter:
                milter.connect("unknown", address, 0, family)
                milter.helo()
                self.assertEqual(mail_class(milter.message(COLD_BODY)), ["cold"])

    def test_empty_arguments(self):
        with self.daemon.session() as milter:
            milter.helo("")
            self.assertEqual(mail_class(milter.message(COLD_BODY, sender="", recipients=[""])), ["cold"])


if __name__ == "__main__":
    main()
