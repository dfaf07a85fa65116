"""Where values come from, what stood in a cell, what stands out, what scores rest on."""

from __future__ import annotations

from dataclasses import replace

from ahp.evaluation import simulate
from ahp.exchange.conspicuous import conspicuous_values
from ahp.process.evaluations.checking import (
    accepted_reason,
    cell_sources,
    raters_submitted,
    ratings_of,
    undelivered,
)
from ahp.process.evaluations.events import (
    CellAccepted,
    CellKey,
    PeriodOpened,
    Rated,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    Row,
    ValuesRecorded,
)
from ahp.process.evaluations.judged import result_of
from ahp.process.evaluations.rules import rated_leaves
from ahp.process.evaluations.simulation import LONG, certainty_now, simulation_of
from ahp.process.evaluations.standing import (
    moved_since,
    result_before,
    results_of_unit,
    standing_of,
)
from ahp.process.events import Actor
from ahp.report.standing import revisions_table, standing_sentence

from .played import after, example

PERIOD = "2027Q1"


def rating(now, *raters: str, closed: bool = False):
    """A new period in which some raters rate one cell."""
    opened = PeriodOpened(PERIOD, 1, "2027-04-10", {}, "2027-04-20")
    now = after(now, [opened, RatingOpened(PERIOD, 1, (), "2027-04-20")])
    leaf = rated_leaf(now)
    for rater in raters:
        actions = [Rated(PERIOD, 1, "unit-01", leaf, "优"), RatingsSubmitted(PERIOD, 1)]
        now = after(now, actions, Actor("person", rater), rater)
    return after(now, [RatingClosed(PERIOD, 1)]) if closed else now


def rated_leaf(now) -> str:
    return rated_leaves(now.version.scheme)[0]


def test_nothing_is_said_of_ratings_before_their_round_is_closed():
    now = rating(example(), "rater-1", "rater-2")
    held, leaf = now.periods[PERIOD], rated_leaf(example())
    source = cell_sources(now, held)["unit-01", leaf]
    assert (source.rating, source.rated, source.asked) == (True, 0, 3)
    assert ratings_of(held, "unit-01", leaf) == ()
    now = rating(example(), "rater-1", "rater-2", closed=True)
    held = now.periods[PERIOD]
    source = cell_sources(now, held)["unit-01", leaf]
    assert (source.rating, source.rated, source.asked) == (False, 2, 3)
    found = ratings_of(held, "unit-01", leaf)
    assert [(item, person, one.value) for item, person, one in found] == [
        ("", "rater-1", "优"),
        ("", "rater-2", "优"),
    ]
    assert raters_submitted(now, held) == (2, 3)


def test_what_scores_rest_on():
    now = rating(example(), "rater-1")
    held = now.periods[PERIOD]
    standing = standing_of(now, held)
    assert len(undelivered(now, held)) == 18
    assert standing_sentence(standing, held.scheme, "en") == (
        "Provisional: 18 of 18 indicators not delivered, 1 of 3 raters have submitted."
    )
    signed = now.periods["2026Q1"]
    assert standing_sentence(standing_of(now, signed), signed.scheme, "en") == (
        "Signed, and corrected since: revision 2."
    )
    assert standing_sentence(standing_of(now, now.periods["2026Q2"]), signed.scheme, "en") == (
        "Signed."
    )


def test_what_stands_out_is_accepted_as_long_as_it_stays():
    now, key = example(), CellKey("unit-01", "research_reports")
    opened = PeriodOpened(PERIOD, 1, "2027-04-10", {}, "2027-04-20")
    recorded = ValuesRecorded(PERIOD, (Row("unit-01", "research_reports", "10"),))
    now = after(now, [opened, recorded])
    held = now.periods[PERIOD]
    assert [one.code for one in conspicuous_values(now, held)[key]] == ["value_outlier"]
    now = after(now, [CellAccepted(PERIOD, key, held.values[key].stamp.seq, "year's end")])
    assert accepted_reason(now.periods[PERIOD], key) == "year's end"
    anew = ValuesRecorded(PERIOD, (Row("unit-01", "research_reports", "9"),))
    assert accepted_reason(after(now, [anew]).periods[PERIOD], key) == ""


def test_signed_figures_beside_corrections():
    now = example()
    table = revisions_table(now.periods["2026Q1"], "en")
    assert [head.partition(" on ")[0] for head in table.columns] == [
        *("Unit", "Group", "Signed", "Band", "Corrected", "Band (2)"),
        *("Rank in group", "Changed by a correction"),
    ]
    changed = [row for row in table.rows if row[-1]]
    assert [row[0] for row in changed] == ["乙市监督中心"]
    assert changed[0][2] != changed[0][4]
    assert list(moved_since(now, "2026Q1")) == []
    held = now.periods["2026Q2"]
    signature = held.signatures[0]
    signed = dict(signature.evidence["units"])
    signed["unit-03"] = {**signed["unit-03"], "total": "1.0"}
    other = replace(signature, evidence={**signature.evidence, "units": signed})
    periods = {**now.periods, "2026Q2": replace(held, signatures=(other,))}
    assert list(moved_since(replace(now, periods=periods), "2026Q2")) == ["unit-03"]


def test_periods_before():
    now = example()
    assert result_before(now, "2026Q1") is None
    assert result_before(now, "2026Q3").period == "2026Q2"
    points = results_of_unit(now, "2026Q3", now.units[0].name)
    assert [one.period for one in points] == ["2026Q1", "2026Q2", "2026Q3"]
    assert points[0].result is result_of(now, "2026Q1")


def test_simulations_are_kept():
    result = result_of(example(), "2026Q1")
    quick = certainty_now(result, "2026Q1")
    assert quick.draws == 2000
    assert quick is certainty_now(result, "2026Q1")
    assert quick == simulate(result, "2026Q1", seed=1, draws=2000, pairs=True)
    shares: list[float] = []
    long_one = simulation_of(result, "2026Q1", LONG, "").run(shares.append)
    assert (shares, long_one.draws) == (sorted(shares), 10_000)
    assert shares[-1] == 1.0
    assert certainty_now(result, "2026Q1") is long_one
