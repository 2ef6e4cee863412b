#!/usr/bin/env python3
"""The page of `coldshoulder replay --html`, opened and used in a real browser: Debian's chromium, by playwright-core.

./dev test installs both. Where they are missing, this says so loudly and is skipped.
"""
import email.header
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import unittest

from mail import DAY, OPTIONS, START, ReplayTest, main, mbox, message

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
PLAYWRIGHT = pathlib.Path(os.environ.get("PLAYWRIGHT_CORE") or
                          pathlib.Path(__file__).resolve().parents[2] / "build/browser/node_modules/playwright-core")
EVIL = '<script>window.owned=1</script><img src=x onerror="window.owned=1">'
LITERAL = ["</script><script>window.owned=1</script>", "<img src=x onerror=", "<b>Evil</b>"]


def missing():
    for what, there in (("chromium", os.access(CHROMIUM, os.X_OK)), ("node", shutil.which("node")),
                        (f"playwright-core ({PLAYWRIGHT})", PLAYWRIGHT.is_dir())):
        if not there:
            return what
    return None


def word(text):
    return email.header.Header(text, "utf-8").encode(linesep="", maxlinelen=10000)


class Page(ReplayTest):
    def usual(self):
        texts = [None, "Hello,\n\nwe offer gadgets.\n", "Hello,\n\nI am sorry to bother you, and nothing else.\n",
                 "Good morning,\n\nthe meeting is on Monday.\n"]
        people = [f"P{i} <p{i}@firm{i % 60}.example>" for i in range(150)]
        inbox = self.write("inbox", mbox(
            message(i, people[i % 150], text=texts[i % 4], when=START + i * DAY // 3,
                    Subject="the needle-7712 in it" if i == 77 else f"number {i}") for i in range(240)))
        sent = self.write("sent", mbox(message(1000 + i, "Me <me@here.example>", people[i * 4], "Hello.\n", START + i * DAY)
                                       for i in range(20)))
        extra = ('rules = ( { id = "BIT"; family = "context"; score = 0.7; describe = "One day of many"; view = "subject";\n'
                 'patterns = [ "number [0-9]*[24680]$" ]; hits = [ "number 12", "number 8" ];\n'
                 'misses = [ "number 7", "the number" ]; },\n'
                 '{ id = "PLUS"; family = "context"; score = 1.1; describe = "Another"; view = "subject";\n'
                 'patterns = [ "number [0-9]*[369]$" ]; hits = [ "number 3", "number 16" ]; misses = [ "number 1", "x" ]; } );')
        (self.rules / "more.conf").write_text(extra, encoding="utf-8")
        return ("--sent", sent, inbox)

    def hostile(self):
        """A script in every field that a message has, and in the evidence."""
        rules = ('rules = ( { id = "TAGS"; family = "pitch"; score = 5.5; class = "cold"; describe = "<b>Evil</b> rule";\n'
                 'view = "text"; patterns = [ "[^ ]*script[^ ]*" ]; hits = [ "script", "a script" ]; misses = [ "a", "b" ]; } );')
        (self.rules / "evil.conf").write_text(rules, encoding="utf-8")
        body = f"Hello </script><script>window.owned=1</script> {EVIL}\n<!--\nwe offer gadgets \u202e back \u2028 \x01\n"
        texts = [message(1, f'"{word(EVIL)}" <"{EVIL}"@evil.example>', text=body, Subject=word(EVIL + "<!-- <script>"),
                         Message_ID=f"<{EVIL}@x>", Content_Type="text/plain; charset=utf-8", Date=None),
                 message(2, word("</script>" + EVIL) + " <a@evil.example>", text=body, Subject="\xff\xfe</title>" + EVIL)]
        return ("--with-text", self.write("<script>owned=1<.script>", mbox(texts)))

    def page(self, name, *arguments):
        path = self.directory / f"{name}.html"
        self.replay("--html", path, *arguments)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, "it holds what is in the mail")
        return str(path)

    @unittest.skipIf(missing(), "no browser")
    def test_in_a_browser(self):
        hostile = self.page("hostile", *self.hostile())
        usual = self.usual()
        small = self.write("ten", mbox(message(i, when=START + i * DAY) for i in range(10)))
        wanted = {"hostile": hostile, "usual": self.page("usual", *usual), "small": self.page("small", small),
                  "summary": self.summary(*usual), "needle": "needle-7712", "literal": LITERAL}
        result = subprocess.run(["node", pathlib.Path(__file__).with_name("browser.js"), str(PLAYWRIGHT), CHROMIUM],
                                input=json.dumps(wanted), capture_output=True, text=True, timeout=280, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        results = json.loads(result.stdout)
        self.assertGreater(len(results), 7)
        for name, wrong in results.items():
            with self.subTest(name):
                self.assertIsNone(wrong, wrong)


class Content(ReplayTest):
    def test_text_is_cut_to_the_evidence_unless_asked(self):
        text = "Hello,\n\n" + "far away words. " * 30 + "We offer gadgets.\n" + "the secret end. " * 30 + "secretest\n"
        inbox = self.write("inbox", message(1, text=text))
        pages = []
        for option in ([], ["--with-text"]):
            path = self.directory / "page.html"
            self.replay(*option, "--html", path, inbox)
            pages.append(path.read_text(encoding="utf-8"))
        self.assertIn("We offer gadgets", pages[0])
        self.assertNotIn("secretest", pages[0])
        self.assertIn("secretest", pages[1])
        for page in pages:
            self.assertNotRegex(page, r"(src|href)=[\"']?(https?:)?//", "nothing is fetched")

    def test_a_page_that_cannot_be_written_is_said(self):
        result = self.replay("--html", self.directory / "nowhere/page.html", self.write("one", message(1)), expect=1)
        self.assertRegex(result.stderr.decode(), r"nowhere/page\.html: No such file")
        self.assertTrue(re.search(rb"1 messages? received", result.stdout), "the summary is not lost")


if __name__ == "__main__":
    main(missing() and f"THE PAGE WAS NOT TESTED IN A BROWSER: there is no {missing()}. ./dev test installs it.")
