"""The Debian package as a postmaster meets it: installed, one mail through Postfix, upgraded, removed, purged.

    test_package.py --deb FILE

Needs root. All of it happens in an overlay over the root file system, which goes away with it, so nothing of the host is
changed; where overlays are not to be had, the host itself is used only with --here, or with CI in the environment.
"""

import argparse
import fcntl
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
CONFIG = pathlib.Path("/etc/coldshoulder/coldshoulder.conf")
SOCKET = pathlib.Path("/var/spool/postfix/coldshoulder/coldshoulder.sock")
STATE = pathlib.Path("/var/lib/coldshoulder")
SKIPPED = 77

COLD = b"""From: Jo Pitch <jo@sales.example>\r
To: me@sandbox.test\r
Subject: Quick question\r
Message-ID: <package-test@sales.example>\r
Date: Fri, 27 Nov 2026 10:00:00 +0000\r
\r
Hi there,\r
\r
I'm so sorry to bother you out of the blue. I was really impressed by your website, and I wanted to reach out because we\r
help companies like yours to get more qualified leads. Would you be open to a quick 15 minute call next week? If you\r
are not interested, just let me know and I will not contact you again.\r
\r
Best, Jo\r
"""

SENT = b"""From: root@localhost.localdomain\r
To: Kim Partner <kim@partner.example>\r
Subject: The papers\r
Message-ID: <sent@localhost.localdomain>\r
Date: Thu, 26 Nov 2026 10:00:00 +0000\r
\r
Here they are.\r
"""

arguments = None


def run(*command, check=True, **keywords):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace",
                            stdin=subprocess.DEVNULL, timeout=120, **keywords)
    if check and result.returncode != 0:
        raise AssertionError(f"{command}: exit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result


def dpkg(*words):
    return run("dpkg", *words, env=dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C"))


def traces():
    """Everything in the file system that bears the name, dpkg's and the test's own aside."""
    found = []
    for top in ("/etc", "/usr", "/var", "/run", "/lib"):
        for directory, names, files in os.walk(top):
            if directory.startswith(("/var/lib/dpkg", "/var/log", "/var/cache", "/var/tmp", "/usr/src")):
                names.clear()
                continue
            found += [os.path.join(directory, name) for name in names + files if "coldshoulder" in name]
    return found


def next_version():
    """The package anew: a higher version, and a configuration file that changed too."""
    place = pathlib.Path(tempfile.mkdtemp())
    run("dpkg-deb", "-R", arguments.deb, place / "tree")
    control = place / "tree/DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*$", "Version: 99.0-1", control.read_text()))
    with open(place / "tree/etc/coldshoulder/coldshoulder.conf", "a", encoding="utf-8") as config:
        config.write("# of the next version\n")
    run("dpkg-deb", "-b", place / "tree", place / "next.deb")
    return place / "next.deb"


class Package(unittest.TestCase):
    """In the order of the names."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = None
        cls.before = set(traces())

    @classmethod
    def tearDownClass(cls):
        cls.stop()

    @classmethod
    def start(cls):
        """As the unit does."""
        with open("/tmp/coldshoulderd.log", "ab") as log:
            cls.daemon = subprocess.Popen(["/usr/sbin/coldshoulderd", "-f", "-c", str(CONFIG)], stderr=log,
                                          stdin=subprocess.DEVNULL, user="coldshoulder", group="coldshoulder",
                                          extra_groups=["postfix"], umask=0o027)
        deadline = time.monotonic() + 60
        while not SOCKET.exists():
            if cls.daemon.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(pathlib.Path("/tmp/coldshoulderd.log").read_text())
            time.sleep(0.05)

    @classmethod
    def stop(cls):
        if cls.daemon and cls.daemon.poll() is None:
            cls.daemon.send_signal(signal.SIGUSR2)
            cls.daemon.wait(20)

    def test_1_install(self):
        self.assertEqual(self.before, set(), "coldshoulder is installed here already")
        dpkg("-i", arguments.deb)
        user = pwd.getpwnam("coldshoulder")
        self.assertNotEqual(user.pw_uid, 0)
        self.assertIn("nologin", user.pw_shell)
        state, spool = STATE.stat(), SOCKET.parent.stat()
        self.assertEqual((oct(state.st_mode & 0o7777), state.st_uid), ("0o750", user.pw_uid))
        self.assertEqual((oct(spool.st_mode & 0o7777), spool.st_uid), ("0o2750", user.pw_uid))
        self.assertEqual(SOCKET.parent.group(), "postfix")
        for page in ("man8/coldshoulderd.8", "man1/coldshoulder.1", "man5/coldshoulder.conf.5",
                     "man5/coldshoulder-rules.5"):
            self.assertTrue(pathlib.Path("/usr/share/man", page + ".gz").exists(), page)
        conffiles = run("dpkg-query", "-W", "-f", "${Conffiles}", "coldshoulder").stdout
        self.assertIn(str(CONFIG), conffiles)
        self.assertIn("/etc/logrotate.d/coldshoulder", conffiles)
        self.assertEqual(dpkg("--verify", "coldshoulder").stdout, "")
        for unit in ("sockets.target.wants/coldshoulder.socket", "multi-user.target.wants/coldshoulder.service"):
            self.assertTrue(os.path.lexists("/etc/systemd/system/" + unit), unit)
        check = run("/usr/sbin/coldshoulderd", "-n")
        self.assertIn("configuration is valid", check.stdout)

    def test_2_first_evening(self):
        """The README's commands, one after another, on Postfix as Debian configures it; then a tagged mail."""
        if not arguments.overlay:
            self.skipTest("it is the host's own Postfix")
        began = time.monotonic()
        text = (SOURCE / "README.md").read_text(encoding="utf-8")
        section = re.search(r"\n## Install beside Postfix\n(.*?)\n## ", text, re.S).group(1)
        commands = re.findall(r"(?m)^    sudo (.*)$", section)
        self.assertIn("coldshoulder doctor", commands)
        run("postconf", "-e", "inet_interfaces = 127.0.0.1", "maillog_file = /var/log/postfix.log")
        run("postfix", "start")
        self.addCleanup(run, "postfix", "stop")
        self.start()
        self.addCleanup(self.stop)
        doctor = run("coldshoulder", "doctor", check=False)
        self.assertIn("FAIL  smtpd_milters of main.cf does not name unix:coldshoulder/coldshoulder.sock", doctor.stdout)
        with open(CONFIG, "a", encoding="utf-8") as config:  # "Say who you are"
            config.write('local_domains = ( "localhost.localdomain" );\n')
        self.assertTrue(any("learn sent" in command for command in commands))
        sent = pathlib.Path("/home/somebody/Maildir/.Sent/cur")
        sent.mkdir(parents=True)
        (sent / "1:2,S").write_bytes(SENT)
        for command in commands:
            if command.startswith("apt install"):
                continue  # that was the first test
            # Without systemd, what the unit runs.
            command = command.replace("systemctl reload coldshoulder", "coldshoulder reload")
            last = run("sh", "-c", command, check=command != "coldshoulder doctor")
        self.assertNotIn("FAIL", last.stdout)
        import smtplib
        with smtplib.SMTP("127.0.0.1", 25, "client.test", 30) as client:
            client.sendmail("jo@sales.example", ["root@localhost"], COLD)
        mailbox = pathlib.Path("/var/mail/root")
        while not (mailbox.exists() and "I'm so sorry to bother you" in mailbox.read_text(errors="replace")):
            self.assertLess(time.monotonic() - began, 300, pathlib.Path("/var/log/postfix.log").read_text())
            time.sleep(0.1)
        self.assertIn("X-Coldshoulder-Class: cold", mailbox.read_text(errors="replace"))
        self.assertLess(time.monotonic() - began, 300, "five minutes from the package to the first tagged mail")

    def test_3_one_mail(self):
        sys.path.insert(0, str(SOURCE / "tests/postfix"))
        import sandbox
        # A chrooted smtpd with the packaged path, as Debian has it.
        sandbox.MASTER_CF = sandbox.MASTER_CF.replace("inet n - n", "inet n - y")
        self.start()
        box = sandbox.Sandbox("/")
        self.addCleanup(box.stop)
        box.start_sink()
        box.start_postfix(["{ unix:coldshoulder/coldshoulder.sock, default_action=tempfail }"],
                          "queue_directory = /var/spool/postfix", "")
        queue_id = box.send("jo@sales.example", ["me@sandbox.test"], COLD)
        self.assertEqual(sandbox.header_values(box.delivered(queue_id), "X-Coldshoulder-Class"), ["cold"])
        deadline = time.monotonic() + 20
        while queue_id not in (why := run("coldshoulder", "why", queue_id, check=False)).stdout:
            self.assertLess(time.monotonic(), deadline, why.stderr)
            time.sleep(0.05)
        self.assertIn("as cold outreach", why.stdout.splitlines()[0])
        self.assertIn("serving for", run("coldshoulder", "status").stdout)
        self.assertIn("reloaded", run("coldshoulder", "reload").stdout)

    @unittest.skipUnless(shutil.which("logrotate"), "logrotate is not installed")
    def test_4_rotation(self):
        run("logrotate", "--force", "--state", "/tmp/logrotate.state", "/etc/logrotate.d/coldshoulder")
        self.assertTrue((STATE / "decisions.jsonl.1").exists())
        self.assertIn("cold", run("coldshoulder", "history").stdout)

    def test_5_upgrade(self):
        """The postmaster's configuration stays, the new one lies beside it, and nothing learned is lost."""
        with open(CONFIG, "a", encoding="utf-8") as config:
            config.write("# of the postmaster\n")
        key = (STATE / "key").read_bytes()
        self.stop()
        dpkg("--force-confdef", "--force-confold", "-i", next_version())
        self.assertIn("# of the postmaster", CONFIG.read_text())
        self.assertIn("# of the next version", pathlib.Path(f"{CONFIG}.dpkg-dist").read_text())
        self.assertEqual((STATE / "key").read_bytes(), key)
        self.start()
        self.assertIn("serving for", run("coldshoulder", "status").stdout)
        self.stop()

    def test_6_remove(self):
        dpkg("-r", "coldshoulder")
        self.assertFalse(pathlib.Path("/usr/sbin/coldshoulderd").exists())
        self.assertTrue(CONFIG.exists())
        self.assertTrue((STATE / "key").exists())

    def test_7_purge(self):
        dpkg("-P", "coldshoulder")
        self.assertEqual(traces(), [])
        with self.assertRaises(KeyError):
            pwd.getpwnam("coldshoulder")

    def test_8_without_postfix(self):
        """The group is made; Postfix takes it over when it comes."""
        if not arguments.overlay:
            self.skipTest("only where the host's group may go away")
        run("sed", "-i", "/^postfix:/d", "/etc/group", "/etc/gshadow")
        dpkg("-i", arguments.deb)
        self.assertEqual(SOCKET.parent.group(), "postfix")
        dpkg("-P", "coldshoulder")


def in_overlay():
    """This test once more, below an overlay. None: there are no overlays here."""
    if subprocess.run(["unshare", "--mount", "--net", "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        return None
    place = tempfile.mkdtemp(prefix="coldshoulder-package.")
    script = """set -e
        mount --make-rprivate /
        mount -t tmpfs tmpfs "$1"; mkdir "$1/upper" "$1/work" "$1/root"
        mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root" || exit 77
        for d in proc sys dev; do mount --rbind "/$d" "$1/root/$d"; done
        mount -t tmpfs tmpfs "$1/root/tmp"; chmod 1777 "$1/root/tmp"
        mkdir -p "$1/root$5"; mount --bind "$5" "$1/root$5"  # the sources may lie below /tmp
        cp "$3" "$1/root/tmp/package.deb"
        exec chroot "$1/root" "$2" -B "$4" --deb /tmp/package.deb --overlay"""
    try:
        result = subprocess.run(["unshare", "--mount", "--net", "bash", "-c", script, "overlay", place, sys.executable,
                                 arguments.deb, str(HERE / "test_package.py"), str(SOURCE)], check=False)
    finally:
        os.rmdir(place)
    return None if result.returncode == SKIPPED else result.returncode


def bring_loopback_up():
    """In a network of its own no port is taken, and nothing goes out."""
    request = struct.pack("16sH14s", b"lo", 1, b"")  # struct ifreq with IFF_UP
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, request)  # SIOCSIFFLAGS


def main():
    global arguments
    parser = argparse.ArgumentParser()
    parser.add_argument("--deb", required=True)
    parser.add_argument("--here", action="store_true", help="use the host itself, which is to be thrown away")
    parser.add_argument("--overlay", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("test_package.py: needs root")
    if not arguments.here and not arguments.overlay:
        code = in_overlay()
        if code is not None:
            sys.exit(code)
        # A container that may make none is mostly one that is thrown away; only whoever runs it can say so.
        if not os.environ.get("CI"):
            print("test_package.py: no overlay file system here: skipped (--here, or CI in the environment, uses the "
                  "host itself)")
            sys.exit(SKIPPED)
    if arguments.overlay:
        bring_loopback_up()
    unittest.main(verbosity=2, argv=sys.argv[:1])


if __name__ == "__main__":
    main()
