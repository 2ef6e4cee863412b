"""What is agreed with MTAs of every age, and that each of them gets right answers."""

from harness import COLD_BODY, SEVERE_BODY, DaemonTest, main
from milter_client import (ACTION_ADDHDRS, ACTION_CHGHDRS, ACTION_QUARANTINE, ACTION_SETSYMLIST, ACTIONS_ALL, LEADSPC,
                           NO_STEP, PROTOCOL_ALL, PROTOCOL_V2, SKIP, Closed, Milter, plain_headers)

NEEDED = ACTION_ADDHDRS | ACTION_CHGHDRS | ACTION_QUARANTINE


class Negotiation(DaemonTest):
    extra = "inbound = { reject_at = 9.0; };"

    def test_with_postfix(self):
        with Milter(self.daemon.address) as milter:
            self.assertEqual(milter.version, 6)
            self.assertEqual(milter.actions, NEEDED | ACTION_SETSYMLIST)
            self.assertTrue(milter.protocol & SKIP)
            self.assertTrue(milter.protocol & LEADSPC)
            self.assertTrue(milter.protocol & 0x80, "header fields need no reply")
            self.assertFalse(milter.protocol & 0x80000, "the body needs one, for SKIP")
            self.assertFalse(milter.protocol & 0x800, "rejected recipients are not wanted")
            self.assertFalse(milter.protocol & 0x4000, "MAIL has one, for the time of a drain")
            for step in "CHMRTLNB":
                self.assertFalse(milter.protocol & NO_STEP[step], f"{step} is wanted")

    def test_macros_are_asked_for(self):
        with Milter(self.daemon.address) as milter:
            wanted = {stage: names.split() for stage, names in milter.macros_wanted.items()}
            self.assertLessEqual({"{client_name}", "{client_port}", "{client_resolve}", "{daemon_name}",
                                  "{daemon_port}", "v"}, set(wanted["connect"]))
            self.assertLessEqual({"i", "{auth_authen}"}, set(wanted["mail"]))
            self.assertEqual(wanted["eom"], ["i"])
        with Milter(self.daemon.address, actions=ACTIONS_ALL & ~ACTION_SETSYMLIST) as milter:
            self.assertEqual(milter.macros_wanted, {})

    def test_nothing_is_taken_that_is_not_offered(self):
        for bit in range(21):
            offered = PROTOCOL_ALL & ~(1 << bit)
            with self.subTest(bit=bit), Milter(self.daemon.address, protocol=offered) as milter:
                self.assertEqual(milter.protocol & ~offered, 0)
                self.assert_right_answers(milter)
        for bit in range(9):
            offered = ACTIONS_ALL & ~(1 << bit)
            with self.subTest(action=bit), Milter(self.daemon.address, actions=offered) as milter:
                self.assertEqual(milter.actions & ~offered, 0)

    def assert_right_answers(self, milter, removes=True):
        milter.connect()
        milter.helo()
        self.assert_right_messages(milter, removes)

    def assert_right_messages(self, milter, removes=True):
        forged = plain_headers() + [("X-Coldshoulder-Class", " clean")]
        result = milter.message(COLD_BODY, forged)
        self.assertEqual(result.verdict, "c")
        self.assertEqual([v.strip() for v in result.inserted("X-Coldshoulder-Class")], ["cold"])
        self.assertEqual([e.index for e in result.edits if e.kind == "change"], [1] if removes else [])
        self.assertEqual(milter.message(SEVERE_BODY).verdict, "y")
        self.assertEqual(milter.message().verdict, "c")

    def test_old_protocol_versions(self):
        """Versions 2 to 5 know no flags for replies, no SKIP, no leading blanks."""
        for version, protocol in ((2, 0x3F), (2, PROTOCOL_V2), (3, 0x7F), (4, 0x17F), (5, 0x37F), (6, 0x3FF)):
            with self.subTest(version=version, protocol=hex(protocol)), \
                    Milter(self.daemon.address, version, 0x3F, protocol) as milter:
                self.assertEqual(milter.version, version)
                self.assertEqual(milter.protocol & ~protocol, 0)
                self.assert_right_answers(milter)

    def test_zero_flags(self):
        """An MTA that names no flags means those of the first version: it adds header fields, and removes none."""
        with Milter(self.daemon.address, 2, 0, 0) as milter:
            self.assert_right_answers(milter, removes=False)

    def test_newer_protocol_version(self):
        with Milter(self.daemon.address, 7, 0xFFFF, 0x1FFFFF) as milter:
            self.assertEqual(milter.version, 6)
            self.assert_right_answers(milter)

    def test_old_and_new_side_by_side(self):
        """libmilter keeps part of the negotiation for the whole process; one MTA must not disturb another."""
        with Milter(self.daemon.address) as new, Milter(self.daemon.address, 2, 0x3F, PROTOCOL_V2) as old, \
                Milter(self.daemon.address, 6, 0x1FF, PROTOCOL_ALL & ~0x300) as with_data:
            for milter in (new, old, with_data):
                self.assert_right_answers(milter)
            for milter in (new, old, with_data, new):
                self.assert_right_messages(milter)

    def test_too_old(self):
        with self.assertRaises((Closed, ConnectionError)):
            Milter(self.daemon.address, 1, 0xF, 0x3F)
        self.assert_serves()

    def test_without_header_changes(self):
        """An MTA that lets nobody change headers still gets its mail, and the log says what could not be done."""
        with Milter(self.daemon.address, actions=ACTION_QUARANTINE) as milter:
            milter.connect()
            milter.helo()
            result = milter.message(COLD_BODY, queue_id="4NOHEAD001")
            self.assertEqual((result.verdict, result.edits), ("c", []))
            self.assertEqual(milter.message(SEVERE_BODY).verdict, "y")
        self.daemon.wait_log("4NOHEAD001: failure=")


if __name__ == "__main__":
    main()
