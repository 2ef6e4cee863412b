"""Every system call that matters, seen by strace from the first to the last: nothing is written outside the daemon's own
directories, no program is started, and whoever gave root's rights up never asks for them again."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

import harness
from harness import COLD_BODY, free_port, main
from test_control import ask
from test_metrics import get

NOBODY = 65534
CALLS = ("open,openat,openat2,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,"
         "symlinkat,truncate,chmod,fchmodat,chown,fchownat,lchown,mknod,mknodat,execve,execveat,setuid,setresuid,setreuid,"
         "setgid,setresgid,setregid,setgroups,prctl")
OPENS = ("open", "openat", "openat2", "creat")
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")
IDENTITY = re.compile(r"set(res|re)?[ug]id|setgroups")
# "123 openat(AT_FDCWD</>, "/etc/x", O_RDONLY) = 3"
CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+|\?)")
UNFINISHED = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
QUOTED = re.compile(r'(?:<([^<>]*)>, )?"((?:[^"\\]|\\.)*)"')


def why_not():
    """Why nothing can be traced here, or None."""
    if os.geteuid() != 0:
        return "only root has rights to give up"
    if not shutil.which("strace"):
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return None if tried.returncode == 0 else f"ptrace is not permitted here: {tried.stderr.strip()}"


def whole_lines(text):
    """Calls of several threads, each put together again."""
    begun = {}
    for line in text.splitlines():
        if match := UNFINISHED.match(line):
            begun[match[1]] = match[2]
        elif match := RESUMED.match(line):
            yield f"{match[1]} {begun.pop(match[1], '')}{match[2]}"
        else:
            yield line


class Traced(harness.Daemon):
    def launch(self, *arguments, **keywords):
        self.trace = self.directory.with_suffix(".trace")
        environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")  # which needs ptrace for itself
        with open(self.log_path, "ab") as log:
            # -D: strace is the daemon's grandchild, so that the process that was started is the daemon.
            self.process = subprocess.Popen(
                ["strace", "-D", "-f", "-y", "-s", "4096", "-o", str(self.trace), "-e", f"trace={CALLS}", harness.BINARY, "-f",
                 "-c", str(self.config)], stderr=log, stdin=subprocess.DEVNULL, env=environment)

    def calls(self):
        """(name, arguments, result) of all, once the process has ended."""
        deadline = time.monotonic() + harness.WAIT
        while f"{self.process.pid} +++ " not in self.trace.read_text() and time.monotonic() < deadline:
            time.sleep(0.02)
        # ThreadSanitizer's own file, before main().
        lines = [line for line in whole_lines(self.trace.read_text()) if '"/tmp/tsan.rodata.' not in line]
        return [match.groups() for line in lines if (match := CALL.match(line))]


class Trace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        reason = why_not()
        if reason:
            print(f"NOT TRACED: {reason}", file=sys.stderr)
            raise unittest.SkipTest(reason)
        port = free_port()
        daemon = Traced(f'metrics = "inet:{port}@127.0.0.1";', start=False,
                        memory=f'freemail_list = "{harness.HERE.parents[1]}/conf/lists/freemail.txt";')
        try:
            for path in (daemon.directory, daemon.directory / "state"):
                os.chown(path, NOBODY, NOBODY)
            daemon.start()
            cls.work(daemon, port)
            cls.uids = cls.identities(daemon.process.pid)
            assert daemon.stop()[0] == 0, daemon.log()
            cls.calls = daemon.calls()
            cls.directory = daemon.directory
        finally:
            daemon.clean_up()
            daemon.trace.unlink(missing_ok=True)

    @staticmethod
    def work(daemon, port):
        """Mail in and out, the memory, the decision log, metrics, reload, control."""
        with daemon.session() as milter:
            for body in (COLD_BODY, harness.SEVERE_BODY):
                assert milter.message(body).verdict == "c"
        get(port)
        for number in (signal.SIGUSR1, signal.SIGHUP):
            count = daemon.log().count("reloaded: ")
            daemon.send_signal(number)
            daemon.wait_log("reloaded: ", count + 1)
        assert ask(daemon, b"status")["ok"]
        assert ask(daemon, json.dumps({"command": "who", "address": "a@b.example"}).encode()) is not None

    @staticmethod
    def identities(pid):
        """Uid lines and NoNewPrivs of every thread."""
        texts = [(task / "status").read_text() for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
        return {(re.search(r"(?m)^Uid:\s+(.*)$", text)[1], re.search(r"(?m)^NoNewPrivs:\s+(\d)", text)[1]) for text in texts}

    def dropped(self):
        """The index of the call by which the user was changed."""
        return max(i for i, (name, arguments, result) in enumerate(self.calls)
                   if name in ("setresuid", "setuid", "setreuid") and result == "0")

    def test_all_that_is_written_is_in_its_directories(self):
        seen = 0
        for name, arguments, result in self.calls:
            if name in OPENS and not (name == "creat" or WRITES.search(arguments)):
                continue
            if name.startswith(("prctl", "exec")) or IDENTITY.match(name):
                continue
            for directory, text in QUOTED.findall(arguments):
                path = pathlib.Path(os.path.normpath(os.path.join(directory or "/", text)))
                seen += 1
                if path.parts[:2] == ("/", "proc") or str(path) == "/dev/null":
                    continue
                self.assertTrue(path.is_relative_to(self.directory), f"{name}({arguments}) = {result}")
        self.assertGreater(seen, 5)

    def test_no_program_is_started(self):
        self.assertEqual([name for name, _, result in self.calls if name.startswith("exec") and result == "0"], ["execve"])

    def test_root_never_comes_back(self):
        self.assertEqual(self.uids, {("\t".join([str(NOBODY)] * 4), "1")})
        for name, arguments, _ in self.calls[self.dropped() + 1:]:
            if IDENTITY.match(name):
                self.assertNotRegex(arguments, r"\b0\b", name)

    def test_no_new_privileges_before_anything_is_opened_for_writing(self):
        barred = [i for i, (name, arguments, result) in enumerate(self.calls)
                  if name == "prctl" and "PR_SET_NO_NEW_PRIVS, 1" in arguments and result == "0"]
        self.assertTrue(barred)
        for name, arguments, _ in self.calls[:self.dropped()]:
            if name in OPENS and WRITES.search(arguments):
                self.assertIn("/dev/", arguments, name)


if __name__ == "__main__":
    main()
