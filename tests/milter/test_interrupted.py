"""System calls that fail under load, by strace's injection: every third is interrupted, or connections find no
descriptor. Every message is answered all the same, each once and right."""

import shutil
import subprocess
import sys
import unittest

import harness
from harness import COLD_BODY, main
from milter_client import plain_headers

MESSAGES = 40


def why_not():
    """Why nothing can be injected here, or None."""
    if not shutil.which("strace"):
        return "strace is not installed"
    child = subprocess.Popen(["sleep", "60"])
    tried = subprocess.Popen(["strace", "-p", str(child.pid), "-o", "/dev/null"], stderr=subprocess.PIPE, text=True)
    line = tried.stderr.readline()
    child.kill()
    child.wait()
    tried.communicate()
    return None if "attached" in line else f"ptrace is not permitted here: {line.strip()}"


def numbered_headers(number):
    return [(name, f" <{number}@sender.example>" if name == "Message-ID" else value) for name, value in plain_headers()]


class Interrupted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        reason = why_not()
        if reason:
            print(f"NOTHING INJECTED: {reason}", file=sys.stderr)
            raise unittest.SkipTest(reason)

    def serve(self, calls, fault):
        """Serves mail while `calls` fail as `fault` says. Returns how often they did."""
        daemon = harness.Daemon(memory=f'freemail_list = "{harness.HERE.parents[1]}/conf/lists/freemail.txt";')
        self.addCleanup(daemon.clean_up)
        trace = daemon.directory / "trace"
        tracer = subprocess.Popen(["strace", "-f", "-p", str(daemon.process.pid), "-o", str(trace), "-e", f"trace={calls}",
                                   "-e", f"inject={calls}:{fault}"], stderr=subprocess.PIPE, text=True)
        try:
            self.assertIn("attached", tracer.stderr.readline())
            answered = self.send(daemon)
        finally:
            tracer.terminate()
            tracer.communicate()
        self.assertEqual(answered, ["cold", "clean"] * (MESSAGES // 2))
        self.assertEqual(daemon.log().count("class="), MESSAGES)
        with daemon.session() as milter:
            self.assertEqual(milter.message(COLD_BODY).inserted("X-Coldshoulder-Class")[0].strip(), "cold")
        code, _ = daemon.stop()
        self.assertEqual(code, 0, daemon.log())
        return trace.read_text().count("(INJECTED)")

    @staticmethod
    def send(daemon):
        found = []
        for i in range(0, MESSAGES, 4):
            with daemon.session() as milter:
                for j in range(i, i + 4):
                    headers = numbered_headers(j)
                    result = milter.message(COLD_BODY if j % 2 == 0 else "Hello,\r\n\r\nall is well.\r\n", headers=headers)
                    found.append(result.inserted("X-Coldshoulder-Class")[0].strip())
        return found

    def test_every_third_call_is_interrupted(self):
        """Those that may wait. read() is not among them: libmilter waits by poll(), and takes every failure for the end."""
        self.assertGreater(self.serve("poll,write,writev,clock_nanosleep", "error=EINTR:when=3+3"), 20)

    def test_connections_find_no_descriptor(self):
        self.assertGreater(self.serve("accept,accept4", "error=EMFILE:when=1+2"), 5)


if __name__ == "__main__":
    main()
