"""Titles, names and texts that people write never run as Markdown, on any page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.message import Message

import ahp
from ahp.exchange.questionnaire_xlsx import questionnaire_workbook
from ahp.scale import SAATY_POSITIONS
from ahp.store import StudyInfo
from ahp.study import Survey, survey_from_content
from ahp.study.standing import Standing
from ahp.web import state
from tests.web.tables import elements, shown_tables

HOSTILE = "**b** :red[r] [l](http://x.example) $z$ `c` ~s~ :smile: <i>"
NOT_MARKDOWN = {
    # options, values and what widgets are told apart by are shown as they are
    *("Selectbox.options", "Selectbox.default", "MultiSelect.options", "TextInput.default"),
    *("TextArea.default", "TextInput.placeholder", "DownloadButton.url", "Selectbox.raw_value"),
    *("BidiComponent.json", "BidiComponent.mixed", "Html.body", "Code.code_text", "Json.body"),
}


def hostile(what: str) -> str:
    return f"{what} {HOSTILE}"


def hostile_survey() -> Survey:
    def text(what: str) -> dict[str, str]:
        return {"en": hostile(what), "zh": hostile(what)}

    def node(name: str) -> dict[str, object]:
        return {"id": name, "name": text(name), "explanation": text(f"about {name}")}

    parents = {"a": "goal", "b": "goal", "c": "goal", "a1": "a", "a2": "a"}
    return survey_from_content(
        json.dumps(
            {
                **{"format": 1, "id": "hostile", "languages": ["en", "zh"], "goal": node("goal")},
                **{"name": text("survey"), "description": text("description")},
                "nodes": [node(name) | {"parent": parent} for name, parent in parents.items()],
            }
        )
    )


def strings(message: Message, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an element with the field it is in."""
    for field, value in message.ListFields():
        name = f"{message.DESCRIPTOR.name}.{field.name}"
        many = value if field.is_repeated else [value]
        for each in many:
            if isinstance(each, Message):
                yield from strings(each, name)
            elif isinstance(each, str):
                yield name, each


def running(app: Any) -> list[tuple[str, str]]:
    """What would run as Markdown: texts with the signs as they were written."""
    assert not app.exception
    shown = [element.proto for element in elements(app._tree)]
    texts = [pair for proto in shown if isinstance(proto, Message) for pair in strings(proto)]
    for table in app.table:
        texts += [("Table", str(cell)) for cell in (*table.value, *table.value.values.flat)]
    return sorted(
        {(name, text) for name, text in texts if name not in NOT_MARKDOWN and HOSTILE in text}
    )


@pytest.fixture
def study(store: Any) -> StudyInfo:
    """A closed round and an open one, everything in it named with Markdown."""
    survey = hostile_survey()
    made = store.create_study(survey, hostile("title"))
    experts = store.add_experts(
        made.id, {hostile(f"E{k}"): hostile("organization") for k in range(6)}
    )
    store.set_standing(experts[0].id, Standing(weight=2, reason=hostile("reason")))
    store.set_standing(experts[1].id, Standing(recused={"a": hostile("recused")}))
    for number in (1, 2):
        for k, expert in enumerate(store.experts(made.id)):
            pairs = [
                pair
                for pair in survey.hierarchy.comparisons
                if pair[0] not in expert.standing.recused
            ]
            store.comment(expert.id, *pairs[0], hostile("comment"), event_id=f"c{number}{k}")
            values = [SAATY_POSITIONS[(k * 5 + number + j) % 17] for j in range(len(pairs))]
            store.upload_answers(
                expert.id,
                [
                    ahp.Judgment(expert.name, *pair, value)
                    for pair, value in zip(pairs, values, strict=True)
                ],
            )
            if number == 2:
                store.give_reason(expert.id, *pairs[0], hostile("why"), event_id=f"r{k}")
            if number == 1 or k < 5:
                store.submit(expert.id, event_id=f"s{number}{k}")
        if number == 1:
            store.close_round(made.id)
            store.open_round(made.id)
    store.issue_link(experts[0].id)
    return store.study(made.id)


@pytest.mark.parametrize("page", ["studies", "settings", "experts", "rounds", "files", "results"])
def test_the_organizers_pages(visit: Any, organizer: str, study: StudyInfo, page: str) -> None:
    app = visit(organizer, page)
    assert running(app) == []
    for name in [tab.label for tab in app.tabs]:
        app.session_state["screen"] = name
        app.run()
        assert (name, running(app)) == (name, [])


def test_names_in_what_is_refused_are_marked_once(visit: Any, store: Any, organizer: str) -> None:
    survey = hostile_survey()
    study = store.create_study(survey, "Study")
    expert = store.add_expert(study.id, hostile("E"))
    values = dict(zip(survey.hierarchy.comparisons, ("9", "1/9", "9", "1"), strict=True))
    store.upload_answers(
        expert.id, [ahp.Judgment(expert.name, *pair, value) for pair, value in values.items()]
    )
    store.submit(expert.id, event_id="submitted")
    store.set_settings(study.id, replace(store.settings(study.id), incoherent="exclude"))
    app = visit(organizer, "results")
    assert f"left out: {state.plain(hostile('E'))} (CR " in app.error[0].value
    assert f"below “{state.plain(survey.node_name('goal', 'en'))}” too" in app.error[0].value


def test_issued_links(visit: Any, store: Any, organizer: str, study: StudyInfo) -> None:
    app = visit(organizer, "experts")
    app.button(key="issue").click().run()
    assert len([code for code in app.code if code.value.startswith("http")]) == 5
    assert running(app) == []


def test_a_questionnaire_that_is_uploaded(
    visit: Any, store: Any, organizer: str, study: StudyInfo
) -> None:
    expert, other = store.experts(study.id)[5], hostile("nobody")
    for name, kind in ((expert.name, "markdown"), (other, "error"), (expert.name, "success")):
        content = questionnaire_workbook(
            study.survey,
            title=study.title,
            expert=name,
            study_id=study.id,
            round_number=2,
            language="en",
            answers={study.survey.hierarchy.comparisons[0]: "3"},
        )
        app = visit(organizer, "files")
        (files,) = [one for one in app.get("file_uploader") if one.key.startswith("upload-")]
        files.set_value([(f"{HOSTILE}.xlsx", content, "application/xlsx")]).run()
        if kind == "success":
            app.button(key="record_files").click().run()
        shown = [one.value for one in app.get(kind)]
        assert any(state.plain(name) in text for text in shown)
        assert running(app) == []


def test_one_experts_judgments(visit: Any, organizer: str, study: StudyInfo) -> None:
    app = visit(organizer, "results")
    who = next(box for box in app.selectbox if box.label == "Judgments of")
    for k in (0, 1):
        who.select(hostile(f"E{k}")).run()
        assert running(app) == []


def test_the_experts_pages(visit: Any, store: Any, study: StudyInfo) -> None:
    expert = store.experts(study.id)[5]
    session = store.open_link(store.issue_link(expert.id), None)
    app = visit(session)
    assert running(app) == []
    places = ["welcome", "review", "parent goal", "parent a", "pair goal a b", "pair a a1 a2"]
    for place in places:
        store.set_place(expert.id, place, round_number=2)
        app = visit(session)
        assert (place, running(app)) == (place, [])
    store.submit(expert.id, event_id="at-last")
    assert running(visit(session)) == []


@pytest.mark.parametrize(
    "run", ["**b**", ":smile:", ":red[r]", "www.x.example", "a@x.example", "http://x.example"]
)
def test_what_makes_a_text_plain(run: str) -> None:
    assert run not in state.plain(f"Zhang {run} San")


def test_tables_hold_plain_texts(visit: Any, organizer: str, study: StudyInfo) -> None:
    tables = shown_tables(visit(organizer, "results"))
    cells = {str(cell) for table in tables for cell in table.values.flat}
    assert hostile("a1") in cells
