"""Write `parts.md`: every registered part with its settings, from its docstring and its signature.

    python docs/make_parts.py > docs/parts.md

A test checks that the page is the one that this prints.
"""

import inspect
import re
import sys
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path
from typing import Any, Callable, Iterator, List, Tuple

from spacy_xproj.registry import NAMES

TITLES = {
    "xproj_translators": "Translators",
    "xproj_aligners": "Word aligners",
    "xproj_taggers": "Taggers",
    "xproj_extractors": "Candidate extractors",
    "xproj_scores": "Match scorers",
    "xproj_solvers": "Solvers",
    "xproj_projectors": "Projectors",
    "xproj_filters": "Filters",
    "xproj_converters": "Converters",
    "tokenizers": "Tokenizers",
    "factories": "Pipeline components",
    "architectures": "Model architectures",
    "optimizers": "Optimizers",
    "callbacks": "Callbacks",
    "readers": "Corpus readers",
}
ARGUMENT = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*) \(([^)]*(?:\([^)]*\)[^)]*)*)\): (.*)$")
SECTION = re.compile(r"^(RETURNS|YIELDS|RAISES|EXAMPLE|DOCS)\b")


HEAD = """# Parts and their settings

Every name that a config can use, from the docstrings of the package. In a block, `@REGISTRY = "NAME"` names the part
and the other lines are its settings. A setting without a default has to be given.
"""


def main() -> None:
    text = HEAD
    for group, entries in entry_points():
        text += f"\n## {TITLES[group]}\n\nRegistry: `{group}`.\n"
        for name, target in entries:
            text += describe(name, target)
    sys.stdout.write(text)


def entry_points() -> Iterator[Tuple[str, List[Tuple[str, Callable]]]]:
    """List what setup.cfg registers, a registry at a time, those of this package first."""
    parser = ConfigParser()
    parser.read(Path(__file__).parent.parent / "setup.cfg")
    groups = {}
    for section, lines in parser["options.entry_points"].items():
        group = section.replace("spacy_xproj_", "xproj_").removeprefix("spacy_").removeprefix("thinc_")
        if group in TITLES:
            groups[group] = [tuple(line.split(" = ", 1)) for line in lines.strip().splitlines()]
    for group in sorted(groups, key=lambda name: [*NAMES, *TITLES].index(name)):
        yield group, [(name, load(target)) for name, target in groups[group]]


def load(target: str) -> Callable:
    module, name = target.split(":")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


def describe(name: str, target: Callable) -> str:
    """Write a part: what it does, and a table of its settings."""
    about, meanings = read_docstring(inspect.getdoc(target) or "")
    documented = re.search(r"`(\w+)`, which documents", about)
    if documented:  # a function that makes an object of a class
        about, others = read_docstring(inspect.getdoc(getattr(sys.modules[target.__module__], documented[1])) or "")
        meanings = {**others, **meanings}
    for base in inspect.getmro(target)[1:-1] if inspect.isclass(target) else ():
        meanings = {**read_docstring(inspect.getdoc(base) or "")[1], **meanings}
    rows = []
    for setting in inspect.signature(target).parameters.values():
        if setting.name not in ("nlp", "name") or "nlp" not in inspect.signature(target).parameters:
            kind, meaning = meanings.get(setting.name, ("", ""))
            default = "" if setting.default is inspect.Parameter.empty else f"`{setting.default!r}`"
            rows.append(" | ".join(cell.replace("|", r"\|") for cell in (f"`{setting.name}`", kind, default, meaning)))
    table = ["| setting | type | default | meaning |", "|---|---|---|---|", *(f"| {row} |" for row in rows)]
    return "\n".join([f"\n### {name}", "", about, "", *(table if rows else []), ""])


def read_docstring(doc: str) -> Tuple[str, dict]:
    """Split a docstring into its text and its arguments: type and meaning by name."""
    about: List[str] = []
    meanings: dict = {}
    current: List[str] = []
    for line in doc.splitlines():
        match = ARGUMENT.match(line)
        if match:
            current = match[1].replace("*", "").split(", ")
            meanings.update(dict.fromkeys(current, (match[2], match[3])))
        elif SECTION.match(line):
            current = ["-"]
        elif current and line.startswith(" ") and current != ["-"]:
            for name in current:
                meanings[name] = (meanings[name][0], f"{meanings[name][1]} {line.strip()}")
        elif not line.strip() or not current:
            current = []
            about.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(about)).strip(), meanings


if __name__ == "__main__":
    main()
