"""A small evaluation in a database: three units, two in one group, up to a finished check."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ahp.evaluation.scheme import scheme_from_toml
from ahp.process.evaluations.events import (
    CellKey,
    EntryConfirmed,
    File,
    PeriodChecked,
    PeriodOpened,
    Rated,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.state import EvaluationState
from ahp.process.evaluations.units import Unit
from ahp.process.events import Actor
from ahp.store import Store

WORDS = "four random words"
PERIOD = "2026Q1"
FAR = "2999-12-31"
"""Until when units may appeal, where that isn't over."""

SCHEME = """
format = 1
id = "small"
version = "1"
languages = ["zh", "en"]
name = { zh = "小方案", en = "Small scheme" }
[period]
kind = "quarter"
[missing]
not_reported = "zero"
share = 0.5
[digits]
weights = 2
points = 2
total = 1
[warnings]
floor = 60
below_median = 5
[[nodes]]
id = "goal"
name = { zh = "效能", en = "Effectiveness" }
[[nodes]]
id = "quality"
parent = "goal"
name = { zh = "监督质量", en = "Quality" }
[[nodes]]
id = "errors"
parent = "quality"
name = { zh = "差错发现率", en = "Errors found" }
[[nodes]]
id = "review"
parent = "quality"
name = { zh = "复核质量", en = "Review" }
[[nodes]]
id = "training"
parent = "goal"
name = { zh = "培训覆盖率", en = "Training" }
[[indicators]]
id = "errors"
clause = "1.1"
unit = "%"
source = { zh = "业务数据", en = "Business data" }
rule = { kind = "measured", low = 0, high = 100 }
[[indicators]]
id = "review"
clause = "1.2"
fewest_raters = 2
rule = { kind = "rated", grades = "three" }
[[indicators]]
id = "training"
clause = "2.1"
unit = "%"
rule = { kind = "measured", low = 0, high = 100 }
[[grades.three]]
id = "strong"
points = 90
name = { zh = "强", en = "Strong" }
anchor = { zh = "抽查有底稿", en = "Samples have notes" }
[[grades.three]]
id = "middling"
points = 70
name = { zh = "中", en = "Middling" }
anchor = { zh = "底稿不全", en = "Notes have gaps" }
[[grades.three]]
id = "weak"
points = 50
name = { zh = "弱", en = "Weak" }
anchor = { zh = "没有底稿", en = "No notes" }
[[deductions]]
id = "late"
clause = "3.1"
points = 2
name = { zh = "报告迟报", en = "Late report" }
[[vetoes]]
id = "fraud"
clause = "3.2"
effect = "cap"
band = "fair"
name = { zh = "弄虚作假", en = "Falsified data" }
[[bands]]
id = "good"
at_least = 80
name = { zh = "良好", en = "Good" }
[[bands]]
id = "fair"
at_least = 60
name = { zh = "一般", en = "Fair" }
[[bands]]
id = "poor"
at_least = 0
name = { zh = "较差", en = "Poor" }
[weights]
quality = 0.60
training = 0.40
errors = 0.50
review = 0.50
"""

VALUES = {
    "u1": {"errors": "90", "training": "80"},
    "u2": {"errors": "70", "training": "60"},
    "u3": {"errors": "50"},
}
"""Unit -> what was delivered; 乙中心 is late once, and 丙中心 has no training."""

RATINGS = {
    "u1": ("strong", "strong"),
    "u2": ("middling", "weak"),
    "u3": ("weak", "weak"),
}
"""Unit -> what the two raters gave for the review."""

NAMES = {"u1": "甲中心", "u2": "乙中心", "u3": "丙中心"}

CONTENT = b"unit,indicator,value\n"
FILE = File(hashlib.sha256(CONTENT).hexdigest(), "一季度.csv", len(CONTENT))


@dataclass(frozen=True)
class Case:
    """An evaluation, and who works on it.

    Attributes:
        store: without an account.
        id: of the evaluation.
        clerk, head, reader: ids of accounts.
        contacts: unit -> id of its contact.
    """

    store: Store
    id: str
    clerk: str
    head: str
    reader: str
    contacts: dict[str, str]

    def by(self, account: str) -> Store:
        """The store as an account has it."""
        return self.store.by(Actor("organizer", account))

    @property
    def now(self) -> EvaluationState:
        """As the log tells it now."""
        return self.store.evaluation_state(self.id)

    def issue(self, until: str = FAR) -> None:
        """Send out the notices."""
        self.by(self.clerk).issue_notices(self.id, PERIOD, until)

    def session(self, account: str) -> str:
        """A browser in which an account is signed in."""
        return self.store.open_account(account, None)

    def link(self, unit: str) -> str:
        """A browser in which the link of a unit's contact was opened."""
        token = self.by(self.clerk).issue_person_link(self.contacts[unit])
        return self.store.open_link(token, None)


def make_case(store: Store, *, checked: bool = True) -> Case:
    """Three units with data, ratings and a deduction; the check is finished if asked."""
    store.add_account("管理员", WORDS, ["administrator"])
    clerk, head, reader = (
        store.add_account(name, WORDS, [role]).id
        for name, role in (("王芳", "organizer"), ("李主任", "head"), ("周审计", "reader"))
    )
    own = store.by(Actor("organizer", clerk))
    evaluation = own.create_evaluation("效能评价").id
    groups = {"u1": "城区", "u2": "城区", "u3": "县域"}
    content = scheme_from_toml(SCHEME, "small.toml").content
    own.act_together(
        evaluation,
        [
            SchemeProposed(1, content),
            SchemeApproved(1),
            *(
                UnitAdded(Unit(id=unit, name=NAMES[unit], group=group))
                for unit, group in groups.items()
            ),
            PeriodOpened(PERIOD, 1, "2026-04-10", {}, "2026-04-20"),
        ],
    )
    rows = [
        Row(unit, indicator, value, place=f"一季度.csv: line {k}")
        for unit, values in VALUES.items()
        for k, (indicator, value) in enumerate(values.items(), 2)
    ]
    own.record_values(evaluation, PERIOD, rows, file=FILE, content=CONTENT)
    own.record_values(evaluation, PERIOD, [Row("u2", "late", "1", evidence="督字〔2026〕3 号")])
    raters = [own.add_person(evaluation, "rater", name).person.id for name in ("赵评", "钱评")]
    own.act(evaluation, RatingOpened(PERIOD, 1, (), "2026-04-20"))
    for k, rater in enumerate(raters):
        for unit, ratings in RATINGS.items():
            own.act_as(rater, Rated(PERIOD, 1, unit, "review", ratings[k]))
        own.act_as(rater, RatingsSubmitted(PERIOD, 1))
    own.act(evaluation, RatingClosed(PERIOD, 1))
    entry = store.evaluation_state(evaluation).periods[PERIOD].values[CellKey("u2", "late")]
    confirmed = EntryConfirmed(PERIOD, tuple(entry.row.key), entry.stamp.seq)
    store.by(Actor("organizer", head)).act(evaluation, confirmed)
    if checked:
        own.act(evaluation, PeriodChecked(PERIOD))
    contacts = {
        unit: own.add_person(evaluation, "contact", f"{name}联系人", unit=unit).person.id
        for unit, name in NAMES.items()
    }
    return Case(store, evaluation, clerk, head, reader, contacts)
