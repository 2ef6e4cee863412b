"""The report as one page that needs nothing else: no network, no scripts."""

import datetime
import html

from measure import COLD, HAM
from plots import recall_by_source, score_histogram, threshold_plots

STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1d2129; --soft: #6b7280; --rule: #e3e6ea; --stripe: #f6f7f9;
  --cold: #1668b8; --own-cold: #4fa3e0; --ham: #c2410c; --business: #e08a3c; --first-contact: #a21caf; --bad: #b91c1c;
  --good: #15803d; }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --text: #e4e7eb; --soft: #9aa3af; --rule: #2d333b;
  --stripe: #1b1f25; --cold: #5aa9f0; --own-cold: #93c9f5; --ham: #f0834a; --business: #f5b57c; --first-contact: #d77be8;
  --bad: #f87171; --good: #4ade80; } }
body { background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto;
  max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .3rem; }
p { color: var(--soft); margin: .2rem 0 .6rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
th { border-bottom: 2px solid var(--rule); text-align: left; }
th, td { padding: .2rem .7rem .2rem 0; vertical-align: top; }
tr:nth-child(even) td { background: var(--stripe); } .number { text-align: right; } .total td { font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); }
pre { background: var(--stripe); font-size: .8rem; overflow-x: auto; padding: .7rem; white-space: pre-wrap; }
svg { display: block; max-width: 100%; } .label { fill: var(--text); font-size: 12px; }
.grid { stroke: var(--rule); } .whisker { stroke: var(--text); stroke-width: 1.5; }
"""
GROUP_STYLE = """.fill-GROUP { fill: var(--GROUP); } .band-GROUP { fill: var(--GROUP); opacity: .13; }
.line-GROUP { fill: none; stroke: var(--GROUP); stroke-width: 2; }
"""
STYLE += "".join(GROUP_STYLE.replace("GROUP", name) for name in (*COLD, *HAM))


def cell_class(cell, column):
    names = ["number"] if column.startswith("#") else []
    names += ["bad"] if cell == "MISSED" else ["good"] if cell == "met" else []
    return f' class="{" ".join(names)}"' if names else ""


def table(section):
    head = "".join(f"<th{cell_class('', column)}>{html.escape(column.lstrip('#'))}</th>" for column in section.columns)
    rows = []
    for row in section.rows:
        cells = "".join(f"<td{cell_class(cell, column)}>{html.escape(cell)}</td>"
                        for cell, column in zip(row, section.columns))
        rows.append(f'<tr{" class=total" if row[0].startswith("= ") else ""}>{cells}</tr>')
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def plots(measurement):
    """By the title of the section that they stand in."""
    cold = [figure for figure in measurement.sources() if figure.source.group in COLD]
    scores = score_histogram(measurement.of(*COLD), measurement.of(*HAM))
    thresholds = threshold_plots(measurement.thresholds())
    return {"Sources": [recall_by_source(cold)] if cold else [],
            "Thresholds": [*thresholds, scores, "<p>Scores of cold mail and ham, by half points (root scale).</p>"]}


def html_report(measurement, found, subject):
    drawn = plots(measurement)
    parts = []
    for section in found:
        parts.append(f"<h2>{html.escape(section.title)}</h2>")
        parts += [f"<p>{html.escape(section.note)}</p>"] if section.note else []
        parts += drawn.get(section.title, [])
        parts.append(table(section) if section.rows else f"<pre>{html.escape(chr(10).join(section.lines))}</pre>")
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
            f'content="width=device-width"><title>Coldshoulder: evaluation</title><style>{STYLE}</style></head><body>'
            f"<h1>How well the rules tell cold mail</h1><p>{html.escape(subject)}, {datetime.date.today()}</p>"
            + "\n".join(parts) + "</body></html>\n")
