from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import ahp
from ahp.errors import TextLimitError
from ahp.exchange.outline import outline_branches
from ahp.i18n.errors import error_sentence
from ahp.process import draft as drafts
from ahp.process.draft import Draft, DraftNode, History
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
    assert (draft.unexplained(), draft.missing()) == ((None, "n1"), ())
    survey = draft.survey()
    assert survey.nodes["n1"].explanation == survey.description == {}
    assert Draft.of(survey) == draft


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (Draft.new(("en", "zh")), "the survey: name (en) is empty, expected text"),
        (
            full().entitle({"en": "x", "zh": " "}, EMPTY).write("goal", EMPTY, EMPTY),
            "the survey: name (zh) is empty, expected text",
        ),
        (
            full().entitle(texts("x"), {"en": "\n", "zh": "x"}),
            "the survey: description (en) is empty, expected text",
        ),
        (
            full().write("n2", EMPTY, EMPTY),
            "item 2 of 'goal': name (en) is empty, expected text",
        ),
        (
            full().write("n1", EMPTY, EMPTY).add("n1")[0].write("n1", texts("Price"), EMPTY),
            "item 1 of 'Price': name (en) is empty, expected text",
        ),
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
    assert draft.missing() == (("n1", "name", "zh"),)
    assert Draft.new(("en", "zh")).missing() == tuple(
        (node, "name", language) for node in (None, "n1", "n2") for language in ("en", "zh")
    )


def test_the_survey_and_its_goal_have_a_name_together() -> None:
    titled = full().write("goal", {"en": "", "zh": "目标"}, EMPTY)
    survey = titled.survey()
    assert survey.name == texts("Purchase")
    assert survey.nodes["goal"].name == {"en": "Purchase", "zh": "目标"}
    survey = full().entitle({"en": " ", "zh": "采购"}, EMPTY).survey()
    assert survey.name == {"en": "goal", "zh": "采购"}
    assert survey.nodes["goal"].name == texts("goal")


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


def test_label_is_the_first_name_or_the_place() -> None:
    draft, low = full().add("n2")
    draft = draft.write("n1", {"en": "", "zh": "价格"}, EMPTY).write("n2", EMPTY, EMPTY)
    assert draft.label("n1") == "价格"
    assert str(draft.label("n2")) == "item 2 of 'goal'"
    assert str(draft.label(low)) == "item 1 of item 2 of 'goal'"
    draft = draft.write("goal", EMPTY, EMPTY)
    assert draft.label("goal") == "Purchase"
    draft = draft.entitle(EMPTY, EMPTY)
    assert str(draft.label("goal")) == "the goal"
    assert error_sentence(draft.label(low), "zh") == "目标之下的第 2 项之下的第 1 项"


def test_add() -> None:
    draft, first = full().add("goal")
    draft, second = draft.add("n1")
    assert (first, second) == ("n3", "n4")
    assert draft.node("n4") == DraftNode("n4", "n1", EMPTY, EMPTY)
    assert ids(draft) == ["goal", "n1", "n4", "n2", "n3"]
    draft, again = draft.remove("n3").add("n1")
    assert again == "n5"
    assert [one.id for one in draft.children("n1")] == ["n4", "n5"]
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


def test_a_tree_of_names_is_a_draft() -> None:
    names = "Car\n  Price：what it costs.\n  座椅：皮、布"
    draft = Draft.of_branches(outline_branches(names), "en")
    assert (draft.id, draft.languages, draft.name) == ("car", ("en",), {"en": ""})
    assert draft.nodes == (
        DraftNode("car", None, {"en": "Car"}, {"en": ""}),
        DraftNode("price", "car", {"en": "Price"}, {"en": "what it costs."}),
        DraftNode("n1", "car", {"en": "座椅"}, {"en": ""}),
        DraftNode("n2", "n1", {"en": "皮"}, {"en": ""}),
        DraftNode("n3", "n1", {"en": "布"}, {"en": ""}),
    )
    assert draft.survey().name == {"en": "Car"}


def test_trees_of_names_stand_below_a_goal_that_the_survey_names() -> None:
    names = "成本：租金、物业费\nVisitors\n  人流\n  Goal"
    draft = Draft.of_branches(outline_branches(names), "zh")
    assert ids(draft) == ["goal", "n1", "n2", "n3", "visitors", "n4", "goal_2"]
    assert (draft.id, draft.missing()) == ("survey", ((None, "name", "zh"),))
    survey = draft.entitle({"zh": "选址"}, {"zh": ""}).survey()
    assert survey.nodes["goal"].name == {"zh": "选址"}
    assert dict(survey.hierarchy.children) == {
        "goal": ("n1", "visitors"),
        "n1": ("n2", "n3"),
        "visitors": ("n4", "goal_2"),
    }


def test_languages() -> None:
    one = Draft.of_branches(outline_branches("Car: price, comfort"), "en")
    both = one.add_language("zh")
    assert both.languages == ("en", "zh")
    assert both.node("price").name == {"en": "price", "zh": ""}
    assert both.missing() == tuple((node, "name", "zh") for node in (None, "price", "comfort"))
    assert both.remove_language("zh") == one == one.remove_language("en")
    assert both.remove_language("en").node("price").name == {"zh": ""}


@pytest.mark.parametrize("draft", [Draft.of(SURVEY), full(), Draft.new(("zh",))])
def test_a_draft_comes_back_from_json(draft: Draft) -> None:
    given = draft.give(draft.nodes[0].id, {"n1": 0.3}, "Rule 5")
    for one in (draft, given, replace(draft, pasted="a\tb\n\x00“c”")):
        assert Draft.from_json(one.to_json()) == one


def test_steps_are_undone_and_done_again() -> None:
    names = [full().entitle(texts(f"Step {k}"), EMPTY) for k in range(4)]
    history = History.of(names[0])
    assert (history.undoable, history.redoable) == (False, False)
    assert history.undone().draft == history.redone().draft == names[0]
    for draft in names[1:3]:
        history = history.to(draft)
    assert history.to(names[2]) is history
    assert (history.draft, history.undoable, history.redoable) == (names[2], True, False)
    back = history.undone().undone()
    assert (back.draft, back.undoable, back.redoable) == (names[0], False, True)
    assert back.redone().redone().redone() == history
    other = back.to(names[3])
    assert (other.draft, len(other.steps), other.redoable) == (names[3], 2, False)
    assert other.undone().draft == names[0]


def test_the_oldest_steps_go(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [full().entitle(texts(f"Step {k}"), EMPTY) for k in range(60)]
    history = History.of(names[0])
    for draft in names[1:]:
        history = history.to(draft)
    assert (len(history.steps), history.shown) == (50, 49)
    for _ in range(60):
        history = history.undone()
    assert history.draft == names[10]
    monkeypatch.setattr(drafts, "LONGEST_HISTORY", 2 * len(names[20].to_json()))
    assert len(history.to(names[20]).to(names[21]).to(names[22]).steps) == 2


def test_a_draft_that_is_too_long_is_refused() -> None:
    with pytest.raises(TextLimitError) as refused:
        History.of(replace(full(), pasted="x" * 2**19))
    assert str(refused.value).startswith("The draft of the survey has 5")


def test_what_is_removed_has_no_weight_any_more() -> None:
    given = full().give("goal", {"n1": 0.4, "n2": 0.6}, "Rule 5")
    assert given.remove("n1").node("goal").weights == {"n2": 0.6}
    none = given.remove("n1").remove("n2").node("goal")
    assert (none.weights, none.source) == (None, "Rule 5")


def test_texts_of_two_are_joined_where_they_are_not_the_same() -> None:
    before = Draft.new(("en",))
    mine = before.write("n1", {"en": "Price"}, {"en": ""})
    other, _added = before.write("n2", {"en": "Comfort"}, {"en": ""}).add("goal")
    joined = other.with_texts(before, mine)
    assert joined is not None
    assert [one.name["en"] for one in joined.nodes] == ["", "Price", "Comfort", ""]
    assert other.with_texts(before, before) == other
    assert other.with_texts(before, before.write("n2", {"en": "Speed"}, {"en": ""})) is None
    assert other.remove("n1").with_texts(before, mine) is None
    assert other.with_texts(before, before.entitle({"en": "Car"}, {"en": ""})) == other.entitle(
        {"en": "Car"}, {"en": ""}
    )


def test_an_added_item_has_an_id_of_its_own_and_stands_below_one_that_is_there() -> None:
    draft = Draft.new(("en",)).remove("n1")
    assert draft.add("goal")[1] == "n3"
    with pytest.raises(KeyError):
        draft.add("n1")
