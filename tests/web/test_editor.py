"""The survey editor: from a pasted list to a study, and back again from every step."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import docx
import pytest
from streamlit.testing.v1 import AppTest

import ahp
from ahp.errors import DatabaseError
from ahp.exchange.survey_text import survey_toml
from ahp.process.draft import Draft
from ahp.store import Store
from ahp.study.limits import LONGEST
from ahp.web import state
from tests.web.conftest import Visit
from tests.web.test_desk import SHOP
from tests.web.test_pages import keyed, texts

LIST = "一、成本\n租金\n物业费\n二、客流\n早高峰\n晚高峰"
READ = """\
- *目标（名称在下一步填写）*
    - **成本**
        - 租金
        - 物业费
    - **客流**
        - 早高峰
        - 晚高峰"""
CHANGED = (
    "This draft was changed in another window meanwhile. What is stored there is shown now; your "
    "last change is not in it, please make it again."
)


@pytest.fixture
def editor(visit: Visit, organizer: str) -> Callable[..., AppTest]:
    """Opens the editor in a new window, at the address of another one: what F5 does."""

    def open_(at: AppTest | None = None, language: str = "en") -> AppTest:
        app = visit(organizer, language=language)
        for name, value in at.query_params.items() if at else ():
            app.query_params[name] = value
        return app.switch_page("views/editor.py").run()

    return open_


def drafts(store: Store) -> list[Draft]:
    return [store.draft(one.id).history.draft for one in store.drafts()]


def tree(app: AppTest) -> list[str]:
    """What the buttons of the tree say."""
    return [one.label for one in app.button if str(one.key).startswith("node-")]


def missing(app: AppTest) -> list[str]:
    return [one.label for one in app.button if str(one.key).startswith("missing-")]


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception, app.exception


def write(app: AppTest, key: str, text: str) -> None:
    """Write into a field, and leave it."""
    kind = app.text_area if key.startswith("explanation") else app.text_input
    keyed(kind, key).set_value(text).run()


def shown(app: AppTest) -> str:
    """All that a page says, and all that stands in its fields."""
    said = [one.label for one in (*app.button, *app.text_input, *app.text_area, *app.selectbox)]
    said += [str(one.value) for one in (*app.text_input, *app.text_area, *app.warning, *app.info)]
    said += [str(one.placeholder) for one in (*app.text_input, *app.text_area)]
    return "\n".join([*said, *texts(app)])


def test_a_pasted_list_becomes_a_study_and_is_there_after_every_reload(
    editor: Callable[..., AppTest], store: Store
) -> None:
    app = editor(language="zh")
    keyed(app.text_area, "list-").set_value(LIST).run()
    app = editor(app, "zh")
    assert keyed(app.text_area, "pasted-").value == LIST
    assert READ in texts(app)
    assert app.button(key="take_over").label == "采用这些名称（6 个）"
    press(app, "take_over")
    app = editor(app, "zh")
    assert tree(app) == ["问卷整体", "目标", "成本", "租金", "物业费", "客流", "早高峰", "晚高峰"]
    assert missing(app) == ["问卷整体：名称"]
    write(app, "name--zh", "网点选址")
    app = editor(app, "zh")
    assert tree(app)[:3] == ["问卷整体", "网点选址", "成本"]
    assert missing(app) == []
    assert [box.value for box in app.text_input if box.label == "名称"] == ["网点选址"]
    press(app, "from_draft")
    [study] = store.studies()
    assert (study.title, study.survey.languages) == ("网点选址", ("zh",))
    hierarchy = study.survey.hierarchy
    named = {
        study.survey.node_name(one, "zh"): [study.survey.node_name(kid, "zh") for kid in kids]
        for one, kids in hierarchy.children.items()
    }
    assert named == {
        "网点选址": ["成本", "客流"],
        "成本": ["租金", "物业费"],
        "客流": ["早高峰", "晚高峰"],
    }


def test_a_list_that_can_t_be_read_is_mended(editor: Callable[..., AppTest], store: Store) -> None:
    app = editor()
    press(app, "show_tree")
    assert [one.value for one in app.warning] == ["Please paste or write the list first."]
    assert store.drafts() == []
    keyed(app.text_area, "list-").set_value("Car\n  Price\n  Price").run()
    assert [one.value for one in app.error] == ["line 3: “Price” stands twice, expected once"]
    assert "take_over" not in {one.key for one in app.button}
    keyed(app.text_area, "pasted-").set_value("Car\n  Price\n  Comfort").run()
    assert not app.error
    press(app, "take_over")
    assert tree(app) == ["The whole survey", "Car", "Price", "Comfort"]
    assert drafts(store)[0].survey().name == {"en": "Car"}
    press(app, "undo")
    assert keyed(app.text_area, "pasted-").value == "Car\n  Price\n  Comfort"
    press(app, "undo")
    assert keyed(app.text_area, "pasted-").value == "Car\n  Price\n  Price"
    press(app, "redo")
    press(app, "redo")
    assert tree(app) == ["The whole survey", "Car", "Price", "Comfort"]
    assert app.button(key="redo").disabled


def test_a_list_is_taken_over_with_what_was_typed_last(
    editor: Callable[..., AppTest], store: Store
) -> None:
    app = editor()
    keyed(app.text_area, "list-").set_value("Car\n  Price").run()
    keyed(app.text_area, "pasted-").set_value("Car\n  Price\n  Comfort")
    press(app, "take_over")  # right out of the field
    assert tree(app) == ["The whole survey", "Car", "Price", "Comfort"]
    press(app, "undo")
    keyed(app.text_area, "pasted-").set_value("Car\n  Price\n  Price")
    press(app, "take_over")
    twice = "line 3: “Price” stands twice, expected once"
    assert {one.value for one in app.error} == {twice}
    assert drafts(store)[0].pasted == "Car\n  Price\n  Price"


def test_a_file_of_word_becomes_a_list(editor: Callable[..., AppTest]) -> None:
    made, stream = docx.Document(), io.BytesIO()
    for text, style in (("Car", ""), ("Price", "List Bullet"), ("Comfort", "List Bullet")):
        made.add_paragraph(text, style or None)
    made.save(stream)
    app = editor()
    keyed(app.file_uploader, "outline_file-").set_value(("a.docx", b"PK", "x")).run()
    assert [one.value for one in app.error] == ["a.docx: is no DOCX file, or a damaged one"]
    keyed(app.file_uploader, "outline_file-").set_value(("a.docx", stream.getvalue(), "x")).run()
    assert keyed(app.text_area, "pasted-").value == "Car\n  Price\n  Comfort"


def test_a_survey_is_written_from_nothing(editor: Callable[..., AppTest], store: Store) -> None:
    app = editor()
    press(app, "begin_empty")
    assert tree(app) == ["The whole survey", "The goal", "Item 1 of the goal", "Item 2 of the goal"]
    assert missing(app) == [
        "The whole survey: name",
        "Item 1 of the goal: name",
        "Item 2 of the goal: name",
    ]
    for node in ("goal", "n1", "n2"):
        press(app, f"node-{node}")
        assert not {"n1", "n2"} & {*re.findall(r"\w+", shown(app))}
    press(app, "missing-1")
    for node, name in (("n1", "Taste"), ("n2", "Price")):
        press(app, f"node-{node}")
        write(app, f"name-{node}-en", name)
    write(app, "explanation-n2-en", "What it costs.")
    press(app, "add_beside")
    write(app, "name-n3-en", "Health")
    press(app, "move-1")
    assert tree(app)[2:] == ["Taste", "Health", "Price"]
    assert missing(app) == ["The whole survey: name"]
    press(app, "missing-0")
    write(app, "name--en", "Lunch")
    assert not app.warning
    assert [one.value for one in app.info] == [
        "Experts judge better by one or two sentences that say what is meant. They can be left "
        "out; there are none yet for: The whole survey, Lunch, Taste, Health."
    ]
    assert "3 indicators, 3 comparisons, about 5 minutes" in texts(app)
    next(box for box in app.text_input if box.label == "Title").set_value("Lunch 2026")
    press(app, "from_draft")
    [study] = store.studies()
    assert study.title == "Lunch 2026"
    assert study.survey.hierarchy.children["goal"] == ("n1", "n3", "n2")
    assert study.survey.node_name("goal", "en") == "Lunch"


def test_many_items_without_an_explanation_are_counted(editor: Callable[..., AppTest]) -> None:
    app = editor(language="zh")
    keyed(app.text_area, "list-").set_value("车：甲、乙、丙、丁").run()
    press(app, "take_over")
    assert [one.value.split("：")[-1] for one in app.info] == ["问卷整体、车、甲、乙，另有 2 项。"]


def test_the_chosen_item_is_there_after_a_reload(editor: Callable[..., AppTest]) -> None:
    app = editor()
    keyed(app.text_area, "list-").set_value("Car\n  Price\n  Comfort").run()
    press(app, "take_over")
    press(app, "node-comfort")
    again = editor(app)
    assert keyed(again.text_input, "name-comfort-en").value == "Comfort"
    app.query_params["item"] = "77"
    assert keyed(editor(app).text_input, "name--en").placeholder == "Car"


def test_what_stands_below_goes_with_an_item_once_that_is_confirmed(
    editor: Callable[..., AppTest], store: Store
) -> None:
    app = editor()
    keyed(app.text_area, "list-").set_value("Car\n  Price\n  Comfort\n    Seats\n    Noise").run()
    press(app, "take_over")
    press(app, "node-comfort")
    assert "“Comfort” goes with all that stands below it (2)." in texts(app)
    assert app.button(key="remove").label == "Yes, remove all of them"
    press(app, "remove")
    assert tree(app) == ["The whole survey", "Car", "Price"]
    press(app, "undo")
    assert tree(app) == ["The whole survey", "Car", "Price", "Comfort", "Seats", "Noise"]
    press(app, "node-noise")
    assert app.button(key="remove").label == "Remove"
    press(app, "remove")
    assert tree(app) == ["The whole survey", "Car", "Price", "Comfort", "Seats"]
    assert len(drafts(store)[0].nodes) == 4


def test_one_language_until_another_is_wanted(editor: Callable[..., AppTest], store: Store) -> None:
    app = editor()
    keyed(app.text_area, "list-").set_value("Car: price, comfort").run()
    press(app, "take_over")
    assert [box.label for box in app.text_input][:1] == ["Name of the survey"]
    assert app.button(key="add_language-zh").label == "Add another language: 中文"
    press(app, "add_language-zh")
    assert [box.label for box in app.text_input][:2] == [
        "Name of the survey (English)",
        "Name of the survey (中文)",
    ]
    assert missing(app) == [
        "The whole survey: name (中文)",
        "price: name (中文)",
        "comfort: name (中文)",
    ]
    write(app, "name--zh", "汽车")
    assert "All names and explanations in 中文 are then gone." in texts(app)
    press(app, "remove_language-zh")
    assert [one.languages for one in drafts(store)] == [("en",)]
    assert missing(app) == []


def test_undone_texts_stand_in_their_fields(editor: Callable[..., AppTest]) -> None:
    app = editor()
    press(app, "begin_empty")
    assert app.button(key="undo").disabled
    for name in ("Lunch", "Dinner"):
        write(app, "name--en", name)
    press(app, "undo")
    assert keyed(app.text_input, "name--en").value == "Lunch"
    write(app, "name--en", "Breakfast")
    assert app.button(key="redo").disabled
    press(app, "undo")
    press(app, "undo")
    assert keyed(app.text_input, "name--en").value == ""


def test_two_windows_do_not_overwrite_each_other(
    editor: Callable[..., AppTest], store: Store
) -> None:
    here = editor()
    press(here, "begin_empty")
    there = editor(here)
    write(there, "name--en", "There")
    here.run()  # nothing typed: what the other window stored is shown
    assert (keyed(here.text_input, "name--en").value, len(here.error)) == ("There", 0)
    write(there, "name--en", "There again")
    write(here, "name--en", "Here")
    assert [one.value for one in here.error] == [CHANGED]
    assert keyed(here.text_input, "name--en").value == "There again"
    write(here, "name--en", "Here")
    assert not here.error
    press(there, "node-n1")  # nor is anything done to what is not shown
    assert keyed(there.text_input, "name-n1-en").value == ""
    assert [one.name for one in drafts(store)] == [{"en": "Here"}]


def test_texts_of_two_windows_in_different_fields_are_both_kept(
    editor: Callable[..., AppTest], store: Store
) -> None:
    here = editor()
    press(here, "begin_empty")
    there = editor(here)
    press(there, "node-n1")
    write(there, "name-n1-en", "There")
    write(here, "name--en", "Here")
    assert not here.error
    assert tree(here) == ["The whole survey", "Here", "There", "Item 2 of “Here”"]
    assert [one.name for one in drafts(store)] == [{"en": "Here"}]


@pytest.mark.parametrize("key", ["add_below", "undo", "add_beside", "move1", "remove"])
def test_steps_of_a_window_that_shows_an_older_draft_are_refused(
    editor: Callable[..., AppTest], store: Store, key: str
) -> None:
    here = editor()
    press(here, "begin_empty")
    press(here, "node-n1")
    if key == "undo":
        press(here, "add_beside")
    there = editor(here)
    press(there, "node-n1")
    press(there, "remove")
    before = drafts(store)
    press(here, key)
    assert drafts(store) == before
    assert [one.value for one in here.error] == [CHANGED]
    assert tree(here) == tree(there)


def test_a_list_that_another_window_took_over_is_not_taken_over_again(
    editor: Callable[..., AppTest], store: Store
) -> None:
    here = editor()
    keyed(here.text_area, "list-").set_value("Car: price, comfort").run()
    there = editor(here)
    press(there, "take_over")
    press(there, "add_language-zh")
    press(here, "take_over")
    assert [one.value for one in here.error] == [CHANGED]
    assert drafts(store)[0].languages == ("en", "zh")


def test_what_is_typed_is_stored_when_the_drafts_are_listed(
    editor: Callable[..., AppTest], store: Store
) -> None:
    app = editor()
    press(app, "begin_empty")
    keyed(app.text_input, "name--en").set_value("Lunch")
    press(app, "all_drafts")
    assert [one.name for one in drafts(store)] == [{"en": "Lunch"}]


def test_what_is_too_long_stays_in_its_field(editor: Callable[..., AppTest], store: Store) -> None:
    app = editor()
    press(app, "begin_empty")
    text = "a" * LONGEST["draft"]
    write(app, "explanation--en", text)
    assert len(app.error) == 1
    assert keyed(app.text_area, "explanation--en").value == text
    write(app, "explanation--en", "a")
    assert not app.error
    assert [one.description for one in drafts(store)] == [{"en": "a"}]


def test_columns_that_are_left_out_are_said(editor: Callable[..., AppTest]) -> None:
    app = editor(language="zh")
    text = "序号\t一级指标\t二级指标\t\n1\t成本\t租金\t0.5\n2\t\t物业费\t0.5"
    keyed(app.text_area, "list-").set_value(text).run()
    assert [one.value for one in app.caption if "列" in one.value][-1] == "未采用的列：序号、D。"


def test_what_is_left_out_of_a_list_is_said(editor: Callable[..., AppTest]) -> None:
    app = editor(language="zh")
    text = f"一、成本（40分）\n二、客流（60分）\n合计：100分\n注：{'按季填写，' * 10}"
    keyed(app.text_area, "list-").set_value(text).run()
    assert app.caption[-1].value == (
        f"未作为名称读入：“合计：100分”、“注：{'按季填写，' * 7}按季…”、“（40分）”、“（60分）”。"
    )


def test_drafts_are_listed_and_deleted(
    editor: Callable[..., AppTest], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "own_zone", lambda: "Asia/Shanghai")
    app = editor()
    press(app, "begin_empty")
    [first] = store.drafts()
    other = editor(app)
    press(app, "all_drafts")
    assert "**Survey without a name**" in texts(app)
    said = [one.value.replace("\N{WORD JOINER}", "") for one in app.caption]
    when = datetime.fromisoformat(first.changed) + timedelta(hours=8)
    assert f"organizer without an account, {when:%Y-%m-%d %H:%M} (Beijing time)" in said
    assert (
        "“Survey without a name” is then gone for good. Studies made of it stay as they are."
        in texts(app)
    )
    press(app, f"continue-{first.id}")
    assert tree(app)[1:] == ["The goal", "Item 1 of the goal", "Item 2 of the goal"]
    press(app, "all_drafts")
    press(app, f"delete-{first.id}")
    assert store.drafts() == []
    write(other, "name--en", "Too late")
    assert [one.value for one in other.error] == [
        "This draft is not there any more: it was deleted, by someone else or in another window."
    ]
    assert [one.label for one in other.text_area] == ["List of names"]


def test_what_is_typed_while_the_database_is_away_is_stored_later(
    editor: Callable[..., AppTest], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = editor()
    press(app, "begin_empty")

    def away(*_arguments: object) -> Any:
        raise DatabaseError("database_fails", location="x", problem="away")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "grants", away)
        write(app, "name--en", "Lunch")
        assert not app.text_input
    app.run()
    assert keyed(app.text_input, "name--en").value == "Lunch"
    assert [one.name for one in drafts(store)] == [{"en": "Lunch"}]


def test_a_survey_is_copied(
    editor: Callable[..., AppTest], store: Store, survey: ahp.Survey
) -> None:
    store.create_study(survey, "2026")
    app = editor()
    box = next(one for one in app.selectbox if one.label == "Survey")
    box.select(next(one for one in box.options if one == "Study “2026”")).run()
    press(app, "begin_copy")
    press(app, "all_drafts")
    keyed(app.file_uploader, "draft_file-").set_value(("a.toml", b"format = 2", "x")).run()
    assert len(app.error) == 1
    content = survey_toml(survey).encode()
    keyed(app.file_uploader, "draft_file-").set_value(("a.toml", content, "x")).run()
    assert [one.survey().content_hash for one in drafts(store)] == [survey.content_hash] * 2


def test_weights_are_given(visit: Visit, store: Store, organizer: str) -> None:
    app = visit(organizer)
    app.file_uploader(key="survey_file").set_value(("shop.json", SHOP, "application/json")).run()
    keyed(app.button, "edit-").click().run()
    press(app, "node-shop")
    keyed(app.number_input, "weight-price-").set_value(0.5).run()
    assert [warning.value for warning in app.warning] == [
        "These weights sum to 1.2, expected 1.",
        "Not finished yet: the weights given below “Shop” don't sum to 1",
    ]
    keyed(app.number_input, "weight-quality-").set_value(0.5).run()
    keyed(app.text_input, "source-shop-").set_value(" ").run()
    assert missing(app) == ["Shop: source of the given weights"]
    keyed(app.text_input, "source-shop-").set_value("Rule 5").run()
    assert not app.warning
    next(box for box in app.text_input if box.label == "Title").set_value("Shops")
    press(app, "from_draft")
    [study] = store.studies()
    assert study.survey.hierarchy.given_weights == {"shop": (0.5, 0.5)}
    assert study.survey.given["shop"].source == "Rule 5"
    app = visit(organizer, "editor")
    press(app, "begin_empty")
    press(app, "node-goal")
    keyed(app.toggle, "given-goal-").set_value(True).run()
    assert [box.value for box in app.number_input] == [0.5, 0.5]
    press(app, "node-n1")
    press(app, "node-goal")
    assert [box.value for box in app.number_input] == [0.5, 0.5]


def test_an_item_beside_given_weights_has_none_yet_and_can_be_undone(
    editor: Callable[..., AppTest],
) -> None:
    app = editor()
    keyed(app.text_area, "list-").set_value("Car: price, comfort").run()
    press(app, "take_over")
    press(app, "node-car")
    keyed(app.toggle, "given-car-").set_value(True).run()
    press(app, "add_below")
    write(app, "name-n1-en", "noise")
    press(app, "node-car")
    assert [box.value for box in app.number_input] == [0.5, 0.5, None]
    keyed(app.text_input, "source-car-").set_value("Rule 5").run()
    assert [one.value for one in app.warning] == [
        "Not finished yet: “noise”: missing, expected a weight for each child of “Car”"
    ]
    for _ in range(3):
        press(app, "undo")
    assert [box.value for box in app.number_input] == [0.5, 0.5]
    assert not app.button(key="redo").disabled
