#!/usr/bin/env python3
"""Policies through a real Postfix: rejections that teach, recipients of two minds, the hold queue."""

import smtplib
import subprocess

from postfix_case import ALICE, OUTSIDE, PostfixCase, mail, main
from sandbox import header_values, wait_for

RESIDUE = "Hi {{first_name}},\n\nI saw that 100% of firms like yours need websites.\n\nAlice\n"
PITCH = """Hi Sam,

I'm so sorry to bother you out of the blue, but I came across your company and was really impressed by what
you have built.

We help businesses like yours generate more qualified leads with a done-for-you outbound programme. Last year
we helped 40 teams double their pipeline.

Would you be open to a quick 15-minute call next week?

Best regards,
Jordan Reed
"""


class Enforcement(PostfixCase):
    config = """
local_domains = ( "example.org" );
networks = ( "127.0.0.0/8" );
outbound = { enforce = { residue = "reject"; first_contacts = "tempfail"; first_contacts_per_day = 2;
                         help_link = "https://wiki.example.org/mail"; help_contact = "Kim (phone 12)"; }; };
learning_days = 0;
"""

    def refused(self, message, recipients=("bob@far.example",)):
        with self.assertRaises(smtplib.SMTPDataError) as caught:
            self.box.send("alice@example.org", recipients, message, ALICE)
        return caught.exception.smtp_code, caught.exception.smtp_error.decode()

    def test_a_rejection_teaches(self):
        code, text = self.refused(mail("Alice <alice@example.org>", RESIDUE, to="bob@far.example"))
        self.assertEqual(code, 550)
        lines = text.splitlines()
        self.assertTrue(1 < len(lines) <= 10, text)
        self.assertTrue(all(line.startswith("5.7.1 ") for line in lines), text)
        for words in ("merge field", "{{first_name}}", "Rule: residue", "https://wiki.example.org/mail", "Kim (phone 12)"):
            self.assertIn(words, text)
        self.assertTrue(text.isascii())

    def test_a_budget(self):
        def send(number, to):
            message = mail("Carol <carol@example.org>", "Could we meet?\n", to=to, message_id=f"<b{number}@example.org>")
            return self.box.send("carol@example.org", [to], message, {"ADDR": "198.51.100.20", "LOGIN": "carol"})
        for number in range(2):
            self.box.decision_log(send(number, f"stranger{number}@far{number}.example"))
        with self.assertRaises(smtplib.SMTPDataError) as caught:
            send(2, "stranger2@far2.example")
        self.assertEqual(caught.exception.smtp_code, 451)
        self.assertIn("3; 2 a day", caught.exception.smtp_error.decode())
        # Whoever was written to is no stranger any more, and free.
        self.box.decision_log(send(3, "stranger1@far1.example"))
        self.assertIn("budget=first_contacts, user=carol, used=2, of=2", self.box.log("coldshoulderd"))
        # What was learned is written in batches.
        wait_for("the budget", lambda: "2 first contacts today of 2, none left" in self.budget("carol"))


    def budget(self, user):
        return subprocess.run([self.box.dir / "bin/coldshoulder", "budget", "-c", self.box.dir / "coldshoulder.conf",
                               user], capture_output=True, text=True, check=True).stdout


class Recipients(PostfixCase):
    config = """
local_domains = ( "example.org" );
inbound = { tag_at = 5.0; };
policies = ( { name = "strict"; match = ( "sam@example.org" ); reject_at = 6.0; },
             { name = "held"; match = ( "hold@example.org" ); quarantine_at = 6.0; },
             { name = "ladder"; match = ( "lee@example.org" ); ladder = ( "tag", "reject", "disconnect" ); } );
learning_days = 0;
split = true;
"""

    def send(self, *recipients):
        return self.box.send("jordan@growth.example", recipients,
                             mail("Jordan Reed <jordan@growth.example>", PITCH, message_id="<p@growth.example>"), OUTSIDE)

    def test_a_rejection_of_inbound_mail(self):
        with self.assertRaises(smtplib.SMTPDataError) as caught:
            self.send("sam@example.org")
        text = caught.exception.smtp_error.decode()
        self.assertEqual(caught.exception.smtp_code, 550)
        self.assertIn("postmaster", text)
        for word in ("Jordan", "bother", "growth.example", "pipeline"):
            self.assertNotIn(word, text)

    def test_recipients_of_another_kind_get_their_own_copy(self):
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as caught:
            self.send("eve@example.org", "sam@example.org")
        self.assertEqual(caught.exception.recipients["sam@example.org"][0], 452)
        queue_id = self.send("eve@example.org")
        self.assertIn("action=tag", self.box.decision_log(queue_id))

    def test_the_ladder(self):
        """The first offence is tagged, the second explained, the third refused in few words; an answer forgives."""
        def send(number):
            try:
                queue_id = self.box.send("kim@pitch.example", ["lee@example.org"],
                                         mail("Kim Vale <kim@pitch.example>", PITCH, to="lee@example.org",
                                              message_id=f"<l{number}@pitch.example>"), OUTSIDE)
            except smtplib.SMTPDataError as error:
                return error.smtp_error.decode()
            return self.box.decision_log(queue_id)
        self.assertIn("action=tag", send(1))
        explained = send(2)
        self.assertIn("postmaster", explained)
        refused = send(3)
        self.assertIn("told why before", refused)
        self.assertLess(len(refused), len(explained))
        answer = mail("Lee <lee@example.org>", "Not interested, thank you.\n", to="kim@pitch.example",
                      message_id="<a1@example.org>")
        self.box.decision_log(self.box.send("lee@example.org", ["kim@pitch.example"], answer,
                                            {"ADDR": "198.51.100.20", "LOGIN": "lee"}))
        self.assertIn("action=accept", send(4))

    def test_the_hold_queue(self):
        queue_id = self.send("hold@example.org")
        self.assertIn("action=quarantine", self.box.decision_log(queue_id))
        told = self.held()
        self.assertIn(queue_id, told)
        self.assertIn("class=cold, action=quarantine", told)
        self.assertIn("hold@example.org", told)
        release = next(line for line in told.splitlines() if "-H" in line)
        self.assertTrue(release.endswith(f"-H {queue_id}"), release)
        subprocess.run(["/usr/sbin/postsuper", *release.split()[1:]], check=True, capture_output=True)
        subprocess.run(["/usr/sbin/postqueue", "-c", self.box.dir / "etc", "-f"], check=True)
        self.assertEqual(header_values(self.box.delivered(queue_id), "X-Coldshoulder-Class"), ["cold"])
        self.assertIn("nothing of ours", self.held())

    def held(self):
        return subprocess.run([self.box.dir / "bin/coldshoulder", "held", "-c", self.box.dir / "coldshoulder.conf", "-p",
                               self.box.dir / "etc"], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
