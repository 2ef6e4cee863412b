"""The manual pages say what is there, all of it, and nothing else; their examples work."""

import pathlib
import re
import shutil
import tempfile
import unittest

from documents import (MANUALS, SOURCE, DocumentTest, Page, c_strings, c_table, displays, items, main, programs, run,
                       source)

RULES_PAGE = "coldshoulder-rules.5"


def config(directory, rules, local_rules):
    return f"""
local_domains = ( "example.org" );
state_dir = "{directory}";
rules_dir = "{rules}";
local_rules_dir = "{local_rules}";
memory = {{ store = "none"; }};
"""


class Form(DocumentTest):
    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_has_nothing_to_say(self):
        for path in sorted(MANUALS.glob("*.[1-8]")):
            with self.subTest(path.name):
                result = run("mandoc", "-T", "lint", "-W", "warning", path)
                self.assertEqual(result.stdout + result.stderr, "")

    def test_references_to_our_own_pages(self):
        pages = {path.name for path in MANUALS.glob("*.[1-8]")}
        for name in pages:
            for page, number in re.findall(r"^\.Xr (coldshoulder\S*) (\d)", (MANUALS / name).read_text(), re.M):
                self.assertIn(f"{page}.{number}", pages, name)


class Examples(DocumentTest):
    def lint(self, files, shipped=None):
        """What lint says of these files; with `shipped`, beside these shipped rules. Their place is cut off."""
        with tempfile.TemporaryDirectory() as directory:
            place = pathlib.Path(directory) / "rules"
            place.mkdir()
            for name, text in files.items():
                (place / name).write_text(text, encoding="utf-8")
            settings = pathlib.Path(directory) / "coldshoulder.conf"
            settings.write_text(config(directory, shipped or place, place if shipped else directory + "/none"))
            result = run(programs.tool, "lint", "--config", settings)
            return result, [line for line in result.stderr.splitlines()
                            if str(place) in line or not line.startswith(("warning: ", "error: ", "  hint: "))]

    def groups(self, marker):
        groups = {}
        for (group, name), text in displays(Page(RULES_PAGE), marker):
            files = groups.setdefault(group, {})
            self.assertNotIn(name, files, "two examples of the same name")
            files[name] = text
        return groups

    def test_examples_are_sound(self):
        """As strict as for shipped rules: without a warning."""
        groups = self.groups("lint")
        self.assertGreater(len(groups), 5)
        for group, files in groups.items():
            with self.subTest(group):
                result, _ = self.lint(files)
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_examples_beside_the_shipped_rules(self):
        """Only what is said of the example counts here: the shipped rules have a test of their own."""
        groups = self.groups("lint-local")
        self.assertTrue(groups)
        for group, files in groups.items():
            with self.subTest(group):
                _, said = self.lint(files, SOURCE / "rules")
                self.assertEqual(said, [])

    def test_an_unsound_example_would_be_noticed(self):
        result, _ = self.lint({"local.conf": self.groups("lint")["first"]["local.conf"].replace("opener", "opening")})
        self.assertEqual(result.returncode, 1)
        _, said = self.lint({"local.conf": 'changes = ( { id = "NO_SUCH_RULE"; score = 1.0; } );'}, SOURCE / "rules")
        self.assertTrue(said)

    def test_every_construct_has_an_example(self):
        text = "".join(text for marker in ("lint", "lint-local") for _, text in displays(Page(RULES_PAGE), marker))
        for table in ("rule_keys", "family_keys", "change_keys", "list_keys"):
            for key in c_strings(c_table("engine/rule_keys.c", table)):
                self.assertRegex(text, rf"\b{key} = ", "a key without an example")
        for name in c_strings(c_table("engine/expr_parse.c", "functions")):
            self.assertRegex(text, rf"\b{name}\(", "a function without an example")
        for name in ("@list:", "...", " in (", " or ", "not (", " >= ", " == ", " != ", "todo = "):
            self.assertIn(name, text)


class Rules(DocumentTest):
    """coldshoulder-rules(5) and the tables of engine/."""

    def setUp(self):
        self.page = Page(RULES_PAGE)

    def keys(self, table):
        return c_strings(c_table("engine/rule_keys.c", table))

    def test_keys(self):
        for lines, table in ((self.page.part("RULES", "Keys of a rule"), "rule_keys"),
                             (self.page.part("FAMILIES AND SCORES"), "family_keys"),
                             (self.page.part("CHANGES"), "change_keys"),
                             (self.page.part("WORD LISTS"), "list_keys")):
            self.assert_same(items(lines, "Va"), self.keys(table), table)
        read_case = re.search(r"\nstatic void read_case\(.*?\n\}", source("engine/rule_keys.c"), re.S).group(0)
        self.assert_same(items(self.page.part("EXAMPLES OF RULES"), "Va"),
                         re.findall(r'strcmp\(name, "(\w+)"\)', read_case), "keys of a case")

    def test_lists_of_a_file(self):
        read_file = re.search(r"\nstatic void read_file\(.*?\n\}", source("engine/rule_load.c"), re.S).group(0)
        names = c_strings(re.search(r"names\[\] = \{(.*?)\};", read_file).group(1))
        self.assert_same(items(self.page.part("FILES AND THEIR FORM"), "Ic"), names, "lists of a rule file")

    def test_views(self):
        kinds = c_strings(c_table("mail/view.c", "kind_names"))
        named = {"header": "header:NAME", "raw": "raw:NAME"}
        self.assert_same(items(self.page.part("VIEWS"), "Li"), [named.get(kind, kind) for kind in kinds], "views")

    def test_facts(self):
        entries = re.findall(r'\{"(\w+)",\s*FACT_KIND_(\w+),\s*(\w+)', c_table("engine/facts.c", "table"))
        self.assertGreater(len(entries), 30)
        for kind, heading in (("ENUM", "Of several values"), ("BOOL", "Yes or no"), ("NUMBER", "Numbers")):
            described = items(self.page.part("FACTS", heading), "Va")
            self.assert_same(described, [name for name, k, _ in entries if k == kind], heading)
            for name, values in [(name, values) for name, k, values in entries if k == kind == "ENUM"]:
                written = " ".join(line[4:] for line in described[name] if line.startswith(".Li "))
                self.assert_same(re.findall(r"\w+", written), c_strings(c_table("engine/facts.c", values)),
                                 f"values of {name}")

    def test_classes_and_statuses(self):
        keys = items(self.page.part("RULES", "Keys of a rule"), "Va")
        classes = c_strings(c_table("engine/verdict.c", "names"))
        self.assert_same(re.findall(r"^\.Dq (\w+)", "\n".join(keys["class"]), re.M),
                         [name for name in classes if name != "clean"], "classes")
        names = {}
        for key, function in (("status", "read_status"), ("direction", "rule_direction")):
            body = re.search(rf"\nstatic \w+ {function}\(.*?\n\}}", source("engine/rule_keys.c"), re.S).group(0)
            names[key] = c_strings(re.search(r"names\[\] = \{(.*?)\};", body, re.S).group(1))
            self.assert_same(re.findall(r"^\.Dq (\w+)", "\n".join(keys[key]), re.M), names[key], key)

    def test_functions(self):
        """Every function of expressions is an item, and no other is."""
        described = re.findall(r"^\.It Ic (\w+) Ns No \\&\(", "\n".join(self.page.part("EXPRESSIONS")), re.M)
        self.assert_same(described, c_strings(c_table("engine/expr_parse.c", "functions")), "functions")

    def test_limits(self):
        """Each limit's number, as the code has it."""
        page = " ".join(self.page.part("LIMITS"))
        for path, name in (("engine/phrase.c", "PHRASE_DEPTH_MAX"), ("engine/expr_parse.c", "EXPR_DEPTH_MAX"),
                           ("engine/expr_parse.c", "EXPR_NUMBER_MAX"), ("engine/word_list.c", "WORD_LIST_MAX"),
                           ("engine/pattern.c", "MATCH_LIMIT"), ("engine/ruleset_compile.c", "PATTERN_MAX")):
            value = re.search(rf"\b{name} = ([\d *]+)", source(path)).group(1)
            number = 1
            for factor in value.split("*"):
                number *= int(factor)
            self.assertRegex(page, rf"\b{number}\b", f"{name} of {path}")
        score = re.search(r"\bSCORE_MAX = (\d+)", source("engine/rule_keys.c")).group(1)
        self.assertIn(f"from \\-{score} to {score}", " ".join(self.page.part("RULES", "Keys of a rule")))


# An option at the beginning of a line of --help, with the name of its argument.
OPTION = re.compile(r"^ +(?:(-\w)(?:, +))?(--[\w-]+|-\w)( [A-Z]+\b| none\b)?", re.M)


def options_of_help(text):
    """{"--config": True}: whether the option takes an argument; short ones count too."""
    found = {}
    for short, name, argument in OPTION.findall(text):
        for option in filter(None, (short, name)):
            found[option] = bool(argument)
    return found


def options_of_page(lines):
    found = {}
    for line in lines:
        if not line.startswith(".It Fl "):
            continue
        argument = " Ar " in line
        for option in re.findall(r"(?:Fl|,) (?:Fl )?(-?[\w][\w-]*)", line.split(" Ar ")[0].replace(", Fl", ",")):
            found["-" + option] = argument
    return found


class Options(DocumentTest):
    """Command lines: --help and the pages say the same."""

    def test_commands(self):
        page = Page("coldshoulder.1")
        listed = re.findall(r"^  (\w+) ", run(programs.tool, "--help").stdout, re.M)
        self.assertGreater(len(listed), 2)
        self.assert_same(page.subsections("DESCRIPTION"), listed, "commands")
        synopsis = re.findall(r"^\.Cm (\w+)", "\n".join(page.part("SYNOPSIS")), re.M)
        self.assert_same(synopsis, listed, "commands of the synopsis")

    def test_options_of_commands(self):
        page = Page("coldshoulder.1")
        for command in page.subsections("DESCRIPTION"):
            with self.subTest(command):
                result = run(programs.tool, command, "--help")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(options_of_page(page.part("DESCRIPTION", command)), options_of_help(result.stdout))
                self.assertEqual(run(programs.tool, command, "-h").stdout, result.stdout)

    def test_options_of_the_daemon(self):
        page = Page("coldshoulderd.8")
        result = run(programs.daemon, "--help")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(options_of_page(page.part("DESCRIPTION")), options_of_help(result.stdout))
        self.assertGreater(len(options_of_help(result.stdout)), 10)

    def test_options_are_what_the_programs_take(self):
        """--help itself may forget something: the sources' tables decide."""
        for path, text in [("app/options.c", run(programs.daemon, "--help").stdout)] + [
                (next(path for path in (f"cli/{command}_options.c", f"cli/{command}.c")
                      if (SOURCE / "daemon" / path).exists()), run(programs.tool, command, "--help").stdout)
                for command in Page("coldshoulder.1").subsections("DESCRIPTION")]:
            taken = re.findall(r'\{"([\w-]+)", (no|required)_argument', source(path))
            if not taken:  # a subcommand's table
                path = {"cli/block.c": "cli/list_command.c", "cli/trust.c": "cli/list_command.c"}.get(path, path)
                taken = [(name, "no" if kind == "flag" else "required") for name, kind in
                         re.findall(r'\{"([\w-]+)", (?:0|\'\w\'), \.(flag|value|take) = ', source(path))]
                taken.append(("help", "no"))
            self.assertTrue(taken, path)
            said = {name: argument for name, argument in options_of_help(text).items() if name.startswith("--")}
            said["--help"] = False
            self.assertEqual(said, {"--" + name: kind == "required" for name, kind in taken}, path)


class Log(DocumentTest):
    def test_fields_of_the_decision(self):
        body = re.search(r"\nvoid decision_format_log\(.*?\n\}", source("judge/decision.c"), re.S).group(0)
        fields = set(re.findall(r"[\", ](\w+)=", body)) | {"rules"}
        described = items(Page("coldshoulderd.8").part("DESCRIPTION", "The log"), "Li")
        self.assert_same(described, fields, "fields of the log")

    def test_members_of_the_decision_log(self):
        text = source("judge/decision_record.c")
        members = set(re.findall(r'(?:json_name|json_member|add_kept)\(out, "(\w+)"', text))
        described = items(Page("coldshoulderd.8").part("DESCRIPTION", "The decision log"), "Li")
        self.assert_same(described, members, "members of the decision log")

    def test_json_members(self):
        text = source("judge/decision_json.c")
        rule = re.search(r"(?s)static void add_rules.*?json_open\(out, '\{'\);(.*?)\n\}", text).group(1)
        member = r'json_(?:name|member)\(out, "(\w+)"'
        page = " ".join(Page("coldshoulder.1").part("DESCRIPTION", "check"))
        match = re.search(r"One JSON object a line: \.Li ([\w ,]+) ; each of the rules has \.Li ([\w ,]+) , and "
                          r"\.Li (\w+)", page)
        self.assertTrue(match)
        self.assertEqual(sorted(match.group(1).split(" , ")), sorted(re.findall(member, text.replace(rule, ""))))
        self.assertEqual(match.group(2).split(" , ") + [match.group(3)], list(dict.fromkeys(re.findall(member, rule))))


if __name__ == "__main__":
    main()
