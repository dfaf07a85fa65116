"""What can be filled in of a scheme."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ahp.errors import OptionError
from ahp.i18n import LANGUAGES, translator
from ahp.i18n.schemes import choice_words, field_words, part_words, rule_kind_words
from ahp.process.scheme_fields import PARTS, RULES, Field, fields_of, rules_of_numbers


def named(part: str) -> dict[str, Field]:
    return {field.name: field for field in fields_of(part)}


def test_fields_of_a_completion() -> None:
    assert fields_of("completion") == (
        Field("completion", "target", "number", True, above=Fraction(0)),
        Field("completion", "direction", "choice", False, "higher", choices=("higher", "lower")),
        Field("completion", "lower", "choice", False, choices=("ratio", "difference")),
        Field("completion", "cap", "number", False, Fraction(1), above=Fraction(0)),
    )


def test_fields_that_hold_others() -> None:
    steps = named("steps")["steps"]
    assert (steps.kind, steps.inner) == ("entries", "steps_of_rule")
    assert named("steps_of_rule")["points"].kind == "number_or_range"
    assert named("rated")["grades"].refers_to == "grades"
    assert named("vetoes")["when"].inner == "when"
    assert named("period")["year"].choices == ("mean", "last")
    assert named("indicators")["rule"].choices == tuple(RULES)
    assert (named("derived")["tables"].kind, named("derived")["tables"].inner) == (
        "named_tables",
        "tables",
    )


def test_kinds_of_rules() -> None:
    assert tuple(RULES) == (
        *("measured", "completion", "target", "steps", "membership", "rated", "shares"),
        *("checklist", "points", "derived"),
    )
    assert rules_of_numbers() == ("measured", "completion", "target", "steps")
    with pytest.raises(OptionError, match=r"^part = 'measure', expected one of 'measured', "):
        fields_of("measure")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("part", PARTS)
def test_every_field_and_choice_has_words(part: str, language: str) -> None:
    for field in fields_of(part):
        label, words = field_words(field, language)
        assert label
        assert words.endswith("。" if language == "zh" else ".")
        if field.name != "counts_in":
            assert all(choice_words(field, language).values())


def test_words_of_a_field() -> None:
    cap, most = named("completion")["cap"], named("deductions")["cap"]
    assert field_words(cap, "en") == (
        "Counts up to",
        "1 counts the target alone; 1.2 gives up to 120 points for more.",
    )
    assert field_words(most, "zh") == ("最多", "每个评价期最多计多少分；留空则不设上限。")
    assert choice_words(named("steps")["closed"], "zh") == {
        "upper": "较低的一段",
        "lower": "较高的一段",
    }
    assert choice_words(cap, "en") == {}
    assert choice_words(named("vetoes")["effect"], "zh")["not_rated"] == "不予评分"


def test_every_kind_of_rule_and_part_has_words() -> None:
    assert rule_kind_words(translator("zh")).keys() == RULES.keys()
    assert part_words(translator("zh"))["vetoes"] == "否决项"
