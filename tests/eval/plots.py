"""Plots as inline SVG. Colours are classes, so that the page's style sheet can follow light and dark."""

import html
import math

from measure import COLD, HAM

WIDTH = 860


def svg(height, parts, title):
    return (f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(title)}">'
            + "".join(parts) + "</svg>")


def label(x, y, text, anchor="start", css="label"):
    return f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def line(x1, y1, x2, y2, css):
    return f'<line class="{css}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def recall_by_source(figures):
    """One bar a cold source, with its interval."""
    row, left, right = 20, 200, 90
    height = row * len(figures) + 30
    scale = WIDTH - left - right
    parts = []
    for tick in range(0, 11, 2):
        x = left + scale * tick / 10
        parts += [line(x, 5, x, height - 22, "grid"), label(x, height - 6, f"{tick * 10} %", "middle")]
    for place, figure in enumerate(figures):
        y = 6 + row * place
        low, high = figure.rate.interval
        text = html.escape(f"{figure.source.key}: {figure.rate.hits} of {figure.rate.total}")
        parts.append(f'<g><title>{text}</title><rect class="fill-{figure.source.group}" x="{left}" y="{y}" '
                     f'width="{scale * figure.rate.share:.1f}" height="{row - 7}" rx="2"/>')
        parts.append(line(left + scale * low, y + 6.5, left + scale * high, y + 6.5, "whisker") + "</g>")
        parts.append(label(left - 6, y + 11, figure.source.key, "end"))
        parts.append(label(left + scale + 6, y + 11, f"{figure.rate.hits}/{figure.rate.total}"))
    return svg(height, parts, "Recall by source")


def threshold_lines(figures, groups, top, unit, title):
    """Rates of `groups` over the thresholds, with intervals as bands; the y axis ends at `top` (a share)."""
    height, left, right, bottom = 260, 60, 130, 30
    wide, tall = WIDTH - left - right, height - bottom - 10
    first, last = figures[0].at, figures[-1].at

    def x(at):
        return left + wide * (at - first) / (last - first)

    def y(share):
        return 10 + tall * (1 - min(share, top) / top)

    parts = []
    for tick in range(5):
        share = top * tick / 4
        parts.append(line(left, y(share), left + wide, y(share), "grid"))
        parts.append(label(left - 6, y(share) + 4, unit(share), "end"))
    for figure in figures[::2]:
        parts.append(label(x(figure.at), height - 8, f"{figure.at:g}", "middle"))
    row = 0
    for group in groups:
        rates = [(figure.at, figure.rates[group]) for figure in figures]
        if not rates[0][1].total:
            continue
        band = [(x(at), y(rate.interval[1])) for at, rate in rates]
        band += [(x(at), y(rate.interval[0])) for at, rate in reversed(rates)]
        if max(rate.interval[1] for _, rate in rates) <= top:  # an interval off the scale would only colour everything
            parts.append(f'<polygon class="band-{group}" points="{points(band)}"/>')
        curve = [(x(at), y(rate.share)) for at, rate in rates]
        parts.append(f'<polyline class="line-{group}" points="{points(curve)}"/>')
        for at, rate in rates:
            tip = html.escape(f"{group} at {at:g}: {rate.hits} of {rate.total}")
            parts.append(f'<circle class="fill-{group}" cx="{x(at):.1f}" cy="{y(rate.share):.1f}" r="3">'
                         f"<title>{tip}</title></circle>")
        parts.append(f'<rect class="fill-{group}" x="{left + wide + 12}" y="{14 + 20 * row}" width="12" height="12"/>')
        parts.append(label(left + wide + 30, 24 + 20 * row, group))
        row += 1
    return svg(height, parts, title)


def points(pairs):
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def threshold_plots(figures):
    worst = max((figure.rates[group].share for figure in figures for group in HAM), default=0)
    top = max(0.002, math.ceil(worst * 1.1 * 500) / 500)
    return [threshold_lines(figures, COLD, 1.0, lambda share: f"{share * 100:.0f} %", "Recall by threshold"),
            threshold_lines(figures, HAM, top, lambda share: f"{share * 100:.2f} %", "False positives by threshold")]


def score_histogram(cold, ham, threshold=5.0):
    """How scores are spread: the share of each kind in steps of half a point."""
    low, high, step = -4.0, 12.0, 0.5
    count = int((high - low) / step)
    height, left, bottom = 220, 60, 30
    wide, tall = WIDTH - left - 130, height - bottom - 10
    parts, row = [], 0
    for name, messages in (("cold", cold), ("ham", ham)):
        bins = [0] * count
        for message in messages:
            bins[min(count - 1, max(0, int((message.score - low) / step)))] += 1
        most = max(1, len(messages))
        for place, number in enumerate(bins):
            # A root scale: single messages of ham above the threshold must stay visible.
            tallness = tall * math.sqrt(number / most)
            x = left + wide * place / count + (0 if name == "cold" else wide / count / 2)
            at = low + place * step
            parts.append(f'<rect class="fill-{name}" x="{x:.1f}" y="{10 + tall - tallness:.1f}" '
                         f'width="{wide / count / 2 - 1:.1f}" height="{tallness:.1f}">'
                         f"<title>{name}, {at:g} to {at + step:g}: {number} of {len(messages)}</title></rect>")
        parts.append(f'<rect class="fill-{name}" x="{left + wide + 12}" y="{14 + 20 * row}" width="12" height="12"/>')
        parts.append(label(left + wide + 30, 24 + 20 * row, name))
        row += 1
    for at in range(int(low), int(high) + 1, 2):
        parts.append(label(left + wide * (at - low) / (high - low), height - 8, str(at), "middle"))
    x = left + wide * (threshold - low) / (high - low)
    parts.append(line(x, 6, x, height - bottom, "whisker"))
    return svg(height, parts, "Scores")
