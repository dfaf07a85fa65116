"""A log told once: states are continued, kept and looked at as they were."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahp.group import JUDGMENT_BASIS
from ahp.i18n.errors import error_sentence
from ahp.messages import Phrase
from ahp.process import events as e
from ahp.process import fold as folding
from ahp.process.events import Action, Logged
from ahp.process.fold import Course, Member, State, Told, fold, objection
from ahp.process.settings import Settings
from ahp.study.standing import SelfRating, Standing
from ahp.study.survey import as_judged, labels_of
from ahp.study.wording import names_so_far
from tests.study.panels import SURVEY

START = State.of(SURVEY)
PAIR = ("a", "a1", "a2")
TIME = "2026-03-01T12:00:00.000000+00:00"


def log(*done: tuple[str | None, Action]) -> list[Logged]:
    """Actions by experts or about them, one after the other."""
    found, number = [], 1
    for seq, (expert, action) in enumerate(done, start=1):
        number += isinstance(action, e.RoundOpened)
        found.append(Logged(seq, number, expert, "web", TIME, action))
    return found


BEGIN = (
    (None, e.StudyCreated("Pilot", "simulated")),
    ("1", e.ExpertAdded("Ada", "Audit")),
    ("2", e.ExpertAdded("Bo", None)),
)
ALL = log(
    *BEGIN,
    ("1", e.Answered("a", "a2", "a1", "3")),
    ("1", e.Reasoned(*PAIR, "so")),
    ("2", e.Answered(*PAIR, "5")),
    ("1", e.Kept("a", "I mean it")),
    (None, e.StudyRenamed("Final")),
    ("2", e.Abstained("a", "a2", "a1")),
    ("1", e.Submitted()),
    ("2", e.StandingGiven(Standing(2, "chair"))),
    (None, e.RoundClosed(None)),
    (None, e.StudyArchived()),
    (None, e.RoundOpened()),
    ("2", e.Commented(*PAIR, "hm")),
    ("1", e.Cleared(*PAIR)),
)


def test_what_is_taken_back_is_no_reply() -> None:
    state = fold(log(*BEGIN, ("1", e.Answered(*PAIR, "3")), ("1", e.Cleared(*PAIR))), START)
    replies = state.told_by("1").replies
    assert (replies.answers, replies.abstained) == ({}, frozenset())
    assert state.told_by("1").last_reply == TIME


def test_mended_wording_is_a_layer_over_what_was_judged() -> None:
    old = SURVEY.node_name("a1", "en")
    slip = e.WordingMended("name", "en", old, "Spelled right", "a1")
    again = e.WordingMended("name", "en", "Spelled right", "Spelt right", "a1")
    state = fold(log(*BEGIN, (None, slip), (None, again)), START)
    assert state.survey.node_name("a1", "en") == "Spelt right"
    assert state.survey.mended == (slip.mending, again.mending)
    assert (state.survey.content_hash, state.survey.hierarchy) == (
        SURVEY.content_hash,
        SURVEY.hierarchy,
    )
    assert state.survey.content != SURVEY.content
    assert as_judged(state.survey) == SURVEY
    assert names_so_far(state.survey, "a1", "en") == {old, "Spelled right", "Spelt right"}
    assert [labels_of(state.survey, ["a1"])[name] for name in (old, "Spelled right")] == [
        {"a1"},
        {"a1"},
    ]


def test_wording_that_can_not_be_mended_so() -> None:
    old, other = SURVEY.node_name("a1", "en"), SURVEY.node_name("a2", "en")
    state = fold(log(*BEGIN), START)

    def said(**changed: str) -> str:
        mending = {"node": "a1", "text": "name", "language": "en", "old": old, "new": "x"} | changed
        action = e.WordingMended(**mending)
        refused = objection(state, Logged(4, 1, None, "organizer", TIME, action))
        return "" if refused is None else str(refused)

    assert said() == ""
    assert said(old="Else") == (
        f"The text is “{old}” meanwhile, no longer “Else”. Please look again."
    )
    assert said(new=" ") == "Please write a text in place of the one that is mended."
    assert said(new=other) == f"Another item of the survey is, or was, called “{other}”."
    assert said(new=" ".join(other)) == ""
    assert said(new="a\nb") == "'a\\nb', expected a name without control characters"
    for changed, place in (
        ({"node": "zz"}, "nodes.zz.name.en"),
        ({"language": "fr"}, "nodes.a1.name.fr"),
        ({"node": "", "text": "source"}, "source.en"),
    ):
        assert said(**changed) == f"The survey has no text “{place}” that could be mended."
    problem = Phrase("wording_not_there", inside="nodes.a1.name.fr")
    assert error_sentence(problem, "zh") == "调查中没有可改正的文字“要素 › a1 › 名称 › fr”。"


def test_who_only_looks_has_said_nothing() -> None:
    agreed = log(*BEGIN, ("1", e.Consented("Yes")), ("2", e.Answered(*PAIR, "3")))
    assert fold(agreed, START).spoken == {"2"}


def test_a_log_becomes_a_state() -> None:
    state = fold(ALL, START)
    assert (state.seq, state.round, state.open) == (16, 2, True)
    assert (state.title, state.note, state.created) == ("Final", "simulated", TIME)
    assert state.archived_seq == 13
    assert state.members == {
        "1": Member("Ada", "Audit", 2),
        "2": Member("Bo", None, 3, standing=Standing(2, "chair")),
    }
    assert state.spoken == {"1", "2"}
    assert state.weights_undecided
    assert state.told_by("1").replies.answers == {}
    assert state.told_by("1").replies.asked == {PAIR: PAIR}
    assert state.told_by("2").replies.comments == {PAIR: "hm"}
    [closed] = state.closed
    assert (closed.seq, closed.time, closed.evidence) == (12, TIME, None)
    first = state.in_round(1)
    assert first is closed.state
    ada, bo = first.told_by("1"), first.told_by("2")
    assert ada.replies.answers == {PAIR: "1/3"}
    assert ada.replies.kept == {"a": "I mean it"}
    assert (ada.submission.seq, ada.submission.title) == (10, "Final")
    assert (bo.replies.answers, bo.replies.abstained) == ({}, {PAIR})
    assert first.reasons() == first.reasons("1") == {("Ada", *PAIR): "so"}
    assert first.reasons("2") == {}
    [judgment] = first.answers().judgments
    assert (judgment.expert, judgment.left, judgment.value) == ("Ada", "a2", "3")
    assert judgment.place == "event 4"
    assert state.in_round(2) is state.in_round(None) is state
    assert state.in_round(3).told == {}


@settings(max_examples=50)
@given(st.integers(0, len(ALL)))
def test_a_state_is_continued(cut: int) -> None:
    whole = fold(ALL, START)
    before = fold(ALL[:cut], START)
    kept = replace(before)
    assert fold(ALL[cut:], before) == whole
    assert before == kept


def test_what_was_handed_out_stays_as_it_was() -> None:
    course, seen = Course(START), []
    for number, one in enumerate(ALL):
        course.take(one)
        if number % 3:  # not each time: in between nothing is copied
            seen.append((number, course.state))
    for number, state in seen:
        assert state == fold(ALL[: number + 1], START)


def test_a_long_log_copies_what_an_expert_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[Told] = []
    copy = folding._copied
    monkeypatch.setattr(folding, "_copied", lambda told: copied.append(told) or copy(told))
    answers = [("1", e.Answered(*PAIR, value)) for value in ("3", "5", "7") * 100]
    state = fold(log(*BEGIN, *answers, ("2", e.Answered(*PAIR, "1"))), START)
    assert len(copied) == 2
    assert [state.told_by(one).replies.answers for one in "12"] == [{PAIR: "7"}, {PAIR: "1"}]


def test_the_last_weights_are_undecided_until_settings_follow() -> None:
    state = fold(log(*BEGIN, ("1", e.StandingGiven(Standing(2, "chair")))), START)
    assert state.weights_undecided
    chosen = Settings.of(SURVEY)
    for settings_, undecided in ((chosen, False), (replace(chosen, weighting="given"), False)):
        after = fold([Logged(5, 1, None, "organizer", TIME, e.SettingsChosen(settings_))], state)
        assert after.weights_undecided == undecided
    usual = fold([Logged(5, 1, "1", "organizer", TIME, e.StandingGiven(Standing()))], state)
    assert not usual.weights_undecided
    gone = fold([Logged(5, 1, "1", "organizer", TIME, e.ExpertRemoved())], state)
    assert not gone.weights_undecided
    assert gone.standings == {"Bo": Standing()}


def test_nobody_agrees_for_another_one() -> None:
    agreed = fold(log(*BEGIN, ("1", e.NamingChosen(True))), START)
    assert [who.may_be_named for who in agreed.panel.values()] == [True, False]
    for name, named in (("Ada", True), ("Cy", False)):
        action = e.ExpertRenamed(name, "Treasury")
        after = fold([Logged(5, 1, "1", "organizer", TIME, action)], agreed)
        assert after.members["1"].may_be_named is named


def test_what_experts_say_of_themselves_counts_without_an_entry() -> None:
    rating = SelfRating(dict.fromkeys(JUDGMENT_BASIS, "large"), "familiar")
    rated = fold(log(*BEGIN, ("1", e.SelfRated(rating))), START)
    assert rated.standings["Ada"] == Standing(basis=rating.basis, familiarity="familiar")
    assert rated.members["1"].standing == rated.standings["Bo"] == Standing()
    seq = rated.seq + 1
    entry = Standing(2, "chair", rating.basis, "unfamiliar")
    entered = fold([Logged(seq, 1, "1", "organizer", TIME, e.StandingGiven(entry))], rated)
    assert entered.standings["Ada"] == entry
    other = Logged(seq, 1, "1", "organizer", TIME, e.ExpertRenamed("Cy", None))
    assert fold([other], rated).members["1"].self_rating is None
    submitted = fold([Logged(seq, 1, "1", "web", TIME, e.Submitted())], rated)
    again = Logged(seq + 1, 1, "1", "web", TIME, e.SelfRated(rating))
    assert objection(submitted, again) == Phrase("event_after_submitting")
    closed = fold([Logged(seq, 1, None, "organizer", TIME, e.RoundClosed(None))], rated)
    assert objection(closed, again) == Phrase("event_after_closing", round=1)


@pytest.mark.parametrize(
    ("expert", "action", "problem"),
    [
        (None, e.StudyCreated("x", None), "it is not the first event of a study"),
        ("3", e.Submitted(), "no event before it added the expert '3'"),
        (None, e.Submitted(), "no event before it added the expert None"),
        ("1", e.ExpertAdded("Cy", None), "it adds the expert '1', whose id is taken or missing"),
        (None, e.ExpertAdded("Cy", None), "it adds the expert None, whose id is taken or missing"),
        ("3", e.ExpertAdded("Ada", None), "the study had an expert 'Ada' before it"),
        ("2", e.ExpertRenamed("Ada", None), "the study had an expert 'Ada' before it"),
        ("3", e.StudyArchived(), "no event before it added the expert '3'"),
        (None, e.StudyUnarchived(), "the study was in the lists before it"),
        (None, e.RoundOpened(), "it is of round 2, out of turn"),
        (None, e.ReportWritten(2, "en", {}), "the study has no round 2 to report on"),
        (
            None,
            e.ReportWritten(1, "en", {}, "Ada", "ab" * 32),
            "round 1 was running: its report can't be signed",
        ),
        (None, e.ReportWritten(1, "en", {"first": "A leads."}), None),
        ("2", e.ExpertRenamed("Cy", None), None),
        ("2", e.ExpertRemoved(), None),
        (None, e.RoundClosed(None), None),
    ],
)
def test_what_can_happen_next(expert: str | None, action: Action, problem: str | None) -> None:
    state = fold(log(*BEGIN), START)
    number = 1 + isinstance(action, e.RoundOpened)
    found = objection(state, Logged(4, number, expert, "web", TIME, action))
    assert (found and str(found)) == problem


def test_nothing_happens_before_a_study_is_created() -> None:
    one = Logged(1, 1, None, "organizer", TIME, e.StudyArchived())
    assert str(objection(START, one)) == "it creates no study"


def test_nothing_is_said_in_a_closed_round_or_after_submitting() -> None:
    state = fold(ALL[:11], START)
    late = Logged(12, 1, "1", "web", TIME, e.Answered(*PAIR, "3"))
    assert str(objection(state, late)) == "the expert had submitted before it"
    closed = fold(ALL[:12], START)
    for action in (e.Answered(*PAIR, "3"), e.RoundClosed(None)):
        late = Logged(13, 1, "2" if isinstance(action, e.Said) else None, "web", TIME, action)
        assert str(objection(closed, late)) == "round 1 was closed before it"
    renamed = Logged(13, 1, "2", "organizer", TIME, e.ExpertRenamed("Cy", None))
    assert str(objection(closed, renamed)) == "the expert had answered before it"
