#!/usr/bin/env python3
"""64 sessions at once and a Redis server that stops answering: a few wait for their deadline, the others for nobody.

libmilter lets sessions that become ready in the same instant queue for few threads, so a wait of one is a wait of all
behind it. What is counted is how many messages asked the server in vain, not how long that took.
"""

import pathlib
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import harness
from milter_client import plain_headers

SESSIONS = 64
CONNECTIONS = 16  # redis_connections, as it comes


class Proxy(threading.Thread):
    """Between daemon and server. While `deaf`, what the daemon asks is swallowed, and counted."""

    def __init__(self, path, server):
        super().__init__(daemon=True)
        self.server, self.deaf, self.stopping, self.swallowed = server, False, False, 0
        self.peers = {}  # socket -> the one its bytes go to
        self.clients = set()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(100)

    def run(self):
        while not self.stopping:
            for one in select.select([self.listener, *self.peers], [], [], 0.1)[0]:
                if one is self.listener:
                    self.accept()
                elif one in self.peers:
                    self.pass_on(one)
        for one in (*self.peers, self.listener):
            one.close()

    def accept(self):
        client, upstream = self.listener.accept()[0], socket.socket(socket.AF_UNIX)
        upstream.connect(self.server)
        self.peers.update({client: upstream, upstream: client})
        self.clients.add(client)

    def pass_on(self, one):
        other = self.peers[one]
        try:
            data = one.recv(65536)
            if data and self.deaf and one in self.clients:
                self.swallowed += 1
                return
            if data:
                other.sendall(data)
                return
        except OSError:
            pass
        for end in (one, other):
            self.peers.pop(end, None)
            self.clients.discard(end)
            end.close()


@unittest.skipUnless(shutil.which("redis-server"), "there is no redis-server")
class SlowStore(unittest.TestCase):
    def setUp(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix="cs", dir="/tmp"))
        self.addCleanup(shutil.rmtree, place)
        server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", f"{place}/redis", "--save", "", "--dir",
                                   str(place)], stdout=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.wait_for((place / "redis").exists)
        self.proxy = Proxy(f"{place}/proxy", f"{place}/redis")
        self.proxy.start()
        self.addCleanup(self.proxy.join)
        self.addCleanup(setattr, self.proxy, "stopping", True)
        key = place / "key"
        key.write_text("5e" * 32 + "\n")
        key.chmod(0o600)
        self.daemon = harness.Daemon(memory=f'store = "redis"; redis_server = "unix:{place}/proxy"; key_file = "{key}";')
        self.addCleanup(self.daemon.clean_up)

    def wait_for(self, happened):
        deadline = time.monotonic() + harness.WAIT
        while not happened():
            self.assertLess(time.monotonic(), deadline, "it did not happen in time")
            time.sleep(0.02)

    def relation(self, number):
        """The relation of one message in a session of its own, as the log has it."""
        with self.daemon.session() as milter:
            milter.message(queue_id=f"4ONE{number:06}")
        return self.daemon.line(f"4ONE{number:06}").split("relation=")[1].split(",")[0]

    def send_at_once(self):
        """So many messages, whose sessions all become ready in one instant; returns the verdicts."""
        sessions = [self.daemon.session() for _ in range(SESSIONS)]
        for milter in sessions:
            self.addCleanup(milter.close)
            milter.mail()
            milter.rcpt()
            for name, value in plain_headers():
                milter.header(name, value)
            milter.eoh()
        together, found = threading.Barrier(SESSIONS), [None] * SESSIONS

        def finish(number):
            together.wait()
            sessions[number].body("Hello there.\r\n")
            found[number] = sessions[number].eom(queue_id=f"4ALL{number:06}").verdict

        threads = [threading.Thread(target=finish, args=(number,)) for number in range(SESSIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    def test_few_wait_for_a_store_that_hangs(self):
        self.wait_for(lambda: self.relation(time.monotonic_ns() % 1000000) == "stranger")
        self.proxy.deaf = True
        self.assertEqual(self.send_at_once(), ["c"] * SESSIONS)
        # Those that had a connection when the third failed, and what probes for the server's return.
        self.assertLessEqual(self.proxy.swallowed, CONNECTIONS + 8)
        self.daemon.wait_log(" 4ALL", SESSIONS)
        lines = [line for line in self.daemon.log().splitlines() if " 4ALL" in line]
        self.assertEqual([line for line in lines if "relation=unknown" not in line], [])
        self.proxy.deaf = False
        self.wait_for(lambda: self.relation(time.monotonic_ns() % 1000000) == "stranger")
        self.assertEqual(self.daemon.stop()[0], 0, self.daemon.log())


if __name__ == "__main__":
    harness.main()
