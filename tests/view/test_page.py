"""What a page of projections holds, and what it never lets through."""

import json
import re
import shutil

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.view.page import direction, label_colour, make_view, script_json
from spacy_xproj.view.runs import open_run, open_runs, side_by_side


def page_data(html):
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html, flags=re.DOTALL)
    return json.loads(text)


def test_the_data_of_a_page(runs):
    data = page_data(make_view(open_runs(runs)))
    assert [run["name"] for run in data["runs"]] == ["first", "second"]
    assert data["runs"][0]["targetDirection"] == "rtl" and data["runs"][0]["sourceDirection"] == "ltr"
    assert [pair[0] for pair in data["pairs"]] == [0, 1, 2, 3] and data["total"] == 4
    number, name, source, target, both = data["pairs"][0]
    assert (name, "".join(source).strip(), len(target)) == ("s0", "Ana Silva lives in Haifa", 5)
    links, flags, outcomes = both[0]
    assert links[:3] == [0, 0, 100] and links[-3:] == [4, 4, 50]
    assert [data["flags"][flag][0] for flag in flags] == ["length_ratio"]
    label, status, start, end, places, rivals = outcomes[0]
    assert (data["labels"][label][0], data["statuses"][status][0], start, end) == ("PER", "projected", 0, 2)
    assert places[0][:2] == [0, 2] and places[0][2] > 0.4 and rivals == []
    assert data["pairs"][1][4][0] == [None, [], []]  # no entity, and so no alignment


def test_a_rejected_sentence_says_so(make_runs, invoke, tmp_path):
    folder = make_runs()[0].parent
    invoke("project", folder / "bitext", tmp_path / "out", "-c", folder / "a.cfg", "--filter.drop_empty", "true")
    data = page_data(make_view([open_run(tmp_path / "out")]))
    flags = [[data["flags"][flag][0] for flag in pair[4][0][1]] for pair in data["pairs"]]
    assert flags[1] == ["rejected: no_entity"] and flags[2] == []


def test_text_labels_and_names_never_become_html(runs, tmp_path):
    name = "<img src=x onerror=alert(1)>"
    shutil.copytree(runs[0], tmp_path / name)
    html = make_view(open_runs([tmp_path / name]))
    assert html.count("<script") == 2 and html.count("</script>") == 2
    assert "<img" not in html and "<i>" not in html and "<b>" not in html
    data = page_data(html)
    assert data["runs"][0]["name"] == name and ["<i>", label_colour("<i>")] in data["labels"]
    assert "".join(data["pairs"][3][2]).startswith("<script>alert(1)</script>")


def test_a_page_loads_nothing(runs):
    html = make_view(open_runs(runs))
    assert "default-src 'none'" in html
    assert not re.search(r"(src|href|action)\s*=\s*[\"'](?!#)|url\(|@import|fetch\(|XMLHttpRequest", html)


@pytest.mark.parametrize("text", ["</script><!--", "a<b", "\u2028 \\ \" '"])
def test_script_json(text):
    assert "<" not in script_json([text]) and json.loads(script_json([text])) == [text]


def test_the_pairs_most_in_doubt(runs):
    data = page_data(make_view(open_runs(runs[:1]), limit=2))
    assert [pair[0] for pair in data["pairs"]] == [2, 3] and data["total"] == 4


def test_directions():
    assert [direction(code) for code in ("ar", "he", "ur", "en", "de", "qqq", "")] == ["rtl"] * 3 + ["ltr"] * 2 + [
        "auto"
    ] * 2


def test_colours_are_those_of_displacy():
    assert label_colour("ORG") == "#7aecec" and label_colour("PER") == label_colour("PERSON")
    assert label_colour("Disease") == label_colour("Disease")


def test_what_is_no_projection(runs, tmp_path):
    with pytest.raises(XprojError, match="not what `xproj project` writes"):
        open_run(tmp_path)
    shutil.copytree(runs[0], tmp_path / "old")
    (tmp_path / "old" / "pairs.jsonl").unlink()
    with pytest.raises(XprojError, match="has no pairs.jsonl"):
        open_run(tmp_path / "old")
    (tmp_path / "new.partial").mkdir()
    with pytest.raises(XprojError, match="not finished"):
        open_run(tmp_path / "new")


@pytest.mark.parametrize(
    "file, line", [("pairs.jsonl", "{"), ("pairs.jsonl", '{"pair": 0}'), ("outcomes.jsonl", '{"pair": 0}')]
)
def test_damage_is_one_line(runs, tmp_path, file, line):
    shutil.copytree(runs[0], tmp_path / "out")
    rows = (tmp_path / "out" / file).read_text("utf8").splitlines()
    (tmp_path / "out" / file).write_text("\n".join([line, *rows[1:]]), "utf8")
    with pytest.raises(XprojError, match="run `xproj project` again"):
        make_view([open_run(tmp_path / "out")])


@pytest.mark.parametrize(
    "file, before, after",
    [
        ("pairs.jsonl", b'"flags":[]', b'"flags":0'),
        ("pairs.jsonl", b'"source":[', b'"source":[7,'),
        ("pairs.jsonl", b'"source":["', b'"source":["\xff'),
        ("outcomes.jsonl", b'"status":"', b'"status":"\\ud800'),
        ("outcomes.jsonl", b'"score":', b'"score":"x","was":'),
        ("outcomes.jsonl", b'"score":', b'"score":NaN,"was":'),
        ("summary.json", b'"licenses": {', b'"licenses": [], "were": {'),
        ("summary.json", b'"src_lang": "en"', b'"src_lang": 5'),
    ],
)
def test_values_of_other_types_are_damage(runs, tmp_path, file, before, after):
    shutil.copytree(runs[0], tmp_path / "out")
    content = (tmp_path / "out" / file).read_bytes()
    assert before in content
    (tmp_path / "out" / file).write_bytes(content.replace(before, after, 1))
    with pytest.raises(XprojError, match=f"{file}.*(damaged; run `xproj project` again|not valid UTF-8|not JSON)"):
        make_view([open_run(tmp_path / "out")])


def test_runs_over_other_pairs_are_not_compared(runs, make_runs):
    others = make_runs(3)
    with pytest.raises(XprojError, match="pair 3 is not that of first"):
        list(side_by_side([open_run(runs[0]), open_run(others[1])]))
