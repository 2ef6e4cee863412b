"""coldshoulder doctor before a real Postfix: what is wrong is found, and the line that it prints mends it."""

import argparse
import os
import re
import subprocess
import sys
import unittest

import sandbox

arguments = None

CONFIG = 'local_domains = ( "sandbox.test" );\nsocket_group = "postfix";\n'

# Loading all rules for each question would take long.
RULE = """
rules = ( { id = "TEST_RULE"; family = "test"; score = 1.0; describe = "Says hello";
    view = "body"; phrases = [ "hello there" ];
    hits = [ "Hello there!", "well, hello there" ]; misses = [ "hello", "there" ]; } );
"""


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = sandbox.Sandbox(arguments.build)
        cls.addClassCleanup(cls.box.stop)
        rules = cls.box.dir / "few"
        rules.mkdir()
        (rules / "test.conf").write_text(RULE)
        cls.box.start(CONFIG, rules=rules, verifier=False)

    def doctor(self):
        return subprocess.run([self.box.dir / "bin/coldshoulder", "doctor", "--config",
                               self.box.dir / "coldshoulder.conf", "--postfix", self.box.dir / "etc"],
                              capture_output=True, text=True, timeout=120)

    def set(self, **values):
        """Values of main.cf, for one test."""
        main_cf = self.box.dir / "etc/main.cf"
        before = main_cf.read_text()
        self.addCleanup(main_cf.write_text, before)
        for name, value in values.items():
            subprocess.run(["postconf", "-c", self.box.dir / "etc", "-e", f"{name}={value}"], check=True)

    def assert_says(self, pattern, result, code=None):
        self.assertRegex(result.stdout, pattern)
        if code is not None:
            self.assertEqual(result.returncode, code, result.stdout + result.stderr)

    def mend(self, result, parameter):
        """Carries out the "postconf -e" that was printed for a parameter."""
        line = re.search(rf"mend: postconf -e '({parameter} ?=.*?)'", result.stdout).group(1)
        subprocess.run(["postconf", "-c", self.box.dir / "etc", "-e", line], check=True)

    def test_healthy(self):
        self.set(smtpd_forbid_bare_newline="normalize",
                 smtpd_milters=f"{{ unix:{self.box.dir}/run/coldshoulder.sock, default_action=accept }}")
        result = self.doctor()
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        self.assertNotRegex(result.stdout, "FAIL|WARN")
        self.assert_says("Nothing is wrong", result)
        self.assert_says(r"socket: user postfix may open ", result)
        self.assert_says(r"milter: a message went through", result)
        # The probe is no mail: nothing was judged of it.
        self.assert_says("DOCTOR: class=clean, action=accept, .*policy=exempt", self.log())

    def log(self):
        self.box.decision_log("DOCTOR")
        return argparse.Namespace(stdout=self.box.log("coldshoulderd"))

    def test_not_in_main_cf(self):
        self.set(smtpd_milters="inet:127.0.0.1:8891", non_smtpd_milters="")
        result = self.doctor()
        self.assert_says(r"FAIL  smtpd_milters of main.cf does not name unix:.*/coldshoulder.sock", result, 2)
        self.assert_says(r"WARN  non_smtpd_milters of main.cf does not name", result)
        self.mend(result, "smtpd_milters")
        self.mend(result, "non_smtpd_milters")
        result = self.doctor()
        self.assert_says("smtpd_milters names us, number 2 of 2", result, 0)
        self.assert_says("non_smtpd_milters names us", result)

    def test_order_and_default_action(self):
        self.set(smtpd_milters=f"unix:{self.box.dir}/run/coldshoulder.sock, inet:127.0.0.1:8891")
        result = self.doctor()
        self.assert_says(r"WARN  while the daemon is down, mail is answered by \"tempfail\"", result, 0)
        self.assert_says(r"WARN  OpenDKIM \(inet:127.0.0.1:8891\) stands behind us", result)

    def test_timeouts_and_protocol(self):
        self.set(milter_content_timeout="5s", milter_protocol="2", smtpd_forbid_bare_newline="no")
        result = self.doctor()
        self.assert_says("WARN  milter_content_timeout is 5s", result, 2)
        self.assert_says("FAIL  milter_protocol is 2", result)
        self.assert_says('WARN  smtpd_forbid_bare_newline is "no"', result)
        for parameter in ("milter_content_timeout", "milter_protocol", "smtpd_forbid_bare_newline"):
            self.mend(result, parameter)
        self.assertNotRegex(self.doctor().stdout, "milter_content_timeout is|milter_protocol is|bare_newline is")

    def test_service_of_its_own(self):
        master = self.box.dir / "etc/master.cf"
        before = master.read_text()
        self.addCleanup(master.write_text, before)
        master.write_text(before.replace("    -o milter_macro_daemon_name=ORIGINATING",
                                         "    -o milter_macro_daemon_name=ORIGINATING\n    -o smtpd_milters="))
        self.assert_says(r"WARN  master.cf: service 127.0.0.1:\d+/inet has milters of its own, without us", self.doctor())

    def test_forged_authentication(self):
        config = self.box.dir / "coldshoulder.conf"
        before = config.read_text()
        self.addCleanup(config.write_text, before)
        config.write_text(before + 'auth_results = "stripped";\nauthserv_ids = ( "mx.sandbox.test" );\n')
        self.assert_says("FAIL  auth_results is \"stripped\", but header_checks let", self.doctor(), 2)
        table = self.box.dir / "etc/header_checks"
        table.write_text("/^Authentication-Results[[:space:]]*:/ IGNORE\n")
        self.set(header_checks=f"regexp:{table}")
        self.assert_says("ok    header_checks remove incoming Authentication-Results", self.doctor())

    def test_permission(self):
        run = self.box.dir / "run"
        self.addCleanup(run.chmod, 0o2750)
        run.chmod(0o700)
        result = self.doctor()
        self.assert_says("FAIL  user postfix may not open the socket", result, 2)
        self.assert_says("mend: socket_group = .postfix.; in coldshoulder.conf, .* enter ", result)

    def test_no_domains(self):
        config = self.box.dir / "coldshoulder.conf"
        before = config.read_text()
        self.addCleanup(config.write_text, before)
        config.write_text(before.replace(CONFIG, ""))
        self.assert_says(r'mend: local_domains = \( "sandbox.test" \);', self.doctor(), 2)

    def test_zz_daemon_down(self):
        """The last one, as the names go."""
        sandbox.stop_process(self.box.processes["coldshoulderd"])
        result = self.doctor()
        self.assert_says("FAIL  the daemon does not answer on its control socket", result, 2)
        self.assert_says(r"FAIL  the socket .*: No such file or directory", result)


def main():
    global arguments
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    arguments = parser.parse_args()
    problem = sandbox.missing_requirements()
    if problem:
        print(f"test_doctor.py: {problem}: skipped")
        sys.exit(77)
    os.environ.setdefault("LSAN_OPTIONS", "print_suppressions=0:suppressions=" +
                          str(sandbox.PROJECT / "tests/milter/leak.supp"))
    os.environ.setdefault("G_SLICE", "always-malloc")
    unittest.main(verbosity=2, argv=sys.argv[:1])


if __name__ == "__main__":
    main()
