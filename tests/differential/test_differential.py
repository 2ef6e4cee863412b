"""However a verdict is come by, it is the same: test_differential.py [--rules DIRECTORY] [--alone] [--cuts N] PLACE...

With libhs and without, with PCRE2's machine code and without, by one thread and by eight (see differential.c; --alone:
also by PCRE2 without any prefilter); and however the MTA cuts the body into pieces: at every byte of a letter (--cuts:
of so many letters).
"""

import argparse
import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "milter"))

import harness  # noqa: E402
from milter_client import plain_headers  # noqa: E402


def judge(name, options, rules, places):
    result = subprocess.run([os.environ[name], *options, "-r", rules, *places], text=True, errors="replace",
                            capture_output=True)
    print(result.stderr, end="")
    if result.returncode:
        sys.exit(f"{name.lower()}: exit code {result.returncode}")
    return result.stdout.splitlines()


def deliver(milter, pieces):
    milter.mail()
    milter.rcpt()
    milter.data()
    for name, value in plain_headers():
        milter.header(name, value)
    milter.eoh()
    for piece in pieces:
        milter.body(piece)
    return milter.eom().inserted("X-Coldshoulder")


def cut_everywhere(bodies, rules):
    """Each body whole, then in two pieces, cut at every byte. Returns the number of cuts."""
    harness.WAIT = 120  # all the shipped rules are compiled
    daemon = harness.Daemon(start=False)
    cuts = 0
    try:
        daemon.config.write_text(daemon.config.read_text().replace(f'"{daemon.directory}/rules"', f'"{rules}"'))
        daemon.start()
        with daemon.session() as milter:
            for body in bodies:
                whole = deliver(milter, [body])
                for at in range(1, len(body)):
                    cut = deliver(milter, [body[:at], body[at:]])
                    assert cut == whole, f"cut at byte {at} of {len(body)}: {cut}, whole: {whole}"
                    cuts += 1
    finally:
        daemon.clean_up()
    return cuts


def bodies(places, count):
    """Short letters first."""
    files = sorted((file for place in places for file in pathlib.Path(place).rglob("*.eml")), key=lambda f: f.stat().st_size)
    for file in files[:count]:
        head, _, body = file.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")
        yield body.replace(b"\n", b"\r\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", default=str(SOURCE / "rules"))
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--cuts", type=int, default=1)
    parser.add_argument("places", nargs="+")
    options = parser.parse_args()
    flags = ["-a"] if options.alone else []
    found = judge("DIFFERENTIAL", flags, options.rules, options.places)
    other = judge("DIFFERENTIAL_WITHOUT_LIBHS", [], options.rules, options.places)
    if found != other:
        for i, (one, two) in enumerate(zip(found, other)):
            if one != two:
                print(f"message {i}\n  with libhs:    {one}\n  without libhs: {two}")
        sys.exit("with and without libhs differ")
    cuts = cut_everywhere(bodies(options.places, options.cuts), options.rules)
    print(f"{len(found)} messages the same with and without libhs; {cuts} cuts of a body")
    if not found or not cuts:
        sys.exit("nothing was compared")


if __name__ == "__main__":
    main()
