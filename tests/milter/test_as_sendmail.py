"""Sendmail 8.17 as a filter sees it: what it offers, which macros it sends at which step, how it names a client."""

from harness import COLD_BODY, SEVERE_BODY, DaemonTest, main
from milter_client import LEADSPC, Milter, plain_headers

OFFER = {"version": 6, "actions": 0x1FF, "protocol": 0x1FFFFF}
LINKEDIN = [("From", " LinkedIn <noreply@linkedin.com>"), ("To", " me@home.example"), ("Subject", " Hello"),
            ("X-LinkedIn-Template", " email_brand_new_thing_07")]


class AsSendmail(DaemonTest):
    extra = "inbound = { reject_at = 9.0; };"

    def connect(self, milter, name="client.sender.example", address="203.0.113.9", resolve="OK", daemon="MTA",
                ptr=None):
        """Sendmail names a client in brackets by its address, unless address and name lead to each other."""
        given = name if resolve == "OK" else f"[{address}]"
        macros = {"host": "mx.home.example", "origin": f"{name} [{address}]", "daemon_name": daemon,
                  "if_name": "mx.home.example", "if_addr": "192.0.2.1", "tls_version": "TLSv1.3",
                  "mta_version": "8.17.1.9", "daemon_port": "25", "client_addr": address, "client_name": given,
                  "client_port": "40123", "client_ptr": ptr or name, "client_resolve": resolve}
        self.assertEqual(milter.connect(given, address, 40123, **macros), "c")
        milter.macros("H", tls_version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", cipher_bits="256", cert_subject="",
                      cert_issuer="")
        self.assertEqual(milter.helo(name), "c")

    def message(self, milter, queue_id, body=COLD_BODY, headers=None, sender="stranger@sender.example",
                recipient="me@home.example", **auth):
        """The queue id comes with MAIL already, and with the end once more."""
        self.assertEqual(milter.mail(f"<{sender}>", "SIZE=1000", queue_id=queue_id, mail_mailer="esmtp",
                                     mail_host="sender.example.", mail_addr=sender, **auth), "c")
        self.assertEqual(milter.rcpt(f"<{recipient}>", rcpt_mailer="local", rcpt_host="home.example",
                                     rcpt_addr=recipient.partition("@")[0]), "c")
        milter.macros("T", queue_id=queue_id)
        milter.data()
        for name, value in headers or plain_headers():
            milter.header(name, value)
        milter.eoh()
        milter.body(body)
        return milter.eom(queue_id=queue_id, msg_id="<1@sender.example>")

    def test_verdict_and_headers(self):
        """A value has its leading blank where it was agreed that blanks are sent; else Sendmail adds it."""
        for number, (protocol, blank) in enumerate(((OFFER["protocol"], " "), (OFFER["protocol"] & ~LEADSPC, ""))):
            with self.subTest(blank=blank), Milter(self.daemon.address, **{**OFFER, "protocol": protocol}) as milter:
                self.assertEqual(bool(milter.protocol & LEADSPC), bool(blank))
                self.connect(milter)
                forged = plain_headers() + [("X-Coldshoulder-Class", " clean")]
                result = self.message(milter, f"5AS00001{number}", headers=forged)
                self.assertEqual(result.verdict, "c")
                self.assertEqual(result.inserted("X-Coldshoulder-Class"), [blank + "cold"])
                self.assertEqual([(e.name, e.index) for e in result.edits if e.kind == "change"],
                                 [("X-Coldshoulder-Class", 1)])
                self.assertIn("class=cold", self.daemon.line(f"5AS00001{number}"))
                result = self.message(milter, f"5AS00002{number}", SEVERE_BODY)
                self.assertEqual(result.verdict, "y")
                self.assertRegex(result.reply, "^550[- ]5.7.1 ")
                self.assertEqual(self.message(milter, f"5AS00003{number}", "See you on Friday.\r\n").verdict, "c")

    def test_direction(self):
        out = {"sender": "alice@home.example", "recipient": "b@far.example"}
        login = {"auth_type": "PLAIN", "auth_authen": "alice"}
        for number, (wanted, client, mail) in enumerate((
                ("inbound", {}, {}),
                ("outbound", {}, {**out, **login}),
                ("outbound", {"daemon": "ORIGINATING"}, out),
                ("inbound", {}, {**out, "auth_type": ""}))):
            with self.subTest(client=client, mail=mail), Milter(self.daemon.address, **OFFER) as milter:
                self.connect(milter, **client)
                self.message(milter, f"5AS00004{number}", **mail)
                self.assertIn(f"direction={wanted}", self.daemon.line(f"5AS00004{number}"))

    def linkedin(self, queue_id, **client):
        with Milter(self.daemon.address, **OFFER) as milter:
            self.connect(milter, address="108.174.0.145", **client)
            self.message(milter, queue_id, "Hello\r\n", LINKEDIN, "bounce@linkedin.com")
        return self.daemon.line(queue_id)

    def test_only_a_name_that_resolves_both_ways_is_linkedins(self):
        name = "maila-aa.linkedin.com"
        self.assertIn("linkedin=unknown", self.linkedin("5AS000050", name=name))
        for number, resolve in enumerate(("FORGED", "TEMP", "FAIL")):
            with self.subTest(resolve):
                self.assertNotIn("linkedin=", self.linkedin(f"5AS00006{number}", name=name, resolve=resolve))
        self.assertNotIn("linkedin=", self.linkedin("5AS000070", name="maila-aa.linkedin.com.evil.example"))
        self.assertNotIn("linkedin=", self.linkedin("5AS000071", name="client.evil.example", ptr=name))

    def test_a_name_alone_proves_nothing(self):
        """Whatever name stands in the connection: {client_resolve} must say OK, and be there."""
        name = "maila-aa.linkedin.com"
        for number, resolve in enumerate(("FORGED", "TEMP", "FAIL", "", None)):
            macros = {} if resolve is None else {"client_resolve": resolve}
            with self.subTest(resolve), Milter(self.daemon.address, **OFFER) as milter:
                milter.connect(name, "108.174.0.145", mta_version="8.17.1.9", daemon_name="MTA", client_name=name,
                               **macros)
                milter.helo(name)
                self.message(milter, f"5AS00008{number}", "Hello\r\n", LINKEDIN, "bounce@linkedin.com")
                self.assertNotIn("linkedin=", self.daemon.line(f"5AS00008{number}"))


if __name__ == "__main__":
    main()
