#!/usr/bin/env python3
"""replay and label on mailboxes of every kind, with every option; and what a person sees meanwhile."""
import json
import re
import unittest

from tool_case import COLD, HAM, SENT, ToolTest, main


def mail(number, text=COLD, **changes):
    text = re.sub(r"<[123]@", f"<{number}@", text)
    for name, value in changes.items():
        name = name.replace("_", "-")
        lines = [line for line in text.split("\n\n", 1)[0].splitlines() if not line.startswith(name + ":")]
        text = "\n".join(lines + ([f"{name}: {value}"] if value is not None else [])) + "\n\n" + text.split("\n\n", 1)[1]
    return text


class Replay(ToolTest):
    def replay(self, *arguments, code=0):
        output = self.run_tool("replay", "-r", "rules", "--json", *arguments, code=code)
        return json.loads([line for line in output.splitlines() if line.startswith("{")][0])

    def test_kinds_of_mailboxes(self):
        self.write("empty", "")
        self.write("deep/a/b/cold.eml", COLD)
        self.write("crlf", ("From x Thu Nov 27 10:00:00 2025\n" + COLD + "\nFrom y Thu Nov 27 11:00:00 2025\n" + HAM).replace("\n", "\r\n"))
        self.write("odd", "From x Fri\n" + COLD + "\nFrom here on it is text\n\nFrom y Thu Nov 27 11:00:00 2025\n" + HAM)
        for place, count in (("mbox", 2), ("Maildir", 1), ("deep", 1), ("cold.eml", 1), ("crlf", 2)):
            with self.subTest(place):
                self.assertEqual(self.replay(place)["received"], count)
        self.run_tool("replay", "-r", "rules", "odd")
        self.assertEqual(self.replay("mbox", "Maildir", "cold.eml", "mbox")["received"], 4)
        self.says("(?s)missing: No such file.*no message was found", "replay", "-r", "rules", "missing", code=1)
        self.says("missing", "replay", "-r", "rules", "--json", "missing", "mbox", code=2)

    def test_standard_input(self):
        self.says("1 of 2|2 ", "replay", "-r", "rules", "-", input=(self.directory / "mbox").read_text())

    def test_dates(self):
        """By Received, else by Date, else by the name of the file in a Maildir; nonsense is nobody's date."""
        for number, changes in enumerate(({"Received": "from a by b with SMTP id 4X; Fri, 31 Oct 2025 10:00:00 +0000"},
                                          {"Date": "Thu, 1 Jan 1970 00:00:00 +0000"}, {"Date": "Tue, 1 Jan 2199 00:00:00 +0000"},
                                          {"Date": None}, {"Date": "yesterday"}, {"Received": "from a by b"})):
            self.write(f"dates/cur/1700{number}00000.x:2,S", mail(10 + number, **changes))
        for sub in ("new", "tmp"):
            (self.directory / "dates" / sub).mkdir()
        self.assertEqual(self.replay("dates")["received"], 6)
        self.assertEqual(self.replay("--since", "2025-11-27", "dates")["received"], 1)
        self.says("(?i)2 |older|left out|before", "replay", "-r", "rules", "--since", "2025-11-28", "mbox")

    def test_values_that_make_no_sense(self):
        for arguments, complaint in ((("--since", "May"), "--since takes a date"), (("--since", "2026-01-01x"), "--since takes a date"),
                                     (("--jobs", "0"), "--jobs takes a number"), (("--jobs", "65"), "--jobs takes a number"),
                                     (("--jobs", "2x"), "--jobs takes a number"), (("--auth", "maybe"), "--auth takes pass"),
                                     (("--diff", "rules"), "--diff takes two|No such file|name at least one"),
                                     (("--diff", "rules", "--json"), "--diff takes two"), (("--diff", "missing", "rules"), "--diff: missing"),
                                     (("--diff", "rules", "missing"), "--diff: missing"),
                                     (("--rcpt", "a") * 257, "too many --rcpt"), (("--sent", "a") * 257, "too many --sent")):
            with self.subTest(complaint):
                self.says(complaint, "replay", *arguments, code=1)

    def test_who_is_known(self):
        """A correspondent's mail is judged as such; addresses may come from options when the mail does not tell."""
        self.write("friend.eml", mail(20, COLD.replace("ann@sales.example", "bob@friends.example")))
        self.assertEqual(self.replay("--sent", "sent.eml", "--rcpt", "me@home.example", "friend.eml")["sent"], 1)
        self.says("1", "replay", "-r", "rules", "--sent", "sent.eml")
        for options in (("--auth", "pass"), ("--auth", "fail"), ("--authserv-id", "mx.home.example")):
            self.replay("--sent", "sent.eml", *options, "friend.eml")
        self.write("verified.eml", mail(21, Authentication_Results="mx.home.example; dkim=pass header.d=sales.example"))
        self.write("job.eml", mail(22, Authentication_Results="mx.home.example/4ABC; dkim=none"))
        self.write("linkedin.eml", mail(23, From="Ann <invitations@linkedin.com>", Authentication_Results="mx.home.example; dkim=pass header.d=linkedin.com"))
        self.says(r"(?s)nothing proves it.*--authserv-id mx.home.example", "replay", "-r", "rules", "verified.eml", "job.eml", "linkedin.eml")

    def test_a_year_of_mail(self):
        """Months make a table, templates and senders one each; what is near the threshold is named."""
        for number in range(24):
            day = f"{'Mon'}, {1 + number} {('Jan', 'Mar', 'Jul', 'Nov')[number % 4]} {2024 + number // 12} 10:00:00 +0000"
            self.write(f"year/{number}.eml", mail(100 + number, Date=day, From=f"S {number} <s{number % 5}@firm{number % 3}.example>",
                                                  To="me@home.example, you@home.example"))
            self.write(f"year/ham{number}.eml", mail(200 + number, HAM, Date=day))
            self.write(f"year/near{number}.eml", mail(300 + number, COLD.replace("we make websites", "we make bread"), Date=day))
        output = self.run_tool("replay", "-r", "rules", "--html", "page.html", "--with-text", "year")
        self.assertRegex(output, r"2024")
        self.assertIn("firm1.example", output)
        page = (self.directory / "page.html").read_text()
        self.assertIn("sorry to bother", page)
        self.assertIn("2025", output)
        shown = self.on_terminal("replay", "-r", "rules", "year", LC_ALL="C.UTF-8", TERM="xterm")
        self.assertIn("\033[", shown)
        self.assertNotIn("\033[1", self.on_terminal("replay", "-r", "rules", "year", LC_ALL="C", NO_COLOR="1"))

    def test_thresholds_of_the_configuration(self):
        self.configure('inbound = { reject_at = 6.5; classes = { cold = { tag_at = 6.0; }; }; };\n')
        self.says("(?s)7.0.*thresholds of their own", "replay", "-c", "conf", "mbox")
        self.replay("-c", "conf", "mbox")
        self.write("conf2", (self.directory / "conf").read_text().replace("6.5", "9.0").replace("rules.d", "rules2.d"))
        self.says("B: conf2", "replay", "--diff", "conf", "conf2", "mbox")

    def test_diff(self):
        rules = (self.directory / "rules/own.conf").read_text()
        self.write("rules2/own.conf", rules.replace("sorry to bother you\" ]; \n", "") .replace('score = 3.0; class = "cold"', 'score = 0.5; class = "cold"')
                   .replace('id = "BOTH"', 'id = "EITHER"'))
        output = self.run_tool("replay", "--diff", "rules", "rules2", "mbox", "cold.eml")
        self.assertRegex(output, r"(?s)A: rules\nB: rules2.*2 with another verdict")
        lines = self.run_tool("replay", "--json", "--diff", "rules2", "rules", "mbox").splitlines()
        self.assertTrue(any(json.loads(line) for line in lines if line.startswith("{")))
        self.says("0 with another verdict", "replay", "--diff", "rules", "rules", "mbox")
        self.says("A: conf", "replay", "--diff", "conf", "rules", "mbox")

    def test_odd_characters(self):
        self.write("odd.eml", mail(30, COLD.replace("sorry to bother", "sorry\tto <b>\"bother\\ & \x7f"), Subject="=?utf-8?q?=E2=82=AC<script>&?=",
                                   From='"<i>A\\"" <a&b@sales.example>'))
        self.write("odd.eml", (self.directory / "odd.eml").read_text() + "we make websites\n")
        self.run_tool("replay", "-r", "rules", "--html", "page.html", "--with-text", "odd.eml", "mbox")
        self.assertNotIn("<script>&", (self.directory / "page.html").read_text())
        self.says("missing/page.html|No such file", "replay", "-r", "rules", "--html", "missing/page.html", "mbox", code=1)

    def test_what_could_not_be_read_stands_on_the_page(self):
        self.run_tool("label", "--labels-file", "labels", "bad", "cold.eml")
        output = self.run_tool("replay", "-c", "conf", "--labels-file", "labels", "--html", "page.html", "--sent", "sent.eml", "mbox",
                               "missing", code=2)
        self.assertIn("missing", output)
        self.assertIn("missing", (self.directory / "page.html").read_text())

    def test_progress_is_for_terminals(self):
        self.write("big", "".join(f"From x Thu Nov 27 10:00:00 2025\n{mail(1000 + n, SENT)}\n" for n in range(3000)))
        self.assertRegex(self.on_terminal("learn", "sent", "-c", "conf", "big"), r"\r\033\[K(?s:.*)3000 messages learned")
        self.assertNotIn("\r", self.run_tool("learn", "sent", "-c", "conf", "big"))


class Label(ToolTest):
    def test_opinions(self):
        self.says("1 messages are bad; in all 0 good and 1 bad", "label", "--labels-file", "labels", "bad", "cold.eml")
        self.says("2 messages are good; in all 2 good and 0 bad", "label", "--labels-file", "labels", "good", "mbox")
        self.says("(?s)good .*1@sales.example", "label", "--labels-file", "labels", "--list")
        self.says("without an opinion; in all 1 good and 0 bad", "label", "--labels-file", "labels", "none", "cold.eml")
        self.says("bad; in all 1 good and 1 bad", "label", "--labels-file", "labels", "bad", "-", input=COLD.replace("Message-ID: <1@sales.example>\n", ""))
        self.says("missing.eml: No such file", "label", "--labels-file", "labels", "bad", "missing.eml", code=2)
        self.write("long.eml", COLD.replace("<1@", "<" + "x" * 600 + "@").replace("Subject", "X-Long: " + "y" * 70000 + "\nSubject"))
        self.says("are bad", "label", "--labels-file", "labels", "bad", "long.eml")

    def test_where_they_are_kept(self):
        self.run_tool("label", "bad", "cold.eml")
        self.assertTrue((self.directory / ".local/share/coldshoulder/labels").exists())
        self.says("1 bad|bad", "label", "--list")
        self.environment["XDG_DATA_HOME"] = str(self.directory / "data")
        self.run_tool("label", "bad", "cold.eml")
        self.assertTrue((self.directory / "data/coldshoulder/labels").exists())
        self.run_tool("replay", "-r", "rules", "--labels", "mbox")
        del self.environment["XDG_DATA_HOME"]
        for home in ("", None, "/" + "x" * 5000):
            if home is None:
                del self.environment["HOME"]
            else:
                self.environment["HOME"] = home
            self.says("name the file, --labels-file", "label", "--list", code=1)
            self.says("name the file, --labels-file", "replay", "-r", "rules", "--labels", "mbox", code=1)

    def test_files_that_are_not_of_labels(self):
        for text in ("hello\n", "warm 1 x y\n", "\n\nbad 12 key\nname\n", "good  12 \n"):
            with self.subTest(text):
                self.write("labels", text)
                self.says(r"labels:\d+: not a line of labels", "label", "--labels-file", "labels", "--list", code=1)
                self.says("not a line of labels", "replay", "-r", "rules", "--labels-file", "labels", "mbox", code=1)
        self.says("conf/labels: Not a directory", "label", "--labels-file", "conf/labels", "bad", "cold.eml", code=1)
        self.says("rules: Is a directory", "label", "--labels-file", "rules", "--list", code=1)
        self.says("Is a directory|Not a directory", "replay", "-r", "rules", "--labels-file", "rules", "mbox", code=1)

    def test_measured_by_them(self):
        for number in range(12):
            self.write(f"good/{number}.eml", mail(400 + number, HAM))
            self.write(f"bad/{number}.eml", mail(500 + number, COLD if number % 3 else COLD.replace("we make websites", "we make bread")))
            self.write(f"wrong/{number}.eml", mail(600 + number))
        self.run_tool("label", "--labels-file", "labels", "good", "good", "wrong")
        self.run_tool("label", "--labels-file", "labels", "bad", "bad")
        output = self.run_tool("replay", "-c", "conf", "--labels-file", "labels", "--html", "page.html", "good", "bad", "wrong")
        self.assertRegex(output, "SORRY")
        self.run_tool("replay", "-c", "conf", "--labels-file", "labels", "--json", "good", "bad", "wrong")
        self.run_tool("label", "--labels-file", "labels2", "bad", "bad")
        self.run_tool("replay", "-c", "conf", "--labels-file", "labels2", "good", "bad")
        self.run_tool("label", "--labels-file", "labels3", "good", "good")
        self.run_tool("replay", "-c", "conf", "--labels-file", "labels3", "good", "bad")


if __name__ == "__main__":
    main()
