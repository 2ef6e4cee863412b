"""What the tests of the documents share: the programs under test, the sources, and manual pages taken apart."""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
MANUALS = SOURCE / "daemon" / "man"

# A rule that nothing depends on, for tests that need some directory of sound rules.
RULE = """
rules = ( { id = "TEST_RULE"; family = "test"; score = 1.0; describe = "Says hello";
    view = "body"; phrases = [ "hello there" ];
    hits = [ "Hello there!", "well, hello there" ]; misses = [ "hello", "there" ]; } );
"""

os.environ.setdefault("LSAN_OPTIONS", "print_suppressions=0:suppressions=" +
                      str(SOURCE / "tests" / "milter" / "leak.supp"))
os.environ.setdefault("G_SLICE", "always-malloc")

programs = argparse.Namespace(tool="coldshoulder", daemon="coldshoulderd")


def run(*command, **keywords):
    """Runs a program; its output and errors come as text."""
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, timeout=120, **keywords)


def source(path):
    return (SOURCE / "daemon" / path).read_text(encoding="utf-8")


def c_strings(text):
    """The string literals of a piece of C, in order."""
    return re.findall(r'"((?:[^"\\]|\\.)*)"', text)


def c_table(path, name):
    """The body of the table `name` of a source file: what stands between its braces."""
    match = re.search(r"\b" + re.escape(name) + r"\[[^\]]*\]\s*=\s*\{(.*?)\};", source(path), re.S)
    if not match:
        raise AssertionError(f"{path} has no table {name} any more: this test must learn where it went")
    return match.group(1)


class Page:
    """One mdoc page."""

    def __init__(self, name):
        self.name = name
        self.lines = (MANUALS / name).read_text(encoding="utf-8").splitlines()

    def part(self, heading, subheading=None):
        """The lines of a section, or of one of its subsections."""
        lines = self._between(self.lines, ".Sh " + heading, (".Sh ",))
        return self._between(lines, ".Ss " + subheading, (".Ss ", ".Sh ")) if subheading else lines

    def _between(self, lines, start, ends):
        if start not in lines:
            raise AssertionError(f"{self.name} has no \"{start}\"")
        rest = lines[lines.index(start) + 1:]
        for i, line in enumerate(rest):
            if line.startswith(ends):
                return rest[:i]
        return rest

    def subsections(self, heading):
        return [line[4:] for line in self.part(heading) if line.startswith(".Ss ")]


def items(lines, macro):
    """The names behind ".It MACRO", several on a line separated by " , ". Each with the lines that describe it."""
    found = {}
    names = []
    for line in lines:
        if line.startswith(".It "):
            names = []
            if line.startswith(f".It {macro} "):
                names = [name.strip() for name in line[len(macro) + 5:].split(" , ")]
                for name in names:
                    if name in found:
                        raise AssertionError(f"{name} is described twice")
                    found[name] = []
        for name in names:
            found[name].append(line)
    return found


def unescape(line):
    """One line of a literal display as it is printed."""
    return line.replace("\\&", "").replace("\\(dq", '"').replace("\\e", "\\")


def displays(page, marker):
    """The literal displays behind a comment `.\\" MARKER WORD...`: pairs of the words and the text."""
    found = []
    lines = iter(page.lines)
    for line in lines:
        if not line.startswith(f'.\\" {marker} '):
            continue
        words = line.split()[2:]
        if not next(lines).startswith(".Bd -literal"):
            raise AssertionError(f"{page.name}: no display behind {line}")
        text = []
        for line in lines:
            if line == ".Ed":
                break
            text.append(unescape(line))
        found.append((words, "\n".join(text) + "\n"))
    return found


class DocumentTest(unittest.TestCase):
    def assert_same(self, documented, real, what):
        """Two sets of names, told apart in words."""
        documented, real = set(documented), set(real)
        self.assertFalse(real - documented, f"{what}: not described")
        self.assertFalse(documented - real, f"{what}: described, but there is no such thing")


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--tool", default=programs.tool)
    parser.add_argument("--daemon", default=programs.daemon)
    _, rest = parser.parse_known_args(namespace=programs)
    unittest.main(argv=[sys.argv[0], *rest])
