"""How many mutations of a table's numbers are caught when its matrices were reconstructed.

A mutation that leaves a number within what some candidate gives isn't caught, and can't be: the
mutated number may be the right one for all that is known.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ahp.published import (
    PublishedParent,
    Reconstruction,
    load_table,
    stored_reconstruction,
    verify,
)
from ahp.published.reconstruction import MAX_CANDIDATES, run
from ahp.published.table import Printed
from ahp.published.whole import _Bounds, _task

from .test_mutations import changed, mutations

TABLE = load_table(
    Path(__file__).parents[2] / "examples" / "published" / "supervision_effectiveness.ahp.toml"
)

LOCAL = {
    "setup": 54,
    "management_model": 54,
    "structure": 54,
    "staff": 54,
    "superiors": 54,
    "error_education": 18,
    "briefings": 18,
    "research_reports": 18,
    "self_study": 54,
}
GLOBAL = dict.fromkeys(
    ["management_model", "positioning", "staff", "teamwork", "data_sharing", "research_input"], 45
)


def number_of(place: str) -> Printed:
    return next(number for number in TABLE.numbers if number.place.endswith(place))


def parent_of(number: Printed) -> PublishedParent:
    item = number.place.rpartition(".")[2]
    return next(parent for parent in TABLE.parents.values() if item in parent.items)


def caught_by_stored(number: Printed, text: str) -> bool:
    failures = verify(changed(TABLE, number, text)).failures
    places = {(check.place, check.line) for check in failures}
    assert not places or (number.place, number.line) in places
    return bool(places)


def test_all_mutations_are_tried() -> None:
    local = {
        number.place.rpartition(".")[2]: len(list(mutations(number.text)))
        for number in TABLE.numbers
        if number.place.startswith("parents")
    }
    assert local == LOCAL
    assert sum(LOCAL.values()) + sum(GLOBAL.values()) == 648


@pytest.mark.parametrize("item", LOCAL)
def test_the_stored_candidates_catch_every_mutation_of_a_local_weight(item: str) -> None:
    (number,) = (
        each
        for each in TABLE.numbers
        if each.place.startswith("parents") and each.place.endswith(f".{item}")
    )
    caught = [caught_by_stored(number, text) for text in mutations(number.text)]
    assert (sum(caught), len(caught)) == (LOCAL[item], LOCAL[item])


@pytest.mark.parametrize("item", GLOBAL)
def test_the_stored_candidates_catch_mutations_of_a_global_weight(item: str) -> None:
    """All 648, with the local ones."""
    number = number_of(f"composite.weights.{item}")
    caught = [caught_by_stored(number, text) for text in mutations(number.text)]
    assert (sum(caught), len(caught)) == (GLOBAL[item], GLOBAL[item])


def reconstructed(number: Printed, text: str) -> Reconstruction:
    """The mutated number's parent, beside the stored candidates of the others."""
    table, parent = changed(TABLE, number, text), parent_of(number)
    bounds = _Bounds(table, rounded=True)
    stored = stored_reconstruction(TABLE).parents
    bounds.narrow({name: found for name, found in stored.items() if name != parent.id})
    task = _task(table.parents[parent.id], "column_mean", "intermediate", 0.1, bounds.local(parent))
    return run(task, MAX_CANDIDATES, None)


SMALL = [number for number in TABLE.numbers if len(parent_of(number).items) <= 4]


@pytest.mark.parametrize("number", SMALL, ids=lambda number: number.place)
def test_what_is_not_mutated_has_its_candidates(number: Printed) -> None:
    found = reconstructed(number, number.text)
    stored = stored_reconstruction(TABLE).parents[parent_of(number).id]
    assert [m.tobytes() for m in found.candidates] == [m.tobytes() for m in stored.candidates]


def test_a_global_weight_that_is_no_weight_is_caught() -> None:
    number = number_of("composite.weights.management_model")
    found = reconstructed(number, "1.3548")
    assert len(found) == 0
    assert found.nearest is not None
    assert str(found.nearest.reason) == "item 0: no weight is as printed and in its interval"


@pytest.mark.slow
@pytest.mark.parametrize("number", SMALL, ids=lambda number: number.place)
def test_reconstruction_catches_every_mutation_of_up_to_four_items(number: Printed) -> None:
    """450 of 450, with the method and the rounding that the other parents leave."""
    texts = list(mutations(number.text))
    caught = [text for text in texts if not len(reconstructed(number, text))]
    assert caught == texts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "text", "count"),
    [
        ("effectiveness.weights.setup", "0.56024", 0),
        ("effectiveness.weights.setup", "0.56123", 0),
        ("operation.weights.staff", "0.44256", 33),
        ("composite.weights.teamwork", "0.0093", 31),
    ],
)
def test_reconstruction_of_five_items_with_another_digit(place: str, text: str, count: int) -> None:
    """A sample, a minute each: two are caught, two aren't, for other matrices give these digits."""
    assert len(reconstructed(number_of(place), text)) == count
