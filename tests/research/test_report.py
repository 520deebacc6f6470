"""Tables, figures and pages."""

from base64 import b64decode
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from spacy_xproj.research.encoder_comparison.figures import curve_figure, f1_figure, to_svg
from spacy_xproj.research.encoder_comparison.tables import comparison_tables, to_markdown
from spacy_xproj.view.tables import Table, interval, make_page, number, p_value, percent, signed

SUMMARY = {
    "protocol": "strict F1",
    "encoders": {"text": "a", "clip": "b"},
    "modes": {"fine_tuned": {}, "frozen": {}},
    "data": {"source": "train.spacy"},
    "languages": {"pt": "pt.spacy", "sw": "sw.spacy"},
    "labels": ["PER", "LOC"],
    "groups": {"concrete": ["LOC"], "abstract": ["PER"]},
    "seeds": [0, 1],
    "train_config": "train.cfg",
    "encoder_training": {"clip": {"vars.learn_rate": 0.1}},
    "training": {"vars.steps": 20},
    "scores": [
        {
            "encoder": encoder,
            "mode": "fine_tuned",
            "data": "source",
            "language": language,
            "seeds": {"0": mean - 0.02, "1": mean + 0.02},
            "mean": mean,
            "sd": 0.028,
            "low": mean - 0.1,
            "high": mean + 0.1,
            "p": mean,
            "r": mean,
            "per_label": {"PER": 0.5, "LOC": 0.25},
        }
        for language, encoder, mean in [
            ("sw", "clip", 0.4),
            ("sw", "text", 0.3),
            ("pt", "clip", 0.6),
            ("pt", "text", 0.5),
        ]
    ],
    "differences": [],
    "students": [
        {
            **{"encoder": "clip", "baseline": "text", "mode": "fine_tuned"},
            **{"n": 2, "mean": 0.1, "low": -0.05, "high": 0.25, "t_p": 0.07, "t_holm": 0.14},
            **{"wilcoxon_p": 0.5, "wilcoxon_holm": 1.0, "d": 6.0, "d_low": -0.4, "d_high": 12.0},
        }
    ],
    "tests": [
        {
            **{"encoder": "clip", "baseline": "text", "mode": "fine_tuned", "data": "source"},
            **{"n": 4, "mean": 0.1, "low": 0.05, "high": 0.15, "t_p": 0.0001, "t_holm": 0.0002},
            **{"wilcoxon_p": 0.125, "wilcoxon_holm": 0.25, "d": 1.5, "d_low": 0.1, "d_high": 3.0},
        }
    ],
    "slices": [
        {"encoder": encoder, "mode": "fine_tuned", "data": "source", "slice": "unseen", "gold": 1200, "f": f}
        for encoder, f in [("text", 0.25), ("clip", 0.375)]
    ],
    "contrasts": [],
    "costs": [],
    "curves": [
        {
            **{"encoder": "text", "mode": "fine_tuned", "data": "source", "languages": ["pt", "sw"], "seed": seed},
            "points": [{"step": step, "losses": {}, "f": 0.1 * seed + 0.01 * step} for step in (0, 10, 20)],
        }
        for seed in (0, 1)
    ],
    "failures": [{"student": "clip, frozen, source to pt/sw, seed 0", "reason": "<none>"}],
}


class Cells(HTMLParser):
    """Collects the text of table cells and the sources of images."""

    def __init__(self, text):
        super().__init__()
        self.cells, self.images, self.inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside = tag == "td"
        if tag == "td":
            self.cells.append("")
        if tag == "img":
            self.images.append(dict(attributes)["src"])

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.cells[-1] += data


def svg_texts(svg):
    root = ElementTree.fromstring(svg)
    return ["".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")]


def test_figures_of_tables():
    assert (percent(0.1234), percent(None)) == ("12.3", "–")
    assert (signed(0.01), signed(-0.002), signed(None)) == ("+1.0", "-0.2", "–")
    assert (number(1234.56, 1), number(None)) == ("1,234.6", "–")
    assert (interval(0.1, 0.25), interval(-1, 2.5, 1, 2), interval(None, None)) == (
        "10.0 to 25.0",
        "-1.00 to 2.50",
        "–",
    )
    assert (p_value(0.0004), p_value(0.0312), p_value(1.0), p_value(None)) == ("< .001", ".031", "1.000", "–")


def test_markdown():
    table = Table("T", "Note.", 1, ["name", "F1"], [["a", "1.0"]])
    assert table.to_markdown() == "## T\n\nNote.\n\n| name | F1 |\n| --- | ---: |\n| a | 1.0 |\n"
    text = to_markdown(SUMMARY)
    rows = [line for line in text.splitlines() if line.startswith("| fine_tuned | source | ")]
    assert rows == [
        "| fine_tuned | source | pt | text | 50.0 | 2.8 | 40.0 to 60.0 | 2 | 50.0 | 25.0 |",
        "| fine_tuned | source | pt | clip | 60.0 | 2.8 | 50.0 to 70.0 | 2 | 50.0 | 25.0 |",
        "| fine_tuned | source | sw | text | 30.0 | 2.8 | 20.0 to 40.0 | 2 | 50.0 | 25.0 |",
        "| fine_tuned | source | sw | clip | 40.0 | 2.8 | 30.0 to 50.0 | 2 | 50.0 | 25.0 |",
        "| fine_tuned | source | clip – text | 4 | +10.0 | 5.0 to 15.0 | < .001 | < .001 | .125 | .250 | +1.50 "
        "| 0.10 to 3.00 |",
        "| fine_tuned | source | unseen | 1,200 | 25.0 | 37.5 |",
    ]
    assert (
        "| fine_tuned | clip – text | 2 | +10.0 | -5.0 to 25.0 | .070 | .140 | .500 | 1.000 | +6.00 | -0.40 to 12.00 |"
    ) in text.splitlines()
    assert "vars.steps 20, vars.learn_rate 0.1 (clip only)" in text and "seeds 0, 1" in text


def test_a_bar_in_a_cell_does_not_begin_another_one():
    table = Table("T", "Note.", 2, ["student", "reason"], [["a", "shapes (3 | 4)"]])
    assert table.to_markdown().splitlines()[-1] == r"| a | shapes (3 \| 4) |"


def test_an_encoder_without_a_slice_has_a_dash():
    summary = {**SUMMARY, "slices": [row for row in SUMMARY["slices"] if row["encoder"] == "clip"]}
    table = next(table for table in comparison_tables(summary) if table.title == "Slices")
    assert table.rows == [["fine_tuned", "source", "unseen", "1,200", "–", "37.5"]]


def test_every_row_is_as_long_as_its_header():
    for table in comparison_tables(SUMMARY):
        assert {len(row) for row in table.rows} <= {len(table.header)}


def test_svg():
    pytest.importorskip("matplotlib")
    svg = to_svg(f1_figure(SUMMARY))
    assert {"pt", "sw", "text", "clip", "fine tuned, source", "frozen, source"} <= set(svg_texts(svg))
    assert svg == to_svg(f1_figure(SUMMARY))
    assert {"text", "step", "fine tuned, source"} <= set(svg_texts(to_svg(curve_figure(SUMMARY))))


def test_what_the_figures_show():
    """The means with their intervals, and every seed; the mean of the curves last."""
    pytest.importorskip("matplotlib")
    panel, empty = f1_figure(SUMMARY).axes
    means = {bars.get_label(): bars.lines[0].get_ydata().tolist() for bars in panel.containers}
    assert means == {"text": pytest.approx([30, 50]), "clip": pytest.approx([40, 60])}
    ends = [line[:, 1].tolist() for line in panel.containers[0].lines[2][0].get_segments()]
    assert ends == [pytest.approx([20, 40]), pytest.approx([40, 60])]
    assert [dots.get_offsets()[:, 1].tolist() for dots in panel.collections if len(dots.get_offsets()) == 2][0] == (
        pytest.approx([28, 32])
    )
    assert not empty.containers
    lines = curve_figure(SUMMARY).axes[0].lines
    assert [line.get_ydata()[-1] for line in lines] == pytest.approx([20, 30, 25])


def test_page():
    figures = {"One": "<svg/>", "Two": "<svg></svg>"}
    tables = comparison_tables(SUMMARY)
    text = make_page("Title & more", "what <was> compared", figures, tables)
    page = Cells(text)
    assert page.cells == [cell for table in tables for row in table.rows for cell in row]
    prefix = "data:image/svg+xml;base64,"
    assert [b64decode(image.removeprefix(prefix)).decode() for image in page.images] == list(figures.values())
    assert "<title>Title &amp; more</title>" in text and "what &lt;was&gt; compared" in text
    assert "http://" not in text and "https://" not in text  # it loads nothing
    assert "default-src 'none'" in text
