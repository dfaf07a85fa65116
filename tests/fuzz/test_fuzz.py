"""Damaged files, a few for each reader; `python -m tests.fuzz` tries as many as wanted. Linux tells
what memory is taken: elsewhere these tests fail.
"""

from __future__ import annotations

import ast
import re
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

import pytest

import ahp
from ahp.errors import AHPError
from ahp.exchange.formats import FORMATS

from .readers import READERS
from .trying import Trial, damaged

COUNT = 4
DEAR = {"backup", "calculation", "delivery", "evaluation", "events", "form"}
"""Readers whose files take a second to make."""

OPENING = re.compile(
    r"uploaded_\w+|counted_archive|ZipFile|read_grid|read_sheets|open_table|open_csv|parse_json|"
    r"parse_toml|decode_text|load_pem_\w+|decode_timestamp_response"
)
"""What makes something of the bytes of a file."""

NOT_HANDED_IN = {
    ("cli/schemes.py", "_units"),  # a grid, no more
    ("process/asking.py", "read_ranking"),  # what events hold
    ("process/scheme_weights.py", "_read"),
    ("study/plain.py", "from_plain"),
    ("store/backup.py", "_pack"),  # writes
    ("report/archive.py", "zip_bytes"),
    ("report/archive.py", "without_times"),  # of what was written just now
    ("exchange/questionnaire_writer.py", "_blank"),
    ("store/stamps.py", "ask"),  # the answer of an authority
}
"""File and function."""


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.slow) if one in DEAR else one for one in READERS]
)
def test_damaged_files_are_read_or_refused(name: str) -> None:
    trial = Trial(READERS[name])
    found = [trial.outcome(damaged(name, 0, number)) for number in range(COUNT)]
    assert [(number, one.kind, one.told) for number, one in enumerate(found) if one.kind] == []


def test_the_same_numbers_make_the_same_file() -> None:
    first, again, other = (damaged("survey_toml", 0, number) for number in (7, 7, 8))
    assert first == again != other


def test_every_format_is_tried() -> None:
    assert {key.replace("-", "_") for key, one in FORMATS.items() if one.read} <= set(READERS)


@pytest.mark.slow
def test_whatever_opens_a_file_is_tried() -> None:
    package, ran = Path(ahp.__file__).parent, set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            ran.add((frame.f_code.co_filename, frame.f_code.co_name))

    for reader in READERS.values():
        contents = reader.seeds()
        sys.setprofile(note)
        for content in contents:
            with suppress(AHPError):
                reader.read(content)
        sys.setprofile(None)
    untried = set()
    for path in package.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and (str(path), function.name) not in ran:
                calls = (one.func for one in ast.walk(function) if isinstance(one, ast.Call))
                names = (getattr(one, "id", getattr(one, "attr", "")) for one in calls)
                if any(map(OPENING.fullmatch, names)):
                    untried.add((path.relative_to(package).as_posix(), function.name))
    assert untried == NOT_HANDED_IN
