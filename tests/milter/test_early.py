#!/usr/bin/env python3
"""What the header settles is not read any further, and is none the less logged, marked and learned."""

import unittest

import harness

# The gate is an expression: what cannot pass it cannot be cold, whatever it says.
RULES = """
rules = (
  { id = "TEST_BOTHER"; family = "apology"; score = 3.0; status = "stable";
    describe = "Apologises";
    view = "body"; phrases = [ "sorry to bother you" ];
    hits = [ "I am sorry to bother you", "so sorry to bother you today" ];
    misses = [ "it does not bother me", "sorry" ]; },
  { id = "TEST_COLD"; family = "verdict"; score = 3.0; class = "cold"; status = "stable";
    describe = "A stranger apologises";
    when = "inbound and relation == stranger and not (list or reply_to_ours) and families(apology) >= 1";
    cases = ( { given = "inbound"; rules = [ "TEST_BOTHER" ]; expect = true; },
              { given = "inbound, list"; rules = [ "TEST_BOTHER" ]; expect = false; } ); }
);
"""
EXTRA = 'auth_results = "stripped"; authserv_ids = ( "mx.home.example" );'
LONG = harness.COLD_BODY + "More of it.\r\n" * 20000
PASS = ("Authentication-Results", " mx.home.example; dkim=pass header.d=sender.example")
LIST = ("List-Id", " <friends.sender.example>")


class Early(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = harness.Daemon(EXTRA, rules=RULES, memory='store = "sqlite"; deadline = "5s";')

    @classmethod
    def tearDownClass(cls):
        code, _ = cls.daemon.stop()
        log = cls.daemon.log()
        cls.daemon.clean_up()
        assert code == 0, log

    def deliver(self, number, *more, sender="stranger@sender.example", recipient="me@home.example", identity=True,
                **macros):
        """Returns the letter that the first piece of the body is answered with, the class, and the log line."""
        queue_id = f"4EARLY{number:04}"
        headers = [("From", f" {sender}"), ("To", f" {recipient}"), ("Subject", " Hello"), *more]
        headers += [("Message-ID", f" <{number}@sender.example>")] if identity else []
        with self.daemon.session() as milter:
            milter.mail(f"<{sender}>", **macros)
            milter.rcpt(f"<{recipient}>")
            milter.data()
            for name, value in headers:
                milter.header(name, value)
            milter.macros("N", queue_id=queue_id)
            milter.eoh()
            letter, _ = milter.body(LONG)
            result = milter.eom(queue_id=queue_id)
        return letter, [value.strip() for value in result.inserted("X-Coldshoulder-Class")], self.daemon.line(queue_id)

    def write_to(self, recipient, number):
        self.deliver(number, sender="me@home.example", recipient=recipient, auth_authen="me")

    def test_a_stranger_is_read(self):
        letter, mail_class, line = self.deliver(1)
        self.assertEqual((letter, mail_class), ("c", ["cold"]))
        self.assertNotIn("settled", line)

    def test_a_list_is_not(self):
        letter, mail_class, line = self.deliver(2, LIST)
        self.assertEqual((letter, mail_class), ("s", ["clean"]))
        self.assertIn("class=clean, action=accept", line)
        self.assertIn(", settled, ", line)

    def test_a_proved_correspondent_is_not(self):
        self.write_to("friend@sender.example", 3)
        letter, mail_class, line = self.deliver(4, PASS, sender="friend@sender.example")
        self.assertEqual((letter, mail_class), ("s", ["clean"]))
        # It was learned all the same: now both have written.
        letter, _, line = self.deliver(5, PASS, sender="friend@sender.example")
        self.assertEqual(letter, "s")
        self.assertIn("relation=mutual", line)

    def test_one_who_is_not_proved_is_read(self):
        self.write_to("cousin@sender.example", 6)
        letter, mail_class, line = self.deliver(7, sender="cousin@sender.example")
        self.assertEqual((letter, mail_class), ("c", ["clean"]))
        self.assertIn("relation=known", line)

    def test_a_role_mailbox_is_not_read(self):
        letter, mail_class, _ = self.deliver(8, recipient="abuse@home.example")
        self.assertEqual((letter, mail_class), ("s", []))

    def test_what_has_no_message_id_is_told_by_its_text(self):
        letter, mail_class, _ = self.deliver(9, LIST, identity=False)
        self.assertEqual((letter, mail_class), ("c", ["clean"]))

    def test_an_mta_without_skip_is_served(self):
        with self.daemon.session(protocol=0x1FFFFF & ~0x400) as milter:
            result = milter.message(harness.COLD_BODY, [("From", " a@sender.example"), LIST], queue_id="4EARLY0010")
        self.assertEqual([value.strip() for value in result.inserted("X-Coldshoulder-Class")], ["clean"])
        self.assertIn(", settled, ", self.daemon.line("4EARLY0010"))


if __name__ == "__main__":
    harness.main()
