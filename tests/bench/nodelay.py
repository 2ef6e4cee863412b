"""What TCP_NODELAY brings on inet sockets, through a real Postfix.

Three daemons without rules, on a unix socket, on an inet socket as they come, and on one without TCP_NODELAY (LD_PRELOAD of
nodelay_off), take the same messages one after another from three smtpd services of one Postfix. All of it lives in a
network namespace of its own, whose kernel counters then count nobody else: each delayed acknowledgement is a stall of
about 40 ms that one side spent waiting for the other.

    nodelay.py --build DIRECTORY [--messages N]      one JSON object; needs root
"""

import argparse
import fcntl
import json
import os
import pathlib
import shutil
import smtplib
import socket
import statistics
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "postfix"))
import sandbox  # noqa: E402

KINDS = ("unix", "inet", "inet without TCP_NODELAY")
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40
EXTRA = "default_transport = discard:\nrelay_transport = discard:\nrelayhost =\n"
LINE = "The meeting has been moved to Thursday, because two of us are travelling.\r\n"
MESSAGE = ("From: Pat <pat@far.example>\r\nTo: You <you@sandbox.test>\r\nSubject: Thursday\r\n"
           "Date: Mon, 6 Jul 2026 10:11:12 +0200\r\nMessage-ID: <{number}@far.example>\r\n\r\n" + LINE * 40)


class NotHere(Exception):
    """What is needed is not there; the text says what."""


def raise_loopback():
    with socket.socket() as one:
        fcntl.ioctl(one, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP | IFF_RUNNING))


def counters():
    """The kernel's counters of this network namespace that matter here."""
    found = {}
    for name in ("netstat", "snmp"):
        lines = pathlib.Path(f"/proc/net/{name}").read_text().splitlines()
        for names, values in zip(lines[::2], lines[1::2]):
            found.update(zip(names.split()[1:], values.split()[1:]))
    return {"delayed_acks": int(found["DelayedACKs"]), "segments": int(found["OutSegs"])}


class Postfix(sandbox.Sandbox):
    """One Postfix, and a daemon for each kind of socket; each kind has an smtpd service of its own."""

    def begin(self):
        (self.dir / "rules").mkdir()
        self.ports = {kind: sandbox.free_port() for kind in KINDS}
        master = ""
        for number, kind in enumerate(KINDS):
            milter = self.begin_daemon(f"daemon{number}", kind)
            master += f"127.0.0.1:{self.ports[kind]} inet n - n - - smtpd -o smtpd_milters={milter}\n"
        self.start_postfix([""], EXTRA, master)

    def begin_daemon(self, name, kind):
        place = self.dir / name
        (place / "state").mkdir(parents=True)
        port = sandbox.free_port()
        ours, theirs = (f"unix:{place}/socket",) * 2 if kind == "unix" else (f"inet:{port}@127.0.0.1", f"inet:127.0.0.1:{port}")
        (place / "conf").write_text(
            f'socket = "{ours}"; socket_group = ""; socket_mode = "0666"; rules_dir = "{self.dir}/rules";\n'
            f'local_rules_dir = "{place}/none"; state_dir = "{place}/state"; memory = {{ store = "none"; }};\n')
        command = [self.build / "coldshoulderd", "-f", "-c", place / "conf"]
        if kind == KINDS[2]:
            # A sanitizer wants to be the first library otherwise.
            command = ["env", f"LD_PRELOAD={self.build}/tests/bench/libnodelay_off.so",
                       f"ASAN_OPTIONS=verify_asan_link_order=0:{os.environ.get('ASAN_OPTIONS', '')}", *command]
        self.spawn(name, command)
        self.wait_ready(name, (place / "socket").exists if kind == "unix" else lambda: sandbox.accepts(port))
        return theirs

    def send_all(self, kind, count):
        """One message after another; medians of milliseconds and counts a message."""
        found = []
        with smtplib.SMTP("127.0.0.1", self.ports[kind], "client.test", 60) as client:
            for number in range(count):
                before, start = counters(), time.monotonic()
                client.sendmail("pat@far.example", ["you@sandbox.test"], MESSAGE.format(number=number))
                after = counters()
                found.append({"ms": (time.monotonic() - start) * 1000, **{name: after[name] - before[name] for name in after}})
        return {name: statistics.median(one[name] for one in found) for name in found[0]}


def run(build, count):
    raise_loopback()
    with Postfix(build) as box:
        box.begin()
        for kind in KINDS:
            box.send_all(kind, 1)
        return {kind: box.send_all(kind, count) for kind in KINDS}


def measure(build, count):
    """Starts itself in a network namespace of its own; raises NotHere."""
    missing = sandbox.missing_requirements()
    if missing or not shutil.which("unshare"):
        raise NotHere(missing or "unshare is missing")
    if subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode:
        raise NotHere("a network namespace of its own is not allowed here")
    result = subprocess.run(["unshare", "--net", sys.executable, "-B", __file__, "--build", str(build), "--messages",
                             str(count)], capture_output=True, text=True, timeout=300)
    if result.returncode:
        raise NotHere(f"it failed: {result.stderr.strip()[-1500:]}")
    return json.loads(result.stdout)


def table(found):
    return ["milter on", "ms a message", "delayed ACKs a message", "TCP segments a message"], [
        [kind, f"{one['ms']:.1f}", f"{one['delayed_acks']:g}", f"{one['segments']:g}"] for kind, one in found.items()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--messages", type=int, default=50)
    options = parser.parse_args()
    print(json.dumps(run(pathlib.Path(options.build), options.messages)))


if __name__ == "__main__":
    main()
