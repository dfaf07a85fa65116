"""The scheme of an evaluation on its page."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction

import streamlit as st
from streamlit.testing.v1 import AppTest

from ahp.evaluation import load_scheme
from ahp.process.evaluations.events import PeriodOpened, Row, UnitAdded, WeightsSource
from ahp.process.evaluations.units import Unit
from ahp.web import server, state
from tests.evaluation.schemes import scheme
from tests.web.evaluations import PACK, begun, opened
from tests.web.tables import shown_tables
from tests.web.test_pages import add_expert, answer

WORDS = "four random words"
REPORTS = "briefings"


CONTENTS = {
    b"id = ": ["scheme.toml：第 1 行：不符合 TOML 格式，请检查此处的引号、括号和等号。"],
}


class Uploaded:
    """A file as the uploader gives it."""

    name = "scheme.toml"

    def __init__(self, content: bytes) -> None:
        self.content = content

    def getvalue(self) -> bytes:
        return self.content


def errors(app: AppTest) -> list[str]:
    return [one.value for one in app.error]


def captions(app: AppTest) -> list[str]:
    return [one.value for one in app.caption]


def part(app: AppTest, evaluation: str, which: str) -> None:
    app.segmented_control(key=f"work_part-{evaluation}").set_value(which).run()
    assert not app.exception, app.exception


def test_a_ready_scheme_is_proposed_and_approved(visit, store, organizer):
    made = store.create_evaluation("2026")
    app = visit(organizer, "evaluation_scheme")
    assert app.markdown[0].value == (
        "**Next: choose the scheme, the rules and weights of the evaluation.**"
    )
    app.button(key="start_pack").click().run()
    app.text_input(key=f"propose_reason-{made.id}").input("总行办法*")
    app.button(key="propose_scheme").click().run()
    assert errors(app) == []
    now = store.evaluation_state(made.id)
    assert now.proposed.scheme == load_scheme(PACK)
    assert (now.proposed.weights, now.proposed.reason) == (WeightsSource(), "总行办法*")
    assert "Why: 总行办法\\*" in [one.value for one in app.markdown]
    app.button(key="approve_scheme").click().run()
    assert errors(app) == []
    assert store.evaluation_state(made.id).version.number == 1
    assert "In force: version 1" in [one.value for one in app.header]
    versions = shown_tables(app)[-1].to_dict("records")
    assert [(one["No."], one["Version"], one["Weights"], one["Why"]) for one in versions] == [
        ("1", "2026.1", "the weights stated in the scheme", "总行办法\\*")
    ]


def test_the_table_says_weights_and_rules(visit, store, organizer):
    begun(store)
    app = visit(organizer, "evaluation_scheme")
    rows = {row["Indicator"].strip(): row for row in shown_tables(app)[0].to_dict("records")}
    held = load_scheme(PACK)
    name = held.text(held.node[REPORTS].name, "en")
    parent = held.node[REPORTS].parent
    share = held.local_weights[parent][REPORTS]
    whole = share * held.local_weights[held.goal][parent]
    assert (rows[name]["Weight"], rows[name]["In the whole"]) == (
        f"{float(100 * share):.4f} %",
        f"{float(100 * whole):.4f} %",
    )


def test_a_value_is_tried(visit, store, organizer):
    made = begun(store)
    app = visit(organizer, "evaluation_scheme")
    key = f"now-{made.id}"
    app.selectbox(key=f"try_of-{key}").select(REPORTS).run()
    app.text_input(key=f"try-{key}-{REPORTS}").input("1").run()
    assert "**33.3333 points**" in [one.value for one in app.markdown]
    [curve] = app.get("plotly_chart")
    assert json.loads(curve.proto.spec)["data"][1]["text"] == ["33.3333"]
    app.text_input(key=f"try-{key}-{REPORTS}").input("many").run()
    assert errors(app) == ["“many”, expected a number for “Briefings”"]


def test_a_running_scheme_takes_a_second_person(visit, store):
    root = store.add_account("Root", WORDS, ["administrator"])
    li = store.add_account("Li", WORDS, ["organizer"])
    head = store.add_account("Wang", WORDS, ["head"])
    made = opened(store)
    session = store.open_account(li.id, None)
    app = visit(session, "evaluation_scheme")
    app.button(key="start_now").click().run()
    assert app.button(key="propose_scheme").disabled
    assert "Nothing differs from version 1, which is in force." in captions(app)
    part(app, made.id, "rules")
    app.selectbox(key=f"part-work-{made.id}").select("missing").run()
    step = f"work-{made.id}-0-missing"
    app.selectbox(key=f"{step}.not_reported").select("last")
    app.button(key=f"take-{step}").click().run()
    assert (
        "The scheme in force is version “2026.1”, too: give the changed one another version."
        in (captions(app))
    )
    app.selectbox(key=f"part-work-{made.id}").select("general").run()
    step = f"work-{made.id}-1-general"
    app.text_input(key=f"version-{step}").input("2026.2")
    app.button(key=f"take-{step}").click().run()
    app.text_input(key=f"propose_reason-{made.id}").input("缺报处理改进")
    app.button(key="propose_scheme").click().run()
    assert errors(app) == []
    assert app.button(key="approve_scheme").disabled
    assert (
        "A period is running, so another person must approve this version. This takes two people: "
        "somebody else has to do the second step." in captions(app)
    )
    said = [one.value for one in app.markdown]
    assert "- Version: 2026.1 → 2026.2" in said
    assert "- Missing values, Not reported: 0 points → the points of the period before" in said
    boss = visit(store.open_account(head.id, None), "evaluation_scheme")
    boss.button(key="approve_scheme").click().run()
    assert errors(boss) == []
    now = store.evaluation_state(made.id)
    assert (now.version.number, now.version.approved.actor.id) == (2, head.id)
    assert now.periods["2026Q1"].version.number == 1
    nobody = visit(store.open_account(root.id, None), "evaluation_scheme")
    assert {one.key for one in nobody.button if not one.disabled} == {"go_next"}


def test_what_is_wrong_is_listed_and_undone(visit, store, organizer):
    made = begun(store)
    app = visit(organizer, "evaluation_scheme", "zh")
    app.button(key="start_now").click().run()
    part(app, made.id, "rules")
    app.selectbox(key=f"part-work-{made.id}").select("nodes").run()
    app.selectbox(key=f"node-work-{made.id}").select(REPORTS).run()
    step = f"work-{made.id}-0-{REPORTS}"
    app.text_input(key=f"{step}-completion.target").input("很多")
    app.button(key=f"take-{step}").click().run()
    assert [one.value for one in app.warning] == [
        "待补充或更正：\n- 编报信息简报 › 计分规则 › 目标值：此处是文本，应为数。"
    ]
    assert app.button(key="propose_scheme").disabled
    app.button(key="undo_scheme").click().run()
    assert [one.value for one in app.warning] == []
    app.button(key="discard_scheme").click().run()
    assert app.button(key="start_now").label == "修改现行版本"


UNTAKEN = "What you have typed above is not taken over yet."


def test_weights_that_were_not_taken_over_are_not_proposed(visit, store, organizer):
    made = store.create_evaluation("2026")
    app = visit(organizer, "evaluation_scheme")
    app.button(key="start_pack").click().run()
    part(app, made.id, "weights")
    assert (app.warning.values, app.button(key="propose_scheme").disabled) == ([], False)
    parent = app.selectbox(key=f"weigh-weights-{made.id}").value
    kids = load_scheme(PACK).children[parent]
    step = f"weights-{made.id}-0-{parent}"
    shown = app.text_input(key=f"weight-{kids[0]}-{step}").value
    app.text_input(key=f"weight-{kids[0]}-{step}").input("0.9")
    app.button(key="propose_scheme").click().run()
    assert (app.warning.values, app.button(key="propose_scheme").disabled) == ([UNTAKEN], True)
    assert store.evaluation_state(made.id).versions == ()
    app.text_input(key=f"weight-{kids[0]}-{step}").input(shown).run()
    assert (app.warning.values, app.button(key="propose_scheme").disabled) == ([], False)
    app.text_input(key=f"weight-{kids[0]}-{step}").input("0.9").run()
    app.button(key=f"take_weights-{step}").click().run()
    assert (app.warning.values, app.button(key="propose_scheme").disabled) == ([], False)


def test_rules_that_were_not_taken_over_are_not_proposed(visit, store, organizer):
    made = store.create_evaluation("2026")
    app = visit(organizer, "evaluation_scheme")
    app.button(key="start_pack").click().run()
    part(app, made.id, "rules")
    app.selectbox(key=f"part-work-{made.id}").select("deductions").run()
    assert (app.warning.values, app.button(key="propose_scheme").disabled) == ([], False)
    entry = app.selectbox(key=f"entry-work-{made.id}-deductions").value
    app.text_input(key=f"work-{made.id}-0-deductions-{entry}.points").input("7")
    app.button(key="propose_scheme").click().run()
    assert (app.warning.values, app.button(key="propose_scheme").disabled) == ([UNTAKEN], True)
    assert store.evaluation_state(made.id).versions == ()
    app.button(key=f"add-work-{made.id}-deductions").click().run()
    draft = app.session_state[f"scheme_work-{made.id}"].draft
    assert draft.entry("deductions", entry)["points"] == 7
    assert len(draft.data["deductions"]) == len(load_scheme(PACK).deductions) + 1


def test_what_is_typed_of_an_indicator_stays_when_another_one_comes(visit, store, organizer):
    made = begun(store)
    app = visit(organizer, "evaluation_scheme")
    app.button(key="start_now").click().run()
    part(app, made.id, "rules")
    app.selectbox(key=f"part-work-{made.id}").select("nodes").run()
    app.selectbox(key=f"node-work-{made.id}").select(REPORTS).run()
    step = f"work-{made.id}-0-{REPORTS}"
    app.text_input(key=f"{step}-node.name-en").input("Bulletins")
    app.button(key=f"below-{step}").click().run()
    draft = app.session_state[f"scheme_work-{made.id}"].draft
    assert draft.entry("nodes", REPORTS)["name"]["en"] == "Bulletins"
    assert len(draft.children(REPORTS)) == 1


def test_a_version_that_is_discarded_twice(visit, store, organizer):
    """The second tap comes while the first one is at work."""
    key = f"scheme_work-{begun(store).id}"
    app = visit(organizer, "evaluation_scheme")
    for again in ("discard_scheme", "undo_scheme"):
        app.button(key="start_now").click().run()
        app.session_state[key] = app.session_state[key].to(app.session_state[key].draft)
        app.run()
        del app.session_state[key]
        app.button(key=again).click().run()
        assert not app.exception
        assert app.button(key="start_now").label == "Change the version in force"


def test_weights_are_typed(visit, store, organizer):
    made = begun(store)
    held = load_scheme(PACK)
    app = visit(organizer, "evaluation_scheme")
    app.button(key="start_now").click().run()
    part(app, made.id, "weights")
    parent = app.selectbox(key=f"weigh-weights-{made.id}").value
    kids = held.children[parent]
    step = f"weights-{made.id}-0-{parent}"
    app.text_input(key=f"weight-{kids[0]}-{step}").input("x")
    app.button(key=f"take_weights-{step}").click().run()
    name = held.text(held.node[kids[0]].name, "en")
    assert errors(app) == [f"“{name}”: “x” is not a number."]
    for k, kid in enumerate(kids):
        app.text_input(key=f"weight-{kid}-{step}").input("20" if k else "120")
    app.button(key=f"take_weights-{step}").click().run()
    assert errors(app) == []
    work = app.session_state[f"scheme_work-{made.id}"]
    assert work.weights == WeightsSource("given")
    assert work.draft.scheme().weights[kids[0]] == Fraction(120, 120 + 20 * (len(kids) - 1))
    assert "Weights now: weights given by hand" in [one.value for one in app.markdown]


def test_weights_of_a_closed_round_keep_where_they_come_from(visit, store, organizer, survey):
    expert = add_expert(store, survey)
    store.add_experts(expert.study_id, {"Wu": None})
    answer(store, survey, expert)
    store.submit(expert.id, event_id="submit")
    made = begun(store)
    app = visit(organizer, "evaluation_scheme")
    app.button(key="start_now").click().run()
    part(app, made.id, "weights")
    assert [one.value for one in app.info] == [
        "No study has a closed round yet. Weights can be taken once a round is closed on the page "
        "“Rounds”: only then they change no more."
    ]
    closed = store.close_round(expert.study_id)
    app.run()
    app.button(key="take_round").click().run()
    assert errors(app) == []
    work = app.session_state[f"scheme_work-{made.id}"]
    title = store.study(expert.study_id).title
    assert work.weights == WeightsSource(
        *("round", expert.study_id, title, 1, 1, 2),
        hashlib.sha256(closed.evidence.encode()).hexdigest(),
    )
    weights = load_scheme(PACK).weights
    assert dict(work.draft.scheme().weights) != dict(weights)


def test_a_round_of_another_hierarchy_is_refused(visit, store, organizer, survey):
    expert = add_expert(store, survey)
    answer(store, survey, expert)
    store.submit(expert.id, event_id="submit")
    store.close_round(expert.study_id)
    other = load_scheme("lobby_manager")
    made = begun(store, other)
    app = visit(organizer, "evaluation_scheme")
    app.button(key="start_now").click().run()
    part(app, made.id, "weights")
    app.button(key="take_round").click().run()
    names = {node: survey.node_name(node, "en") for node in survey.nodes}
    own = [other.text(other.node[leaf].name, "en") for leaf in other.leaves]
    [said] = errors(app)
    assert said.endswith(
        f"which the scheme doesn't have; expected {', '.join(own)}".replace("*", "\\*")
    )
    assert said.startswith("weights of " + names["management_model"])
    assert app.session_state[f"scheme_work-{made.id}"].weights == WeightsSource()


def test_a_trial_run_says_the_difference(visit, store, organizer):
    made = begun(store, scheme({"a": "0.5", "b": "0.5"}))
    for key in ("north", "south"):
        store.act(made.id, UnitAdded(Unit(id=key, name=key.title())))
    store.act(made.id, PeriodOpened("2026Q1", 1, "2026-04-10", {}))
    points = {"north": ("90", "95"), "south": ("60", "70")}
    rows = [
        Row(unit, leaf, value)
        for unit, values in points.items()
        for leaf, value in zip("ab", values, strict=True)
    ]
    store.record_values(made.id, "2026Q1", rows)
    app = visit(organizer, "evaluation_scheme")
    app.button(key="start_now").click().run()
    part(app, made.id, "rules")
    app.selectbox(key=f"part-work-{made.id}").select("nodes").run()
    app.selectbox(key=f"node-work-{made.id}").select("b").run()
    step = f"work-{made.id}-0-b"
    app.text_input(key=f"{step}-measured.high").input("190")
    app.button(key=f"take-{step}").click().run()
    part(app, made.id, "trial")
    app.button(key="run_trial").click().run()
    assert errors(app) == []
    said = [one.value for one in app.markdown]
    assert "2026Q1: 2 of 2 units would be in another band." in said
    [table] = [one for one in shown_tables(app) if "By the new version" in one]
    assert table.to_dict("records") == [
        {
            "Unit": "North",
            "Now": "92.5 Excellent",
            "By the new version": "70.0 Fair",
            "Change": "-22.5",
            "of it weights": "+0.00",
            "of it rules": "-22.50",
            "deductions, limits, rounding": "+0.00",
        },
        {
            "Unit": "South",
            "Now": "65.0 Fair",
            "By the new version": "48.4 Poor",
            "Change": "-16.6",
            "of it weights": "+0.00",
            "of it rules": "-16.58",
            "deductions, limits, rounding": "-0.02",
        },
    ]


def test_a_file_is_read_or_says_where_it_is_wrong(store, organizer, monkeypatch):
    store.create_evaluation("2026")
    for content, expected in CONTENTS.items():
        monkeypatch.setattr(
            st, "file_uploader", lambda *_args, content=content, **_more: Uploaded(content)
        )
        monkeypatch.setattr(state, "session_token", lambda: organizer)
        app = AppTest.from_file(server.MAIN, default_timeout=30)
        app.session_state["language"] = "zh"
        app.run()
        app.switch_page("views/evaluation_scheme.py").run()
        assert not app.exception, app.exception
        assert errors(app) == expected
