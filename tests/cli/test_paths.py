"""No command writes over what it reads, or over what is not its own: every output against every input."""

from typing import Dict, List, NamedTuple, Tuple

import pytest


class Command(NamedTuple):
    """A command line with a place for each input and output.

    arguments (str): the line; {0}, {1} and so on stand for the outputs.
    inputs (List[str]): all that it reads, what its config names included.
    outputs (List[str]): what each output is, `file` or `directory`.
    """

    arguments: str
    inputs: List[str]
    outputs: List[str]


COMMANDS: Dict[str, Command] = {
    "convert": Command("convert a.conll {0} --format conll --lang en", ["a.conll"], ["file"]),
    "translate": Command("translate a.spacy {0} -c a.cfg", ["a.spacy", "a.cfg", "table.tsv"], ["directory"]),
    "pair": Command("pair a.spacy b.spacy {0}", ["a.spacy", "b.spacy"], ["directory"]),
    "align": Command("align bitext {0} -c a.cfg", ["bitext", "a.cfg", "links.txt"], ["file"]),
    "project": Command("project bitext {0} -c a.cfg", ["bitext", "a.cfg", "links.txt"], ["directory"]),
    "convert_json": Command("convert a.conll {0} --lang en --json {1}", ["a.conll"], ["file", "file"]),
    "pair_json": Command("pair a.spacy b.spacy {0} --json {1}", ["a.spacy", "b.spacy"], ["directory", "file"]),
    "label_json": Command("label a.spacy {0} -m model --json {1}", ["a.spacy", "model"], ["file", "file"]),
    "project_json": Command("project bitext {0} -c a.cfg --json {1}", ["bitext", "links.txt"], ["directory", "file"]),
    "view": Command("view projected --output {0}", ["projected"], ["file"]),
    "report": Command(
        "report projected --gold b.spacy --timing map.json --output {0}",
        ["projected", "b.spacy", "map.json"],
        ["file"],
    ),
    "tune": Command("tune bitext b.spacy {0} -c a.cfg", ["bitext", "b.spacy", "a.cfg", "links.txt"], ["directory"]),
    "label": Command("label a.spacy {0} -m model --label-map map.json", ["a.spacy", "model", "map.json"], ["file"]),
    "label_bitext": Command("label bitext {0} -m model", ["model"], ["directory"]),
    "evaluate": Command("evaluate a.spacy b.spacy --json {0}", ["a.spacy", "b.spacy"], ["file"]),
    "compare-text": Command("compare-text a.spacy b.spacy --json {0}", ["a.spacy", "b.spacy"], ["file"]),
    "consistency": Command("consistency a.spacy --fill PER --output {0} --json {1}", ["a.spacy"], ["file", "file"]),
    "encoder": Command(
        "encoder encoder {0} --trim a.spacy --trim bitext", ["encoder", "a.spacy", "bitext"], ["directory"]
    ),
    "train-candidates": Command("train-candidates a.spacy {0} -m encoder", ["a.spacy", "encoder"], ["directory"]),
    "languages": Command("languages --json {0}", [], ["file"]),
    "cache export": Command("cache export {0}", [], ["file"]),
    "captions": Command("research captions captions {0}", ["captions"], ["file"]),
    "study": Command("research study a.cfg {0}", ["a.cfg"], ["directory"]),
    "compare-encoders": Command("research compare-encoders a.cfg {0}", ["a.cfg"], ["directory"]),
    "pretrain": Command(
        "research pretrain encoder {0} --objective text --images images --captions captions",
        ["encoder", "images", "captions"],
        ["directory"],
    ),
}


def clashes() -> List[Tuple[str, List[str]]]:
    """Every output of every command as every input, in every input directory, and as every other output."""
    found = []
    for name, command in COMMANDS.items():
        fresh = [f"new{number}" for number in range(len(command.outputs))]
        for number in range(len(fresh)):
            others = [*command.inputs, *(f"{one}/inside" for one in command.inputs if "." not in one)]
            others += [f"./{command.inputs[0]}", "link"] if command.inputs else []
            others += fresh[:number]
            found += [(name, [*fresh[:number], other, *fresh[number + 1 :]]) for other in others]
    return found


def content(folder):
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("name", "outputs"), clashes(), ids=lambda value: value if isinstance(value, str) else value[-1]
)
def test_an_output_is_never_an_input(invoke, folder, name, outputs):
    command = COMMANDS[name]
    (folder / "link").symlink_to(command.inputs[0])
    before = content(folder)
    result = invoke(*command.arguments.format(*outputs).split(), *overwrite(command))
    assert result.exit_code in (1, 2) and isinstance(result.exception, SystemExit), result.output  # 2 is of typer
    assert result.exit_code == 2 or len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert content(folder) == before


def overwrite(command):
    """Even this allows no output in the place of an input."""
    return ["--overwrite"] if command.outputs[0] == "file" else []


USERS = [(name, number) for name, command in COMMANDS.items() for number in range(len(command.outputs))]


@pytest.mark.parametrize(("name", "number"), USERS)
def test_what_is_the_users_is_not_replaced(invoke, folder, name, number):
    """Nor is a directory of the user's with the name that the shards of a run would have."""
    command = COMMANDS[name]
    places = ["mine", "mine.partial"] if command.outputs[number] == "directory" else ["mine"]
    for place in places:
        if command.outputs[number] == "directory":
            (folder / place).mkdir()
            for file in ("summary.json", "manifest.json", "config.json", "progress.json", "thesis.txt"):
                (folder / place / file).write_text("{}")
        else:
            (folder / place).write_text("mine")
        before = content(folder)
        outputs = [f"new{one}" for one in range(len(command.outputs))]
        outputs[number] = "mine"
        result = invoke(*command.arguments.format(*outputs).split())
        assert result.exit_code == 1 and isinstance(result.exception, SystemExit), result.output
        after = content(folder)
        assert {path: after[path] for path in before} == before
        (folder / place).rename(folder / f"kept{place}")


@pytest.mark.parametrize("name", ["encoder", "project", "pair", "translate", "label_bitext", "pretrain"])
@pytest.mark.parametrize("place", [".", "..", "../work"])
def test_the_current_directory_is_not_emptied(invoke, folder, name, place):
    before = content(folder)
    result = invoke(*COMMANDS[name].arguments.format(place).split())
    assert result.exit_code == 1 and content(folder) == before
