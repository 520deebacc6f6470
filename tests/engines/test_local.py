"""Processes on this machine give what one process gives, also if one is killed."""

import pytest

PROJECT = "project bitext {}/out -c {}.cfg --shard-size 4 --code code.py"


@pytest.mark.parametrize("aligner", ["fatal", "links", "statistics"])
def test_two_processes_give_the_bytes_of_one(work, invoke, is_same, aligner):
    """With `fatal`, one of the two is killed in the middle."""
    for out, options in (("one", []), ("two", ["-n", "2"])):
        result = invoke(*PROJECT.format(out, aligner).split(), *options)
        assert result.exit_code == 0, result.output + result.stderr
    assert is_same(work / "one", work / "two")
    assert (work / "ended").exists() == (aligner == "fatal")


def test_translations_are_the_same(work, invoke, is_same):
    for out, options in (("one", []), ("two", ["--engine", "local", "--workers", "2"])):
        result = invoke(
            "translate", "en.spacy", out, "-c", "fatal.cfg", "--shard-size", "4", "--code", "code.py", *options
        )
        assert result.exit_code == 0, result.output + result.stderr
    assert is_same(work / "one", work / "two") and (work / "ended").exists()


def test_a_run_that_stops_goes_on_with_any_number_of_processes(work, invoke, is_same):
    assert invoke(*PROJECT.format("one", "fatal").split()).exit_code == 0
    result = invoke(*PROJECT.format("two", "always_fatal").split(), "-n", "1", "--engine", "local")
    assert result.exit_code == 1 and "ended 3 times at the same batch" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    result = invoke(*PROJECT.format("two", "fatal").split(), "-n", "2")  # other settings: afresh
    assert result.exit_code == 0 and "made from other input" in result.output + result.stderr
    assert is_same(work / "one", work / "two")


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--engine", "spark"], "--engine spark: no such engine; take one of: local, ray"), (["-n", "0"], "-n")],
)
def test_bad_options(work, invoke, options, message):
    result = invoke(*PROJECT.format("out", "links").split(), *options)
    assert result.exit_code in (1, 2) and message in result.stderr
    assert not (work / "out").exists()


def test_an_error_of_a_worker_is_that_of_the_command(work, invoke):
    (work / "links.txt").write_text("9-9\n" * 23)
    ours, theirs = (invoke(*PROJECT.format("out", "links").split(), *options) for options in ([], ["-n", "2"]))
    assert ours.exit_code == theirs.exit_code == 1
    assert ours.stderr == theirs.stderr and "links.txt, line 1: a link points to token 9" in ours.stderr
