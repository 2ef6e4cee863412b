#!/usr/bin/env python3
"""./dev soak MINUTES: a mix of everything for a long time, with reloads and store failures in between.

Mail from files, outbound and inbound, aborted sessions, probes, requests of the tool, a reload every few seconds, a store
that is damaged now and then. Memory, descriptors and threads are looked at every second; after a warm-up (the first
third) they must not grow: the slope is told, and more than a tenth in the time that was measured fails. Ends 1 then, or
when a message was not answered.
"""

import argparse
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import threading
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/milter"))


def sample(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    number = lambda name: int(re.search(rf"^{name}:\s+(\d+)", status, re.M).group(1))
    return number("VmRSS"), len(os.listdir(f"/proc/{pid}/fd")), number("Threads")


def slope(values):
    """By least squares, per sample."""
    n = len(values)
    mean_x, mean_y = (n - 1) / 2, sum(values) / n
    above = sum((x - mean_x) * (y - mean_y) for x, y in enumerate(values))
    below = sum((x - mean_x) ** 2 for x in range(n))
    return above / below if below else 0.0


class Soak:
    def __init__(self, options, harness):
        self.options = options
        self.harness = harness
        memory = f'deadline = "2s"; freemail_list = "{PROJECT}/conf/lists/freemail.txt";'
        self.daemon = harness.Daemon(memory=memory)
        self.stopping = threading.Event()
        self.counts = {"messages": 0, "unanswered": 0, "reloads": 0, "stores damaged": 0, "requests": 0, "cut off": 0}
        self.lock = threading.Lock()

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] += number

    def load(self, *arguments):
        """milterload, again and again."""
        while not self.stopping.is_set():
            result = subprocess.run([self.options.milterload, "-s", self.daemon.address, "-c", "4", "-n", "2000", "-q",
                                     *arguments, PROJECT / "tests/mail"], capture_output=True, text=True, check=False)
            found = re.search(r"messages=(\d+) failures=(\d+)", result.stderr)
            self.count("messages", int(found.group(1)) if found else 0)
            self.count("unanswered", int(found.group(2)) if found else 1)

    def cut_off(self):
        while not self.stopping.wait(0.05):
            with self.daemon.session() as milter:
                for step in [milter.mail, milter.rcpt, milter.eoh][:random.randrange(4)]:
                    step()
            self.count("cut off")

    def disturb(self):
        tool = pathlib.Path(self.harness.BINARY).parent / "coldshoulder"
        turn = 0
        while not self.stopping.wait(2):
            turn += 1
            self.daemon.send_signal(signal.SIGUSR1)
            self.count("reloads")
            subprocess.run([tool, random.choice(["stats", "status"]), "-c", self.daemon.config], capture_output=True,
                           check=False, timeout=60)
            self.count("requests")
            if turn % 10 == 0:
                with open(self.daemon.directory / "state/memory.db", "r+b") as file:
                    file.write(os.urandom(8192))
                self.count("stores damaged")
                for old in sorted((self.daemon.directory / "state").glob("*unusable*"))[:-3]:
                    old.unlink()

    def run(self):
        seconds = self.options.minutes * 60
        work = [threading.Thread(target=self.load), threading.Thread(target=self.load, args=("-a", "jo")),
                threading.Thread(target=self.cut_off), threading.Thread(target=self.disturb)]
        for thread in work:
            thread.start()
        samples, end = [], time.monotonic() + seconds
        while time.monotonic() < end and self.daemon.process.poll() is None:
            samples.append(sample(self.daemon.process.pid))
            time.sleep(1)
        self.stopping.set()
        for thread in work:
            thread.join()
        return samples

    def report(self, samples):
        alive = self.daemon.process.poll() is None
        print(", ".join(f"{name} {number}" for name, number in self.counts.items()))
        good = alive and self.counts["unanswered"] == 0 and self.counts["messages"] > 0
        measured = samples[len(samples) // 3:]
        for place, name in enumerate(("RSS in KiB", "descriptors", "threads")):
            values = [one[place] for one in measured]
            growth = slope(values) * len(values)
            flat = growth <= max(sum(values) / len(values) / 10, 4)
            good = good and flat
            print(f"{name}: {min(values)} to {max(values)}, slope {slope(values) * 60:+.2f} a minute"
                  f"{'' if flat else ': IT GROWS'}")
        if not alive:
            print(f"the daemon ended:\n{self.daemon.log()[-3000:]}")
        elif self.daemon.stop()[0] != 0:
            good = False
            print(f"it did not stop cleanly:\n{self.daemon.log()[-3000:]}")
        self.daemon.clean_up()
        return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=str(PROJECT / "build/release"))
    parser.add_argument("minutes", type=float)
    options = parser.parse_args()
    os.environ["COLDSHOULDERD"] = f"{options.build}/coldshoulderd"
    options.milterload = f"{options.build}/tests/bench/milterload"
    import harness  # the program's path must be known first
    soak = Soak(options, harness)
    samples = soak.run()
    if len(samples) < 6:
        print("too short to say anything")
        return 1
    return 0 if soak.report(samples) else 1


if __name__ == "__main__":
    sys.exit(main())
