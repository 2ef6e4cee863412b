#!/usr/bin/env python3
"""Where a message goes, told by a real Postfix in every way in which it can come."""

import re

from postfix_case import ALICE, OUTSIDE, PostfixCase, mail, main
from sandbox import free_port, header_block, header_values

CONFIG = """
local_domains = ( "example.org", "lists.example.org" );
networks = ( "192.0.2.0/24", "127.0.0.0/8" );
inbound = { reject_at = 6.0; };
outbound = { enforce = { residue = "reject"; pitch = "reject"; }; };
learning_days = 0;
"""

WEBMAIL = {"ADDR": "192.0.2.10", "NAME": "webmail.example.org"}
OURS = "Alice <alice@example.org>"
REMOTE = "bob@far.example"


class Direction(PostfixCase):
    config = CONFIG

    def direction(self, sender, recipients, message, xclient=None, **keywords):
        queue_id = self.box.send(sender, recipients, message, xclient, **keywords)
        line = self.box.decision_log(queue_id)
        return re.search(r"direction=(\w+)", line).group(1), line, queue_id

    def assert_unchanged(self, queue_id, message):
        delivered = self.box.delivered(queue_id).replace(b"\r\n", b"\n")
        self.assertEqual(header_values(delivered, "X-Coldshoulder"), [])
        for line in header_block(message).splitlines():
            self.assertIn(line, header_block(delivered).splitlines())
        self.assertIn(message.split(b"\n\n", 1)[1], delivered)

    def test_port_25_from_outside(self):
        direction, _, queue_id = self.direction("pat@elsewhere.example", ["sam@example.org"], mail(), OUTSIDE)
        self.assertEqual(direction, "inbound")
        self.assertEqual(len(header_values(self.box.delivered(queue_id), "X-Coldshoulder")), 1)

    def test_one_of_our_addresses_from_outside_is_no_proof(self):
        direction, _, _ = self.direction("alice@example.org", ["sam@example.org"], mail(OURS), OUTSIDE)
        self.assertEqual(direction, "inbound")

    def test_authenticated_submission(self):
        message = mail(OURS, to=REMOTE)
        direction, line, queue_id = self.direction("alice@example.org", [REMOTE], message, ALICE)
        self.assertEqual(direction, "outbound")
        self.assertIn("policy=outbound", line)
        self.assert_unchanged(queue_id, message)

    def test_a_service_named_originating(self):
        direction, _, _ = self.direction("alice@example.org", [REMOTE], mail(OURS, to=REMOTE), OUTSIDE,
                                         port=self.box.submission_port)
        self.assertEqual(direction, "outbound")

    def test_local_sendmail(self):
        message = mail(OURS, to=REMOTE)
        queue_id = self.box.submit("alice@example.org", [REMOTE], message)
        self.assertIn("direction=outbound", self.box.decision_log(queue_id))
        self.assert_unchanged(queue_id, message)

    def test_webmail_from_a_trusted_network(self):
        self.assertEqual(self.direction("alice@example.org", [REMOTE], mail(OURS, to=REMOTE), WEBMAIL)[0], "outbound")
        self.assertEqual(self.direction("pat@elsewhere.example", ["sam@example.org"], mail(), WEBMAIL)[0], "inbound")

    def test_a_forwarder(self):
        direction, _, _ = self.direction("SRS0=ab=cd=elsewhere.example=pat@old.example", ["sam@example.org"],
                                         mail(to="sam@old.example"), OUTSIDE)
        self.assertEqual(direction, "inbound")

    def test_a_mailing_list_manager(self):
        """The list sends strangers' mail from this host: nobody of ours wrote it, and it is not changed."""
        message = mail("Pat <pat@elsewhere.example>", "Hi {{first_name}}, we help firms like yours.\n",
                       "List-Id: <users.lists.example.org>", "List-Post: <mailto:users@lists.example.org>",
                       to="users@lists.example.org")
        direction, line, queue_id = self.direction("users-bounces@lists.example.org", [REMOTE], message)
        self.assertEqual(direction, "outbound")
        self.assertIn("action=accept", line)
        self.assert_unchanged(queue_id, message)

    def test_a_bounce(self):
        direction, line, _ = self.direction("", ["alice@example.org"],
                                            mail("Mailer <mailer-daemon@far.example>", to=OURS), OUTSIDE)
        self.assertEqual(direction, "inbound")
        self.assertIn("action=accept", line)

    def test_internal_mail(self):
        direction, line, _ = self.direction("alice@example.org", ["sam@example.org"],
                                            mail(OURS, "Hi {{first_name}}, we help firms.\n"), ALICE)
        self.assertEqual(direction, "internal")
        self.assertIn("policy=internal", line)

    def test_local_and_remote_recipients(self):
        message = mail(OURS, to=f"sam@example.org, {REMOTE}")
        direction, _, queue_id = self.direction("alice@example.org", ["sam@example.org", REMOTE], message, ALICE)
        self.assertEqual(direction, "outbound")
        self.assert_unchanged(queue_id, message)


class ContentFilter(PostfixCase):
    """Mail goes through a content filter and comes back: it is seen once, and with its first direction."""

    config = CONFIG

    @classmethod
    def prepare(cls):
        port = free_port()
        cls.sandbox_options = {
            "extra_main_cf": f"content_filter = smtp:[127.0.0.1]:{port}",
            "extra_master_cf": f"127.0.0.1:{port} inet n - n - - smtpd\n"
                               "    -o syslog_name=postfix/reinject\n    -o content_filter=\n"
                               "    -o receive_override_options=no_milters,no_unknown_recipient_checks\n"}

    def test_re_injection(self):
        message = mail(OURS, to=REMOTE, message_id="<filtered@example.org>")
        queue_id = self.box.send("alice@example.org", [REMOTE], message, ALICE)
        self.assertIn("direction=outbound", self.box.decision_log(queue_id))
        second = re.search(rf"{queue_id}: to=.*queued as (\w+)", self.wait_for_relay(queue_id)).group(1)
        self.box.delivered(second)
        self.assertNotEqual(second, queue_id)
        self.assertNotIn(f"{second}: class=", self.box.log("coldshoulderd"))

    def wait_for_relay(self, queue_id):
        from sandbox import wait_for
        return wait_for("the content filter", lambda: (lambda text: text if re.search(
            rf"{queue_id}: to=.*queued as", text) else None)(self.box.maillog()))


if __name__ == "__main__":
    main()
