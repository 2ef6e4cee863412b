"""From judged messages to figures. Everything here is plain data; report.py makes tables of it."""

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from corpus import GROUPS
from stats import Rate, precision, quantile

THRESHOLDS = [3 + step / 2 for step in range(13)]
REJECT_AT = 9.0
MIXES = (0.01, 0.30)
COLD = ("cold", "own-cold")
HAM = ("ham", "business", "first-contact")
STREAMS_TAGGED = ("invitation", "guest_invitation", "inmail", "message")


@dataclass
class SourceFigures:
    source: object
    rate: Rate
    classes: Counter
    failures: int
    blind: bool


@dataclass
class ThresholdFigures:
    at: float
    rates: dict      # group: Rate
    precisions: list  # (mix, value, worst), None where nothing is tagged


@dataclass
class RuleFigures:
    id: str
    rule: object     # rulefile.Rule, or None when no rule file has it
    hits: Counter = field(default_factory=Counter)  # messages by group
    shadow: bool = False

    @property
    def cold(self):
        return self.hits["cold"] + self.hits["own-cold"] + self.hits["linkedin"]

    @property
    def ham(self):
        return sum(self.hits[group] for group in HAM)

    @property
    def precision(self):
        return Rate(self.cold, self.cold + self.ham)


class Measurement:
    """`blind`: keys of sources of which nothing is told but how many were tagged."""

    def __init__(self, messages, rules, blind=()):
        self.all, self.rules = messages, rules
        self.blind = frozenset(blind)
        self.classes = {rule.id: rule.mail_class for rule in rules.values() if rule.mail_class}
        self.open = [message for message in messages if message.source.key not in self.blind]
        self.by_source = defaultdict(list)
        for message in messages:
            self.by_source[message.source.key].append(message)

    def of(self, *groups, blind=False):
        return [message for message in (self.all if blind else self.open)
                if message.source.group in groups and not message.failure]

    def sources(self):
        """In the order of groups, then as found."""
        figures = []
        for key, messages in self.by_source.items():
            judged = [message for message in messages if not message.failure]
            tagged = [message for message in judged if message.tagged]
            classes = Counter(message.mail_class for message in judged if message.mail_class != "clean")
            figures.append(SourceFigures(messages[0].source, Rate(len(tagged), len(judged)), classes,
                                         len(messages) - len(judged), key in self.blind))
        order = list(GROUPS)
        return sorted(figures, key=lambda figure: order.index(figure.source.group))

    def group_rate(self, *groups):
        """Over all sources, blind ones included."""
        judged = self.of(*groups, blind=True)
        return Rate(sum(message.tagged for message in judged), len(judged))

    def languages(self):
        """(language, cold rate, ham rate), most messages first."""
        figures = defaultdict(lambda: [Rate(0, 0), Rate(0, 0)])
        for message in self.of(*COLD, *HAM):
            which = 0 if message.source.group in COLD else 1
            figures[message.language][which] += Rate(int(message.tagged), 1)
        return sorted(((language, *rates) for language, rates in figures.items()),
                      key=lambda row: (row[0] == "?", -row[1].total, -row[2].total))

    def thresholds(self):
        figures = []
        groups = {group: self.of(group) for group in (*COLD, *HAM)}
        for at in THRESHOLDS:
            rates = {group: Rate(sum(message.tagged_at(at, self.classes) for message in messages), len(messages))
                     for group, messages in groups.items()}
            figures.append(ThresholdFigures(at, rates, self.precisions(rates)))
        return figures

    @staticmethod
    def precisions(rates):
        """By mix: as measured, and with recall and false positives both at the bad end of their intervals."""
        cold = sum((rates[group] for group in COLD), Rate(0, 0))
        ham = sum((rates[group] for group in HAM), Rate(0, 0))
        if not cold.total or not ham.total:
            return [(mix, None, None) for mix in MIXES]
        return [(mix, precision(mix, cold.share, ham.share), precision(mix, cold.interval[0], ham.interval[1]))
                for mix in MIXES]

    def streams(self):
        """LinkedIn mail by source and stream: (source, stream, rate)."""
        figures = defaultdict(lambda: Rate(0, 0))
        for message in self.open:
            if not message.failure and (message.source.group == "linkedin" or message.linkedin != "none"):
                figures[message.source.key, message.linkedin] += Rate(int(message.tagged), 1)
        return sorted((key, stream, rate) for (key, stream), rate in figures.items())

    def rule_figures(self):
        """Rules that fired: most ham first, then by precision."""
        figures = {}
        for message in self.open:
            for rule in {rule["id"]: rule for rule in message.rules}.values():
                figure = figures.setdefault(rule["id"], RuleFigures(rule["id"], self.rules.get(rule["id"])))
                figure.hits[message.source.group] += 1
                figure.shadow = figure.shadow or bool(rule.get("shadow"))
        return sorted(figures.values(),
                      key=lambda figure: (-figure.ham, figure.precision.share, -figure.cold, figure.id))

    def never_fired(self):
        fired = {rule["id"] for message in self.open for rule in message.rules}
        return [rule for rule in self.rules.values() if rule.id not in fired and rule.direction != "outbound"]

    def missed(self):
        """Cold mail that is not tagged, highest score first."""
        return sorted((message for message in self.of(*COLD) if not message.tagged),
                      key=lambda message: (-message.score, message.name))

    def false_positives(self):
        return sorted((message for message in self.of(*HAM) if message.tagged),
                      key=lambda message: (-message.score, message.name))

    def nearly(self, below=1.5):
        """Ham that came closest to the threshold without reaching it."""
        close = [message for message in self.of(*HAM)
                 if not message.tagged and message.score >= message.threshold - below]
        return sorted(close, key=lambda message: (-message.score, message.name))

    def failed(self):
        return [message for message in self.all if message.failure]

    def micros(self):
        """Median, 99 % and maximum of the time for one message, with the slowest message."""
        times = sorted(message.micros for message in self.all if not message.failure)
        slowest = max(self.all, key=lambda message: message.micros, default=None)
        return quantile(times, 0.5), quantile(times, 0.99), slowest


@dataclass
class LeftOut:
    source: object
    before: Rate
    after: Rate      # None: no other source of its language to compare with
    rules: list      # ids that fire in this source alone
    language: str


def main_language(messages):
    return Counter(message.language for message in messages).most_common(1)[0][0]


def leave_one_out(measurement, engine):
    """
    For every cold source: how much would be caught without the rules that, of all cold mail, fire in this source
    alone. The engine judges it again with those rules in shadow, so caps and combinations follow by themselves.
    """
    sources = {key: messages for key, messages in measurement.by_source.items()
               if messages[0].source.group in COLD and key not in measurement.blind}
    firing = defaultdict(set)
    for key, messages in sources.items():
        for message in messages:
            for rule in message.rules:
                if not rule.get("shadow") and rule["score"] >= 0:
                    firing[rule["id"]].add(key)
    languages = {key: main_language(messages) for key, messages in sources.items()}
    shared = Counter(languages.values())

    def measure(key):
        messages = sources[key]
        alone = sorted(rule for rule, keys in firing.items() if keys == {key})
        before = after = Rate(sum(message.tagged for message in messages), len(messages))
        if shared[languages[key]] < 2:
            after = None
        elif alone:
            judged = engine.judge([messages[0].source], shadowed=alone)
            after = Rate(sum(message.tagged for message in judged), len(judged))
        return LeftOut(messages[0].source, before, after, alone, languages[key])

    with ThreadPoolExecutor(engine.jobs) as pool:
        return list(pool.map(measure, sources))
