#!/usr/bin/env python3
"""doctor on configurations of Postfix of every kind, and without Postfix. (With a live one: tests/postfix.)"""
import contextlib
import os
import shutil
import socket
import threading
import unittest

from tool_case import ToolTest, cool_down, main


class Answering:
    """Something that listens and answers each packet by the next of `answers`, the last one again and again; it leaves when
    there are none."""

    def __init__(self, listening, answers):
        self.listening, self.answers = listening, answers
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.listening.listen()
        self.thread.start()

    def __exit__(self, *_):
        self.thread.join()
        self.listening.close()

    def serve(self):
        connection, _ = self.listening.accept()
        with connection, contextlib.suppress(OSError):  # the probe may have left
            answers = list(self.answers)
            while answers and (head := connection.recv(4, socket.MSG_WAITALL)):
                command = connection.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)[:1]
                if command == b"Q":
                    return
                if command != b"D":
                    connection.sendall(answers[0] if len(answers) == 1 else answers.pop(0))


def packet(command, data=b""):
    return (len(data) + 1).to_bytes(4, "big") + command + data


@unittest.skipUnless(shutil.which("postconf"), "there is no Postfix")
class Doctor(ToolTest):
    def doctor(self, *lines, master="smtp inet n - y - - smtpd\n", code=2):
        self.write("postfix/main.cf", "compatibility_level = 3.6\nmyhostname = mx.home.example\n" + "".join(line + "\n" for line in lines))
        self.write("postfix/master.cf", master)
        cool_down(self.directory)
        return self.run_tool("doctor", "-c", "conf", "--postfix", "postfix", code=code)

    def test_our_milter(self):
        ours = f"unix:{self.directory}/socket"
        for milters, pattern in (("", "(?s)smtpd_milters of main.cf does not name .*mail by SMTP does not pass here"),
                                 (ours, "smtpd_milters names us, number 1 of 1"),
                                 (f"unix:/run/other, {{ {ours}, default_action=accept }}", "smtpd_milters names us, number 2 of 2"),
                                 (f"{{{ours}}}", "names us, number 1 of 1"), (f"inet:localhost:9,{ours}", "number 2 of 2"),
                                 (f"{{ {ours}", "names us, number 1 of 1"), (f"local:{self.directory}/socket", "names us"),
                                 ("unix:/run/other", "does not name"), (" ".join(["inet:a:1"] * 60 + [ours]), "does not name")):
            with self.subTest(milters):
                self.assertRegex(self.doctor(f"smtpd_milters = {milters}", f"non_smtpd_milters = {milters}"), pattern)

    def test_sockets_by_inet(self):
        for address, name in (("inet:10025@localhost", "inet:localhost:10025"), ("inet6:10025@::1", "inet:::1:10025")):
            text = (self.directory / "conf").read_text()
            self.write("conf", f'socket = "{address}";\n' + text[text.index("socket_group"):])
            self.assertIn("names us, number 1 of 1", self.doctor(f"smtpd_milters = {name}"))
            self.assertRegex(self.doctor("smtpd_milters ="), "does not name " + name.replace("[", r"\["))
            self.write("conf", text)

    def test_below_the_queue_directory(self):
        """A chrooted smtpd looks for a path below the queue directory."""
        lines = (f"queue_directory = {self.directory}", f"smtpd_milters = unix:{self.directory}/socket")
        self.assertRegex(self.doctor(*lines), r"FAIL  smtpd is chrooted: it looks for .*\n +mend: write unix:socket in place of")
        self.assertNotIn("chrooted", self.doctor(*lines, master="smtp inet n - n - - smtpd\n"))
        self.assertNotIn("chrooted", self.doctor(*lines, master="smtp inet n - y - - other\n"))
        for name in ("unix:socket", "unix:/socket"):
            self.assertIn("names us", self.doctor(lines[0], f"smtpd_milters = {name}"))
        self.assertIn("does not name unix:socket", self.doctor(lines[0]))

    def test_while_the_daemon_is_down(self):
        ours = f"unix:{self.directory}/socket"
        self.assertIn('mail is answered by "tempfail"', self.doctor(f"smtpd_milters = {ours}", "milter_default_action = tempfail"))
        self.assertNotIn("mail is answered", self.doctor(f"smtpd_milters = {ours}", "milter_default_action = accept"))
        self.assertNotIn("mail is answered", self.doctor(f"smtpd_milters = {{ {ours}, default_action=accept }}"))

    def test_verifiers(self):
        ours = f"unix:{self.directory}/socket"
        self.assertIn("OpenDKIM (inet:localhost:8891) stands behind us", self.doctor(f"smtpd_milters = {ours}, inet:localhost:8891"))
        self.assertIn("auth_results is off: what the verifier before us finds", self.doctor(f"smtpd_milters = unix:/run/opendmarc, {ours}"))
        self.configure('auth_results = "jobid"; authserv_ids = ( "mx.home.example" );\n')
        self.assertRegex(self.doctor(f"smtpd_milters = {ours}, inet:localhost:8893"), "(?s)FAIL  OpenDMARC.*no verifier that I know")

    def test_stripping(self):
        self.configure('auth_results = "stripped"; authserv_ids = ( "mx.home.example" );\n')
        self.write("checks", "/^Authentication-Results[[:space:]]*:/ IGNORE\n")
        self.write("others", "/^X:/ IGNORE\n/^Auth/ WARN\n")
        ours = f"smtpd_milters = unix:{self.directory}/socket"
        self.assertIn("let Authentication-Results in", self.doctor(ours))
        self.assertIn("let Authentication-Results in", self.doctor(ours, f"header_checks = regexp:{self.directory}/others"))
        self.assertIn("header_checks remove incoming", self.doctor(ours, f"header_checks = regexp:{self.directory}/missing, "
                                                                  f"regexp:{self.directory}/others regexp:{self.directory}/checks"))

    def test_services_with_milters_of_their_own(self):
        master = ("smtp inet n - y - - smtpd\nsubmission inet n - n - - smtpd\n  -o smtpd_milters=inet:other:1\n"
                  "smtps inet n - n - - smtpd\n  -o smtpd_milters=$mua_milters\n"
                  f"port inet n - n - - smtpd\n  -o smtpd_milters=unix:{self.directory}/socket\n")
        output = self.doctor(f"smtpd_milters = unix:{self.directory}/socket", "mua_milters =", master=master)
        self.assertIn("service submission/inet has milters of its own", output)
        self.assertEqual(output.count("has milters of its own"), 1)

    def test_timeouts_and_protocol(self):
        output = self.doctor("milter_connect_timeout = 1s", "milter_command_timeout = 1m", "milter_content_timeout = 10s", "milter_protocol = 3")
        self.assertIn("milter_connect_timeout is 1s, less than", output)
        self.assertNotIn("milter_command_timeout is", output)
        self.assertIn("milter_content_timeout is 10s", output)
        self.assertIn("milter_protocol is 3", output)
        output = self.doctor("milter_connect_timeout = 1h", "milter_command_timeout = 1d", "milter_content_timeout =")
        self.assertNotIn("less than a busy host", output)

    def test_smuggling(self):
        self.assertIn('smtpd_forbid_bare_newline is "no"', self.doctor("smtpd_forbid_bare_newline = no"))
        self.assertIn("smtpd_forbid_bare_newline = normalize", self.doctor("smtpd_forbid_bare_newline = normalize"))

    def test_no_domains_of_ours(self):
        text = (self.directory / "conf").read_text()
        self.write("conf", text.replace('local_domains = ( "home.example" );', ""))
        self.assertRegex(self.doctor("mydomain = corp.example"), r'local_domains is empty(?s:.*)local_domains = \( "corp.example" \);   in conf')

    def test_without_postfix(self):
        self.environment["PATH"] = str(self.directory)
        self.says("Postfix's configuration cannot be read here", "doctor", "-c", "conf", code=2)
        self.environment["PATH"] = os.environ["PATH"]
        self.says("Postfix's configuration cannot be read here", "doctor", "-c", "conf", "--postfix", "missing", code=2)

    def test_configuration_and_rules(self):
        self.write("rules.d/local.conf", "".join(f'rules{n} = 1;\n' for n in range(9)))
        self.says("(?s)local.conf.*more is wrong with configuration and rules", "doctor", "-c", "conf", code=2)
        (self.directory / "rules.d/local.conf").unlink()
        self.says("control_socket is off: the daemon itself cannot be asked", "doctor", "-c", self.without_control(), code=2)
        if not os.path.exists("/etc/coldshoulder/coldshoulder.conf"):
            self.says("the defaults hold", "doctor", code=2)

    def without_control(self):
        self.write("conf2", (self.directory / "conf").read_text() + 'control_socket = "off";\n')
        return "conf2"

    def test_the_socket(self):
        """What is there need not be a milter."""
        self.assertRegex(self.doctor(), r"FAIL  the daemon does not answer")
        self.write("socket", "a file")
        self.assertRegex(self.says("socket", "doctor", "-c", self.without_control(), code=2), "(?i)no socket|not a socket|is no")
        (self.directory / "socket").unlink()
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.directory / "socket"))
            self.run_tool("doctor", "-c", "conf2", code=2)

    def probe(self, listening, *answers):
        with Answering(listening, answers):
            return self.run_tool("doctor", "-c", "conf", "--postfix", "postfix", code=2)

    def test_what_answers_on_the_socket(self):
        """A milter lets the probe through; whatever else listens there is told by what it says."""
        def protocol(bits):
            return packet(b"O", (6).to_bytes(4, "big") * 2 + bits.to_bytes(4, "big"))

        for answers, wanted in (((), "it does not speak the milter protocol"), ((bytes(4),), "does not speak"),
                                ((b"\xff\xff\xff\xff",), "does not speak"), ((b"220 mx ESMTP\r\n",), "does not speak"),
                                ((packet(b"O", b"short"),), "does not speak"), ((packet(b"c"),), "does not speak"),
                                ((protocol(0), packet(b"t")), "at connect: try again later"),
                                ((protocol(0x1), packet(b"r")), "at helo: a rejection"),
                                ((protocol(0x1000), packet(b"y", b"550 no\0")), "at helo: a rejection|at connect: a rejection"),
                                ((protocol(0), packet(b"?")), "an answer that it should not give"),
                                ((protocol(0), *[packet(b"c")] * 8, packet(b"s"), packet(b"h", b"X\0y\0") + packet(b"r")),
                                 "at the end of the message: a rejection"),
                                ((protocol(0), *[packet(b"c")] * 9, packet(b"h", b"X\0y\0") + packet(b"a")), "a message went through")):
            with self.subTest(wanted, answers=len(answers)):
                path = self.directory / "socket"
                path.unlink(missing_ok=True)
                listening = socket.socket(socket.AF_UNIX)
                listening.bind(str(path))
                self.assertRegex(self.probe(listening, *answers), wanted)

    def test_a_socket_by_inet_is_open_to_everybody(self):
        text = (self.directory / "conf").read_text()
        for family, address, name in ((socket.AF_INET, "127.0.0.1", "inet:{}@127.0.0.1"), (socket.AF_INET6, "::1", "inet6:{}@[::1]")):
            listening = socket.socket(family)
            try:
                listening.bind((address, 0))
            except OSError:  # a host without IPv6
                continue
            self.write("conf", f'socket = "{name.format(listening.getsockname()[1])}";\n' + text[text.index("socket_group"):])
            self.assertRegex(self.probe(listening), "(?s)a unix socket is faster.*does not speak the milter protocol")
            self.says("a message through the milter socket", "doctor", "-c", "conf", "--postfix", "postfix", code=2)


if __name__ == "__main__":
    main()
