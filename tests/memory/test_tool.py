#!/usr/bin/env python3
"""The tool's commands on the memory, as a postmaster uses them: learn, who, forget, stats, export, import."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

OPTIONS = None

PITCH = (
    "Hi Jo, I'm sorry to bother you on a busy day, but I came across your company and was impressed by what your "
    "team has built so far. We help firms like yours to win twenty new customers a month without any cold calls. "
    "Would you be open to a quick call on Thursday so that I can show you how it works?"
)

RULES = '''rules = ( { id = "ONE"; family = "one"; score = 1.0; describe = "Says hello"; status = "stable"; since = "1.0";
  view = "body"; phrases = [ "hello" ]; hits = [ "hello", "hello there" ]; misses = [ "bye", "good bye" ]; } );
'''


def sent(number, to="Ann Lee <ann@acme.test>", **fields):
    lines = {
        "From": "Jo <jo@ours.test>",
        "To": to,
        "Date": time.strftime("%a, %d %b %Y 10:00:00 +0000", time.gmtime(time.time() - 86400 * (number % 300))),
        "Message-ID": f"<{number}@ours.test>",
        "Subject": "hello",
    }
    lines.update(fields)
    return "".join(f"{name}: {value}\n" for name, value in lines.items() if value) + "\nhello there\n"


class Tool(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="coldshoulder-tool-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.config = self.write("conf", f'local_domains = ( "ours.test" );\nstate_dir = "{self.state("state")}";\n'
                                 + self.memory_group())

    def memory_group(self, extra=""):
        return f'memory = {{ freemail_list = "{OPTIONS.source}/conf/lists/freemail.txt"; {extra} }};\n'

    def state(self, name):
        path = self.directory / name
        path.mkdir(exist_ok=True)
        return path

    def write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run_tool(self, command, *arguments, code=0, config=None, **options):
        result = subprocess.run([OPTIONS.tool, command, *arguments[:1] * (command in ("learn",)), "-c",
                                 str(config or self.config), *map(str, arguments[command == "learn":])],
                                capture_output=True, text=True, timeout=120, **options)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def maildir(self, count, name="Sent"):
        for sub in ("cur", "new", "tmp"):
            (self.directory / name / sub).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            self.write(f"{name}/cur/{number}.eml", sent(number, f"p{number}@acme{number}.test"))
        return self.directory / name

    def test_sent_mail_is_learned_once(self):
        folder = self.maildir(20)
        self.write("Sent/cur/other.eml", sent(900, From="x@elsewhere.test"))
        self.write("Sent/cur/list.eml", sent(901, Precedence="bulk"))
        self.write("Sent/cur/old.eml", sent(902, Date="Mon, 3 Nov 2014 10:00:00 +0000"))
        output = self.run_tool("learn", "sent", folder)
        for word in ("20 messages learned", "1 not from local_domains", "1 automatic", "1 too old"):
            self.assertIn(word, output)
        output = self.run_tool("learn", "sent", folder)
        self.assertIn("0 messages learned", output)
        self.assertIn("20 known already", output)
        self.assertIn("learning: done", self.run_tool("stats"))
        output = self.run_tool("who", "--of", "jo+x@ours.test", "P7@acme7.test")
        self.assertIn("known: our side wrote", output)
        self.assertIn("this mailbox last wrote to them", output)
        self.assertIn("known", self.run_tool("who", "somebody.else@acme7.test"))
        self.assertIn("stranger", self.run_tool("who", "p7@nowhere.test"))

    def test_mbox_copies_and_hidden_recipients(self):
        mbox = "".join("From jo@ours.test Mon Nov  2 10:00:00 2026\n" + sent(n, None, Bcc=f"b{n}@gmail.com, kim@ours.test")
                       + "\n" for n in (1, 2, 2, 1))
        output = self.run_tool("learn", "sent", self.write("mbox", mbox))
        self.assertIn("2 messages learned, 2 known already", output)
        self.assertIn("known", self.run_tool("who", "b1@gmail.com"))
        self.assertIn("stranger", self.run_tool("who", "b3@gmail.com"))
        self.assertRegex(self.run_tool("stats"), r"pairs of a mailbox here and one elsewhere +2\n")

    def test_it_may_be_interrupted_and_run_again(self):
        folder = self.maildir(3000)
        process = subprocess.Popen([OPTIONS.tool, "learn", "sent", "-c", str(self.config), str(folder)],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=60)[0]
        # Before it began, in the middle, or behind the end: whatever the machine made of it.
        self.assertIn(process.returncode, (0, 2, -signal.SIGINT), output)
        if process.returncode == 2:
            self.assertIn("run it again", output)
        output = self.run_tool("learn", "sent", folder)
        learned = int(output.split(" messages learned")[0].split()[-1])
        known = int(output.split(" known already")[0].split()[-1]) if "known already" in output else 0
        self.assertEqual(learned + known, 3000)

    def test_templates_by_hand(self):
        pitch = self.write("pitch.eml", f"From: Eve <eve@sales.test>\nTo: jo@ours.test\nSubject: hi\n\n{PITCH}\n")
        self.assertIn("unwanted from now on", self.run_tool("learn", "template", pitch))
        self.assertRegex(self.run_tool("stats"), r"learned as unwanted +1\n")
        self.assertIn("no longer unwanted", self.run_tool("forget", "template", pitch))
        self.assertIn("unwanted from now on", self.run_tool("learn", "template", "1"))
        self.assertIn("not found", self.run_tool("forget", "template", "777", code=2))
        short = self.write("short.eml", "From: a@b.test\n\nToo short.\n")
        self.assertIn("between 30 and 150 words", self.run_tool("learn", "template", short, code=2))

    def check(self, *arguments, code=0):
        rules = self.write("rules/one.conf", RULES).parent
        result = subprocess.run([OPTIONS.tool, "check", "--json", "-c", str(self.config), "-r", str(rules),
                                 *map(str, arguments)],
                                capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return json.loads(result.stdout)["relation"] if code == 0 else result.stderr

    def test_check_asks_the_store_and_learns_nothing(self):
        self.run_tool("learn", "sent", self.write("one.eml", sent(1)))
        pitch = self.write("pitch.eml", f"From: Ann <ann@acme.test>\nTo: jo@ours.test\nSubject: hi\n\n{PITCH}\n")
        before = self.run_tool("export")
        state = self.directory / "state"
        self.assertEqual(self.check(pitch), "stranger")
        self.assertEqual(self.check("--store", "none", pitch), "stranger")
        for store in (state, state / "memory.db", "configured"):
            self.assertEqual(self.check("--store", store, "--rcpt", "jo@ours.test", pitch), "known", store)
        self.assertEqual(self.check("--store", state, "--relation", "unknown", pitch), "unknown")
        self.assertEqual(self.run_tool("export"), before)
        self.assertIn("there is no \"/nowhere\"", self.check("--store", "/nowhere", pitch, code=1))
        empty = self.state("empty")
        self.assertIn("nothing was learned yet", self.check("--store", empty, pitch, code=1))
        self.assertEqual(list(empty.iterdir()), [])

    @unittest.skipUnless(os.geteuid() == 0, "only root has rights to give up")
    def test_root_reads_mail_and_leaves_the_state_to_its_owner(self):
        nobody = 65534
        folder, private = self.maildir(50), self.write("private.eml", sent(99))
        self.directory.chmod(0o755)
        private.chmod(0o600)
        state = self.directory / "state"
        os.chown(state, nobody, nobody)
        self.assertIn("51 messages learned", self.run_tool("learn", "sent", folder, private))
        for path in state.iterdir():
            self.assertEqual((path.name, path.stat().st_uid), (path.name, nobody))
        dump = self.directory / "dump"
        self.run_tool("export", dump)
        self.assertEqual(dump.stat().st_uid, 0)
        self.run_tool("import", dump)
        # A link that the daemon's user could have laid: nothing of root's is touched behind it.
        victim = self.write("victim", "root's own\n")
        victim.chmod(0o600)
        for path in state.iterdir():
            if path.name != "key":
                path.unlink()
        (state / "memory.db").symlink_to(victim)
        (state / "memory.db.lock").symlink_to(victim)
        subprocess.run([OPTIONS.tool, "learn", "sent", "-c", str(self.config), str(folder)], capture_output=True,
                       timeout=120, check=False)
        self.assertEqual((victim.read_text(), victim.stat().st_uid), ("root's own\n", 0))

    def test_forgetting_one_address(self):
        self.run_tool("learn", "sent", self.write("one.eml", sent(1)))
        self.run_tool("learn", "sent", self.write("two.eml", sent(2, "Bob <bob@free.test>")))
        said = self.run_tool("forget", "--name", "Ann Lee", "Ann@acme.test")
        self.assertIn("entries erased", said)
        self.assertIn("the domain is still known: coldshoulder forget @acme.test", said)
        self.assertNotIn("decision log", said)
        output = self.run_tool("who", "--of", "jo@ours.test", "ann@acme.test")
        self.assertNotIn("this mailbox", output)
        (self.directory / "state/decisions.jsonl").write_text("{}\n")
        said = self.run_tool("forget", "@acme.test")
        self.assertNotIn("still known", said)
        self.assertIn("decisions.jsonl) still has what it had of them, until it is rotated away", said)
        self.assertIn("ann@acme.test: stranger", self.run_tool("who", "ann@acme.test"))
        self.assertIn("known", self.run_tool("who", "bob@free.test"))
        self.assertRegex(self.run_tool("stats"), r"names of correspondents +0\n")
        self.assertIn("no address", self.run_tool("forget", "nonsense", code=1))

    def test_export_and_import(self):
        self.run_tool("learn", "sent", self.maildir(30))
        dump = self.directory / "dump"
        self.run_tool("export", dump)
        self.assertEqual(dump.stat().st_mode & 0o777, 0o600)
        self.assertNotIn("acme", dump.read_text())
        other = self.state("other")
        shutil.copy2(self.directory / "state/key", other / "key")
        self.run_tool("import", "-s", other, dump)
        self.assertEqual(sorted(self.run_tool("export", "-s", other).splitlines()), sorted(dump.read_text().splitlines()))
        self.assertIn("no damage found", self.run_tool("stats", "-s", other, "--verify"))
        cut = self.write("cut", "".join(dump.read_text().splitlines(True)[:10]))
        self.assertIn("cut off", self.run_tool("import", "-s", other, cut, code=2))
        self.assertIn("no dump", self.run_tool("import", "-s", other, self.write("x", "x\n"), code=2))
        third = self.state("third")
        self.assertIn("another key file", self.run_tool("import", "-s", third, dump, code=2))

    def test_moving_to_redis(self):
        server = shutil.which("redis-server")
        if not server:
            self.skipTest("there is no redis-server")
        self.run_tool("learn", "sent", self.maildir(30))
        dump = self.directory / "dump"
        self.run_tool("export", dump)
        socket = self.directory / "redis.sock"
        process = subprocess.Popen([server, "--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no",
                                    "--dir", str(self.directory)], stdout=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for _ in range(200):
            if socket.exists():
                break
            time.sleep(0.05)
        config = self.write("redis.conf", f'local_domains = ( "ours.test" );\nstate_dir = "{self.state("state")}";\n'
                            + self.memory_group(f'store = "redis"; redis_server = "unix:{socket}"; '
                                                f'key_file = "{self.directory}/state/key";'))
        self.run_tool("import", dump, config=config)
        self.assertIn("Redis store", self.run_tool("stats", config=config))
        self.assertIn("known", self.run_tool("who", "p7@acme7.test", config=config))
        self.assertEqual(sorted(self.run_tool("export", config=config).splitlines()),
                         sorted(dump.read_text().splitlines()))

    def test_without_the_right_to_read(self):
        self.directory.chmod(0o755)
        key = self.directory / "state/key"
        key.write_text("0" * 64)
        key.chmod(0)
        somebody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        for command in (["who", "a@b.test"], ["stats"], ["budget", "jo"]):
            output = self.run_tool(*command, code=1, **somebody)
            self.assertIn("Permission denied", output)
            self.assertIn("hint: run it with sudo", output)

    def test_what_is_not_there(self):
        output = self.run_tool("who", "a@b.test", code=1)
        self.assertIn("nothing was learned yet", output)
        for command in (["who", "a@b.test"], ["stats"], ["budget", "jo"]):
            output = self.run_tool(*command, code=1)
            self.assertIn("state: nothing was learned yet", output)
            self.assertNotIn("lost", output)
        (self.directory / "state/memory.db").write_text("")
        self.assertIn("the key was lost", self.run_tool("who", "a@b.test", code=1))
        (self.directory / "state/memory.db").unlink()
        self.run_tool("learn", code=1)
        self.run_tool("learn", "nonsense", "x", code=1)
        self.assertIn("No such file", self.run_tool("learn", "sent", self.directory / "nowhere", code=2))


def main():
    global OPTIONS
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--source", required=True)
    OPTIONS, rest = parser.parse_known_args()
    os.environ["ASAN_OPTIONS"] = "detect_leaks=1"
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
