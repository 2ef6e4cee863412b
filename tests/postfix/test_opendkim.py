#!/usr/bin/env python3
"""Forged Authentication-Results behind a real OpenDKIM and Postfix, in each mode of auth_results.

A header in our verifier's name proves nothing unless the configuration makes it safe: whatever a sender brings along,
in whatever form and number, nothing is believed; and what OpenDKIM itself found is.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import sandbox
from sandbox import AUTHSERV_ID, Sandbox

OPTIONS = None
PROGRAMS = ("opendkim", "opendkim-testmsg", "opendkim-genkey")

RULES = """
rules = (
  { id = "SAW_INVITATION"; family = "test"; score = 0.1; describe = "Taken for LinkedIn's own"; status = "stable";
    when = "linkedin == invitation";
    cases = ( { given = "linkedin = invitation"; expect = true; }, { given = "linkedin = none"; expect = false; } ); }
);
"""

RESULT = "dkim=pass header.d=linkedin.com; dmarc=pass header.from=linkedin.com; spf=pass smtp.mailfrom=linkedin.com"
FORMS = {
    "plain": f"Authentication-Results: {AUTHSERV_ID}; {RESULT}",
    "comment first": f"Authentication-Results: (hello (nested)) {AUTHSERV_ID}; {RESULT}",
    "folded": f"Authentication-Results:\r\n\t{AUTHSERV_ID};\r\n {RESULT}",
    "upper case": f"AUTHENTICATION-RESULTS: {AUTHSERV_ID.upper()}; {RESULT}",
    "blank before the colon": f"Authentication-Results : {AUTHSERV_ID}; {RESULT}",
    "version": f"Authentication-Results: {AUTHSERV_ID} 1; {RESULT}",
    "guessed job": f"Authentication-Results: {AUTHSERV_ID}/4FAKE00001; {RESULT}",
    "look-alike": f"Authentication-Results: {AUTHSERV_ID}.evil.example; {RESULT}",
    "quoted": f'Authentication-Results: "{AUTHSERV_ID}"; {RESULT}',
}
SIGNATURES = {
    "unsigned": "",
    "malformed": "DKIM-Signature: v=1; a=rsa-sha256; this is none\r\n",
    "unknown selector": "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=linkedin.com; s=nothere; "
                        "h=from:subject; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n",
}
INVITATION = ("From: Pat Doyle <invitations@linkedin.com>\r\nTo: sam@example.org\r\nSubject: I want to connect\r\n"
              "X-LinkedIn-Class: EMAIL-DEFAULT\r\nX-LinkedIn-Template: email_m2m_invite_single_01\r\n"
              "Message-ID: <1.2.3@ltx1-app1.prod.linkedin.com>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\n"
              "Hi Sam, I'd like to join your LinkedIn network. View profile: https://www.linkedin.com/comm/in/pat\r\n")
LETTER = ("From: Ann <ann@signed.example>\r\nTo: sam@example.org\r\nSubject: minutes\r\nMessage-ID: <1@signed.example>\r\n"
          "Date: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\nHere they are.\r\n")
STRIP = "/^Authentication-Results[[:space:]]*:/ IGNORE\n"
CLIENT = {"NAME": "client.sender.example", "ADDR": "203.0.113.9"}


class OpenDkimTest(unittest.TestCase):
    mode = "off"
    job_id = False

    @classmethod
    def setUpClass(cls):
        missing = sandbox.missing_requirements() or next((f"{p} is missing: apt-get install opendkim opendkim-tools"
                                                          for p in PROGRAMS if not shutil.which(p)), None)
        if missing:
            raise unittest.SkipTest(missing)
        cls.box = Sandbox(OPTIONS.build)
        cls.addClassCleanup(cls.box.stop)
        rules = cls.box.dir / "own-rules"
        rules.mkdir()
        (rules / "test.conf").write_text(RULES)
        extra = ""
        if cls.mode == "stripped":
            (cls.box.dir / "header_checks").write_text(STRIP)
            extra = f"header_checks = regexp:{cls.box.dir}/header_checks\n"
        config = (f'local_domains = ( "example.org" );\nauth_results = "{cls.mode}";\n'
                  f'authserv_ids = ( "{AUTHSERV_ID}" );\nmemory = {{ store = "none"; }};\n')
        cls.box.install(rules)
        cls.box.start_daemon(config)
        cls.start_opendkim()
        cls.box.start_sink()
        cls.box.start_postfix([f"unix:{cls.box.dir}/dkim/sock", f"unix:{cls.box.dir}/run/coldshoulder.sock"], extra, "")

    @classmethod
    def start_opendkim(cls):
        """As Debian starts it, but for the places of socket and keys; keys come from a file in place of the DNS."""
        place = cls.box.dir / "dkim"
        place.mkdir()
        subprocess.run(["opendkim-genkey", "-D", place, "-d", "signed.example", "-s", "sel", "-b", "1024"], check=True,
                       capture_output=True)
        record = "".join(re.findall(r'"([^"]*)"', (place / "sel.txt").read_text()))
        record = re.sub(r"h=[^;]*;", "", record)  # opendkim-testmsg signs with SHA-1
        (place / "keys").write_text(f"sel._domainkey.signed.example {record}\n")
        (place / "conf").write_text(
            f"Syslog no\nCanonicalization relaxed/simple\nSubDomains no\nOversignHeaders From\nUMask 000\n"
            f"Socket local:{place}/sock\nAuthservID {AUTHSERV_ID}\nTestPublicKeys {place}/keys\n"
            f"AuthservIDWithJobID {'yes' if cls.job_id else 'no'}\n")
        place.chmod(0o755)
        cls.box.spawn("opendkim", ["opendkim", "-f", "-x", place / "conf"])
        cls.box.wait_ready("opendkim", (place / "sock").exists)

    def decide(self, message):
        queue_id = self.box.send("pat@bounce.example", ["sam@example.org"], message.encode(), CLIENT)
        return self.box.decision_log(queue_id)

    def forged(self, name, signature, copies):
        return (FORMS[name] + "\r\n") * copies + SIGNATURES[signature] + INVITATION

    def test_nothing_forged_is_believed(self):
        cases = [(name, "unsigned", 1) for name in FORMS]
        cases += [("plain", signature, copies) for signature in SIGNATURES for copies in (1, 2, 3, 4)]
        for case in cases:
            with self.subTest(case):
                line = self.decide(self.forged(*case))
                self.assertNotIn("auth=pass", line)
                self.assertNotIn("SAW_INVITATION", line)

    def test_what_opendkim_found_is_believed(self):
        place = self.box.dir / "dkim"
        signed = subprocess.run(["opendkim-testmsg", "-C", "-d", "signed.example", "-s", "sel", "-k",
                                 place / "sel.private"], input=LETTER.encode(), capture_output=True, check=True).stdout
        self.assertIn(b"DKIM-Signature", signed)
        line = self.decide(signed.decode())
        self.assertEqual("auth=pass" in line, self.mode != "off", line)
        # The same letter, changed on its way, with a header that says otherwise.
        line = self.decide(FORMS["plain"].replace("linkedin.com", "signed.example") + "\r\n" +
                           signed.decode().replace("Here they", "Elsewhere they"))
        self.assertNotIn("auth=pass", line)


class JobId(OpenDkimTest):
    mode, job_id = "jobid", True


class JobIdWithoutOpenDkimsHelp(OpenDkimTest):
    """auth_results is "jobid", but OpenDKIM does not write it: nothing can be believed."""
    mode = "jobid"

    def test_what_opendkim_found_is_believed(self):
        pass


class Stripped(OpenDkimTest):
    mode = "stripped"


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
