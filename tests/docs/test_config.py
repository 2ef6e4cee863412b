"""The shipped configuration, and the examples beside it, are loaded as they are."""

import grp
import os
import pathlib
import re
import shutil
import tempfile

from documents import RULE, SOURCE, DocumentTest, Page, displays, main, programs, run, source

CONFIG = SOURCE / "conf" / "coldshoulder.conf"
EXAMPLES = SOURCE / "conf" / "examples"

# A commented-out setting, and what stands behind it.
SETTING = re.compile(r"^(\s*)#(\w+) = (.+?);[ \t]*(#.*)?$", re.M)


def uncommented(text):
    return SETTING.sub(r"\1\2 = \3; \4", text)


class Load(DocumentTest):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = pathlib.Path(directory.name)
        for name in ("rules", "state"):
            (self.place / name).mkdir()
        (self.place / "rules" / "test.conf").write_text(RULE)
        shutil.copytree(EXAMPLES / "lists", self.place / "lists")

    def load(self, text):
        """What `coldshoulderd -n` says of a configuration. Only rules, group and key file are made to fit this test."""
        text = re.sub(r"^(socket_group|rules_dir|local_rules_dir) = .*$", "", text, flags=re.M)
        text += (f'\nrules_dir = "{self.place}/rules";\nlocal_rules_dir = "{self.place}/none";\n'
                 f'socket_group = "{grp.getgrgid(os.getgid()).gr_name}";\n')
        path = self.place / "coldshoulder.conf"
        path.write_text(text, encoding="utf-8")
        return run(programs.daemon, "-n", "-c", path, "-s", self.place / "state", "-l", f"unix:{self.place}/socket")

    def test_shipped_configuration(self):
        result = self.load(CONFIG.read_text(encoding="utf-8"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("configuration is valid", result.stdout)
        # Whoever has not said who he is hears of it, and of nothing else.
        self.assertEqual(re.findall(r"^(?:error|warning): .*?: (\w+)", result.stderr, re.M), ["local_domains"])

    def test_every_comment_is_a_setting(self):
        text = uncommented(CONFIG.read_text(encoding="utf-8"))
        self.assertNotEqual(text, CONFIG.read_text(encoding="utf-8"))
        result = self.load(text)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_a_slip_would_be_noticed(self):
        result = self.load(CONFIG.read_text(encoding="utf-8").replace("tag_at", "tagat"))
        self.assertEqual(result.returncode, 78)

    def test_values_are_the_defaults(self):
        """Every value in the file is the built-in one, but for what is called an example."""
        defaults = dict(re.findall(r'\{\{"([\w.]+)",\s*"(?:[^"\\]|\\.)*",\s*"((?:[^"\\]|\\.)*)"\}',
                                   source("judge/config_keys.c")))
        policy = re.findall(r'\{\{"policies\.([\w.]+)",\s*"(?:[^"\\]|\\.)*",\s*"((?:[^"\\]|\\.)*)"\}',
                            source("judge/config_policy.c"))
        for direction in ("inbound", "outbound"):
            defaults.update({f"{direction}.{key}": value for key, value in policy})
        defaults.update({"inbound.ignore_classes": '( \\"digest\\" )'})
        group, seen = "", 0
        for line in uncommented(CONFIG.read_text(encoding="utf-8")).splitlines():
            line = line.strip()
            opening = re.match(r"(\w+) = \{$", line)
            group = opening.group(1) + "." if opening else "" if line == "};" else group
            setting = re.match(r"(\w+) = (?!\( \{)([^{].*?);\s*(# example)?", line)
            if setting and not setting.group(3):
                seen += 1
                name = group + setting.group(1)
                self.assertEqual(setting.group(2), defaults[name].replace('\\"', '"'), name)
        self.assertGreater(seen, 12)

    def test_examples(self):
        paths = sorted(EXAMPLES.glob("*.conf"))
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(path.name):
                result = self.load(path.read_text(encoding="utf-8"))
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_example_of_the_manual_page(self):
        examples = displays(Page("coldshoulder.conf.5"), "load")
        self.assertEqual(len(examples), 2)
        for words, text in examples:
            with self.subTest(words):
                result = self.load(text)
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_example_rules(self):
        """Beside the shipped rules, of which nothing is asked here."""
        path = self.place / "coldshoulder.conf"
        path.write_text(f'local_domains = ( "example.org" );\nstate_dir = "{self.place}/state";\n'
                        f'rules_dir = "{SOURCE}/rules";\nlocal_rules_dir = "{EXAMPLES}/rules.d";\n')
        result = run(programs.tool, "lint", "--config", path)
        said = [line for line in result.stderr.splitlines() if "/examples/" in line or not line.startswith(
            ("warning: ", "error: ", "  hint: "))]
        self.assertEqual(said, [])


if __name__ == "__main__":
    main()
