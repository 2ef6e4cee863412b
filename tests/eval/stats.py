"""Rates with the interval in which the truth lies with 95 % confidence."""

import math
from dataclasses import dataclass

Z95 = 1.959964


def wilson(hits, total):
    """The Wilson score interval of hits/total; (0, 1) when there is nothing to count."""
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    square = Z95 * Z95
    centre = share + square / (2 * total)
    spread = Z95 * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    low, high = (centre - spread) / (1 + square / total), (centre + spread) / (1 + square / total)
    return (0.0 if hits == 0 else max(0.0, low)), (1.0 if hits == total else min(1.0, high))


@dataclass(frozen=True)
class Rate:
    hits: int
    total: int

    @property
    def share(self):
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self):
        return wilson(self.hits, self.total)

    def __add__(self, other):
        return Rate(self.hits + other.hits, self.total + other.total)

    def text(self):
        """'92.3 % [88.1-95.2]'; small shares get more digits."""
        if not self.total:
            return "-"
        low, high = self.interval
        return f"{percent(self.share)} % [{percent(low)}-{percent(high)}]"


def percent(share):
    value = 100 * share
    if value in (0.0, 100.0):
        return f"{value:.0f}"
    if value < 1:
        return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"
    return f"{value:.1f}" if value < 99.95 else f"{value:.2f}"


def precision(mix, recall, false_positives):
    """The share of cold mail among what is tagged when `mix` of all mail is cold; None when nothing is tagged."""
    right, wrong = mix * recall, (1 - mix) * false_positives
    return right / (right + wrong) if right + wrong > 0 else None


def quantile(values, share):
    """The value below which `share` of the sorted list `values` lies; 0 for an empty list."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0
