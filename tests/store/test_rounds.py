from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event as Signal

import numpy as np
import pytest

import ahp
from ahp.datafile import jcs
from ahp.errors import (
    AnswersError,
    IncompleteError,
    LinkError,
    LockedError,
    RandomIndexError,
    StoreError,
)
from ahp.process.asking import Asking
from ahp.process.fold import State, fold
from ahp.process.rounds import Distribution, Feedback, analyze_round, round_evidence, summarize
from ahp.process.settings import Settings
from ahp.store.states import logged
from ahp.study import Judgment
from ahp.study.standing import Standing
from tests.store.conftest import RULES, databases, on_each_database
from tests.study.panels import make_survey

url = databases(*RULES)

PAIRS = (("goal", "a", "b"), ("goal", "a", "c"), ("goal", "b", "c"), ("a", "a1", "a2"))
FIRST = {
    "E1": "3 5 2 1/3",
    "E2": "2 4 2 1/5",
    "E3": "1/2 3 4 1",
    "E4": "5 7 1 3",
    "E5": "3 3 1/3 2",
    "E6": "4 9 2 1/2",
    "E7": "1/9 2 3 9",
}
"""What experts submit in the first round; E8 answers and does not submit."""
SECOND = FIRST | {"E1": "3 4 2 1/3", "E9": "3 3 1 2", "E7": "1 2 3"}
"""E9 is new; E6 does not take part; E7 is recused from a."""

CLOSE = """
import sys
from ahp.store import Store
url, study = sys.argv[1:]
store = Store(url)
print("ready", flush=True)
sys.stdin.readline()
store.close_round(study)
store.close()
"""

WRITE = """
import sys
from itertools import count
from ahp.errors import LockedError
from ahp.store import Store
url, expert, name = sys.argv[1:]
store = Store(url)
try:
    for k in count():
        pair = [("goal", "a", "b"), ("goal", "c", "b"), ("a", "a1", "a2")][k % 3]
        store.answer(expert, *pair, str(k % 9 + 1), event_id=f"{name}-{k}")
        print(f"{name}-{k}", flush=True)
except LockedError as error:
    print(error.reason, flush=True)
store.close()
"""


def answer(store, expert, text, submit=True):
    own = [Judgment(expert.name, *one) for one in judged(text)]
    store.upload_answers(expert.id, own)
    if submit:
        store.submit(expert.id, event_id=f"{expert.name}-{len(store.events(expert.study_id))}")


def judged(text):
    """Parent, left, right, value of what an expert judged."""
    return [(*pair, value) for pair, value in zip(PAIRS, text.split(), strict=False)]


def panel(texts):
    """The answers of several experts."""
    return ahp.Answers(tuple(Judgment(name, *one) for name in texts for one in judged(texts[name])))


def number(value):
    top, _, bottom = value.partition("/")
    return int(top) / int(bottom or 1)


def by_hand(texts, pair):
    """The distribution of some answers to one pair."""
    values = [number(text.split()[PAIRS.index(pair)]) for text in texts]
    steps = [round(value - 1 if value >= 1 else 1 - 1 / value) for value in values]
    edges = ((-8, -6), (-5, -3), (-2, -1), (0, 0), (1, 2), (3, 5), (6, 8))
    bins = tuple(sum(low <= step <= high for step in steps) for low, high in edges)
    q1, median, q3 = np.percentile(steps, (25, 50, 75)).tolist()
    return Distribution(len(values), bins, median, q1, q3)


@pytest.fixture
def first(store, study):
    """The experts after a first round that is closed: seven submitted, E8 did not."""
    experts = {
        one.name: one
        for one in store.add_experts(study.id, dict.fromkeys(f"E{k}" for k in range(1, 9)))
    }
    store.import_answers(study.id, panel(FIRST), submit=True)
    answer(store, experts["E8"], "9 9 9 9", submit=False)
    store.set_place(experts["E8"].id, "pair 3")
    store.close_round(study.id)
    return experts


@pytest.fixture
def second(store, study, first):
    """The experts in an open second round: E9 is new, E7 is recused from a."""
    store.open_round(study.id)
    store.set_standing(first["E7"].id, Standing(recused={"a": "wrote the rules of a"}))
    return first | {"E9": store.add_expert(study.id, "E9")}


@pytest.fixture
def third(store, study, second):
    """The experts in an open third round; E6 and E8 did not submit in the second."""
    texts = {name: text for name, text in SECOND.items() if name != "E6"}
    store.import_answers(study.id, panel(texts), submit=True)
    answer(store, second["E6"], "1 1", submit=False)
    store.close_round(study.id)
    store.open_round(study.id)
    return second


def closing(store, study):
    return [event for event in store.events(study.id) if event.kind == "round_closed"]


def evidence_of(survey, texts, settings, standings, before, round_number):
    analysis = analyze_round(survey, panel(texts), settings, standings)
    found = round_evidence(analysis, settings, summarize(analysis, before, round_number))
    return analysis, jcs(found)


@on_each_database
def test_three_rounds_leave_their_evidence(store, study, survey, third):
    usual = dict.fromkeys((*FIRST, "E8"), Standing())
    settings = Settings.of(survey)
    before, expected = evidence_of(survey, FIRST, settings, usual, None, 1)
    one, two = store.closed_rounds(study.id)
    assert (one.round, two.round) == (1, 2)
    assert one.evidence == expected
    frozen = closing(store, study)[0]
    assert (one.seq, one.closed, one.evidence) == (frozen.seq, frozen.time, frozen.detail)
    first = json.loads(one.evidence)
    assert (first["summary"]["experts"], first["invited"]) == (7, 8)
    recused = usual | {"E7": store.expert(third["E7"].id).standing, "E9": Standing()}
    texts = {name: text for name, text in SECOND.items() if name != "E6"}
    middle, expected = evidence_of(survey, texts, settings, recused, before, 2)
    assert two.evidence == expected
    summary = json.loads(two.evidence)["summary"]
    # E1's (a, c) and E7's (a, b), of 6 times 4 less one; E9 was not there before
    assert (summary["experts"], summary["changed"]) == (7, 2 / 23)
    assert (summary["invited"], summary["both"]) == (9, 6)
    assert json.loads(two.evidence)["recused"] == [["E7", "a"]]
    changed = replace(settings, method="geometric_mean", aggregate="aip_arithmetic")
    store.set_settings(study.id, changed)
    store.set_standing(third["E1"].id, Standing(weight=5, reason="chair"))
    for name in ("E1", "E9"):
        answer(store, third[name], "1 1 1 1")
    three = store.close_round(study.id)
    final = {**recused, "E1": Standing(5, "chair")}
    texts = dict.fromkeys(("E1", "E9"), "1 1 1 1")
    _, expected = evidence_of(survey, texts, changed, final, middle, 3)
    assert three.evidence == expected
    assert store.closed_rounds(study.id) == [one, two, three]
    assert closing(store, study)[0] == frozen  # byte for byte, with its hash
    assert [log.events for log in store.verify_log()] == [len(store.events(study.id))]


@on_each_database
def test_closed_rounds_and_the_open_one_have_their_own_answers(store, study, third):
    expected = dict(zip(PAIRS, FIRST["E6"].split(), strict=True))
    found = store.answers(study.id, round_number=1)
    assert found.experts == tuple(FIRST)
    own = [one for one in found.judgments if one.expert == "E6"]
    assert {(one.parent, one.left, one.right): one.value for one in own} == expected
    assert store.answers(study.id, round_number=2).experts == (
        *("E1", "E2", "E3", "E4", "E5", "E7", "E9"),
    )
    both = store.answers(study.id, round_number=2, only_submitted=False)
    assert "E6" in both.experts
    assert "E8" not in both.experts
    assert store.answers(study.id).judgments == ()
    assert store.answers(study.id, round_number=4).judgments == ()
    assert store.current(third["E6"].id) == {}
    answer(store, third["E6"], "7", submit=False)
    assert store.current(third["E6"].id) == {PAIRS[0]: "7"}
    assert store.answers(study.id).judgments == ()
    info = store.expert(third["E6"].id)
    assert (info.answered, info.total, info.submitted, info.place) == (1, 4, False, None)


def test_opening_a_round_asks_everybody_anew(store, study, first):
    assert store.expert(first["E8"].id).place == "pair 3"
    assert store.expert(first["E1"].id).submitted
    opened = store.open_round(study.id)
    assert (opened.round, opened.open) == (2, True)
    assert opened == store.study(study.id)
    assert store.events(study.id)[-1].kind == "round_opened"
    assert store.events(study.id)[-1].round == 2
    for one in store.experts(study.id):
        assert (one.answered, one.submitted, one.place, one.last_answer) == (0, False, None, None)


def test_rounds_are_opened_and_closed_in_turn(store, study, first):
    with pytest.raises(LockedError, match="^Round 1 of “Pilot” is closed.$") as caught:
        store.close_round(study.id)
    assert caught.value.reason == "closed"
    store.open_round(study.id)
    before = store.events(study.id)
    with pytest.raises(StoreError, match="^Round 2 of “Pilot” is open; please close it first.$"):
        store.open_round(study.id)
    assert store.events(study.id) == before
    assert store.closed_rounds(study.id)[0].round == 1


def actions(store, experts, study, round_number):
    own = experts["E8"].id
    sent = {"event_id": "late", "round_number": round_number}
    one = Judgment("E8", *PAIRS[0], "2")
    return [
        lambda: store.answer(own, *PAIRS[0], "2", **sent),
        lambda: store.submit(own, **sent),
        lambda: store.give_reason(own, *PAIRS[0], "because", **sent),
        lambda: store.upload_answers(own, [one], round_number=round_number),
        lambda: store.import_answers(study.id, ahp.Answers((one,)), round_number=round_number),
    ]


def test_a_closed_round_refuses(store, study, first):
    before = store.events(study.id)
    for round_number in (None, 1, 2):
        refused = actions(store, first, study, round_number)
        refused += [
            lambda: store.issue_link(first["E8"].id),
            lambda: store.revoke_link(first["E8"].id),
            lambda: store.add_expert(study.id, "E10"),
            lambda: store.add_experts(study.id, {"E10": None}),
        ]
        for action in refused:
            with pytest.raises(LockedError, match="^Round 1 of “Pilot” is closed.$") as caught:
                action()
            assert caught.value.reason == "closed"
    assert store.events(study.id) == before


def test_a_stale_tab_of_an_old_round_is_refused(store, study, third):
    before = store.events(study.id)
    for stale in (1, 2):
        message = f"^Round {stale} of “Pilot” is closed, round 3 is open.$"
        for action in actions(store, third, study, stale):
            with pytest.raises(LockedError, match=message) as caught:
                action()
            assert caught.value.reason == "closed"
    assert store.events(study.id) == before
    assert store.answer(third["E8"].id, *PAIRS[0], "2", event_id="now", round_number=3).round == 3


def test_a_stale_tab_may_repeat_what_was_stored(store, study):
    own = store.add_expert(study.id, "Ada").id
    first = store.answer(own, *PAIRS[0], "3", event_id="e1", round_number=1)
    store.close_round(study.id)
    store.open_round(study.id)
    before = store.events(study.id)
    assert store.answer(own, *PAIRS[0], "3", event_id="e1", round_number=1) == first
    assert store.events(study.id) == before


def test_a_stale_tab_may_repeat_its_start(store, study):
    """The order of the comparisons is seeded by the round the tab belongs to."""
    own = store.add_expert(study.id, "Ada").id
    sent = {"way": "pairs", "short": False, "consent": "Yes.", "event_id": "e1"}
    first = store.start(own, **sent, round_number=1)
    store.close_round(study.id)
    store.open_round(study.id)
    before = store.events(study.id)
    assert store.start(own, **sent, round_number=1) == first
    assert store.events(study.id) == before
    message = "^Round 1 of “Pilot” is closed, round 2 is open.$"
    with pytest.raises(LockedError, match=message):
        store.start(own, **{**sent, "event_id": "e2"}, round_number=1)


def test_who_has_submitted_is_refused(store, study, second):
    answer(store, second["E8"], "2 2 2 2")
    before = store.events(study.id)
    message = "^“E8” has submitted, the answers are locked.$"
    for action in actions(store, second, study, 2):
        with pytest.raises(LockedError, match=message) as caught:
            action()
        assert caught.value.reason == "submitted"
    assert store.events(study.id) == before


def test_links_work_again_in_the_next_round(store, study):
    expert = store.add_expert(study.id, "Ada")
    token = store.issue_link(expert.id)
    session = store.open_link(token, None)
    store.close_round(study.id)
    assert store.grants(session).refused == {expert.id: "closed"}
    with pytest.raises(LinkError) as caught:
        store.open_link(token, None)
    assert caught.value.reason == "closed"
    store.open_round(study.id)
    assert [one.id for one in store.grants(session).experts] == [expert.id]


# Feedback


def test_the_first_round_has_no_feedback(store, study):
    assert store.expert(store.add_expert(study.id, "Ada").id).sitting.feedback == {}


def test_feedback_is_the_panel_of_the_round_before(store, study, second):
    for name, text in FIRST.items():
        found = store.expert(second[name].id).sitting.feedback
        own = dict(zip(PAIRS, text.split(), strict=True))
        asked = PAIRS[:3] if name == "E7" else PAIRS
        assert list(found) == list(asked)
        for pair in asked:
            assert found[pair].own == own[pair]
            assert found[pair].panel == by_hand(FIRST.values(), pair)


def test_feedback_of_who_did_not_submit_and_of_who_is_new(store, study, second):
    found = store.expert(second["E8"].id).sitting.feedback
    # E8's own 9 is shown to E8, and is in no distribution
    assert {pair: one.own for pair, one in found.items()} == dict.fromkeys(PAIRS, "9")
    assert found[PAIRS[0]].panel == by_hand(FIRST.values(), PAIRS[0])
    new = store.expert(second["E9"].id).sitting.feedback
    assert {pair: one.own for pair, one in new.items()} == dict.fromkeys(PAIRS)
    assert {pair: one.panel for pair, one in new.items()} == {
        pair: one.panel for pair, one in found.items()
    }


def test_the_own_answer_may_be_two_rounds_old(store, study, third):
    found = store.expert(third["E6"].id).sitting.feedback
    # E6 began the second round with 1 and 1, and gave all four in the first
    assert [one.own for one in found.values()] == ["1", "1", "2", "1/2"]
    found = store.expert(third["E1"].id).sitting.feedback
    assert [one.own for one in found.values()] == SECOND["E1"].split()
    texts = [text for name, text in SECOND.items() if name != "E6"]
    assert found[PAIRS[0]].panel == by_hand(texts, PAIRS[0])
    below = by_hand([text for text in texts if len(text.split()) == 4], PAIRS[3])
    assert below.count == 6
    assert found[PAIRS[3]].panel == below
    assert PAIRS[3] not in store.expert(third["E7"].id).sitting.feedback


def small_round(store, study, count):
    """A second round after one in which some experts submitted."""
    names = [f"E{k}" for k in range(1, count + 1)]
    experts = store.add_experts(study.id, dict.fromkeys([*names, "Q"]))
    store.import_answers(study.id, panel(dict.fromkeys(names, FIRST["E1"])), submit=True)
    store.close_round(study.id)
    store.open_round(study.id)
    return experts


def shown(store, expert):
    return [one.panel is not None for one in store.expert(expert.id).sitting.feedback.values()]


def test_few_others_are_hidden(store, survey):
    for count, least, to_own, to_other in (
        (4, 5, False, False),
        (5, 5, False, True),
        (6, 5, True, True),
        (2, 3, False, False),
        (3, 3, False, True),
        (4, 3, True, True),
    ):
        study = store.create_study(survey, f"{count} of {least}")
        store.set_settings(study.id, replace(store.settings(study.id), feedback_from=least))
        *own, other = small_round(store, study, count)
        assert [shown(store, one) for one in own] == [[to_own] * 4] * count
        assert shown(store, other) == [to_other] * 4
        assert store.expert(own[0].id).sitting.feedback[PAIRS[0]].own == "3"


def test_how_many_others_is_a_logged_choice(store, study):
    expert = small_round(store, study, 4)[0]
    assert shown(store, expert) == [False] * 4
    store.set_settings(study.id, replace(store.settings(study.id), feedback_from=3))
    assert shown(store, expert) == [True] * 4
    assert json.loads(store.events(study.id)[-1].detail)["feedback_from"] == 3


def test_the_own_answer_that_did_not_count_is_not_taken_off(store, study):
    experts = store.add_experts(study.id, dict.fromkeys(f"E{k}" for k in range(1, 7)))
    for one in experts:
        answer(store, one, FIRST["E1"])
    recused = Standing(recused={"a": "interest"})
    store.set_standing(experts[0].id, recused)
    store.close_round(study.id)
    store.open_round(study.id)
    assert list(store.expert(experts[0].id).sitting.feedback) == list(PAIRS[:3])
    store.set_standing(experts[0].id, Standing())
    found = store.expert(experts[0].id).sitting.feedback
    assert [one.panel.count for one in found.values()] == [6, 6, 6, 5]  # five others each
    found = store.expert(experts[1].id).sitting.feedback
    assert [one.panel is None for one in found.values()] == [False, False, False, True]


def test_who_did_not_submit_is_not_taken_off(store, study):
    """Five others answered: their distribution is shown to whoever is not in it."""
    names = [f"E{k}" for k in range(1, 6)]
    experts = store.add_experts(study.id, dict.fromkeys([*names, "Q"]))
    answer(store, experts[-1], "9 9 9 9", submit=False)
    store.import_answers(study.id, panel(dict.fromkeys(names, FIRST["E1"])), submit=True)
    store.close_round(study.id)
    store.open_round(study.id)
    assert [shown(store, one) for one in experts] == [[False] * 4] * 5 + [[True] * 4]
    assert store.expert(experts[-1].id).sitting.feedback[PAIRS[0]] == Feedback(
        "9", by_hand([FIRST["E1"]] * 5, PAIRS[0])
    )


def test_answers_of_a_round_before_are_not_taken_off_the_last_one(store, study):
    """Q answers (a, b) in the first round, and can't judge it in the second: five others did."""
    store.set_asking(study.id, Asking(cannot_judge=True))
    names = [f"E{k}" for k in range(1, 6)]
    *_, own = store.add_experts(study.id, dict.fromkeys([*names, "Q"]))
    for number in (1, 2):
        store.import_answers(study.id, panel(dict.fromkeys(names, FIRST["E1"])), submit=True)
        answer(store, own, "9 5 2 1/3", submit=False)
        if number == 2:
            store.abstain(own.id, *PAIRS[0], event_id="abstain")
        store.submit(own.id, event_id=f"done-{number}")
        store.close_round(study.id)
        store.open_round(study.id)
    found = store.expert(own.id).sitting.feedback
    assert [one.own for one in found.values()] == ["9", "5", "2", "1/3"]
    assert [one.panel.count for one in found.values()] == [5, 6, 6, 6]
    assert shown(store, own) == [True] * 4


# What was taken back


def test_an_answer_that_was_taken_back_does_not_count(store, study, survey):
    store.set_asking(study.id, Asking(cannot_judge=True))
    expert = store.add_expert(study.id, "Ada")
    answer(store, expert, "3 5 2 1/3", submit=False)
    store.abstain(expert.id, "goal", "c", "a", event_id="abstain")
    store.submit(expert.id, event_id="done")
    before = store.events(study.id)
    frozen = json.loads(store.close_round(study.id).evidence)
    assert {parent: one["filled"] for parent, one in frozen["parents"].items()} == {
        "goal": 1,
        "a": 0,
    }
    counted = [PAIRS[0], PAIRS[2], PAIRS[3]]
    assert [tuple(row[:3]) for row in frozen["distributions"]] == counted
    judgments_ = store.answers(study.id).judgments
    assert [(one.parent, one.left, one.right) for one in judgments_] == counted
    state = fold(map(logged, before), State.of(survey))
    assert state.answers().judgments == judgments_
    store.verify_log()


def test_a_round_without_answers_leaves_no_feedback(store, study):
    expert = store.add_expert(study.id, "Ada")
    answer(store, expert, "3 5 2 1/3", submit=False)
    closed = store.close_round(study.id)
    assert (closed.round, closed.evidence) == (1, None)
    assert store.closed_rounds(study.id) == [closed]
    store.open_round(study.id)
    found = store.expert(expert.id).sitting.feedback
    assert [(one.own, one.panel) for one in found.values()] == [
        (value, None) for value in ("3", "5", "2", "1/3")
    ]
    assert len(store.verify_log()) == 1
    # the first round with answers has none to compare them with
    answer(store, expert, "3 5 2 1/3")
    assert json.loads(store.close_round(study.id).evidence)["summary"]["changed"] is None


def test_answers_are_not_carried_into_the_next_round(store, study):
    ada, bo = store.add_experts(study.id, {"Ada": None, "Bo": None})
    store.import_answers(study.id, panel({"Ada": FIRST["E1"], "Bo": FIRST["E2"]}), submit=True)
    store.close_round(study.id)
    store.open_round(study.id)
    store.set_standing(ada.id, Standing(recused={"a": "interest"}))
    answer(store, ada, "3 5 2")
    answer(store, bo, FIRST["E2"])
    store.set_standing(ada.id, Standing())  # too late to be asked in this round
    rows = json.loads(store.close_round(study.id).evidence)["distributions"]
    assert [(*row[:3], row[3]["count"]) for row in rows] == [
        *((*pair, 2) for pair in PAIRS[:3]),
        (*PAIRS[3], 1),
    ]


# Rounds that cannot be closed


def refused_to_close(store, study, error, message):
    before = store.events(study.id)
    with pytest.raises(error) as caught:
        store.close_round(study.id)
    assert str(caught.value) == message
    assert store.events(study.id) == before
    assert store.study(study.id).open
    assert store.closed_rounds(study.id) == []


def test_closing_needs_authority_where_it_weighs(store, study):
    ada, bo = store.add_experts(study.id, {"Ada": None, "Bo": None, "Cy": None})[:2]
    answer(store, ada, FIRST["E1"])
    answer(store, bo, FIRST["E2"])
    store.set_settings(study.id, replace(store.settings(study.id), weighting="authority"))
    basis = dict.fromkeys(ahp.group.JUDGMENT_BASIS, "large")
    known = Standing(basis=basis, familiarity="familiar")
    store.set_standing(ada.id, known)
    refused_to_close(
        store,
        study,
        ahp.OptionError,
        "expert 'Bo' has no authority coefficient, expected one for each expert; give the basis "
        "of judgment and the familiarity, or choose another weighting",
    )
    store.set_standing(bo.id, replace(known, familiarity="unfamiliar"))
    closed = store.close_round(study.id)  # Cy has submitted nothing and needs none
    assert json.loads(closed.evidence)["expert_weights"] == pytest.approx({"Ada": 0.6, "Bo": 0.4})


def test_closing_needs_a_judgment_of_every_pair(store, study):
    ada, bo = store.add_experts(study.id, {"Ada": None, "Bo": None})
    recused = Standing(recused={"a": "interest"})
    store.set_standings({ada.id: recused, bo.id: recused})
    for one in (ada, bo):
        answer(store, one, "3 5 2")
    refused_to_close(
        store,
        study,
        IncompleteError,
        "nobody whose judgments count has judged ('a1', 'a2') under 'a', and the others there do "
        "not connect all items (1 of 1 pairs are missing)",
    )
    cy = store.add_expert(study.id, "Cy")
    answer(store, cy, FIRST["E1"])
    assert json.loads(store.close_round(study.id).evidence)["recused"] == [
        ["Ada", "a"],
        ["Bo", "a"],
    ]
    assert len(store.verify_log()) == 1


# A panel's answers from files


def judgments(expert, text):
    return [
        Judgment(expert, *one, f"panel.csv: line {k}")
        for k, one in enumerate(judged(text), start=2)
    ]


@on_each_database
def test_uploaded_answers(store, study):
    expert = store.add_expert(study.id, "Ada")
    store.answer(expert.id, "goal", "b", "a", "1/3", event_id="web")
    store.answer(expert.id, "goal", "a", "c", "5", event_id="web2")
    before = store.events(study.id)
    turned = Judgment("whoever", "goal", "c", "b", "1/2", "form.xlsx: H7")
    events = store.upload_answers(expert.id, [*judgments("Ada", "3 6"), turned])
    assert store.events(study.id) == [*before, *events]
    assert [(one.kind, one.source, one.left, one.value, one.detail) for one in events] == [
        ("answer", "file", "a", "6", "panel.csv: line 3"),
        ("answer", "file", "c", "1/2", "form.xlsx: H7"),
    ]
    assert store.current(expert.id) == {PAIRS[0]: "3", PAIRS[1]: "6", PAIRS[2]: "2"}
    assert store.upload_answers(expert.id, judgments("Ada", "3 6 2")) == []
    assert store.upload_answers(expert.id, []) == []
    last = store.answers(study.id, only_submitted=False).judgments[-1]
    assert last == replace(turned, expert="Ada")


@on_each_database
def test_an_upload_is_refused_as_a_whole(store, study):
    expert = store.add_expert(study.id, "Ada")
    store.set_standing(expert.id, Standing(recused={"a": "interest"}))
    before = store.events(study.id)
    own = judgments("Ada", "3 6 2")
    for wrong, message in (
        (
            Judgment("Ada", "goal", "a", "b", "2.5", "form.xlsx: B2"),
            "form.xlsx: B2: value = '2.5', expected one of 9, 8, 7, 6, 5, 4, 3, 2, 1, "
            "1/2, 1/3, 1/4, 1/5, 1/6, 1/7, 1/8, 1/9",
        ),
        (
            Judgment("Ada", "goal", "a", "a1", "2", "form.xlsx: B2"),
            "form.xlsx: B2: survey 'small' does not compare 'a' and 'a1' under 'goal'",
        ),
        (
            Judgment("Ada", "a", "a1", "a2", "2", "form.xlsx: B2"),
            "form.xlsx: B2: expert 'Ada' is recused from 'a' and not asked there",
        ),
        (
            Judgment("Ada", "a", "a1", "a2", "2"),
            "expert 'Ada' is recused from 'a' and not asked there",
        ),
    ):
        with pytest.raises(AnswersError) as caught:
            store.upload_answers(expert.id, [*own[1:], wrong])
        assert str(caught.value) == message
        given = ahp.Answers((*judgments("New", "3 6 2"), *own[1:], wrong))
        with pytest.raises(AnswersError) as caught:
            store.import_answers(study.id, given, submit=True)
        assert str(caught.value) == message
    assert store.events(study.id) == before
    assert [one.name for one in store.experts(study.id)] == ["Ada"]


@on_each_database
def test_import_of_a_panel_into_the_open_round(store, study):
    ada, bo = store.add_experts(study.id, {"Ada": None, "Bo": None})
    store.set_standing(bo.id, Standing(recused={"a": "interest"}))
    store.upload_answers(ada.id, judgments("Ada", "3 5"))
    given = [*judgments("Ada", "3 4 2 1"), *judgments(" Bo", "1 1 1"), *judgments("Cy", "2 2")]
    before = len(store.events(study.id))
    assert store.import_answers(study.id, ahp.Answers(tuple(given)), submit=True) == 8
    events = store.events(study.id)[before:]
    assert [(one.kind, one.source) for one in events] == [
        ("expert_added", "organizer"),
        *[("answer", "file")] * 8,
        *[("submit", "file")] * 2,
    ]
    infos = [(one.name, one.answered, one.total, one.submitted) for one in store.experts(study.id)]
    assert infos == [("Ada", 4, 4, True), ("Bo", 3, 3, True), ("Cy", 2, 4, False)]
    assert store.import_answers(study.id, ahp.Answers(tuple(given[-2:]))) == 0
    assert store.import_answers(study.id, ahp.Answers(())) == 0
    assert len(store.verify_log()) == 1


# Reasons


def test_reasons(store, study, second):
    own = second["E1"].id
    first = store.give_reason(own, "goal", "b", "a", " 现场经验 ", event_id="r1", round_number=2)
    assert (first.kind, first.source, first.detail, first.value) == (
        *("reason", "web", "现场经验", None),
    )
    assert store.give_reason(own, "goal", "b", "a", "现场经验", event_id="r1") == first
    store.give_reason(own, *PAIRS[0], "I measured it", event_id="r2")
    store.give_reason(own, *PAIRS[3], "law", event_id="r3")
    store.give_reason(second["E2"].id, *PAIRS[0], "habit", event_id="r0")
    assert store.reasons(study.id, expert_id=own) == {
        ("E1", *PAIRS[0]): "I measured it",
        ("E1", *PAIRS[3]): "law",
    }
    assert store.reasons(study.id) == {
        **store.reasons(study.id, expert_id=own),
        ("E2", *PAIRS[0]): "habit",
    }
    assert store.reasons(study.id, round_number=1) == {}
    store.give_reason(own, *PAIRS[3], " \n", event_id="r4")  # taken back
    assert store.reasons(study.id, expert_id=own) == {("E1", *PAIRS[0]): "I measured it"}
    store.give_reason(own, *PAIRS[3], "law", event_id="r6")
    message = "^expert 'E7' is recused from 'a' and not asked there$"
    with pytest.raises(AnswersError, match=message):
        store.give_reason(second["E7"].id, *PAIRS[3], "law", event_id="r5")
    with pytest.raises(StoreError, match="^event 'r1' was sent twice, first with detail = "):
        store.give_reason(own, "goal", "b", "a", "other", event_id="r1")
    store.answer(second["E2"].id, *PAIRS[0], "1", event_id="another")
    assert ("E2", *PAIRS[0]) not in store.reasons(study.id)
    store.give_reason(second["E2"].id, *PAIRS[0], "habit", event_id="r7")
    store.close_round(study.id)
    assert len(store.reasons(study.id)) == 3
    store.open_round(study.id)
    assert store.reasons(study.id) == {}
    assert len(store.reasons(study.id, round_number=2)) == 3
    assert len(store.verify_log()) == 1


# Many at once


def check_order(store, study, round_number=1):
    """Every stored answer of the round lies before the event that closed it."""
    events = store.events(study.id)
    end = next(k for k, one in enumerate(events) if one.kind == "round_closed")
    late = [one for one in events[end:] if one.kind in ("answer", "submit")]
    assert [one for one in late if one.round == round_number] == []
    assert [one.seq for one in events] == list(range(1, len(events) + 1))
    assert [log.events for log in store.verify_log()] == [len(events)]
    return events


@on_each_database
def test_answers_while_the_round_is_closed_from_another_thread(store, study):
    experts = store.add_experts(study.id, dict.fromkeys(f"E{k}" for k in range(6)))
    going, stored = Signal(), []

    def write(one):
        for k in range(1000):
            value = str(k % 9 + 1)
            try:
                event = store.answer(one.id, *PAIRS[k % 4], value, event_id=f"{one.name}-{k}")
            except LockedError as error:
                return error.reason
            stored.append(event)
            if len(stored) > 20:
                going.set()
        return "never"

    def close():
        going.wait(30)
        return store.close_round(study.id)

    with ThreadPoolExecutor(7) as pool:
        closed = pool.submit(close)
        outcomes = list(pool.map(write, experts))
    assert outcomes == ["closed"] * 6
    events = check_order(store, study)
    answers = [one for one in events if one.kind == "answer"]
    assert sorted(answers, key=lambda one: one.seq) == sorted(stored, key=lambda one: one.seq)
    assert events[-1].seq == closed.result().seq


@on_each_database
def test_a_round_is_closed_once_by_many(store, study):
    expert = store.add_expert(study.id, "Ada")
    answer(store, expert, FIRST["E1"])

    def close(_):
        try:
            return store.close_round(study.id).seq
        except LockedError as error:
            return error.reason

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(close, range(8)))
    assert sorted(map(str, outcomes)) == sorted([str(len(store.events(study.id))), *["closed"] * 7])
    assert len(closing(store, study)) == 1


@on_each_database
def test_answers_while_the_round_is_closed_from_another_process(url, store, study, spawn):
    experts = store.add_experts(study.id, {"Ada": None, "Bo": None, "Cy": None})
    answer(store, experts[2], FIRST["E1"])
    closer = spawn(CLOSE, url, study.id)
    assert closer.stdout.readline() == "ready\n"
    writers = [spawn(WRITE, url, one.id, one.name) for one in experts[:2]]
    for process in writers:
        for _ in range(5):
            assert process.stdout.readline()
    closer.communicate("\n", timeout=30)
    assert closer.returncode == 0
    for one, process in zip(experts, writers, strict=False):
        *rest, reason = process.stdout.read().split()
        assert (process.wait(timeout=30), reason) == (0, "closed")
        written = [e.event_id for e in store.events(study.id) if e.expert_id == one.id][1:]
        assert written == [f"{one.name}-{k}" for k in range(5 + len(rest))]
    events = check_order(store, study)
    assert json.loads(events[-1].detail)["summary"]["experts"] == 1


def test_sixteen_items_below_one_parent_close_with_a_result(store):
    survey = make_survey({f"c{k}": "goal" for k in range(16)})
    study = store.create_study(survey, "Sixteen")
    (expert,) = store.add_experts(study.id, {"E": None})
    judgments = [Judgment("E", *pair, "1") for pair in survey.hierarchy.comparisons]
    store.upload_answers(expert.id, judgments)
    store.submit(expert.id, event_id="submit")
    with pytest.raises(RandomIndexError) as raised:
        store.set_settings(study.id, Settings("eigenvector", "saaty"))
    assert str(raised.value) == (
        "random_index 'saaty' has no value for n = 16 (its largest is 15); tables with n = 16: "
        "donegan_dodd, aguaron_moreno_2003, alonso_lamata_line, simulated"
    )
    store.close_round(study.id)
    (closed,) = store.closed_rounds(study.id)
    evidence = json.loads(closed.evidence)
    assert evidence["settings"]["random_index"] == "simulated"
    assert len(evidence["ranking"]) == 16
    store.verify_log()
