"""What arrives is what is judged: envelope, header and body in every form, up to the limits, and the log line of it."""

from harness import COLD_BODY, DaemonTest, main
from milter_client import CHUNK, LEADSPC, PROTOCOL_ALL, SKIP, Milter, plain_headers

FILLER = "It is all the same to us what stands in this line of text.\r\n"


def mail_class(result):
    return [value.strip() for value in result.inserted("X-Coldshoulder-Class")]


class Message(DaemonTest):
    def judge(self, queue_id, body=COLD_BODY, headers=None, **keywords):
        with self.daemon.session() as milter:
            result = milter.message(body, headers, queue_id=queue_id, **keywords)
        self.assertEqual(result.verdict, "c")
        return mail_class(result), self.daemon.line(queue_id)

    def test_log_line(self):
        _, line = self.judge("4LOG000001", recipients=["<a@home.example>", "<b@home.example>"])
        for part in ("class=cold", "action=tag", "score=6.00/5.00", "TEST_COLD", "relation=", "recipients=2", "ms=",
                     "direction=inbound"):
            self.assertIn(part, line)
        self.assertNotIn("Hello", line, "no subject")

    def test_queue_id_comes_late(self):
        """In smtpd it is not known before the first recipient is accepted."""
        with self.daemon.session() as milter:
            milter.mail(auth_type="")
            milter.rcpt()
            milter.rcpt("<you@home.example>", queue_id="4LATE00001")
            milter.eoh()
            milter.body(COLD_BODY)
            milter.eom(queue_id="4LATE00001")
        self.assertIn("class=cold", self.daemon.line("4LATE00001"))

    def test_no_queue_id(self):
        with self.daemon.session() as milter:
            milter.mail("<noqueue@sender.example>")
            milter.rcpt()
            milter.header("From", " noqueue@sender.example")
            milter.eoh()
            milter.eom()
        self.assertIn("noqueue@sender.example", self.daemon.line("NOQUEUE"))

    def test_hostile_queue_id_and_sender(self):
        headers = [("From", ' "a\n b" <x\x01,y=z@sender.example>'), ("Subject", " x")]
        self.judge("4HOST00001", headers=headers)
        with self.daemon.session() as milter:
            milter.message(COLD_BODY, queue_id='4EVIL\r\n4FORGED001: class=clean, action="x"')
        log = self.daemon.log()
        self.assertNotIn("\n4FORGED001", log)
        self.assertNotIn(" 4FORGED001: ", log)
        for line in log.splitlines():
            self.assertTrue(line.isprintable(), line)

    def test_null_sender(self):
        for queue_id, sender in (("4NULL00001", "<>"), ("4NULL00002", "")):
            _, line = self.judge(queue_id, sender=sender)
            self.assertIn("direction=inbound", line)

    def test_forms_of_addresses(self):
        """Source routes, quotes, upper case and ESMTP parameters; all are of a local sender, so it is outbound."""
        for number, sender in enumerate(("<alice@home.example>", "alice@home.example", "<ALICE@HOME.EXAMPLE>",
                                         "<@hop.example:alice@home.example>", '<"a b"@home.example>')):
            queue_id = f"4FORM0000{number}"
            with Milter(self.daemon.address) as milter:
                self.pick_up(milter, queue_id, sender)
            self.assertIn("direction=outbound", self.daemon.line(queue_id), sender)

    def pick_up(self, milter, queue_id, sender="alice@home.example", **connect):
        connect = {"port": 0, "daemon_port": "0", "client_port": "0", **connect}
        milter.connect("localhost", "127.0.0.1", **connect)
        milter.mail(sender, queue_id=queue_id)
        milter.rcpt("friend@far.example", queue_id=queue_id)
        milter.eoh()
        return milter.eom(queue_id=queue_id)

    def test_local_pickup(self):
        with Milter(self.daemon.address) as milter:
            self.assertEqual(self.pick_up(milter, "4PICK00001").edits, [])
        self.assertIn("direction=outbound", self.daemon.line("4PICK00001"))

    def test_localhost_by_smtp_is_no_pickup(self):
        """A web application, or a content filter that gives mail back."""
        with Milter(self.daemon.address) as milter:
            self.pick_up(milter, "4PICK00002", port=40000, daemon_port="25", client_port="40000")
        self.assertIn("direction=inbound", self.daemon.line("4PICK00002"))

    def test_authenticated_and_named_daemon(self):
        for queue_id, connect, mail in (("4AUTH00001", {}, {"auth_authen": "alice", "auth_type": "PLAIN"}),
                                        ("4AUTH00002", {"daemon_name": "ORIGINATING"}, {}),
                                        ("4AUTH00003", {"daemon_name": "ORIGINATING"}, {"auth_authen": ""})):
            with Milter(self.daemon.address) as milter:
                milter.connect(**connect)
                milter.message(COLD_BODY, sender="<alice@home.example>", recipients=["<b@far.example>"],
                               queue_id=queue_id, mail_macros=mail)
            self.assertIn("direction=outbound", self.daemon.line(queue_id))

    def test_a_new_linkedin_template_is_named_once_a_day(self):
        """Of mail that is proved to be LinkedIn's alone."""
        def send(queue_id, name, template, **connect):
            headers = [("From", " LinkedIn <noreply@linkedin.com>"), ("To", " me@home.example"), ("Subject", " Hello"),
                       ("X-LinkedIn-Template", template)]
            with Milter(self.daemon.address) as milter:
                milter.connect(name, "108.174.0.145", client_name=name, **connect)
                milter.message("Hello\r\n", headers, queue_id=queue_id)
            return self.daemon.line(queue_id)

        for queue_id in ("4LINK00001", "4LINK00002"):
            self.assertIn("linkedin=unknown", send(queue_id, "maila-aa.linkedin.com", " email_brand_new_thing_07"))
        send("4LINK00003", "client.sender.example", " email_forged_thing_01")
        send("4LINK00004", "maila-aa.linkedin.com", " email_m2m_invite_single_01")
        named = [line for line in self.daemon.log().splitlines() if "linkedin_template=" in line]
        self.assertEqual(len(named), 1, named)
        self.assertIn("4LINK00001: linkedin_template=email_brand_new_thing_07, linkedin=unknown", named[0])

    def test_authentication_does_not_outlive_its_message(self):
        with self.daemon.session() as milter:
            milter.message(COLD_BODY, recipients=["<b@far.example>"], queue_id="4AUTH00004",
                           mail_macros={"auth_authen": "alice"})
            milter.message(COLD_BODY, recipients=["<b@far.example>"], queue_id="4AUTH00005",
                           mail_macros={"auth_type": ""})
        self.assertIn("direction=outbound", self.daemon.line("4AUTH00004"))
        self.assertIn("direction=inbound", self.daemon.line("4AUTH00005"))

    def test_no_header(self):
        self.assertEqual(self.judge("4NOHDR0001", headers=[])[0], ["cold"])

    def test_no_body(self):
        self.assertEqual(self.judge("4NOBODY001", body="")[0], ["clean"])

    def test_nothing_at_all(self):
        self.assertEqual(self.judge("4NOTHING01", body="", headers=[])[0], ["clean"])

    def test_body_in_single_bytes(self):
        """Pieces may end anywhere, also between CR and LF."""
        with self.daemon.session() as milter:
            milter.mail()
            milter.rcpt()
            for name, value in plain_headers():
                milter.header(name, value)
            milter.eoh()
            for byte in COLD_BODY.encode():
                milter.body(bytes([byte]))
            self.assertEqual(mail_class(milter.eom(queue_id="4BYTES0001")), ["cold"])

    def test_phrase_across_chunks(self):
        body = FILLER * 1200
        body = body[:CHUNK - len("I am so sorry to ")] + COLD_BODY.split("\r\n")[2] + "\r\n"
        self.assertEqual(self.judge("4SPLIT0001", body)[0], ["cold"])

    def test_header_encodings_reach_the_judge(self):
        """A folded header says that the body is base64, with and without the leading blank of values."""
        import base64
        body = base64.encodebytes(COLD_BODY.encode()).decode().replace("\n", "\r\n")
        headers = plain_headers() + [("MIME-Version", " 1.0"), ("Content-Type", " text/plain;\n\tcharset=utf-8"),
                                     ("Content-Transfer-Encoding", "base64")]
        for protocol in (PROTOCOL_ALL, PROTOCOL_ALL & ~LEADSPC):
            with self.daemon.session(protocol=protocol) as milter:
                self.assertEqual(mail_class(milter.message(body, headers)), ["cold"])

    def test_odd_bytes(self):
        odd = [("Subject", b"\xff\xfe\x80"), ("X-Tab", "\tx"), ("X-Empty", ""), ("X Y", " blank"),
               ("X-Long", " " + "x" * 60000), ("X-Lines", "\n \n\t\n x"), ("X-CR", " a\rb")]
        body = b"\0\xff\xfe" + COLD_BODY.encode() + b"\r\n.\r\n\nlone\rx" + b"z" * 5000
        with self.daemon.session() as milter:
            result = milter.message(body, plain_headers() + odd, queue_id="4ODD000001")
        self.assertEqual(result.verdict, "c")
        self.daemon.line("4ODD000001")

    def test_client_that_says_little(self):
        with Milter(self.daemon.address) as milter:
            self.assertEqual(mail_class(milter.message(COLD_BODY)), ["cold"], "no CONNECT, no HELO")


class Limits(DaemonTest):
    extra = """limits = { max_scan_bytes = "128K"; max_headers = 50; max_header_bytes = "8K"; max_recipients = 5; };"""

    def judge(self, queue_id, body, headers=None, protocol=PROTOCOL_ALL, **keywords):
        with self.daemon.session(protocol=protocol) as milter:
            result = milter.message(body, headers, queue_id=queue_id, **keywords)
        self.assertEqual(result.verdict, "c")
        return mail_class(result), self.daemon.line(queue_id)

    def send_big(self, protocol):
        with self.daemon.session(protocol=protocol) as milter:
            milter.mail()
            milter.rcpt()
            milter.eoh()
            letter, chunks = milter.body(COLD_BODY + FILLER * 20000)
            return letter, chunks, mail_class(milter.eom(queue_id="4BIG%d" % (protocol & SKIP)))

    def test_body_is_skipped(self):
        letter, chunks, found = self.send_big(PROTOCOL_ALL)
        self.assertEqual((letter, chunks, found), ("s", 3, ["cold"]))
        self.assertIn("limits=scan_bytes", self.daemon.line("4BIG1024"))

    def test_body_without_skip(self):
        letter, chunks, found = self.send_big(PROTOCOL_ALL & ~SKIP)
        self.assertEqual((letter, found), ("c", ["cold"]))
        self.assertGreater(chunks, 10)
        self.assertIn("limits=scan_bytes", self.daemon.line("4BIG0"))

    def test_beyond_the_limit_nothing_is_read(self):
        found, line = self.judge("4BEYOND001", FILLER * 2500 + COLD_BODY)
        self.assertEqual(found, ["clean"])
        self.assertIn("limits=scan_bytes", line)

    def test_exactly_the_limit(self):
        body = COLD_BODY + "x" * 75
        body += (FILLER * 3000)[:128 * 1024 - len(body)]
        with self.daemon.session() as milter:
            milter.mail()
            milter.rcpt()
            milter.eoh()
            self.assertEqual(milter.body(body)[0], "c")
            self.assertEqual(mail_class(milter.eom(queue_id="4EXACT0001")), ["cold"])
        self.assertNotIn("scan_bytes", self.daemon.line("4EXACT0001"))

    def test_many_headers(self):
        headers = plain_headers() + [("X-Filler", " x")] * 5000
        found, line = self.judge("4HEADS0001", COLD_BODY, headers)
        self.assertEqual(found, ["cold"])
        self.assertRegex(line, "limits=[a-z_ ]*headers")

    def test_big_headers(self):
        headers = plain_headers() + [("X-Filler", " " + "x" * 60000)] * 3 + [("X-Small", " x")]
        found, line = self.judge("4HEADB0001", COLD_BODY, headers)
        self.assertEqual(found, ["cold"])
        self.assertIn("header_bytes", line)

    def test_many_recipients(self):
        recipients = [f"<r{i}@home.example>" for i in range(1000)]
        found, line = self.judge("4RCPTS0001", COLD_BODY, recipients=recipients)
        self.assertEqual(found, ["cold"])
        self.assertIn("recipients=5", line)
        self.assertRegex(line, "limits=[a-z_ ]*recipients")

    def test_next_message_has_no_limits(self):
        with self.daemon.session() as milter:
            milter.message(FILLER * 3000, plain_headers() + [("X-F", " x")] * 100, queue_id="4CAPPED001")
            milter.message(COLD_BODY, queue_id="4CAPPED002")
        self.assertIn("limits=", self.daemon.line("4CAPPED001"))
        self.assertNotIn("limits=", self.daemon.line("4CAPPED002"))


if __name__ == "__main__":
    main()
