#!/usr/bin/env python3
"""Writes a mailbox of one invented person over one year: colleagues, customers, newsletters, LinkedIn, and cold mail.

    demo_mailbox.py DIRECTORY [--copies N]

DIRECTORY/inbox.mbox is what Robin received, DIRECTORY/sent.mbox what Robin wrote. All of it is our own text, with
invented people at .example domains; the same every time. --copies repeats the received mail under other dates and
addresses, for measuring with many messages.
"""
import argparse
import email.policy
import email.utils
import pathlib
import random
import sys
from email.message import EmailMessage
from email.parser import BytesParser

SOURCE = pathlib.Path(__file__).resolve().parents[2]
ROBIN = "Robin Falk <robin@lindenhof.example>"
VERIFIER = "mx.lindenhof.example"
FIRST_DAY = 1735689600  # 2025-01-01
DAY = 86400

COLLEAGUES = ["Mika Sand <mika@lindenhof.example>", "Aleks Thorn <aleks@lindenhof.example>",
              "Noor Haddad <noor@lindenhof.example>"]
CUSTOMERS = ["Ida Berg <ida@bergwerk.example>", "Tomas Ruiz <tomas@ruiz-druck.example>",
             "Hanna Oy <hanna@puutarha.example>", "Paul Stern <paul.stern@freemail.example>",
             "June Park <june@parkatelier.example>"]
TOPICS = ["the drawings for the garden wall", "the invoice from March", "the slate samples", "Thursday's visit",
          "the drainage on the north side", "the planting list", "the quote for the terrace", "the delivery date"]
LINES = ["I have put {t} into the shared folder, have a look when you are back.",
         "Could you check {t} before we send it? I am not sure about the second page.",
         "Thanks for your call. About {t}: yes, that works for us.",
         "We talked about {t} on site and everybody was happy with it.",
         "One question about {t}: is the price with or without delivery?",
         "Good news, {t} is settled. I will come by on Friday with the rest."]
NEWS = ["Garden Trade Weekly <news@gardentrade.example>", "Stone & Soil <post@stonesoil.example>"]

WAVE = """Hi {name},

I came across {company} and was impressed by what your team has built so far. We help firms like yours to win twenty
new customers a month without any cold calls, and only charge for meetings that take place.

Would you be open to a quick call on {day} so that I can show you how it works?

Best,
{sender}
"""
BUMP = """Hi Robin,

just floating this to the top of your inbox, in case it got buried. I know how busy things are.
We help landscape firms to win new customers. Is it worth fifteen minutes of your time?

If you are not the right person, who should I talk to?

{sender}
"""


class Mailbox:
    def __init__(self, seed=7):
        self.random = random.Random(seed)
        self.received = []
        self.sent = []
        self.number = 0

    def message(self, sender, to, subject, text, when, **headers):
        self.number += 1
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, to, subject
        message["Date"] = email.utils.formatdate(when)
        message["Message-ID"] = f"<{self.number}.{when}@{sender.rsplit('@', 1)[1].rstrip('>')}>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        return message

    def deliver(self, message, when, proved=None):
        """As our mail server would put it into the mailbox."""
        lines = [b"Delivered-To: robin@lindenhof.example\n",
                 f"Received: from mail ([192.0.2.7]) by {VERIFIER} id Q{len(self.received)};\n"
                 f"\t{email.utils.formatdate(when)}\n".encode()]
        if proved:
            lines.append(f"Authentication-Results: {VERIFIER}; dkim=pass header.d={proved}\n".encode())
        self.received.append((when, b"".join(lines) + message))

    def receive(self, sender, subject, text, when, proved=None, **headers):
        message = self.message(sender, ROBIN, subject, text, when, **headers)
        self.deliver(message.as_bytes(), when, proved)
        return message

    def write(self, to, subject, text, when, **headers):
        message = self.message(ROBIN, to, subject, text, when, **headers)
        self.sent.append((when, message.as_bytes()))
        return message

    def day(self, first=0, last=364):
        return FIRST_DAY + self.random.randint(first, last) * DAY + self.random.randint(8, 18) * 3600

    def conversations(self):
        for number in range(150):
            partner = self.random.choice(COLLEAGUES + CUSTOMERS)
            topic, when = self.random.choice(TOPICS), self.day()
            text = self.random.choice(LINES).format(t=topic) + "\n\nRobin\n"
            ours = self.write(partner, topic[0].upper() + topic[1:], text, when)
            answer = self.random.choice(LINES).format(t=topic) + f"\n\n{partner.split()[0]}\n"
            self.receive(partner, "Re: " + ours["Subject"], answer, when + 7200, In_Reply_To=ours["Message-ID"])
            if number % 3 == 0:
                self.receive(partner, "Re: " + ours["Subject"], self.random.choice(LINES).format(t=topic) + "\n",
                             when + DAY, In_Reply_To=ours["Message-ID"])

    def newsletters(self):
        for week in range(52):
            for sender in NEWS:
                domain = sender.rsplit("@", 1)[1].rstrip(">")
                self.receive(sender, f"Number {week + 1}", "This week: how to lay a dry wall, and what frost does to it.\n"
                             "You get this because you subscribed.\n", FIRST_DAY + week * 7 * DAY + 21600,
                             List_Id=f"<news.{domain}>", List_Unsubscribe=f"<https://{domain}/off>", Precedence="bulk")

    def linkedin(self):
        kinds = [("email_m2m_invite_single_01", "{n} wants to connect", "{n} would like to join your network."),
                 ("email_inmail_single_first_01", "A word about your planning software", "Hi Robin, I help teams like yours."),
                 ("email_jobs_saved_search_01", "New jobs near you", "Gardener, 3 new jobs"),
                 ("email_security_new_device_sign_in_01", "A new sign-in", "Was this you?")]
        for number in range(48):
            template, subject, text = kinds[self.random.choice((0, 0, 0, 1, 1, 2, 3))]
            name = self.random.choice(["Kim Vale", "Lou Adler", "Sam Quist", "Ana Prado", "Max Orlow"])
            self.receive(f"{name} via LinkedIn <messages-noreply@linkedin.com>", subject.format(n=name), text.format(n=name) + "\n",
                         self.day(), proved="linkedin.com", X_LinkedIn_Template=template,
                         Feedback_ID=f"{template}:linkedin")

    def waves(self):
        """One text under several names and domains; and senders who do not give up."""
        for wave in range(4):
            begin = 40 + wave * 80
            for copy in range(6):
                name = self.random.choice(["Dana Cole", "Lee Frost", "Rene Voss", "Toni Ash"])
                sender = f"{name} <{name.split()[0].lower()}{copy}@grow{wave}-{copy}.example>"
                self.receive(sender, "Quick question for Lindenhof",
                             WAVE.format(name="Robin", company="Lindenhof", day=self.random.choice(
                                 ["Monday", "Tuesday", "Thursday"]), sender=name), FIRST_DAY + (begin + copy) * DAY + 36000)
        for chain in range(5):
            sender = f"Alex Crane <alex@pipeline{chain}.example>"
            begin = 30 + chain * 60
            for step, wait in enumerate((0, 4, 9)):
                text = WAVE.format(name="Robin", company="your studio", day="Friday", sender="Alex") if step == 0 else \
                    BUMP.format(sender="Alex")
                self.receive(sender, ("Re: " if step else "") + "New customers", text, FIRST_DAY + (begin + wait) * DAY + 40000)

    def examples(self, folder, share):
        """The project's own example mail, as if it had come to Robin."""
        for path in sorted((SOURCE / "tests/mail" / folder).glob("*/*.eml")):
            if self.random.random() > share:
                continue
            when = self.day()
            message = BytesParser(policy=email.policy.compat32).parsebytes(path.read_bytes())
            for name in ("Date", "Received", "Delivered-To", "Authentication-Results", "Message-ID"):
                del message[name]
            message["Date"] = email.utils.formatdate(when)
            message["Message-ID"] = f"<{folder}.{path.parent.name}.{path.stem}@demo.example>"
            self.deliver(message.as_bytes(), when)


def make_demo(copies=1):
    box = Mailbox()
    box.conversations()
    box.newsletters()
    box.linkedin()
    box.waves()
    box.examples("cold", 0.7)
    box.examples("first-contact", 1.0)
    base = list(box.received)
    for copy in range(1, copies):
        for when, raw in base:
            mark = f".c{copy}@".encode()
            box.received.append((when + copy % 300 * 3600,
                                 raw.replace(b"@demo.example", mark + b"demo.example").replace(b"@grow", mark + b"grow")))
    box.received.sort(key=lambda item: item[0])
    box.sent.sort(key=lambda item: item[0])
    return box


def write_mbox(path, messages):
    with open(path, "wb") as out:
        for when, raw in messages:
            stamp = email.utils.formatdate(when)
            day, date, month, year, clock = stamp.split()[:5]
            out.write(f"From demo {day.rstrip(',')} {month} {date:>2} {clock} {year}\n".encode())
            for line in raw.rstrip(b"\n").split(b"\n"):
                out.write((b">" if line.startswith(b"From ") else b"") + line + b"\n")
            out.write(b"\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--copies", type=int, default=1)
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    box = make_demo(options.copies)
    write_mbox(options.directory / "inbox.mbox", box.received)
    write_mbox(options.directory / "sent.mbox", box.sent)
    print(f"{len(box.received)} received, {len(box.sent)} sent: {options.directory}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
