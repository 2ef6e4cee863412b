"""Our header fields: forged ones go, whatever their form, and ours come where they belong."""

import unittest

from harness import COLD_BODY, Daemon, DaemonTest, main
from milter_client import LEADSPC, PROTOCOL_ALL, deliver, plain_headers


def ours(fields):
    return [(n, v) for n, v in fields if n.lower().startswith("x-coldshoulder")]


class Headers(DaemonTest):
    def send(self, forged, body=COLD_BODY, **keywords):
        """Sends a message with these fields more; returns the fields as delivered."""
        headers = plain_headers() + forged
        with self.daemon.session(**keywords) as milter:
            result = milter.message(body, headers)
        self.assertEqual(result.verdict, "c")
        return deliver(headers, result)

    def assert_only_ours(self, fields):
        names = [n for n, _ in ours(fields)]
        self.assertEqual(names, ["X-Coldshoulder", "X-Coldshoulder-Class", "X-Coldshoulder-Relation"])
        self.assertNotIn("forged", " ".join(v for _, v in ours(fields)))

    def test_place_and_order(self):
        fields = self.send([])
        self.assertEqual([n for n, _ in fields[:4]],
                         ["Received", "X-Coldshoulder", "X-Coldshoulder-Class", "X-Coldshoulder-Relation"])
        self.assertEqual([n for n, _ in fields[4:]], [n for n, _ in plain_headers()])

    def test_content(self):
        fields = dict(self.send([]))
        self.assertEqual(fields["X-Coldshoulder-Class"], " cold")
        self.assertIn("class=cold; score=6.0/5.0; action=tag;", fields["X-Coldshoulder"])
        self.assertIn("TEST_COLD", fields["X-Coldshoulder"])
        self.assertNotIn("\r", fields["X-Coldshoulder"])

    def test_forged_fields(self):
        for forged in ([("X-Coldshoulder", " forged")],
                       [("x-coldshoulder", " forged")],
                       [("X-COLDSHOULDER-CLASS", " forged"), ("x-ColdShoulder-class", " forged")],
                       [("X-Coldshoulder-Class", " forged\n\tforged\n forged")],
                       [("X-Coldshoulder-Class", "")],
                       [("X-Coldshoulder-Class", "forged")],
                       [("X-Coldshoulder-Class ", " forged"), ("X-Coldshoulder-Relation\t", " forged")],
                       [("X-Coldshoulder-Other", " forged"), ("X-ColdshoulderForged", " forged")],
                       [("X-Coldshoulder-Class", " forged"), ("Subject", " x"), ("x-coldshoulder-class", " forged"),
                        ("X-Coldshoulder", " forged"), ("X-Coldshoulder-CLASS", " forged")]):
            with self.subTest(forged):
                self.assert_only_ours(self.send(forged))

    def test_other_fields_stay(self):
        others = [("X-Coldshoulde", " kept"), ("Coldshoulder", " kept"), ("XX-Coldshoulder", " kept"),
                  ("X-Spam-Flag", " NO"), ("X-Spam-Status", " No"), ("Authentication-Results", " kept")]
        fields = self.send(others)
        for field in others:
            self.assertIn(field, fields)

    def test_many_copies(self):
        self.assert_only_ours(self.send([("X-Coldshoulder-Class", " forged")] * 1000))

    def test_many_names_beyond_the_limits(self):
        """Fields that are too many to be looked at must go as well."""
        many = [(f"X-Coldshoulder-{i % 700}", " forged") for i in range(3000)]
        self.assert_only_ours(self.send(many))

    def test_indices_fall(self):
        with self.daemon.session() as milter:
            result = milter.message(COLD_BODY, plain_headers() + [("X-Coldshoulder", " forged")] * 5)
        changes = [e for e in result.edits if e.kind == "change"]
        self.assertEqual([e.index for e in changes], [5, 4, 3, 2, 1])
        self.assertEqual({e.value for e in changes}, {""})
        self.assertLess(result.edits.index(changes[-1]), [e.kind for e in result.edits].index("insert"))

    def test_leading_blank(self):
        for protocol, blank in ((PROTOCOL_ALL, " "), (PROTOCOL_ALL & ~LEADSPC, "")):
            with self.subTest(hex(protocol)):
                fields = dict(self.send([("X-Coldshoulder-Class", " forged")], protocol=protocol))
                self.assertEqual(fields["X-Coldshoulder-Class"], blank + "cold")

    def test_clean_mail_is_marked_clean(self):
        fields = dict(self.send([("X-Coldshoulder-Class", " forged")], body="See you on Friday.\r\n"))
        self.assertEqual(fields["X-Coldshoulder-Class"], " clean")

    def test_line_lengths(self):
        for _, value in ours(self.send([])):
            for line in value.split("\n"):
                self.assertLessEqual(len(line), 78)
                self.assertTrue(line.isprintable() or line.startswith("\t"))


class Settings(unittest.TestCase):
    def deliver(self, extra, headers, body=COLD_BODY, mail_macros=None, **keywords):
        daemon = Daemon(extra)
        self.addCleanup(daemon.clean_up)
        with daemon.session() as milter:
            result = milter.message(body, headers, mail_macros=mail_macros, **keywords)
        self.assertEqual(daemon.stop()[0], 0)
        return deliver(headers, result), result

    def test_add_header(self):
        forged = plain_headers() + [("X-Coldshoulder-Class", " forged")]
        for value, body, expected in (("none", COLD_BODY, 0), ("tagged", "Fine.\r\n", 0), ("tagged", COLD_BODY, 3),
                                      ("all", "Fine.\r\n", 3)):
            with self.subTest(value, body=body):
                fields, _ = self.deliver(f'add_header = "{value}";', forged, body)
                self.assertEqual(len(ours(fields)), expected)
                self.assertNotIn(("X-Coldshoulder-Class", " forged"), fields)

    def test_mark_as_spam(self):
        headers = plain_headers() + [("X-Spam-Flag", " NO"), ("x-spam-status", " No, score=-5"), ("X-Spam-Level", " *")]
        fields, _ = self.deliver("inbound = { mark_as_spam = 5.5; };", headers)
        self.assertEqual([v for n, v in fields if n.lower() == "x-spam-flag"], [" YES"])
        status = [v for n, v in fields if n.lower() == "x-spam-status"]
        self.assertEqual(len(status), 1)
        self.assertTrue(status[0].startswith(" Yes, score=6.0 required="), status)
        self.assertIn(("X-Spam-Level", " *"), fields)

    def test_strip_spam_headers(self):
        headers = plain_headers() + [("X-Spam-Flag", " NO"), ("X-SPAM-Level", " *"), ("X-Spamless", " kept")]
        fields, _ = self.deliver("strip_spam_headers = true;", headers, "Fine.\r\n")
        self.assertEqual([n for n, _ in fields if n.lower().startswith("x-spam-")], [])
        self.assertIn(("X-Spamless", " kept"), fields)

    def test_outbound_is_never_changed(self):
        headers = plain_headers() + [("X-Coldshoulder-Class", " theirs"), ("X-Spam-Flag", " NO")]
        fields, result = self.deliver("strip_spam_headers = true;", headers, mail_macros={"auth_authen": "alice"},
                                      sender="<alice@home.example>", recipients=["<b@far.example>"])
        self.assertEqual((result.verdict, result.edits), ("c", []))
        self.assertEqual(fields[1:], headers)

    def test_internal_mail_cannot_forge(self):
        headers = plain_headers() + [("X-Coldshoulder-Class", " forged")]
        fields, _ = self.deliver("", headers, mail_macros={"auth_authen": "alice"}, sender="<alice@home.example>")
        self.assertEqual(ours(fields), [])


if __name__ == "__main__":
    main()
