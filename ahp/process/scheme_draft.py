"""A scheme being written: data that may still be wrong, changed step by step."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

from ..codec import at, structure
from ..errors import EntryError, EvaluationError, OptionError
from ..evaluation.judging import read_weight
from ..evaluation.rules import decimal
from ..evaluation.scheme import Digits, Scheme, frozen_weights, load_scheme, scheme_problems
from ..messages import Phrase
from ..study.survey import Survey, is_written
from .scheme_fields import RULES, fields_of

MODEL = "supervision_effectiveness"
"""Shipped scheme whose five grades, bands and kind of period a blank scheme begins with."""

LISTED = ("bands", "deductions", "bonuses", "vetoes", "groups", "duties")
"""Parts that are lists of entries with an id, besides the tree."""

TABLES = ("missing", "period", "digits", "total", "warnings")
"""Parts that are one table each."""

_NEEDED_TEXTS = ("name", "anchor", "reason")
_OTHER_TEXTS = ("description", "explanation", "source", "consequence")


@dataclass(frozen=True)
class SchemeDraft:
    """A scheme as far as it is written; every change gives a new one.

    Attributes:
        data: as a scheme file has it. Numbers may be whole, decimal or floats, which count as they
            print; texts may be empty, and what isn't filled in is left out.
    """

    data: Mapping[str, Any]

    @classmethod
    def of(cls, scheme: Scheme) -> Self:
        """A scheme to be changed."""
        return cls(scheme.to_dict())

    @classmethod
    def from_survey(cls, survey: Survey, language: str) -> Self:
        """A blank scheme for what a survey weighs: its nodes at equal weights, and for each
        indicator a rule of five grades, whose anchors are to be written.

        Args:
            survey: the survey.
            language: the original one of the scheme, among those of the survey.

        Raises:
            OptionError: the survey isn't in this language.
        """
        if language not in survey.languages:
            raise OptionError.unknown("language", language, survey.languages)
        languages = [language, *(one for one in survey.languages if one != language)]
        model = load_scheme(MODEL)

        def texts(text: Mapping[str, str]) -> dict[str, str]:
            return {one: text.get(one, "") for one in languages}

        nodes = [
            {
                "id": node.id,
                "name": texts(node.name),
                "explanation": texts(node.explanation),
                "parent": survey.hierarchy.parent_of(node.id),
            }
            for node in survey.nodes.values()
        ]
        del nodes[0]["parent"]
        weights = [
            _frozen(dict.fromkeys(kids, Fraction(1, len(kids))), Digits().weights)
            for kids in survey.hierarchy.children.values()
        ]
        return cls(
            {
                "format": 1,
                "id": survey.id,
                "version": "1",
                "languages": languages,
                "name": texts(survey.name),
                "nodes": nodes,
                "weights": {kid: weight for of in weights for kid, weight in of.items()},
                "grades": {
                    "five": [
                        {
                            "id": grade.id,
                            "points": _plain(grade.points),
                            "name": texts(grade.name),
                            "anchor": texts({}),
                        }
                        for grade in model.grades["five"]
                    ]
                },
                "indicators": [_blank_indicator(leaf) for leaf in survey.hierarchy.leaves],
                "bands": [
                    {
                        "id": band.id,
                        "name": texts(band.name),
                        "at_least": _plain(band.at_least),
                    }
                    for band in model.bands
                ],
                "period": {"kind": model.period.kind},
                "missing": {"not_reported": model.missing.not_reported},
            }
        )

    def scheme(self) -> Scheme:
        """The finished scheme.

        Raises:
            EvaluationError: the first of `problems`.
        """
        for problem in self.problems():
            raise EvaluationError("at_place", **problem.parameters)
        return structure(self.definition(), Scheme, "scheme", EvaluationError)

    def problems(self) -> tuple[EntryError, ...]:
        """All that is still missing or wrong, each with its path; for words see
        `ahp.i18n.schemes.problem_words`. References to a part are looked at once it is right.
        """
        data = self.definition()
        unwritten = tuple(_unwritten(data, ""))
        found = scheme_problems(data)
        return *unwritten, *(one for one in found if not _comes_of_blanks(one))

    def says(self, scheme: Scheme) -> bool:
        """Whether it is finished, and says what a scheme says."""
        return not self.problems() and self.scheme() == scheme

    def definition(self) -> dict[str, Any]:
        """The data with each text in each language, without those that nobody needs to write, and
        with the bands from the best down.
        """
        data: dict[str, Any] = _settled(_plain(self.data), self.languages)
        bands = data.get("bands", [])
        if all(_is_number(band.get("at_least")) for band in bands):
            data["bands"] = sorted(bands, key=lambda band: -Fraction(str(band["at_least"])))
        return data

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes, the original one first."""
        return tuple(self.data["languages"])

    @property
    def goal(self) -> str:
        """Id of the root."""
        return str(self.data["nodes"][0]["id"])

    def children(self, node: str) -> tuple[str, ...]:
        """Ids of the nodes below one, in order."""
        return tuple(one["id"] for one in self.data["nodes"] if one.get("parent") == node)

    def outline(self) -> tuple[tuple[int, str], ...]:
        """All nodes from the goal down, each with its depth."""

        def below(node: str, depth: int) -> Iterator[tuple[int, str]]:
            yield depth, node
            for kid in self.children(node):
                yield from below(kid, depth + 1)

        return tuple(below(self.goal, 0))

    def entry(self, part: str, entry: str) -> Mapping[str, Any]:
        """An entry of a list by its id.

        Raises:
            OptionError: there is none.
        """
        entries = {one["id"]: one for one in self.data.get(part, ())}
        if entry not in entries:
            raise OptionError.unknown(part, entry, entries)
        found: Mapping[str, Any] = entries[entry]
        return found

    def label(self, part: str, entry: str) -> str:
        """The name of an entry, or of a node, in the first language that has one, else its id."""
        name = self.entry(part, entry).get("name", {})
        return next((name[one] for one in self.languages if name.get(one, "").strip()), entry)

    @property
    def names(self) -> Mapping[str, str]:
        """Id of a node or of an entry of a list -> its label."""
        return {
            one["id"]: self.label(part, one["id"])
            for part in (*LISTED, "nodes")
            for one in self.data.get(part, ())
        }

    def put(self, **values: Any) -> Self:
        """With other values of the scheme itself, such as `version`, `name`, `effective_from`;
        None leaves one out.
        """
        return type(self)(_merged(self.data, values))

    def settle(self, table: str, **values: Any) -> Self:
        """With other values in one of `TABLES`; None leaves one out.

        Raises:
            OptionError: another table.
        """
        if table not in TABLES:
            raise OptionError.unknown("table", table, TABLES)
        return self.put(**{table: _merged(self.data.get(table, {}), values)})

    def change(self, part: str, entry: str, **values: Any) -> Self:
        """With other values in an entry of a list, such as the indicator `"error_rate"`; None
        leaves one out.

        Args:
            part: `"nodes"`, `"indicators"`, or one of `LISTED`.
            entry: its id.
            values: by the keys of a scheme file; see `ahp.process.scheme_fields.fields_of`.
        """
        self.entry(part, entry)
        entries = [_merged(one, values) if one["id"] == entry else one for one in self.data[part]]
        changed = self.put(**{part: entries})
        return changed.put(survey=None) if part == "nodes" else changed

    def add(self, part: str, **values: Any) -> tuple[Self, str]:
        """With one more entry at the end of one of `LISTED`, and its id; its name is to be written.

        Raises:
            OptionError: another part.
        """
        if part not in LISTED:
            raise OptionError.unknown("part", part, LISTED)
        number = self._free(part)
        entry = _merged({"id": number, "name": dict.fromkeys(self.languages, "")}, values)
        return self.put(**{part: [*self.data.get(part, ()), entry]}), str(entry["id"])

    def remove(self, part: str, entry: str) -> Self:
        """Without an entry of one of `LISTED`; what refers to it is then a problem."""
        if part not in LISTED:
            raise OptionError.unknown("part", part, LISTED)
        self.entry(part, entry)
        return self.put(**{part: [one for one in self.data[part] if one["id"] != entry]})

    def add_indicator(self, parent: str) -> tuple[Self, str]:
        """With an indicator of weight 0 below a node, its last, and its id; an indicator that gets
        one below it is one no more.
        """
        self.entry("nodes", parent)
        new = self._free("nodes")
        blank = dict.fromkeys(self.languages, "")
        node = {"id": new, "parent": parent, "name": blank}
        kept = [one for one in self.data["indicators"] if one["id"] != parent]
        weights = dict(self._weights)
        weight = 0 if self.children(parent) else 1
        if weight and self._weights_key == "full_marks":
            weight = weights.pop(parent, 0)
        values = {
            "nodes": [*self.data["nodes"], node],
            "indicators": [*kept, _blank_indicator(new)],
            self._weights_key: {**weights, new: weight},
        }
        return self.put(**values, survey=None), new

    def remove_node(self, node: str) -> Self:
        """Without a node and all below it; the goal stays. The weights of its siblings keep their
        proportions.
        """
        parent = self.entry("nodes", node).get("parent")
        if parent is None:
            return self
        gone = {node}
        for _depth, one in self.outline():
            if self.entry("nodes", one).get("parent") in gone:
                gone.add(one)
        values = {
            "nodes": [one for one in self.data["nodes"] if one["id"] not in gone],
            "indicators": [one for one in self.data["indicators"] if one["id"] not in gone],
            self._weights_key: {k: w for k, w in self._weights.items() if k not in gone},
        }
        left = self.put(**values, survey=None)
        parts = {kid: left._weights.get(kid, 0) for kid in left.children(parent)}
        if self._weights_key == "weights" and any(parts.values()):
            return left.weigh(parent, parts)[0]
        return left

    @property
    def _weights_key(self) -> str:
        return "full_marks" if self.data.get("full_marks") else "weights"

    @property
    def _weights(self) -> Mapping[str, Any]:
        weights: Mapping[str, Any] = self.data.get(self._weights_key, {})
        return weights

    def weigh(self, parent: str, parts: Mapping[str, Any]) -> tuple[Self, Phrase | None]:
        """With other weights below a node, and what was done to them: percentages, or parts of any
        sum, become shares that sum to 1, at the scheme's decimals. Full marks stay as they are.

        Args:
            parent: the node.
            parts: child id -> number of 0 or more, one for each.

        Returns:
            The draft; what is said where the parts don't sum to 1 or 100.

        Raises:
            EvaluationError: a child without a number, another node, no number of 0 or more, all 0,
                or full marks of a node that isn't an indicator.
        """
        kids = self.children(parent)
        if unknown := tuple(kid for kid in parts if kid not in kids):
            raise EvaluationError("weights_unknown", nodes=unknown, valid=kids)
        if missing := tuple(kid for kid in kids if kid not in parts):
            raise EvaluationError("weights_missing", nodes=missing)
        numbers = {kid: read_weight(kid, parts[kid]) for kid in kids}
        if self._weights_key == "full_marks":
            if above := tuple(kid for kid in kids if self.children(kid)):
                raise EvaluationError("marks_above", nodes=above)
            marks = {kid: _plain(number) for kid, number in numbers.items()}
            return self.put(full_marks={**self._weights, **marks}), None
        total = sum(numbers.values(), Fraction(0))
        if not total:
            raise EvaluationError("weights_zero")
        digits = structure(self.data.get("digits", {}), Digits, "digits", EvaluationError).weights
        shares = _frozen({kid: number / total for kid, number in numbers.items()}, digits)
        said = None
        if total not in (1, 100):
            said = Phrase(
                "weights_divided", parent=self.label("nodes", parent), total=decimal(total)
            )
        return self.put(weights={**self._weights, **shares}), said

    def choose_rule(self, indicator: str, kind: str) -> Self:
        """With a rule of another kind; parameters that both have stay, the others are to be filled
        in.

        Raises:
            OptionError: no such kind, or no such indicator.
        """
        if kind not in RULES:
            raise OptionError.unknown("kind", kind, RULES)
        before = self.entry("indicators", indicator)["rule"]
        both = {(one.name, one.kind) for one in fields_of(before["kind"])}
        kept = [one.name for one in fields_of(kind) if (one.name, one.kind) in both]
        rule = {"kind": kind, **{name: before[name] for name in kept if name in before}}
        return self.change("indicators", indicator, rule=rule)

    def set_rule(self, indicator: str, **values: Any) -> Self:
        """With other parameters of an indicator's rule; None leaves one out."""
        rule = _merged(self.entry("indicators", indicator)["rule"], values)
        return self.change("indicators", indicator, rule=rule)

    def set_grades(self, name: str, grades: tuple[Mapping[str, Any], ...] | None) -> Self:
        """With other grades in a table of this name, the best first; None takes the table away."""
        return self.put(grades=_merged(self.data.get("grades", {}), {name: grades}))

    def _free(self, part: str) -> str:
        """An id that nothing has yet."""
        taken = {one["id"] for part in (*LISTED, "nodes") for one in self.data.get(part, ())}
        letter = part[0]
        return next(f"{letter}{k}" for k in range(1, len(taken) + 2) if f"{letter}{k}" not in taken)


def _blank_indicator(leaf: str) -> dict[str, Any]:
    return {"id": leaf, "rule": {"kind": "rated", "grades": "five"}}


def _frozen(shares: Mapping[str, Fraction], digits: int) -> dict[str, Any]:
    """Shares of 1 at these decimals, by largest remainder."""
    frozen = frozen_weights(shares, digits)
    return {key: _plain(Fraction(number, 10**digits)) for key, number in frozen.items()}


def _merged(data: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Data with other values, without those that are None."""
    merged = {**data, **{key: _plain(value) for key, value in values.items()}}
    return {key: value for key, value in merged.items() if value is not None}


def _plain(value: Any) -> Any:
    """A value as a data file has it; what can be written as a decimal is."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Fraction):
        return exact_number(value)
    return value.isoformat() if isinstance(value, date) else value


def exact_number(number: Fraction) -> int | Decimal | float:
    """A fraction as a whole number or a decimal where it is one, else as the nearest float."""
    if number.denominator == 1:
        return number.numerator
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return float(number) if rest > 1 else Decimal(number.numerator) / number.denominator


def _is_number(value: Any) -> bool:
    numbers = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return numbers and math.isfinite(value)


def _is_text(key: str, value: Any) -> bool:
    """Whether a value is a text in several languages, by its key."""
    texts = key in (*_NEEDED_TEXTS, *_OTHER_TEXTS) and isinstance(value, dict)
    return texts and all(isinstance(text, str) for text in value.values())


def _settled(value: Any, languages: tuple[str, ...]) -> Any:
    """Data with each text in each language, without other texts that are blank."""
    if isinstance(value, list):
        return [_settled(entry, languages) for entry in value]
    if not isinstance(value, dict):
        return value
    settled: dict[str, Any] = {}
    for key, entry in value.items():
        if key == "anchors" and isinstance(entry, dict):
            anchors = {grade: _in_each(text, languages) for grade, text in entry.items()}
            settled[key] = {grade: text for grade, text in anchors.items() if is_written(text)}
        elif _is_text(key, entry):
            text = _in_each(entry, languages)
            if key in _NEEDED_TEXTS or is_written(text):
                settled[key] = text
        else:
            settled[key] = _settled(entry, languages)
    return settled


def _in_each(text: Mapping[str, str], languages: tuple[str, ...]) -> dict[str, str]:
    return {**text, **{one: text.get(one, "") for one in languages}}


def _unwritten(value: Any, path: str) -> Iterator[EntryError]:
    """Texts of settled data that are blank in a language."""
    if isinstance(value, list):
        for k, entry in enumerate(value):
            yield from _unwritten(entry, f"{path}[{k}]")
    elif isinstance(value, dict):
        for key, entry in value.items():
            place = f"{path}.{key}" if path else key
            texts = {place: entry} if _is_text(key, entry) else {}
            if key == "anchors":
                texts = {f"{place}.{grade}": text for grade, text in entry.items()}
            for where, text in texts.items():
                for language, words in text.items():
                    if not words.strip():
                        yield at(where, Phrase("text_unwritten", language=language))
            if not texts:
                yield from _unwritten(entry, place)


def _comes_of_blanks(problem: EntryError) -> bool:
    """Whether two names are the same only because neither is written."""
    found = problem.parameters["problem"]
    return bool(found.code == "word_twice" and found.parameters["word"] == "")


def steps_of(path: str) -> tuple[str | int, ...]:
    """The keys and the numbers of a path such as `indicators[3].rule.low`."""
    return tuple(
        int(number) if number else key for key, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path)
    )
