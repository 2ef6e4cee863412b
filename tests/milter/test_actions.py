"""What becomes of a message: tag, quarantine, tempfail, reject, discard, in both directions, and what is replied."""

from harness import COLD_BODY, SEVERE_BODY, TAUGHT_BODY, DaemonTest, main
from milter_client import ACTION_QUARANTINE, ACTIONS_ALL, plain_headers

OUT = {"sender": "<alice@home.example>", "recipients": ["<b@far.example>"], "mail_macros": {"auth_authen": "alice"}}


class Reject(DaemonTest):
    extra = "inbound = { reject_at = 9.0; }; outbound = { reject_at = 9.0; };"

    def test_inbound(self):
        headers = plain_headers(" Very special words") + [("X-Coldshoulder-Class", " forged")]
        with self.daemon.session() as milter:
            result = milter.message(SEVERE_BODY, headers, queue_id="4REJECT001")
        self.assertEqual((result.verdict, result.edits), ("y", []))
        self.assertTrue(result.reply.startswith("550-5.7.1 "), result.reply)
        self.assertIn("postmaster", result.reply, "how a real correspondent gets through")
        for word in ("special", "stranger@", "sender.example", "lead list"):
            self.assertNotIn(word, result.reply, "the sender's words are not repeated")
        self.assertIn("action=reject", self.daemon.line("4REJECT001"))

    def test_text_of_a_rule(self):
        with self.daemon.session() as milter:
            reply = milter.message(TAUGHT_BODY).reply
        self.assertIn("Calls are by appointment, 100%% of them.", reply, "percent signs are doubled")
        self.assertTrue(reply.isascii() and reply.isprintable(), reply)

    def test_outbound_teaches(self):
        with self.daemon.session() as milter:
            result = milter.message(SEVERE_BODY, queue_id="4REJECT002", **OUT)
        self.assertEqual((result.verdict, result.edits), ("y", []))
        self.assertTrue(result.reply.startswith("550"), result.reply)
        self.assertIn("5.7.1", result.reply)
        self.assertIn('You wrote: "buy our lead list now', result.reply)
        self.assertLessEqual(len(result.reply.splitlines()), 10)
        self.assertIn("direction=outbound", self.daemon.line("4REJECT002"))

    def test_no_stale_reply(self):
        """The reply of one message must never be given to the next."""
        with self.daemon.session() as milter:
            self.assertIn("appointment", milter.message(TAUGHT_BODY).reply)
            result = milter.message(SEVERE_BODY)
            self.assertEqual(result.verdict, "y")
            self.assertNotIn("appointment", result.reply)
            self.assertEqual(milter.message().verdict, "c")
            self.assertEqual(milter.message(COLD_BODY).verdict, "c")

    def test_below_the_threshold_it_is_tagged(self):
        with self.daemon.session() as milter:
            result = milter.message(COLD_BODY)
        self.assertEqual(result.verdict, "c")
        self.assertIn("action=tag", result.inserted("X-Coldshoulder")[0])

    def test_lines_of_a_reply_are_short(self):
        with self.daemon.session() as milter:
            for body in (SEVERE_BODY, TAUGHT_BODY):
                for line in milter.message(body).reply.split("\r\n"):
                    self.assertRegex(line, "^550[ -]5[.]7[.]1 ")
                    self.assertLessEqual(len(line), 510)


class Tempfail(DaemonTest):
    extra = "inbound = { tempfail_at = 9.0; }; outbound = { tempfail_at = 9.0; };"

    def test_both_directions(self):
        with self.daemon.session() as milter:
            for number, keywords in enumerate(({}, OUT)):
                result = milter.message(SEVERE_BODY, queue_id=f"4TEMP{number}", **keywords)
                self.assertEqual((result.verdict, result.edits), ("y", []))
                self.assertRegex(result.reply, "^451[ -]4[.]7[.]1 ")
                self.assertIn("action=tempfail", self.daemon.line(f"4TEMP{number}"))
            self.assertEqual(milter.message(COLD_BODY).verdict, "c")


class Quarantine(DaemonTest):
    extra = "inbound = { quarantine_at = 9.0; }; outbound = { quarantine_at = 9.0; };"

    def test_inbound_with_headers(self):
        with self.daemon.session() as milter:
            result = milter.message(SEVERE_BODY, queue_id="4QUAR00001")
        self.assertEqual(result.verdict, "c")
        self.assertEqual(len(result.quarantined()), 1)
        self.assertIn("class=cold", result.quarantined()[0])
        self.assertIn("action=quarantine", result.inserted("X-Coldshoulder")[0])
        self.assertIn("action=quarantine", self.daemon.line("4QUAR00001"))

    def test_outbound_is_held_and_not_changed(self):
        with self.daemon.session() as milter:
            result = milter.message(SEVERE_BODY, **OUT)
        self.assertEqual([e.kind for e in result.edits], ["quarantine"])

    def test_mta_without_quarantine(self):
        """What cannot be done is said, and the mail goes through."""
        with self.daemon.session(actions=ACTIONS_ALL & ~ACTION_QUARANTINE) as milter:
            result = milter.message(SEVERE_BODY, queue_id="4QUAR00002")
        self.assertEqual((result.verdict, result.quarantined()), ("c", []))
        self.daemon.wait_log("4QUAR00002: failure=unavailable, step=quarantine, action=accept")


class Discard(DaemonTest):
    extra = "inbound = { discard_at = 9.0; };"

    def test_discard(self):
        with self.daemon.session() as milter:
            result = milter.message(SEVERE_BODY, queue_id="4DISC00001")
            self.assertEqual((result.verdict, result.edits), ("d", []))
            self.assertEqual(milter.message(COLD_BODY).verdict, "c")
        self.assertIn("action=discard", self.daemon.line("4DISC00001"))


class Shadow(DaemonTest):
    extra = "inbound = { reject_at = 9.0; shadow = true; };"

    def test_nothing_is_done(self):
        with self.daemon.session() as milter:
            result = milter.message(SEVERE_BODY, queue_id="4SHADOW001")
        self.assertEqual(result.verdict, "c")
        self.assertIn("would=reject", self.daemon.line("4SHADOW001"))


if __name__ == "__main__":
    main()
