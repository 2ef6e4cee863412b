#!/usr/bin/env python3
"""What every command has in common: its options, its complaints, and the configuration that it reads."""
import os
import re
import subprocess
import unittest

from tool_case import ToolTest, main

# Operands that each command takes without complaint, and one too few or too many.
COMMANDS = {"check": "cold.eml", "status": "", "reload": "", "replay": "mbox", "history": "", "why": "4ABC",
            "teach": "4ABC good", "shadow": "SORRY", "doctor": "", "label": "bad cold.eml", "explain": "SORRY",
            "suggest": "cold.eml", "lint": "", "learn": "sent sent.eml", "trust": "a.example", "block": "a.example",
            "budget": "jo", "held": "", "who": "a@b.example", "forget": "a@b.example", "stats": "", "export": "",
            "import": ""}
NOTHING_TO_NAME = ("status", "reload", "history", "doctor", "held", "stats")
SOMETHING_TO_NAME = ("check", "replay", "why", "teach", "label", "explain", "suggest", "learn", "trust", "block", "budget",
                     "who", "forget")
# One of each way to come by a configuration.
CONFIGURED = ("status", "history", "shadow", "doctor", "lint", "trust", "held", "who", "export")


class Usage(ToolTest):
    def test_the_tool_itself(self):
        self.assertRegex(self.run_tool("--version"), r"^coldshoulder \d")
        self.assertEqual(self.run_tool("-V"), self.run_tool("--version"))
        for word in ("--help", "-h", "help"):
            self.assertEqual(re.findall(r"(?m)^  (\w+) ", self.run_tool(word)), re.findall(r"(?m)^  (\w+) ", self.run_tool(code=1)))
        self.says('no command "chekc"', "chekc", code=1)
        self.assertEqual(set(re.findall(r"(?m)^  (\w+) ", self.run_tool("--help"))), set(COMMANDS))

    def test_an_option_that_there_is_not(self):
        for command in COMMANDS:
            with self.subTest(command):
                self.says(rf"unrecognized option '--colour'(?s:.*)usage: coldshoulder {command}", command, "--colour", code=1)

    def test_an_option_without_its_argument(self):
        self.says(r"requires an argument -- 'c'(?s:.*)usage: coldshoulder who", "who", "-c", code=1)
        self.says(r"option '--rcpt' requires an argument(?s:.*)usage: coldshoulder check", "check", "cold.eml", "--rcpt", code=1)

    def test_names(self):
        for command in NOTHING_TO_NAME:
            with self.subTest(command):
                self.says("usage: coldshoulder " + command, command, "surplus", code=1)
        for command in SOMETHING_TO_NAME:
            with self.subTest(command):
                self.says(r"usage: coldshoulder|name (at least )?one", command, code=1)
        for command in ("export", "import"):
            self.says("usage: ", command, "one", "two", code=1)
        for line in ("learn sent", "learn letters x", "teach 4ABC", "teach 4ABC warm", "teach --from a@b.example x good",
                     "teach --from a@b.example --to c@home.example cold", "label warm cold.eml", "label bad", "why one two"):
            with self.subTest(line):
                self.says("usage: coldshoulder " + line.split()[0], *line.split(), code=1)
        self.says("takes no file names", "lint", "rules", code=1)

    def test_a_configuration_that_is_not_there(self):
        for command in CONFIGURED:
            with self.subTest(command):
                code = 2 if command in ("history", "why", "teach", "doctor") else 1
                self.says(r"missing\.conf(?s:.*)not found", command, "-c", "missing.conf", *COMMANDS[command].split(), code=code)

    def test_a_configuration_that_is_wrong(self):
        self.write("wrong.conf", "local_domains = ( \"home.example\" )\nstat_dir = \"state\";\n")
        for command in CONFIGURED:
            with self.subTest(command):
                code = 2 if command in ("history", "why", "teach", "doctor") else 1
                self.says(r"wrong\.conf:2", command, "-c", "wrong.conf", *COMMANDS[command].split(), code=code)

    def test_without_a_configuration_the_defaults_hold(self):
        self.says(r"\d+ rules are sound", "lint", "--rules", "rules")
        if not os.path.exists("/etc/coldshoulder/coldshoulder.conf"):
            self.says("control", "status", code=1)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([os.environ["COLDSHOULDER"], "check", "-r", "rules", "cold.eml"], cwd=self.directory,
                                    stdout=full, stderr=subprocess.PIPE, env=self.environment, timeout=60)
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"could not be written", result.stderr)

    def test_no_daemon(self):
        self.says(r"no daemon answers there\n  hint: is coldshoulderd running\?", "status", "-c", "conf", code=1)
        self.says("no daemon answers there", "reload", "-c", "conf", "-s", "elsewhere", code=1)
        self.configure('control_socket = "off";\n')
        self.says('control_socket is "off"', "status", "-c", "conf", code=1)

    def test_a_socket_of_somebody_else(self):
        self.write("state/control", "")
        self.configure(f'control_socket = "{self.directory}/{"x" * 200}";\n')
        self.says("too long", "status", "-c", "conf", code=1)

    def test_entries_of_lists(self):
        self.says("is blocked", "block", "-c", "conf", "-f", "block.list", "-m", "writes daily", "-u", "2099-12-31", "bad.example")
        self.assertRegex((self.directory / "block.list").read_text(), "bad.example")
        self.says("was there before", "block", "-c", "conf", "-f", "block.list", "bad.example")
        self.says("taken out", "block", "-c", "conf", "-f", "block.list", "-r", "bad.example")
        self.says("is not in block.list", "block", "-c", "conf", "-f", "block.list", "-r", "bad.example", code=1)
        self.says("--until: wants a date", "trust", "-c", "conf", "-f", "allow.list", "-u", "2099-13-01", "a.example", code=1)
        self.says('no policy "outside"', "trust", "-c", "conf", "-p", "outside", "a.example", code=1)
        self.says(r"a.example is blocked \(block.list\)", "block", "-c", "conf", "a.example")
        self.says("missing", "block", "-c", "conf", "-f", "missing/list", "a.example", code=1)
        self.says("is trusted", "trust", "-c", "missing.conf", "-f", "allow.list", "a.example")

    def test_memory(self):
        self.says(r"sent\.eml|1 ", "learn", "sent", "-c", "conf", "sent.eml")
        self.says("known: our side wrote", "who", "-c", "conf", "--of", "me@home.example", "bob@friends.example")
        self.says("learning: done", "stats", "-c", "conf", "-s", "state", "--verify")
        self.says("1 first contacts today|0 first contacts today", "budget", "-c", "conf", "me@home.example")
        self.says("written to dump", "export", "-c", "conf", "dump")
        self.says("entries read", "import", "-c", "conf", "dump")
        self.says("missing: No such file", "import", "-c", "conf", "missing", code=2)
        self.says("No such file", "export", "-c", "conf", "missing/dump", code=1)
        self.says("entries read", "import", "-c", "conf", "-", input=(self.directory / "dump").read_text())
        self.write("cut", (self.directory / "dump").read_text().rsplit("\n", 2)[0] + "\n")
        self.says("cut|not complete|ends|end", "import", "-c", "conf", "cut", code=2)
        self.write("no", "hello\n")
        self.says("no export|not|line", "import", "-c", "conf", "no", code=2)
        self.says("domain is still known: coldshoulder forget @friends.example", "forget", "-c", "conf", "bob@friends.example")
        self.says("entries erased", "forget", "-c", "conf", "-s", "state", "--name", "Bob", "@friends.example")
        self.says('"nobody" is no address', "forget", "-c", "conf", "nobody", code=1)
        for command, operand in (("who", "\udcff@x.example"), ("forget", "\udcff@x.example")):
            self.says("no UTF-8", command, "-c", "conf", operand, code=1)

    def test_dumps(self):
        """Each kind of entry, more than a batch of them, and what is none."""
        self.run_tool("learn", "sent", "-c", "conf", "sent.eml")
        head = self.run_tool("export", "-c", "conf").splitlines()[0] + "\n"
        hexadecimal = "0a" * 126
        entries = ["person 0000000000000001 0000000000000002 20000", "offence 0000000000000003 2 1764000000", "learning 1 20000",
                   f"template 1 40 {hexadecimal} 00000001:00000002:00000003:20000", f"template 0 40 {hexadecimal}"]
        entries += [f"sent {n:016x} 20000" for n in range(1100)]
        self.write("whole", head + "".join(entry + "\n" for entry in entries) + f"end {len(entries)}\n")
        self.says(f"{len(entries)} entries read", "import", "-c", "conf", "whole")
        for lines, complaint in (("sent x\n", "whole:2|line 2|no entry of a dump"), (f"template 1 300 {hexadecimal}\n", "no entry of a dump"),
                                 (f"template 1 40 {hexadecimal[2:]}\n", "no entry of a dump"),
                                 (f"template 1 40 {hexadecimal} 1:2\n", "no entry of a dump"), ("end 3\n", "entries are missing")):
            with self.subTest(lines):
                self.write("part", head + lines)
                self.says(complaint, "import", "-c", "conf", "part", code=2)
        (self.directory / "state/key").write_text("0" * 64 + "\n")
        (self.directory / "state/memory.db").unlink()
        self.says("another key file", "import", "-c", "conf", "whole", code=2)

    def test_templates(self):
        self.says("unwanted|learned|marked", "learn", "template", "-c", "conf", "cold.eml")
        self.says("not done|short|words", "learn", "template", "-c", "conf", "Maildir/cur/1:2,S", code=2)
        self.says("missing.eml", "learn", "template", "-c", "conf", "missing.eml", code=2)
        self.says("not unwanted|taken back|no longer|forgotten", "forget", "template", "-c", "conf", "cold.eml")


if __name__ == "__main__":
    main()
