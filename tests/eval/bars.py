"""What the rules must reach. A bar that has no mail to measure it by is neither met nor missed."""

from dataclasses import dataclass

from gate import COLD_SHARE_MIN, HAM_SHARE_MAX, HEAVY
from measure import HAM, REJECT_AT, STREAMS_TAGGED
from stats import Rate

COLD_RECALL = 0.90
SOURCE_RECALL = 0.80
HAM_TAGGED = 0.001
BUSINESS_TAGGED = 0.0005


@dataclass(frozen=True)
class Bar:
    name: str
    met: bool | None
    measured: str


def bar(name, met, measured, there=True):
    return Bar(name, met if there else None, measured if there else "")


def measure_bars(measurement):
    groups = ("cold", "ham", "business", "first-contact")
    cold, ham, business, first = (measurement.group_rate(group) for group in groups)
    sources = [figure for figure in measurement.sources() if figure.source.group == "cold"]
    poor = [f"{figure.source.key} {figure.rate.hits}/{figure.rate.total}" for figure in sources
            if figure.rate.share < SOURCE_RECALL]
    died = [message for message in measurement.all if message.died]
    return [
        bar("cold at least 90 % tagged", cold.share >= COLD_RECALL, text(cold), cold.total),
        bar("every cold source at least 80 %", not poor, ", ".join(poor) or "all", sources),
        bar("ham at most 0.1 % tagged", ham.share <= HAM_TAGGED, text(ham), ham.total),
        bar("business ham at most 0.05 % tagged", business.share <= BUSINESS_TAGGED, text(business), business.total),
        bar("no first contact tagged", first.hits == 0, text(first), first.total),
        reject_bar(measurement),
        *linkedin_bars(measurement),
        stable_bar(measurement),
        bar("the tool judges every file", not died, f"{len(died)} failed", measurement.all),
    ]


def text(rate):
    return f"{rate.hits}/{rate.total}"


def reject_bar(measurement):
    ham = measurement.of(*HAM, blind=True)
    high = sum(message.tagged_at(REJECT_AT, measurement.classes) for message in ham)
    return bar(f"no ham at reject_at {REJECT_AT}", high == 0, text(Rate(high, len(ham))), ham)


def stable_bar(measurement):
    """What the gate asks of a new rule, asked of those that are shipped."""
    ham = len(measurement.of(*HAM))
    unproved = [figure.id for figure in measurement.rule_figures()
                if figure.rule and figure.rule.status == "stable" and figure.rule.score >= HEAVY
                and (figure.ham > ham * HAM_SHARE_MAX or figure.precision.share < COLD_SHARE_MIN)]
    return bar("stable rules pass the gate", not unproved, ", ".join(unproved) or "all", measurement.open)


def linkedin_bars(measurement):
    own = measurement.of("linkedin", blind=True)
    asked = [message for message in own if message.linkedin in STREAMS_TAGGED]
    others = [message for message in own if message.linkedin not in STREAMS_TAGGED]
    forged = [message for message in measurement.all if message.source.name == "linkedin-header-forgery"]
    staff = [message for message in measurement.all if message.source.name == "linkedin-staff"]
    trusted = sum(message.linkedin != "none" for message in forged)
    return [
        bar("LinkedIn's solicitations tagged", all(message.tagged for message in asked),
            text(Rate(sum(message.tagged for message in asked), len(asked))), asked),
        bar("LinkedIn's other mail untouched", not any(message.tagged for message in others),
            text(Rate(sum(message.tagged for message in others), len(others))), others),
        bar("forged LinkedIn mail not trusted", trusted == 0, text(Rate(trusted, len(forged))), forged),
        bar("LinkedIn staff on lists untouched", not any(message.tagged for message in staff),
            text(Rate(sum(message.tagged for message in staff), len(staff))), staff),
    ]
