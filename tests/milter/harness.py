"""Starts the daemon under test with a configuration and rules of its own, in a directory that goes away afterwards."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from milter_client import Milter

BINARY = os.environ.get("COLDSHOULDERD", "coldshoulderd")
WAIT = int(os.environ.get("COLDSHOULDER_WAIT", "15")) # seconds; more where the daemon runs in valgrind

HERE = pathlib.Path(__file__).resolve().parent

# A build with AddressSanitizer keeps freed memory aside; little of it, so that growth can be seen.
os.environ.setdefault("ASAN_OPTIONS", "quarantine_size_mb=8")
os.environ.setdefault("LSAN_OPTIONS", f"print_suppressions=0:suppressions={HERE}/leak.supp")
# GLib's own allocator hides from the sanitizers what belongs to whom.
os.environ.setdefault("G_SLICE", "always-malloc")
os.environ.setdefault("TSAN_OPTIONS", f"atexit_sleep_ms=0:suppressions={HERE}/thread.supp")

COLD_BODY = "Hi,\r\n\r\nI am so sorry to bother you today, but we make websites.\r\n"
SEVERE_BODY = "Hi,\r\n\r\nplease buy our lead list now, it is cheap.\r\n"
TAUGHT_BODY = "Hi,\r\n\r\nwould a quick fifteen minute call suit you tomorrow?\r\n"

# Phrases of our own, so that nothing here depends on the rules that are shipped.
RULES = """
rules = (
  { id = "TEST_COLD"; family = "test"; score = 6.0; class = "cold"; status = "stable";
    describe = "Apologises";
    view = "body"; phrases = [ "sorry to bother you" ];
    hits = [ "I am sorry to bother you", "so sorry to bother you today" ];
    misses = [ "it does not bother me", "sorry" ]; },
  { id = "TEST_SEVERE"; family = "test"; score = 20.0; class = "cold"; status = "stable";
    describe = "Sells lead lists";
    view = "body"; phrases = [ "buy our lead list now" ];
    hits = [ "please buy our lead list now", "buy our lead list now!" ];
    misses = [ "we read the list", "now" ]; },
  { id = "TEST_TAUGHT"; family = "test"; score = 20.0; class = "cold"; status = "stable";
    describe = "Asks for a call";
    reply = "Calls are by appointment, 100% of them. Grüße";
    view = "body"; phrases = [ "quick fifteen minute call" ];
    hits = [ "a quick fifteen minute call?", "quick fifteen minute call" ];
    misses = [ "a call", "fifteen" ]; }
);
"""


def config_text(directory, extra="", memory='store = "none";'):
    return f"""
socket = "unix:{directory}/socket";
socket_group = "";
rules_dir = "{directory}/rules";
local_rules_dir = "{directory}/rules.d";
state_dir = "{directory}/state";
memory = {{ {memory} }};
local_domains = ( "home.example" );
{extra}
"""


class Daemon:
    """A running coldshoulderd. Its log (standard error) goes to a file."""

    def __init__(self, extra="", rules=RULES, arguments=(), start=True, memory='store = "none";'):
        # Short, because a unix socket's path is.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="cs", dir="/tmp"))
        self.config = self.directory / "coldshoulder.conf"
        self.rules = self.directory / "rules" / "test.conf"
        self.log_path = self.directory / "log"
        self.address = f"unix:{self.directory}/socket"
        self.process = None
        self.memory = memory
        for name in ("rules", "rules.d", "state"):
            (self.directory / name).mkdir()
        self.write_config(extra)
        self.rules.write_text(rules)
        try:
            if start:
                self.start(*arguments)
        except Exception:
            self.clean_up()
            raise

    def write_config(self, extra=""):
        self.config.write_text(config_text(self.directory, extra, self.memory))

    def launch(self, *arguments, **keywords):
        """Starts the process and does not wait until it serves."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([BINARY, "-f", "-c", str(self.config), *arguments], stderr=log,
                                            stdin=subprocess.DEVNULL, **keywords)

    def launch_passing(self, descriptor, count=1):
        """Starts the process with this listening socket as descriptor 3, as systemd does; `count`: what it is told."""
        script = ("import os, sys; os.dup2(int(sys.argv[1]), 3); "
                  f"os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='{count}'); "
                  "os.execvp(sys.argv[2], sys.argv[2:])")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([sys.executable, "-c", script, str(descriptor), BINARY, "-f", "-c",
                                             str(self.config)], stderr=log, pass_fds=[descriptor])

    def start(self, *arguments, **keywords):
        count = self.log().count(" started: ")
        self.launch(*arguments, **keywords)
        self.wait_log(" started: ", count + 1)

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def wait_log(self, wanted, count=1):
        """Waits until the log holds `wanted` so many times."""
        deadline = time.monotonic() + WAIT
        while self.log().count(wanted) < count:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"no {wanted!r} in the log, exit code {self.process.poll()}:\n{self.log()}")
            time.sleep(0.01)

    def line(self, queue_id):
        """The log line of one message."""
        self.wait_log(f"{queue_id}: ")
        return [line for line in self.log().splitlines() if f" {queue_id}: " in line][-1]

    def session(self, **keywords):
        """A connection, negotiated and open for MAIL."""
        milter = Milter(self.address, **keywords)
        milter.connect()
        milter.helo()
        return milter

    def send_signal(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        """Ends the process; returns its exit code and the seconds it took."""
        start = time.monotonic()
        self.send_signal(number)
        code = self.process.wait(WAIT)
        return code, time.monotonic() - start

    def clean_up(self):
        if self.process and self.process.poll() is None:
            if "LLVM_PROFILE_FILE" in os.environ:  # what a daemon did that is killed is not counted
                self.process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(5)
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


class DaemonTest(unittest.TestCase):
    """One daemon for all tests of a class; at the end it must stop cleanly, which a leak or a crash would prevent."""

    extra = ""
    arguments = ()
    rules = RULES

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cls.extra, rules=cls.rules, arguments=cls.arguments)

    @classmethod
    def tearDownClass(cls):
        code, _ = cls.daemon.stop() if cls.daemon.process.poll() is None else (cls.daemon.process.returncode, 0)
        log = cls.daemon.log()
        cls.daemon.clean_up()
        assert code == 0, f"exit code {code}:\n{log}"
        # libmilter's complaints about a filter that breaks an agreement, or leaves data behind.
        assert "milter claimed not to reply" not in log, log
        assert "private data not NULL" not in log, log

    def assert_serves(self):
        """A new connection is served, and judges right."""
        with self.daemon.session() as milter:
            result = milter.message(COLD_BODY)
        self.assertEqual(result.verdict, "c")
        self.assertEqual([value.strip() for value in result.inserted("X-Coldshoulder-Class")], ["cold"])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def main():
    unittest.main(verbosity=2, argv=[sys.argv[0], *sys.argv[1:]])
