#!/usr/bin/env python3
"""How well do the rules tell cold mail? Runs `coldshoulder check --json` over labelled mail; see README.md."""

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

import corpus
import rulefile
from bars import measure_bars
from engine import Engine, EngineError
from gate import gate_report, place_rules, try_rules
from mailtext import guess_language, readable_text
from measure import Measurement, leave_one_out
from report import sections, text_report
from report_html import html_report

BLIND = "cold/aiaa-en,cold/nexia-fr,ham/foff-negative,ham/clinton"
BUILD = corpus.PROJECT / "build"


def arguments(argv):
    parser = argparse.ArgumentParser(prog="dev eval", description=__doc__)
    parser.add_argument("tree", nargs="*", type=Path, metavar="DIR",
                        help="labelled mail, <category>/<source>/*.eml (default: the tuning set where it lies, named by "
                             "COLDSHOULDER_CORPUS or beside the project); the project's own mail is always judged too")
    parser.add_argument("--tool", type=Path, default=BUILD / "release" / "coldshoulder", help="the program to measure")
    parser.add_argument("--rules", type=Path, default=corpus.PROJECT / "rules", metavar="DIR")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default: the built-in one)")
    parser.add_argument("--only", action="append", metavar="GLOB", help="only these sources: cold/*, own-cold/fr")
    parser.add_argument("--blind", default=BLIND, metavar="SOURCE,...",
                        help=f"show nothing of these but totals (default: {BLIND})")
    parser.add_argument("--unblind", action="store_true", help="show everything of every source")
    parser.add_argument("--top", type=int, default=12, metavar="N", help="length of the lists of worst messages")
    parser.add_argument("--all", action="store_true", help="lists in full")
    parser.add_argument("--quick", action="store_true", help="without leaving one source out")
    parser.add_argument("--html", type=Path, metavar="FILE", help="the same as one page with plots")
    parser.add_argument("--json", type=Path, metavar="FILE", help="verdicts and totals for further use")
    parser.add_argument("--bars", action="store_true", help="exit 1 when a bar is missed")
    parser.add_argument("--first-look", metavar="SOURCE,...", help="one row for first-look.md, and nothing else")
    parser.add_argument("--gate", type=Path, metavar="RULEFILE", help="judge a new rule file; exit 1 when it fails")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def chosen_sources(options):
    trees = options.tree
    if not trees:
        found = corpus.find_tuning_set(BUILD / "eval-corpus")
        trees = [found] if found else []
    sources = []
    for tree in trees:
        if not tree.is_dir():
            raise corpus.CorpusError(f"{tree}: there is no such directory")
        sources += corpus.tree_sources(tree)
    sources += corpus.own_sources()
    if options.only:
        sources = [source for source in sources if any(fnmatch(source.key, glob) for glob in options.only)]
        if not sources:
            raise corpus.CorpusError(f"no source is called {' or '.join(options.only)}")
    return sources


def judge(engine, sources):
    """Judges, and meanwhile finds out the languages."""
    with ThreadPoolExecutor(1) as pool:
        judged = pool.submit(engine.judge, sources)
        languages = {path: source.language or guess_language(readable_text(path.read_bytes()))
                     for source in sources for path in source.files if source.category != "adversarial"}
        messages = judged.result()
    for message in messages:
        message.language = languages.get(message.path, "?")
    return messages


def commit():
    done = subprocess.run(["git", "--no-optional-locks", "-C", corpus.PROJECT, "describe", "--always", "--dirty=+"],
                          capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def first_look(options, sources, engine):
    """Rows of first-look.md. Nothing else is said, and nothing is kept."""
    wanted = options.first_look.split(",")
    found = {source.key: source for source in sources}
    unknown = [key for key in wanted if key not in found]
    if unknown:
        raise corpus.CorpusError(f"no source is called {', '.join(unknown)}; there are {', '.join(sorted(found))}")
    measurement = Measurement(engine.judge([found[key] for key in wanted]), {}, blind=wanted)
    rows = []
    for figure in measurement.sources():
        tagged = f"{figure.rate.hits} ({figure.rate.text()})"
        caught, wrong = (tagged, "") if figure.source.category in ("cold", "linkedin") else ("", tagged)
        rows.append(f"| {datetime.date.today()} | {commit()} | {figure.source.key} | {figure.rate.total} | {caught} "
                    f"| {wrong} |")
    return "\n".join(rows)


def raw_results(measurement, bars):
    """Totals of every source; messages of those that are not blind."""
    return {
        "sources": [{"source": figure.source.key, "group": figure.source.group, "messages": figure.rate.total,
                     "tagged": figure.rate.hits, "interval": figure.rate.interval, "blind": figure.blind}
                    for figure in measurement.sources()],
        "bars": [{"bar": bar.name, "met": bar.met, "measured": bar.measured} for bar in bars],
        "messages": [{"source": message.source.key, "file": message.name, "score": message.score,
                      "class": message.mail_class, "action": message.action, "language": message.language,
                      "linkedin": message.linkedin, "rules": message.rules, "failure": message.failure or None}
                     for message in measurement.open],
    }


def run_gate(options, sources, blind, work):
    new = rulefile.rules_in(options.gate)
    if not new:
        raise rulefile.RuleFileError(f"{options.gate}: there is no rule in it")
    rules, local = place_rules(options.gate, options.rules, work)
    engine = Engine(options.tool, rules, work, options.config, local, options.jobs)
    sound, said = engine.lint()
    if not sound:
        print(f"{said}\nthe gate is shut: the rules are not sound")
        return 1
    messages = engine.judge([source for source in sources if source.key not in blind])
    text, good = gate_report(try_rules(new, Measurement(messages, {}, blind)), Measurement(messages, {}, blind))
    print(text)
    return 0 if good else 1


def run_report(options, sources, blind, engine):
    measurement = Measurement(judge(engine, sources), rulefile.load(engine.rule_directories()), blind)
    bars = measure_bars(measurement)
    left_out = None if options.quick else leave_one_out(measurement, engine)
    found = sections(measurement, left_out, bars, 0 if options.all else options.top)
    print(text_report(found))
    if options.html:
        options.html.write_text(html_report(measurement, found, f"{len(measurement.all)} messages, commit {commit()}"),
                                encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(raw_results(measurement, bars)), encoding="utf-8")
    return 1 if options.bars and any(bar.met is False for bar in bars) else 0


def main(argv):
    options = arguments(argv)
    try:
        sources = chosen_sources(options)
        present = {source.key for source in sources}
        blind = set() if options.unblind else set(filter(None, options.blind.split(","))) & present
        with tempfile.TemporaryDirectory(prefix="coldshoulder-eval-") as directory:
            work = Path(directory)
            if options.gate:
                return run_gate(options, sources, blind, work)
            engine = Engine(options.tool, options.rules, work, options.config, jobs=options.jobs)
            if options.first_look:
                print(first_look(options, sources, engine))
                return 0
            return run_report(options, sources, blind, engine)
    except (corpus.CorpusError, EngineError, rulefile.RuleFileError, OSError) as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
