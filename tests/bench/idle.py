"""Connections to a filter that negotiate, and then say nothing."""

import contextlib
import select
import socket
import struct

OFFER = struct.pack("!IcIII", 13, b"O", 6, 0x1FF, 0x1FFFFF)  # what Postfix offers


@contextlib.contextmanager
def connections(path, count):
    with contextlib.ExitStack() as all_of_them:
        found = []
        for _ in range(count):
            one = all_of_them.enter_context(socket.socket(socket.AF_UNIX))
            one.connect(str(path))
            one.sendall(OFFER)
            found.append(one)
        for one in found:
            length = struct.unpack("!I", receive(one, 4))[0]
            receive(one, length)
        yield found


def receive(one, count):
    data = b""
    while len(data) < count:
        piece = one.recv(count - len(data))
        if not piece:
            raise SystemExit("bench: an idle connection was closed")
        data += piece
    return data


def broken(open_ones):
    """How many of them the filter has closed: it has nothing to say to them."""
    poller = select.poll()
    for one in open_ones:
        poller.register(one, select.POLLIN)
    return len(poller.poll(0))
