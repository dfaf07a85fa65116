"""What a period comes to: its observations, its result by the rules, and the evidence it leaves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from math import isnan
from typing import Any

from ...datafile import jcs
from ...errors import EvaluationError
from ...evaluation.cells import FEWEST_TRIMMED
from ...evaluation.evaluated import Evaluation
from ...evaluation.judging import evaluate
from ...evaluation.observations import observations_from_records
from ...evaluation.scheme import Indicator, Scheme
from ...evaluation.scoring import period_problem
from .events import Row
from .rules import CANNOT_JUDGE
from .state import EvaluationState, PeriodState, RatedCell, Rating
from .units import Unit, active_units, groups_of

EVIDENCE_FORMAT = 1
"""Of new evidence."""

FROM_FILE = "file "
"""Before the names of raters in files."""

NOT_DUE = "not due"
"""What stands where nothing was delivered as long as a period isn't checked; then it is not
reported."""

Raters = tuple[tuple[str, str], ...]
"""Id of people, or `FROM_FILE` and a name -> what they are called in records, as something that can
be hashed.
"""


def scheme_in(state: EvaluationState, period: str) -> Scheme:
    """The scheme a period is under, with the groups of the units that are active in it."""
    return _scheme(state.periods[period].scheme, state.units, period)


@lru_cache(maxsize=64)
def _scheme(scheme: Scheme, units: tuple[Unit, ...], period: str) -> Scheme:
    return replace(scheme, groups=groups_of(units, period, scheme))


def result_of(state: EvaluationState, period: str, *, corrected: bool = False) -> Evaluation:
    """The result of a period by what counts now.

    Earlier periods are in it as far as the same rules held for an indicator: early warnings and
    values carried over look at them. What was signed for them stands in their own evidence.

    Args:
        state: the evaluation.
        period: `str(Period)`.
        corrected: as if the correction that is proposed were signed.

    Raises:
        EvaluationError: no unit is active, or a value does not fit the scheme; says which.
    """
    codes = {f"{FROM_FILE}{name}": f"{FROM_FILE}{own}" for name, own in state.rater_codes.items()}
    raters = (*_raters(state), *codes.items())
    return _result(_chain(state, period, corrected=corrected), state.units, raters)


def _chain(state: EvaluationState, period: str, *, corrected: bool) -> tuple[PeriodState, ...]:
    held = state.periods[period]
    return (*state.before(period), held.after_correction if corrected else held)


def _raters(state: EvaluationState) -> Raters:
    """By the number of the event that added them: unlike a name it is never somebody else's, and
    unlike an id as good as any in draws.
    """
    return tuple((person.id, f"#{person.added_seq}") for person in state.people.values())


@lru_cache(maxsize=64)
def _result(chain: tuple[PeriodState, ...], units: tuple[Unit, ...], raters: Raters) -> Evaluation:
    """The result of the last of some periods in the order of time."""
    last = chain[-1]
    scheme = _scheme(last.scheme, units, str(last.period))
    if not scheme.units:
        raise EvaluationError("no_active_unit", period=str(last.period))
    active = active_units(units, last.period)
    records = [
        record
        for held in chain
        if period_problem(scheme, held.period) is None
        for record in _records(held, active, dict(raters), scheme)
    ]
    return evaluate(scheme, observations_from_records(records, str(last.period)))


def records_of(state: EvaluationState, period: str) -> list[dict[str, str]]:
    """The observations of a period that count, with names of units and raters, as
    `evaluation.observations_from_records` takes them; what tells raters apart who are called alike
    stands behind their names.
    """
    held, raters = state.periods[period], dict(_raters(state))
    active = active_units(state.units, period)
    records = list(_records(held, active, raters, scheme_in(state, period)))
    names = {raters[person.id]: person.name for person in state.people.values()}
    given = {record.get("rater", "") for record in records}
    called = {one: names.get(one, one.removeprefix(FROM_FILE)) for one in given}
    count = Counter(called.values())
    labels = {one: name if count[name] == 1 else f"{name} ({one})" for one, name in called.items()}
    return [{**record, "rater": labels[record.get("rater", "")]} for record in records]


def _records(
    held: PeriodState, units: tuple[Unit, ...], raters: dict[str, str], scheme: Scheme
) -> Iterator[dict[str, str]]:
    """What counts in a period of some units and the rules of a scheme."""
    period, unit_names = str(held.period), {unit.id: unit.name for unit in units}
    same = _same_rules(held.scheme, scheme)
    delivered = set()
    for row, rater in _rows(held, raters):
        if row.unit in unit_names and row.indicator in same:
            delivered.add((row.unit, row.indicator))
            yield {
                "unit": unit_names[row.unit],
                "period": period,
                "indicator": row.indicator,
                "value": row.value,
                "item": row.item,
                "input": row.input,
                "rater": rater,
                "evidence": row.evidence,
                "note": row.note,
            }
    missing = NOT_DUE if held.stage == "open" else ""
    for leaf in held.scheme.counting(held.period):
        for unit_id, name in unit_names.items():
            if leaf in same and (unit_id, leaf) not in delivered:
                yield {"unit": name, "period": period, "indicator": leaf, "value": missing}


def _rows(held: PeriodState, raters: dict[str, str]) -> Iterator[tuple[Row, str]]:
    """The values and ratings of a period that count, each with what its rater is called here: no
    two by the same, whether they come by a link, from a file, or with a decision.

    A value that was decided on, by an appeal or a correction, stands for what all raters gave.
    """
    decided = held.decided
    for key, value in held.values.items():
        if key[:4] not in decided and held.counts(key):
            name = f"{FROM_FILE}{key.rater}"
            yield value.row, key.rater and raters.get(name, name)
    for cell, ratings in counting_ratings(held).items():
        unit, indicator, item = cell
        for person, rating in ratings.items() if (*cell, "") not in decided else ():
            row = Row(unit, indicator, rating.value, item, note=rating.note)
            yield row, raters[person]
    for row in decided.values():
        rated = held.scheme.indicator.get(row.indicator)
        needed = fewest_ratings(rated) if rated else 1
        for number in range(1, needed + 1):
            yield row, f"{number}" if needed > 1 else ""


def counting_ratings(held: PeriodState) -> dict[RatedCell, dict[str, Rating]]:
    """Cell -> person -> rating, of the cells that enough raters could judge; the others are not
    reported.
    """
    judged = {
        cell: {person: one for person, one in ratings.items() if one.value != CANNOT_JUDGE}
        for cell, ratings in held.ratings.items()
    }
    needed = {leaf: fewest_ratings(one) for leaf, one in held.scheme.indicator.items()}
    return {cell: ratings for cell, ratings in judged.items() if len(ratings) >= needed[cell[1]]}


def fewest_ratings(indicator: Indicator) -> int:
    """Ratings that a cell of an indicator needs to count."""
    return max(indicator.fewest_raters, FEWEST_TRIMMED if indicator.raters == "trimmed_mean" else 1)


def _same_rules(before: Scheme, now: Scheme) -> set[str]:
    """Ids of indicators, deductions, bonuses and vetoes for which the same rules hold."""
    rules, others = ({**one.indicator, **one.events} for one in (now, before))
    return {key for key, rule in rules.items() if others.get(key) == rule}


def evidence_of(state: EvaluationState, period: str, revision: int) -> dict[str, Any]:
    """What a period leaves behind when it is signed now, with the correction that is proposed; 0
    for notices, before the first signature.

    Raises:
        EvaluationError: no result follows.
    """
    # with raters of files by name, as it was signed before they had codes: to the last bit
    result = _result(_chain(state, period, corrected=True), state.units, _raters(state))
    held = state.periods[period]
    scheme, column = result.scheme, result.period_position(period)
    active, raters = active_units(state.units, period), dict(_raters(state))
    rows = sorted(map(jcs, _records(held.after_correction, active, raters, scheme)))
    version = held.version
    units = {}
    for unit in active:
        k = result.unit_position(unit.name)
        total = result.total(unit.name, period)
        units[unit.id] = {
            "name": unit.name,
            "group": unit.group,
            "total": None if total is None else str(total),
            "rank": int(result.ranks[k, column]),
            "group_rank": int(result.group_ranks[k, column]),
            "band": str(result.bands[k, column]),
            "points": {
                leaf: _decimal(float(result.scores[k, column, j]), scheme.digits.points)
                for j, leaf in enumerate(result.indicators)
            },
        }
    return {
        "format": EVIDENCE_FORMAT,
        "period": period,
        "revision": revision,
        "scheme": {
            "id": version.scheme.id,
            "version": version.scheme.version,
            "number": version.number,
            "sha256": version.scheme.content_hash,
        },
        "weights": {node: str(weight) for node, weight in result.weights(period).items()},
        "observations": {"count": len(rows), "sha256": _sha256("\n".join(rows))},
        "units": units,
    }


def _decimal(number: float, digits: int) -> str | None:
    return (
        None if isnan(number) else str(Decimal(repr(number)).quantize(Decimal(1).scaleb(-digits)))
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
