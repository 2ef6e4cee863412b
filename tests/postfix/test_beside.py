"""Beside rspamd: in both orders, each one's headers arrive. And what conf/postfix says is what Postfix understands."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import sandbox

arguments = None

CONF = sandbox.PROJECT / "conf" / "postfix"

RULE = """
rules = ( { id = "TEST_COLD"; family = "test"; score = 6.0; class = "cold"; describe = "Apologises";
    view = "body"; phrases = [ "sorry to bother you" ];
    hits = [ "I am sorry to bother you", "so sorry to bother you today" ]; misses = [ "sorry", "bother" ]; } );
"""

MESSAGE = b"""From: Jo <jo@sales.example>\r
To: me@sandbox.test\r
Subject: Hello\r
X-Coldshoulder-Class: clean\r
X-Spamd-Result: forged\r
Message-ID: <beside@sales.example>\r
Date: Fri, 27 Nov 2026 10:00:00 +0000\r
\r
I am so sorry to bother you.\r
"""

RSPAMD = """
options {{ filters = ""; url_tld = "{dir}/tld"; temp_dir = "{dir}/rspamd"; pidfile = "{dir}/rspamd/pid"; control_socket = "{dir}/rspamd/control";
    dns {{ nameserver = "127.0.0.1:{nothing}"; timeout = 0.1s; retransmits = 1; }} }}
logging {{ type = "console"; level = "notice"; }}
worker "rspamd_proxy" {{ bind_socket = "127.0.0.1:{port}"; milter = yes; count = 1; timeout = 20s;
    upstream "local" {{ default = yes; self_scan = yes; }} }}
actions {{ reject = 100; add_header = 50; greylist = 40; }}
modules {{ path = "/usr/share/rspamd/plugins/milter_headers.lua"; }}
milter_headers {{ use = ["x-spamd-result", "x-rspamd-server"]; skip_local = false; skip_authenticated = false; }}
"""


class Beside(unittest.TestCase):
    def setUp(self):
        self.box = sandbox.Sandbox(arguments.build)
        self.addCleanup(self.box.stop)
        rules = self.box.dir / "few"
        rules.mkdir()
        (rules / "test.conf").write_text(RULE)
        self.box.install(rules)
        self.box.start_daemon('local_domains = ( "sandbox.test" );\nsocket_group = "postfix";\n')
        self.box.start_sink()
        self.ours = "unix:" + str(self.box.dir / "run/coldshoulder.sock")

    def start_rspamd(self):
        port = sandbox.free_port()
        place = self.box.dir / "rspamd"
        place.mkdir()
        shutil.chown(place, "_rspamd", "_rspamd")
        # The whole list of domains would be compiled at each start.
        (self.box.dir / "tld").write_text("example\ntest\n")
        config = self.box.dir / "rspamd.conf"
        config.write_text(RSPAMD.format(dir=self.box.dir, port=port, nothing=sandbox.free_port()))
        self.box.spawn("rspamd", ["/usr/bin/rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd", "-c", config])
        self.box.wait_ready("rspamd", lambda: sandbox.accepts(port))
        return f"inet:127.0.0.1:{port}"

    def headers(self, milters):
        self.box.start_postfix(milters, "", "")
        # From outside, not from this host.
        queue_id = self.box.send("jo@sales.example", ["me@sandbox.test"], MESSAGE, {"ADDR": "192.0.2.7"})
        text = self.box.delivered(queue_id)
        return (sandbox.header_values(text, "X-Coldshoulder-Class"), sandbox.header_values(text, "X-Spamd-Result"))

    def assert_both(self, headers):
        ours, theirs = headers
        self.assertEqual(ours, ["cold"])
        self.assertEqual(len([value for value in theirs if value != "forged"]), 1, theirs)

    @unittest.skipUnless(shutil.which("rspamd"), "rspamd is not installed")
    def test_rspamd_before_us(self):
        self.assert_both(self.headers([self.start_rspamd() + ",", self.ours]))

    @unittest.skipUnless(shutil.which("rspamd"), "rspamd is not installed")
    def test_rspamd_behind_us(self):
        self.assert_both(self.headers([self.ours + ",", self.start_rspamd()]))


class Snippets(unittest.TestCase):
    """Every piece of main.cf is one that Postfix and the doctor understand."""

    def test_main_cf(self):
        for path in sorted(CONF.glob("*.cf")):
            box = sandbox.Sandbox(arguments.build)
            self.addCleanup(box.stop)
            (box.dir / "etc").mkdir()
            main_cf = sandbox.MAIN_CF.format(dir=box.dir, sink_port=1, smtp_port=1, submission_port=1, milters="",
                                             local_milters="", extra=path.read_text())
            (box.dir / "etc/main.cf").write_text(main_cf)
            (box.dir / "etc/master.cf").write_text(sandbox.MASTER_CF.format(smtp_port=1, submission_port=2, extra=""))
            result = subprocess.run(["postconf", "-c", box.dir / "etc", "-xh", "smtpd_milters"], capture_output=True,
                                    text=True, check=True)
            self.assertIn("unix:coldshoulder/coldshoulder.sock, default_action=accept", result.stdout, path.name)
            result = subprocess.run(["postconf", "-c", box.dir / "etc", "-n"], capture_output=True, text=True)
            self.assertNotIn("unused parameter", result.stderr, path.name)
            (box.dir / "etc/main.cf").unlink()  # nothing to be stopped

    def test_header_checks(self):
        answer = subprocess.run(["postmap", "-q", "Authentication-Results : mx; dkim=pass", f"regexp:{CONF}/header_checks"],
                                capture_output=True, text=True)
        self.assertEqual((answer.returncode, answer.stdout.strip()), (0, "IGNORE"))

    def test_table_of_files(self):
        for name in ("alone.cf", "opendkim.cf", "rspamd.cf", "amavis.cf", "header_checks"):
            self.assertIn(f"({name})", (CONF / "README.md").read_text())
            self.assertTrue((CONF / name).exists())


def main():
    global arguments
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    problem = sandbox.missing_requirements()
    if problem:
        print(f"test_beside.py: {problem}: skipped")
        sys.exit(77)
    os.environ.setdefault("G_SLICE", "always-malloc")
    unittest.main(verbosity=2, argv=sys.argv[:1])


if __name__ == "__main__":
    main()
