"""The README: its commands exist, and what it shows of headers and log is what the daemon writes."""

import os
import re
import sys

from documents import SOURCE, DocumentTest, main, programs, run

# Languages that the README counts.
COUNTS = {"twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16}


def readme():
    return (SOURCE / "README.md").read_text(encoding="utf-8")


def blocks():
    """The indented blocks, without their indentation."""
    return ["\n".join(line[4:] for line in block.splitlines())
            for block in re.findall(r"(?:^    .*\n)+", readme(), re.M)]


def block(start):
    found = [text for text in blocks() if text.startswith(start)]
    if len(found) != 1:
        raise AssertionError(f"README.md has {len(found)} blocks that begin with {start}")
    return found[0]


def shape(header):
    """A header's value with numbers and rules left out."""
    text = re.sub(r"\s+", " ", header.strip())
    text = re.sub(r"rules= ?[A-Z0-9_().,\- ]+", "rules=RULES", text)
    return re.sub(r"[\d.]+/[\d.]+", "N/N", text)


def keys(line):
    return re.findall(r"(?:^|[ ,])(\w+)=", re.sub(r"rules=.*?, relation", "rules=R, relation", line, flags=re.S))


class Commands(DocumentTest):
    def test_our_commands(self):
        """Each subcommand is there, and takes the options that are shown."""
        lines = [line for text in blocks() for line in text.splitlines()]
        lines += re.findall(r"`(coldshoulder[^`]*)`", readme())
        seen = set()
        for line in lines:
            match = re.match(r"(?:sudo )?(?:build/release/)?(coldshoulderd?)\b(?!\[)(?: (\w+))?(.*)$", line)
            if not match:
                continue
            with self.subTest(line):
                program, command, rest = match.groups()
                seen.add(command)
                help_text = run(programs.daemon, "--help") if program == "coldshoulderd" else run(
                    programs.tool, *filter(None, [command]), "--help")
                self.assertEqual(help_text.returncode, 0, help_text.stderr)
                for option in re.findall(r" (--?[a-z][\w-]*)", rest):
                    self.assertRegex(help_text.stdout, rf"(?m)^ +(-\w, )?{option}\b")
        self.assertGreaterEqual(seen, {"check", "lint", "suggest", "learn", "who", "forget", "stats"})

    def test_dev_commands(self):
        usage = run("bash", SOURCE / "dev", "--help").stdout
        for document in ("README.md", "CONTRIBUTING.md"):
            text = (SOURCE / document).read_text(encoding="utf-8")
            for command in re.findall(r"\./dev (\w+)", text):
                self.assertRegex(usage, rf"(?m)^  {command}\b", document)

    def test_files_that_are_named(self):
        for document in ("README.md", "CONTRIBUTING.md", "daemon/README.md"):
            text = (SOURCE / document).read_text(encoding="utf-8")
            for path in re.findall(r"`((?:conf|rules|tests|daemon|build/release)/[\w./-]*)`", text):
                if not path.startswith("build/"):
                    self.assertTrue((SOURCE / path).exists(), f"{document}: {path}")
            for path in re.findall(r"\]\(([\w./-]+)\)", text):
                self.assertTrue((SOURCE / document).parent.joinpath(path).exists(), f"{document}: {path}")


class Shown(DocumentTest):
    """The headers and the log line, beside those of a daemon that runs."""

    @classmethod
    def setUpClass(cls):
        os.environ["COLDSHOULDERD"] = programs.daemon
        sys.path.insert(0, str(SOURCE / "tests" / "milter"))
        import harness  # reads the environment

        cls.daemon = harness.Daemon()
        cls.addClassCleanup(cls.daemon.clean_up)
        with cls.daemon.session() as milter:
            cls.result = milter.message(harness.COLD_BODY)
        cls.daemon.wait_log(" class=")
        cls.line = [line for line in cls.daemon.log().splitlines() if " class=" in line][0]

    def test_headers(self):
        shown = block("X-Coldshoulder:")
        fields = re.findall(r"^([\w-]+): (.*(?:\n\s.*)*)", shown, re.M)
        self.assertEqual([name for name, _ in fields],
                         ["X-Coldshoulder", "X-Coldshoulder-Class", "X-Coldshoulder-Relation"])
        for name, value in fields:
            self.assertEqual(shape(value), shape(self.result.inserted(name)[0]), name)

    def test_score_of_the_example(self):
        score = re.search(r"score=([\d.]+)/", block("X-Coldshoulder:")).group(1)
        parts = re.findall(r"\(([\d.-]+)\)", block("X-Coldshoulder:"))
        self.assertAlmostEqual(float(score), sum(map(float, parts)), places=6)

    def test_log_line(self):
        self.assertEqual(keys(block("coldshoulderd[")), keys(self.line))

    def test_rules_that_are_named(self):
        rules = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / "rules").glob("*.conf"))
        for name in re.findall(r"\b([A-Z]+_[A-Z_]+)\(", block("X-Coldshoulder:") + block("coldshoulderd[")):
            self.assertIn(f'id = "{name}"', rules)

    def test_languages(self):
        number = COUNTS[re.search(r"English and (\w+) other languages", readme()).group(1)]
        rules = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / "rules").glob("*.conf"))
        self.assertEqual(len(set(re.findall(r'lang = "(\w+)"', rules))), number + 1)


if __name__ == "__main__":
    main()
