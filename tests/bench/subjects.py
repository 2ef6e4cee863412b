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


class StartFailed(Exception):
    """A filter does not serve; the text says what its log does."""


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


def process_seconds(pid):
    """CPU time of one process and of its children that have ended; 0 when it has ended itself."""
    try:
        # clock_getcpuclockid(3): nanoseconds, where /proc has hundredths of a second.
        own = time.clock_gettime((~pid << 3) | 2)
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return own + sum(int(field) for field in fields[13:15]) / TICKS


def cpu_seconds(pid):
    return sum(process_seconds(one) for one in tree_of(pid))


def resident_kb(pid):
    total = 0
    for one in tree_of(pid):
        try:
            total += int(pathlib.Path(f"/proc/{one}/statm").read_text().split()[1]) * PAGE // 1024
        except OSError:
            pass
    return total


class Subject:
    """A filter: start() it, and stop() it whether or not it started. `connection` is what milterload connects to."""

    share = 1  # of the messages of a round that it gets: slow filters get fewer, so that all take about as long

    def __init__(self, name, directory):
        self.name = name
        self.place = pathlib.Path(directory) / name.replace(" ", "-")
        self.socket = self.place / "socket"
        self.processes = []
        self.messages = 0

    def start(self):
        self.place.mkdir(mode=0o755)
        self.launch()

    def launch(self):
        """Starts the processes, and returns when they serve."""
        raise NotImplementedError

    def run(self, *command, **keywords):
        with open(self.place / "log", "ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **keywords)
        self.processes.append(process)
        return process

    def log(self):
        path = self.place / "log"
        return path.read_text(errors="replace")[-2000:].strip() if path.is_file() else ""

    def wait(self, path, seconds=120):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(str(path))
                    return
                except OSError:
                    if any(process.poll() is not None for process in self.processes):
                        raise StartFailed(f"it ended: {self.log()}") from None
            time.sleep(0.05)
        raise StartFailed(f"no answer in {seconds} s: {self.log()}")

    def settle(self, seconds=120):
        """Waits until it has nothing to do any more, as far as its CPU time tells."""
        deadline, quiet, last = time.monotonic() + seconds, 0, self.cpu()
        while quiet < 3 and time.monotonic() < deadline:
            time.sleep(1)
            now = self.cpu()
            quiet = quiet + 1 if now - last < 0.05 else 0
            last = now

    @property
    def connection(self):
        return f"unix:{self.socket}"

    def cpu(self):
        return sum(cpu_seconds(process.pid) for process in self.processes)

    def count(self):
        """How many processes it is."""
        return sum(len(tree_of(process.pid)) for process in self.processes)

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
    """A filter that copies a message and judges nothing."""

    def __init__(self, directory, build):
        super().__init__("floor", directory)
        self.build = build

    def launch(self):
        self.run(str(self.build / "tests/bench/noop-milter"), self.connection)
        self.wait(self.socket)


class Coldshoulder(Subject):
    """`fill` is called with the configuration before the start; `cache` is the state directory of one that has compiled."""

    def __init__(self, name, directory, build, rules, memory='store = "none";', fill=None, cache=None):
        super().__init__(name, directory)
        self.build, self.rules, self.memory, self.fill, self.cache = build, rules, memory, fill, cache
        self.start_seconds = None

    def launch(self):
        state = self.place / "state"
        state.mkdir()
        for path in self.cache.glob("scan-*.db") if self.cache else ():
            shutil.copy2(path, state)
        config = self.place / "conf"
        config.write_text(CONFIG.format(place=self.place, rules=self.rules, memory=self.memory))
        if self.fill:
            self.fill(config)
        started = time.monotonic()
        self.run(str(self.build / "coldshoulderd"), "-f", "-c", str(config))
        self.wait(self.socket)
        self.start_seconds = time.monotonic() - started


class Redis(Coldshoulder):
    """With a server of its own, whose CPU time is not counted."""

    def __init__(self, directory, build, rules, fill, cache):
        super().__init__("redis", directory, build, rules, "", fill, cache)
        self.server = None

    def launch(self):
        key = self.place / "key"
        key.write_text(os.urandom(32).hex() + "\n")
        key.chmod(0o600)
        server = self.place / "server.sock"
        with open(self.place / "server.log", "ab") as log:
            self.server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", str(server), "--save", "",
                                            "--dir", str(self.place)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not server.exists():
            if self.server.poll() is not None or time.monotonic() > deadline:
                raise StartFailed(f"redis-server: {(self.place / 'server.log').read_text()[-500:]}")
            time.sleep(0.05)
        self.memory = f'store = "redis"; redis_server = "unix:{server}"; key_file = "{key}";'
        super().launch()

    def stop(self):
        super().stop()
        if self.server:
            self.server.terminate()
            self.server.wait()


class Rspamd(Subject):
    """Rule engine alone: stock rules and scores, no plug-ins, no DNS."""

    def __init__(self, directory, here):
        super().__init__("rspamd", directory)
        self.here = here
        self.socket = self.place / "run/milter.sock"

    def log(self):
        written = self.place / "logs/rspamd.log"
        return super().log() + (written.read_text(errors="replace")[-2000:] if written.exists() else "")

    def launch(self):
        for name in ("run", "logs", "data"):
            (self.place / name).mkdir()
        (self.place / "rspamd.conf").write_text((self.here / "rspamd.conf.in").read_text().replace("@DIR@", str(self.place)))
        for path in (self.place, *self.place.iterdir()):
            shutil.chown(path, "_rspamd", "_rspamd")
        self.run("rspamd", "-u", "_rspamd", "-g", "_rspamd", "-f", "-c", str(self.place / "rspamd.conf"),
                 f"--var=RUNDIR={self.place}/run", f"--var=DBDIR={self.place}/data", f"--var=LOGDIR={self.place}/logs")
        self.wait(self.socket)
        self.settle()  # it compiles its patterns after it has begun to serve


class SpamAssassin(Subject):
    """Behind spamass-milter; local rules alone. The spamc that is started for each message counts."""

    share = 1 / 160

    def __init__(self, directory):
        super().__init__("spamassassin", directory)

    def launch(self):
        spamd = self.place / "spamd.sock"
        home = self.place / "home"
        home.mkdir()
        shutil.chown(home, "nobody")
        self.run("spamd", "-L", "-m", "2", f"--socketpath={spamd}", "--socketmode=666", "--nouser-config", "-u", "nobody",
                 "-H", str(home), "-s", str(self.place / "spamd.log"), "-r", str(self.place / "spamd.pid"))
        self.wait(spamd)
        self.run("spamass-milter", "-p", str(self.socket), "--", "-U", str(spamd))
        self.wait(self.socket)
        self.settle()
