"""Years of evaluations: signed totals, summed up as the scheme says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ahp.process.evaluations.events import PeriodOpened, UnitMerged
from ahp.process.evaluations.judged import result_of
from ahp.process.evaluations.years import period_totals, year_of_units, years_of
from ahp.report.year import unit_histories, year_sentence, year_table

from .played import after, example


def test_the_year_is_that_of_the_library():
    now = example()
    found = year_of_units(now, "2026")
    result = result_of(now, "2026Q4")  # with the corrected first quarter
    assert (found.periods, found.revisions) == (
        ("2026Q1", "2026Q2", "2026Q3", "2026Q4"),
        (2, 1, 1, 1),
    )
    column = result.period_position("2026")
    assert {
        one.unit.name: (one.total, one.band, one.rank, one.group_rank) for one in found.units
    } == {
        unit: (
            result.total(unit, "2026"),
            str(result.bands[row, column]),
            int(result.ranks[row, column]),
            int(result.group_ranks[row, column]),
        )
        for row, unit in enumerate(result.units)
    }
    assert {one.unit.name: one.totals for one in found.units} == {
        unit: tuple(result.total(unit, period) for period in found.periods) for unit in result.units
    }


def test_the_signed_totals_count_not_those_computed_now():
    now = example()
    held = now.periods["2026Q2"]
    signature = held.signatures[0]
    signed = dict(signature.evidence["units"])
    signed["unit-01"] = {**signed["unit-01"], "total": "12.3"}
    evidence = {**signature.evidence, "units": signed}
    other = replace(held, signatures=(replace(signature, evidence=evidence),))
    changed = replace(now, periods={**now.periods, "2026Q2": other})
    assert period_totals(changed, other)["unit-01"] == Decimal("12.3")
    [unit] = [one for one in year_of_units(changed, "2026").units if one.unit.id == "unit-01"]
    shown = [Decimal(f"{one}") for one in unit.totals]
    exact = sum(shown, Decimal(0)) / 4
    assert abs(unit.total - exact) <= Decimal("0.05")


def test_a_year_that_is_not_over_has_no_total():
    now = after(example(), [PeriodOpened("2027Q1", 1, "2027-04-10", {}, "2027-04-20")])
    assert years_of(now) == ("2027", "2026")
    found = year_of_units(now, "2027")
    assert (found.lacking, found.provisional) == (("2027Q2", "2027Q3", "2027Q4"), ("2027Q1",))
    assert {(one.totals, one.total, one.band, one.rank) for one in found.units} == {
        ((None,), None, "", 0)
    }
    assert year_sentence(found, "en") == (
        "The year's total is the weighted sum of the signed totals: 2027Q1 25%, 2027Q2 25%, "
        "2027Q3 25%, 2027Q4 25%. Not opened yet: 2027Q2, 2027Q3, 2027Q4. There is no yearly total "
        "before. Not signed yet: 2027Q1. What depends on it is provisional."
    )


def test_the_table_of_a_year():
    table = year_table(year_of_units(example(), "2026"), "en")
    assert table.columns == (
        *("Unit", "Group", "2026Q1 (corrected)", "2026Q2", "2026Q3", "2026Q4", "2026", "Band"),
        *("Rank in group", "Rank overall"),
    )
    assert table.rows[0][:2] == ("甲市监督中心", "Group 1")
    assert [row[-2] for row in table.rows][:3] == [1, 2, 3]


def test_histories_of_units():
    now = example()
    first, second = now.units[0], now.units[1]
    units = after(now, [UnitMerged(second.id, first.id, "2027Q1")]).units
    named = (replace(units[0], former_names=("老中心",), active_from="2026-01-01"), *units[1:])
    assert unit_histories(named, "en") == (
        f"{first.name}: was called 老中心, since 2026-01-01.",
        f"{second.name}: went into {first.name} from 2027Q1 on.",
    )
    assert unit_histories(named, "zh")[0] == f"{first.name}：曾用名老中心、自 2026-01-01 起参评。"
