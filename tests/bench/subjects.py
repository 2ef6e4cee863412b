"""What is measured: the filters, each started on a unix socket of its own, with the CPU time and memory of its processes."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")

CONFIG = """socket = "unix:{place}/socket"; socket_group = "";
rules_dir = "{rules}"; local_rules_dir = "{place}/none"; state_dir = "{place}/state";
memory = {{ {memory} }};
local_domains = ( "test.example" );
"""


def tree_of(pid):
    """A process and its descendants."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for task in pathlib.Path(f"/proc/{one}/task").glob("*/children"):
            try:
                waiting += [int(word) for word in task.read_text().split()]
            except OSError:
                pass
    return found


def cpu_seconds(pid):
    """User and system time, that of children which have ended included."""
    total = 0
    for one in tree_of(pid):
        try:
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def resident_kb(pid):
    total = 0
    for one in tree_of(pid):
        try:
            total += int(pathlib.Path(f"/proc/{one}/statm").read_text().split()[1]) * PAGE // 1024
        except OSError:
            pass
    return total


class Subject:
    """A filter. `connection` is what milterload connects to."""

    def __init__(self, name, directory):
        self.name = name
        self.place = pathlib.Path(directory) / name.replace(" ", "-")
        self.place.mkdir(mode=0o755)
        self.socket = self.place / "socket"
        self.processes = []

    def run(self, *command, **keywords):
        with open(self.place / "log", "ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **keywords)
        self.processes.append(process)
        return process

    def wait(self, path, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(str(path))
                    return
                except OSError:
                    if any(process.poll() is not None for process in self.processes):
                        break
            time.sleep(0.05)
        raise SystemExit(f"bench: {self.name} does not start: {(self.place / 'log').read_text()[-2000:]}")

    @property
    def connection(self):
        return f"unix:{self.socket}"

    def cpu(self):
        return sum(cpu_seconds(process.pid) for process in self.processes)

    def resident(self):
        return sum(resident_kb(process.pid) for process in self.processes)

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Floor(Subject):
    def __init__(self, directory, build):
        super().__init__("floor", directory)
        self.run(str(build / "tests/bench/noop-milter"), self.connection)
        self.wait(self.socket)


class Coldshoulder(Subject):
    def __init__(self, name, directory, build, rules, memory='store = "none";', fill=None):
        super().__init__(name, directory)
        (self.place / "state").mkdir()
        self.config = self.place / "conf"
        self.config.write_text(CONFIG.format(place=self.place, rules=rules, memory=memory))
        if fill:
            fill(self.config)
        started = time.monotonic()
        self.run(str(build / "coldshoulderd"), "-f", "-c", str(self.config))
        self.wait(self.socket)
        self.start_seconds = time.monotonic() - started


class Redis(Coldshoulder):
    """With a server of its own, whose CPU time is not counted."""

    def __init__(self, directory, build, rules, fill):
        place = pathlib.Path(directory) / "redis-server"
        place.mkdir()
        key = place / "key"
        key.write_text(os.urandom(32).hex() + "\n")
        key.chmod(0o600)
        with open(place / "log", "ab") as log:
            self.server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", str(place / "socket"),
                                            "--save", "", "--dir", str(place)], stdout=log, stderr=log)
        while not (place / "socket").exists():
            if self.server.poll() is not None:
                raise SystemExit(f"bench: redis does not start: see {place}/log")
            time.sleep(0.05)
        memory = f'store = "redis"; redis_server = "unix:{place}/socket"; key_file = "{key}";'
        super().__init__("redis", directory, build, rules, memory, fill)

    def stop(self):
        super().stop()
        self.server.terminate()
        self.server.wait()


class Rspamd(Subject):
    """Rule engine alone: stock rules and scores, no plug-ins, no DNS."""

    def __init__(self, directory, here):
        super().__init__("rspamd", directory)
        for name in ("run", "log", "data"):
            (self.place / name).mkdir()
        (self.place / "rspamd.conf").write_text((here / "rspamd.conf.in").read_text().replace("@DIR@", str(self.place)))
        for path in (self.place, *self.place.iterdir()):
            shutil.chown(path, "_rspamd", "_rspamd")
        self.socket = self.place / "run/milter.sock"
        self.run("rspamd", "-u", "_rspamd", "-g", "_rspamd", "-f", "-c", str(self.place / "rspamd.conf"),
                 f"--var=RUNDIR={self.place}/run", f"--var=DBDIR={self.place}/data", f"--var=LOGDIR={self.place}/log")
        self.wait(self.socket)
        time.sleep(30)  # it compiles its patterns after it has begun to serve, and says nothing when it is done


class SpamAssassin(Subject):
    """Behind spamass-milter; local rules alone. The spamc that it starts for each message counts."""

    def __init__(self, directory):
        super().__init__("spamassassin", directory)
        self.run("spamd", "-L", "-m", "2", f"--socketpath={self.place}/spamd.sock", "--nouser-config", "-u", "nobody")
        self.wait(self.place / "spamd.sock")
        self.run("spamass-milter", "-p", str(self.socket), "-f", "--", "-U", f"{self.place}/spamd.sock")
        self.wait(self.socket)
