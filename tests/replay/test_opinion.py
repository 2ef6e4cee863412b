#!/usr/bin/env python3
"""What people ask beside a replay: label, replay --labels, replay --diff, explain, and what check would need."""
import json
import re
import shutil
import stat

from mail import DAY, START, ReplayTest, main, mbox, message

OFFER = "Hello,\n\nwe offer gadgets.\n"
HELLO = "Hello,\n\nthe meeting is on Monday.\n"


class Labels(ReplayTest):
    def label(self, *arguments, **options):
        return self.run_tool("label", *arguments, **options).stdout.decode()

    def test_opinions_are_kept_changed_and_taken_back(self):
        box = self.write("box", mbox([message(1), message(2), message(3, Message_ID=None)]))
        self.assertIn("0 good and 3 bad", self.label("bad", box))
        self.assertIn("1 good and 2 bad", self.label("good", self.write("one", message(1))))
        self.label("none", self.write("two", message(2)))
        listed = self.label("--list").splitlines()
        self.assertEqual(sorted(line.split()[0] for line in listed), ["bad", "good"])
        self.assertTrue(any(re.search(r"content:[0-9a-f]{32}", line) for line in listed))
        kept = self.directory / ".local/share/coldshoulder/labels"
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)

    def test_bad_input(self):
        self.label("good", self.directory / "nowhere", expect=2)
        self.label("fine", self.write("one", message(1)), expect=1)
        self.label("good", expect=1)
        broken = self.write("labels", "good <1@x> 5 name\nwhatever\n")
        result = self.run_tool("label", "--labels-file", broken, "--list", expect=1)
        self.assertIn(f"{broken}:2: not a line of labels", result.stderr.decode())
        self.assertIn("labels:2", self.replay("--labels-file", broken, self.write("x", message(1)), expect=1).stderr.decode())

    def opinions(self):
        """20 cold ones of which 16 are bad; 10 bad ones just below the line; 5 good ones of other mail."""
        cold = self.write("cold", mbox(message(i, f"A{i} <a{i}@a{i}.example>", when=START + i * 40 * DAY) for i in range(16)))
        good = self.write("good", mbox(message(20 + i, f"B{i} <b{i}@b{i}.example>", when=START + i * DAY) for i in range(4)))
        missed = self.write("missed", mbox(message(40 + i, f"C{i} <c{i}@c{i}.example>", text=OFFER, when=START + i * DAY) for i in range(10)))
        other = self.write("other", mbox(message(60 + i, f"D{i} <d{i}@d{i}.example>", text=HELLO, when=START + i * DAY) for i in range(5)))
        self.label("bad", cold, missed)
        self.label("good", good, other)
        return [cold, good, missed, other]

    def test_precision_and_recall_with_their_intervals(self):
        text = self.replay("--labels", *self.opinions()).stdout.decode()
        self.assertIn("9 good and 26 bad messages are here", text)
        # Wilson's interval by hand: 16 of 20 is 0.584 to 0.919, 16 of 26 is 0.425 to 0.776.
        self.assertRegex(text, r"precision +80\.0 % +\(95 %: 58\.4 to 91\.9\) +16 of 20")
        self.assertRegex(text, r"recall +61\.5 % +\(95 %: 42\.5 to 77\.6\) +16 of 26")
        self.assertRegex(text, r"(?m)^ > +5\.00 .* 4 +16  tag_at")

    def test_suggestions_are_configuration_that_works(self):
        boxes = [box for box in self.opinions() if box.name != "good"]
        text = self.replay("--labels", *boxes).stdout.decode()
        line = re.search(r"(?m)^  (inbound = .*)$", text)
        self.assertTrue(line, text)
        config = self.write("better", self.configuration(line.group(1)))
        better = self.replay("--labels", *boxes, config=config).stdout.decode()
        self.assertRegex(better, r"recall +100\.0 %")
        self.assertIn("No other threshold serves your opinion better", better)

    def test_a_rule_that_costs_good_mail_is_named(self):
        (self.rules / "more.conf").write_text(
            'rules = ( { id = "WRONG"; family = "pitch"; score = 4.0; describe = "Says Monday"; view = "body";\n'
            'phrases = [ "the meeting is on monday" ]; hits = [ "The meeting is on Monday", "and the meeting is on Monday" ];\n'
            'misses = [ "Monday", "the meeting" ]; class = "cold"; }, { id = "ANY"; family = "ask"; score = 1.5; describe = "Any";\n'
            'view = "body"; phrases = [ "hello" ]; hits = [ "hello", "hello you" ]; misses = [ "hi", "good day" ]; } );')
        self.label("good", other := self.write("other", message(1, text="Hello,\n\nhello, the meeting is on Monday.\n")))
        text = self.replay("--labels", other).stdout.decode()
        change = re.search(r'(?m)^  (changes = \( \{ id = "WRONG"; shadow = true; \} \);)$', text)
        self.assertTrue(change, text)
        local = self.directory / "local"
        local.mkdir()
        (local / "mine.conf").write_text(change.group(1))
        config = self.write("with", self.configuration().replace(f"{self.directory}/none", str(local)))
        self.assertIn('"tagged":0', self.replay("--json", other, config=config).stdout.decode())

    def test_without_opinions_it_says_how_to_have_some(self):
        self.assertIn("coldshoulder label good|bad", self.replay("--labels", self.write("x", message(1))).stdout.decode())


class Difference(ReplayTest):
    def other_rules(self, **changed):
        other = self.directory / "other"
        shutil.copytree(self.rules, other, dirs_exist_ok=True)
        text = (other / "test.conf").read_text()
        for old, new in changed.values():
            self.assertIn(old, text)
            text = text.replace(old, new)
        (other / "test.conf").write_text(text)
        return other

    def test_what_changes_by_message(self):
        inbox = self.write("inbox", mbox([message(1), message(2, "Al <al@other.example>", text=OFFER),
                                          message(3, "Bo <bo@third.example>", text=HELLO)]))
        other = self.other_rules(a=("score = 2.25", "score = 4.25"))
        text = self.replay("--diff", self.rules, other, inbox).stdout.decode()
        self.assertIn("3 messages: 1 the same, 1 with another score only, 1 with another verdict", text)
        self.assertRegex(text, r"Tagged by B only: 1\n +3\.25 clean +-> +5\.25 cold +al@other\.example")
        self.assertIn('+2.25 -> +4.25  OFFER  "we offer gadgets', text)
        lines = self.replay("--json", "--diff", self.rules, other, inbox).stdout.decode().splitlines()
        self.assertEqual(len(lines), 1)
        self.assertEqual(json.loads(lines[0])["b"], {"class": "cold", "score": 5.25})
        self.assertIn("Tagged by A only: 1", self.replay("--diff", other, self.rules, inbox).stdout.decode())

    def test_two_configurations(self):
        inbox = self.write("inbox", message(1))
        strict = self.write("strict", self.configuration("inbound = { tag_at = 6.0; };"))
        self.assertIn("Tagged by A only: 1", self.replay("--diff", self.config, strict, inbox).stdout.decode())
        self.assertIn("0 with another verdict", self.replay("--diff", self.config, self.config, inbox).stdout.decode())

    def test_usage(self):
        self.replay("--diff", self.rules, expect=1)
        self.assertIn("nowhere", self.replay("--diff", self.rules, "nowhere", "x", expect=1).stderr.decode())


class Explaining(ReplayTest):
    def test_a_rule_and_how_it_fared(self):
        lines = [{"class": "cold", "action": "tag", "score": 5.25, "threshold": 5, "rules": [{"id": "OFFER", "score": 2.25}]},
                 {"class": "clean", "action": "accept", "score": 3.25, "threshold": 5, "rules": [{"id": "OFFER", "score": 2.25}]},
                 {"class": "clean", "action": "accept", "score": 0, "threshold": 5, "rules": []}]
        self.write("decisions.jsonl", "".join(json.dumps(line) + "\n" for line in lines) + "{broken\n")
        for option in ((), ("--state", self.directory)):
            text = self.run_tool("explain", "--config", self.config, *option, "OFFER").stdout.decode()
            self.assertIn("OFFER: Offers gadgets", text)
            self.assertIn("we offer gadgets", text)
            self.assertIn("They offered gadgets", text)
            self.assertRegex(text, r"used by +COLD\n")
            self.assertRegex(text, r"fired in 2 of 3 decisions")
            self.assertRegex(text, r"class cold +1\n")
            self.assertRegex(text, r"action accept +1\n")
            self.assertIn("1 of them would be below the threshold without what it counted", text)

    def test_without_a_log_and_without_such_a_rule(self):
        self.assertIn("there is no decision log", self.run_tool("explain", "--config", self.config, "COLD").stdout.decode())
        self.assertIn("no rule", self.run_tool("explain", "--config", self.config, "NOPE", expect=1).stderr.decode())


class WhatIf(ReplayTest):
    def check(self, text, *options):
        path = self.write("mail", message(1, text=text))
        return self.run_tool("check", "--config", self.config, *options, path).stdout.decode()

    def test_what_would_spare_it(self):
        text = self.check(None)
        wanted = text[text.index("it would not have been tagged"):]
        self.assertIn("    without OFFER\n", wanted)
        self.assertIn("    without SORRY\n", wanted)
        self.assertIn("    if you had written to the sender before\n", wanted)
        # And that is true.
        self.assertIn("left alone", self.check(None, "--relation", "known"))

    def test_what_would_catch_it(self):
        text = self.check(OFFER)
        wanted = text[text.index("it would have been tagged"):]
        self.assertIn("with one more phrase of family apology, such as SORRY", wanted)

    def test_two_things_together(self):
        text = self.check(None, "--relation", "known")
        self.assertIn("if the sender were a stranger", text)
        self.assertNotIn("it would", self.check(HELLO))


if __name__ == "__main__":
    main()
