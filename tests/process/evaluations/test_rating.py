"""What raters have to rate, who may say what, and what follows when a round is closed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pytest

from ahp.errors import StoreError
from ahp.evaluation import Scheme, load_scheme
from ahp.evaluation.rules import Checklist
from ahp.i18n.errors import error_sentence
from ahp.messages import Phrase
from ahp.process.evaluations.attachments import attached
from ahp.process.evaluations.events import (
    Done,
    EvaluationCreated,
    File,
    Logged,
    PeriodOpened,
    PersonAdded,
    PersonRemoved,
    Rated,
    RatingAttached,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
    ValuesRecorded,
)
from ahp.process.evaluations.judged import records_of, result_of
from ahp.process.evaluations.limits import check_files
from ahp.process.evaluations.next_step import Step, next_step
from ahp.process.evaluations.rating import (
    agreement,
    all_cells,
    cells_of,
    feedback_of,
    spread_of,
    task_of,
    task_periods,
    tasks,
    too_few,
)
from ahp.process.evaluations.rules import (
    CANNOT_JUDGE,
    left_to_raters,
    objection,
    rated_leaves,
)
from ahp.process.evaluations.state import EvaluationState, RatedCell, fold
from ahp.process.evaluations.units import Unit
from ahp.process.events import ORGANIZER, Actor

PERIOD, HALF = "2026Q1", "2026H1"
LEAF = "management_model"
NORTH, SOUTH, EAST = ((unit, LEAF, "") for unit in ("north", "south", "east"))


@dataclass
class Played:
    """An evaluation as it goes on."""

    state: EvaluationState = field(default_factory=EvaluationState)

    def problem(self, action: Done, by: str = "") -> Phrase | None:
        return objection(self.state, self.event(action, by))

    def event(self, action: Done, by: str = "", person: str | None = None) -> Logged:
        actor = Actor("person", by) if by else ORGANIZER
        time = "2026-04-01T08:00:00Z"
        return Logged(self.state.seq + 1, by or person, "web", time, actor, action)

    def do(self, *actions: Done, by: str = "", person: str | None = None) -> Played:
        for action in actions:
            event = self.event(action, by, person)
            assert objection(self.state, event) is None, objection(self.state, event)
            self.state = fold([event], self.state)
        return self

    def rate(self, person: str, grades: dict[RatedCell, str], number: int = 1) -> Played:
        for (unit, leaf, item), grade in grades.items():
            self.do(Rated(PERIOD, number, unit, leaf, grade, item), by=person)
        return self.do(RatingsSubmitted(PERIOD, number), by=person)


def played(
    scheme: Scheme | None = None, leaves: tuple[str, ...] = (LEAF,), period: str = PERIOD
) -> Played:
    """Three units, three raters, one of them of a unit, who rate one indicator."""
    content = (scheme or load_scheme("supervision_effectiveness")).content
    evaluation = Played().do(EvaluationCreated("E"), SchemeProposed(1, content), SchemeApproved(1))
    for unit in ("north", "south", "east"):
        evaluation.do(UnitAdded(Unit(id=unit, name=unit.title())))
    for person, unit in {"ann": "north", "bob": "", "cho": ""}.items():
        added = PersonAdded("rater", person.title(), unit=unit, indicators=leaves)
        evaluation.do(added, person=person)
    evaluation.do(PeriodOpened(period, 1, "2026-04-10", {}, "2026-04-15"))
    return evaluation


def opened() -> Played:
    return played().do(RatingOpened(PERIOD, 1, (), "2026-04-15"))


def closed(*before: Done) -> Played:
    """South: very good, fair, fair; east: two good and one who can't judge; north: good, good."""
    found = played().do(*before, RatingOpened(PERIOD, 1, (), "2026-04-15"))
    found.rate("ann", {SOUTH: "very_good", EAST: "good"})
    found.rate("bob", {SOUTH: "fair", EAST: "good", NORTH: "good"})
    found.rate("cho", {SOUTH: "fair", EAST: CANNOT_JUDGE, NORTH: "good"})
    return found.do(RatingClosed(PERIOD, 1))


# -- what is asked


def test_a_rater_is_asked_all_units_but_their_own():
    state = opened().state
    ann, bob = (task_of(state, person, PERIOD) for person in ("ann", "bob"))
    assert sorted(ann.cells) == [EAST, SOUTH]
    assert sorted(bob.cells) == [EAST, NORTH, SOUTH]
    assert (bob.done, bob.open) == (0, bob.cells)
    assert [task.person for task in tasks(state, PERIOD)] == ["ann", "bob", "cho"]


def test_nothing_is_asked_before_the_first_round():
    state = played().state
    assert task_of(state, "ann", PERIOD) is None
    assert tasks(state, PERIOD) == ()
    assert task_periods(state, "ann") == ()
    assert task_periods(opened().state, "ann") == (PERIOD,)


def test_the_order_is_by_indicator_or_by_unit_and_always_the_same():
    state = played(leaves=(LEAF, "positioning")).state
    by_leaf = all_cells(state, "bob", PERIOD)
    by_unit = all_cells(state, "bob", PERIOD, "unit")
    assert [cell[1] for cell in by_leaf] == [LEAF] * 3 + ["positioning"] * 3
    assert [cell[1] for cell in by_unit] == [LEAF, "positioning"] * 3
    assert [by_unit[k][0] == by_unit[k + 1][0] for k in (0, 2, 4)] == [True] * 3
    assert {*by_leaf} == {*by_unit}
    assert all_cells(state, "bob", PERIOD) == by_leaf


def test_a_rater_of_indicators_that_the_scheme_no_longer_has_is_asked_nothing():
    state = played(leaves=("gone",)).do(RatingOpened(PERIOD, 1, (), "")).state
    assert task_of(state, "bob", PERIOD).cells == ()
    assert tasks(state, PERIOD) == ()


def test_the_way_goes_on_to_what_is_open_and_round_again():
    found = opened()
    first, second, third = task_of(found.state, "bob", PERIOD).cells
    found.do(Rated(PERIOD, 1, *second[:2], "good"), by="bob")
    task = task_of(found.state, "bob", PERIOD)
    assert (task.done, task.open) == (1, (first, third))
    assert [task.onward(cell) for cell in task.cells] == [third, third, first]
    found.do(Rated(PERIOD, 1, *first[:2], "good"), by="bob")
    found.do(Rated(PERIOD, 1, *second[:2], "", "", "I was not there"), by="bob")
    task = task_of(found.state, "bob", PERIOD)
    assert task.open == (second, third)  # taken back
    assert task.onward(second) == third
    found.do(Rated(PERIOD, 1, *second[:2], "good"), by="bob")
    assert task_of(found.state, "bob", PERIOD).onward(third) is None


# -- who may say what


@pytest.mark.parametrize(
    ("person", "action", "sentence"),
    [
        ("ann", Rated(PERIOD, 1, "north", LEAF, "good"), "“north” is your own unit: nobody rates"),
        ("bob", Rated(PERIOD, 1, "south", LEAF, "best"), "“South”, “management_model”: “best” is"),
        ("bob", Rated(PERIOD, 1, "south", LEAF, "3/4"), "“South”, “management_model”: “3/4” is"),
        (
            "bob",
            Rated(PERIOD, 1, "south", "positioning", "good"),
            "“South”, “positioning”: you are",
        ),
        ("bob", Rated(PERIOD, 2, "south", LEAF, "good"), "Round 2 of rating is closed."),
    ],
)
def test_refused(person, action, sentence):
    problem = opened().problem(action, person)
    assert error_sentence(problem, "en").lower().startswith(sentence.lower())


def test_what_is_submitted_is_locked():
    found = opened().rate("bob", {SOUTH: "good"})
    action = Rated(PERIOD, 1, "south", LEAF, "fair")
    assert found.problem(action, "bob").code == "rating_submitted"


# -- what a closed round says


def test_who_cannot_judge_gives_no_rating_and_too_few_count_as_not_reported():
    found = closed()
    rated = [one for one in records_of(found.state, PERIOD) if one["value"] != "not due"]
    assert sorted((one["unit"], one["rater"], one["value"]) for one in rated) == [
        ("East", "Ann", "good"),
        ("East", "Bob", "good"),
        ("North", "Bob", "good"),
        ("North", "Cho", "good"),
        ("South", "Ann", "very_good"),
        ("South", "Bob", "fair"),
        ("South", "Cho", "fair"),
    ]
    assert too_few(found.state, PERIOD) == ()
    alone = opened().rate("bob", {SOUTH: "good", NORTH: "good", EAST: "good"})
    alone.rate("cho", {SOUTH: "good", NORTH: "good", EAST: CANNOT_JUDGE})
    alone.do(RatingClosed(PERIOD, 1))
    assert too_few(alone.state, PERIOD) == (EAST,)  # ann has not submitted
    rated = [one for one in records_of(alone.state, PERIOD) if one["value"] != "not due"]
    assert {one["unit"] for one in rated} == {"North", "South"}


def test_raters_who_are_called_alike_are_told_apart():
    """One was removed and somebody else added by the same name, and a file has a third Ann."""
    found = closed(ValuesRecorded(PERIOD, (Row("south", LEAF, "good", rater="Ann"),)))
    found.do(PersonRemoved(), person="ann")
    found.do(PersonAdded("rater", "Ann", indicators=(LEAF,)), person="other")
    found.do(RatingOpened(PERIOD, 2, (SOUTH,), "2026-04-20"))
    found.rate("other", {SOUTH: "weak"}, 2).do(RatingClosed(PERIOD, 2))
    rated = [one for one in records_of(found.state, PERIOD) if one["unit"] == "South"]
    assert [(one["rater"], one["value"]) for one in rated if one["indicator"] == LEAF] == [
        ("Ann (file Ann)", "good"),
        ("Ann (#7)", "very_good"),
        ("Bob", "fair"),
        ("Cho", "fair"),
        ("Ann (#26)", "weak"),
    ]
    result = result_of(found.state, PERIOD)
    points = result.scores[result.unit_position("South"), 0, result.indicators.index(LEAF)]
    assert points == (85 + 100 + 70 + 70 + 50) / 5


def test_spread_and_the_cells_of_a_second_round():
    found = spread_of(closed().state, PERIOD)
    spread = {one.rated.unit: (one.spread, one.above_limit) for one in found.items}
    assert spread == {"East": (0, False), "North": (0, False), "South": (Fraction(30), True)}
    assert cells_of(closed().state, PERIOD, found.second_round) == (SOUTH,)
    namesake = Unit(id="old", name="South", active_to="2025Q4")
    several = replace(closed().state, units=(*closed().state.units, namesake))
    assert spread_of(several, PERIOD).items == found.items
    assert cells_of(several, PERIOD, found.second_round) == (SOUTH,)
    assert spread_of(opened().state, PERIOD).items == ()


def test_the_second_round_asks_chosen_cells_and_shows_no_names():
    found = closed().do(RatingOpened(PERIOD, 2, (SOUTH,), "2026-04-20"))
    task = task_of(found.state, "ann", PERIOD)
    assert (task.round, task.cells, task.open) == (2, (SOUTH,), (SOUTH,))
    seen = feedback_of(found.state, "ann", PERIOD)
    assert list(seen) == [SOUTH]
    assert (seen[SOUTH].own, seen[SOUTH].counts, seen[SOUTH].median) == (
        "very_good",
        (1, 0, 2, 0, 0),
        70,
    )
    assert feedback_of(closed().state, "ann", PERIOD) == {}
    assert found.problem(Rated(PERIOD, 2, "east", LEAF, "good"), "bob").code == "rating_not_asked"
    found.rate("ann", {SOUTH: "good"}, 2).do(RatingClosed(PERIOD, 2))
    (item,) = [one for one in spread_of(found.state, PERIOD).items if one.rated.unit == "South"]
    assert dict(zip(item.raters, item.grades, strict=True)) == {
        "ann": "good",
        "bob": "fair",
        "cho": "fair",  # of round 1: nobody has to answer again
    }


def test_of_two_raters_the_other_s_grade_is_not_shown():
    found = opened().rate("bob", {SOUTH: "very_good"}).rate("cho", {SOUTH: "poor"})
    found.do(RatingClosed(PERIOD, 1), RatingOpened(PERIOD, 2, (SOUTH,), ""))
    seen = feedback_of(found.state, "bob", PERIOD)[SOUTH]
    assert (seen.own, seen.counts, seen.median) == ("very_good", None, None)
    assert feedback_of(found.state, "ann", PERIOD) == {}  # who has not rated it is shown nothing


def test_agreement():
    found = agreement(spread_of(closed().state, PERIOD))
    assert (found.raters, found.cells, found.whole) == (("ann", "bob", "cho"), 3, 1)
    assert found.severity == {"ann": 20.0, "bob": -7.5, "cho": -10.0}
    # by hand: 1 - (3600 / 2 / 7) / (9000 / 42)
    assert found.alpha == pytest.approx(-0.2)
    for number in (found.w, found.icc):
        assert str(number) == "fewer than two ratings were given by all raters"
    assert agreement(spread_of(opened().state, PERIOD)) is None


def test_agreement_on_what_all_rated():
    found = opened()
    found.rate("bob", {SOUTH: "very_good", EAST: "good", NORTH: "poor"})
    found.rate("cho", {SOUTH: "very_good", EAST: "good", NORTH: "poor"})
    numbers = agreement(spread_of(found.do(RatingClosed(PERIOD, 1)).state, PERIOD))
    assert (numbers.w, numbers.icc, numbers.alpha) == pytest.approx((1, 1, 1))
    assert numbers.severity == {"bob": 0, "cho": 0}
    alike = opened().rate("bob", dict.fromkeys((SOUTH, EAST, NORTH), "good"))
    alike.rate("cho", dict.fromkeys((SOUTH, EAST, NORTH), "fair")).do(RatingClosed(PERIOD, 1))
    numbers = agreement(spread_of(alike.state, PERIOD))
    assert str(numbers.w) == "each rater gave the same grade to all that everybody rated"
    # by hand: between units 0, and 1 - 225 / (2 · 9 · 225 / 30)
    assert (numbers.icc, numbers.alpha) == pytest.approx((0, -2 / 3))
    assert numbers.severity == {"bob": 15, "cho": -15}


# -- checklists


def checked(*, sampled: bool) -> tuple[Played, str, str]:
    """Raters of a checklist, its id, and that of a control point that is sampled or not."""
    scheme = load_scheme("internal_control")
    leaf, point = next(
        (one.id, point.id)
        for one in scheme.indicators
        if isinstance(one.rule, Checklist)
        for point in one.rule.control_points
        if bool(point.sample) is sampled
    )
    found = played(scheme, (leaf,), HALF).do(RatingOpened(HALF, 1, (), ""))
    return found, leaf, point


def test_checklists_are_rated_point_by_point_where_a_rater_is_given_them():
    found, leaf, whole = checked(sampled=False)
    rule = found.state.periods[HALF].scheme.indicator[leaf].rule
    points = [point.id for point in rule.control_points]
    cells = task_of(found.state, "bob", HALF).cells
    assert cells[: len(points)] == tuple((cells[0][0], leaf, point) for point in points)
    assert len(cells) == 3 * len(points)
    for value in ("partly", "not applicable", CANNOT_JUDGE):
        assert found.problem(Rated(HALF, 1, "south", leaf, value, whole), "bob") is None
    problem = found.problem(Rated(HALF, 1, "south", leaf, "38/40", whole), "bob")
    assert problem.code == "rating_not_an_answer"


def test_a_sample_is_rated_by_how_many_are_in_order():
    found, leaf, point = checked(sampled=True)
    assert found.problem(Rated(HALF, 1, "south", leaf, "38/40", point), "bob") is None
    for value in ("yes", "41/40"):
        problem = found.problem(Rated(HALF, 1, "south", leaf, value, point), "bob")
        assert problem.code == "rating_not_an_answer"


def test_what_raters_rate_is_not_waited_for_as_data():
    state = played().state
    scheme = state.periods[PERIOD].scheme
    delivered = {*scheme.counting(state.periods[PERIOD].period)} - {*rated_leaves(scheme)}
    assert next_step(state) == Step("data", "deliver", PERIOD, 27, 3 * len(delivered))
    found, leaf, _point = checked(sampled=False)
    scheme = found.state.periods[HALF].scheme
    assert left_to_raters(found.state, scheme) == tuple(
        one for one in scheme.indicator if one in (leaf, *rated_leaves(scheme))
    )


def test_what_is_missing_no_longer_holds_up_the_check_once_raters_are_done():
    assert next_step(opened().state) == Step("data", "deliver", PERIOD, 27, 27)
    assert next_step(closed().state) == Step("check", "finish_check_missing", PERIOD, 27, 27)


# -- evidence


def test_attached_files_are_named_by_their_content():
    file = attached("C:\\photos\\凭证.JPG", b"\xff\xd8\xff\xe0rest")
    assert (file.name, file.size) == ("凭证.JPG", 8)
    assert file.sha256 == hashlib.sha256(b"\xff\xd8\xff\xe0rest").hexdigest()


def test_only_so_many_files_are_attached_to_a_cell():
    found = opened()
    for k in range(10):
        file = attached(f"{k}.pdf", b"%PDF-" + bytes([k]))
        found.do(RatingAttached(PERIOD, 1, "south", LEAF, file), by="bob")
    assert len(task_of(found.state, "bob", PERIOD).sheet.rating(SOUTH).files) == 10
    problem = found.problem(RatingAttached(PERIOD, 1, "south", LEAF, file), "bob")
    assert error_sentence(problem, "en") == "More than 10 files can't be attached here."
    assert found.problem(RatingAttached(PERIOD, 1, "east", LEAF, file), "bob") is None


def proof(megabytes: int, unit: str = "south", name: str = "a") -> RatingAttached:
    file = File(f"{unit}{name}{megabytes}", f"{name}.pdf", megabytes * 2**20)
    return RatingAttached(PERIOD, 1, unit, LEAF, file)


def not_kept(found: Played, action: Done, by: str, language: str) -> str:
    with pytest.raises(StoreError) as caught:
        check_files(found.state, found.event(action, by))
    return error_sentence(caught.value, language)


def test_what_a_rater_attaches_in_a_period_has_a_limit():
    found = opened().do(proof(12), proof(8, "east"), by="bob")
    assert not_kept(found, proof(1, name="b"), "bob", "en") == (
        "“b.pdf” can't be attached: what you have attached in 2026Q1 would be more than 20 MB. "
        "Please say in the note where the evidence is kept, with its document number."
    )
    check_files(found.state, found.event(proof(12), "bob"))  # the same again is no more
    check_files(found.state, found.event(proof(1), "cho"))


def test_what_is_attached_in_an_evaluation_has_a_limit():
    table = File("t", "all.csv", 150 * 2**20)
    values = ValuesRecorded(PERIOD, (), file=table)
    found = played().do(values, RatingOpened(PERIOD, 1, (), "2026-04-15")).do(proof(10), by="bob")
    assert not_kept(found, proof(1), "cho", "zh") == (
        "“a.pdf”不能添加：本评价保存的文件合计将超过 160 MB。请以文字说明佐证材料的存放处和文号。"
    )
    # tables with values are always kept
    check_files(found.state, found.event(replace(values, file=replace(table, sha256="u"))))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"", "“a.pdf” is empty."),
        (
            "a.html",
            b"<html>",
            "“a.html” can't be attached: expected one of pdf, jpg, jpeg, png, docx, xlsx.",
        ),
        (
            "a.png",
            b"%PDF-1.7",
            "“a.png” can't be attached: expected one of pdf, jpg, jpeg, png, docx, xlsx.",
        ),
        (
            "a.pdf",
            b"%PDF-" + bytes(2 * 2**20),
            "“a.pdf” is too large: expected 2 MB at most. Take a photo with a lower resolution, or "
            "attach the pages that matter.",
        ),
    ],
)
def test_other_files_are_refused(name, content, message):
    with pytest.raises(StoreError) as refused:
        attached(name, content)
    assert error_sentence(refused.value, "en") == message
