#!/usr/bin/env python3
"""What `./dev eval` says of a tiny labelled tree, judged by a program that plays `coldshoulder`."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True

import corpus
import engine
import eval as tool
import mailtext
import rulefile
import stats

HERE = Path(__file__).resolve().parent
RULES = '''
# two rules and one that nothing hits
rules = (
  { id = "APOLOGY_A"; family = "apology"; lang = "en"; score = 2.0; status = "stable"; describe = "a";
    view = "opener"; phrases = [ "sorry (to|for)", "with \\"quotes\\"" "joined" ]; },
  { id = "PITCH_B"; family = "pitch"; score = 3; class = "cold"; describe = "b"; view = "body"; phrases = [ "offer" ]; },
  { id = "NEVER_C"; family = "pitch"; score = 1.5; describe = "c"; view = "body"; phrases = [ "never" ]; }
);
'''


class EvalTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.tree = self.root / "tree"
        self.rules = self.root / "rules"
        self.rules.mkdir()
        (self.rules / "all.conf").write_text(RULES, encoding="utf-8")
        # The project's own mail has its place in the real run; here it would only blur the figures.
        patch = mock.patch.object(corpus, "own_sources", return_value=[])
        patch.start()
        self.addCleanup(patch.stop)

    def mail(self, source, name, test, text="Hello, this is the text for you and the team."):
        path = self.tree / source / f"{name}.eml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"From: a@b.example\nX-Test: {test}\nSubject: x\n\n{text}\n", encoding="utf-8")
        return path

    def run_eval(self, *arguments):
        """(exit code, standard output, standard error)."""
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            code = tool.main(["--tool", str(HERE / "fake_coldshoulder.py"), "--rules", str(self.rules), *arguments,
                              str(self.tree)])
        return code, out.getvalue(), errors.getvalue()

    def section(self, text, title):
        """Lines of one section of the report."""
        return text.partition(f"== {title}")[2].partition("\n== ")[0].splitlines()

    def row(self, text, title, first):
        """The cells of the row that begins with `first`, runs of two blanks between them."""
        for line in self.section(text, title):
            cells = [cell.strip() for cell in line.split("  ") if cell.strip()]
            if cells and cells[0] == first:
                return cells
        return self.fail(f"no row {first} in {title}")

    def test_counts_caught_missed_and_false_positives(self):
        self.mail("cold/one", "1", "rules=APOLOGY_A:2,PITCH_B:3.5")
        self.mail("cold/one", "2", "rules=APOLOGY_A:2")
        self.mail("ham/list", "1", "rules=PITCH_B:5 quote=an_offer")
        self.mail("ham/list", "2", "score=0")
        code, out, _ = self.run_eval()
        self.assertEqual(code, 0)
        self.assertEqual(self.row(out, "Sources", "cold/one")[2:6], ["2", "1", "cold 1", "caught"])
        self.assertEqual(self.row(out, "Sources", "ham/list")[2:6], ["2", "1", "cold 1", "false positives"])
        self.assertIn("ham/list/1.eml", "\n".join(self.section(out, "False positives")))
        self.assertIn('"an offer"', "\n".join(self.section(out, "False positives")))
        self.assertIn("cold/one/2.eml", "\n".join(self.section(out, "Missed cold mail, closest")))

    def test_rules_have_their_precision_and_silent_ones_are_named(self):
        for number in range(3):
            self.mail("cold/one", str(number), "rules=PITCH_B:3")
        self.mail("ham/list", "1", "rules=PITCH_B:3")
        _, out, _ = self.run_eval("--quick")
        row = self.row(out, "Rules ==", "PITCH_B")
        self.assertEqual(row[4:6], ["3", "1"])
        self.assertTrue(row[-1].startswith("75.0 %"))
        silent = "\n".join(self.section(out, "Rules that never fire"))
        self.assertIn("NEVER_C", silent)
        self.assertIn("APOLOGY_A", silent)
        self.assertNotIn("PITCH_B", silent)

    def test_thresholds_need_a_class(self):
        """Below the threshold the class is known from the rules; a score without a class never tags."""
        self.mail("cold/one", "1", "rules=APOLOGY_A:1,PITCH_B:3")
        self.mail("cold/one", "2", "rules=APOLOGY_A:4")
        _, out, _ = self.run_eval("--quick")
        self.assertTrue(self.row(out, "Thresholds", "4.0")[1].startswith("50.0 %"))
        self.assertTrue(self.row(out, "Thresholds", "4.5")[1].startswith("0 %"))

    def test_linkedin_is_judged_as_authenticated(self):
        self.mail("linkedin/one", "1", "rules=PITCH_B:6 class=linkedin linkedin=inmail")
        self.mail("spam/linkedin-header-forgery", "1", "score=0 linkedin=inmail")
        _, out, _ = self.run_eval("--quick")
        self.assertIn("--auth pass", self.row(out, "Sources", "linkedin/one")[-1])
        self.assertEqual(self.row(out, "LinkedIn's streams", "linkedin/one")[1:4], ["inmail", "1", "1"])
        self.assertEqual(self.row(out, "Bars", "forged LinkedIn mail not trusted")[1], "met")

    def test_blind_sources_show_totals_only(self):
        self.mail("cold/secret", "hidden-name", "rules=APOLOGY_A:2 quote=hidden_words")
        self.mail("cold/one", "1", "rules=PITCH_B:6")
        page, raw = self.root / "page.html", self.root / "raw.json"
        _, out, _ = self.run_eval("--blind", "cold/secret", "--html", str(page), "--json", str(raw))
        self.assertEqual(self.row(out, "Sources", "cold/secret")[2:4], ["1", "0"])
        for text in (out, page.read_text(encoding="utf-8"), raw.read_text(encoding="utf-8")):
            self.assertNotIn("hidden", text)
        self.assertNotIn("APOLOGY_A", "\n".join(self.section(out, "Rules ==")))
        _, out, _ = self.run_eval("--blind", "cold/secret", "--unblind")
        self.assertIn("hidden-name", out)

    def test_first_look_is_one_row_and_no_more(self):
        self.mail("cold/secret", "hidden-name", "rules=APOLOGY_A:6 quote=hidden_words")
        self.mail("cold/secret", "2", "score=0")
        code, out, _ = self.run_eval("--first-look", "cold/secret")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^\| \d{4}-\d\d-\d\d \| \S+ \| cold/secret \| 2 \| 1 \(50\.0 % \[.*\]\) \|  \|\n$")
        self.assertEqual(self.run_eval("--first-look", "cold/other")[0], 2)

    def test_leaving_a_source_out_finds_rules_that_know_it_by_heart(self):
        self.mail("cold/one", "1", "rules=APOLOGY_A:3,PITCH_B:3")
        self.mail("cold/two", "1", "rules=PITCH_B:6")
        _, out, _ = self.run_eval()
        lost = {name: self.row(out, "Leave one source out", name)[4] for name in ("cold/one", "cold/two")}
        self.assertEqual(lost, {"cold/one": "1", "cold/two": "0"})

    def test_a_language_of_one_source_is_not_left_out(self):
        self.mail("cold/one", "1", "rules=PITCH_B:6")
        self.mail("cold/deutsch", "1", "rules=APOLOGY_A:6", "Wir sind für Sie da und das ist nicht der Rest mit dem.")
        _, out, _ = self.run_eval()
        self.assertIn("no other source", " ".join(self.row(out, "Leave one source out", "cold/deutsch")))
        self.assertEqual(self.row(out, "Languages", "de")[1:3], ["1", "1"])

    def test_bars(self):
        for number in range(10):
            self.mail("cold/one", str(number), "rules=PITCH_B:6" if number else "score=0")
            self.mail("ham/clinton", str(number), "score=0")
        code, out, _ = self.run_eval("--quick", "--bars")
        self.assertEqual(code, 0, out)
        self.assertEqual(self.row(out, "Bars", "cold at least 90 % tagged")[1:], ["met", "9/10"])
        self.assertEqual(self.row(out, "Bars", "ham at most 0.1 % tagged")[1], "not measured")
        self.mail("ham/clinton", "wrong", "rules=PITCH_B:9.5")
        code, out, _ = self.run_eval("--quick", "--bars")
        self.assertEqual(code, 1)
        self.assertEqual(self.row(out, "Bars", "business ham at most 0.05 % tagged")[1], "MISSED")
        self.assertEqual(self.row(out, "Bars", "no ham at reject_at 9.0")[1], "MISSED")

    def test_a_crash_is_pinned_on_its_file(self):
        for number in range(9):
            self.mail("adversarial/one", str(number), "crash" if number == 4 else "score=1")
        self.mail("adversarial/one", "empty", "error")
        code, out, _ = self.run_eval("--quick", "--bars")
        self.assertEqual(code, 1)
        machine = "\n".join(self.section(out, "The machine"))
        self.assertIn("adversarial/one/4.eml: crashed (signal 6)", machine)
        self.assertIn("adversarial/one/empty.eml: empty file", machine)
        self.assertEqual(machine.count("not judged"), 2)
        self.assertEqual(self.row(out, "Sources", "adversarial/one")[2], "8")

    def gate(self, rules, name="new.conf"):
        path = self.root / name
        path.write_text(rules, encoding="utf-8")
        return self.run_eval("--gate", str(path))

    def test_gate_shuts_on_a_rule_that_hits_ham_and_quotes_it(self):
        for number in range(10):
            self.mail("cold/one", str(number), "rules=NEW_D:2")
        self.mail("ham/list", "1", "rules=NEW_D:2 quote=great_offer", "As I said,\n this is a great\noffer for the team.")
        rule = '{{ id = "NEW_D"; family = "pitch"; score = {}; status = "{}"; describe = "d"; }}'
        code, out, _ = self.gate(f"rules = ( {rule.format(2.0, 'stable')} );")
        self.assertEqual(code, 1)
        self.assertIn("NEW_D  (stable, score 2)  FAILS", out)
        self.assertIn("cold 10 of 10, ham 1 of 1", out)
        self.assertIn("this is a >>great offer<< for the team", out)
        self.assertEqual(self.gate(f"rules = ( {rule.format(0.9, 'stable')} );")[0], 0)
        self.assertEqual(self.gate(f"rules = ( {rule.format(2.0, 'test')} );")[0], 0)

    def test_gate_opens_for_a_precise_rule(self):
        for number in range(10):
            self.mail("cold/one", str(number), "rules=NEW_D:2")
            self.mail("ham/list", str(number), "score=0")
        code, out, _ = self.gate('rules = ( { id = "NEW_D"; score = 2.0; describe = "d"; } );')
        self.assertEqual(code, 0, out)
        self.assertIn("the gate is open", out)

    def test_wrong_use_is_explained(self):
        self.mail("cold/one", "1", "score=0")
        self.assertEqual(self.gate("rules = ( { id = ; } );")[0], 2)
        self.assertIn("new.conf: line 1", self.gate("rules = ( { id = ; } );")[2])
        self.assertEqual(self.run_eval("--only", "cold/none")[0], 2)
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            self.assertEqual(tool.main(["--tool", str(self.root / "none"), str(self.tree)]), 2)
        self.assertIn("./dev build", errors.getvalue())

    def test_html_is_one_page_on_its_own(self):
        self.mail("cold/one", "1", "rules=PITCH_B:6 quote=<script>alert(1)</script>")
        self.mail("ham/list", "1", "rules=PITCH_B:6 quote=<script>alert(1)</script>")
        page = self.root / "page.html"
        self.run_eval("--html", str(page))
        text = page.read_text(encoding="utf-8")
        self.assertIn("<svg", text)
        self.assertIn("prefers-color-scheme: dark", text)
        self.assertNotIn("<script", text)
        self.assertNotRegex(text, r"(src|href)=")

    def test_a_configuration_keeps_its_own_rules(self):
        local = self.root / "rules.d"
        local.mkdir()
        (local / "site.conf").write_text('changes = ( { id = "PITCH_B"; shadow = true; } );', encoding="utf-8")
        config = self.root / "site.conf"
        config.write_text(f'local_rules_dir = "{local}";\ninbound = {{ tag_at = 5.0; }};\n', encoding="utf-8")
        self.mail("cold/one", "1", "rules=PITCH_B:6")
        _, out, _ = self.run_eval("--quick", "--config", str(config))
        self.assertEqual(self.row(out, "Sources", "cold/one")[2:4], ["1", "0"])


class PartsTest(unittest.TestCase):
    def test_wilson_interval(self):
        low, high = stats.wilson(9, 10)
        self.assertAlmostEqual(low, 0.596, 3)
        self.assertAlmostEqual(high, 0.982, 3)
        self.assertEqual(stats.wilson(0, 0), (0.0, 1.0))
        self.assertEqual(stats.wilson(0, 5)[0], 0.0)
        self.assertEqual(stats.wilson(5, 5)[1], 1.0)

    def test_precision_follows_the_mix(self):
        self.assertAlmostEqual(stats.precision(0.01, 0.9, 0.001), 0.901, 3)
        self.assertAlmostEqual(stats.precision(0.30, 0.9, 0.001), 0.997, 3)
        self.assertIsNone(stats.precision(0.01, 0, 0))

    def test_rule_files(self):
        with tempfile.TemporaryDirectory() as directory:
            Path(directory, "a.conf").write_text(RULES, encoding="utf-8")
            Path(directory, "b.conf").write_text('changes = ( { id = "PITCH_B"; score = 1; shadow = true; } );',
                                                 encoding="utf-8")
            rules = rulefile.load([directory])
            phrases = rulefile.read_file(Path(directory, "a.conf"))["rules"][0]["phrases"]
        self.assertEqual(list(rules), ["APOLOGY_A", "PITCH_B", "NEVER_C"])
        self.assertEqual((rules["PITCH_B"].score, rules["PITCH_B"].status), (1.0, "shadow"))
        self.assertEqual(phrases, ["sorry (to|for)", 'with "quotes"joined'])

    def test_languages(self):
        for language, text in (("en", "I hope this is the one that you have for your team and the rest."),
                               ("fr", "Je vous remercie pour votre réponse et pour les documents que nous avons."),
                               ("ru", "Здравствуйте, хотел бы задать вопрос."), ("ja", "お世話になっております。"),
                               ("zh", "您好，我想请教一个问题。"), ("?", "12345")):
            self.assertEqual(mailtext.guess_language(text), language)

    def test_text_is_decoded(self):
        self.assertIn("für", mailtext.readable_text(
            b"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nf=FCr\n"))
        self.assertIn("Hi & bye", mailtext.readable_text(b"Content-Type: text/html\n\n<style>x</style><p>Hi &amp; bye"))

    def test_our_own_mail_is_found(self):
        sources = corpus.own_sources()
        self.assertEqual({source.group for source in sources}, {"own-cold", "first-contact"})
        self.assertTrue(all(source.language and source.files for source in sources))

    def test_batches_hold_every_file_once(self):
        files = [(None, f"/some/where/{number}.eml") for number in range(1000)]
        batches = engine.split(files, 2)
        self.assertEqual(sorted(path for batch in batches for _, path in batch), sorted(path for _, path in files))
        self.assertEqual(len(batches), 2)


if __name__ == "__main__":
    unittest.main()
