"""The systemd units, as far as they can be tried without systemd as the first process."""

import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from harness import BINARY, COLD_BODY, WAIT, Daemon, main
from milter_client import Milter

SOURCE = pathlib.Path(__file__).resolve().parents[2]
EXPOSURE_MAX = 1.6
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1


def has(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


class Units(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.clean_up)
        # As CMake configures it, with programs that are there.
        text = (SOURCE / "systemd/coldshoulder.service.in").read_text()
        text = re.sub(r"@CMAKE_INSTALL_FULL_S?BINDIR@/\w+", "/bin/true", text)
        self.service = self.daemon.directory / "coldshoulder.service"
        self.service.write_text(text.replace("@CMAKE_INSTALL_FULL_SYSCONFDIR@", "/etc"))
        shutil.copy(SOURCE / "systemd/coldshoulder.socket", self.daemon.directory)

    @has("systemd-analyze")
    def test_verify(self):
        result = subprocess.run(["systemd-analyze", "verify", "--man=no", str(self.service),
                                 str(self.daemon.directory / "coldshoulder.socket")], capture_output=True, text=True,
                                timeout=60)
        said = [line for line in result.stderr.splitlines() if "coldshoulder" in line]
        self.assertEqual((result.returncode, said), (0, []), result.stderr)

    @has("systemd-analyze")
    def test_exposure(self):
        result = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(self.service)],
                                capture_output=True, text=True, timeout=60)
        level = re.search(r"Overall exposure level for coldshoulder.service: ([\d.]+)", result.stdout)
        self.assertTrue(level, result.stdout + result.stderr)
        self.assertLessEqual(float(level.group(1)), EXPOSURE_MAX, result.stdout)

    @has("systemd-socket-activate")
    def test_activation(self):
        """The first connection starts the daemon, and is served."""
        name = self.daemon.directory / "activated"
        # It hands nothing of the environment on that is not named; the sanitizers need what the harness tells them.
        options = [word for key, value in os.environ.items() if key.endswith("SAN_OPTIONS") for word in ("-E", f"{key}={value}")]
        with open(self.daemon.log_path, "ab") as log:
            self.daemon.process = subprocess.Popen(
                ["systemd-socket-activate", *options, "-l", str(name), BINARY, "-f", "-c", str(self.daemon.config)],
                stdin=subprocess.DEVNULL, stderr=log, stdout=log)
        self.daemon.wait_log("Listening on ")
        with Milter(f"unix:{name}") as milter:
            milter.connect()
            result = milter.message(COLD_BODY)
        self.assertEqual([value.strip() for value in result.inserted("X-Coldshoulder-Class")], ["cold"])
        self.assertIn("socket=passed by systemd", self.daemon.log())
        self.assertIn(f'socket = "{self.daemon.address}" is not used: systemd passes unix:{name}', self.daemon.log())
        self.assertEqual(self.daemon.stop()[0], 0)

    def test_without_writable_code(self):
        """MemoryDenyWriteExecute: the daemon says so once, and judges as before."""
        libc = ctypes.CDLL(None, use_errno=True)

        def refuse():
            if libc.prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
                raise OSError("this kernel does not know PR_SET_MDWE")

        try:
            subprocess.run(["true"], preexec_fn=refuse, check=True, timeout=WAIT)
        except subprocess.SubprocessError as error:
            self.skipTest(str(error))
        self.daemon.start(preexec_fn=refuse)
        with self.daemon.session() as milter:
            for _ in range(40):  # often enough for code that is made when a pattern is used
                result = milter.message(COLD_BODY)
        self.assertEqual([value.strip() for value in result.inserted("X-Coldshoulder-Class")], ["cold"])
        self.assertEqual(self.daemon.log().count("JIT off"), 1)
        self.assertEqual(self.daemon.stop()[0], 0)


if __name__ == "__main__":
    main()
