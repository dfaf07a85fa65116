"""A scheme being written."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ahp
from ahp.errors import EvaluationError, OptionError
from ahp.evaluation.rules import Checklist, Completion, Derived, Stepwise, Target
from ahp.evaluation.scheme import Scheme, load_scheme, scheme_from_toml, shipped_schemes
from ahp.exchange.scheme_text import scheme_toml
from ahp.i18n.schemes import problem_words
from ahp.messages import Phrase
from ahp.process.scheme_draft import SchemeDraft, exact_number, steps_of

EVERY_RULE = Path(__file__).parents[1] / "evaluation" / "every_rule.toml"
FILES = [*shipped_schemes(), EVERY_RULE, EVERY_RULE.with_name("findings.toml")]


@pytest.fixture(scope="module")
def whole() -> Scheme:
    return load_scheme(EVERY_RULE)


@pytest.fixture
def draft(whole: Scheme) -> SchemeDraft:
    return SchemeDraft.of(whole)


def said(draft: SchemeDraft, language: str = "en") -> list[str]:
    return [problem_words(draft, problem, language) for problem in draft.problems()]


@pytest.mark.parametrize("name", FILES, ids=str)
def test_a_scheme_comes_back_as_it_was(name: Any) -> None:
    scheme = load_scheme(name)
    draft = SchemeDraft.of(scheme)
    assert draft.problems() == ()
    assert draft.scheme() == scheme


def test_a_blank_scheme_of_a_survey() -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    draft = SchemeDraft.from_survey(survey, "en")
    assert draft.languages == ("en", "zh")
    assert [node["id"] for node in draft.data["nodes"]] == [*survey.nodes]
    assert draft.outline()[:3] == ((0, "effectiveness"), (1, "setup"), (2, "management_model"))
    assert said(draft)[:2] == [
        "Grades › Very good › Anchor: not written yet (English)",
        "Grades › Very good › Anchor: not written yet (中文)",
    ]
    assert len(said(draft)) == 10
    grades = tuple(
        {**grade, "anchor": {"en": "Does.", "zh": "做到。"}}
        for grade in draft.data["grades"]["five"]
    )
    scheme = draft.set_grades("five", grades).scheme()
    assert scheme.leaves == survey.hierarchy.leaves
    assert scheme.indicator["means"].rule.kind == "rated"
    kids = scheme.children["operation"]
    assert [scheme.weights[kid] for kid in kids] == [Fraction("0.2")] * 5
    thirds = [scheme.weights[kid] for kid in scheme.children["setup"]]
    assert thirds == [Fraction("0.333334"), Fraction("0.333333"), Fraction("0.333333")]
    with pytest.raises(OptionError, match=r"^language = 'de', expected one of 'zh', 'en'$"):
        SchemeDraft.from_survey(survey, "de")


def test_all_that_is_wrong_is_told_at_once(draft: SchemeDraft) -> None:
    wrong = (
        draft.put(version=" ", effective_from="2026-02-01", effective_to="2026-01-01")
        .change("nodes", "cost", name={"zh": "单笔成本", "en": ""})
        .set_rule("delay", target=0)
        .choose_rule("cost", "steps")
        .change("indicators", "overdue", valid=[3, 2])
        .change("bands", "good", at_least=95)
        .change("deductions", "rework", indicator="numbers")
        .change("vetoes", "hidden", effect="zero")
        .put(weights={**draft.data["weights"], "numbers": 0.5})
    )
    assert said(wrong) == [
        "单笔成本 › What it is called: not written yet (English)",
        "Version: is empty, expected text",
        "Mean delay › Rule: target 0, expected above 0",
        "单笔成本 › Rule › Steps: missing",
        "单笔成本 › Rule › A limit belongs to: missing",
        "Vetoes › Concealment: effect “zero”, expected a band with cap and band, none with the "
        "others",
        "Weights: weights below “Whole” sum to 0.95, expected 1",
        "Share overdue › Possible values: 3 and 2, expected the first below the second",
        "Deductions › Rework › Indicator: “Numbers”, expected one of Error rate, Reports adopted, "
        "Mean delay, 单笔成本, Workload per head, Share overdue, Coverage, Attitude, "
        "Teamwork, Votes, Control points, Conduct, Margin, Survey at year's end",
        "In force to: before the date the scheme holds from",
    ]
    assert said(wrong, "zh")[:4] == [
        "单笔成本 › 名称：尚未填写（English）",
        "版本：内容为空，请填写。",
        "平均延误天数 › 计分规则：目标值为 0，应大于 0。",
        "单笔成本 › 计分规则 › 分段：缺失，请补上。",
    ]
    with pytest.raises(EvaluationError, match=r"^nodes\[6\]\.name: not written yet \(en\)$"):
        wrong.scheme()


def test_what_refers_to_a_wrong_part_waits_for_it(draft: SchemeDraft) -> None:
    dangling = draft.change("vetoes", "too_many_errors", band="none")
    assert said(dangling) == [
        "Vetoes › Too many errors › Band: “none”, expected one of Excellent, Good, Pass, Fail"
    ]
    wrong = dangling.change("bands", "good", at_least=None)
    assert said(wrong) == ["Bands › Good › From, including: missing"]


def test_bands_stand_from_the_best_down(draft: SchemeDraft) -> None:
    added, band = draft.add("bands", name={"zh": "尚可", "en": "So-so"}, at_least=70)
    assert band == "b1"
    assert [one.id for one in added.scheme().bands] == ["excellent", "good", "b1", "pass", "fail"]
    gone = added.remove("bands", "b1")
    assert gone.scheme() == draft.scheme()


def test_blank_names_are_not_the_same_name(draft: SchemeDraft) -> None:
    two = draft.add("bonuses")[0].add("bonuses")[0]
    assert said(two) == [
        "Bonuses › no. 3 › What it is called: not written yet (中文)",
        "Bonuses › no. 3 › What it is called: not written yet (English)",
        "Bonuses › no. 4 › What it is called: not written yet (中文)",
        "Bonuses › no. 4 › What it is called: not written yet (English)",
    ]


def test_weights_become_shares(draft: SchemeDraft) -> None:
    percent, note = draft.weigh("goal", {"numbers": "62.5", "opinions": "37.5"})
    assert note is None
    assert percent.scheme().weights["numbers"] == Fraction("0.625")
    parts, note = draft.weigh("goal", {"numbers": 2, "opinions": 1})
    assert note == Phrase("weights_divided", parent="总评价", total="3")
    assert str(note) == "the weights below '总评价' sum to 3; divided by it they sum to 1"
    assert parts.scheme().weights["numbers"] == Fraction("0.666667")
    assert draft.scheme().weights["numbers"] == Fraction("0.55")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"numbers": 1}, "no weight for opinions"),
        (
            {"numbers": 1, "opinions": 1, "cost": 1},
            "weights of cost, which the scheme doesn't have; expected numbers, opinions",
        ),
        ({"numbers": 1, "opinions": -1}, "weight -1 of 'opinions', expected 0 or more"),
        ({"numbers": 1, "opinions": "x"}, "weight 'x' of 'opinions', expected a number"),
        ({"numbers": 0, "opinions": 0}, "all are 0, expected one above 0"),
    ],
)
def test_weights_that_are_none(draft: SchemeDraft, parts: dict[str, int], message: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        draft.weigh("goal", parts)
    assert str(raised.value) == message


def test_numbers_that_are_none(draft: SchemeDraft) -> None:
    wrong = draft.change("bands", "good", at_least=float("nan"))
    assert said(wrong) == ["Bands › Good › From, including: nan, expected a finite number"]
    with pytest.raises(EvaluationError) as raised:
        draft.settle("digits", weights=0).weigh("goal", {"numbers": 1, "opinions": 1})
    assert str(raised.value) == (
        "digits: expected weights with 1 to 9 digits, points with at most 9 and not fewer than "
        "totals"
    )


def test_full_marks_stay_as_they_are(whole: Scheme) -> None:
    marks = dict.fromkeys(whole.leaves, Fraction(10))
    draft = SchemeDraft.of(whole).put(weights=None, full_marks=marks)
    kids = draft.children("opinions")
    marked, note = draft.weigh("opinions", dict.fromkeys(kids, "12.5"))
    assert note is None
    assert marked.scheme().full_marks["margin"] == Fraction("12.5")
    with pytest.raises(EvaluationError) as raised:
        draft.weigh("goal", {"numbers": 1, "opinions": 1})
    assert str(raised.value) == "full marks of numbers, opinions, expected of indicators alone"
    below, new = draft.add_indicator("margin")
    assert (new, below.data["full_marks"][new]) == ("n1", 10)
    assert "margin" not in below.data["full_marks"]


def test_another_rule_keeps_what_both_have(draft: SchemeDraft) -> None:
    target = draft.choose_rule("error_rate", "target")
    assert target.entry("indicators", "error_rate")["rule"] == {
        "kind": "target",
        "low": 0,
        "high": 0.05,
    }
    assert said(target) == ["Error rate › Rule › Tolerance: missing"]
    rule = target.set_rule("error_rate", tolerance=Decimal("0.1")).scheme()
    assert rule.indicator["error_rate"].rule == Target(
        low=Fraction(0), high=Fraction("0.05"), tolerance=Fraction("0.1")
    )
    with pytest.raises(OptionError, match=r"^kind = 'curve', expected one of 'measured', "):
        draft.choose_rule("error_rate", "curve")
    with pytest.raises(OptionError, match=r"^indicators = 'errors', expected one of "):
        draft.choose_rule("errors", "target")


def test_rules_of_every_kind(draft: SchemeDraft) -> None:
    name = {"zh": "要点", "en": "A point"}
    changed = (
        draft.choose_rule("cost", "completion")
        .set_rule("cost", target="x", direction=None, lower=None)
        .set_rule("cost", target=Decimal("12.5"), cap=1.5)
        .choose_rule("reports", "steps")
        .set_rule("reports", steps=[{"points": 0, "up_to": 3}, {"points": 100}], closed="lower")
        .choose_rule("votes", "checklist")
        .set_rule("votes", control_points=[{"id": "a", "name": name}])
        .choose_rule("teamwork", "derived")
        .set_rule(
            "teamwork",
            inputs=[{"id": "done", "name": name, "unit": "", "rows": "tasks"}],
            formula="count(done)",
            rule={"kind": "measured", "low": 0, "high": 10},
        )
    ).scheme()
    rules = {leaf: changed.indicator[leaf].rule for leaf in ("cost", "reports", "votes")}
    assert rules["cost"] == Completion(target=Fraction("12.5"), cap=Fraction("1.5"))
    assert isinstance(rules["reports"], Stepwise)
    assert rules["reports"].edges == (3,)
    assert isinstance(rules["votes"], Checklist)
    teamwork = changed.indicator["teamwork"].rule
    assert isinstance(teamwork, Derived)
    assert teamwork.formula == "count(done)"


def test_tables_and_dates(draft: SchemeDraft) -> None:
    changed = (
        draft.settle("missing", not_reported="last", share=None)
        .settle("warnings", falls=2, fall=None)
        .settle("digits", total=2)
        .put(version="2", effective_to=None)
        .scheme()
    )
    assert (changed.missing.not_reported, changed.missing.share) == ("last", 0)
    assert (changed.warnings.falls, changed.warnings.fall, changed.warnings.floor) == (2, None, 60)
    assert (changed.digits.total, changed.digits.points) == (2, 4)
    assert (changed.version, changed.effective_to) == ("2", None)
    with pytest.raises(OptionError, match=r"^table = 'bands', expected one of 'missing', "):
        draft.settle("bands")
    with pytest.raises(OptionError, match=r"^part = 'nodes', expected one of 'bands', "):
        draft.add("nodes")


def test_indicators_come_and_go(draft: SchemeDraft) -> None:
    added, new = draft.add_indicator("numbers")
    name = {"zh": "投诉", "en": "Complaints"}
    scheme = added.change("nodes", new, name=name).scheme()
    assert (scheme.weights[new], scheme.indicator[new].rule.kind) == (0, "rated")
    left = draft.remove_node("survey_day")
    assert left.scheme().weights["attitude"] == Fraction("0.210526")
    assert left.scheme().leaves == draft.scheme().leaves[:-1]
    assert draft.remove_node("goal") == draft
    alone = draft.remove_node("numbers").data
    assert [node["id"] for node in alone["nodes"]][:3] == ["goal", "opinions", "attitude"]
    assert alone["weights"]["opinions"] == 1


def test_a_changed_tree_is_no_survey_any_more() -> None:
    draft = SchemeDraft.of(load_scheme("supervision_effectiveness"))
    assert draft.put(version="2").scheme().survey == "supervision_effectiveness"
    name = {"zh": "监督手段与工具", "en": "Means and tools"}
    renamed = draft.change("nodes", "means", name=name).scheme()
    assert (renamed.survey, renamed.node["means"].name["en"]) == (None, "Means and tools")
    assert scheme_from_toml(scheme_toml(renamed), "my.toml") == renamed


def test_numbers_and_paths() -> None:
    assert exact_number(Fraction(6, 3)) == 2
    assert exact_number(Fraction(1, 8)) == Decimal("0.125")
    assert exact_number(Fraction(1, 3)) == 1 / 3
    assert steps_of("indicators[3].rule.steps[10].up_to") == (
        *("indicators", 3, "rule", "steps", 10, "up_to"),
    )


NUMBERS = st.decimals(0, 1000, places=3)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8)
WHOLE = load_scheme(EVERY_RULE)
EDITS = st.one_of(
    st.tuples(
        st.just("weigh"),
        st.sampled_from(["goal", "numbers", "opinions"]),
        st.lists(NUMBERS.filter(bool), min_size=7, max_size=7),
    ),
    st.tuples(
        st.just("target"), st.sampled_from(["delay", "cost", "reports"]), NUMBERS.filter(bool)
    ),
    st.tuples(st.just("explain"), st.sampled_from([*WHOLE.node]), TEXTS),
    st.tuples(st.just("clause"), st.sampled_from(WHOLE.leaves), TEXTS),
    st.tuples(st.just("valid"), st.sampled_from(WHOLE.leaves), NUMBERS),
    st.tuples(st.just("deduct"), NUMBERS.filter(bool), st.booleans()),
)


def edited(draft: SchemeDraft, edit: tuple[Any, ...]) -> SchemeDraft:
    match edit:
        case "weigh", parent, numbers:
            kids = draft.children(parent)
            return draft.weigh(parent, dict(zip(kids, numbers, strict=False)))[0]
        case "target", leaf, number:
            return draft.set_rule(leaf, target=number)
        case "explain", node, text:
            texts = dict.fromkeys(draft.languages, text)
            return draft.change("nodes", node, explanation=texts)
        case "clause", leaf, text:
            return draft.change("indicators", leaf, clause=text)
        case "valid", leaf, number:
            return draft.change("indicators", leaf, valid=[-1, number])
        case _, points, document:
            name = dict.fromkeys(draft.languages, f"deduction {len(draft.data['deductions'])}")
            return draft.add("deductions", name=name, points=points, document=document)[0]


@given(st.lists(EDITS, max_size=6))
def test_edited_schemes_are_written_and_read_back(edits: list[tuple[Any, ...]]) -> None:
    draft = SchemeDraft.of(WHOLE)
    before = draft
    for edit in edits:
        draft = edited(draft, edit)
    scheme = draft.scheme()
    assert scheme_from_toml(scheme_toml(scheme), "edited.toml") == scheme
    assert SchemeDraft.of(scheme).scheme() == scheme
    assert before.scheme() == WHOLE
