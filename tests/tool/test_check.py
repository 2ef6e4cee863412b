#!/usr/bin/env python3
"""check: verdicts, views, colours, what would change a verdict, and input that cannot be judged."""
import json
import os
import unittest

from tool_case import COLD, ToolTest, main


class Check(ToolTest):
    def test_a_verdict(self):
        self.says(r"(?s)cold.*SORRY.*PITCH", "check", "-r", "rules", "cold.eml")

    def test_colours_are_for_terminals(self):
        self.assertIn("\033[", self.on_terminal("check", "-r", "rules", "cold.eml"))
        self.assertNotIn("\033[", self.on_terminal("check", "-r", "rules", "cold.eml", NO_COLOR="1"))
        self.assertNotIn("\033[", self.run_tool("check", "-r", "rules", "cold.eml"))

    def test_control_characters_do_not_reach_the_terminal(self):
        self.write("odd.eml", COLD.replace("sorry to bother", "sorry \x1b[31m to \x7f \u0085 bother") + "\n\x07http://a.example/\n")
        output = self.run_tool("check", "-r", "rules", "--views", "odd.eml")
        for character in ("\x1b", "\x7f", "\u0085", "\x07"):
            self.assertNotIn(character, output)

    def test_views(self):
        output = self.run_tool("check", "-r", "rules", "--views", "cold.eml")
        for view in ("subject", "opener", "body", "signature|closing"):
            self.assertRegex(output, rf"(?m)^\W*({view})\b")
        self.assertIn("\033[", self.on_terminal("check", "-r", "rules", "--views", "cold.eml"))
        self.write("long.eml", COLD + "and we make bread, and more bread. " * 2000 + "https://www.sales.example/offer?x=1\n")
        self.says(r"\.\.\.|…|more", "check", "-r", "rules", "--views", "long.eml")

    def test_json(self):
        lines = self.run_tool("check", "-r", "rules", "--json", "--views", "--relation", "mutual", "--auth", "pass", "--direction",
                              "inbound", "cold.eml", "missing.eml", code=2).splitlines()
        judged, failed = (json.loads(line) for line in lines if line.startswith("{"))
        self.assertEqual((judged["class"], judged["relation"], judged["auth"]), ("cold", "mutual", "pass"))
        self.assertEqual(failed["file"], "missing.eml")
        self.assertIn("No such file", failed["error"])

    def test_values_that_there_are_not(self):
        for option, values in (("--direction", "inbound outbound internal"), ("--auth", "none pass fail"),
                               ("--relation", "unknown stranger known mutual")):
            output = self.says(f'{option} does not know "warm"', "check", "-r", "rules", option, "warm", "cold.eml", code=1)
            for value in values.split():
                self.assertIn(value, output)

    def test_an_envelope(self):
        self.says("cold", "check", "-r", "rules", "--from", "a@sales.example", "--rcpt", "me@home.example", "--client-name",
                  "mx.sales.example", "--client-ip", "192.0.2.1", "--authserv-id", "mx.home.example", "cold.eml")
        self.says("outbound|policy|cold", "check", "-c", "conf", "--outbound", "jo", "--rcpt", "x@y.example", "cold.eml")
        many = [word for n in range(1001) for word in ("--rcpt", f"r{n}@home.example")]
        self.says("at most 1000 --rcpt", "check", "-r", "rules", *many, "cold.eml", code=1)

    def test_input_that_cannot_be_read(self):
        self.says("missing.eml: No such file", "check", "-r", "rules", "missing.eml", code=2)
        self.says("cold.eml", "check", "-r", "rules", "rules.d", "cold.eml")
        if os.geteuid() != 0:
            os.chmod(self.directory / "cold.eml", 0)
            self.says("Permission denied", "check", "-r", "rules", "cold.eml", code=2)
        self.assertNotIn("score", self.run_tool("check", "-r", "rules", "Maildir/new"))
        self.says("Cold outreach", "check", "-r", "rules", "-", input=COLD)
        self.says("no rules|rules", "check", "-r", "missing", "cold.eml", code=1)

    def test_a_memory_to_ask(self):
        self.run_tool("learn", "sent", "-c", "conf", "sent.eml")
        friend = COLD.replace("ann@sales.example", "bob@friends.example")
        self.write("friend.eml", friend)
        for store in ("state", "state/memory.db", f"{self.directory}/state/memory.db"):
            self.assertEqual(json.loads(self.run_tool("check", "-c", "conf", "--json", "--store", store, "friend.eml"))["relation"],
                             "known", store)
        self.assertEqual(json.loads(self.run_tool("check", "-c", "conf", "--json", "--store", "configured", "friend.eml"))["relation"],
                         "known")
        self.assertEqual(json.loads(self.run_tool("check", "-c", "conf", "--json", "--store", "none", "friend.eml"))["relation"],
                         "stranger")
        for store in ("missing", "conf", "x" * 5000, "cold.eml"):
            self.says("--store takes a memory.db", "check", "-c", "conf", "--store", store, "friend.eml", code=1)
        self.directory, top = self.directory / "state", self.directory
        try:
            self.says("relation known", "check", "-c", "../conf", "--store", "memory.db", "../friend.eml")
        finally:
            self.directory = top
        self.write("empty/x", "")
        self.says("memory.db|key|learned", "check", "-c", "conf", "--store", "empty", "friend.eml", code=1)

    def test_what_would_change_it(self):
        """The classes and thresholds of the policy, shadow rules and languages have their say."""
        self.says("(?i)would|without|if ", "check", "-r", "rules", "cold.eml")
        self.write("near.eml", COLD.replace("we make websites", "we make things"))
        self.says("(?i)would|if ", "check", "-r", "rules", "near.eml")
        rules = (self.directory / "rules/own.conf").read_text()
        self.write("rules/own.conf", rules.replace('id = "PITCH";', 'id = "PITCH"; shadow = true;'))
        self.says(r"shadow", "check", "-r", "rules", "cold.eml")
        self.write("rules/own.conf", rules.replace("score = 3.0; status", "score = -2.0; status"))
        self.says(r"-2", "check", "-r", "rules", "cold.eml")

    def test_which_phrase_would_tip_it(self):
        """The weightiest of each family that the author speaks, and nothing for our own mail or in shadow."""
        template = ('{{ id = "{0}"; family = "{1}"; score = {2}; {3} status = "stable"; since = "1.0"; describe = "x"; view = "body"; '
                    'phrases = [ "{4}" ]; hits = [ "{4}", "and {4}" ]; misses = [ "no", "nothing" ]; }}')
        more = [template.format(*values) for values in (
            ("OFFER_A", "offer", "1.5", "", "special offer"), ("OFFER_B", "offer", "2.5", "", "very special offer"),
            ("OFFER_C", "offer", "2.0", "", "extra offer"), ("OURS", "ours", "4.0", 'direction = "outbound";', "our own offer"),
            ("RESTING", "rest", "4.0", "shadow = true;", "resting offer"), ("GOOD", "good", "-0.5", "", "thank you for your order"),
            ("GERMAN", "german", "4.0", 'lang = "de";', "sonderangebot"))]
        self.write("rules3/own.conf", (self.directory / "rules/own.conf").read_text().rsplit(");", 1)[0].rstrip() + ",\n" + ",\n".join(more) + ");\n")
        self.write("near.eml", COLD.replace("we make websites", "thank you for your order"))
        output = self.says("one more phrase of family offer, such as OFFER_B", "check", "-r", "rules3", "near.eml")
        for name in ("OURS", "RESTING", "OFFER_A", "OFFER_C"):
            self.assertNotIn(name, output)
        self.write("list.eml", COLD.replace("Subject:", "List-Id: <l.example>\nPrecedence: list\nSubject:"))
        self.run_tool("check", "-r", "rules3", "list.eml")
        self.assertNotIn("would", self.run_tool("check", "-r", "rules3", "--direction", "internal", "cold.eml"))
        self.run_tool("check", "-r", "rules3", "--relation", "mutual", "cold.eml")

    def test_limits_are_told(self):
        self.write("many.eml", COLD.replace("Subject:", "".join(f"X-{n}: y\n" for n in range(3000)) + "Subject:"))
        self.says("(?i)limit", "check", "-r", "rules", "many.eml")
        self.write("huge.eml", COLD + "x" * 3000000)
        self.run_tool("check", "-r", "rules", "huge.eml")

    def test_explain(self):
        output = self.says(r"(?s)SORRY: Apologises.*worth +\+3.00, family apology, language en, makes mail cold.*used by +BOTH",
                           "explain", "-c", "conf", "SORRY")
        self.assertIn("fired in 2 of 2 decisions", output)
        self.says(r"(?s)phrases .*patterns .*mistakes +web designers.*fired in 0 of 2", "explain", "-c", "conf", "PITCH")
        self.says("when +SORRY and PITCH", "explain", "-c", "conf", "--rules", "rules", "-s", "state", "BOTH")
        self.says("there is no decision log", "explain", "-c", "conf", "-s", "elsewhere", "BOTH")
        self.says("did you mean SORRY", "explain", "-c", "conf", "sorri", code=1)
        self.says('no rule "QXZ"', "explain", "-c", "conf", "QXZ", code=1)
        self.says("missing", "explain", "--rules", "missing", "SORRY", code=1)
        rules = (self.directory / "rules/own.conf").read_text()
        self.write("rules/own.conf", rules.replace('view = "body"; phrases = [ "we', 'view = "header:x-mailer"; shadow = true; todo_hits = [ "web" ];'
                                                   ' todo_misses = [ "web sites of ours" ]; phrases = [ "site", "we'))
        self.says(r"(?s)in shadow.*header:x-mailer.*should hit.*should miss", "explain", "-r", "rules", "PITCH")

    def test_shadow(self):
        self.says("(?s)no daemon runs.*SORRY is in shadow", "shadow", "-c", "conf", "-s", "state", "SORRY")
        self.says("SORRY is in shadow", "shadow", "-c", "conf", "SORRY")
        self.assertEqual(self.run_tool("shadow", "-c", "conf"), "SORRY\n")
        self.says("did you mean", "shadow", "-c", "conf", "SORI", code=1)
        self.says("PITCH is not in", "shadow", "-c", "conf", "--off", "PITCH", code=1)
        self.says("SORRY counts again", "shadow", "-c", "conf", "--off", "SORRY")
        self.assertEqual(self.run_tool("shadow", "-c", "conf"), "")
        self.write("rules.d/99-shadow.conf", "changes = ( { id = \"SORRY\" \n")
        self.says("99-shadow.conf:", "shadow", "-c", "conf", code=1)
        (self.directory / "rules.d/99-shadow.conf").unlink()
        (self.directory / "rules.d").rmdir()
        self.says("99-shadow.conf: No such file", "shadow", "-c", "conf", "PITCH", code=1)


if __name__ == "__main__":
    main()
