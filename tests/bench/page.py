"""The figures of a benchmark as a table for the terminal, and as one page that needs nothing else."""

import html
import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 280, 60, 150, 14, 34
COLOURS = ("#1668b8", "#c2410c", "#15803d", "#a21caf", "#b45309", "#0e7490", "#6b7280")
STYLE = """:root { color-scheme: light dark; --page: #fff; --text: #1d2129; --soft: #6b7280; --rule: #d9dde2; }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --text: #e4e7eb; --soft: #9aa3af; --rule: #2d333b; } }
body { background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; } h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .3rem; }
p { color: var(--soft); } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .2rem .8rem .2rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { text-align: left; } svg { max-width: 100%; } text { fill: var(--text); font-size: 12px; }
.grid { stroke: var(--rule); } .scroll { overflow-x: auto; }
"""


def table_text(columns, rows):
    widths = [max(len(str(row[i])) for row in [columns, *rows]) for i in range(len(columns))]
    lines = []
    for row in [columns, *rows]:
        lines.append("  ".join(str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                               for i, (cell, width) in enumerate(zip(row, widths))).rstrip())
    return "\n".join(lines)


def table_html(columns, rows):
    def line(tag, cells):
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"

    return ('<div class="scroll"><table>' + line("th", columns) + "".join(line("td", row) for row in rows)
            + "</table></div>")


def axis_label(value):
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def tick_step(top):
    """A round number of which four or five reach the top."""
    power = 10 ** math.floor(math.log10(top / 4))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power * 5 >= top)


def plot(title, series, x_title, y_title, logarithmic=True):
    """`series`: name -> [(x, y, low, high)]. The y axis begins at zero; x is logarithmic when asked for."""
    points = [point for line in series.values() for point in line]
    if not points:
        return ""
    xs = sorted({point[0] for point in points})
    top = max(point[3] for point in points) * 1.08 or 1
    scale = (lambda x: math.log10(max(x, 1))) if logarithmic else float
    first, last = scale(xs[0]), scale(xs[-1])
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def at(x, y):
        share = (scale(x) - first) / (last - first) if last > first else 0.5
        return LEFT + wide * share, TOP + tall * (1 - y / top)

    parts = []
    step = tick_step(top)
    for tick in range(int(top / step) + 1):
        y = at(xs[0], step * tick)[1]
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{LEFT + wide}" y1="{y:.1f}" y2="{y:.1f}"/>'
                     f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{axis_label(step * tick)}</text>')
    for x in xs:
        parts.append(f'<text x="{at(x, 0)[0]:.1f}" y="{HEIGHT - 18}" text-anchor="middle">{axis_label(x)}</text>')
    parts.append(f'<text x="{LEFT + wide / 2}" y="{HEIGHT - 3}" text-anchor="middle">{html.escape(x_title)}</text>')
    for row, (name, line) in enumerate(series.items()):
        colour = COLOURS[row % len(COLOURS)]
        path = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y, _, _ in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y, low, high in line:
            (px, py), ly, hy = at(x, y), at(x, low)[1], at(x, high)[1]
            parts.append(f'<line x1="{px:.1f}" x2="{px:.1f}" y1="{ly:.1f}" y2="{hy:.1f}" stroke="{colour}"/>'
                         f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{colour}"><title>'
                         f'{html.escape(name)} at {axis_label(x)}: {y:.1f} ({low:.1f} to {high:.1f})</title></circle>')
        parts.append(f'<rect x="{LEFT + wide + 12}" y="{TOP + 20 * row}" width="12" height="12" fill="{colour}"/>'
                     f'<text x="{LEFT + wide + 30}" y="{TOP + 10 + 20 * row}">{html.escape(name)}</text>')
    return (f"<h2>{html.escape(title)}</h2><p>{html.escape(y_title)}; the bars reach from the least to the most.</p>"
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">{"".join(parts)}</svg>')


def bars(title, values, unit):
    """One bar a name."""
    top, row = max(values.values()) or 1, 24
    parts = []
    for place, (name, value) in enumerate(values.items()):
        y, wide = 4 + row * place, (WIDTH - 2 * RIGHT) * value / top
        parts.append(f'<text x="{RIGHT - 8}" y="{y + 13}" text-anchor="end">{html.escape(name)}</text>'
                     f'<rect x="{RIGHT}" y="{y}" width="{wide:.1f}" height="{row - 8}" fill="{COLOURS[0]}"/>'
                     f'<text x="{RIGHT + wide + 8:.1f}" y="{y + 13}">{value:.1f}</text>')
    return (f"<h2>{html.escape(title)}</h2><p>{html.escape(unit)}</p>"
            f'<svg viewBox="0 0 {WIDTH} {row * len(values) + 8}" role="img" aria-label="{html.escape(title)}">'
            f'{"".join(parts)}</svg>')


def page(title, intro, sections):
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
            f"<style>{STYLE}</style><h1>{html.escape(title)}</h1><p>{html.escape(intro)}</p>{''.join(sections)}</html>\n")
