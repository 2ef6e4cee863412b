"""Judges a new rule file before it is shipped: what each of its rules hits, and in whose mail."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import rulefile
from mailtext import line_with, readable_text
from measure import COLD, HAM
from stats import Rate

HAM_SHARE_MAX = 0.001
COLD_SHARE_MIN = 0.95
HEAVY = 1.0  # the score from which a stable rule must prove itself
QUOTES = 5


@dataclass
class RuleTrial:
    rule: rulefile.Rule
    cold: Rate        # of all cold mail and LinkedIn's own
    ham: Rate
    spam: int
    decides_cold: int  # tagged only because of it, as far as its score tells
    decides_ham: int
    ham_hits: list = field(default_factory=list)  # (message, evidence)

    @property
    def share(self):
        return Rate(self.cold.hits, self.cold.hits + self.ham.hits)

    def faults(self):
        """Why it may not be stable as it is; empty when it may."""
        if self.rule.status != "stable" or self.rule.score < HEAVY:
            return []
        found = []
        if self.ham.share > HAM_SHARE_MAX:
            found.append(f"hits {self.ham.hits} of {self.ham.total} ham, more than {HAM_SHARE_MAX:.1%}")
        if self.share.total and self.share.share < COLD_SHARE_MIN:
            found.append(f"only {self.share.share:.1%} of its hits are cold mail, less than {COLD_SHARE_MIN:.0%}")
        return found


def place_rules(path, rules, work):
    """
    Where the new file goes: (directory of shipped rules, local rules). A file of the shipped directory stays there, a
    file of the same name replaces the shipped one, any other acts as a file in rules.d.
    """
    path, rules = Path(path).resolve(), Path(rules).resolve()
    if path.parent == rules:
        return rules, ()
    if (rules / path.name).is_file():
        copy = work / "rules"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(rules, copy)
        shutil.copy(path, copy / path.name)
        return copy, ()
    return rules, (path,)


def try_rules(rules, measurement):
    cold, ham = measurement.of(*COLD, "linkedin"), measurement.of(*HAM)
    trials = []
    for rule in rules:
        trial = RuleTrial(rule, Rate(0, len(cold)), Rate(0, len(ham)), 0, 0, 0)
        for message in measurement.open:
            hit = next((hit for hit in message.rules if hit["id"] == rule.id), None)
            if hit is not None and not message.failure:
                count_hit(trial, message, hit)
        trials.append(trial)
    return trials


def count_hit(trial, message, hit):
    group = message.source.group
    decides = message.tagged and message.score - hit["score"] < message.threshold
    if group in COLD or group == "linkedin":
        trial.cold += Rate(1, 0)
        trial.decides_cold += decides
    elif group in HAM:
        trial.ham += Rate(1, 0)
        trial.decides_ham += decides
        trial.ham_hits.append((message, hit.get("evidence", "")))
    elif group == "spam":
        trial.spam += 1


def quote(message, evidence):
    text = readable_text(message.path.read_bytes())
    return f"{message.label()}: {''.join(c if c.isprintable() else ' ' for c in line_with(text, evidence))}"


def gate_report(trials, measurement):
    """(text, whether all rules pass)."""
    lines, good = [], True
    for trial in trials:
        rule, faults = trial.rule, trial.faults()
        good = good and not faults
        lines.append(f"{rule.id}  ({rule.status}, score {rule.score:g})  {'FAILS' if faults else 'passes'}")
        lines.append(f"    cold {trial.cold.hits} of {trial.cold.total}, ham {trial.ham.hits} of {trial.ham.total} "
                     f"({trial.ham.text()}), spam {trial.spam}")
        lines.append(f"    cold share of its hits {trial.share.text()}; decides {trial.decides_cold} cold, "
                     f"{trial.decides_ham} ham")
        lines += [f"    {fault}" for fault in faults]
        if faults:
            lines.append("    make it more specific, or status = \"test\", or a score under 1")
        elif not trial.cold.hits:
            lines.append("    hits no cold mail here: nothing speaks against it, and nothing for it")
        lines += [f"    ham: {quote(*hit)}" for hit in trial.ham_hits[:QUOTES]]
        if len(trial.ham_hits) > QUOTES:
            lines.append(f"    ham: ... and {len(trial.ham_hits) - QUOTES} more")
    if measurement.blind:
        lines.append(f"left out, being blind: {', '.join(sorted(measurement.blind))} (--unblind)")
    lines.append("the gate is open" if good else "the gate is shut")
    return "\n".join(lines), good
