"""./dev bench: what a message costs, in one run and in turn, beside the floor of libmilter and (--peers) other filters.

Figures of different machines, and of different times on a shared one, cannot be compared: ratios within one run can.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import callgrind
import mails
import page
from subjects import Coldshoulder, Floor, Redis, Rspamd, SpamAssassin

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent


class Figure:
    """One measure of one subject, once a round."""

    def __init__(self):
        self.values = []

    def add(self, value):
        self.values.append(value)

    @property
    def median(self):
        return statistics.median(self.values)

    def text(self, digits=0):
        return f"{self.median:.{digits}f} ({min(self.values):.{digits}f}-{max(self.values):.{digits}f})"

    def point(self, x):
        return x, self.median, min(self.values), max(self.values)

    def json(self):
        return {"median": self.median, "min": min(self.values), "max": max(self.values), "runs": len(self.values)}


class Cell:
    """The measures of one subject over one set of mail and one number of connections."""

    def __init__(self):
        self.cpu, self.rate, self.p50, self.p99 = Figure(), Figure(), Figure(), Figure()

    def json(self):
        return {"cpu_us": self.cpu.json(), "per_second": self.rate.json(), "p50_ms": self.p50.json(),
                "p99_ms": self.p99.json()}


class Bench:
    def __init__(self, options):
        self.options = options
        self.build = pathlib.Path(options.build).resolve()
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="csb", dir="/tmp"))
        self.place.chmod(0o755)
        self.subjects = []
        self.cells = {}  # (subject, mail, connections)
        self.sets = {}  # name -> directory of mail; the first is the one that most is measured on
        self.curves = {}  # title -> (x title, y title, {series: [(x, median, low, high)]})
        self.facts = {}

    def say(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    def load(self, subject, mail, connections, messages):
        """Replays mail; microseconds of CPU a message, messages a second, p50 and p99 in milliseconds."""
        before = subject.cpu()
        result = subprocess.run([str(self.build / "tests/bench/milterload"), "-s", subject.connection, "-q", "-c",
                                 str(connections), "-n", str(messages), str(mail)], capture_output=True, text=True)
        found = re.search(r"failures=(\d+) .*rate=(\d+)/s p50=([\d.]+)ms p99=([\d.]+)ms", result.stderr)
        if not found or int(found.group(1)):
            raise SystemExit(f"bench: {subject.name}: {result.stderr.strip()}")
        cpu = (subject.cpu() - before) * 1e6 / messages
        return cpu, float(found.group(2)), float(found.group(3)), float(found.group(4))

    def measure(self, subject, name, mail, connections, messages):
        cell = self.cells.setdefault((subject.name, name, connections), Cell())
        for figure, value in zip((cell.cpu, cell.rate, cell.p50, cell.p99),
                                 self.load(subject, mail, connections, messages)):
            figure.add(value)

    def fill(self, count):
        """Something that teaches the store of a configuration so many relationships."""
        box = self.place / f"sent-{count}.mbox"
        if not box.exists():
            mails.sent_mail(box, count)

        def teach(config):
            subprocess.run([str(self.build / "coldshoulder"), "learn", "sent", "-c", str(config), str(box)], check=True,
                           stdout=subprocess.DEVNULL)
        return teach

    def start(self):
        empty = self.place / "norules"
        empty.mkdir()
        rules = SOURCE / "rules"
        self.say("starting the filters, and teaching their stores")
        self.subjects = [Floor(self.place, self.build), Coldshoulder("no rules", self.place, self.build, empty),
                         Coldshoulder("rules", self.place, self.build, rules),
                         Coldshoulder("sqlite", self.place, self.build, rules, 'store = "sqlite";',
                                      self.fill(self.options.stored))]
        if shutil.which("redis-server"):
            self.subjects.append(Redis(self.place, self.build, rules, self.fill(self.options.stored)))
        if self.options.peers:
            self.subjects += [Rspamd(self.place, HERE), SpamAssassin(self.place)]
        for subject in self.subjects:
            if isinstance(subject, Coldshoulder):
                self.facts[f"start_cold_s {subject.name}"] = round(subject.start_seconds, 3)

    def subject(self, name):
        return next(subject for subject in self.subjects if subject.name == name)

    def messages_for(self, subject):
        """Slow filters get fewer messages, so that all take about as long."""
        return self.options.messages // (40 if isinstance(subject, SpamAssassin) else 1)

    def mail_sets(self):
        generated = mails.generate(self.place / "mix")
        corpus = pathlib.Path(os.environ.get("COLDSHOULDER_CORPUS") or "/nowhere")
        for place in (corpus, corpus / "dev", SOURCE / "build/eval-corpus/dev"):
            if (place / "ham/sa-easy-ham-1").is_dir():
                return {"ham": place / "ham/sa-easy-ham-1", "cold": place / "cold", "mix": generated}
        return {"mix": generated}

    def compare(self):
        sets = self.sets
        first = next(iter(sets))
        plan = [(name, 4) for name in sets] + [(first, n) for n in (1, 16, 64)]
        for subject in self.subjects:
            self.load(subject, sets[first], 4, self.messages_for(subject))
        for number in range(self.options.rounds):
            self.say(f"round {number + 1} of {self.options.rounds}")
            for name, connections in plan:
                for subject in self.subjects:
                    self.measure(subject, name, sets[name], connections, self.messages_for(subject))
        series = {subject.name: [self.cells[subject.name, first, n].cpu.point(n) for n in (1, 4, 16, 64)]
                  for subject in self.subjects if not isinstance(subject, SpamAssassin)}
        self.curves[f"Connections ({first})"] = ("connections", "microseconds CPU a message", series)

    def idle_connections(self, count=500):
        """Kilobytes that a negotiated connection costs which says nothing."""
        subject = self.subject("sqlite")
        before = subject.resident()
        offer = struct.pack("!IcIII", 13, b"O", 6, 0x1FF, 0x1FFFFF)
        sockets = []
        for _ in range(count):
            one = socket.socket(socket.AF_UNIX)
            one.connect(str(subject.socket))
            one.sendall(offer)
            if not one.recv(4):
                raise SystemExit("bench: a connection was closed")
            sockets.append(one)
        time.sleep(0.5)
        self.facts["kb_per_idle_connection"] = round((subject.resident() - before) / count, 1)
        cpu, rate, _, p99 = self.load(subject, self.place / "mix", 64, self.options.messages)
        self.facts["with_500_idle_and_64_busy"] = {"cpu_us": round(cpu, 1), "per_second": rate, "p99_ms": p99}
        for one in sockets:
            one.close()

    def memory(self):
        for subject in self.subjects:
            self.facts[f"rss_mb {subject.name}"] = round(subject.resident() / 1024, 1)
        self.idle_connections()

    def restart(self):
        """How long a start takes whose cache is there."""
        cache = self.subject("rules").place / "state"

        def copy_cache(config):
            for path in cache.glob("scan-*.db"):
                shutil.copy2(path, config.parent / "state")

        second = Coldshoulder("warm", self.place, self.build, SOURCE / "rules", fill=copy_cache)
        self.facts["start_warm_s"] = round(second.start_seconds, 3)
        second.stop()

    def stages(self, rules, mail, *more):
        result = subprocess.run([str(self.build / "tests/bench/stages"), "-r", str(rules), "-n",
                                 str(self.options.rounds), *more, str(mail)], capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"bench: stages: {result.stderr.strip()}")
        return json.loads(result.stdout)

    def stage_curves(self):
        """In one process, without milter: by stage, and by number of rules."""
        sets = self.sets
        first = next(iter(sets))
        figures = self.stages(SOURCE / "rules", sets[first])
        self.facts["stages_us"] = {stage: figures[stage] for stage in ("read", "views", "norules", "rules")}
        points, memory = [], []
        for count in self.options.phrases:
            rules = self.place / f"phrases-{count}"
            shutil.copytree(SOURCE / "rules", rules)
            mails.phrase_rules(rules / "bench.conf", count)
            found = self.stages(rules, sets[first], "-s", "rules")
            one = found["rules"]
            points.append((count, one["median"], one["min"], one["max"]))
            memory.append((count, found["rules_kb"] / 1024, found["rules_kb"] / 1024, found["rules_kb"] / 1024))
            self.facts[f"load_ms with {count} more phrases"] = found["load_ms"]
        base = (1, *(figures["rules"][key] for key in ("median", "min", "max")))
        self.curves["Number of rules"] = ("phrases more than shipped", "microseconds CPU a message, from bytes to verdict",
                                          {"rules": [base, *points]})
        self.curves["Memory of the rules"] = ("phrases more than shipped", "MB", {"rules": memory})

    def size_curve(self):
        series = {name: [] for name in ("floor", "sqlite")}
        for size in (1_000, 10_000, 100_000, 1_000_000, 1_048_577, 10_000_000):
            mail = mails.of_size(self.place / f"size-{size}", size)
            for name in series:
                figure = Figure()
                for _ in range(self.options.rounds):
                    figure.add(self.load(self.subject(name), mail, 1, max(10, min(400, 20_000_000 // size)))[0])
                if size != 1_048_577:
                    series[name].append(figure.point(size))
                self.facts[f"size_us {name} {size}"] = figure.json()
        self.curves["Message size"] = ("bytes of text", "microseconds CPU a message", series)

    def store_curve(self):
        points = []
        mail = self.place / "mix"
        for count in self.options.relationships:
            subject = Coldshoulder(f"store {count}", self.place, self.build, SOURCE / "rules", 'store = "sqlite";',
                                   self.fill(count))
            figure = Figure()
            for _ in range(self.options.rounds):
                figure.add(self.load(subject, mail, 4, self.options.messages)[0])
            subject.stop()
            points.append(figure.point(count))
        self.curves["Store size"] = ("relationships", "microseconds CPU a message", {"sqlite": points})

    def table(self):
        columns = ["", "mail", "conn.", "CPU us", "x floor", "msg/s", "p50 ms", "p99 ms"]
        rows = []
        for (subject, mail, connections), cell in sorted(self.cells.items(), key=lambda item: item[0][1:]):
            floor = self.cells["floor", mail, connections].cpu.median
            rows.append([subject, mail, connections, cell.cpu.text(), f"{cell.cpu.median / floor:.2f}",
                         cell.rate.text(), cell.p50.text(2), cell.p99.text(2)])
        return columns, rows

    def report(self):
        out = pathlib.Path(self.options.out)
        out.mkdir(parents=True, exist_ok=True)
        columns, rows = self.table()
        facts = [[name, json.dumps(value) if isinstance(value, dict) else value] for name, value in self.facts.items()]
        print(page.table_text(columns, rows))
        print()
        print(page.table_text(["also", "figure"], facts))
        (out / "bench.json").write_text(json.dumps({
            "cells": [{"subject": key[0], "mail": key[1], "connections": key[2], **cell.json()}
                      for key, cell in self.cells.items()],
            "facts": self.facts,
            "curves": {title: curve[2] for title, curve in self.curves.items()}}, indent=1) + "\n")
        plots = [page.plot(title, series, x_title, y_title) for title, (x_title, y_title, series) in self.curves.items()]
        stages = self.facts.get("stages_us")
        if stages:
            plots.insert(0, page.bars("Cost by stage", {name: figure["median"] for name, figure in stages.items()},
                                      "microseconds CPU a message, each stage with those before it"))
        (out / "bench.html").write_text(page.page(
            "Coldshoulder: what a message costs",
            f"Medians of {self.options.rounds} rounds taken in turn on one machine, least and most in brackets. Compare "
            "within this page only.",
            [page.table_html(columns, rows), *plots, page.table_html(["also", "figure"], facts)]))
        self.say(f"written: {out}/bench.json and {out}/bench.html")

    def run(self):
        try:
            self.start()
            self.sets = self.mail_sets()
            self.compare()
            self.memory()
            self.restart()
            self.size_curve()
            self.stage_curves()
            self.store_curve()
            self.report()
        finally:
            for subject in self.subjects:
                subject.stop()
            shutil.rmtree(self.place, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="rspamd and SpamAssassin as well")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=4000, help="a round, of each filter (default 4000)")
    parser.add_argument("--quick", action="store_true", help="two short rounds, to see that it works")
    parser.add_argument("--out", default=str(SOURCE / "build/bench"), help="where bench.json and bench.html go")
    parser.add_argument("--build", default=str(SOURCE / "build/release"))
    parser.add_argument("--callgrind", action="store_true", help="instructions a message by stage, against the budget")
    parser.add_argument("--write-budget", action="store_true", help="with --callgrind: make these figures the budget")
    options = parser.parse_args()
    options.phrases, options.relationships = (10, 100, 1000, 10_000), (1000, 10_000, 100_000)
    options.stored = 100_000
    if options.quick:
        options.stored = 1000
        options.rounds, options.messages = 2, 300
        options.phrases, options.relationships = (10, 100), (100, 1000)
    if options.callgrind:
        sys.exit(callgrind.run(pathlib.Path(options.build), HERE / "budget.json", options.write_budget))
    Bench(options).run()


if __name__ == "__main__":
    main()
