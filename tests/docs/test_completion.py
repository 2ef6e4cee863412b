"""bash completion: what it offers is what the programs know."""

import re
import shlex
import shutil
import unittest

from documents import SOURCE, DocumentTest, main, programs, run

SCRIPT = SOURCE / "conf" / "bash-completion" / "coldshoulder"


@unittest.skipUnless(shutil.which("bash"), "bash is not installed")
class Completion(DocumentTest):
    def offered(self, *words):
        """For the last of the words."""
        line = " ".join(shlex.quote(str(word)) for word in words)
        result = run("bash", "-c", f'source {SCRIPT}; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); '
                                   '_coldshoulder; printf "%s\\n" "${COMPREPLY[@]}"')
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout.split()

    def test_commands(self):
        listed = re.findall(r"(?m)^  (\w+) ", run(programs.tool, "--help").stdout)
        self.assert_same(self.offered(programs.tool, ""), listed + ["--help", "--version"], "commands")
        self.assertEqual(self.offered(programs.tool, "hist"), ["history"])

    def test_options(self):
        for command in ("history", "doctor", "check"):
            options = set(re.findall(r"(?m)^ +(?:-\w, )?(--[\w-]+)", run(programs.tool, command, "--help").stdout))
            self.assertEqual({option for option in self.offered(programs.tool, command, "--")}, options, command)
        self.assertIn("--foreground", self.offered(programs.daemon, "--f"))

    def test_values(self):
        self.assertEqual(self.offered(programs.tool, "history", "--class", "c"), ["clean", "cold"])
        self.assertEqual(self.offered(programs.tool, "teach", "4ABC", ""), ["good", "cold"])
        self.assertEqual(self.offered(programs.tool, "learn", "s")[0], "sent")


if __name__ == "__main__":
    main()
