"""Sockets: every form, its mode and group, what is in the way, and what is said when it cannot be made."""

import grp
import os
import pwd
import shutil
import socket
import stat
import subprocess
import unittest

from harness import BINARY, WAIT, Daemon, free_port, main
from milter_client import Milter

ROOT = os.geteuid() == 0


def as_nobody():
    user = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


class Sockets(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.clean_up)
        self.path = self.daemon.directory / "socket"

    def configure(self, **settings):
        """Replaces settings of the configuration file."""
        lines = [line for line in self.daemon.config.read_text().splitlines() if line.split(" ")[0] not in settings]
        lines += [f'{name} = "{value}";' for name, value in settings.items()]
        self.daemon.config.write_text("\n".join(lines) + "\n")

    def fails(self, code, *wanted, arguments=(), binary=BINARY, **keywords):
        """Runs the daemon, which must end with `code` and say all that is wanted."""
        run = subprocess.run([binary, "-f", "-c", str(self.daemon.config), *arguments], capture_output=True, text=True,
                             timeout=WAIT, check=False, **keywords)
        self.assertEqual(run.returncode, code, run.stderr)
        for text in wanted:
            self.assertIn(text, run.stderr)
        self.assertNotIn("started", run.stderr)
        return run.stderr

    def serves(self, address):
        with Milter(address) as milter:
            milter.connect()
            milter.helo()
            self.assertEqual(milter.message().verdict, "c")

    def test_unix(self):
        self.daemon.start()
        self.serves(self.daemon.address)
        status = self.path.stat()
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o660)
        self.assertEqual(self.daemon.stop()[0], 0)
        self.assertFalse(self.path.exists(), "removed at a clean stop")

    def test_mode_and_group(self):
        group = grp.getgrgid(os.getegid() if not ROOT else grp.getgrnam("daemon").gr_gid).gr_name
        self.configure(socket_group=group, socket_mode="0600")
        self.daemon.start()
        status = self.path.stat()
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o600)
        self.assertEqual(grp.getgrgid(status.st_gid).gr_name, group)

    def test_option_overrides(self):
        other = self.daemon.directory / "other"
        self.daemon.start("-l", f"unix:{other}")
        self.serves(f"unix:{other}")
        self.assertFalse(self.path.exists())

    def test_relative_path(self):
        self.daemon.start("-l", "unix:relative.sock", cwd=self.daemon.directory)
        self.serves(f"unix:{self.daemon.directory}/relative.sock")
        self.daemon.stop()
        self.assertFalse((self.daemon.directory / "relative.sock").exists())

    def test_inet(self):
        port = free_port()
        self.daemon.start("--listen", f"inet:{port}@127.0.0.1")
        self.serves(f"inet:{port}@127.0.0.1")
        self.assertEqual(self.daemon.stop()[0], 0)

    def test_inet_host_name(self):
        port = free_port()
        self.daemon.start("-l", f"inet:{port}@localhost")
        self.serves(f"inet:{port}@127.0.0.1")

    def test_inet6(self):
        try:
            with socket.socket(socket.AF_INET6) as s:
                s.bind(("::1", 0))
                port = s.getsockname()[1]
        except OSError:
            self.skipTest("no IPv6 here")
        self.daemon.start("-l", f"inet6:{port}@[::1]")
        self.serves(f"inet6:{port}@[::1]")

    def test_stale_socket_is_replaced(self):
        self.daemon.start()
        self.daemon.process.kill()
        self.daemon.process.wait()
        self.assertTrue(self.path.exists())
        self.daemon.start()
        self.serves(self.daemon.address)

    def test_live_socket_is_refused(self):
        self.daemon.start()
        self.fails(73, "another process is serving", "hint")
        self.serves(self.daemon.address)

    def test_busy_socket_is_refused(self):
        """A listener that does not accept, with a full backlog, is alive as well."""
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path))
            listener.listen(0)
            clients = [socket.socket(socket.AF_UNIX) for _ in range(3)]
            for client in clients:
                client.setblocking(False)
                try:
                    client.connect(str(self.path))
                except BlockingIOError:
                    pass
            self.fails(73, "another process is serving")
            for client in clients:
                client.close()
        self.assertTrue(self.path.exists())

    def test_other_things_are_not_removed(self):
        self.path.write_text("precious")
        self.fails(73, "not a socket")
        self.assertEqual(self.path.read_text(), "precious")
        self.path.unlink()
        target = self.daemon.directory / "target"
        target.write_text("precious")
        self.path.symlink_to(target)
        self.fails(73, "not a socket")
        self.path.unlink()
        self.path.mkdir()
        self.fails(73, "not a socket")
        self.path.rmdir()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram:
            datagram.bind(str(self.path))
            self.fails(73, "cannot be asked")

    def test_missing_group(self):
        self.configure(socket_group="no-such-group")
        self.fails(78, 'no group "no-such-group"', "groupadd --system no-such-group")
        self.assertFalse(self.path.exists(), "nothing half-started")

    def test_missing_directory(self):
        self.fails(73, "/gone of the socket does not exist", "install -d -o",
                   arguments=["-l", f"unix:{self.daemon.directory}/gone/socket"])
        (self.daemon.directory / "file").write_text("")
        self.fails(73, "does not exist", arguments=["-l", f"unix:{self.daemon.directory}/file/socket"])

    @unittest.skipUnless(ROOT, "needs to become somebody else")
    def test_unwritable_directory(self):
        locked = self.daemon.directory / "locked"
        locked.mkdir(mode=0o755)
        self.fails(77, "cannot be written to", "install -d -o nobody", arguments=["-l", f"unix:{locked}/socket"],
                   binary=self.copy_for_all(), preexec_fn=as_nobody)

    @unittest.skipUnless(ROOT, "needs to become somebody else")
    def test_group_of_others(self):
        self.configure(socket_group="daemon")
        binary = self.copy_for_all()
        self.daemon.directory.chmod(0o777)
        self.fails(77, 'cannot be given to group "daemon"', "usermod -a -G daemon nobody", binary=binary,
                   preexec_fn=as_nobody)
        self.assertFalse(self.path.exists(), "nothing half-started")

    def copy_for_all(self):
        """The binary under test may lie where only its owner may look."""
        if "VALGRIND_DAEMON" in os.environ:
            self.skipTest("what lies beside in_valgrind.sh would be missing beside a copy")
        self.daemon.directory.chmod(0o755)
        copy = self.daemon.directory / "coldshoulderd"
        shutil.copy(shutil.which(BINARY), copy)
        copy.chmod(0o755)
        return str(copy)

    def test_port_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.fails(73, "the port is taken", arguments=["-l", f"inet:{port}@127.0.0.1"])

    def test_foreign_address(self):
        self.fails(73, "not one of this host", arguments=["-l", f"inet:{free_port()}@192.0.2.1"])

    def test_wrong_names(self):
        long_path = "unix:/tmp/" + "x" * 120
        names = {
            "inet:8891": "has no host", "inet:8891@": "has no host", "inet6:8891@[]": "has no host",
            "inet6:8891@[::1": "has no host", "inet:0@127.0.0.1": "no port between",
            "inet:65536@127.0.0.1": "no port between", "inet:99999@127.0.0.1": "no port between",
            "inet:milter@127.0.0.1": "no port between", "inet:127.0.0.1:8891": "the port comes first",
            "inet:@127.0.0.1": "no port between", "inet:-1@127.0.0.1": "no port between", "unix:": "has no path",
            long_path: "bytes", "tcp:1@h": "is no socket", "/run/x.sock": "is no socket", "": "is no socket",
            "inet:8891@host.invalid": "has no IPv4 address",
        }
        for name, wanted in names.items():
            with self.subTest(name):
                self.fails(64, wanted, "hint", arguments=["-l", name])
        self.configure(socket="inet:8891")
        self.fails(78, "coldshoulder.conf", "has no host")

    def test_not_ours_any_more(self):
        """Another process has put its socket there: it stays when we stop."""
        self.daemon.start()
        self.path.unlink()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(self.path))
            self.assertEqual(self.daemon.stop()[0], 0)
            self.assertTrue(self.path.exists())


class Passed(unittest.TestCase):
    """Sockets passed by systemd."""

    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.clean_up)
        self.path = self.daemon.directory / "passed"

    def launch(self, descriptor, wait=True):
        self.daemon.launch_passing(descriptor)
        if wait:
            self.daemon.wait_log(" started: ")

    def test_unix(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path))
            listener.listen()
            self.launch(listener.fileno())
            with Milter(f"unix:{self.path}") as milter:
                milter.connect()
                self.assertEqual(milter.message().verdict, "c")
            self.assertEqual(self.daemon.stop()[0], 0)
        self.assertTrue(self.path.exists(), "systemd's file is not ours to remove")
        self.assertFalse((self.daemon.directory / "socket").exists())

    def test_inet_has_no_delay(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.launch(listener.fileno())
            with Milter(f"inet:{listener.getsockname()[1]}@127.0.0.1") as milter:
                milter.connect()
                self.assertEqual(milter.message().verdict, "c")
            self.assertTrue(listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    def test_no_listening_socket(self):
        with open("/dev/null", "rb") as null:
            self.launch(null.fileno(), wait=False)
            self.assertEqual(self.daemon.process.wait(WAIT), 78)
        self.assertIn("not a listening stream socket", self.daemon.log())

    def test_more_than_one(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path))
            listener.listen()
            self.daemon.launch_passing(listener.fileno(), count=2)
            self.assertEqual(self.daemon.process.wait(WAIT), 78)
        self.assertIn("more than one socket was passed", self.daemon.log())

    def test_numbers_that_are_none(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path))
            listener.listen()
            self.daemon.launch_passing(listener.fileno(), count="1x")
            self.daemon.wait_log(f"socket=unix:{self.daemon.directory}/socket")

    def test_for_somebody_else(self):
        self.daemon.start(env={**os.environ, "LISTEN_PID": "1", "LISTEN_FDS": "1"})
        self.assertIn(f"socket=unix:{self.daemon.directory}/socket", self.daemon.log())

    def test_notify_by_an_abstract_name(self):
        name = f"@coldshoulder-{os.getpid()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind("\0" + name[1:])
            manager.settimeout(WAIT)
            self.daemon.launch(env={**os.environ, "NOTIFY_SOCKET": name})
            self.assertIn(b"READY=1", manager.recv(4096))

    def test_notify_by_a_name_that_cannot_be(self):
        for name in ("relative", "/" + "x" * 200, "/"):
            self.daemon.start(env={**os.environ, "NOTIFY_SOCKET": name})
            self.assertEqual(self.daemon.stop()[0], 0)

    def test_notify(self):
        """READY only when connections are taken; STOPPING at the end."""
        name = self.daemon.directory / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(name))
            manager.settimeout(WAIT)
            self.daemon.launch(env={**os.environ, "NOTIFY_SOCKET": str(name)})
            self.assertIn(b"READY=1", manager.recv(4096))
            with Milter(self.daemon.address) as milter:
                milter.connect()
            self.daemon.send_signal(10)
            self.assertIn(b"RELOADING=1", manager.recv(4096))
            self.assertIn(b"READY=1", manager.recv(4096))
            self.daemon.stop()
            self.assertIn(b"STOPPING=1", manager.recv(4096))


if __name__ == "__main__":
    main()
