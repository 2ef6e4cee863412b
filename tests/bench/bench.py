"""./dev bench: what a message costs, in one run and in turn, beside the floor of libmilter and (--peers) other filters.

Figures of different machines, and of different times on a shared one, cannot be compared: ratios within one run can. They
are taken round by round, so that what slows the whole machine for a while slows both sides.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import body_checks
import callgrind
import idle
import mails
import nodelay
import page
from figures import Bar, Cell, Figure
from subjects import Coldshoulder, Floor, Redis, Rspamd, SpamAssassin, StartFailed

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
RULES = SOURCE / "rules"
SIZES = (1_000, 10_000, 100_000, 1_000_000, 1_048_577, 10_000_000)
CUT = 1_048_577  # the least that max_scan_bytes cuts
CONNECTIONS = (1, 4, 16, 64)


class Bench:
    def __init__(self, options):
        self.options = options
        self.build = pathlib.Path(options.build).resolve()
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="csb", dir="/tmp"))
        self.place.chmod(0o755)
        self.subjects = []  # what takes part in the comparison
        self.running = []  # all that has to be stopped
        self.cells = {}  # (subject, mail, connections)
        self.sets = {}  # name -> directory of mail; the first is the one that most is measured on
        self.curves = {}  # title -> (x title, y title, {series: [(x, median, low, high)]})
        self.tables = {}  # title -> (columns, rows)
        self.facts = {}
        self.bars = []

    def say(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    # What runs

    def start(self, subject):
        self.running.append(subject)
        subject.start()
        return subject

    def stop(self, subject):
        subject.stop()
        self.running.remove(subject)

    def start_peer(self, subject):
        """A peer that does not start is stopped, said, and left out."""
        try:
            self.subjects.append(self.start(subject))
        except (StartFailed, OSError, LookupError) as error:
            self.stop(subject)
            self.facts[f"not measured: {subject.name}"] = str(error).strip().splitlines()[-1][:100]
            self.say(f"{subject.name} does not start, and is left out: {error}")

    def filled(self, count):
        """Something that teaches the store of a configuration so many relationships."""
        box = self.place / f"sent-{count}.mbox"

        def teach(config):
            if not box.exists():
                mails.sent_mail(box, count)
            subprocess.run([str(self.build / "coldshoulder"), "learn", "sent", "-c", str(config), str(box)], check=True,
                           stdout=subprocess.DEVNULL)
        return teach

    def coldshoulder(self, name, rules=RULES, memory='store = "none";', fill=None, build=None):
        return Coldshoulder(name, self.place, build or self.build, rules, memory, fill, self.cache)

    @property
    def cache(self):
        """What the first daemon with rules has compiled."""
        state = self.place / "rules/state"
        return state if state.is_dir() else None

    def start_all(self):
        empty = self.place / "norules"
        empty.mkdir()
        self.say("starting the filters, and teaching their stores")
        for subject in (Floor(self.place, self.build), self.coldshoulder("no rules", empty), self.coldshoulder("rules")):
            self.subjects.append(self.start(subject))
        self.subjects.append(self.start(self.coldshoulder("sqlite", memory='store = "sqlite";',
                                                          fill=self.filled(self.options.stored))))
        self.facts["seconds to start, nothing compiled"] = round(self.subject("rules").start_seconds, 2)
        if shutil.which("redis-server"):
            self.start_peer(Redis(self.place, self.build, RULES, self.filled(self.options.stored), self.cache))
        if self.options.without_libhs:
            self.start_peer(self.coldshoulder("no libhs", build=SOURCE / "build/plain"))
        if self.options.peers:
            self.start_peer(Rspamd(self.place, HERE))
            self.start_peer(SpamAssassin(self.place))

    def subject(self, name):
        return next((subject for subject in self.subjects if subject.name == name), None)

    def load(self, subject, mail, connections, messages):
        """Replays mail; microseconds of CPU a message, messages a second, p50 and p99 in milliseconds."""
        messages = max(connections, int(messages * subject.share))
        before = subject.cpu()
        result = subprocess.run([str(self.build / "tests/bench/milterload"), "-s", subject.connection, "-q", "-c",
                                 str(connections), "-n", str(messages), str(mail)], capture_output=True, text=True)
        found = re.search(r"failures=(\d+) .*rate=(\d+)/s p50=([\d.]+)ms p99=([\d.]+)ms", result.stderr)
        if not found or int(found.group(1)):
            raise SystemExit(f"bench: {subject.name}: {result.stderr.strip()}\n{subject.log()}")
        subject.messages += messages
        return ((subject.cpu() - before) * 1e6 / messages, float(found.group(2)), float(found.group(3)),
                float(found.group(4)))

    # What is measured

    def mail_sets(self):
        generated = mails.generate(self.place / "mix")
        corpus = pathlib.Path(os.environ.get("COLDSHOULDER_CORPUS") or "/nowhere")
        for place in (corpus, corpus / "dev", SOURCE / "build/eval-corpus/dev"):
            if (place / "ham/sa-easy-ham-1").is_dir():
                return {"ham": place / "ham/sa-easy-ham-1", "cold": place / "cold", "mix": generated}
        return {"mix": generated}

    @property
    def first(self):
        return next(iter(self.sets))

    def compare(self):
        plan = [(name, 4) for name in self.sets] + [(self.first, n) for n in CONNECTIONS if n != 4]
        for subject in self.subjects:
            self.load(subject, self.sets[self.first], 4, self.options.messages)
        for number in range(self.options.rounds):
            self.say(f"round {number + 1} of {self.options.rounds}")
            for name, connections in plan:
                for subject in self.subjects:
                    if subject.share < 1 and connections != 4 and number > 0:
                        continue  # once is enough to see that it is slow
                    cell = self.cells.setdefault((subject.name, name, connections), Cell())
                    cell.add(*self.load(subject, self.sets[name], connections, self.options.messages))
        self.curves[f"Connections ({self.first})"] = (
            "connections", "microseconds CPU a message",
            {subject.name: [self.cells[subject.name, self.first, n].cpu.point(n) for n in CONNECTIONS]
             for subject in self.subjects if not isinstance(subject, SpamAssassin)})

    def memory(self):
        rows = [[subject.name, f"{subject.resident() / 1024:.1f}", subject.count(), f"{subject.messages:,}"]
                for subject in self.subjects]
        self.tables["Memory"] = (["", "RSS MB", "of processes", "after messages"], rows)
        subject = self.subject("sqlite")
        self.bars.append(Bar(f"RSS in MB with all rules and SQLite after {subject.messages:,} messages",
                             subject.resident() / 1024, at_most=48, digits=1))

    def idle_connections(self, count=500):
        """What connections cost that say nothing, and that others are served beside them."""
        subject = self.start(self.coldshoulder("idle"))
        self.facts["seconds to start, compiled before"] = round(subject.start_seconds, 2)
        with idle.connections(subject.socket, 20):
            before = subject.resident()
            with idle.connections(subject.socket, count):
                self.bars.append(Bar(f"KB for an idle connection, of {count}", (subject.resident() - before) / count,
                                     at_most=8, digits=1))
        self.stop(subject)
        subject = self.subject("sqlite")
        with idle.connections(subject.socket, count) as open_ones:
            cpu, rate, _, p99 = self.load(subject, self.sets[self.first], 64, self.options.messages)
            closed = idle.broken(open_ones)
        self.tables[f"{count} idle connections and 64 busy ones at once"] = (
            ["mail", "messages", "broken", "CPU us", "msg/s", "p99 ms"],
            [[self.first, f"{self.options.messages:,}", closed, f"{cpu:.0f}", f"{rate:.0f}", f"{p99:.2f}"]])
        self.bars.append(Bar("connections broken while 500 idle and 64 busy", closed, at_most=0, digits=0))

    def stages(self):
        """In one process, without milter: by stage."""
        result = subprocess.run([str(self.build / "tests/bench/stages"), "-r", str(RULES), "-t", str(self.cache), "-n",
                                 str(self.options.rounds), str(self.sets[self.first])], capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"bench: stages: {result.stderr.strip()}")
        figures = json.loads(result.stdout)
        names = {"read": "decoded", "views": "and all texts folded", "norules": "judged by no rules",
                 "rules": "judged by all rules"}
        self.facts["stages_us"] = {name: figures[stage] for stage, name in names.items()}
        self.tables["Cost by stage, in one process, without milter and store"] = (
            ["", "CPU us"], [[name, f"{figures[stage]['median']:.1f} ({figures[stage]['min']:.1f}-"
                              f"{figures[stage]['max']:.1f})"] for stage, name in names.items()])

    def in_turn(self, subjects, mail, connections, messages):
        """CPU a message of each, over all rounds."""
        figures = [Figure() for _ in subjects]
        for subject in subjects:
            self.load(subject, mail, connections, messages)
        for _ in range(self.options.rounds):
            for figure, subject in zip(figures, subjects):
                figure.add(self.load(subject, mail, connections, messages)[0])
        return figures

    def rules_curve(self):
        """By number of rules: each is one phrase, of words that salesmen use."""
        self.say("measuring by number of rules")
        subjects, rows = [self.subject("sqlite")], []
        for count in self.options.phrases:
            rules = self.place / f"phrases-{count}"
            shutil.copytree(RULES, rules)
            mails.phrase_rules(rules / "bench.conf", count)
            subjects.append(self.start(self.coldshoulder(f"{count} more", rules, 'store = "sqlite";',
                                                         self.filled(self.options.stored))))
        figures = self.in_turn(subjects, self.sets[self.first], 4, self.options.messages)
        for count, subject, figure in zip((0, *self.options.phrases), subjects, figures):
            more = figure.over(figures[0])
            rows.append([f"{count:,}", figure.text(), more.text(3), f"{subject.resident() / 1024:.1f}",
                         f"{subject.start_seconds:.1f}"])
            if count in (1000, 10_000):
                self.bars.append(Bar(f"CPU with {count:,} more phrase rules, by that of the shipped ones", more.median,
                                     at_most=1.05 if count == 1000 else 1.25, digits=3))
        self.tables[f"Number of rules ({self.first}, SQLite, 4 connections)"] = (
            ["more rules", "CPU us", "x shipped", "RSS MB", "s to start"], rows)
        self.curves["Number of rules"] = (
            "phrase rules more than shipped", "microseconds CPU a message",
            {"sqlite": [figure.point(max(1, count)) for count, figure in zip((0, *self.options.phrases), figures)]})
        for subject in subjects[1:]:
            self.stop(subject)

    def size_curve(self):
        self.say("measuring by size")
        figures = {(name, size): Figure() for size in SIZES for name in ("floor", "sqlite")}
        mail = {size: mails.of_size(self.place / f"size-{size}", size) for size in SIZES}
        for _ in range(self.options.rounds):
            for (name, size), figure in figures.items():
                figure.add(self.load(self.subject(name), mail[size], 1, max(10, min(400, 20_000_000 // size)))[0])
        self.tables["Message size"] = (["bytes of text", "floor CPU us", "CPU us", "x floor"], [
            [f"{size:,}", figures["floor", size].text(), figures["sqlite", size].text(),
             figures["sqlite", size].over(figures["floor", size]).text(2)] for size in SIZES])
        self.curves["Message size"] = ("bytes of text", "microseconds CPU a message", {
            name: [figures[name, size].point(size) for size in SIZES if size != CUT] for name in ("floor", "sqlite")})
        self.bars.append(Bar("CPU of a mail of 10 MB, by that of one of 1 MB that is cut",
                             figures["sqlite", SIZES[-1]].over(figures["sqlite", CUT]).median, at_most=3))

    def store_curve(self):
        self.say("measuring by size of the store")
        subjects = [self.start(self.coldshoulder(f"store {count}", memory='store = "sqlite";', fill=self.filled(count)))
                    for count in self.options.relationships]
        figures = self.in_turn(subjects, self.sets[self.first], 4, self.options.messages)
        self.curves["Store size"] = ("relationships", "microseconds CPU a message", {
            "sqlite": [figure.point(count) for count, figure in zip(self.options.relationships, figures)]})
        self.tables[f"Store size (SQLite, {self.first}, 4 connections)"] = (
            ["relationships", "CPU us"], [[f"{count:,}", figure.text()]
                                          for count, figure in zip(self.options.relationships, figures)])
        for subject in subjects:
            self.stop(subject)

    def through_postfix(self):
        """What TCP_NODELAY brings, and with peers what body_checks cost."""
        try:
            self.say("sending through Postfix: unix socket, inet with and without TCP_NODELAY")
            self.tables["Through Postfix, one message after another"] = nodelay.table(
                nodelay.measure(self.build, self.options.messages // 80))
        except (nodelay.NotHere, StartFailed) as error:
            self.facts["not measured: TCP_NODELAY"] = str(error).strip().splitlines()[0]
        if not self.options.peers:
            return
        self.say("sending through Postfix with body_checks")
        try:
            found = body_checks.measure(self.build, RULES, self.sets[self.first], self.options.rounds,
                                        max(8, self.options.messages // 160))
        except StartFailed as error:
            self.facts["not measured: body_checks"] = str(error).strip().splitlines()[-1][:100]
            self.say(f"body_checks could not be measured: {error}")
            return
        plain, checked = Figure(found["plain"]), Figure(found["checked"])
        used = found["expressions"] - found["refused"]
        self.tables["Postfix's body_checks with the same phrases"] = (["cleanup", "CPU us"], [
            ["without", plain.text()], [f"with {used:,} expressions", checked.text()],
            ["difference, by the CPU of a message here", f"{(checked.median - plain.median) / self.of('sqlite').cpu.median:,.0f} times"]])

    # What is said of it

    def of(self, name, mail=None, connections=4):
        return self.cells.get((name, mail or self.first, connections))

    def set_bars(self):
        ours, floor = self.of("sqlite"), self.of("floor")
        bars = [Bar(f"CPU a message by that of the floor ({self.first}, SQLite, 4 connections)",
                    ours.cpu.over(floor.cpu).median, at_most=2.0)]
        for name, wanted in (("rspamd", 2.5), ("spamassassin", 50)):
            peer = self.of(name)
            if peer:
                bars.append(Bar(f"messages a second by those of {name}", ours.rate.over(peer.rate).median,
                                at_least=wanted, digits=1))
                bars.append(Bar(f"CPU a message of {name}, by ours", peer.cpu.over(ours.cpu).median, at_least=wanted,
                                digits=1))
            if peer and name == "rspamd":
                bars.append(Bar("p99 at 4 connections by that of rspamd", ours.p99.over(peer.p99).median, at_most=1.0))
        self.bars = bars + self.bars

    def main_table(self):
        columns = ["", "mail", "conn.", "CPU us", "x floor", "msg/s", "p50 ms", "p99 ms"]
        rows = []
        for (subject, mail, connections), cell in sorted(self.cells.items(), key=lambda item: item[0][1:]):
            floor = self.cells["floor", mail, connections]
            rows.append([subject, mail, connections, cell.cpu.text(), cell.cpu.over(floor.cpu).text(2),
                         cell.rate.text(), cell.p50.text(2), cell.p99.text(2)])
        return columns, rows

    def report(self):
        out = pathlib.Path(self.options.out)
        out.mkdir(parents=True, exist_ok=True)
        self.set_bars()
        tables = {"Filters": self.main_table(),
                  "Bars": (["", "figure", "wanted", "met"], [bar.row() for bar in self.bars]), **self.tables}
        facts = [[name, value] for name, value in self.facts.items() if name != "stages_us"]
        if facts:
            tables["Also"] = (["what", "figure"], facts)
        print("\n\n".join(f"{title}\n\n{page.table_text(*table)}" for title, table in tables.items()))
        (out / "bench.json").write_text(json.dumps({
            "cells": [{"subject": key[0], "mail": key[1], "connections": key[2], **cell.json()}
                      for key, cell in self.cells.items()],
            "bars": [bar.json() for bar in self.bars],
            "facts": self.facts,
            "tables": {title: {"columns": columns, "rows": rows} for title, (columns, rows) in self.tables.items()},
            "curves": {title: curve[2] for title, curve in self.curves.items()}}, indent=1) + "\n")
        plots = [page.plot(title, series, x_title, y_title) for title, (x_title, y_title, series) in self.curves.items()]
        plots.insert(0, page.bars("Cost by stage", {name: figure["median"] for name, figure in
                                                    self.facts["stages_us"].items()},
                                  "microseconds CPU a message, each stage with those before it"))
        sections = [f"<h2>{title}</h2>" + page.table_html(*table) for title, table in tables.items()]
        (out / "bench.html").write_text(page.page(
            "Coldshoulder: what a message costs",
            f"Medians of {self.options.rounds} rounds taken in turn on one machine, least and most in brackets; ratios are "
            "medians of each round's own. Compare within this page only.",
            [*sections[:2], *plots, *sections[2:]]))
        self.say(f"written: {out}/bench.json and {out}/bench.html")

    def run(self):
        try:
            self.sets = self.mail_sets()
            self.start_all()
            self.compare()
            self.memory()
            self.idle_connections()
            self.size_curve()
            for subject in [one for one in self.subjects if one.name not in ("rules", "sqlite", "floor")]:
                self.stop(subject)
            self.stages()
            self.rules_curve()
            self.store_curve()
            self.through_postfix()
            self.report()
        except (StartFailed, subprocess.CalledProcessError) as error:
            raise SystemExit(f"bench: {self.running[-1].name} does not start: {error}") from None
        finally:
            for subject in self.running:
                subject.stop()
            shutil.rmtree(self.place, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="rspamd, SpamAssassin and Postfix's body_checks as well")
    parser.add_argument("--without-libhs", action="store_true", help="the build build/plain as well, which has no libhs")
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
        options.rounds, options.messages = 2, 400
        options.phrases, options.relationships = (10, 1000), (100, 1000)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    if options.callgrind:
        sys.exit(callgrind.run(pathlib.Path(options.build), options.write_budget))
    Bench(options).run()


if __name__ == "__main__":
    main()
