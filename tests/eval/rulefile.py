"""Reads rule files (libconfig syntax) as far as eval needs them: which rules there are, and what they claim."""

import re
from dataclasses import dataclass
from pathlib import Path

TOKEN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<number>[-+]?(?:0[xX][0-9a-fA-F]+|\d*\.?\d+(?:[eE][-+]?\d+)?|\d+\.)L{0,2})
      | (?P<name>[A-Za-z*][-A-Za-z0-9_*]*)
      | (?P<mark>[=:;,(){}\[\]])""",
    re.VERBOSE | re.DOTALL,
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


class RuleFileError(Exception):
    pass


def tokens(text):
    found, place = [], 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise RuleFileError(f"line {text.count(chr(10), 0, place) + 1}: unexpected {text[place]!r}")
        if match.lastgroup != "blank":
            found.append((match.lastgroup, match.group(), place))
        place = match.end()
    return found


def unescaped(literal):
    return re.sub(r"\\(?:x([0-9a-fA-F]{2})|(.))",
                  lambda m: chr(int(m[1], 16)) if m[1] else ESCAPES.get(m[2], m[2]), literal[1:-1], flags=re.DOTALL)


class Reader:
    """Recursive descent over the tokens; groups become dicts, lists and arrays become lists."""

    def __init__(self, text):
        self.text, self.tokens, self.at = text, tokens(text), 0

    def fail(self, wanted):
        place = self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.text)
        raise RuleFileError(f"line {self.text.count(chr(10), 0, place) + 1}: expected {wanted}")

    def peek(self):
        return self.tokens[self.at][:2] if self.at < len(self.tokens) else (None, "")

    def take(self, *wanted):
        kind, text = self.peek()
        if kind is None or (wanted and text not in wanted):
            self.fail(" or ".join(wanted) or "a value")
        self.at += 1
        return kind, text

    def settings(self, end):
        group = {}
        while self.peek()[1] != end and self.peek()[0] is not None:
            kind, name = self.take()
            if kind != "name":
                self.at -= 1
                self.fail("a name")
            self.take("=", ":")
            group[name] = self.value()
            if self.peek()[1] in (";", ","):
                self.take()
        return group

    def value(self):
        kind, text = self.take()
        if kind == "string":
            value = unescaped(text)
            while self.peek()[0] == "string":
                value += unescaped(self.take()[1])
            return value
        if kind == "number":
            text = text.rstrip("L")
            return int(text, 0) if re.fullmatch(r"[-+]?(0[xX][0-9a-fA-F]+|[1-9]\d*|0)", text) else float(text)
        if kind == "name" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if text == "{":
            group = self.settings("}")
            self.take("}")
            return group
        if text in ("(", "["):
            return self.items(")" if text == "(" else "]")
        self.at -= 1
        return self.fail("a value")

    def items(self, end):
        values = []
        while self.peek()[1] != end:
            values.append(self.value())
            if self.peek()[1] != end:
                self.take(",")
        self.take(end)
        return values


@dataclass(frozen=True)
class Rule:
    id: str
    family: str = ""
    language: str = ""
    score: float = 0.0
    status: str = "stable"
    mail_class: str = ""
    direction: str = ""
    file: str = ""

    @property
    def worth(self):
        return 0.0 if self.status == "shadow" else self.score


def read_file(path):
    """The top-level settings of one file."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        reader = Reader(text)
        group = reader.settings(None)
    except (OSError, UnicodeDecodeError) as error:
        raise RuleFileError(f"{path}: {error}") from None
    except RuleFileError as error:
        raise RuleFileError(f"{path}: {error}") from None
    return group


def rules_in(path):
    rules = []
    for group in read_file(path).get("rules", []):
        if not isinstance(group, dict) or not isinstance(group.get("id"), str):
            continue
        shadow = group.get("shadow") is True or group.get("status") == "shadow"
        rules.append(Rule(group["id"], str(group.get("family", "other")), str(group.get("lang", "")),
                          float(group.get("score", 0) or 0), "shadow" if shadow else str(group.get("status", "stable")),
                          str(group.get("class", "")), str(group.get("direction", "")), Path(path).name))
    return rules


def load(directories):
    """Rules by id of every *.conf in the directories, with the later directories' changes applied."""
    rules, changes = {}, []
    for directory in directories:
        for path in sorted(Path(directory).glob("*.conf")):
            for rule in rules_in(path):
                rules[rule.id] = rule
            changes += [change for change in read_file(path).get("changes", []) if isinstance(change, dict)]
    for change in changes:
        rule = rules.get(change.get("id"))
        if rule is None:
            continue
        status = "shadow" if change.get("shadow") is True else str(change.get("status", rule.status))
        score = float(change.get("score", rule.score))
        rules[rule.id] = Rule(rule.id, rule.family, rule.language, score, status, rule.mail_class, rule.direction,
                              rule.file)
    return rules
