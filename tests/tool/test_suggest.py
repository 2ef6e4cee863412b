#!/usr/bin/env python3
"""suggest: a rule file from one mail, in several languages, with and without ordinary mail beside it."""
import unittest

from tool_case import COLD, HAM, ToolTest, main

TEXTS = {
    "de": "Guten Tag Frau Meier,\n\nich hoffe, es geht Ihnen gut! Wir bauen Webseiten für Betriebe wie Ihren, und ich bin bei der Suche\n"
          "nach Partnern auf Ihre Firma gestoßen: „Wer rastet, der rostet“. Hätten Sie am Donnerstag Zeit für ein kurzes\n"
          "Gespräch? Dann zeige ich Ihnen, was wir gebaut haben.\n\nMit freundlichen Grüßen\nAnna\n",
    "ja": "突然のご連絡失礼いたします。弊社は貴社のような企業様向けにウェブサイトを制作しております。一度、三十分ほどお時間を\n"
          "いただけませんでしょうか。「ご検討」よろしくお願いいたします。・木曜日はいかがでしょうか。\n",
    "es": "Hola,\n\n¿Tendría usted quince minutos el jueves? ¡Sería un placer! Hacemos «páginas» para empresas como la suya.\n",
}


def letter(text, number, name="Ann Smith"):
    return (f"From: {name} <a{number}@sales.example>\nTo: me@home.example\nDate: Thu, 27 Nov 2025 10:00:00 +0000\n"
            f"Message-ID: <s{number}@sales.example>\nSubject: hello\nMIME-Version: 1.0\n"
            f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}")


class Suggest(ToolTest):
    def rule(self, *arguments, code=0):
        """The proposal is a rule file that lint accepts."""
        output = self.run_tool("suggest", "-r", "rules", *arguments, code=code)
        return output[output.index("# Suggested"):] if code == 0 else output

    def test_a_proposal(self):
        output = self.rule("--ham", "Maildir", "cold.eml")
        self.assertRegex(output, r'id = "LOCAL_COLD"')
        self.assertIn("None of these phrases occurs in 1 messages", output)
        self.assertIn("The rules so far give this mail 7.00 of 5.00: SORRY, PITCH, BOTH.", output)
        self.write("rules3/new.conf", output)
        self.says("1 rules are sound", "lint", "--rules", "rules3")

    def test_options(self):
        output = self.rule("--id", "OUR_OWN", "--family", "offer", "--lang", "en", "--count", "3", "cold.eml")
        for part in ('id = "OUR_OWN"', 'family = "offer"', 'lang = "en"', "Nothing was compared"):
            self.assertIn(part, output)
        for option, value, complaint in (("--id", 'a"b', "--id takes letters"), ("--family", "", "--family takes letters"),
                                         ("--lang", "e n", "--lang takes letters"), ("--count", "0", "--count takes a number"),
                                         ("--count", "51", "--count takes a number"), ("--count", "3x", "--count takes a number")):
            with self.subTest(option, value=value):
                self.says(complaint, "suggest", "-r", "rules", option, value, "cold.eml", code=1)
        self.says("at most 32 --ham", "suggest", *("--ham", "x") * 33, "cold.eml", code=1)
        self.says("name one file", "suggest", "cold.eml", "mbox", code=1)

    def test_names_of_files(self):
        for file, wanted in (("a--b c.eml", "LOCAL_A_B_C"), ("dir/x.eml", "LOCAL_X"), ("--.eml", "LOCAL_SUGGESTED"), ("a-.eml", "LOCAL_A")):
            self.write(file, COLD)
            self.assertIn(f'id = "{wanted}"', self.rule("--", file), file)
        self.assertIn('id = "LOCAL_SUGGESTED"', self.run_tool("suggest", "-r", "rules", "-", input=COLD))

    def test_languages(self):
        for language, text in TEXTS.items():
            with self.subTest(language):
                self.write("letter.eml", letter(text, 1))
                self.rule("--lang", language, "letter.eml")

    def test_ordinary_mail(self):
        """What stands in ordinary mail is not proposed; the mail itself is none, wherever it lies."""
        output = self.rule("cold.eml")
        self.assertIn("across your company while", output)
        for number in range(30):
            self.write(f"ham/{number}.eml", letter("Hello,\n\nWould you be open to a quick call on Thursday? I came across your company "
                                                   f"while I was looking for partners in your region, number {number}.\n\nRegards\nBob\n", number + 10, "Bob"))
        output = self.rule("--ham", "ham", "--ham", ".", "--ham", "missing", "cold.eml")
        self.assertNotIn("across your company while", "".join(output.split("hits =")[0].split("phrases = [")[1:]))
        copy = COLD.replace("<1@sales", "<copy@sales")
        self.write("copies/1.eml", copy)
        self.says("nothing in it tells it from ordinary mail", "suggest", "-r", "rules", "--ham", "copies", "cold.eml", code=2)

    def test_nothing_to_propose(self):
        self.write("empty.eml", HAM.split("\n\n")[0] + "\n\n")
        self.says("nothing in it tells it", "suggest", "-r", "rules", "empty.eml", code=2)
        self.says("missing.eml: No such file", "suggest", "-r", "rules", "missing.eml", code=2)
        self.says("missing", "suggest", "-r", "missing", "cold.eml", code=1)
        self.write("control.eml", letter("we \x7f make \\ \"websites\" for (firms) like | yours? and bread... \n\nwe make websites\n" * 4, 5))
        self.rule("control.eml")

    def test_a_rule_in_shadow(self):
        rules = (self.directory / "rules/own.conf").read_text()
        self.write("rules/own.conf", rules.replace('id = "PITCH";', 'id = "PITCH"; shadow = true;'))
        self.assertNotIn("PITCH", self.rule("cold.eml").splitlines()[1])


if __name__ == "__main__":
    main()
