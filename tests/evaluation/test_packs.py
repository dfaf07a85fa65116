"""The schemes that come with ahp: each loads, is whole in both languages, and scores its example.

`python -m tests.evaluation.test_packs` writes the golden totals of all of them again.
"""

from __future__ import annotations

import csv
import doctest
import io
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ahp.errors import EvaluationError
from ahp.evaluation import (
    Evaluation,
    Scheme,
    check_scheme,
    evaluate,
    load_scheme,
    read_observations,
    shipped_schemes,
    view_scores,
)
from ahp.evaluation.rules import Derived, Rated
from ahp.resources import data_folder

from .schemes import rows, scheme

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "evaluation"
PAGES = ROOT / "docs" / "schemes"
EXAMPLES = data_folder("examples") / "evaluation"
PACKS = tuple(shipped_schemes())

MEANT = {"call_quality": ("5 indicators; 10 to 25 are usual",)}
"""Remarks that a pack's page gives reasons for."""

every_pack = pytest.mark.parametrize("name", PACKS)


@cache
def evaluated(name: str) -> Evaluation:
    return evaluate(load_scheme(name), read_observations(EXAMPLES / f"{name}.csv"))


def totals(result: Evaluation) -> str:
    """What is official of every unit and period, as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("unit", "period", "total", "band", "rank", "low", "high"))
    for (u, unit), (p, period) in itertools.product(
        enumerate(result.units), enumerate(result.periods)
    ):
        total = result.total(unit, period)
        bounds = (f"{bound:.12g}" for bound in result.bounds[u, p])
        writer.writerow((unit, period, total, result.bands[u, p], result.ranks[u, p], *bounds))
    return text.getvalue()


def texts(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text in several languages of a definition, with its path."""
    if isinstance(value, dict):
        if value and value.keys() <= {"zh", "en"}:
            yield path, value
            return
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for k, inner in enumerate(value):
            yield from texts(inner, f"{path}[{k}]")


def test_the_packs_that_come_with_it() -> None:
    assert set(PACKS) >= {
        *("supervision_effectiveness", "key_accounts", "lobby_manager", "call_quality"),
    }


@every_pack
def test_it_loads_and_has_no_remark_that_is_not_meant(name: str) -> None:
    one = load_scheme(name)
    assert one.id == name
    assert one.languages == ("zh", "en")
    assert str(one.effective_from) == "2026-01-01"
    assert tuple(map(str, check_scheme(one))) == MEANT.get(name, ())
    assert Scheme.from_dict(one.to_dict()) == one


@every_pack
def test_every_text_is_in_both_languages(name: str) -> None:
    one = load_scheme(name)
    found = dict(texts(one.to_dict()))
    assert found.keys() >= {".name", *(f".nodes[{k}].name" for k in range(len(one.nodes)))}
    for path, text in found.items():
        assert set(text) == {"zh", "en"}, path
        assert re.search("[\u4e00-\u9fff]", text["zh"]), f"{path}: no Chinese"
        assert not re.search("[\u3000-\u9fff\uff00-\uffef]", text["en"]), f"{path}: no English"


@every_pack
def test_every_indicator_has_a_clause_and_a_source_and_every_grade_an_anchor(name: str) -> None:
    one = load_scheme(name)
    clauses = [indicator.clause for indicator in one.indicator.values()]
    clauses += [event.clause for event in one.events.values()]
    assert len(set(clauses)) == len(clauses)
    for clause in clauses:
        assert re.fullmatch(r"\d+(\.\d+)+", clause)
    for leaf, indicator in one.indicator.items():
        assert indicator.source, leaf
        rule = indicator.rule
        if isinstance(rule, Rated):
            grades = one.grades[rule.grades]
            own = tuple(rule.anchors)
            assert own in ((), tuple(grade.id for grade in grades)), leaf
        if isinstance(rule, Derived):
            assert all(one.unit for one in rule.inputs), leaf
    for grade in itertools.chain.from_iterable(one.grades.values()):
        assert grade.anchor, grade.id


@every_pack
def test_its_example_says_that_it_is_simulated(name: str) -> None:
    with (EXAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        notes = {row["note"] for row in csv.DictReader(file)}
    assert notes
    assert all(note.startswith("模拟数据") for note in notes)


@every_pack
def test_totals_of_its_example(name: str) -> None:
    golden = (GOLDEN / f"{name}.csv").read_text(encoding="utf-8")
    assert totals(evaluated(name)) == golden


@every_pack
def test_every_total_is_in_a_band(name: str) -> None:
    result = evaluated(name)
    known = {band.id for band in result.scheme.bands}
    assert (~np.isnan(result.totals)).mean() > 0.9
    for has_total, band in zip(~np.isnan(result.totals.ravel()), result.bands.ravel(), strict=True):
        assert (band in known) == has_total


@every_pack
def test_every_waterfall_adds_up(name: str) -> None:
    result = evaluated(name)
    for unit, period in itertools.product(result.units, result.periods):
        total = result.total(unit, period)
        if total is None:
            assert ends_without_a_total(result, unit, period)
            continue
        lines = result.waterfall(unit, period)
        assert lines[0].before == 0
        for line, following in itertools.pairwise(lines):
            assert line.after == following.before
        assert lines[-1].after == total
        assert sum(line.change for line in lines) == total


def ends_without_a_total(result: Evaluation, unit: str, period: str) -> bool:
    try:
        return result.waterfall(unit, period)[-1].rule == "no_total"
    except EvaluationError as raised:
        return raised.code == "nothing_observed"


@every_pack
def test_its_page_names_its_files_and_says_that_they_are_simulated(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert f"schemes/{name}.toml" in page
    assert f"examples/evaluation/{name}.csv" in page
    assert "simulated (模拟数据" in page


@pytest.mark.parametrize(
    "page", [path for path in sorted(PAGES.glob("*.md")) if ">>> " in path.read_text("utf-8")]
)
def test_what_a_page_computes(page: Path) -> None:
    outcome = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert outcome.attempted > 5
    assert outcome.failed == 0


def test_views_stand_apart() -> None:
    """x is static, y and z dynamic: y weighs .3 and rises by 10 a quarter, z weighs .1."""
    rules = scheme(
        {"x": "0.6", "y": "0.3", "z": "0.1"},
        indicators={"y": {"view": "dynamic"}, "z": {"view": "dynamic"}},
    )
    observed = rows(
        *(("A", f"2026Q{k}", "x", 80 - k) for k in (1, 2, 3)),
        *(("A", f"2026Q{k}", "y", 50 + 10 * k) for k in (1, 2, 3)),
        *(("A", f"2026Q{k}", "z", 100) for k in (1, 3)),
        *(("B", "2026Q2", "x", 70), ("B", "2026Q2", "y", 40), ("B", "2026Q2", "z", "n/a")),
    )
    result = evaluate(rules, observed)
    static, dynamic = view_scores(result, "static"), view_scores(result, "dynamic")
    assert (static.indicators, dynamic.indicators) == (("x",), ("y", "z"))
    assert (static.share, dynamic.share) == (0.6, pytest.approx(0.4))
    np.testing.assert_allclose(static.latest, [77, 70])
    np.testing.assert_allclose(static.change, [-2, np.nan])
    np.testing.assert_allclose(static.slope, [-1, np.nan])
    # (.3·60 + .1·100) / .4, 70 where z has no points, (.3·80 + .1·100) / .4
    np.testing.assert_allclose(dynamic.points, [[70, 70, 85], [np.nan, 40, np.nan]])
    np.testing.assert_allclose(dynamic.latest, [85, 40])
    np.testing.assert_allclose(dynamic.change, [15, np.nan])
    np.testing.assert_allclose(dynamic.slope, [7.5, np.nan])
    assert type(dynamic).from_dict(dynamic.to_dict()) == dynamic


def test_a_view_without_indicators_is_refused() -> None:
    result = evaluate(scheme({"x": 1}), rows(("A", "2026Q1", "x", 80)))
    with pytest.raises(EvaluationError) as raised:
        view_scores(result, "dynamic")
    assert str(raised.value) == (
        "no indicator has the view 'dynamic', expected one of static, dynamic"
    )


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for pack in PACKS:
        (GOLDEN / f"{pack}.csv").write_text(totals(evaluated(pack)), encoding="utf-8")
