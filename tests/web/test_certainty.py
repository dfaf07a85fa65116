"""The tab that says how certain a result is."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import ahp
import ahp.web
from ahp.i18n import translator
from ahp.plots import screen
from ahp.plots.chart import Axis, Bars, Cells, Chart, Points, Texts
from ahp.process.certainty import LONG, QUICK, SEED, certainty_run
from ahp.report import certainty as report
from ahp.study import study_certainty
from ahp.study.certainty import weights_with
from ahp.tolerance import ranked
from ahp.web import pictures, state
from tests.contrast import contrast
from tests.web.tables import shown_tables
from tests.web.test_desk import fill
from tests.web.test_pages import keyed


@pytest.fixture(autouse=True)
def fresh():
    """Nothing is simulated before."""
    certainty_run.cache_clear()
    yield
    certainty_run.cache_clear()


@pytest.fixture
def study(store, survey):
    """Three experts who have submitted."""
    made = store.create_study(survey, "2026")
    for k, expert in enumerate(store.add_experts(made.id, dict.fromkeys("ABC"))):
        fill(store, made, expert, k)
    return made


@pytest.fixture
def analysis(store, study):
    return ahp.analyze(study.survey, store.answers(study.id), invited=3)


def opened(visit, organizer, language="en", *, screen="How certain"):
    app = visit(organizer, "results", language=language)
    app.session_state["screen"] = translator(language)(screen)
    app.run()
    assert not app.exception, app.exception
    return app


def table_of(app, heading):
    return next(one for one in shown_tables(app) if heading in one.columns)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_come_before_tables(visit, organizer, analysis, language):
    app = opened(visit, organizer, language)
    sure = study_certainty(analysis, seed=SEED, draws=QUICK)
    said = [one.value for one in (*app.markdown, *app.info)]
    for sentence in report.certainty_sentences(analysis, sure, language).values():
        assert state.plain(sentence) in said
    words = report.neighbors_sentences(analysis, sure, language)
    assert "\n".join(f"- {state.plain(sentence)}" for sentence in words) in said
    titles = {
        "en": ["Neighbors that could change places", "Ranks"],
        "zh": ["可能互换名次的相邻指标", "名次"],
    }
    assert [one.value for one in app.header] == titles[language]
    app.session_state["screen"] = translator(language)("What if")
    app.run()
    assert not app.exception
    titles = {
        "en": [
            *("What if a weight were another?", "What moves an indicator"),
            "How far each weight can move",
        ],
        "zh": ["假如权重有所不同", "哪些权重影响某个指标", "各权重可变动的范围"],
    }
    assert [one.value for one in app.header] == titles[language]


def test_numbers_are_those_of_the_simulation(visit, organizer, analysis):
    app = opened(visit, organizer)
    sure = study_certainty(analysis, seed=SEED, draws=QUICK)
    shown = table_of(app, "Other experts: from")
    leaves = analysis.survey.hierarchy.leaves
    expected = [f"{sure.experts.leaves.lower[leaves.index(leaf)]:.4f}" for leaf in analysis.ranking]
    assert shown[state.plain("Other experts: from")].tolist() == expected
    assert "1,000 draws each." in [one.value for one in app.caption]


def test_more_draws_are_made_when_asked_for(visit, organizer, analysis):
    app = opened(visit, organizer)
    (button,) = [one for one in app.button if one.key.startswith("long-")]
    assert button.label == "Compute with 10,000 draws"
    button.click().run()
    assert not app.exception
    assert [one for one in app.button if one.key.startswith("long-")] == []
    assert "1,000 draws each." not in [one.value for one in app.caption]
    assert any(f"{LONG} panels of 3, drawn with replacement" in one.value for one in app.caption)


def test_a_weight_is_moved_and_ranks_change(visit, organizer, analysis):
    app = opened(visit, organizer, screen="What if")
    assert "**No indicator changes its rank; first: “{}”.**".format(
        analysis.survey.node_name(analysis.ranking[0], "en")
    ) in [one.value for one in app.markdown]
    node = analysis.survey.hierarchy.children["effectiveness"][1]
    keyed(app.selectbox, "moved_node-").select(node).run()
    keyed(app.slider, "moved_to-").set_value(90).run()
    then = ranked(weights_with(analysis, node, 0.9))
    shown = table_of(app, "Rank then")
    assert shown["Rank then"].tolist() == [f"{rank}" for rank in then.values()]
    assert shown["Present rank"].tolist() == [f"{analysis.ranks[leaf]}" for leaf in then]
    sentence = report.moved_sentence(analysis, node, 0.9, "en")
    assert f"**{state.plain(sentence)}**" in [one.value for one in app.markdown]


def test_one_expert_has_no_interval_over_experts(visit, store, organizer, survey):
    study = store.create_study(survey, "Alone")
    (expert,) = store.add_experts(study.id, {"A": None})
    fill(store, study, expert, 0)
    app = opened(visit, organizer)
    assert [one.value for one in app.info] == [
        "The result rests on one expert alone. Nothing says how other experts would have judged, "
        "so no interval over experts exists."
    ]
    columns = [column for one in shown_tables(app) for column in one.columns]
    assert state.plain("Other judgments: from") in columns
    assert state.plain("Other experts: from") not in columns


def test_weights_of_the_branches_stand_on_the_first_tab(visit, organizer, analysis):
    app = visit(organizer, "results")
    branches = analysis.survey.hierarchy.children["effectiveness"]
    weights = sorted((analysis.global_weights[kid] for kid in branches), reverse=True)
    (line,) = [one.value for one in app.markdown if one.value.startswith("Weights of the branches")]
    shares = [f"{weight:.4f} ({100 * weight:.1f}%)" for weight in weights]
    assert [line.index(share) for share in shares] == sorted(line.index(share) for share in shares)


def pictures_of(app):
    return [json.loads(one.proto.spec) for one in app.get("plotly_chart")]


@pytest.mark.parametrize(
    ("screen", "pictures"),
    [
        ("How certain", {"interval_picture", "rank_picture"}),
        ("What if", {"moved_picture", "tornado", "stability_picture"}),
    ],
)
def test_pictures_say_whose_judgments_and_can_be_saved(
    visit, organizer, analysis, screen, pictures
):
    app = opened(visit, organizer, screen=screen)
    titles = [one["layout"]["title"]["text"] for one in pictures_of(app)]
    assert len(titles) == len(pictures)
    assert all(title.startswith("Round 1 (running, provisional), 3 of 3 sub") for title in titles)
    assert saved(app) == pictures


def saved(app):
    """Keys of the pictures, each of which can be saved as PNG and SVG."""
    keys = [one.proto.id.split("-")[-1] for one in app.get("plotly_chart")]
    names = [one.proto.id for one in app.get("download_button")]
    for key in keys:
        for kind in ("png", "svg"):
            assert sum(name.endswith(f"{kind}-{key}") for name in names) == 1, (key, names)
    assert keys == [*dict.fromkeys(keys)]
    return {*keys}


def test_no_picture_stands_on_a_page_without_its_files():
    # but by the function that puts the buttons below it
    pages = [path.read_text(encoding="utf-8") for path in Path(ahp.web.__path__[0]).rglob("*.py")]
    assert sum(page.count("plotly_chart(") for page in pages) == 1
    assert inspect.getsource(pictures.show_chart).count("plotly_chart(") == 1


@pytest.mark.parametrize(("scheme", "page"), [("light", "#ffffff"), ("dark", "#0e1117")])
def test_texts_without_a_color_of_their_own_contrast_with_the_page(scheme, page):
    ink = pictures.INKS[scheme]
    assert contrast(ink, page) >= 4.5
    texts = Texts((0, 0), (0, 0), ("plain", "on color"), ("left", "left"))
    behind = replace(texts, backgrounds=("#1f5f99", "#1f5f99"))
    cells = Cells(((0.5,),), 0, 1, ("#ffffff", "#1f5f99"), "S*")
    bars = Bars((0,), (1,), ("#1f5f99",), texts=("beyond",))
    points = Points((0,), (0,), "#1f5f99", texts=("above",))
    marks = (texts, behind, cells, bars, replace(bars, inside=True), points)
    chart = Chart("", "", "", Axis(names=("1",)), Axis(names=("A",)), marks)
    drawn = pictures.inked(screen.figure(chart), ink)
    colors = [text.font.color for text in drawn.layout.annotations]
    assert colors == [ink, ink, "#ffffff", "#ffffff"]
    scale, beyond, inside, above = drawn.data
    assert scale.colorbar.title.font.color == beyond.outsidetextfont.color == ink
    assert (inside.textfont.color, inside.outsidetextfont.color) == (("#ffffff",), None)
    assert above.textfont.color == ink
    assert pictures.inked(screen.figure(chart), None) == screen.figure(chart)


def test_every_picture_of_a_result_can_be_saved(visit, organizer, analysis):
    app = visit(organizer, "results")
    assert saved(app) == {"chart", "shares", "pareto"}
    app.session_state["screen"] = "Agreement"
    app.run()
    assert not app.exception
    assert saved(app) == {"heat", "disagreement", "quadrant"}
    app.session_state["screen"] = "Experts compared"
    app.run()
    assert not app.exception
    assert saved(app) == {"dendro", "expert_weights"}


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_a_saved_picture_has_title_and_date(monkeypatch, kind, start):
    drawn = []
    chart = Chart("Title", "3 of 3", "In words.", Axis(low=0, high=1), Axis(names=("A",)), ())
    monkeypatch.setattr(pictures.state, "guarded", lambda make: drawn.append(make) or b"")
    monkeypatch.setattr(pictures.state, "today", lambda: date(2026, 3, 1))
    pictures.show_chart(chart, "one", "file")
    png, svg = drawn
    (dated,) = {"png": png, "svg": svg}[kind].args
    assert (dated.title, dated.note) == ("Title", "3 of 3\n2026-03-01")
    assert {"png": png, "svg": svg}[kind]().startswith(start)


def test_shares_pareto_and_opinions(visit, store, organizer, study, analysis):
    app = visit(organizer, "results")
    assert len(pictures_of(app)) == 3
    app.session_state["screen"] = "Agreement"
    app.run()
    assert not app.exception
    assert "**What matters and what is disputed**" in [one.value for one in app.markdown]
    app.session_state["screen"] = "Experts compared"
    app.run()
    said = [one.value for one in app.markdown]
    assert "**Indicators by expert**" in said
    assert "**Organizations side by side**" not in said


def test_organizations_stand_side_by_side(visit, store, organizer, survey):
    study = store.create_study(survey, "Places")
    places = {"A": "North", "B": "South", "C": "South"}
    for k, expert in enumerate(store.add_experts(study.id, places)):
        fill(store, study, expert, k)
    app = visit(organizer, "results")
    app.session_state["screen"] = "Experts compared"
    app.run()
    assert not app.exception
    assert "**Organizations side by side**" in [one.value for one in app.markdown]
    names = [trace.get("name") for one in pictures_of(app) for trace in one["data"]]
    assert {"South (2)", "North (1)"} <= {*names}
