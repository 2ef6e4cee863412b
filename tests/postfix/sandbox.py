"""A throw-away Postfix on loopback with milters in front, without systemd, syslog or /etc/postfix. Needs root.

    with Sandbox(build) as box:
        box.start(config_text)
        queue_id = box.send(sender, recipients, message_bytes, xclient={...})
        text = box.delivered(queue_id)
"""

import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time

MAIN_CF = """
compatibility_level = 3.6
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
queue_directory = {dir}/spool
data_directory = {dir}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {dir}/maillog
maillog_file_prefixes = /var, /dev/stdout, {dir}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.sandbox.test
mydomain = sandbox.test
myorigin = sandbox.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtpd_relay_restrictions = check_client_access static:OK, reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
relayhost = [127.0.0.1]:{sink_port}
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_milters = {milters}
non_smtpd_milters = {local_milters}
milter_default_action = tempfail
{extra}
"""

MASTER_CF = """
127.0.0.1:{smtp_port} inet n - n - - smtpd
127.0.0.1:{submission_port} inet n - n - - smtpd
    -o syslog_name=postfix/submission
    -o milter_macro_daemon_name=ORIGINATING
pickup    unix n - n 60  1 pickup
cleanup   unix n - n -   0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n -   - trivial-rewrite
bounce    unix - - n -   0 bounce
defer     unix - - n -   0 bounce
trace     unix - - n -   0 bounce
verify    unix - - n -   1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n -   - proxymap
proxywrite unix - - n -  1 proxymap
smtp      unix - - n -   - smtp
relay     unix - - n -   - smtp
showq     unix n - n -   - showq
error     unix - - n -   - error
retry     unix - - n -   - error
discard   unix - - n -   - discard
anvil     unix - - n -   1 anvil
scache    unix - - n -   1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

PROJECT = pathlib.Path(__file__).resolve().parents[2]
AUTHSERV_ID = "mx.sandbox.test"


# A sanitizer's report; the options are those of tests/milter/harness.py.
REPORT = re.compile(r"(WARNING: ThreadSanitizer|ERROR: \w+Sanitizer|runtime error): .*")
os.environ.setdefault("TSAN_OPTIONS", f"atexit_sleep_ms=0:suppressions={PROJECT}/tests/milter/thread.supp")


class SandboxError(Exception):
    """Something of the sandbox did not come up; the text says what and where the log is."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    raise SandboxError(f"waited {seconds} s in vain for {what}")


def accepts(port):
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def without_repetitions(main_cf):
    """The last setting of a parameter alone. Of others Postfix's programs warn as they start, postlogd too: with a full
    log socket it would wait for itself, and everybody for it."""
    settings = {}
    for line in main_cf.splitlines():
        name = line.split("=")[0].strip()
        settings.pop(name, None)
        settings[name] = line
    return "\n".join(settings.values()) + "\n"


def missing_requirements():
    """What keeps the sandbox from running here, in words, or None."""
    if os.geteuid() != 0:
        return "Postfix's master needs root"
    for program in ("postfix", "smtp-sink"):
        if not shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin"):
            return f"{program} is missing: apt-get install postfix"
    return None


class Sandbox:
    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="coldshoulder-sandbox."))
        self.dir.chmod(0o755)
        self.smtp_port = free_port()
        self.submission_port = free_port()
        self.sink_port = free_port()
        self.processes = {}
        self.keep = False

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if not self.keep:
            self.stop()
        return False

    # What runs

    def start(self, config, extra_main_cf="", rules=PROJECT / "rules", verifier=True, extra_master_cf=""):
        """Starts the daemon with this configuration text, the verifier, the next hop and Postfix."""
        self.install(rules)
        self.start_daemon(config)
        milters = ["unix:" + str(self.dir / "run/coldshoulder.sock")]
        if verifier:
            self.start_verifier()
            milters.insert(0, "unix:" + str(self.dir / "run/verifier.sock"))
        self.start_sink()
        self.start_postfix(milters, extra_main_cf, extra_master_cf)

    def install(self, rules):
        """Copies program and rules to where an unprivileged user can reach them."""
        (self.dir / "bin").mkdir()
        for name in ("coldshoulderd", "coldshoulder", "tests/postfix/verifier_milter"):
            if (self.build / name).exists():
                shutil.copy2(self.build / name, self.dir / "bin")
        shutil.copytree(rules, self.dir / "rules")
        shutil.copy2(PROJECT / "conf/lists/freemail.txt", self.dir)
        for name in ("run", "state"):
            (self.dir / name).mkdir()
            shutil.chown(self.dir / name, "nobody", "postfix")
            (self.dir / name).chmod(0o2750)
        subprocess.run(["chmod", "-R", "a+rX", self.dir / "bin", self.dir / "rules"], check=True)

    def spawn(self, name, command, user=None):
        log = open(self.dir / f"{name}.log", "ab")
        identity = {}
        if user:
            identity = {"user": user, "group": "postfix", "extra_groups": []}
        self.processes[name] = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **identity)
        log.close()

    def log(self, name):
        path = self.dir / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_ready(self, name, condition):
        def ready():
            if self.processes[name].poll() is not None:
                raise SandboxError(f"{name} ended with {self.processes[name].returncode}:\n{self.log(name)}")
            return condition()
        wait_for(name, ready, 120)

    def write_config(self, config):
        preamble = (f'rules_dir = "{self.dir}/rules";\nlocal_rules_dir = "{self.dir}/rules.d";\n'
                    f'state_dir = "{self.dir}/state";\nsocket = "unix:{self.dir}/run/coldshoulder.sock";\n')
        if "memory" not in config:
            preamble += f'memory = {{ freemail_list = "{self.dir}/freemail.txt"; }};\n'
        (self.dir / "coldshoulder.conf").write_text(preamble + config)

    def start_daemon(self, config):
        self.write_config(config)
        self.spawn("coldshoulderd", [self.dir / "bin/coldshoulderd", "-f", "-v", "-c", self.dir / "coldshoulder.conf"],
                   user="nobody")
        self.wait_ready("coldshoulderd", (self.dir / "run/coldshoulder.sock").exists)

    def start_verifier(self):
        self.spawn("verifier", [self.dir / "bin/verifier_milter", "unix:" + str(self.dir / "run/verifier.sock"),
                                AUTHSERV_ID], user="nobody")
        self.wait_ready("verifier", (self.dir / "run/verifier.sock").exists)

    def start_sink(self):
        sink = self.dir / "sink"
        sink.mkdir()
        sink.chmod(0o1777)
        self.spawn("sink", ["/usr/sbin/smtp-sink", "-u", "postfix", "-R", sink, "-d", "mail.", "-h", "sink.test",
                            f"127.0.0.1:{self.sink_port}", "100"])
        self.wait_ready("sink", lambda: accepts(self.sink_port))

    def start_postfix(self, milters, extra, extra_master):
        for name in ("etc", "spool", "data"):
            (self.dir / name).mkdir(mode=0o755)
        shutil.chown(self.dir / "data", "postfix", "postfix")
        (self.dir / "data").chmod(0o700)
        values = dict(dir=self.dir, sink_port=self.sink_port, smtp_port=self.smtp_port,
                      submission_port=self.submission_port, milters=" ".join(milters), local_milters=milters[-1],
                      extra=extra)
        (self.dir / "etc/main.cf").write_text(without_repetitions(MAIN_CF.format(**values)))
        (self.dir / "etc/master.cf").write_text(MASTER_CF.format(**values) + extra_master)
        self.postfix("start")
        wait_for("Postfix", lambda: accepts(self.smtp_port))

    def postfix(self, verb):
        result = subprocess.run(["/usr/sbin/postfix", "-c", self.dir / "etc", verb], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True)
        if verb == "start" and result.returncode != 0:
            raise SandboxError(f"postfix start failed:\n{result.stderr}\n{self.maillog()}")

    def maillog(self):
        path = self.dir / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""

    def pids(self):
        return [process.pid for process in self.processes.values()]

    def stop(self):
        """Ends what was started, and removes the directory. A report of a sanitizer is an error."""
        if (self.dir / "etc/main.cf").exists():
            self.postfix("stop")
        for process in self.processes.values():
            stop_process(process)
        log = self.log("coldshoulderd")
        shutil.rmtree(self.dir, ignore_errors=True)
        if found := REPORT.search(log):
            raise SandboxError(f"a sanitizer complains:\n{log[found.start():][:6000]}")

    # Mail

    def send(self, sender, recipients, message, xclient=None, port=None):
        """Sends by SMTP and returns the queue id; raises smtplib's errors when Postfix refuses."""
        with contextlib.closing(smtplib.SMTP("127.0.0.1", port or self.smtp_port, "client.test", 30)) as client:
            client.ehlo()
            if xclient:
                client.docmd("XCLIENT", " ".join(f"{name}={value}" for name, value in xclient.items()))
                client.ehlo()
            client.mail(sender, ["BODY=8BITMIME"])
            for recipient in recipients:
                code, reply = client.rcpt(recipient)
                if code != 250:
                    raise smtplib.SMTPRecipientsRefused({recipient: (code, reply)})
            code, reply = client.data(message)
            client.docmd("QUIT")
        if code != 250:
            raise smtplib.SMTPDataError(code, reply)
        return re.search(rb"queued as (\w+)", reply).group(1).decode()

    def submit(self, sender, recipients, message):
        """Hands a message to sendmail(1), as programs of this host do, and returns the queue id."""
        before = self.maillog()
        subprocess.run(["/usr/sbin/sendmail", "-C", self.dir / "etc", "-f", sender, "-i", *recipients], input=message,
                       check=True, capture_output=True)

        def find():
            found = re.search(r"postfix/cleanup\[\d+\]: (\w+): message-id=", self.maillog()[len(before):])
            return found.group(1) if found else None
        return wait_for("a local message", find)

    def delivered(self, queue_id):
        """The message as the next hop got it."""
        def find():
            for path in (self.dir / "sink").iterdir():
                text = path.read_bytes()
                if re.search(rb"id %s\b" % queue_id.encode(), text) and text.endswith(b"\n"):
                    return text
            return None
        return wait_for(f"delivery of {queue_id}", find)

    def decision_log(self, queue_id):
        """The daemon's line about this message."""
        def find():
            found = re.search(rf"\b{queue_id}: (class=.*)$", self.log("coldshoulderd"), re.MULTILINE)
            return found.group(1) if found else None
        return wait_for(f"the log line of {queue_id}", find)

    def rejection_log(self, message_id):
        """The daemon's line about a message that was rejected, whose queue id the client never heard."""
        def find():
            found = re.search(rf"cleanup\[\d+\]: (\w+): message-id=<{re.escape(message_id)}>", self.maillog())
            return found.group(1) if found else None
        return self.decision_log(wait_for(f"{message_id} in Postfix's log", find))


def stop_process(process, seconds=10):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def header_block(message):
    return message.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]


def header_values(message, name):
    """All values of a header field, unfolded."""
    block = re.sub(rb"\n[ \t]+", b" ", header_block(message))
    pattern = rb"^%s[ \t]*:[ \t]*(.*)$" % re.escape(name.encode())
    return [value.decode(errors="replace").strip() for value in re.findall(pattern, block, re.M | re.I)]


def sandbox_user_exists():
    try:
        pwd.getpwnam("postfix")
        return True
    except KeyError:
        return False
