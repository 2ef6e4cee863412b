"""The command line, and -n: every error with its place and a hint, and the exit code that says which kind it is."""

import subprocess
import unittest

from harness import BINARY, RULES, WAIT, Daemon, main


class CommandLine(unittest.TestCase):
    def run_with(self, *arguments):
        return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=WAIT, check=False)

    def test_help_and_version(self):
        for option in ("-h", "--help"):
            run = self.run_with(option)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            for name in ("--config", "--foreground", "--listen", "--state-dir", "--check", "--verbose"):
                self.assertIn(name, run.stdout)
        for option in ("-V", "--version"):
            run = self.run_with(option)
            self.assertEqual(run.returncode, 0)
            self.assertRegex(run.stdout, r"^coldshoulderd \d+\.\d+\.\d+\n$")

    def test_wrong_options(self):
        for arguments in (["-x"], ["--no-such"], ["-c"], ["-l"], ["stray"], ["-n", "stray"]):
            with self.subTest(arguments):
                run = self.run_with(*arguments)
                self.assertEqual(run.returncode, 64)
                self.assertIn("usage:", run.stderr)

    def test_configuration_that_is_not_there(self):
        for arguments in (["-n"], ["-f"], []):
            run = self.run_with(*arguments, "-c", "/nowhere/coldshoulder.conf")
            self.assertEqual(run.returncode, 78)
            self.assertIn("/nowhere/coldshoulder.conf", run.stderr)


class Check(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.clean_up)

    def check(self, *arguments):
        return subprocess.run([BINARY, "-n", "-c", str(self.daemon.config), *arguments], capture_output=True, text=True,
                              timeout=WAIT, check=False)

    def test_valid(self):
        run = self.check()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, "^configuration is valid: .*coldshoulder.conf, 3 rules")
        self.assertFalse((self.daemon.directory / "socket").exists(), "nothing is started")

    def assert_error(self, place, *wanted):
        """The check ends 78 and names the place; and the daemon does not start with it either."""
        run = self.check()
        self.assertEqual(run.returncode, 78, run.stderr)
        self.assertNotIn("configuration is valid", run.stdout)
        self.assertRegex(run.stderr, rf"error: [^ ]*{place}: ")
        for text in wanted:
            self.assertIn(text, run.stderr)
        start = subprocess.run([BINARY, "-f", "-c", str(self.daemon.config)], capture_output=True, text=True,
                               timeout=WAIT, check=False)
        self.assertEqual(start.returncode, 78, start.stderr)
        self.assertFalse((self.daemon.directory / "socket").exists())

    def assert_config_error(self, text, *wanted):
        """`text` is added behind the nine lines of the valid configuration."""
        self.daemon.write_config()
        lines = self.daemon.config.read_text().rstrip("\n").count("\n") + 1
        self.daemon.write_config("\n".join(["", text]).lstrip("\n"))
        self.assert_error(rf"coldshoulder\.conf:{lines + 1}", *wanted)

    def test_state_directory_that_is_not_there(self):
        self.daemon.write_config('memory = { store = "sqlite"; };')
        config = self.daemon.config.read_text().replace('memory = { store = "none"; };\n', "", 1)
        self.daemon.config.write_text(config.replace("/state\"", "/nowhere\""))
        run = self.check()
        self.assertEqual(run.returncode, 78, run.stderr)
        self.assertIn("/nowhere: there is no such directory", run.stderr)
        self.assertIn("hint: make it", run.stderr)

    def test_default_rules_are_not_missed_when_the_configuration_is_broken(self):
        self.daemon.config.write_text("rules_dir = \"somewhere\"\nlearning_days = ;\n")
        run = self.check()
        self.assertEqual(run.returncode, 78)
        self.assertNotIn("directory of rules", run.stderr)

    def test_unknown_key(self):
        self.assert_config_error("locl_domains = ( \"x.example\" );", "unknown key", "hint")

    def test_wrong_type(self):
        self.assert_config_error("strip_spam_headers = \"yes\";", "true or false")

    def test_wrong_unit(self):
        self.assert_config_error("limits = { max_scan_bytes = \"1X\"; };", "size")

    def test_trailing_comma(self):
        self.assert_config_error("our_hosts = ( \"mx.example\", );", "hint")

    def test_missing_semicolon(self):
        self.daemon.write_config("our_hosts = ( \"mx.example\" )\nadd_header \"all\";")
        run = self.check()
        self.assertEqual(run.returncode, 78)
        self.assertRegex(run.stderr, r"coldshoulder\.conf:\d+: ")

    def test_byte_order_mark(self):
        self.daemon.config.write_bytes(b"\xef\xbb\xbf" + self.daemon.config.read_bytes())
        self.assert_error(r"coldshoulder\.conf:1", "byte order mark")

    def test_wrong_socket(self):
        text = self.daemon.config.read_text().replace("unix:", "tcp:")
        self.daemon.config.write_text(text)
        self.assert_error(r"coldshoulder\.conf", "is no socket", "unix:PATH")

    def test_missing_rule_directory(self):
        text = self.daemon.config.read_text().replace("/rules\"", "/norules\"")
        self.daemon.config.write_text(text)
        run = self.check()
        self.assertEqual(run.returncode, 78, run.stderr)
        self.assertIn("/norules", run.stderr)

    def test_broken_rules(self):
        self.daemon.rules.write_text(RULES + "rules2 = ( { id = \"X\" }, );\n")
        self.assert_error(r"test\.conf:\d+")

    def test_what_would_keep_it_from_starting_is_a_warning(self):
        """A configuration may be checked before its socket directory and group are there."""
        text = self.daemon.config.read_text()
        self.daemon.config.write_text(text.replace("/socket\"", "/gone/socket\"").replace(
            'socket_group = ""', 'socket_group = "no-such-group"'))
        run = self.check()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("warning: ", run.stderr)
        self.assertIn("/gone of the socket does not exist", run.stderr)
        self.assertIn('no group "no-such-group"', run.stderr)


if __name__ == "__main__":
    main()
