"""Files that would exhaust the machine are refused before they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ahp.datafile import jcs
from ahp.errors import AHPError, AnswersError, PublishedError, SurveyError
from ahp.exchange.column_mapper import mapping_from_json
from ahp.exchange.uploads import read_upload
from ahp.published import load_table
from ahp.study.answers import answers_from_table, read_answers
from ahp.study.survey import load_survey
from tests.frugal import frugal_refusal

MOST = 64 * 2**20
HEAD = 'format = 1\nid = "s"\nlanguages = ["en"]\n'
TEXTS = 'name.en = "n"\nexplanation.en = "e"\n'
NODES = "".join(f'[[nodes]]\nid = "n{k}"\nparent = "g"\n{TEXTS}' for k in range(200))
WIDE = f'{HEAD}name.en = "n"\ndescription.en = "d"\n[goal]\nid = "g"\n{TEXTS}{NODES}'
LONG_KEY = "a key of 50 parts or more, expected fewer"
CSV = b"expert,parent,left,right,value\n"


def survey(name: str, content: bytes) -> Callable[[], object]:
    return lambda: read_upload(content, name, "en")


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (survey("s.toml", b"a." * 100_000 + b"b = 1"), f"s.toml: line 1: {LONG_KEY}"),
        (survey("s.toml", b"\n[" + b"a ." * 50_000 + b"b]"), f"s.toml: line 2: {LONG_KEY}"),
        (survey("s.toml", b"a = {" + b"a." * 60 + b"b = 1}"), f"s.toml: line 1: {LONG_KEY}"),
        (survey("s.toml", b'"\\"".' + b'"=".' * 60 + b"b = 1"), f"s.toml: line 1: {LONG_KEY}"),
        (
            survey("s.toml", b"format = 0x" + b"9" * 100_000),
            "s.toml: a whole number of more than 19 digits",
        ),
        (
            survey("s.toml", b"a = " + b"[" * 5000),
            "s.toml: arrays inside arrays too deep, expected a survey",
        ),
        (
            survey("s.toml", b"#" * 2**18 + b"#"),
            "s.toml: 262145 bytes, expected at most 262144",
        ),
        (
            survey("s.toml", WIDE.encode()),
            "s.toml: nodes: 19900 comparisons, expected at most 10000",
        ),
        (
            survey("s.json", b'{"pj": ' + b"9" * 4000 + b"}"),
            "s.json: a whole number of more than 19 digits",
        ),
        (
            survey("s.json", b"[" + b"[]," * 1_500_000 + b"1]"),
            "s.json: more than 2000000 values",
        ),
        (
            survey("s.json", b"[" * 100_000),
            "s.json: nested too deep, expected an AHP-OS project",
        ),
        (
            survey("s.ahp", b"[" + b"a," * 2**17 + b"a]"),
            "s.ahp: 262147 bytes, expected at most 262144",
        ),
        (
            survey("s.txt", b"a: " + b"b," * 2**17 + b"c;"),
            "s.txt: 262149 bytes, expected at most 262144",
        ),
        (
            lambda: mapping_from_json(b" " * 2**21, "m.json"),
            "m.json: 2097152 bytes, expected at most 1048576",
        ),
        (
            lambda: answers_from_table(b" " * 2**24, "a.csv"),
            "a.csv: 16777216 bytes, expected at most 8388608",
        ),
        (
            lambda: answers_from_table(b"a\n" * 300_000, "a.csv"),
            "a.csv: more than 200000 lines, expected fewer",
        ),
    ],
)
def test_what_would_exhaust_the_machine(read: Callable[[], object], message: str) -> None:
    assert frugal_refusal(read, AHPError, MOST) == message


@pytest.mark.parametrize("digits", [20, 10_000_000])
def test_numbers_of_too_many_digits(digits: int, tmp_path: Path) -> None:
    content = HEAD.replace("1", "9" * digits, 1)
    for error, load in ((SurveyError, load_survey), (PublishedError, load_table)):
        file = tmp_path / "a.toml"
        file.write_text(content)
        with pytest.raises(error) as caught:
            load(file)
        expected = (
            "a whole number of more than 19 digits"
            if digits == 20
            else "more than 262144 bytes, expected at most 262144"
        )
        assert str(caught.value) == f"{file}: {expected}"


def test_a_file_without_an_end() -> None:
    with pytest.raises(AnswersError) as caught:
        read_answers("/dev/zero")
    assert str(caught.value) == "/dev/zero: more than 8388608 bytes, expected at most 8388608"


def test_a_printed_value_of_many_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(
        'format = 1\nid = "a"\ntitle = "t"\nsource = "s"\nclaims = [\n'
        + "".join(f'"a > b{k}",\n' for k in range(1000))
        + ']\n[[parents]]\nid = "p"\nitems = ["a", "b"]\n'
    )
    with pytest.raises(PublishedError) as caught:
        load_table(file)
    assert str(caught.value) == f"{file}: line 505: a value of more than 500 lines"


TEXTS_ = st.text(st.characters(exclude_categories=[]), max_size=20)
FLAT = st.dictionaries(
    st.text(max_size=5), TEXTS_ | st.none() | st.integers() | st.booleans() | st.floats()
)


@given(FLAT | st.dictionaries(st.sampled_from("abcdefgh"), TEXTS_ | st.none() | st.integers()))
def test_python_spells_objects_as_rfc8785_does(data: dict[str, object]) -> None:
    """What is written by the faster way, and what it leaves to the library."""
    try:
        expected = rfc8785.dumps(data)
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - each says it in its own words
            jcs(data)
    else:
        assert jcs(data).encode() == expected
