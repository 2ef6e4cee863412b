#!/usr/bin/env python3
"""Coldshoulder at work: real mail through a real, throw-away Postfix. Ends non-zero when an outcome is wrong.

    demo.py --build build/release [--keep]
    demo.py --stop DIR
"""

import argparse
import base64
import json
import os
import pathlib
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import time

from sandbox import AUTHSERV_ID, Sandbox, SandboxError, header_block, header_values, missing_requirements, wait_for

CONFIG = f"""
local_domains = ( "example.org" );
networks = ( "127.0.0.0/8" );
our_hosts = ( "mx.sandbox.test" );
auth_results = "jobid";
authserv_ids = ( "{AUTHSERV_ID}" );
inbound = {{ tag_at = 5.0; mark_as_spam = 8.0; }};
outbound = {{ enforce = {{ residue = "reject"; help_link = "https://intranet.example.org/how-we-write"; }}; }};
policies = ( {{ name = "hiring"; match = ( "jobs@example.org" ); ignore_classes = ( "cold", "template" ); }},
             {{ name = "strict"; match = ( "strict@example.org" ); reject_at = 6.0; }} );
"""

STRANGER = {"ADDR": "203.0.113.5", "NAME": "mail.growth-pilot.example"}
LINKEDIN = {"ADDR": "108.174.0.145", "NAME": "mailb-ga.linkedin.com"}

COLD_TEXT = """Hi Sam,

I'm so sorry to bother you out of the blue, but I came across your company and was really impressed by what
you have built.

We help businesses like yours generate more qualified leads with a done-for-you outbound programme. Last year
we helped 40 teams double their pipeline.

Would you be open to a quick 15-minute call next week?

Best regards,
Jordan Reed
Growth Pilot
"""


def mail(sender, subject, body, *headers, to="Sam Ortiz <sam@example.org>"):
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", "Date: Mon, 09 Nov 2026 09:14:00 +0000",
             "MIME-Version: 1.0", *headers]
    if not any(header.lower().startswith("content-type:") for header in headers):
        lines.append("Content-Type: text/plain; charset=utf-8")
    return "\n".join(lines + ["", body]).encode()


def html_pitch():
    html = ("<html><body><p>Hello Sam,</p><p>Apologies for the cold email. My name is Ines and I work with a "
            "<b>software development</b> agency: we build web and mobile apps for companies like yours, at half the "
            "usual cost.</p><p>Do you have 15 minutes this week for a quick call? If this is not relevant, just reply "
            "&quot;no&quot; and I won&#39;t contact you again.</p><p>Ines</p></body></html>")
    return mail("Ines Calder <ines@try-appfoundry.example>", "Quick question about example.org",
                base64.encodebytes(html.encode()).decode(), "Content-Type: text/html; charset=utf-8",
                "Content-Transfer-Encoding: base64", "Message-ID: <7f1@try-appfoundry.example>")


INVITATION_TEXT = """Hi Sam, I'd like to join your LinkedIn network.

Pat Doyle
Business Development at Growth Pilot

Accept: https://www.linkedin.com/comm/mynetwork/invite-accept/invitationId/7/sharedKey/x

----------------------------------------
This email was intended for Sam Ortiz (Buyer)
You are receiving Invitation emails.
Unsubscribe: https://www.linkedin.com/comm/psettings/email-unsubscribe
"""


def invitation(*headers):
    return mail("Pat Doyle <invitations@linkedin.com>", "I want to connect", INVITATION_TEXT,
                "X-LinkedIn-Class: EMAIL-DEFAULT", "X-LinkedIn-Template: email_m2m_invite_single_01",
                "Message-ID: <1.2.3@ltx1-app1.prod.linkedin.com>", *headers)


def sign_in_code():
    return mail("LinkedIn <security-noreply@linkedin.com>", "Here's your verification code 482913",
                "Hi Sam,\n\nEnter this code to finish signing in: 482913.\n\n"
                "----------------------------------------\nThis email was intended for Sam Ortiz (Buyer)\n",
                "X-LinkedIn-Class: EMAIL-DEFAULT", "X-LinkedIn-Template: email_security_verification_code",
                "X-Sandbox-Verify: dkim=pass header.d=linkedin.com; dmarc=pass header.from=linkedin.com",
                "Message-ID: <4.5.6@ltx1-app2.prod.linkedin.com>")


def colleague():
    return mail("Noor Haddad <noor@example.org>", "Minutes of Tuesday",
                "Hi Sam,\n\nquick question about the minutes: did we agree on March or April for the move? I have\n"
                "attached my notes. Let me know and I'll send them round.\n\nNoor\n",
                "Message-ID: <m1@example.org>")


def broken_build():
    return mail("Lena Brandt <lena@buildfarm.example>", "nightly build of libfoo",
                "Hi Sam,\n\nsorry to bother you, but the build is broken since your last commit: test_parse fails on\n"
                "arm64 with an assertion in line 212. The log is at https://ci.buildfarm.example/7181. Could you have\n"
                "a look when you have time?\n\nThanks,\nLena\n", "Message-ID: <b7@buildfarm.example>")


def forged_own_headers():
    return mail("Jordan Reed <jordan@growth-pilot.example>", "Your outbound programme", COLD_TEXT,
                "X-Coldshoulder: class=clean; score=0.0/5.0; action=accept; rules=none",
                "X-COLDSHOULDER-Class : clean", "x-coldshoulder-relation: mutual", "X-Coldshoulder:\n\tclass=clean",
                "Message-ID: <c9@growth-pilot.example>")


TEMPLATE_TEXT = """Dear {name},

last month our people repaired the roof of {firm} in two days, without scaffolding and without noise, while the
office below went on with its work. The same method would suit the flat roof of your building, which we saw from
the street. We would like to send you the report with pictures, and come by for an inspection at no charge.

Yours sincerely,
{sender}
"""


def template_copy(number, name, firm, sender):
    return mail(f"{sender} <{sender.split()[0].lower()}@roof-{number}.example>", "The roof of your building",
                TEMPLATE_TEXT.format(name=name, firm=firm, sender=sender), f"Message-ID: <t{number}@roof-{number}.example>",
                to=f"{name} <{name.split()[-1].lower()}@example.org>")


def pitch_from_correspondent():
    return mail("Jordan Reed <jordan@partner.example>", "Your outbound programme", COLD_TEXT,
                "Message-ID: <k1@partner.example>")


def our_mail(to):
    return mail("Sam Ortiz <sam@example.org>", "Contract", "Hello,\n\nthe contract is attached. Until Thursday,\nSam\n",
                "Message-ID: <our-%d@example.org>" % abs(hash(to)), to=to)


FORGED_RESULTS = [f"Authentication-Results: {AUTHSERV_ID}; dkim=pass header.d=linkedin.com"] * 3

# name, message, XCLIENT attributes, expected class, expected action, what the log must also say
CASES = [
    ("an apologetic opener from a stranger",
     mail("Jordan Reed <jordan@growth-pilot.example>", "Your outbound programme", COLD_TEXT,
          "Message-ID: <c1@growth-pilot.example>"), STRANGER, "cold", "tag", "relation=stranger"),
    ("the same kind of pitch as base64 HTML", html_pitch(), STRANGER, "cold", "tag", "relation=stranger"),
    ("a LinkedIn invitation, confirmed client", invitation(), LINKEDIN, "linkedin", "tag", "linkedin=invitation"),
    ("a LinkedIn sign-in code, verified", sign_in_code(), STRANGER, "clean", "accept", "linkedin=security"),
    ("a forged LinkedIn invitation", invitation(*FORGED_RESULTS), STRANGER, "clean", "accept", "auth_forged=yes"),
    ("a colleague's ordinary mail", colleague(), STRANGER, "clean", "accept", ""),
    ("sorry to bother you, the build is broken", broken_build(), STRANGER, "clean", "accept", ""),
    ("a pitch with forged X-Coldshoulder", forged_own_headers(), STRANGER, "cold", "tag", "relation=stranger"),
]


# What happens before: our own people write, and three copies of one template arrive at other mailboxes.
OURS = {"ADDR": "198.51.100.20", "LOGIN": "sam"}
HISTORY = [
    ("sam@example.org", ["jordan@partner.example"], our_mail("Jordan Reed <jordan@partner.example>"), OURS),
    ("sam@example.org", ["robin@quarry.example"], our_mail("Robin Achterberg <robin@quarry.example>"), OURS),
    ("x@roof-1.example", ["ortega@example.org"], template_copy(1, "Ana Ortega", "Bakers Hall", "Kim Vale"), STRANGER),
    ("x@roof-2.example", ["weiss@example.org"], template_copy(2, "Tom Weiss", "the Corn Exchange", "Lou Hart"), STRANGER),
    ("x@roof-3.example", ["novak@example.org"], template_copy(3, "Eva Novak", "Mill House", "Max Stone"), STRANGER),
]

MEMORY_CASES = [
    ("the same pitch from a correspondent", pitch_from_correspondent(), STRANGER, "clean", "accept", "relation=known"),
    ("the fourth copy of one template", template_copy(4, "Sam Ortiz", "the old library", "Ivy Marsh"), STRANGER,
     "template", "tag", "template="),
    ("an invitation from somebody you write to", invitation().replace(b"Pat Doyle <", b"Robin Achterberg <"), LINKEDIN,
     "clean", "accept", "linkedin=invitation"),
]


# Outbound: what alice forgot to fill in comes back to her with an explanation.
LEFTOVER = mail("Alice Moreno <alice@example.org>", "Our meeting in {{city}}",
                "Hi {{first_name}},\n\nit was good to meet {{company}} at the fair. Shall we go on next week?\n\nAlice\n",
                "Message-ID: <out-1@example.org>", to="Chris Vogel <chris@far.example>")
ALICE = {"ADDR": "198.51.100.21", "LOGIN": "alice"}


def log_field(line, name):
    found = re.search(rf"\b{name}=([^,]*)", line)
    return found.group(1) if found else ""


def best_evidence(box, queue_id):
    """The strongest rule's evidence, as the decision log has it."""
    def ask():
        why = subprocess.run([box.dir / "bin/coldshoulder", "why", "--json", "--config", box.dir / "coldshoulder.conf",
                              queue_id], capture_output=True, text=True, check=False)
        return why.stdout if why.returncode == 0 else None
    output = wait_for(f"{queue_id} in the decision log", ask)
    verdict = json.loads(output)
    quotes = [rule for rule in verdict["rules"] if rule["view"] and not rule.get("shadow") and rule["score"] > 0]
    if quotes:
        return f'{quotes[0]["id"]}: "{quotes[0]["evidence"]}"'
    return verdict["rules"][0]["id"] if verdict["rules"] else "-"


def expect(problems, name, what, got, wanted):
    if got != wanted:
        problems.append(f"{name}: {what} is {got!r}, expected {wanted!r}")


def check_headers(problems, name, delivered, wanted_class):
    """Ours once, and nobody else's."""
    values = header_values(delivered, "X-Coldshoulder")
    expect(problems, name, "number of X-Coldshoulder headers", len(values), 1)
    expect(problems, name, "X-Coldshoulder-Class", header_values(delivered, "X-Coldshoulder-Class"), [wanted_class])
    if values and not values[0].startswith(f"class={wanted_class};"):
        problems.append(f"{name}: X-Coldshoulder begins with {values[0][:40]!r}")


def run_case(box, case, problems):
    name, message, xclient, wanted_class, wanted_action, wanted_log = case
    queue_id = box.send("bounce@sender.example", ["sam@example.org"], message, xclient)
    line = box.decision_log(queue_id)
    delivered = box.delivered(queue_id)
    expect(problems, name, "class", log_field(line, "class"), wanted_class)
    expect(problems, name, "action", log_field(line, "action"), wanted_action)
    if wanted_log not in line:
        problems.append(f"{name}: the log line lacks {wanted_log!r}: {line}")
    check_headers(problems, name, delivered, wanted_class)
    row = (name, log_field(line, "class"), log_field(line, "action"), log_field(line, "score"),
           log_field(line, "ms"), best_evidence(box, queue_id))
    return row, delivered


def run_rejection(box, problems):
    """A row for the table, and what the author reads."""
    name = "alice's mail with leftover merge fields"
    try:
        box.send("alice@example.org", ["chris@far.example"], LEFTOVER, ALICE)
    except smtplib.SMTPDataError as error:
        text = error.smtp_error.decode(errors="replace")
        expect(problems, name, "code", error.smtp_code, 550)
        if "{{first_name}}" not in text or "how-we-write" not in text:
            problems.append(f"{name}: the rejection does not teach: {text}")
    else:
        text = ""
        problems.append(f"{name}: was not rejected")
    line = box.rejection_log("out-1@example.org")
    return (name, log_field(line, "class"), log_field(line, "action"), log_field(line, "score"), log_field(line, "ms"),
            f"concern={log_field(line, 'concern')}"), text


def run_two_recipients(box, problems):
    """One of them would have it rejected, the other wants such mail: it is delivered to both, and tagged."""
    name = "to two, of whom one's policy rejects"
    message = mail("Jordan Reed <jordan@growth-pilot.example>", "Your outbound programme", COLD_TEXT,
                   "Message-ID: <two@growth-pilot.example>", to="jobs@example.org, strict@example.org")
    queue_id = box.send("bounce@sender.example", ["jobs@example.org", "strict@example.org"], message, STRANGER)
    line = box.decision_log(queue_id)
    expect(problems, name, "action", log_field(line, "action"), "tag")
    expect(problems, name, "policy", log_field(line, "policy"), "hiring+strict")
    check_headers(problems, name, box.delivered(queue_id), "cold")
    return (name, log_field(line, "class"), log_field(line, "action"), log_field(line, "score"), log_field(line, "ms"),
            f"policy={log_field(line, 'policy')}, would={log_field(line, 'would')}")


def print_table(rows):
    heads = ("message", "class", "action", "score", "ms", "best evidence")
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(5)]
    for row in [heads, *rows]:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        print("  ".join([*cells, row[5][:60]]))


def make_history(box):
    for sender, recipients, message, xclient in HISTORY:
        queue_id = box.send(sender, recipients, message, xclient)
        box.decision_log(queue_id)


def run(box):
    problems, rows, shown = [], [], None
    make_history(box)
    for case in CASES + MEMORY_CASES:
        row, delivered = run_case(box, case, problems)
        rows.append(row)
        if shown is None:
            shown = delivered
    row, teaching = run_rejection(box, problems)
    rows.append(row)
    rows.append(run_two_recipients(box, problems))
    print_table(rows)
    print("\nWhat Alice reads in the rejection:\n")
    print("\n".join("550 " + line for line in teaching.splitlines()))
    print("\nThe header block of the first message, as delivered:\n")
    print(header_block(shown).decode(errors="replace"))
    print()
    for problem in problems:
        print(f"WRONG  {problem}")
    if problems:
        print(box.log("coldshoulderd")[-4000:])
    return problems


def keep(box):
    """Leaves everything running; `--stop DIR` ends it by the pids noted here."""
    (box.dir / "pids").write_text("\n".join(str(pid) for pid in box.pids()))
    box.keep = True
    print(f"""Still running. Send to it, for example:

  swaks --server 127.0.0.1:{box.smtp_port} --xclient "ADDR=203.0.113.5" --to sam@example.org --body @FILE

The daemon's log:    {box.dir}/coldshoulderd.log
Postfix's log:       {box.dir}/maillog
Delivered messages:  {box.dir}/sink/
Stop it with:        ./dev run --stop {box.dir}
""")


def stop(directory):
    directory = pathlib.Path(directory).resolve()
    if not directory.name.startswith("coldshoulder-sandbox.") or not (directory / "pids").exists():
        sys.exit(f"{directory} is not a demonstration that was left running")
    subprocess.run(["/usr/sbin/postfix", "-c", directory / "etc", "stop"], check=False, stderr=subprocess.DEVNULL)
    for pid in (directory / "pids").read_text().split():
        try:
            os.kill(int(pid), signal.SIGTERM)
        except ProcessLookupError:
            continue
    time.sleep(1)
    shutil.rmtree(directory, ignore_errors=True)
    print("stopped")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release", help="build directory to take the programs from")
    parser.add_argument("--keep", action="store_true", help="leave it running")
    parser.add_argument("--stop", metavar="DIR", help="stop what --keep left running")
    arguments = parser.parse_args()
    if arguments.stop:
        return stop(arguments.stop)
    missing = missing_requirements()
    if missing:
        sys.exit(f"the demonstration cannot run: {missing}")
    try:
        with Sandbox(arguments.build) as box:
            box.start(CONFIG)
            problems = run(box)
            if arguments.keep:
                keep(box)
    except SandboxError as error:
        sys.exit(f"the demonstration failed: {error}")
    print("every outcome is as expected" if not problems else f"{len(problems)} outcomes are wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
