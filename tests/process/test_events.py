"""What happens in a study, and its columns in the log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ahp.errors import AHPError
from ahp.group import JUDGMENT_BASIS
from ahp.process import events
from ahp.process.asking import Asking, Way
from ahp.process.events import ACTIONS, Action, columns, read_action
from ahp.process.invitation import Invitation
from ahp.process.settings import Settings
from ahp.study.standing import SelfRating, Standing
from tests.study.panels import SURVEY

TREE = SURVEY.hierarchy
PAIR = ("a", "a1", "a2")
RATING = SelfRating(dict.fromkeys(JUDGMENT_BASIS, "large"), "familiar")

STORED: list[tuple[Action, tuple[str | None, ...]]] = [
    (events.StudyCreated("Pilot", None), (None, None, None, None, '{"note":null,"title":"Pilot"}')),
    (events.StudyRenamed("试点"), (None, None, None, None, '{"title":"试点"}')),
    (events.StudyArchived(), (None,) * 5),
    (events.StudyUnarchived(), (None,) * 5),
    (
        events.SettingsChosen(Settings("eigenvector", "saaty")),
        (
            *(None,) * 4,
            Settings("eigenvector", "saaty").content,
        ),
    ),
    (events.AskingChosen(Asking("rank")), (*(None,) * 4, Asking("rank").content)),
    (
        events.InvitationChosen(Invitation("内审部", "2026-12-18T18:00", "Asia/Shanghai")),
        (
            *(None,) * 4,
            '{"asks":"内审部","contact":"","greeting":{},"until":"2026-12-18T18:00",'
            '"zone":"Asia/Shanghai"}',
        ),
    ),
    (
        events.AnonymousChosen(7, 50, open=True, called="匿名专家"),
        (*(None,) * 4, '{"called":"匿名专家","link":7,"most":50,"open":true}'),
    ),
    (
        events.ExpertAdded("匿名专家 1", None, anonymous=True),
        (*(None,) * 4, '{"anonymous":true,"name":"匿名专家 1","organization":null}'),
    ),
    (events.Mailed("reminder"), (*(None,) * 4, '{"what":"reminder"}')),
    (
        events.WordingMended("name", "zh", "旧", "新", "a"),
        (*(None,) * 4, '{"language":"zh","new":"新","node":"a","old":"旧","text":"name"}'),
    ),
    (
        events.WordingMended("description", "en", "Teh survey", "The survey"),
        (
            *(None,) * 4,
            '{"language":"en","new":"The survey","old":"Teh survey","text":"description"}',
        ),
    ),
    (events.RoundClosed("{}"), (None, None, None, None, "{}")),
    (events.RoundClosed(None), (None,) * 5),
    (events.RoundOpened(), (None,) * 5),
    (
        events.ReportWritten(1, "zh", {"first": "甲居首。"}, "王芳", "ab" * 32, {"first": "cd"}),
        (
            *(None,) * 4,
            '{"about":1,"drafts":{"first":"cd"},"language":"zh","sentences":{"first":"甲居首。"},'
            '"signed":"%s","signer":"王芳"}' % ("ab" * 32),
        ),
    ),
    (  # as it was stored before drafts were recorded
        events.ReportWritten(1, "zh", {"first": None}),
        (
            *(None,) * 4,
            '{"about":1,"language":"zh","sentences":{"first":null},"signed":"","signer":""}',
        ),
    ),
    (
        events.ExpertAdded("Ada", "Audit"),
        (
            *(None,) * 4,
            '{"name":"Ada","organization":"Audit"}',
        ),
    ),
    (events.ExpertRenamed("Ada", None), (*(None,) * 4, '{"name":"Ada","organization":null}')),
    (events.ExpertRemoved(), (None,) * 5),
    (events.StandingGiven(Standing(2, "chair")), (*(None,) * 4, Standing(2, "chair").content)),
    (events.NamingChosen(False), (None, None, None, None, '{"agreed":false}')),
    (
        events.NamingChosen(True, "letter of 4 May"),
        (*(None,) * 4, '{"agreed":true,"stated":"letter of 4 May"}'),
    ),
    (events.SelfRated(RATING), (*(None,) * 4, RATING.content)),
    (
        events.Keyed("Li", ((*PAIR, "1/3"),)),
        (*(None,) * 4, '{"answers":[["a","a1","a2","1/3"]],"by":"Li"}'),
    ),
    (events.Keyed("Li", (), "ab"), (*(None,) * 4, '{"account":"ab","answers":[],"by":"Li"}')),
    (events.LinkIssued(3), (None, None, None, None, '{"link":3}')),
    (events.LinkRevoked(3), (None, None, None, None, '{"link":3}')),
    (events.Answered(*PAIR, "1/3"), (*PAIR, "1/3", None)),
    (events.Answered(*PAIR, "1/3", "w.csv: line 2"), (*PAIR, "1/3", "w.csv: line 2")),
    (events.Cleared(*PAIR), (*PAIR, None, None)),
    (events.Abstained(*PAIR), (*PAIR, None, None)),
    (events.Commented(*PAIR, "hm"), (*PAIR, None, "hm")),
    (events.Reasoned(*PAIR, ""), (*PAIR, None, "")),
    (events.Consented("Yes."), (None, None, None, None, "Yes.")),
    (
        events.WayChosen(Way.seeded("rank", True, TREE, "x")),
        (
            *(None,) * 4,
            Way.seeded("rank", True, TREE, "x").content,
        ),
    ),
    (
        events.Ranked("a", ("a2", "a1", "a3", "a4")),
        (
            *("a", None, None, None),
            '["a2","a1","a3","a4"]',
        ),
    ),
    (events.Shown("a", "[]"), ("a", None, None, None, "[]")),
    (events.Kept("a", ""), ("a", None, None, None, "")),
    (events.Submitted(), (None,) * 5),
    (
        events.ChainSealed(3, 1, "abc"),
        (None, None, None, None, '{"events":3,"format":1,"last_hash":"abc"}'),
    ),
    (events.StudyImported("s.json"), (None, None, None, None, '{"source":"s.json"}')),
]


def test_every_kind_has_its_columns() -> None:
    assert {one.kind for one, _ in STORED} == set(ACTIONS)
    for action, (parent, left, right, value, detail) in STORED:
        stored = columns(action)
        assert stored == {
            "kind": action.kind,
            "parent": parent,
            "left": left,
            "right": right,
            "value": value,
            "detail": detail,
        }
        assert read_action(stored) == action
        action.check(TREE)


@pytest.mark.parametrize(
    ("action", "new", "message"),
    [
        (events.Answered(*PAIR, "3"), {"parent": None}, "its parent is None"),
        (events.Answered(*PAIR, "3"), {"value": None}, "its value is None"),
        (events.Commented(*PAIR, "hm"), {"detail": None}, "its text is None"),
        (events.LinkIssued(3), {"detail": '{"link":"3"}'}, "its link is '3'"),
        (events.LinkIssued(3), {"detail": "{}"}, "its detail has no link"),
        (events.NamingChosen(True), {"detail": '{"agreed":1}'}, "its agreed is 1"),
        (
            events.Keyed("Li", ()),
            {"detail": '{"answers":[["a","a1","a2"]],"by":"Li"}'},
            "its answers is [['a', 'a1', 'a2']]",
        ),
        (events.LinkIssued(3), {"detail": "[]"}, "its detail has no link"),
        (
            events.ExpertAdded("Ada", None),
            {"detail": "x"},
            "detail: line 1, column 1: not JSON; please check the quotation marks, brackets and "
            "commas there",
        ),
        (
            events.Submitted(),
            {"kind": "submitted"},
            f"its kind is 'submitted', expected one of {', '.join(ACTIONS)}",
        ),
    ],
)
def test_columns_that_hold_nothing(action: Action, new: dict[str, str], message: str) -> None:
    with pytest.raises(AHPError) as caught:
        read_action(columns(action) | new)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            events.Answered("a", "a1", "b", "3"),
            "event: right = 'b', expected a child of 'a': a1, a2, a3, a4",
        ),
        (
            events.Answered(*PAIR, "much"),
            "'much', expected a positive number or a fraction such as \"1/3\"",
        ),
        (
            events.Ranked("a", ("a1",)),
            "ranking below 'a' = [\"a1\"], expected each of a1, a2, a3, a4 once",
        ),
        (
            events.WayChosen(replace(Way.seeded("rank", True, TREE, "x"), order=())),
            f"order has 0 comparisons, expected each of the {len(TREE.comparisons)} of the survey",
        ),
        (
            events.StandingGiven(Standing(recused=dict.fromkeys(TREE.compared, "interest"))),
            "the expert is recused from every comparison",
        ),
    ],
)
def test_what_does_not_fit_the_survey(action: Action, message: str) -> None:
    with pytest.raises(AHPError) as caught:
        action.check(TREE)
    assert str(caught.value) == message
