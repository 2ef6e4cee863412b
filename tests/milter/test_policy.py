"""Policies at work: by recipient, sender and login, several recipients, lists, what is never blocked, failures."""

import pathlib
import signal

from harness import COLD_BODY, HERE, RULES, SEVERE_BODY, Daemon, DaemonTest, free_port, main
from milter_client import ACTION_QUARANTINE, Milter, plain_headers
from test_control import ask

OUT = {"sender": "<alice@home.example>", "recipients": ["<b@far.example>"], "mail_macros": {"auth_authen": "alice"}}
HARD, SOFT, JOBS = "<hard@home.example>", "<soft@home.example>", "<jobs@home.example>"

POLICIES = """
inbound = { tag_at = 5.0; };
policies = (
  { name = "hard"; match = ( "hard*@home.example" ); reject_at = 9.0; reply = "Hard says no."; },
  { name = "soft"; match = ( "soft@home.example" ); quarantine_at = 9.0; },
  { name = "jobs"; match = ( "jobs@home.example" ); ignore_classes = ( "cold" ); },
  { name = "watch"; match = ( "watch@home.example" ); inherits = "hard"; shadow = true; },
  { name = "sales"; direction = "outbound"; logins = ( "alice" ); reject_at = 9.0; }
);
exempt = ( "boss@home.example" );
"""


class Policies(DaemonTest):
    extra = POLICIES

    def outcome(self, *recipients, body=SEVERE_BODY, queue_id="4POL", **keywords):
        """Verdict and log line of a message to these recipients."""
        self.number = getattr(self, "number", 0) + 1
        queue_id = f"{queue_id}{self.id().split('.')[-1]}{self.number}"
        with self.daemon.session() as milter:
            result = milter.message(body, recipients=recipients, queue_id=queue_id, **keywords)
        return result, self.daemon.line(queue_id)

    def test_first_match_wins_the_rest_inherits(self):
        result, line = self.outcome(HARD)
        self.assertIn("Hard says no.", result.reply)
        self.assertIn("policy=hard,", line)
        result, line = self.outcome("<watch@home.example>")
        self.assertEqual(result.verdict, "c")
        self.assertIn("would=reject, held=shadow", line)
        result, line = self.outcome("<other@home.example>")
        self.assertEqual(result.verdict, "c")
        self.assertIn("action=tag", line)
        self.assertIn("policy=inbound,", line)

    def test_a_recipient_delimiter_is_looked_through(self):
        self.assertIn("policy=hard,", self.outcome("<HARD+shop@Home.example>")[1])

    def test_several_recipients(self):
        for recipients, action, names in (((HARD, "<hardy@home.example>"), "reject", "hard"),
                                          ((HARD, SOFT), "quarantine", "hard+soft"),
                                          ((HARD, "<x@home.example>"), "tag", "hard+inbound"),
                                          ((JOBS, HARD), "tag", "jobs+hard"),
                                          ((HARD, "<postmaster@home.example>"), "tag", "hard+exempt"),
                                          ((JOBS,), "accept", "jobs")):
            with self.subTest(names):
                result, line = self.outcome(*recipients)
                self.assertIn(f"action={action},", line)
                self.assertIn(f"policy={names},", line)
                # Whoever is in Bcc must not be told by a header.
                self.assertFalse([edit for edit in result.edits if "hard" in edit.value or "jobs" in edit.value])

    def test_exempt_is_not_judged(self):
        result, line = self.outcome("<boss@home.example>")
        self.assertEqual(result.inserted("X-Coldshoulder"), [])
        self.assertIn("policy=exempt", line)

    def test_outbound_by_login(self):
        with self.daemon.session() as milter:
            self.assertEqual(milter.message(SEVERE_BODY, **OUT).verdict, "y")
            self.assertEqual(milter.message(SEVERE_BODY, **{**OUT, "mail_macros": {"auth_authen": "bob"}}).verdict, "c")

    def test_never_blocked(self):
        for held, headers, sender in (("list", [("List-Id", " <users.lists.example>")], "<x@lists.example>"),
                                      ("forward", [("Resent-From", " a@old.example")], "<x@old.example>"),
                                      ("forward", [("X-Forwarded-To", " hard@home.example")], "<x@old.example>"),
                                      ("forward", [("ARC-Seal", " i=2; a=rsa-sha256; cv=pass")], "<x@old.example>"),
                                      ("forward", [], "<SRS0=xx=yy=sender.example=me@old.example>"),
                                      ("forward", [], "<me+caf_=hard=home.example@old.example>"),
                                      ("forward", [("Delivered-To", " me@old.example")], "<x@sender.example>"),
                                      ("null_sender", [], "<>")):
            with self.subTest(held, headers=headers, sender=sender):
                plain = plain_headers()
                if headers and headers[0][0] == "Delivered-To":
                    plain = [(name, " me@old.example" if name == "To" else value) for name, value in plain]
                result, line = self.outcome(HARD, headers=headers + plain, sender=sender)
                self.assertEqual(result.verdict, "c")
                self.assertIn(f"would=reject, held={held}", line)
        # The sender's own provider seals once: that is no forward.
        result, _ = self.outcome(HARD, headers=[("ARC-Seal", " i=1; a=rsa-sha256; cv=none")] + plain_headers())
        self.assertEqual(result.verdict, "y")


class Lists(DaemonTest):
    extra = 'inbound = { reject_at = 9.0; };\nnetworks = ( "198.51.100.0/24" );\nauth_results = "stripped";\n' \
            'authserv_ids = ( "mx.home.example" );\n'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lists = pathlib.Path(cls.daemon.directory)

    def reload(self):
        count = self.daemon.log().count("reloaded")
        self.daemon.send_signal(signal.SIGUSR1)
        self.daemon.wait_log("reloaded", count + 1)

    def proved(self, domain):
        return [("Authentication-Results", f" mx.home.example; dkim=pass header.d={domain}")] + plain_headers()

    def test_allow_needs_proof_and_block_does_not(self):
        (self.lists / "allow.list").write_text("sender.example  # 2026-01-01 a customer\nbroken line\n")
        self.reload()
        self.assertIn("allow.list:2", self.daemon.log())
        with self.daemon.session() as milter:
            self.assertEqual(milter.message(SEVERE_BODY).verdict, "y")
            result = milter.message(SEVERE_BODY, self.proved("sender.example"), queue_id="4LISTALLOW")
            self.assertEqual(result.verdict, "c")
            self.assertIn("list=allow, entry=sender.example", self.daemon.line("4LISTALLOW"))
            self.assertEqual(milter.message(SEVERE_BODY, self.proved("elsewhere.example")).verdict, "y")
        with Milter(self.daemon.address) as milter:
            milter.connect(address="198.51.100.7")
            self.assertEqual(milter.message(SEVERE_BODY).verdict, "c")
        (self.lists / "block.list").write_text("stranger@sender.example\n")
        self.reload()
        with self.daemon.session() as milter:
            result = milter.message(headers=self.proved("sender.example"), queue_id="4LISTBLOCK")
            self.assertEqual(result.verdict, "y", "the closer entry decides")
            self.assertIn("list=block, entry=stranger@sender.example", self.daemon.line("4LISTBLOCK"))
        (self.lists / "allow.list").unlink()
        (self.lists / "block.list").unlink()

    def test_allow_by_spf_needs_the_domain_of_from(self):
        """SPF proves the envelope's domain, which is the sender's only when it is aligned with From."""
        def spf(result, where, author="mx.home.example"):
            return [("Authentication-Results", f" {author}; spf={result} {where}")] + plain_headers()

        (self.lists / "allow.list").write_text("sender.example\n")
        self.reload()
        self.addCleanup((self.lists / "allow.list").unlink)
        with self.daemon.session() as milter:
            for number, (mailfrom, envelope) in enumerate((("sender.example", "<stranger@sender.example>"),
                                                           ("b@sender.example", "<b@sender.example>"),
                                                           ("b@bounce.sender.example", "<b@bounce.sender.example>"))):
                with self.subTest(mailfrom):
                    result = milter.message(SEVERE_BODY, spf("pass", f"smtp.mailfrom={mailfrom}"), envelope,
                                            queue_id=f"4SPFPASS{number}")
                    self.assertEqual(result.verdict, "c")
                    self.assertIn("list=allow, entry=sender.example", self.daemon.line(f"4SPFPASS{number}"))
            for headers, envelope in ((spf("pass", "smtp.mailfrom=b@other.example"), "<b@other.example>"),
                                      (spf("pass", "smtp.mailfrom=b@evilsender.example"), "<b@evilsender.example>"),
                                      (spf("pass", "smtp.helo=sender.example"), "<b@other.example>"),
                                      (spf("fail", "smtp.mailfrom=sender.example"), "<b@sender.example>"),
                                      (spf("softfail", "smtp.mailfrom=sender.example"), "<b@sender.example>"),
                                      (spf("pass", "smtp.mailfrom=sender.example", "mx.other.example"),
                                       "<b@sender.example>")):
                with self.subTest(headers[0]):
                    self.assertEqual(milter.message(SEVERE_BODY, headers, envelope).verdict, "y")


class Split(DaemonTest):
    extra = POLICIES + "split = true;\n"

    def accepted(self, milter, recipients, **macros):
        milter.mail(**macros) if not macros else milter.mail("<alice@home.example>", **macros)
        return [milter.rcpt(recipient) for recipient in recipients]

    def test_recipients_of_another_kind_are_put_off(self):
        with self.daemon.session() as milter:
            self.assertEqual(self.accepted(milter, [HARD, SOFT, "<x@home.example>", HARD]), ["c", "c", "y", "c"])
            self.assertTrue(milter.header("Subject", " x") == "c" and milter.eoh() == "c")
            milter.body(SEVERE_BODY)
            self.assertIn("action=quarantine", (milter.eom(queue_id="4SPLIT0001"), self.daemon.line("4SPLIT0001"))[1])
            # The second round has one kind only, and goes through whole.
            self.assertEqual(self.accepted(milter, ["<x@home.example>", JOBS, "<abuse@home.example>"]), ["c"] * 3)

    def test_reply(self):
        with self.daemon.session() as milter:
            self.accepted(milter, ["<x@home.example>", HARD])
            self.assertTrue(milter.last.startswith(b"452 4.5.3 "), milter.last)

    def test_our_own_people_are_not_split(self):
        with self.daemon.session() as milter:
            self.assertEqual(self.accepted(milter, ["<x@home.example>", HARD], auth_authen="alice"), ["c", "c"])


class Failures(DaemonTest):
    extra = 'failure = { limits = "tempfail"; };\nlimits = { max_scan_bytes = "1K"; };\n'

    def test_what_was_not_seen_whole_is_put_off(self):
        with self.daemon.session() as milter:
            result = milter.message("word " * 1000 + COLD_BODY, queue_id="4FAIL00001")
            self.assertEqual(result.verdict, "y")
            self.assertTrue(result.reply.startswith("451 4.7.1 "), result.reply)
            self.assertIn("failure=limits", self.daemon.line("4FAIL00001"))
            self.assertEqual(milter.message(COLD_BODY).verdict, "c")


    def test_what_the_mta_does_not_allow_is_put_off(self):
        """An MTA that lets nobody change headers: what was decided cannot be carried out."""
        for setting, verdict, reply in (("tempfail", "y", "451 4.3.0 "), ("accept", "c", "")):
            with self.subTest(setting):
                daemon = Daemon('failure = { internal = "%s"; };' % setting)
                self.addCleanup(daemon.clean_up)
                with daemon.session(actions=ACTION_QUARANTINE) as milter:
                    result = milter.message(COLD_BODY, queue_id="4INTERN001")
                    self.assertEqual(result.verdict, verdict)
                    self.assertTrue(result.reply.startswith(reply), result.reply)
                with daemon.session() as milter:
                    self.assertEqual(milter.message(COLD_BODY).verdict, "c")
                daemon.wait_log("4INTERN001: failure=")
                self.assertIn(f"action={setting}", daemon.line("4INTERN001"))
                self.assertEqual(ask(daemon, b"stats")["failures"], 1)
                daemon.stop()

    def test_a_store_that_is_down(self):
        """With its own daemon, whose memory is a server that is not there."""
        daemon = Daemon('failure = { store = "tempfail"; };', start=False)
        self.addCleanup(daemon.clean_up)
        key = daemon.directory / "key"
        key.write_text("a1" * 32 + "\n")
        key.chmod(0o600)
        server = f'store = "redis"; redis_server = "127.0.0.1:{free_port()}"; key_file = "{key}"; freemail_list = "{key}.no";'
        (daemon.directory / "key.no").write_text("mail.example\n")
        daemon.config.write_text(daemon.config.read_text().replace('store = "none";', server))
        daemon.start()
        with daemon.session() as milter:
            result = milter.message(queue_id="4STORE0001")
            self.assertTrue(result.reply.startswith("451 4.7.1 "), result.reply)
            self.assertIn("failure=store", daemon.line("4STORE0001"))
            # abuse@ is not looked at, and so does not wait for the memory.
            self.assertEqual(milter.message(recipients=["<abuse@home.example>"]).verdict, "c")
        daemon.stop()


class ToolLinks(DaemonTest):
    """Links of outreach tools in our own people's mail to strangers: the site's own are allowed, all others refused."""

    extra = 'learning_days = 0;\noutbound = { enforce = { tools = "reject"; tool_links = ( "go.tool.example" ); }; };'
    rules = RULES.replace("rules = (", r"""rules = (
  { id = "TEST_TOOL"; family = "tools"; score = 1.0; status = "stable"; describe = "A tool's link";
    view = "links"; patterns = [ "^([a-z0-9-]+\\.)*tool\\.example(/|$)", "/track/open/v2-" ];
    hits = [ "go.tool.example/a", "x.example/track/open/v2-1" ]; misses = [ "x.example/tool.example", "tool" ]; },""")

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cls.extra, cls.rules, memory='store = "sqlite"; deadline = "5s"; freemail_list = '
                                                         f'"{HERE.parents[1]}/conf/lists/freemail.txt";')

    def test_an_allowed_link_hides_no_other(self):
        own, foreign, pixel = ("https://go.tool.example/a", "https://me.tool.example/b",
                               "https://x.example/track/open/v2-1")
        cases = (([own], None), ([own, own + "2", "https://www.example/"], None), ([foreign], "me.tool.example/b"),
                 ([own, foreign], "me.tool.example/b"), ([foreign, own], "me.tool.example/b"),
                 ([f"{own}{i}" for i in range(60)] + [foreign], "me.tool.example/b"),
                 ([own, pixel], "x.example/track/open/v2-1"))
        for number, (links, told) in enumerate(cases):
            with self.subTest(links[-2:]), self.daemon.session() as milter:
                out = {**OUT, "recipients": [f"<stranger{number}@far{number}.example>"]}
                headers = [(name, value.replace("stranger@sender.example", "alice@home.example")) for name, value in
                           plain_headers()]
                result = milter.message("Hello,\r\n\r\n" + "\r\n".join(links) + "\r\n", headers, **out)
                self.assertEqual(result.verdict, "y" if told else "c")
                self.assertIn(f'You wrote: "{told}"' if told else "", result.reply)
                self.assertNotIn("go.tool.example", result.reply)


class Slips(DaemonTest):
    def test_a_bad_reload_names_the_line_and_changes_nothing(self):
        daemon = Daemon(POLICIES)
        self.addCleanup(daemon.clean_up)
        daemon.write_config('policies = ( { name = "a"; match = ( "a@b@c" ); } );')
        daemon.send_signal(signal.SIGUSR1)
        daemon.wait_log("has two @")
        with daemon.session() as milter:
            self.assertEqual(milter.message(SEVERE_BODY, recipients=[HARD]).verdict, "y")
        daemon.stop()


if __name__ == "__main__":
    main()
