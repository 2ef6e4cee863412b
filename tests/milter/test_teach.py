"""coldshoulder teach: a decision is corrected, and the correction taken back, by a daemon that runs."""

import json
import unittest

from harness import Daemon, config_text, main
from test_control import tool
from test_decisions import records

# Long enough to be a template, and cold by the rule of the harness.
TEXT = ("I am so sorry to bother you today, but our small team builds websites for companies such as yours, and we have "
        "already helped many of them to win new customers within a few weeks. May I show you in a short call how that "
        "works, and what it would cost? We would be glad to hear from you soon, whenever it suits you best.\r\n")


def headers(name):
    return [("From", f" {name}@{name}.example"), ("To", " me@home.example"), ("Subject", " x"),
            ("Message-ID", f" <{name}.{id(object())}@{name}.example>")]


class Teach(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.clean_up)
        text = config_text(self.daemon.directory).replace('store = "none";', 'deadline = "5s"; freemail_domains = ( "free.example" );')
        self.assertIn("freemail_domains", text)
        (self.daemon.directory / "freemail.txt").write_text("free.example\n")
        self.daemon.config.write_text(text.replace(
            "freemail_domains", f'freemail_list = "{self.daemon.directory}/freemail.txt"; freemail_domains'))
        self.daemon.start()
        self.count = 0

    def send(self, queue_id, name, body=TEXT):
        with self.daemon.session() as milter:
            milter.message(body, headers=headers(name), sender=f"<{name}@{name}.example>", queue_id=queue_id)
        self.count += 1
        return records(self.daemon, self.count)[-1]

    def teach(self, *arguments, code=0):
        result = tool(self.daemon, "teach", *arguments)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def test_good_and_back(self):
        self.assertEqual(self.send("4ANNA1", "anna")["relation"], "stranger")
        said = self.teach("4ANNA1", "good")
        self.assertIn("anna@anna.example was a stranger to me@home.example, and is known from now on", said)
        self.assertIn("to take it back: coldshoulder teach --undo 4ANNA1 good", said)
        self.assertEqual(self.send("4ANNA2", "anna")["relation"], "mutual")
        self.assertIn("already mutual", self.teach("4ANNA2", "good"))
        self.assertIn("a stranger to everybody here again", self.teach("--undo", "4ANNA1", "good"))
        self.assertEqual(self.send("4ANNA3", "anna")["relation"], "stranger")
        self.assertIn("nothing to take back", self.teach("--undo", "4ANNA1", "good"))

    def test_cold_and_back(self):
        self.assertIn("the first of its kind", self.teach_first())
        tool(self.daemon, "stats")
        seen = self.send("4BEN", "ben")
        self.assertTrue(seen["template"])
        self.assertIn(f"template {seen['template']} is unwanted from now on", self.teach("4BEN", "cold"))
        self.assertTrue(self.send("4CEM", "cem")["facts"]["template_learned"])
        self.assertIn("not unwanted any more", self.teach("--undo", "4BEN", "cold"))
        self.assertNotIn("template_learned", self.send("4DORA", "dora")["facts"])

    def teach_first(self):
        self.send("4ALMA", "alma")
        tool(self.daemon, "stats")  # what is learned is written before it answers
        return self.teach("4ALMA", "cold")

    def test_by_addresses(self):
        said = self.teach("--from", "eve@eve.example", "--to", "me@home.example", "good")
        self.assertIn("is known from now on", said)
        self.assertIn("--undo --from eve@eve.example --to me@home.example good", said)
        self.assertEqual(self.send("4EVE", "eve")["relation"], "known")

    def test_what_was_not_taught_is_not_taken_back(self):
        """Our side really wrote."""
        with self.daemon.session() as milter:
            milter.message("Hello\r\n", headers=[("From", " me@home.example"), ("Message-ID", " <9@home.example>")],
                           sender="<me@home.example>", recipients=["<anna@anna.example>"], queue_id="4OUT",
                           mail_macros={"auth_authen": "me"})
        self.count += 1
        records(self.daemon, self.count)
        tool(self.daemon, "stats")
        self.assertEqual(self.send("4ANNA", "anna")["relation"], "known")
        self.assertIn("never taught", self.teach("--undo", "4ANNA", "good", code=2))
        self.assertNotEqual(self.send("4ANNA2", "anna")["relation"], "stranger")

    def test_no_bodies_are_kept(self):
        self.send("4ANNA", "anna")
        self.teach("4ANNA", "good")
        for path in (self.daemon.directory / "state").iterdir():
            if path.is_file():
                self.assertNotIn(b"our small team", path.read_bytes(), path.name)

    def test_wrong_use(self):
        self.send("4ANNA", "anna")
        for arguments in (("4ANNA",), ("4ANNA", "fine"), ("good",), ("--from", "a@b.example", "good"),
                          ("--from", "a@b.example", "--to", "me@home.example", "cold")):
            self.teach(*arguments, code=1)
        self.assertIn("no decision about 4NONE", self.teach("4NONE", "good", code=2))
        self.assertIn("is no address", self.teach("--from", "nobody", "--to", "me@home.example", "good", code=2))

    def test_when_addresses_are_not_kept(self):
        self.daemon.config.write_text(self.daemon.config.read_text() + 'decisions = { addresses = "none"; };\n')
        self.assertEqual(tool(self.daemon, "reload").returncode, 0)
        self.send("4ANNA", "anna")
        self.assertIn("give --from and --to", self.teach("4ANNA", "good", code=2))
        self.assertEqual(json.loads(tool(self.daemon, "why", "--json", "4ANNA").stdout)["recipients"], [])


if __name__ == "__main__":
    main()
