"""The control socket: the tool's status and reload, and that nobody can disturb mail by it."""

import json
import os
import socket
import stat
import subprocess
import unittest

from harness import BINARY, COLD_BODY, WAIT, Daemon, DaemonTest, main

TOOL = os.environ.get("COLDSHOULDER", os.path.join(os.path.dirname(BINARY), "coldshoulder"))


def tool(daemon, *arguments):
    return subprocess.run([TOOL, arguments[0], "--config", str(daemon.config), *arguments[1:]], capture_output=True,
                          text=True, timeout=60, stdin=subprocess.DEVNULL)


def connect(daemon):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(WAIT)
    client.connect(str(daemon.directory / "state" / "control.sock"))
    return client


def read_all(client):
    data = b""
    try:
        while chunk := client.recv(65536):
            data += chunk
    except ConnectionResetError:
        pass
    return data


def ask(daemon, line):
    """One raw line, and the reply to it."""
    with connect(daemon) as client:
        client.sendall(line + b"\n")
        with client.makefile("rb") as file:
            return json.loads(file.readline())


class Status(DaemonTest):
    def test_the_tool_tells(self):
        result = tool(self.daemon, "status")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn(f"process {self.daemon.process.pid},", result.stdout)
        self.assertRegex(result.stdout, r"(?m)^rules +3, scanned by ")
        reply = json.loads(tool(self.daemon, "status", "--json").stdout)
        self.assertEqual((reply["ok"], reply["rules"], reply["config"]), (True, 3, str(self.daemon.config)))

    def test_mode_of_the_socket(self):
        mode = os.stat(self.daemon.directory / "state" / "control.sock").st_mode
        self.assertEqual((stat.S_ISSOCK(mode), stat.S_IMODE(mode)), (True, 0o660))

    def test_sessions_are_counted(self):
        before = ask(self.daemon, b"status")["sessions"]
        with self.daemon.session():
            self.assertEqual(ask(self.daemon, b'{"command": "status"}')["sessions"], before + 1)

    def test_several_requests_on_one_connection(self):
        with connect(self.daemon) as client, client.makefile("rb") as file:
            client.sendall(b"status\nstatus\n")
            self.assertTrue(json.loads(file.readline())["ok"])
            self.assertTrue(json.loads(file.readline())["ok"])


class Reload(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.clean_up)

    def test_good_and_bad(self):
        result = tool(self.daemon, "reload")
        self.assertEqual((result.returncode, result.stdout), (0, "reloaded: generation 2, 3 rules\n"), result.stderr)
        self.daemon.rules.write_text('rules = ( { id = "BROKEN"; vew = "body"; } );')
        result = tool(self.daemon, "reload")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("test.conf:1: ", result.stderr)
        self.assertIn("the old one stays", result.stderr)
        said = tool(self.daemon, "status").stdout
        self.assertIn("failed, the old configuration stays (1 done, 1 failed)", said)
        self.assertIn("test.conf:1: ", said)
        self.assertRegex(said, r"(?m)^rules +3,")
        self.daemon.wait_log("reload failed: ")
        self.assertEqual(self.daemon.stop()[0], 0)
        self.assertFalse((self.daemon.directory / "state" / "control.sock").exists())

    def test_no_daemon(self):
        self.daemon.stop()
        for command in ("status", "reload"):
            result = tool(self.daemon, command)
            self.assertEqual(result.returncode, 1)
            self.assertIn("no daemon answers there", result.stderr)
            self.assertIn("hint: ", result.stderr)

    def judged(self):
        with self.daemon.session() as milter:
            return milter.message(COLD_BODY).inserted("X-Coldshoulder-Class")[0].strip()

    def test_no_such_rule(self):
        """Also while no daemon runs that could tell."""
        self.daemon.stop()
        for command in ("shadow", "explain"):
            result = tool(self.daemon, command, "test_clod")
            self.assertEqual(result.returncode, 1, result.stdout)
            self.assertIn(f'coldshoulder {command}: there is no rule "test_clod"', result.stderr)
            self.assertIn("hint: did you mean TEST_COLD?", result.stderr)
        self.assertEqual(tool(self.daemon, "shadow").stdout, "")

    def test_shadow(self):
        """At once, and back; what would not load leaves everything as it was."""
        self.assertEqual(self.judged(), "cold")
        result = tool(self.daemon, "shadow", "TEST_COLD", "TEST_TAUGHT")
        self.assertEqual((result.returncode, result.stdout), (0, "TEST_COLD is in shadow\nTEST_TAUGHT is in shadow\n"),
                         result.stderr)
        self.assertEqual(self.judged(), "clean")
        self.assertEqual(tool(self.daemon, "shadow").stdout, "TEST_COLD\nTEST_TAUGHT\n")
        result = tool(self.daemon, "shadow", "TEST_NONE")
        self.assertEqual(result.returncode, 1)
        self.assertIn("TEST_NONE", result.stderr)
        self.assertEqual(tool(self.daemon, "shadow").stdout, "TEST_COLD\nTEST_TAUGHT\n")
        self.assertEqual(self.judged(), "clean")
        self.assertEqual(tool(self.daemon, "shadow", "--off", "TEST_COLD").returncode, 0)
        self.assertEqual(self.judged(), "cold")
        self.assertEqual(tool(self.daemon, "shadow", "--off", "TEST_COLD").returncode, 1)
        said = tool(self.daemon, "stats", "--rules").stdout
        self.assertRegex(said, r"TEST_COLD +2 +2\n")
        self.assertRegex(said, r"inbound +cold +tag +2\n")


class Off(DaemonTest):
    extra = 'control_socket = "off";'

    def test_off(self):
        self.assertFalse((self.daemon.directory / "state" / "control.sock").exists())
        self.assertIn('control_socket is "off"', tool(self.daemon, "status").stderr)


class Unusable(DaemonTest):
    extra = 'control_socket = "/nonexistent/of/coldshoulder/control.sock";'

    def test_mail_goes_on(self):
        self.assertIn("there is no control socket", self.daemon.log())
        self.assertIn("does not exist", self.daemon.log())
        self.assert_serves()


class SecondInstance(DaemonTest):
    def test_control_socket_is_not_taken_away(self):
        """Another daemon with another milter socket, but the same state directory."""
        second = Daemon(start=False)
        self.addCleanup(second.clean_up)
        second.start("-s", str(self.daemon.directory / "state"))
        self.assertIn("another process is serving this socket", second.log())
        self.assertEqual(second.stop()[0], 0)
        self.assertEqual(ask(self.daemon, b"status")["pid"], self.daemon.process.pid)


class Abuse(DaemonTest):
    """Garbage, half requests, and more connections than anybody needs."""

    def tearDown(self):
        self.assert_serves()
        self.assertTrue(ask(self.daemon, b"status")["ok"])

    def test_garbage(self):
        for line in (b"", b"  ", b"{", b"[]", b"null", b"\0\0\0", b"\xff\xfe\xfd", b'{"command": 7}', b"{}", b"nothing",
                     b"st atus", b'{"command": "status", "command": "reload"}', b"[" * 60000, b"x" * 40,
                     b'{"command": "\\u0000"}'):
            with self.subTest(line[:20]):
                reply = ask(self.daemon, line)
                self.assertFalse(reply["ok"])
                self.assertTrue(reply["error"])

    def test_too_long(self):
        with connect(self.daemon) as client:
            try:
                client.sendall(b"x" * 300000)
            except (BrokenPipeError, ConnectionResetError):
                pass
            # The end of the connection; the reply itself may be lost behind what was not read.
            self.assertIn(read_all(client)[:10], (b"", b'{"ok":fals', b'{"ok": fal'))

    def test_half_request(self):
        with connect(self.daemon) as client:
            client.sendall(b'{"command": "sta')
            self.assertTrue(ask(self.daemon, b"status")["ok"])
            self.assert_serves()

    def test_who_goes_away_before_the_answer(self):
        for _ in range(50):
            client = connect(self.daemon)
            client.sendall(b"status\n")
            client.close()

    def test_a_thousand_connections(self):
        clients = []
        try:
            for i in range(1000):
                clients.append(connect(self.daemon))
                if i % 3 == 0:
                    clients[-1].sendall(b"half")
            self.assert_serves()
            self.assertTrue(ask(self.daemon, b"status")["ok"])
        finally:
            for client in clients:
                client.close()

    def test_who_does_not_read(self):
        """Many questions, no answer taken: only this one connection waits."""
        with connect(self.daemon) as client:
            client.settimeout(0.2)
            try:
                while True:
                    client.sendall(b"status\n" * 100)
            except (TimeoutError, OSError):
                pass
            self.assertTrue(ask(self.daemon, b"status")["ok"])
            self.assert_serves()


if __name__ == "__main__":
    main()
