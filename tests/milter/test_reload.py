"""Reload by SIGUSR1 and SIGHUP: new rules for new messages, and a broken file changes nothing."""

import os
import pathlib
import re
import signal
import socket
import threading

from harness import COLD_BODY, RULES, DaemonTest, main

NEW_RULES = RULES.replace("sorry to bother you", "awfully sorry to intrude")
NEW_BODY = "Hi,\r\n\r\nI am awfully sorry to intrude, but we make websites.\r\n"


def mail_class(result):
    return [value.strip() for value in result.inserted("X-Coldshoulder-Class")]


class Reload(DaemonTest):
    def tearDown(self):
        self.daemon.write_config()
        self.daemon.rules.write_text(RULES)
        self.reload(signal.SIGUSR1)

    def reload(self, number, outcome="reloaded: "):
        count = self.daemon.log().count(outcome)
        self.daemon.send_signal(number)
        self.daemon.wait_log(outcome, count + 1)
        return [line for line in self.daemon.log().splitlines() if outcome in line][-1]

    def classes(self, *bodies):
        with self.daemon.session() as milter:
            return [mail_class(milter.message(body))[0] for body in bodies]

    def test_new_rules(self):
        for number in (signal.SIGUSR1, signal.SIGHUP):
            with self.subTest(number):
                self.daemon.rules.write_text(RULES)
                self.reload(number)
                self.assertEqual(self.classes(COLD_BODY, NEW_BODY), ["cold", "clean"])
                self.daemon.rules.write_text(NEW_RULES)
                line = self.reload(number)
                self.assertRegex(line, r"generation=\d+, rules=3, old_generation=\d+, old_rules=3")
                self.assertEqual(self.classes(COLD_BODY, NEW_BODY), ["clean", "cold"])

    def test_broken_rules_keep_the_old(self):
        for number in (signal.SIGUSR1, signal.SIGHUP):
            with self.subTest(number):
                self.daemon.rules.write_text(NEW_RULES.replace("score = 6.0;", "score = ;"))
                line = self.reload(number, "reload failed: ")
                self.assertIn("stays", line)
                self.assertRegex(self.daemon.log(), r"error: .*rules/test\.conf:\d+: ")
                self.assertEqual(self.classes(COLD_BODY, NEW_BODY), ["cold", "clean"])

    def test_broken_configuration_keeps_the_old(self):
        self.daemon.config.write_text(self.daemon.config.read_text() + "no_such_key = 1;\n")
        self.reload(signal.SIGUSR1, "reload failed: ")
        self.assertIn('unknown key "no_such_key"', self.daemon.log())
        self.assertEqual(self.classes(COLD_BODY), ["cold"])
        os.rename(self.daemon.config, str(self.daemon.config) + ".away")
        self.reload(signal.SIGHUP, "reload failed: ")
        os.rename(str(self.daemon.config) + ".away", self.daemon.config)
        self.assertEqual(self.classes(COLD_BODY), ["cold"])

    def test_new_configuration(self):
        self.daemon.write_config("inbound = { tag_at = 7.0; };")
        self.reload(signal.SIGHUP)
        self.assertEqual(self.classes(COLD_BODY), ["clean"])

    def test_new_socket_needs_a_restart(self):
        text = self.daemon.config.read_text()
        self.daemon.config.write_text(text.replace("/socket\"", "/elsewhere\""))
        self.reload(signal.SIGUSR1)
        self.assertIn("a restart is needed", self.daemon.log())
        self.assert_serves()

    def test_what_is_opened_at_start_needs_a_restart(self):
        text = self.daemon.config.read_text()
        for line in ('socket_mode = "0600";', 'control_socket = "off";', 'metrics = "inet:9@localhost";'):
            with self.subTest(line):
                self.daemon.config.write_text(text + line + "\n")
                self.reload(signal.SIGUSR1)
                self.assertRegex(self.daemon.log(), line.split()[0] + ".*a restart is needed")

    def test_the_memory_is_opened_at_start(self):
        text = self.daemon.config.read_text()
        for setting in ('freemail_domains = ( "mail.example" );', 'recipient_delimiter = "-";', 'keep_relations = "10d";',
                        'deadline = "40ms";', 'relation_scope = "site";'):
            with self.subTest(setting):
                count = self.daemon.log().count("settings of the memory have changed")
                self.daemon.config.write_text(text.replace('store = "none";', 'store = "none"; ' + setting))
                self.reload(signal.SIGUSR1)
                self.daemon.wait_log("settings of the memory have changed", count + 1)
                self.daemon.config.write_text(text)
                self.reload(signal.SIGUSR1)
                self.daemon.wait_log("settings of the memory have changed", count + 2)

    def test_message_keeps_its_generation(self):
        """It began with the old rules, and ends with them; the next one of the session has the new ones."""
        with self.daemon.session() as milter:
            milter.mail()
            milter.rcpt()
            self.daemon.rules.write_text(NEW_RULES)
            self.reload(signal.SIGUSR1)
            milter.eoh()
            milter.body(COLD_BODY)
            self.assertEqual(mail_class(milter.eom()), ["cold"])
            self.assertEqual(mail_class(milter.message(COLD_BODY)), ["clean"])

    def test_under_load(self):
        """Many reloads while messages go through: none fails, and each is judged by one set of rules or the other."""
        stop = threading.Event()
        failures, done = [], []

        def send():
            try:
                with self.daemon.session() as milter:
                    while not stop.is_set():
                        classes = (mail_class(milter.message(COLD_BODY)), mail_class(milter.message(NEW_BODY)))
                        if {c[0] for c in classes} - {"cold", "clean"}:
                            failures.append(classes)
                        done.append(2)
            except Exception as error:  # a test thread must hand everything over
                failures.append(error)

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for round_number in range(50):
            self.daemon.rules.write_text(NEW_RULES if round_number % 2 else RULES)
            self.reload(signal.SIGUSR1 if round_number % 3 else signal.SIGHUP)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertGreater(sum(done), 50)

    def test_a_thousand_by_the_control_socket(self):
        """While messages go through, each reload is answered when it is done; nothing fails, and nothing grows."""
        stop = threading.Event()
        failures, done = [], []

        def send():
            try:
                with self.daemon.session() as milter:
                    while not stop.is_set():
                        if mail_class(milter.message(COLD_BODY)) not in (["cold"], ["clean"]):
                            failures.append("no verdict")
                        done.append(1)
            except Exception as error:  # a test thread must hand everything over
                failures.append(error)

        def reload(times):
            for _ in range(times):
                control.sendall(b"reload\n")
                self.assertIn(b'{"ok":true', answers.readline())

        threads = [threading.Thread(target=send) for _ in range(2)]
        for thread in threads:
            thread.start()
        with socket.socket(socket.AF_UNIX) as control, control.makefile("rb") as answers:
            control.settimeout(60)
            control.connect(str(self.daemon.directory / "state" / "control.sock"))
            reload(300)
            before = self.resident_kib()
            reload(700)
            after = self.resident_kib()
            maps = pathlib.Path(f"/proc/{self.daemon.process.pid}/maps").read_text()
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertGreater(len(done), 50)
        # ThreadSanitizer keeps notes of what was freed, too.
        if "/libtsan." not in maps:
            self.assertLess(after - before, 8 * 1024, "KiB grown in 700 reloads")

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1))


if __name__ == "__main__":
    main()
