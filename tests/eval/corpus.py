"""Labelled trees of mail: <category>/<source>/*.eml; where the tuning set is found, and the project's own mail."""

import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CATEGORIES = ("cold", "linkedin", "ham", "spam", "adversarial")
BUSINESS = ("clinton", "enron1", "berkeley", "bega")
ARCHIVES = ("dev.tar.xz", "business-ham.tar.xz")
PAPERS = (".md", ".txt", ".json", ".csv", ".html", ".py")
# The order of tables, and what a tag means in each group.
GROUPS = {
    "cold": "caught",
    "own-cold": "caught",
    "linkedin": "tagged",
    "ham": "false positives",
    "business": "false positives",
    "first-contact": "false positives",
    "spam": "tagged",
    "adversarial": "tagged",
}


class CorpusError(Exception):
    pass


@dataclass(frozen=True)
class Source:
    category: str
    name: str
    files: tuple  # of Path
    own: bool = False

    @property
    def key(self):
        return self.name if self.own else f"{self.category}/{self.name}"

    @property
    def group(self):
        if self.own:
            return "own-cold" if self.category == "cold" else "first-contact"
        if self.category == "ham" and self.name in BUSINESS:
            return "business"
        return self.category if self.category in GROUPS else "adversarial"

    @property
    def language(self):
        """Known only for our own mail, which is sorted by language."""
        return self.name.rpartition("/")[2] if self.own else None


def messages_in(directory, everything=False):
    """The messages below a directory, with *.eml or any other name; `everything`: papers too, to torture parsers."""
    files = (path for path in directory.rglob("*") if path.is_file() and not path.name.startswith("."))
    return tuple(sorted(path for path in files
                        if everything or (path.suffix not in PAPERS and path.stem not in ("README", "LICENSE"))))


def tree_sources(tree):
    """The sources of one labelled tree; CorpusError when it has none."""
    sources = []
    for category in sorted(path for path in tree.iterdir() if path.is_dir() and not path.name.startswith(".")):
        for directory in sorted(path for path in category.iterdir() if path.is_dir()):
            files = messages_in(directory, category.name == "adversarial")
            if files:
                sources.append(Source(category.name, directory.name, files))
    if not any(source.category in CATEGORIES for source in sources):
        raise CorpusError(f"{tree}: no <category>/<source>/*.eml with a category of {', '.join(CATEGORIES)}")
    return sources


def own_sources(mail=PROJECT / "tests" / "mail"):
    """The project's own samples, a source a language."""
    sources = []
    for directory, category in (("cold", "cold"), ("first-contact", "ham")):
        for language in sorted(path for path in (mail / directory).glob("*") if path.is_dir()):
            files = messages_in(language)
            if files:
                sources.append(Source(category, f"own-{directory}/{language.name}", files, own=True))
    return sources


def is_tree(directory):
    return directory.is_dir() and any((directory / category).is_dir() for category in CATEGORIES)


def find_tuning_set(cache):
    """The tuning set named by COLDSHOULDER_CORPUS or lying beside the project; None when there is none."""
    named = os.environ.get("COLDSHOULDER_CORPUS")
    if named and not Path(named).exists():
        raise CorpusError(f"COLDSHOULDER_CORPUS={named}: there is no such directory")
    for place in [Path(named)] if named else [PROJECT.parent / "shared" / "corpora"]:
        for tree in (place, place / "dev"):
            if is_tree(tree):
                return tree
        archives = [place / name for name in ARCHIVES if (place / name).is_file()]
        if archives:
            return unpacked(archives, cache)
        if named:
            raise CorpusError(f"COLDSHOULDER_CORPUS={named}: neither a labelled tree nor {' or '.join(ARCHIVES)}")
    return None


def unpacked(archives, cache):
    """Unpacks the archives once; a changed archive is unpacked anew."""
    stamp = "".join(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}\n" for path in archives)
    mark = cache / "stamp"
    if not mark.is_file() or mark.read_text(encoding="utf-8") != stamp:
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        for path in archives:
            with tarfile.open(path) as archive:
                archive.extractall(cache, filter="data")
        mark.write_text(stamp, encoding="utf-8")
    return cache / "dev" if is_tree(cache / "dev") else cache
