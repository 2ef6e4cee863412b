"""Metrics: what promtool makes of them, what they count, and that no client of theirs disturbs mail."""

import http.client
import os
import pathlib
import re
import shutil
import socket
import subprocess
import unittest

from harness import COLD_BODY, Daemon, DaemonTest, free_port, main
from milter_client import plain_headers
from test_control import ask, tool

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROMETHEUS = SOURCE / "conf" / "prometheus"
PORT = free_port()

promtool = unittest.skipUnless(shutil.which("promtool"), "promtool is not installed")


def get(port, path="/metrics", method="GET", accept="text/plain"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request(method, path, headers={"Accept": accept})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


class Metrics(DaemonTest):
    extra = f'metrics = "inet:{PORT}@127.0.0.1";'

    def value(self, name):
        match = re.search(rf"(?m)^{re.escape(name)} (\S+)$", get(PORT)[1])
        return float(match.group(1)) if match else 0

    def test_counts(self):
        with self.daemon.session() as milter:
            milter.message(COLD_BODY)
            milter.message()
            self.daemon.wait_log(" class=clean")
        self.assertGreaterEqual(
            self.value('coldshoulder_messages_total{direction="inbound",class="cold",action="tag"}'), 1)
        self.assertGreaterEqual(self.value('coldshoulder_rule_hits_total{rule="TEST_COLD",mode="live"}'), 1)
        self.assertGreaterEqual(self.value('coldshoulder_stage_seconds_count{stage="total"}'), 2)
        self.assertGreaterEqual(self.value('coldshoulder_stage_seconds_bucket{stage="rules",le="+Inf"}'), 2)
        self.assertEqual(self.value("coldshoulder_rules"), 3)
        before = self.value("coldshoulder_reloads_total")
        self.assertTrue(ask(self.daemon, b"reload")["ok"])
        self.assertEqual(self.value("coldshoulder_reloads_total"), before + 1)
        self.assertEqual(self.value("coldshoulder_reload_ok"), 1)

    @promtool
    def test_promtool_is_content(self):
        with self.daemon.session() as milter:
            milter.message(COLD_BODY)
        result = subprocess.run(["promtool", "check", "metrics"], input=get(PORT)[1], text=True, capture_output=True,
                                timeout=60)
        self.assertEqual((result.returncode, result.stdout + result.stderr), (0, ""))

    def test_openmetrics(self):
        text = get(PORT, accept="application/openmetrics-text; version=1.0.0,text/plain;q=0.5")[1]
        self.assertTrue(text.endswith("# EOF\n"))
        self.assertIn("# TYPE coldshoulder_messages counter\n", text)
        self.assertIn("# TYPE coldshoulder_build info\n", text)
        self.assertNotIn("# EOF", get(PORT)[1])

    def test_other_requests(self):
        self.assertEqual(get(PORT, "/")[0], 404)
        self.assertEqual(get(PORT, method="POST")[0], 405)
        self.assertEqual(get(PORT, method="HEAD"), (200, ""))

    def test_slow_clients(self):
        """They keep their own connections, and nobody else waits: neither mail nor, in the end, the next scrape."""
        clients = []
        try:
            for i in range(200):
                clients.append(socket.create_connection(("127.0.0.1", PORT), timeout=15))
                clients[-1].sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n" if i % 2 else b"G")
            self.assert_serves()
        finally:
            for client in clients:
                client.close()
        self.assertEqual(get(PORT)[0], 200)

    def test_garbage(self):
        for data in (b"\0" * 5000, b"GET " + b"x" * 100000 + b" HTTP/1.1\r\n\r\n", b"\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", PORT), timeout=15) as client:
                try:
                    client.sendall(data)
                except ConnectionError:
                    pass
        self.assertEqual(get(PORT)[0], 200)
        self.assert_serves()


class Elsewhere(unittest.TestCase):
    def start(self, address):
        daemon = Daemon(f'metrics = "{address}";')
        self.addCleanup(daemon.clean_up)
        return daemon

    def test_unix_socket(self):
        daemon = Daemon(start=False)
        self.addCleanup(daemon.clean_up)
        path = daemon.directory / "metrics"
        daemon.write_config(f'metrics = "unix:{path}";')
        daemon.start()
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(15)
            client.connect(str(path))
            client.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            data = b""
            while chunk := client.recv(65536):
                data += chunk
        self.assertIn(b"coldshoulder_build_info{", data)
        self.assertEqual(daemon.stop()[0], 0)
        self.assertFalse(path.exists())

    def test_port_taken(self):
        """Mail goes on, and the log says what to do."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            daemon = self.start(f"inet:{taken.getsockname()[1]}@127.0.0.1")
            self.assertIn("the port is taken, hint: ss -ltnp", daemon.log())
            self.assertIn("there are no metrics; mail goes on", daemon.log())
            with daemon.session() as milter:
                self.assertEqual(milter.message(headers=plain_headers()).verdict, "c")

    def test_off(self):
        daemon = Daemon()
        self.addCleanup(daemon.clean_up)
        threads = os.listdir(f"/proc/{daemon.process.pid}/task")
        names = [pathlib.Path(f"/proc/{daemon.process.pid}/task/{thread}/comm").read_text() for thread in threads]
        self.assertFalse([name for name in names if name.startswith("MHD")])
        self.assertEqual(tool(daemon, "status").returncode, 0)


class Shipped(unittest.TestCase):
    """Alerts and dashboard name metrics that there are."""

    def named(self, text):
        return set(re.findall(r"\bcoldshoulder_\w+", text))

    def served(self):
        daemon = Daemon(f'metrics = "inet:{free_port()}@127.0.0.1";')
        self.addCleanup(daemon.clean_up)
        port = int(re.search(r"inet:(\d+)@", daemon.config.read_text()).group(1))
        text = get(port)[1]
        names = set()
        for name, kind in re.findall(r"(?m)^# TYPE (\S+) (\w+)$", text):
            names |= {name + suffix for suffix in {"histogram": ("_bucket", "_sum", "_count")}.get(kind, ("",))}
        source = (SOURCE / "daemon/app/metrics_format.c").read_text()
        names |= {f"coldshoulder_{name}_total" for name in re.findall(r'counter\(page, "(\w+)"', source)}
        names |= {f"coldshoulder_{name}" for name in re.findall(r'gauge\(page, "(\w+)"', source)}
        return names

    def test_names(self):
        served = self.served()
        for path in sorted(PROMETHEUS.iterdir()):
            # Alert names are words of their own.
            self.assertEqual(self.named(path.read_text()) - served, set(), path.name)

    @promtool
    def test_rules(self):
        result = subprocess.run(["promtool", "check", "rules", str(PROMETHEUS / "coldshoulder.rules.yml")],
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    @promtool
    def test_rules_fire(self):
        result = subprocess.run(["promtool", "test", "rules", str(PROMETHEUS / "coldshoulder.rules.test.yml")],
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    main()
