"""Every single-digit mutation of every printed number is caught, at its place and line.

All nine other digits stand in for each digit. Every fourth mutation is tried each time, all of them
by `make slow`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ahp.published import PublishedTable, load_table, verify
from ahp.published.table import Printed
from ahp.published.verification import Check

FOLDER = Path(__file__).parents[2] / "examples" / "published"
FILES = sorted(FOLDER.glob("*.ahp.toml"))
PRINTED = [path for path in FILES if load_table(path).candidates is None]
"""Files with printed matrices, or with the inputs of what is checked."""


def mutations(text: str) -> Iterator[str]:
    for place, old in enumerate(text):
        if old.isdigit():
            for new in "0123456789":
                if new != old:
                    yield text[:place] + new + text[place + 1 :]


def checked(table: PublishedTable) -> list[Printed]:
    """The printed numbers that a table has the judgments for."""
    unchecked = {printed.place for printed in verify(table).unchecked}
    return [number for number in table.numbers if number.place not in unchecked]


def changed(table: PublishedTable, number: Printed, text: str) -> PublishedTable:
    """The table with another print of one number, without reading the file again."""
    new = replace(number, text=text)

    def put(numbers: dict[str, Printed]) -> dict[str, Printed]:
        return {key: new if each == number else each for key, each in numbers.items()}

    parents = {
        name: replace(
            parent,
            weights=put(dict(parent.weights)),
            consistency=put(dict(parent.consistency)),
            indices=put(dict(parent.indices)),
        )
        for name, parent in table.parents.items()
    }
    totals = {level: put(dict(total)) for level, total in table.totals.items()}
    return replace(table, parents=parents, composite=put(dict(table.composite)), totals=totals)


def test_every_shipped_file_is_reproduced() -> None:
    assert len(FILES) >= 15
    for path in FILES:
        found = verify(load_table(path))
        assert found.failures == (), path


def test_how_many_mutations_there_are() -> None:
    """The numbers that the documentation gives."""
    found = [number.text for path in PRINTED for number in checked(load_table(path))]
    assert (len(PRINTED), len(found)) == (16, 197)
    assert sum(len(list(mutations(text))) for text in found) == 8766


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_printed_number_stands_on_its_line(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    table = load_table(path)
    for number in table.numbers:
        key = number.place.rpartition(".")[2]
        assert re.search(
            rf'"?{re.escape(key)}"? = "{re.escape(number.text)}"', lines[number.line - 1]
        )
    for statement in (*table.orders, *table.claims):
        assert statement.text in lines[statement.line - 1]


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.name)
def test_mutations_are_caught(path: Path, every: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ahp.published.verification.explain_number", lambda *_: ())
    table = load_table(path)
    numbers = checked(table)
    assert numbers
    mutated = [(number, text) for number in numbers for text in mutations(number.text)]
    for number, text in mutated[::every]:
        failures = verify(changed(table, number, text)).failures
        places = {(check.place, check.line, check.printed) for check in failures}
        assert places == {(number.place, number.line, text)}


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.name)
def test_a_mutated_file_fails_on_its_line(path: Path, tmp_path: Path) -> None:
    """The last digit of every number, in the file itself, with the explanations."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for number in checked(load_table(path)):
        wrong = number.text[:-1] + str((int(number.text[-1]) + 5) % 10)
        key = re.escape(number.place.rpartition(".")[2])
        row = lines[number.line - 1]
        mutated = re.sub(rf'("?{key}"? = )"{re.escape(number.text)}"', rf'\g<1>"{wrong}"', row)
        assert mutated != row
        file = tmp_path / path.name
        file.write_text(
            "".join([*lines[: number.line - 1], mutated, *lines[number.line :]]), encoding="utf-8"
        )
        (check,) = verify(load_table(file)).failures
        assert isinstance(check, Check)
        assert (check.place, check.line, check.printed) == (number.place, number.line, wrong)
        assert check.explanations
