"""What a sender may try to get around us, to be believed, or to write into what we write. SECURITY.md tells the promises."""

import base64
import re
import subprocess
import os
import unittest

import harness
from harness import COLD_BODY, RULES, DaemonTest, main

TOOL = os.environ.get("COLDSHOULDER", os.path.join(os.path.dirname(harness.BINARY), "coldshoulder"))
FREEMAIL = harness.HERE.parents[1] / "conf/lists/freemail.txt"

OWN_RULES = RULES.replace("rules = (", """rules = (
  { id = "TEST_LINKEDIN"; family = "test"; score = 6.0; class = "linkedin"; status = "stable";
    describe = "LinkedIn's own";
    when = "linkedin == invitation";
    cases = ( { given = "linkedin = invitation"; expect = true; }, { given = "linkedin = none"; expect = false; } ); },
  { id = "TEST_TEMPLATE"; family = "test"; score = 6.0; class = "template"; status = "stable";
    describe = "A template that was reported";
    when = "inbound and relation == stranger and template_learned";
    cases = ( { given = "inbound, relation = stranger, template_learned"; expect = true; },
              { given = "inbound, relation = stranger"; expect = false; } ); },
  { id = "TEST_THREAD"; family = "test"; score = -20.0; status = "stable";
    describe = "Answers us";
    when = "reply_to_ours";
    cases = ( { given = "reply_to_ours"; expect = true; }, { given = "inbound"; expect = false; } ); },
""")

NASTY = ["\r\nX-Evil: yes", "\nX-Evil: yes", "\r", "%s%n%s%n", "\x1b[2J\x1b]0;evil\x07", "\u202eevil\u2066", "\x7f\x01\x08",
         b"\xff\xfe\xc0\xaf".decode("utf-8", "surrogateescape"), "a" * 3000, "=?utf-8?Q?=0D=0AX-Evil:_yes?=",
         "=?utf-8?B?" + base64.b64encode(b"\r\nX-Evil: yes\x00").decode() + "?=", "\u0000after", "; class=clean", "\"';,\\"]

LETTER = ("Hello {name},\r\n\r\nwe came across your company last week and liked what your team has built so far. We help "
          "firms like yours to win {number} new customers a month without a single call. Would you be open to a short "
          "talk on {day}, so that we can show you how it works?\r\n")


def headers(sender="Eve <eve@sender.example>", **more):
    fields = {"From": sender, "To": "me@home.example", "Subject": "Hello", "Message-ID": "<1@sender.example>",
              "Date": "Mon, 2 Mar 2026 10:00:00 +0000"}
    fields.update({name.replace("_", "-"): value for name, value in more.items()})
    return [(name, f" {value}") for name, value in fields.items()]


def values(result, name):
    return [value.strip() for value in result.inserted(name)]


class Evasion(DaemonTest):
    extra = 'auth_results = "stripped"; authserv_ids = ( "mx.home.example" );'
    number = 0

    @classmethod
    def setUpClass(cls):
        cls.daemon = harness.Daemon(cls.extra, rules=OWN_RULES,
                                    memory=f'deadline = "5s"; queue = 400; freemail_list = "{FREEMAIL}";')

    def deliver(self, body=COLD_BODY, fields=None, sender="<eve@sender.example>", recipients=("<me@home.example>",), **more):
        Evasion.number += 1
        self.queue_id = f"4EVADE{self.number:05}"
        with self.daemon.session() as milter:
            return milter.message(body, fields or headers(), sender, recipients, self.queue_id, **more)

    def mail_class(self, *arguments, **keywords):
        return values(self.deliver(*arguments, **keywords), "X-Coldshoulder-Class")

    def relation(self, *arguments, **keywords):
        return values(self.deliver(*arguments, **keywords), "X-Coldshoulder-Relation")

    def write_to(self, recipient, message_id):
        self.deliver("Hi.\r\n", headers("me@home.example", To=recipient, Message_ID=f"<{message_id}>"), "<me@home.example>",
                     [f"<{recipient}>"], mail_macros={"auth_authen": "me"})

    def assert_nothing_injected(self, result, what):
        for edit in result.edits:
            text = edit.name + edit.value
            self.assertNotIn("\r", text, what)
            self.assertNotIn("\0", text, what)
            self.assertNotRegex(text, r"\n[^ \t]", what)
            self.assertNotRegex(text, r"[\x00-\x08\x0b-\x1f\x7f]", what)
            self.assertTrue(text.isascii(), what)
        lines = [line for line in self.daemon.log().split("\n") if self.queue_id in line]
        self.assertEqual(len(lines), 1, what)
        self.assertNotRegex(lines[0], r"[\x00-\x1f\x7f]", what)
        self.assertFalse([line for line in self.daemon.log().split("\n") if line.startswith("X-Evil")], what)

    def test_injection_by_every_field_that_we_echo(self):
        for nasty in NASTY:
            cases = [dict(sender=f"<{nasty}@sender.example>"), dict(recipients=[f"<{nasty}@home.example>"]),
                     # A macro's value ends at a NUL, as every string of an MTA does.
                     dict(mail_macros={"auth_authen": nasty.split("\0")[0] or "x"})]
            cases += [dict(fields=headers(**{name: nasty})) for name in
                      ("Subject", "Message_ID", "X_LinkedIn_Template", "X_LinkedIn_Class", "Authentication_Results",
                       "List_Id", "In_Reply_To")]
            cases += [dict(fields=headers(f"{nasty} <eve@sender.example>")), dict(fields=headers(f"<{nasty}@x.example>")),
                      dict(body=COLD_BODY.replace("so sorry", "so " + nasty + " sorry"))]
            for case in cases:
                with self.subTest(nasty=nasty[:20], field=str(case)[:40]):
                    self.assert_nothing_injected(self.deliver(**case), case)

    def test_headers_that_claim_to_be_linkedins(self):
        claims = dict(X_LinkedIn_Class="EMAIL-DEFAULT", X_LinkedIn_Template="email_m2m_invite_single_01",
                      Feedback_ID="email_m2m_invite_single_01:linkedin")
        linkedin = "Pat Doyle <invitations@linkedin.com>"
        self.assertEqual(self.mail_class("Hi.\r\n", headers(linkedin, **claims)), ["clean"])
        self.assertEqual(self.mail_class("Hi.\r\n", headers(linkedin, **claims, Authentication_Results=(
            "mx.evil.example; dkim=pass header.d=linkedin.com; dmarc=pass header.from=linkedin.com"))), ["clean"])
        self.assertEqual(self.mail_class("Hi.\r\n", headers(linkedin, **claims, Authentication_Results=(
            "mx.home.example; dkim=pass header.d=linkedin.com; dmarc=pass header.from=linkedin.com"))), ["linkedin"])

    def test_a_spoofed_correspondent_is_no_correspondent(self):
        self.write_to("ann@friends.example", "out1@home.example")
        ann = "Ann <ann@friends.example>"
        self.assertEqual(self.relation("Hi.\r\n", headers(ann)), ["known"])
        self.assertEqual(self.relation("Hi.\r\n", headers(ann, Authentication_Results=(
            "mx.home.example; dmarc=fail header.from=friends.example; dkim=none; spf=fail"))), ["unknown"])
        self.assertEqual(self.relation("Hi.\r\n", headers("\"ann@friends.example\" <eve@sender.example>")), ["stranger"])
        self.assertEqual(self.relation("Hi.\r\n", headers(), "<ann@friends.example>"), ["stranger"])

    def test_nobody_makes_himself_known(self):
        """Mail that says it comes from us, a copy to oneself, any number of letters: only our own mail counts."""
        for _ in range(3):
            self.deliver("Hi.\r\n", headers("Me <me@home.example>", To="mallory@evil.example"), "<me@home.example>",
                         ["<me@home.example>"])
            self.deliver("Hi.\r\n", headers("mallory@evil.example", To="mallory@evil.example"), "<mallory@evil.example>")
        self.assertEqual(self.relation("Hi.\r\n", headers("mallory@evil.example")), ["stranger"])

    def test_threads_of_others_do_not_count(self):
        self.assertEqual(self.mail_class(fields=headers(
            Subject="Re: our talk", In_Reply_To="<never.sent@home.example>",
            References="<a@home.example> <b@home.example> <c@home.example>")), ["cold"])
        self.write_to("kim@others.example", "out2@home.example")
        self.assertEqual(self.mail_class(fields=headers(Subject="Re: our talk", In_Reply_To="<out2@home.example>")),
                         ["clean"])

    def test_a_flood_of_strangers(self):
        """More than the queue takes: what does not fit is not learned, no mail waits, and whom we know we know."""
        self.write_to("friend@flood.example", "out3@home.example")
        with self.daemon.session() as milter:
            for number in range(1500):
                result = milter.message("Hi.\r\n", headers(f"s{number}@d{number}.example", Message_ID=f"<{number}@f.example>"),
                                        f"<s{number}@d{number}.example>", queue_id=f"4FLOOD{number:05}")
                self.assertEqual(result.verdict, "c")
        self.assertEqual(self.relation("Hi.\r\n", headers("friend@flood.example")), ["known"])

    def test_a_newsletter_that_somebody_reports(self):
        """One reader's report of a list's letter does not mark the list; only the same text of a stranger's own."""
        report = self.daemon.directory / "report.eml"
        report.write_text("From: News <news@list.example>\nTo: me@home.example\nList-Id: <news.list.example>\n\n" +
                          LETTER.format(name="Ann", number=20, day="Monday"))
        subprocess.run([TOOL, "learn", "template", "-c", self.daemon.config, report], check=True, capture_output=True,
                       timeout=60)
        again = LETTER.format(name="Bob", number=30, day="Friday")
        self.assertEqual(self.mail_class(again, headers("News <news@list.example>", List_Id="<news.list.example>",
                                                        Precedence="bulk")), ["clean"])
        self.assertEqual(self.mail_class(again, headers("seller@sales.example")), ["template"])

    def test_a_megabyte_of_harmless_text_behind_it(self):
        harmless = "The minutes of the meeting are attached, and the budget was agreed at the assembly in spring.\r\n" * 11200
        self.assertGreater(len(harmless), 1 << 20)
        self.assertEqual(self.mail_class(COLD_BODY + harmless), ["cold"])

    def test_what_is_not_read(self):
        """Pictures and documents: not judged, which SECURITY.md says, and nothing is held up. A text that is all there is, is."""
        picture = base64.b64encode(os.urandom(3000)).decode()
        image = headers(MIME_Version="1.0", Content_Type="image/png", Content_Transfer_Encoding="base64")
        self.assertEqual(self.mail_class(picture, image), ["clean"])
        attached = headers(MIME_Version="1.0", Content_Type="multipart/mixed; boundary=b")
        for kind, wanted in (("application/pdf", "clean"), ("text/plain", "cold")):
            self.assertEqual(self.mail_class(
                f"--b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=a\r\n\r\n" + COLD_BODY +
                "\r\n--b--\r\n", attached), [wanted])

    def test_ways_to_write_it(self):
        """The phrase in other clothes: letters that look alike, invisible ones, HTML, encodings, a quoted-printable break."""
        look = "I am so s\u043erry t\u03bf b\u043ether you today.\r\n"
        invisible = "I am so sor\u200bry to bo\u00adther \u2060you today.\r\n"
        utf8 = dict(MIME_Version="1.0", Content_Type="text/plain; charset=utf-8")
        html = dict(MIME_Version="1.0", Content_Type="text/html; charset=utf-8")
        quoted = dict(utf8, Content_Transfer_Encoding="quoted-printable")
        base = dict(utf8, Content_Transfer_Encoding="base64")
        for body, fields in ((look, utf8), (invisible, utf8), ("<p>I am so so<b>rr</b>y to <i>bother</i>&nbsp;you</p>", html),
                             ("I am so sor=\r\nry to b=6Fther you\r\n", quoted),
                             (base64.b64encode(COLD_BODY.encode()).decode() + "\r\n", base)):
            with self.subTest(body[:30]):
                self.assertEqual(self.mail_class(body, headers(**fields)), ["cold"])


if __name__ == "__main__":
    main()
