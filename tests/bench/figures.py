"""Figures of several rounds, and what is said of them."""

import statistics


class Figure:
    """One measure of one subject, once a round."""

    def __init__(self, values=()):
        self.values = list(values)

    def add(self, value):
        self.values.append(value)

    @property
    def median(self):
        return statistics.median(self.values)

    def text(self, digits=0):
        return f"{self.median:,.{digits}f} ({min(self.values):,.{digits}f}-{max(self.values):,.{digits}f})"

    def point(self, x):
        return x, self.median, min(self.values), max(self.values)

    def over(self, other):
        """This one divided by another, round by round: what slows the whole machine for a while slows both."""
        return Figure(one / two if two else 0.0 for one, two in zip(self.values, other.values))

    def json(self):
        return {"median": self.median, "min": min(self.values), "max": max(self.values), "runs": len(self.values)}


class Cell:
    """The measures of one subject over one set of mail and one number of connections."""

    def __init__(self):
        self.cpu, self.rate, self.p50, self.p99 = Figure(), Figure(), Figure(), Figure()

    def add(self, cpu, rate, p50, p99):
        for figure, value in zip((self.cpu, self.rate, self.p50, self.p99), (cpu, rate, p50, p99)):
            figure.add(value)

    def json(self):
        return {"cpu_us": self.cpu.json(), "per_second": self.rate.json(), "p50_ms": self.p50.json(),
                "p99_ms": self.p99.json()}


class Bar:
    """What we want to reach: a figure that may be at most, or must be at least, so much."""

    def __init__(self, text, value, at_most=None, at_least=None, digits=2):
        self.text, self.value, self.at_most, self.at_least, self.digits = text, value, at_most, at_least, digits

    @property
    def met(self):
        return self.value <= self.at_most if self.at_most is not None else self.value >= self.at_least

    def row(self):
        wanted = f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"
        return [self.text, f"{self.value:,.{self.digits}f}", wanted, "yes" if self.met else "NO"]

    def json(self):
        return {"text": self.text, "value": self.value, "at_most": self.at_most, "at_least": self.at_least, "met": self.met}
