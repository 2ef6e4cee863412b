"""What the tests of replay share: running the tool under small rules of their own, and writing mailboxes."""
import argparse
import email.utils
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
OPTIONS = argparse.Namespace(tool=None)
START = 1735689600  # 2025-01-01
DAY = 86400

PITCH = ("Hello,\n\nI am sorry to bother you. We offer gadgets for gardens of every size, and many people who have a "
         "garden like yours use them all the year round.\nShall we talk about it on Monday or on Tuesday, whatever "
         "suits you better, so that I can show you what they do?\n\n{name}\n")

# Few and plain rules, so that no shipped phrase decides these tests and loading them is quick.
RULES = """
rules = (
  { id = "SORRY"; family = "apology"; lang = "en"; score = 2.0; describe = "Is sorry to bother"; view = "opener";
    phrases = [ "sorry to bother" ]; hits = [ "I am sorry to bother you", "Sorry to bother" ];
    misses = [ "Sorry for the delay", "No bother at all" ]; },
  { id = "OFFER"; family = "pitch"; lang = "en"; score = 2.25; describe = "Offers gadgets"; view = "body";
    phrases = [ "we offer gadgets" ]; hits = [ "We offer gadgets", "and we offer gadgets" ];
    misses = [ "We offer tea", "They offered gadgets" ]; },
  { id = "COLD"; family = "verdict"; score = 1.0; class = "cold"; describe = "A stranger offers";
    when = "inbound and relation == stranger and OFFER";
    cases = ( { given = "inbound"; rules = [ "OFFER" ]; expect = true; }, { given = "inbound"; expect = false; } ); },
  { id = "MANY"; family = "verdict"; score = 1.0; class = "template"; describe = "The same to many";
    when = "inbound and relation == stranger and template_senders >= 3";
    cases = ( { given = "inbound, template_senders = 3"; expect = true; }, { given = "inbound"; expect = false; } ); }
);
"""


def message(number, sender="Jo <jo@sales.example>", to="Me <me@here.example>", text=None, when=START, **headers):
    fields = {"From": sender, "To": to, "Subject": f"number {number}", "Date": email.utils.formatdate(when),
              "Message-ID": f"<{number}@test.example>"}
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    name = sender.split()[0]
    body = text if text is not None else PITCH.format(name=name)
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None) + "\n" + body


def mbox(messages):
    return "".join(f"From x Wed Jan  1 00:00:00 2025\n{text}\n" for text in messages)


class ReplayTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="coldshoulder-test-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.rules = self.directory / "rules"
        self.rules.mkdir()
        (self.rules / "test.conf").write_text(RULES, encoding="utf-8")
        self.config = self.write("conf", self.configuration())

    def configuration(self, extra=""):
        return (f'state_dir = "{self.directory}";\nrules_dir = "{self.rules}";\n'
                f'local_rules_dir = "{self.directory}/none";\n'
                f'memory = {{ freemail_list = "{SOURCE}/conf/lists/freemail.txt"; }};\n{extra}\n')

    def write(self, name, content):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run_tool(self, *arguments, expect=0, **options):
        environment = dict(os.environ, LC_ALL="C.UTF-8", TMPDIR=str(self.directory), HOME=str(self.directory))
        environment.pop("XDG_DATA_HOME", None)
        result = subprocess.run([OPTIONS.tool, *map(str, arguments)], capture_output=True, timeout=120,
                                env=environment, check=False, **options)
        self.assertEqual(result.returncode, expect, (result.stdout + result.stderr).decode(errors="replace"))
        return result

    def replay(self, *arguments, expect=0, config=None, **options):
        return self.run_tool("replay", "--config", config or self.config, *arguments, expect=expect, **options)

    def summary(self, *arguments, **options):
        return json.loads(self.replay("--json", *arguments, **options).stdout)


def main(left_out=None):
    """Runs the tests; with `left_out`, what could not be tested, that is said loudly and the exit code is CTest's for it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.parse_known_args(namespace=OPTIONS)
    result = unittest.main(argv=sys.argv[:1], exit=False).result
    if left_out:
        print(f"\n*** {left_out} ***\n", file=sys.stderr)
    sys.exit(1 if not result.wasSuccessful() else 77 if left_out else 0)
