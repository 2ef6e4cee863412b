#!/usr/bin/env python3
"""Mail through the real Sendmail of Debian, with conf/sendmail/coldshoulder.mc as it is shipped.

The packages conflict with Postfix: they are unpacked into build/*/sendmail, once, and not installed. Needs root, m4 and,
the first time, the package server; without them the test is skipped and says so.
"""

import argparse
import contextlib
import os
import pathlib
import re
import shutil
import smtplib
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/postfix"))

from sandbox import accepts, free_port, header_values, stop_process, wait_for  # noqa: E402

OPTIONS = argparse.Namespace(build="build/dev")
PACKAGES = ("sendmail-bin", "sendmail-cf", "sendmail-base")

MC = """divert(-1)dnl
divert(0)dnl
OSTYPE(`linux')dnl
undefine(`UUCP_RELAY')dnl
undefine(`BITNET_RELAY')dnl
define(`QUEUE_DIR', `{dir}/mqueue')dnl
define(`confPID_FILE', `{dir}/pid')dnl
define(`STATUS_FILE', `{dir}/statistics')dnl
define(`HELP_FILE', `{dir}/help')dnl
define(`ALIAS_FILE', `')dnl
define(`confCW_FILE', `-o {dir}/names')dnl
define(`confDOMAIN_NAME', `mx.sandbox.test')dnl
define(`confAUTH_MECHANISMS', `PLAIN')dnl
define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe,GroupWritableIncludeFileSafe')dnl
define(`confTO_IDENT', `0')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confQUEUE_LA', `10000')dnl
define(`confREFUSE_LA', `10000')dnl
define(`confTO_RESOLVER_RETRANS', `1s')dnl
define(`confTO_RESOLVER_RETRY', `1')dnl
define(`confSERVICE_SWITCH_FILE', `{dir}/service.switch')dnl
define(`confDELIVERY_MODE', `background')dnl
define(`SMART_HOST', `[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
define(`ESMTP_MAILER_ARGS', `TCP $h {sink}')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
FEATURE(`promiscuous_relay')dnl
FEATURE(`nocanonify')dnl
FEATURE(`no_default_msa')dnl
DAEMON_OPTIONS(`Name=MTA, Addr=127.0.0.1, Port={port}')dnl
DAEMON_OPTIONS(`Name=ORIGINATING, Addr=127.0.0.1, Port={submission}')dnl
{shipped}
MAILER(`smtp')dnl
"""

CONFIG = """
local_domains = ( "example.org" );
inbound = {{ tag_at = 5.0; }};
outbound = {{ enforce = {{ residue = "reject"; }}; }};
policies = ( {{ name = "strict"; match = ( "strict@example.org" ); reject_at = 6.0; }},
             {{ name = "held"; match = ( "hold@example.org" ); quarantine_at = 6.0; }} );
split = true;
learning_days = 0;
socket = "unix:{dir}/run/coldshoulder.sock"; socket_group = ""; socket_mode = "0600";
state_dir = "{dir}/state"; rules_dir = "{rules}"; local_rules_dir = "{dir}/none";
memory = {{ store = "none"; }};
"""

PITCH = """Hi Sam,

I'm so sorry to bother you out of the blue, but I came across your company and was really impressed by what
you have built.

We help businesses like yours generate more qualified leads with a done-for-you outbound programme. Last year
we helped 40 teams double their pipeline.

Would you be open to a quick 15-minute call next week?
"""


def mail(text, *headers, sender="Jordan Reed <jordan@growth.example>"):
    lines = [f"From: {sender}", "To: sam@example.org", "Subject: Friday", "Date: Mon, 09 Nov 2026 09:14:00 +0000",
             "Message-ID: <1@growth.example>", *headers]
    return "\r\n".join(lines + ["", text.replace("\n", "\r\n")]).encode()


def unpack(place):
    """Unpacks Debian's Sendmail into `place`; raises SkipTest when that cannot be done here."""
    program = place / "usr/libexec/sendmail/sendmail"
    if os.geteuid() != 0:
        raise unittest.SkipTest("Sendmail needs root")
    if not shutil.which("m4"):
        raise unittest.SkipTest("m4 is missing: apt-get install m4")
    if not program.exists():
        with tempfile.TemporaryDirectory() as directory:
            fetched = subprocess.run(["apt-get", "download", *PACKAGES], cwd=directory, capture_output=True, text=True)
            if fetched.returncode != 0:
                raise unittest.SkipTest("the packages of Sendmail cannot be had: " + fetched.stderr.strip()[-200:])
            for package in pathlib.Path(directory).glob("*.deb"):
                subprocess.run(["dpkg", "-x", package, place], check=True)
    if subprocess.run(["unshare", "--uts", "true"], capture_output=True).returncode != 0:
        raise unittest.SkipTest("unshare --uts is not allowed here")
    missing = [line for line in subprocess.run(["ldd", program], capture_output=True, text=True).stdout.splitlines()
               if "not found" in line]
    if missing:
        raise unittest.SkipTest("libraries of Sendmail are missing: " + ", ".join(missing))
    return program


class Sendmail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        build = pathlib.Path(OPTIONS.build).resolve()
        cls.program = unpack(build / "sendmail")
        # Sendmail takes no socket below a directory that anybody may write to, as /tmp is.
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="coldshoulder-sendmail.", dir="/run"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, ignore_errors=True)
        cls.dir.chmod(0o755)
        cls.processes = {}
        cls.addClassCleanup(lambda: [stop_process(process) for process in cls.processes.values()])
        cls.port, cls.submission, cls.sink = free_port(), free_port(), free_port()
        for name, mode in (("mqueue", 0o700), ("run", 0o755), ("state", 0o755), ("sink", 0o1777)):
            (cls.dir / name).mkdir()
            (cls.dir / name).chmod(mode)
        (cls.dir / "names").write_text("")
        (cls.dir / "service.switch").write_text("hosts files\naliases files\n")
        cls.start_daemon(build)
        cls.spawn("sink", ["/usr/sbin/smtp-sink", "-u", "nobody", "-R", cls.dir / "sink", "-d", "mail.", "-h", "sink.test",
                           f"127.0.0.1:{cls.sink}", "100"])
        wait_for("the sink", lambda: accepts(cls.sink))
        cls.start_sendmail(build)

    @classmethod
    def spawn(cls, name, command, **keywords):
        with open(cls.dir / f"{name}.log", "ab") as log:
            cls.processes[name] = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log,
                                                   stderr=log, **keywords)

    @classmethod
    def command(cls, *arguments):
        """Sendmail on a host with a full name, for want of which it would sleep a minute: in a namespace of its own."""
        return ["unshare", "--uts", "sh", "-c", 'hostname mx.sandbox.test; exec "$@"', "sh", cls.program, "-C",
                cls.dir / "sendmail.cf", *arguments]

    @classmethod
    def is_up(cls, name):
        """Fails at once when the process has ended."""
        code = cls.processes[name].poll()
        if code is not None:
            raise AssertionError(f"{name} ended with {code}: {(cls.dir / (name + '.log')).read_text(errors='replace')}")
        return True

    @classmethod
    def start_daemon(cls, build):
        config = cls.dir / "coldshoulder.conf"
        config.write_text(CONFIG.format(dir=cls.dir, rules=PROJECT / "rules"))
        cls.spawn("coldshoulderd", [build / "coldshoulderd", "-f", "-v", "-c", config])
        wait_for("coldshoulderd", (cls.dir / "run/coldshoulder.sock").exists, 120)

    @classmethod
    def start_sendmail(cls, build):
        shipped = (PROJECT / "conf/sendmail/coldshoulder.mc").read_text()
        shipped = shipped.replace("/run/coldshoulder/coldshoulder.sock", f"{cls.dir}/run/coldshoulder.sock")
        macros = cls.dir / "sendmail.mc"
        macros.write_text(MC.format(dir=cls.dir, port=cls.port, submission=cls.submission, sink=cls.sink,
                                    shipped=shipped))
        cf = build / "sendmail/usr/share/sendmail/cf"
        made = subprocess.run(["m4", f"-D_CF_DIR_={cf}/", cf / "m4/cf.m4", macros], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        (cls.dir / "sendmail.cf").write_text(made.stdout)
        cls.spawn("sendmail", cls.command("-bD", "-X", cls.dir / "traffic"))
        wait_for("Sendmail", lambda: cls.is_up("sendmail") and accepts(cls.port) and accepts(cls.submission))

    def log(self):
        return (self.dir / "coldshoulderd.log").read_text(errors="replace")

    def line(self, queue_id):
        def find():
            found = re.search(rf"\b{queue_id}: (class=.*)$", self.log(), re.M)
            return found.group(1) if found else None
        return wait_for(f"the log line of {queue_id}", find)

    def delivered(self, queue_id):
        def find():
            for path in (self.dir / "sink").iterdir():
                text = path.read_bytes()
                if re.search(rb"id %s\b|ESMTP id %s" % (queue_id.encode(), queue_id.encode()), text):
                    return text
            return None
        return wait_for(f"delivery of {queue_id}", find)

    @contextlib.contextmanager
    def client(self, port=None):
        with contextlib.closing(smtplib.SMTP("127.0.0.1", port or self.port, "client.test", 30)) as client:
            client.ehlo()
            yield client
            client.docmd("QUIT")

    def send(self, message, *recipients, port=None, sender="jordan@growth.example"):
        """Returns the code, the text and the queue id."""
        with self.client(port) as client:
            client.mail(sender)
            for recipient in recipients:
                code, reply = client.rcpt(recipient)
                self.assertEqual(code, 250, reply)
            code, reply = client.data(message)
        found = re.search(rb"2\.0\.0 (\w+) Message accepted", reply)
        return code, reply.decode(), found.group(1).decode() if found else None

    def test_tagged_and_forged_headers_removed(self):
        forged = ["X-Coldshoulder: class=clean", "X-COLDSHOULDER-Class: clean", "X-Coldshoulder: class=clean; twice"]
        code, _, queue_id = self.send(mail(PITCH, *forged), "sam@example.org")
        self.assertEqual(code, 250)
        line = self.line(queue_id)
        for words in ("class=cold", "action=tag", "direction=inbound", "policy=inbound"):
            self.assertIn(words, line)
        message = self.delivered(queue_id)
        self.assertEqual(header_values(message, "X-Coldshoulder-Class"), ["cold"])
        values = header_values(message, "X-Coldshoulder")
        self.assertEqual(len(values), 1)
        self.assertTrue(values[0].startswith("class=cold; "), values)

    def test_rejected_in_several_lines(self):
        code, reply, _ = self.send(mail(PITCH), "strict@example.org")
        self.assertEqual(code, 550)
        self.assertIn("postmaster", reply)
        self.assertGreater(len(reply.splitlines()), 1)

    def test_outbound_by_the_name_of_the_service(self):
        message = mail("Hi {{first_name}},\n\n100% of firms like yours need us.\n", sender="Alice <alice@example.org>")
        code, reply, _ = self.send(message, "bob@far.example", port=self.submission, sender="alice@example.org")
        self.assertEqual(code, 550)
        self.assertIn("{{first_name}}", reply)
        self.assertNotIn("%%", reply)
        message = mail("See you on Friday.\n", sender="Alice <alice@example.org>")
        code, _, queue_id = self.send(message, "bob@far.example", port=self.submission, sender="alice@example.org")
        self.assertIn("direction=outbound", self.line(queue_id))
        self.assertEqual(header_values(self.delivered(queue_id), "X-Coldshoulder"), [])

    def test_split(self):
        with self.client() as client:
            client.mail("jordan@growth.example")
            self.assertEqual(client.rcpt("sam@example.org")[0], 250)
            code, reply = client.rcpt("strict@example.org")
        self.assertEqual((code, reply.split()[0]), (452, b"4.5.3"))

    def test_quarantine(self):
        code, _, queue_id = self.send(mail(PITCH), "hold@example.org")
        self.assertEqual(code, 250)
        self.assertIn("action=quarantine", self.line(queue_id))
        listed = subprocess.run(self.command("-bp", "-qQ"), capture_output=True, text=True).stdout
        self.assertIn(queue_id, listed)
        self.assertIn("Coldshoulder: class=cold", listed)

    def test_two_messages_in_a_session(self):
        with self.client() as client:
            for text, action in ((PITCH, "tag"), ("See you.\n", "accept")):
                client.mail("jordan@growth.example")
                client.rcpt("sam@example.org")
                reply = client.data(mail(text))[1]
                queue_id = re.search(rb"2\.0\.0 (\w+) Message accepted", reply).group(1).decode()
                self.assertIn(f"action={action},", self.line(queue_id))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=OPTIONS.build)
    _, rest = parser.parse_known_args(namespace=OPTIONS)
    unittest.main(verbosity=2, argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
