"""The tables of a measurement, once for all forms of output, and their plain text."""

import textwrap
from collections import defaultdict
from dataclasses import dataclass, field

from corpus import GROUPS
from measure import COLD, HAM, MIXES, STREAMS_TAGGED
from stats import Rate, percent

WIDTH = 120


@dataclass
class Section:
    title: str
    note: str = ""
    columns: list = field(default_factory=list)  # names; those of numbers begin with "#"
    rows: list = field(default_factory=list)     # of strings
    lines: list = field(default_factory=list)    # instead of a table


def printable(text):
    return "".join(c if c.isprintable() else " " for c in text)


def sections(measurement, left_out, bars, top):
    """Everything there is to say; `left_out` may be None; `top` limits lists, 0: no limit."""
    found = [source_section(measurement), bar_section(bars), language_section(measurement),
             threshold_section(measurement), stream_section(measurement)]
    if left_out is not None:
        found.append(left_out_section(left_out))
    found += [rule_section(measurement, top), never_section(measurement), *worst_sections(measurement, top),
              machine_section(measurement)]
    return [section for section in found if section.rows or section.lines]


def class_text(classes):
    return " ".join(f"{name} {count}" for name, count in classes.most_common())


def source_section(measurement):
    rows, totals = [], {}
    for figure in measurement.sources():
        source, group = figure.source, figure.source.group
        remarks = (["--auth pass"] if source.category == "linkedin" else []) + (["blind"] if figure.blind else [])
        remarks += [f"{figure.failures} unreadable"] if figure.failures else []
        rows.append([source.key, group, str(figure.rate.total), str(figure.rate.hits), class_text(figure.classes),
                     GROUPS[group], figure.rate.text(), ", ".join(remarks)])
        totals[group] = totals.get(group, Rate(0, 0)) + figure.rate
    for group, rate in totals.items():
        rows.append([f"= {group}", "", str(rate.total), str(rate.hits), "", GROUPS[group], rate.text(), ""])
    note = "Everyone a stranger. Rates with their 95 % interval."
    if measurement.blind:
        note += " Blind sources stand in this table and in the bars, and nowhere else."
    return Section("Sources", note,
                   ["source", "group", "#messages", "#tagged", "classes", "meaning", "rate", "remarks"], rows)


def bar_section(bars):
    verdicts = {True: "met", False: "MISSED", None: "not measured"}
    return Section("Bars", "", ["bar", "verdict", "measured"],
                   [[bar.name, verdicts[bar.met], bar.measured] for bar in bars])


def language_section(measurement):
    rows = [[language, str(cold.total), str(cold.hits), cold.text(), str(ham.total), str(ham.hits), ham.text()]
            for language, cold, ham in measurement.languages()]
    return Section("Languages", "Known for our own mail, guessed from frequent words for the rest.",
                   ["language", "#cold", "#caught", "recall", "#ham", "#tagged", "false positives"], rows)


def threshold_section(measurement):
    rows = []
    for figure in measurement.thresholds():
        row = [f"{figure.at:.1f}"] + [figure.rates[group].text() for group in (*COLD, *HAM)]
        for _, value, worst in figure.precisions:
            row.append("-" if value is None else f"{percent(value)} ({percent(worst)})")
        rows.append(row)
    return Section("Thresholds",
                   "What another tag_at would do: recall of cold and own-cold, false positives of the others. Precision "
                   "in % over all of them if so much of the mail were cold; in brackets with recall and false positives "
                   "at the bad end of their intervals.",
                   ["tag_at", *(f"{group}" for group in (*COLD, *HAM)),
                    *(f"precision at {percent(mix)} % cold".replace(".0", "") for mix in MIXES)], rows)


def stream_section(measurement):
    rows = [[source, stream, str(rate.total), str(rate.hits), "solicitation" if stream in STREAMS_TAGGED else ""]
            for source, stream, rate in measurement.streams()]
    return Section("LinkedIn's streams", "Sources of category linkedin are judged with --auth pass.",
                   ["source", "stream", "#messages", "#tagged", ""], rows)


def left_out_section(left_out):
    rows = []
    for figure in left_out:
        after = "no other source of its language" if figure.after is None else figure.after.text()
        loss = "" if figure.after is None else str(figure.before.hits - figure.after.hits)
        rows.append([figure.source.key, figure.language, figure.before.text(), after, loss, str(len(figure.rules))])
    return Section("Leave one source out",
                   "Recall when rules that fire in this cold source alone count nothing. A large loss means rules that "
                   "know this source by heart.",
                   ["source", "language", "recall", "without its own rules", "#lost", "#rules of its own"], rows)


def rule_section(measurement, top):
    figures = measurement.rule_figures()
    shown = figures[:3 * top] if top else figures
    rows = []
    for figure in shown:
        rule, hits = figure.rule, figure.hits
        rows.append([figure.id + (" (shadow)" if figure.shadow else ""), rule.file if rule else "?",
                     f"{rule.score:.1f}" if rule else "?", rule.status if rule else "?", str(figure.cold),
                     str(figure.ham), str(hits["business"]), str(hits["first-contact"]), str(hits["spam"]),
                     figure.precision.text()])
    note = "Messages that each rule hits; ham with business and first-contact. Most ham first."
    if len(shown) < len(figures):
        note += f" {len(shown)} of {len(figures)}; --all shows all."
    return Section("Rules", note, ["rule", "file", "#score", "status", "#cold", "#ham", "#business", "#first-contact",
                                   "#spam", "cold share"], rows)


def never_section(measurement):
    by_file = defaultdict(list)
    for rule in measurement.never_fired():
        by_file[rule.file].append(rule.id)
    lines = []
    for file, ids in sorted(by_file.items()):
        lines += textwrap.wrap(f"{file}: {' '.join(ids)}", WIDTH, subsequent_indent="    ", break_long_words=False)
    count = sum(map(len, by_file.values()))
    return Section("Rules that never fire", f"{count} of {len(measurement.rules)} in what is measured here.", lines=lines)


def message_lines(message):
    """A message with its evidence, the heaviest rule first."""
    lines = [f"{message.score:6.2f}  {message.mail_class:8} {message.label()}"]
    for rule in message.rules:
        evidence = f' "{printable(rule["evidence"])}"' if rule.get("evidence") else ""
        shadow = " (shadow)" if rule.get("shadow") else ""
        lines.append(f"        {rule['score']:+5.2f} {rule['id']}{shadow}{evidence}"[:WIDTH + 40])
    return lines if message.rules else lines + ["        no rule fired"]


def worst_sections(measurement, top):
    missed, wrong, nearly = measurement.missed(), measurement.false_positives(), measurement.nearly()
    limit = top or None
    return [
        listing("False positives, worst first", wrong, wrong if top <= 0 else wrong[:max(top, 20)]),
        listing("Ham that came close", nearly, nearly[:limit]),
        listing("Missed cold mail, closest to the threshold first", missed, missed[:limit]),
        listing("Missed cold mail, farthest from the threshold first", missed, missed[::-1][:limit]),
    ]


def listing(title, everything, shown):
    lines = [line for message in shown for line in message_lines(message)]
    return Section(title, f"{len(shown)} of {len(everything)}.", lines=lines)


def machine_section(measurement):
    median, most, slowest = measurement.micros()
    lines = [f"time for one message: half under {median} µs, 99 % under {most} µs"]
    if slowest is not None:
        lines.append(f"slowest: {slowest.micros} µs, {slowest.label()}")
    limits = defaultdict(int)
    for message in measurement.all:
        for limit in message.limits:
            limits[limit] += 1
    if limits:
        lines.append("limits hit: " + ", ".join(f"{name} {count}" for name, count in sorted(limits.items())))
    lines += [f"not judged: {message.label()}: {message.failure}" for message in measurement.failed()]
    return Section("The machine", lines=lines)


def text_table(columns, rows):
    right = [column.startswith("#") for column in columns]
    table = [[column.lstrip("#") for column in columns]] + rows
    widths = [max(len(row[i]) for row in table) for i in range(len(columns))]
    lines = ["  ".join(cell.rjust(width) if is_right else cell.ljust(width)
                       for cell, width, is_right in zip(row, widths, right)).rstrip() for row in table]
    return [lines[0], "-" * len(lines[0])] + lines[1:]


def text_report(found):
    out = []
    for section in found:
        out += [f"== {section.title} =="] + (textwrap.wrap(section.note, WIDTH) if section.note else [])
        out += text_table(section.columns, section.rows) if section.rows else section.lines
        out.append("")
    return "\n".join(out)
