from __future__ import annotations

from typing import Any

import pytest

import ahp
from ahp.process.draft import Draft, DraftNode
from ahp.study.survey import shipped_surveys
from tests.study.panels import SURVEY

EMPTY = {"en": "", "zh": ""}


def ids(draft: Draft) -> list[str]:
    return [node.id for _depth, node in draft.outline()]


def texts(word: str) -> dict[str, str]:
    return {"en": word, "zh": f"{word}项"}


def full() -> Draft:
    """The new draft with all its texts."""
    draft = Draft.new(("en", "zh")).entitle(texts("Purchase"), texts("What to buy."))
    for node in ("goal", "n1", "n2"):
        draft = draft.write(node, texts(node), texts(f"What {node} is."))
    return draft


def test_a_new_draft() -> None:
    assert Draft.new(("en", "zh")) == Draft(
        id="survey",
        languages=("en", "zh"),
        name=EMPTY,
        description=EMPTY,
        nodes=(
            DraftNode("goal", None, EMPTY, EMPTY),
            DraftNode("n1", "goal", EMPTY, EMPTY),
            DraftNode("n2", "goal", EMPTY, EMPTY),
        ),
        method="eigenvector",
        random_index="saaty",
    )


@pytest.mark.parametrize("name", sorted(shipped_surveys()))
def test_a_shipped_survey_comes_back_as_it_was(name: str) -> None:
    survey = ahp.load_survey(name)
    assert Draft.of(survey).survey().content_hash == survey.content_hash


def test_a_survey_comes_back_as_it_was() -> None:
    draft = Draft.of(SURVEY)
    assert draft.survey().content == SURVEY.content
    assert ids(draft) == ["goal", "a", "a1", "a2", "a3", "a4", "b", "b1", "b2", "c"]
    depths = [depth for depth, _node in draft.outline()]
    assert depths == [0, 1, 2, 2, 2, 2, 1, 2, 2, 1]


def test_a_written_draft_is_a_survey() -> None:
    survey = full().survey()
    assert (survey.id, survey.languages) == ("survey", ("en", "zh"))
    assert survey.name == texts("Purchase")
    assert survey.description == texts("What to buy.")
    assert dict(survey.hierarchy.children) == {"goal": ("n1", "n2")}
    assert survey.nodes["n2"].name == {"en": "n2", "zh": "n2项"}
    assert survey.nodes["n2"].explanation == {"en": "What n2 is.", "zh": "What n2 is.项"}
    assert (survey.method, survey.random_index) == ("eigenvector", "saaty")


def test_explanations_may_be_left_out() -> None:
    draft = full()
    assert draft.unexplained() == ()
    draft = draft.write("n1", texts("n1"), EMPTY).entitle(texts("Purchase"), EMPTY)
    assert (draft.unexplained(), draft.missing()) == (("n1", None), ())
    survey = draft.survey()
    assert survey.nodes["n1"].explanation == survey.description == {}
    assert Draft.of(survey) == draft


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (Draft.new(("en", "zh")), "'goal': name (en) is empty, expected text"),
        (full().entitle(EMPTY, EMPTY), "the survey: name (en) is empty, expected text"),
        (
            full().entitle({"en": "Purchase", "zh": " "}, texts("x")),
            "the survey: name (zh) is empty, expected text",
        ),
        (
            full().entitle(texts("x"), {"en": "\n", "zh": "x"}),
            "the survey: description (en) is empty, expected text",
        ),
        (full().write("goal", EMPTY, EMPTY), "'goal': name (en) is empty, expected text"),
        (
            full().write("n1", {"en": "Price", "zh": ""}, texts("x")),
            "'Price': name (zh) is empty, expected text",
        ),
        (
            full().write("n2", {"en": "", "zh": "质量"}, texts("x")),
            "'质量': name (en) is empty, expected text",
        ),
        (
            full().write("n1", texts("Price"), {"en": "How dear.", "zh": ""}),
            "'Price': explanation (zh) is empty, expected text",
        ),
        (
            full().remove("n2"),
            "'goal' has too few items below it (1), expected two or more to compare",
        ),
    ],
)
def test_what_is_missing_is_said(draft: Draft, message: str) -> None:
    with pytest.raises(ahp.SurveyError) as raised:
        draft.survey()
    assert str(raised.value) == message


def test_everything_missing_is_listed() -> None:
    assert full().missing() == ()
    draft = full().write("n1", {"en": "Price", "zh": "\t"}, texts("x")).entitle(EMPTY, texts("x"))
    assert draft.missing() == (("n1", "name", "zh"), (None, "name", "en"), (None, "name", "zh"))
    assert len(Draft.new(("en", "zh")).missing()) == 8


def test_changes_leave_the_draft_as_it_was() -> None:
    draft = Draft.of(SURVEY)
    before = Draft.of(SURVEY)
    steps: list[Any] = [draft.add("a"), draft.remove("a"), draft.move("a", 1)]
    steps += [draft.write("a", {"en": "x"}, {"en": "y"}), draft.entitle({"en": "x"}, {"en": "y"})]
    assert all(step != before for step in steps)
    assert draft == before


def test_write() -> None:
    draft = Draft.of(SURVEY).write("a1", {"en": "New"}, {"en": "Quite new."})
    assert draft.node("a1") == DraftNode("a1", "a", {"en": "New"}, {"en": "Quite new."})
    assert [one for one in draft.nodes if one.id != "a1"] == [
        one for one in Draft.of(SURVEY).nodes if one.id != "a1"
    ]


def test_label_is_the_first_name() -> None:
    draft = full()
    assert draft.label("n1") == "n1"
    draft = draft.write("n1", {"en": "", "zh": "价格"}, EMPTY).write("n2", EMPTY, EMPTY)
    assert (draft.label("n1"), draft.label("n2")) == ("价格", "n2")
    assert draft.write("n1", texts("Price"), EMPTY).label("n1") == "Price"


def test_add() -> None:
    draft, first = full().add("goal")
    draft, second = draft.add("n1")
    assert (first, second) == ("n3", "n4")
    assert draft.node("n4") == DraftNode("n4", "n1", EMPTY, EMPTY)
    assert ids(draft) == ["goal", "n1", "n4", "n2", "n3"]
    draft, again = draft.remove("n3").add("n1")
    assert again == "n3"
    assert [one.id for one in draft.children("n1")] == ["n4", "n3"]
    assert [one.id for one in draft.children(None)] == ["goal"]


def test_remove() -> None:
    draft, _ = full().add("n1")
    draft, _ = draft.add("n3")
    assert ids(draft) == ["goal", "n1", "n3", "n4", "n2"]
    assert ids(draft.remove("n3")) == ["goal", "n1", "n2"]
    assert ids(draft.remove("n1")) == ["goal", "n2"]
    assert draft.remove("goal") == draft
    left = Draft.of(SURVEY).remove("a")
    assert ids(left) == ["goal", "b", "b1", "b2", "c"]
    assert len(left.nodes) == 5


def test_remove_where_a_child_stands_before_its_parent() -> None:
    draft = Draft.of(SURVEY)
    turned = Draft(**{**vars(draft), "nodes": (draft.nodes[0], *draft.nodes[:0:-1])})
    assert ids(turned.remove("a")) == ["goal", "c", "b", "b2", "b1"]


@pytest.mark.parametrize(
    ("node", "by", "expected"),
    [
        ("a", -1, ["a", "b", "c"]),
        ("a", 1, ["b", "a", "c"]),
        ("b", -1, ["b", "a", "c"]),
        ("b", 1, ["a", "c", "b"]),
        ("c", 1, ["a", "b", "c"]),
        ("goal", 1, ["a", "b", "c"]),
    ],
)
def test_move(node: str, by: int, expected: list[str]) -> None:
    draft = Draft.of(SURVEY).move(node, by)
    assert [one.id for one in draft.children("goal")] == expected
    assert [one.id for one in draft.children("a")] == ["a1", "a2", "a3", "a4"]
    assert draft.survey().hierarchy.children["goal"] == tuple(expected)


def test_move_and_back() -> None:
    draft = Draft.of(SURVEY)
    assert draft.move("a2", 1).move("a2", -1) == draft
    assert [one.id for one in draft.move("a2", 1).children("a")] == ["a1", "a3", "a2", "a4"]
