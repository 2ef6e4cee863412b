"""Runs `coldshoulder check --json` over many files, and turns what it says into messages."""

import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

BATCH_BYTES = 500_000  # of arguments: Linux allows about 2 MB with the environment
SMALL = 150            # files; fewer are not worth a second process
LOST_MAX = 200         # processes that died, after which it is no use to go on
NO_CLASS = ("clean", "digest")


class EngineError(Exception):
    pass


@dataclass(slots=True)
class Message:
    source: object
    path: Path
    name: str                # as the tool names it: PATH, or PATH#2 within an mbox
    score: float = 0.0
    mail_class: str = "clean"
    action: str = "accept"
    linkedin: str = "none"
    threshold: float = 5.0   # that the action was measured by
    rules: list = field(default_factory=list)  # as in the JSON
    limits: list = field(default_factory=list)
    micros: int = 0
    language: str = "?"
    failure: str = ""        # could not be read, or the tool crashed

    @property
    def tagged(self):
        return self.action != "accept"

    @property
    def died(self):
        """True when the tool itself failed, rather than the file."""
        return self.failure.startswith(("crashed", "timed out", "exit code", "the tool"))

    def label(self):
        return f"{self.source.key}/{Path(self.name).name}"

    def tagged_at(self, threshold, classes):
        """Whether a threshold other than the configured one would tag; `classes` tells the rules' classes by id."""
        if self.score < threshold:
            return False
        if self.mail_class != "clean":
            return self.mail_class not in NO_CLASS
        with_class = [rule for rule in self.rules if not rule.get("shadow") and classes.get(rule["id"])]
        best = max(with_class, key=lambda rule: rule["score"], default=None)
        return best is not None and classes[best["id"]] not in NO_CLASS


class Engine:
    """One tool with one configuration. `local_rules` are files and directories that act as rules.d."""

    def __init__(self, tool, rules, work, config=None, local_rules=(), jobs=2):
        self.tool, self.rules, self.work, self.jobs = Path(tool).resolve(), Path(rules).resolve(), Path(work), jobs
        self.base_config, self.local_rules, self.lost = config, tuple(local_rules), 0
        if not self.tool.is_file():
            raise EngineError(f"{self.tool}: there is no such program; build it with ./dev build, or name it by --tool")
        if not self.rules.is_dir():
            raise EngineError(f"{self.rules}: there is no such directory of rules")
        self.work.mkdir(parents=True, exist_ok=True)
        # A copy, because people write rules while a long run goes on.
        self.snapshot = self.work / "snapshot"
        shutil.rmtree(self.snapshot, ignore_errors=True)
        shutil.copytree(self.rules, self.snapshot)
        self.config = self.make_config("rules.d", self.local_rules)

    def make_config(self, name, local_rules):
        """A configuration whose local rules are ours alone, so that what is installed here changes nothing."""
        directory = self.work / name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        text, given = "", None
        if self.base_config:
            text = Path(self.base_config).read_text(encoding="utf-8")
            given = re.search(r'^\s*local_rules_dir\s*[=:]\s*"([^"]*)"\s*;?', text, re.MULTILINE)
            text = re.sub(r'^\s*(local_rules_dir|state_dir)\s*[=:]\s*"[^"]*"\s*;?', "", text, flags=re.MULTILINE)
        for place in ([Path(given.group(1))] if given else []) + list(local_rules):
            if place.is_dir():
                shutil.copytree(place, directory, dirs_exist_ok=True)
            elif place.is_file():
                shutil.copy(place, directory / place.name)
        state = self.work / "state"
        state.mkdir(exist_ok=True)
        config = self.work / f"{name}.conf"
        config.write_text(f'local_rules_dir = "{directory}";\nstate_dir = "{state}";\n{text}\n', encoding="utf-8")
        return config

    def rule_directories(self):
        return [self.snapshot, self.work / "rules.d"]

    def with_real_paths(self, text):
        return text.replace(str(self.snapshot), str(self.rules)).replace(f"{self.work}/rules.d/", "").strip()

    def lint(self):
        """The tool's own opinion of the rules: (sound, what it printed)."""
        done = subprocess.run([self.tool, "lint", "--config", self.config, "--rules", self.snapshot],
                              capture_output=True, text=True, errors="replace", timeout=300)
        return done.returncode == 0, self.with_real_paths(done.stderr + done.stdout)

    def judge(self, sources, shadowed=()):
        """Judges all files of `sources`; rules whose ids are in `shadowed` count nothing. In the order of files."""
        config = self.config
        if shadowed:
            changes = ", ".join(f'{{ id = "{rule}"; shadow = true; }}' for rule in sorted(shadowed))
            name = "shadowed-" + re.sub(r"\W", "-", sources[0].key)
            extra = self.work / f"zz-{name}.conf"
            extra.write_text(f"changes = ( {changes} );\n", encoding="utf-8")
            config = self.make_config(name, (*self.local_rules, extra))
        batches = []
        for auth in (True, False):
            chosen = [source for source in sources if (source.category == "linkedin") == auth]
            files = [(source, path) for source in chosen for path in source.files]
            batches += [(config, auth, batch) for batch in split(files, self.jobs)]
        batches.sort(key=lambda batch: -len(batch[2]))
        with ThreadPoolExecutor(self.jobs) as pool:
            done = list(pool.map(lambda batch: self.judge_batch(*batch), batches))
        by_file = {path: messages for batch in done for path, messages in batch.items()}
        return [message for source in sources for path in source.files for message in by_file[path]]

    def judge_batch(self, config, auth, batch):
        """Messages by path. After a crash or a hang the rest is halved until the file that caused it stands alone."""
        found, failure = self.run(config, auth, batch)
        rest = [(source, path) for source, path in batch if path not in found]
        if len(rest) == 1:
            source, path = rest[0]
            found[path] = [Message(source, path, str(path), failure=failure or "the tool said nothing of it")]
        elif rest:
            self.lost += 1
            if self.lost > LOST_MAX:
                raise EngineError(f"{self.tool} {failure or 'says nothing'} again and again; see {rest[0][1]}")
            middle = len(rest) // 2
            for half in (rest[:middle], rest[middle:]):
                found.update(self.judge_batch(config, auth, half))
        return found

    def run(self, config, auth, batch):
        """One process. Returns the messages by path, and why files may be missing."""
        command = [self.tool, "check", "--json", "--config", config, "--rules", self.snapshot]
        command += ["--auth", "pass"] if auth else []
        command += [path for _, path in batch]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60 + len(batch) * 0.1)
            output, errors, code = done.stdout, done.stderr.decode("utf-8", "replace"), done.returncode
        except subprocess.TimeoutExpired as expired:
            output, errors, code = expired.stdout or b"", "", None
        if code == 1 and not output and not re.search(r"Sanitizer|runtime error:", errors):
            raise EngineError(f"{self.tool} does not judge:\n{self.with_real_paths(errors)}")
        failure = "timed out" if code is None else f"crashed (signal {-code})" if code < 0 else f"exit code {code}"
        return self.read(output, batch), failure

    def read(self, output, batch):
        known = {str(path): (source, path) for source, path in batch}
        found = {}
        for line in output.splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                continue  # the last line of a process that crashed
            name = said.get("file", "")
            source, path = known.get(name) or known.get(name.rpartition("#")[0]) or (None, None)
            if source is not None:
                found.setdefault(path, []).append(message_from(said, source, path))
        return found


def message_from(said, source, path):
    if "error" in said:
        return Message(source, path, said["file"], failure=said["error"])
    return Message(source, path, said["file"], float(said["score"]), said["class"], said["action"], said["linkedin"],
                   float(said["threshold"]), said["rules"], said["limits"], int(said["micros"]))


def split(files, jobs):
    """Batches of about equal work that fit into an argument list; neighbours are dealt out in turn."""
    if not files:
        return []
    size = sum(len(str(path)) + 9 for _, path in files)
    count = max(1 if len(files) < SMALL else jobs, -(-size // BATCH_BYTES))
    return [files[start::count] for start in range(count)]
