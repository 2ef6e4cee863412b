#!/usr/bin/env python3
"""Faults under load with a real Postfix in front: every message that Postfix accepted is delivered once, none is lost.

Clients send all the time and try again what is refused for now; meanwhile the daemon is killed, stopped, starved of
descriptors, loses its store, and reloads broken rules. At the end what was accepted is counted against what arrived.

  test_faults.py --build build/dev [--seconds N]
"""

import argparse
import collections
import os
import pathlib
import random
import re
import signal
import smtplib
import socket
import sys
import threading
import time
import unittest

import sandbox
from sandbox import Sandbox

OPTIONS = None
CLIENTS = 6
CLIENT = {"NAME": "client.sender.example", "ADDR": "203.0.113.9"}
CONFIG = 'local_domains = ( "example.org" );\n'
RULES = """
rules = (
  { id = "TEST_COLD"; family = "test"; score = 6.0; class = "cold"; status = "stable"; describe = "Apologises";
    view = "body"; phrases = [ "sorry to bother you" ];
    hits = [ "I am sorry to bother you", "so sorry to bother you today" ]; misses = [ "it does not bother me", "sorry" ]; }
);
"""


class Load:
    """Clients that send until they are told to stop; each message has a number of its own."""

    def __init__(self, box):
        self.box = box
        self.lock = threading.Lock()
        self.sent = self.refused = 0
        self.accepted = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self, client):
        number = 0
        while not self.stopping.is_set():
            number += 1
            token = f"token-{client}-{number}-"
            while not self.try_once(token) and not self.stopping.is_set():
                self.stopping.wait(0.05)

    def try_once(self, token):
        message = (f"From: Eve <eve{token}@sender.example>\r\nTo: sam@example.org\r\nSubject: {token}\r\n"
                   f"Message-ID: <{token}@sender.example>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\n"
                   "Hi, I am so sorry to bother you.\r\n")
        with self.lock:
            self.sent += 1
        try:
            self.box.send("eve@sender.example", ["sam@example.org"], message.encode(), CLIENT)
        except (smtplib.SMTPException, OSError):
            with self.lock:
                self.refused += 1
            return False
        with self.lock:
            self.accepted.append(token)
        return True

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


class Faults(unittest.TestCase):
    default_action = "tempfail"

    def setUp(self):
        missing = sandbox.missing_requirements()
        if missing:
            self.skipTest(missing)
        self.box = Sandbox(OPTIONS.build)
        self.addCleanup(self.box.stop)
        rules = self.box.dir / "own-rules"
        rules.mkdir()
        (rules / "test.conf").write_text(RULES)
        self.box.start(CONFIG, f"milter_default_action = {self.default_action}\nmilter_command_timeout = 3s\n"
                       "milter_content_timeout = 3s\nmilter_connect_timeout = 3s\n", rules, verifier=False)
        self.done = collections.Counter()

    @property
    def daemon(self):
        return self.box.processes["coldshoulderd"]

    def restart(self):
        self.daemon.kill()
        self.daemon.wait()
        self.box.start_daemon(CONFIG)

    # The faults

    def kill(self):
        self.restart()

    def pause(self):
        self.daemon.send_signal(signal.SIGSTOP)
        time.sleep(0.4)
        self.daemon.send_signal(signal.SIGCONT)

    def lose_the_store(self):
        database = self.box.dir / "state/memory.db"
        if database.exists():
            with open(database, "r+b") as file:
                file.write(os.urandom(4096))

    def forbid_the_state(self):
        (self.box.dir / "state").chmod(0)
        time.sleep(0.3)
        (self.box.dir / "state").chmod(0o2750)

    def reload_broken_rules(self):
        rules = self.box.dir / "rules/test.conf"
        rules.write_text("rules = ( nonsense")
        self.daemon.send_signal(signal.SIGUSR1)
        time.sleep(0.1)
        rules.write_text(RULES)
        self.daemon.send_signal(signal.SIGUSR1)

    def take_descriptors_away(self):
        """A daemon that may open few, and somebody who holds them all (EMFILE): it serves again when they are let go."""
        self.daemon.kill()
        self.daemon.wait()
        self.box.spawn("coldshoulderd", ["/bin/sh", "-c", 'ulimit -n 48; exec "$@"', "sh", self.box.dir / "bin/coldshoulderd",
                                         "-f", "-v", "-c", self.box.dir / "coldshoulder.conf"], user="nobody")
        self.hold_connections(80)

    def hold_connections(self, count=500):
        held = []
        end = time.monotonic() + 1
        while len(held) < count and time.monotonic() < end:
            connection = socket.socket(socket.AF_UNIX)
            connection.setblocking(False)
            try:
                connection.connect(str(self.box.dir / "run/coldshoulder.sock"))
                held.append(connection)
            except OSError:  # not there yet, or more than wait in line
                connection.close()
                time.sleep(0.01)
        time.sleep(0.3)
        for connection in held:
            connection.close()

    def arrived(self):
        tokens = collections.Counter()
        tagged = 0
        for path in (self.box.dir / "sink").iterdir():
            text = path.read_bytes()
            if not text.endswith(b"\n"):
                continue
            for token in re.findall(rb"^Subject: (token-\S+)", text, re.M):
                tokens[token.decode()] += 1
            tagged += b"\nX-Coldshoulder-Class: cold" in text
        return tokens, tagged

    def test_nothing_is_lost(self):
        random.seed(9)
        faults = [self.kill, self.pause, self.lose_the_store, self.forbid_the_state, self.reload_broken_rules,
                  self.take_descriptors_away, self.kill, self.hold_connections]
        load = Load(self.box)
        self.addCleanup(load.stop)
        end = time.monotonic() + OPTIONS.seconds
        while time.monotonic() < end or len(self.done) < len(set(faults)):
            fault = faults[sum(self.done.values()) % len(faults)]
            fault()
            self.done[fault.__name__] += 1
            time.sleep(random.uniform(0.05, 0.3))
            if self.daemon.poll() is not None:
                self.fail(f"the daemon ended after {fault.__name__}:\n{self.box.log('coldshoulderd')[-3000:]}")
        # All is well again: the last messages are judged.
        time.sleep(0.2)
        load.stop()
        accepted = set(load.accepted)
        sandbox.wait_for("what was accepted", lambda: accepted <= set(self.arrived()[0]), 60)
        tokens, tagged = self.arrived()
        print(f"\n{self.default_action}: sent {load.sent}, refused for now {load.refused}, accepted {len(load.accepted)}, "
              f"delivered {sum(tokens.values())}, with our header {tagged}; faults: "
              + ", ".join(f"{name} {count}" for name, count in sorted(self.done.items())), flush=True)
        self.assertEqual(len(accepted), len(load.accepted))
        self.assertEqual(tokens, collections.Counter(load.accepted), "delivered once each, and nothing else")
        self.assertGreater(tagged, 0)
        if self.default_action == "tempfail":
            self.assertEqual(tagged, len(accepted), "whatever was accepted had been judged")


class FaultsAccept(Faults):
    default_action = "accept"


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--seconds", type=float, default=5)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
