#!/usr/bin/env python3
"""history, why, teach and explain by decision logs of every kind: rotated, damaged, without addresses, of old versions."""
import gzip
import json
import os
import unittest

from tool_case import DECISION, ToolTest, main


class Decisions(ToolTest):
    def log(self, *records, name="decisions.jsonl"):
        self.write("state/" + name, "".join(json.dumps(record) + "\n" for record in records))

    def history(self, *arguments):
        """The queue ids that are shown."""
        output = self.run_tool("history", "-c", "conf", "--json", *arguments)
        return [json.loads(line)["queue_id"] for line in output.splitlines() if line.startswith("{")]

    def test_patterns(self):
        self.log(DECISION, dict(DECISION, queue_id="4BOB", **{"from": "bob@friends.example", "sender": "bounce@lists.example",
                                "class": "clean", "action": "accept", "rules": [], "recipients": ["you@home.example"]}),
                 dict(DECISION, queue_id="4OUT", direction="outbound", time="2025-11-28T10:00:00.000Z"), {"queue_id": "4BARE"})
        (self.directory / "state/decisions.jsonl.1").unlink()
        for arguments, wanted in ((("--from", "*@FRIENDS.example"), ["4BOB"]), (("--from", "*@lists.example"), ["4BOB"]),
                                  (("--to", "you@*"), ["4BOB"]), (("--class", "clean"), ["4BOB"]),
                                  (("--action", "accept"), ["4BOB"]), (("--direction", "outbound"), ["4OUT"]),
                                  (("--rule", "SORRY"), ["4ABC", "4OUT"]), (("--rule", "NONE"), []), (("-n", "1"), ["4BARE"]),
                                  (("--since", "2025-11-28"), ["4OUT"]), (("--since", "2025-11-28 00:00:00"), ["4OUT"]),
                                  (("--until", "2025-11-27 23:00", "--rule", "SORRY"), ["4ABC"]), (("--since", "1m"), []),
                                  (("--since", "1h", "--until", "0d"), [])):
            with self.subTest(arguments):
                self.assertEqual(self.history(*arguments), wanted)
        output = self.run_tool("history", "-c", "conf", "-s", "state", "--number", "2")
        self.assertIn("the last 2 of 4; --number shows more", output)
        self.assertRegex(output, r"4BARE +\? +\? ")

    def test_values_that_make_no_sense(self):
        for option, value in (("--since", "yesterday"), ("--since", "3x"), ("--since", "3hours"), ("--until", "-1d"), ("--until", ""),
                              ("--since", "999999d"), ("--since", "2025-11-28 25"), ("-n", "0"), ("-n", "many"), ("-n", ""),
                              ("-n", "9999999"), ("-n", "3x")):
            with self.subTest(option, value=value):
                self.says(f'does not know "{value}"', "history", "-c", "conf", option, value, code=1)

    def test_what_was_rotated_away_is_read_too(self):
        self.log(dict(DECISION, queue_id="4FIRST"), name="decisions.jsonl.2")
        with gzip.open(self.directory / "state/decisions.jsonl.3.gz", "wt", encoding="utf-8") as stream:
            stream.write(json.dumps(dict(DECISION, queue_id="4ZERO")) + "\n")
        for age, name in enumerate(("decisions.jsonl.1", "decisions.jsonl.2", "decisions.jsonl.3.gz")):
            os.utime(self.directory / "state" / name, (1700000000 - 1000 * age,) * 2)
        self.assertEqual(self.history(), ["4ZERO", "4FIRST", "4OLD", "4ABC"])

    def test_damage(self):
        """A line that was cut off, an empty one, one that is no object, and one without an end."""
        path = self.directory / "state/decisions.jsonl"
        path.write_text('{"queue_id": "4CUT", "cla\n\n[1]\n' + json.dumps(dict(DECISION, evidence="x" * 40000)) + "\n"
                        + json.dumps(dict(DECISION, queue_id="4LAST")))
        self.assertEqual(self.history(), ["4OLD", "4ABC", "4LAST"])
        self.assertIn("2 damaged lines were skipped", self.run_tool("history", "-c", "conf"))

    def test_no_log(self):
        for name in ("decisions.jsonl", "decisions.jsonl.1"):
            (self.directory / "state" / name).unlink()
        self.says("no message was judged yet", "history", "-c", "conf", code=2)
        self.says("no message was judged yet", "why", "-c", "conf", "4ABC", code=2)
        self.says("no message was judged yet", "teach", "-c", "conf", "4ABC", "good", code=2)
        (self.directory / "state/decisions.jsonl").symlink_to("decisions.jsonl")
        self.says("see decisions.log in coldshoulder.conf", "history", "-c", "conf", code=2)
        self.configure('decisions = { log = "off"; };\n')
        self.says('decisions.log is "off"', "history", "-c", "conf", code=2)

    def test_why(self):
        """The sentence for the telephone, for every class, action and relation."""
        self.says(r"(?s)from ann@sales.example to me@home.example of .* was delivered with a mark, as cold outreach: its wording and "
                  r"form scored 7.0 points, where 5.0 are needed to count as unwelcome, and nobody here has written to that sender "
                  r"before\..*\+3\.00  SORRY  \"sorry to bother you\"  in the body.*template: 7 .*subject: your website.*limit hit: body",
                  "why", "-c", "conf", "-s", "state", "4ABC")
        for changes, pattern in (
                ({"class": "linkedin", "action": "quarantine", "relation": "known"},
                 r"held back in quarantine, as a solicitation by way of LinkedIn.*somebody here has written to that sender before"),
                ({"class": "digest", "action": "tempfail", "relation": "mutual"},
                 r"put off for later, as a digest or marketing mail.*the two have written to each other"),
                ({"class": "template", "action": "reject", "relation": "unknown", "would": "reject"},
                 r"(?s)refused with an answer, as one text that goes to many.*could not be found out.* would=reject"),
                ({"class": "clean", "action": "accept"}, r"delivered unchanged, as ordinary mail"),
                ({"class": "cold", "action": "discard"}, r"was thrown away, as cold outreach"),
                ({"class": "new", "action": "new"}, r"was dealt with, as ordinary mail"),
                ({"class": "policy", "direction": "outbound"}, r"as against the rules for our own outgoing mail: [^,]*, where 5.0 are "
                 r"needed to count as unwelcome\."),
                ({"class": "policy"}, r"because its sender stands on the block list of this site"),
                ({"judged": False, "policy": "internal"}, r"because mail of this kind is not judged \(internal\)"),
                ({"recipients": [], "recipient_count": 1}, r"to one recipient of"),
                ({"recipients": [], "recipient_count": 3, "from": None}, r"from \(address not kept\) to 3 recipients of"),
                ({"recipients": [f"r{n}@{'x' * 60}.example" for n in range(9)], "recipient_count": 9}, r"r0@.* and \d more of"),
                ({"time": "lately"}, r"of lately was"),
                ({"rules": [{"id": "OLD", "shadow": True}], "template": None, "subject": None, "limits": None},
                 r"(?s)\+0\.00  OLD \(in shadow\)\ndirection=inbound"),
                ({"facts": {"list": True, "recipients": 2}}, r"facts: list recipients=2")):
            with self.subTest(changes):
                self.log(dict(DECISION, **changes))
                self.says(pattern, "why", "-c", "conf", "4ABC")

    def test_why_not(self):
        self.says("there is no decision about 4NONE", "why", "-c", "conf", "4NONE", code=2)
        self.log(dict(DECISION, subject="about 4XYZ"))
        self.says("there is no decision about 4XYZ", "why", "-c", "conf", "4XYZ", code=2)
        self.says("there is no decision about 4XYZ", "teach", "-c", "conf", "4XYZ", "good", code=2)
        self.assertEqual(json.loads(self.run_tool("why", "-c", "conf", "--json", "4ABC"))["queue_id"], "4ABC")

    def test_teach(self):
        self.says("nothing was learned yet", "teach", "-c", "conf", "4ABC", "good", code=2)
        self.run_tool("learn", "sent", "-c", "conf", "sent.eml")
        self.says("(?s)was a stranger to me@home.example, and is known from now on.*to take it back: coldshoulder teach --undo 4ABC good",
                  "teach", "-c", "conf", "-s", "state", "4ABC", "good")
        self.says("is already known to me@home.example", "teach", "-c", "conf", "4ABC", "good")
        self.says("is a stranger to everybody here again", "teach", "-c", "conf", "--undo", "4ABC", "good")
        self.says("nothing to take back", "teach", "-c", "conf", "--undo", "4ABC", "good")
        self.says("--undo --from a@b.example --to me@home.example good", "teach", "-c", "conf", "--from", "a@b.example", "--to",
                  "me@home.example", "good")
        self.log(dict(DECISION, template=None))
        self.says("coldshoulder learn template FILE", "teach", "-c", "conf", "4ABC", "cold")
        self.log(dict(DECISION, direction="outbound"))
        self.says("4ABC was no inbound mail", "teach", "-c", "conf", "4ABC", "cold", code=2)
        for changes in ({"from": "5f2c"}, {"recipients": []}):
            self.log(dict(DECISION, **changes))
            self.says("keeps no addresses: give --from and --to", "teach", "-c", "conf", "4ABC", "good", code=2)

    def test_templates_by_their_number(self):
        self.run_tool("learn", "template", "-c", "conf", "cold.eml")
        self.log(dict(DECISION, template="1", facts={"template_learned": True}))
        self.says("template 1 is not unwanted any more", "teach", "-c", "conf", "4ABC", "good")
        self.says("template 1 is unwanted from now on", "teach", "-c", "conf", "4ABC", "cold")
        self.log(dict(DECISION, template="99"))
        self.says("template|99", "teach", "-c", "conf", "4ABC", "cold", code=2)

    def test_a_rule_and_its_record(self):
        self.log(DECISION, dict(DECISION, score=12.0, action="new", **{"class": "new"}), dict(DECISION, score=6.0),
                 dict(DECISION, rules=[{"score": 1}, {"id": "PITCH"}]))
        output = self.run_tool("explain", "-c", "conf", "SORRY")
        self.assertRegex(output, r"(?s)fired in 4 of 5 decisions.*class cold +3.*action tag +3.*3 of them would be below the threshold")


if __name__ == "__main__":
    main()
