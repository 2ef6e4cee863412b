"""Postfix's own body_checks with the phrases of the rules: what its cleanup costs with and without them.

Two cleanup services of one throw-away Postfix take the same mail by turns; it is thrown away behind them. body_checks
looks at one line as it came, so what it finds is not what the rules find; only the cost is compared.
"""

import pathlib
import re
import smtplib
import sys
import threading

from subjects import StartFailed, process_seconds

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "postfix"))
import sandbox  # noqa: E402

STRING = r'"((?:[^"\\]|\\.)*)"'
BLANK = "[[:space:]]+"

EXTRA = """
default_transport = discard:
relay_transport = discard:
relayhost =
meta_directory = /etc/postfix
max_use = 1000000
max_idle = 3600s
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd -o cleanup_service_name={name}
{name} unix n - n - 0 cleanup {options}
"""


def strings(text, key):
    """The strings of every list of this key in the text of a rule file."""
    for block in re.findall(rf"\b{key}\s*=\s*\[((?:[^\]\"]|{STRING})*)\]", text):
        for joined in re.finditer(rf"(?:{STRING}\s*)+", block[0]):
            yield "".join(re.findall(STRING, joined.group(0))).replace('\\"', '"').replace("\\\\", "\\")


def expression(phrase):
    """A phrase as PCRE, near enough."""
    gap = "[[:space:]](?:[^[:space:]]{1,40}[[:space:]]){0,3}"
    text = re.sub(r"([.+*^$\[\]{}\\])", r"\\\1", phrase.replace("...", "\0"))
    text = re.sub(r" *\0 *", lambda _: gap, text.replace("(", "(?:"))
    return text.replace(" ", BLANK)


def write_table(path, rules):
    """A pcre: table that acts on nothing it finds; returns how many expressions it has."""
    found = []
    for file in sorted(pathlib.Path(rules).glob("*.conf")):
        text = re.sub(r"(?m)^\s*#.*$", "", file.read_text(encoding="utf-8"))
        found += [expression(one) for one in strings(text, "phrases")] + list(strings(text, "patterns"))
    path.write_text("".join("/{}/ WARN\n".format(one.replace("/", "\\/")) for one in found), encoding="utf-8")
    return len(found)


class Postfix(sandbox.Sandbox):
    """A Postfix whose cleanup services "plain" and "checked" are told apart; it delivers nothing."""

    def __init__(self, build, rules):
        super().__init__(build)
        self.ports = {"plain": sandbox.free_port(), "checked": sandbox.free_port()}
        self.table = self.dir / "body_checks"
        self.expressions = write_table(self.table, rules)

    def begin(self):
        missing = sandbox.missing_requirements()
        if missing:
            raise StartFailed(missing)
        options = {"plain": "", "checked": f"-o body_checks=pcre:{self.table}"}
        self.start_postfix([""], EXTRA, "".join(
            MASTER.format(port=port, name=name, options=options[name]) for name, port in self.ports.items()))

    def cleanups(self, name):
        """The processes of a cleanup service: master names it in their arguments."""
        master = int((self.dir / "spool/pid/master.pid").read_text())
        found = []
        for place in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (place / "cmdline").read_bytes().split(b"\0")
                parent = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if parent == master and words[0] == b"cleanup" and name.encode() in words:
                found.append(int(place.name))
        return found

    def cpu(self, name):
        return sum(process_seconds(pid) for pid in self.cleanups(name))

    def refused(self):
        """How many expressions Postfix did not take."""
        return len(set(re.findall(r"body_checks, line (\d+)", self.maillog())))


def read_mail(directory, count):
    found = []
    for path in sorted(pathlib.Path(directory).rglob("*"))[:10 * count]:
        if path.is_file() and not path.name.startswith("README") and len(found) < count:
            text = path.read_bytes()
            found.append(re.sub(rb"^From [^\n]*\n", b"", text))
    return found


def send(port, messages, connections):
    """Sends them over some connections at once; raises what went wrong."""
    failures = []

    def one(share):
        try:
            with smtplib.SMTP("127.0.0.1", port, "client.test", 120) as client:
                for message in share:
                    client.sendmail("sender@far.example", ["you@sandbox.test"], message)
        except (OSError, smtplib.SMTPException) as error:
            failures.append(error)

    threads = [threading.Thread(target=one, args=(messages[number::connections],)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise StartFailed(f"Postfix does not take mail: {failures[0]}")


def measure(build, rules, mail, rounds, count):
    """{"plain": [microseconds CPU a message of cleanup, ...], "checked": [...], "expressions": n, "refused": n}"""
    messages = read_mail(mail, count)
    with Postfix(build, rules) as box:
        try:
            box.begin()
            found = {name: [] for name in box.ports}
            for name, port in box.ports.items():
                send(port, messages[:4], 4)  # starts the processes, which read the table
            for _ in range(rounds):
                for name, port in box.ports.items():
                    before = box.cpu(name)
                    send(port, messages, 4)
                    found[name].append((box.cpu(name) - before) * 1e6 / len(messages))
        except (sandbox.SandboxError, StartFailed) as error:
            raise StartFailed(f"{error}\n{box.maillog()[-1500:]}") from None
        return {**found, "expressions": box.expressions, "refused": box.refused(), "messages": len(messages)}
