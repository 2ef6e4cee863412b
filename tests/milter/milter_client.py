"""The MTA's side of the milter protocol (versions 2 to 6), raw: what a test wants to send is sent, in any order.

The steps of a session behave as an MTA does: a step that the filter does not want is left out, and no reply is awaited
where none was agreed. send() and receive() are there for everything that an MTA would not do.
"""

import socket
import struct
from dataclasses import dataclass, field

ACTIONS_ALL = 0x1FF
ACTION_ADDHDRS, ACTION_CHGHDRS, ACTION_QUARANTINE, ACTION_SETSYMLIST = 0x01, 0x10, 0x20, 0x100
PROTOCOL_ALL = 0x1FFFFF  # what Postfix 3.7 offers
PROTOCOL_V2 = 0x7F       # what Sendmail 8.13 offers
SKIP, LEADSPC = 0x400, 0x100000
NO_STEP = {"C": 0x1, "H": 0x2, "M": 0x4, "R": 0x8, "B": 0x10, "L": 0x20, "N": 0x40, "U": 0x100, "T": 0x200}
NO_REPLY = {"L": 0x80, "C": 0x1000, "H": 0x2000, "M": 0x4000, "R": 0x8000, "T": 0x10000, "U": 0x20000,
            "N": 0x40000, "B": 0x80000}
STAGES = {0: "connect", 1: "helo", 2: "mail", 3: "rcpt", 4: "data", 5: "eom", 6: "eoh"}
CHUNK = 65535
TIMEOUT = 20


class Closed(Exception):
    """The filter closed the connection."""


@dataclass
class Edit:
    kind: str  # "insert", "change", "add", "quarantine", or the raw letter
    index: int = 0
    name: str = ""
    value: str = ""


@dataclass
class Result:
    verdict: str  # the last letter: c continue, a accept, r reject, t tempfail, d discard, y reply
    reply: str = ""
    edits: list = field(default_factory=list)

    def inserted(self, name):
        """Values that were inserted for the field, in the order in which they stand in the message."""
        return [e.value for e in reversed(self.edits) if e.kind == "insert" and e.name == name]

    def quarantined(self):
        return [e.value for e in self.edits if e.kind == "quarantine"]


def text(data):
    return data.decode("utf-8", "surrogateescape")


def raw(data):
    return data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")


def deliver(headers, result):
    """The header fields as an MTA delivers them. `headers` are those of the client; the MTA's own Received is on top.

    As Postfix does it: an index of a change counts the client's fields of that name as they are at that moment; an
    insertion counts all fields.
    """
    fields = [("Received", "by mx.test.example")] + [(n.rstrip(), v) for n, v in headers]
    for edit in result.edits:
        if edit.kind == "insert":
            fields.insert(edit.index, (edit.name, edit.value))
        elif edit.kind == "add":
            fields.append((edit.name, edit.value))
        elif edit.kind == "change":
            same = [i for i, (n, _) in enumerate(fields) if i > 0 and n.lower() == edit.name.lower()]
            if edit.index <= len(same):
                if edit.value:
                    fields[same[edit.index - 1]] = (edit.name, edit.value)
                else:
                    del fields[same[edit.index - 1]]
    return fields


def dial(address):
    kind, _, rest = address.partition(":")
    if kind == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIMEOUT)
        connection.connect(rest)
        return connection
    port, _, host = rest.partition("@")
    return socket.create_connection((host.strip("[]"), int(port)), TIMEOUT)


class Milter:
    """One connection to a filter. Leaving a `with` block closes it, as rudely as a dying MTA."""

    def __init__(self, address, version=6, actions=ACTIONS_ALL, protocol=PROTOCOL_ALL, negotiate=True):
        """`address`: "unix:PATH", "inet:PORT@HOST", or a socket that is connected already."""
        self.socket = dial(address) if isinstance(address, str) else address
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.protocol = self.actions = self.version = 0
        self.macros_wanted = {}
        try:
            if negotiate:
                self.negotiate(version, actions, protocol)
        except (Closed, OSError):
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, command, data=b""):
        self.socket.sendall(struct.pack(">I", len(data) + 1) + command.encode() + data)

    def _read(self, n):
        data = b""
        while len(data) < n:
            piece = self.socket.recv(n - len(data))
            if not piece:
                raise Closed
            data += piece
        return data

    def receive(self):
        try:
            length = struct.unpack(">I", self._read(4))[0]
            packet = self._read(length)
        except ConnectionError as error:
            raise Closed from error
        return chr(packet[0]), packet[1:]

    def silent(self, seconds=0.2):
        """Whether the filter says nothing for so long."""
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(1, socket.MSG_PEEK)
            return False
        except TimeoutError:
            return True
        except ConnectionError:
            return False
        finally:
            self.socket.settimeout(TIMEOUT)

    def negotiate(self, version, actions, protocol):
        self.send("O", struct.pack(">III", version, actions, protocol))
        command, data = self.receive()
        assert command == "O", command
        self.version, self.actions, self.protocol = struct.unpack(">III", data[:12])
        rest = data[12:]
        while rest:
            stage = struct.unpack(">I", rest[:4])[0]
            names, _, rest = rest[4:].partition(b"\0")
            self.macros_wanted[STAGES[stage]] = text(names)

    def macros(self, command, **pairs):
        """Macros for the step `command`; a long name is given without its braces: queue_id for i, client_name, ..."""
        short = {"queue_id": "i", "mta_version": "v", "host": "j", "origin": "_"}
        data = command.encode()
        for name, value in pairs.items():
            data += raw(short.get(name, "{%s}" % name)) + b"\0" + raw(value) + b"\0"
        self.send("D", data)

    def step(self, command, data=b""):
        """Sends a step; returns the letter of the reply, "c" where none is given."""
        if self.protocol & NO_STEP.get(command, 0):
            return "c"
        self.send(command, data)
        if self.protocol & NO_REPLY.get(command, 0):
            return "c"
        letter, self.last = self.receive()
        return letter

    def connect(self, name="client.sender.example", address="203.0.113.9", port=4711, family="4", **macros):
        macros.setdefault("mta_version", "Postfix 3.7.11")
        macros.setdefault("daemon_name", "smtpd")
        self.macros("C", **macros)
        data = raw(name) + b"\0" + family.encode()
        if family != "U":
            data += struct.pack(">H", port) + raw(address) + b"\0"
        return self.step("C", data)

    def helo(self, name="client.sender.example"):
        return self.step("H", raw(name) + b"\0")

    def mail(self, sender="<stranger@sender.example>", *arguments, **macros):
        if macros:
            self.macros("M", **macros)
        return self.step("M", b"".join(raw(a) + b"\0" for a in (sender,) + arguments))

    def rcpt(self, recipient="<me@home.example>", *arguments, **macros):
        if macros:
            self.macros("R", **macros)
        return self.step("R", b"".join(raw(a) + b"\0" for a in (recipient,) + arguments))

    def data(self):
        return self.step("T")

    def header(self, name, value):
        """`value` is as it stands behind the colon; where leading blanks are not agreed upon, one is taken away."""
        value = raw(value)
        if not self.protocol & LEADSPC and value.startswith(b" "):
            value = value[1:]
        return self.step("L", raw(name) + b"\0" + value + b"\0")

    def eoh(self):
        return self.step("N")

    def body(self, data):
        """Sends the body in chunks; returns the last reply and how many chunks were sent."""
        data = raw(data)
        letter, chunks = "c", 0
        while data and letter == "c":
            letter = self.step("B", data[:CHUNK])
            data = data[CHUNK:]
            chunks += 1
        return letter, chunks

    def eom(self, **macros):
        if macros:
            self.macros("E", **macros)
        self.send("E")
        edits = []
        while True:
            letter, data = self.receive()
            if letter in "im":
                name, value = data[4:].split(b"\0")[:2]
                edits.append(Edit("insert" if letter == "i" else "change", struct.unpack(">I", data[:4])[0], text(name),
                                  text(value)))
            elif letter == "h":
                name, value = data.split(b"\0")[:2]
                edits.append(Edit("add", 0, text(name), text(value)))
            elif letter == "q":
                edits.append(Edit("quarantine", value=text(data.rstrip(b"\0"))))
            elif letter in "+-2be":
                edits.append(Edit(letter, value=text(data)))
            elif letter != "p":
                return Result(letter, text(data.rstrip(b"\0")), edits)

    def abort(self):
        self.send("A")

    def quit(self):
        self.send("Q")
        self.close()

    def message(self, body="Hello there,\r\n\r\nsee you on Friday.\r\n", headers=None,
                sender="<stranger@sender.example>", recipients=("<me@home.example>",), queue_id="4TEST00001",
                mail_macros=None):
        """A whole message in a session that is open; returns its Result."""
        headers = plain_headers() if headers is None else headers
        self.mail(sender, **(mail_macros or {}))
        for recipient in recipients:
            self.rcpt(recipient)
        self.data()
        for name, value in headers:
            self.header(name, value)
        self.eoh()
        self.body(body)
        return self.eom(queue_id=queue_id)


def plain_headers(subject=" Hello"):
    return [("From", " A Stranger <stranger@sender.example>"), ("To", " me@home.example"), ("Subject", subject),
            ("Message-ID", " <1@sender.example>"), ("Date", " Mon, 2 Mar 2026 10:00:00 +0000")]
