"""Duties that must not lie in one hand: who of a unit has two of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import EvaluationError
from ..result import Result
from ..tables.opened import open_table
from .observations import word_key
from .records import Headers, Table, TableRow
from .scheme import Scheme

_HEADERS: Headers = {
    "unit": ("unit", "单位", "被评价单位", "机构"),
    "duty": ("duty", "职责", "岗位"),
    "person": ("person", "人员", "姓名"),
    "note": ("note", "备注", "说明"),
}
_SHEETS = ("roster", "岗位安排表")


@dataclass(frozen=True, eq=False, repr=False)
class DutyConflict(Result):
    """Two duties in one hand.

    Attributes:
        unit: its name.
        person: who has both.
        duties: their ids.
        clause: of the rules.
        lines: where the roster says so.
    """

    unit: str
    person: str
    duties: tuple[str, str]
    clause: str
    lines: tuple[int, int]


def duty_conflicts(scheme: Scheme, roster: str | Path) -> tuple[DutyConflict, ...]:
    """Who has two duties that the scheme keeps apart.

    Args:
        scheme: with `incompatible_duties`.
        roster: a CSV or XLSX file with a row a duty of a person: `unit` (单位), `duty` (岗位),
            `person` (姓名); duties by id or name. A `note` (备注) is passed over.

    Returns:
        Each pair of duties of a person of a unit once, by unit and person in the order of the
        roster, then in the order of the scheme.

    Raises:
        EvaluationError: names row and column, such as a duty that the scheme doesn't have.

    >>> scheme = ahp.evaluation.load_scheme("internal_control")
    >>> folder = ahp.resources.data_folder("examples") / "evaluation"
    >>> for one in ahp.evaluation.duty_conflicts(scheme, folder / "internal_control_roster.csv"):
    ...     print(one.unit, *one.duties)
    开发区支行 seals blanks
    开发区支行 investigation payout
    """
    held: dict[tuple[str, str], dict[str, int]] = {}
    with open_table(Path(roster), EvaluationError, _SHEETS) as opened:
        for row in Table(str(roster), opened, _HEADERS, ("note",)):
            duties = held.setdefault((row["unit"], row["person"]), {})
            duties.setdefault(_duty(scheme, row), row.line)
    return tuple(
        DutyConflict(unit, person, pair.duties, pair.clause, (lines[first], lines[second]))
        for (unit, person), lines in held.items()
        for pair in scheme.incompatible_duties
        for first, second in (pair.duties,)
        if first in lines and second in lines
    )


def _duty(scheme: Scheme, row: TableRow) -> str:
    known = {
        word_key(word): duty.id for duty in scheme.duties for word in (duty.id, *duty.name.values())
    }
    if word_key(row["duty"]) not in known:
        valid = tuple(duty.id for duty in scheme.duties)
        row.refuse("duty", "value_not_listed", value=row["duty"], valid=valid)
    return known[word_key(row["duty"])]
