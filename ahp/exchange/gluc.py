"""Files of the R package ahp (Glur 2018): YAML with a tree of criteria and preferences.

Only the texts of a file are read. Its formulas are R code, which the R package runs when it loads
a file; here those that compare alternatives are left out, and all others refused. Alternatives
stand below every lowest criterion, and a node of a survey stands in the tree once, so that the
criteria become the survey, and the comparisons of alternatives are returned beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from ..datafile import decode_text
from ..errors import AnswersError, SurveyError
from ..messages import Phrase
from ..study import Answers, Judgment, Survey
from ..study.entered import judged
from ..study.names import UNKNOWN_LANGUAGE, Branch, check_name, name_key
from ..study.survey import survey_from_branches, wrong_sum
from .survey_text import GivenWeights, freeze, load_content, read_number

MAX_YAML = 2**18
"""Bytes of a file: reading YAML takes a thousand times as much memory."""

MAX_YAML_NODES = 1_000_000
"""Values of a file, each alias counted with all it stands for."""

MAX_WRITTEN = 40_000
"""Values that stand in a file: reading as many takes a second."""

MAX_DEPTH = 50
"""Levels of a file."""

ONLY_EXPERT = "DecisionMaker"
"""Who decides in a file that names nobody, as the R package calls it."""

_WEIGHTS = ("priority", "score")
_FORMULAS = ("pairwiseFunction", "scoreFunction")
_OLD_FORMULA = "preferenceFunction"
"""What version 1.0 of the format calls the formula of a criterion."""

_KINDS = ("pairwise", *_WEIGHTS, *_FORMULAS)
_KEYS = ("name", "description", "author", "decision-makers", "preferences", "children")
_CODE = re.compile(r"\bfunction\s*\(")
_FORMULA_PATH = re.compile(rf"\.preferences(\..*)?\.({'|'.join(_FORMULAS)})")
"""Where a formula may stand that is left out or refused later on, once its criterion is known."""
_PLAIN = "tag:yaml.org,2002:"
_TAGS = frozenset(
    f"{_PLAIN}{kind}"
    for kind in ("null", "bool", "int", "float", "str", "timestamp", "seq", "map", "value")
)


@dataclass(frozen=True)
class GlucProject:
    """What a file holds.

    Attributes:
        survey: the criteria; the alternatives themselves when there are no criteria.
        answers: their comparisons.
        alternatives: names of the alternatives; their properties are left out.
        alternative_answers: their comparisons below a lowest criterion; `parent` is its id, `left`
            and `right` are names of alternatives.
        decision_makers: id of a criterion -> expert -> weight, where the file has weights; they
            hold for all criteria below that have none of their own.
        given_weights: expert -> parent id -> child id -> weight, where an expert gives priorities,
            or scores (divided by their sum), instead of comparisons.
        alternative_weights: the same for alternatives: expert -> criterion id -> name -> weight.
        formulas: (expert, criterion id) where a formula compares alternatives; it is left out.
    """

    survey: Survey
    answers: Answers = field(repr=False)
    alternatives: tuple[str, ...]
    alternative_answers: Answers = field(repr=False)
    decision_makers: GivenWeights = field(repr=False)
    given_weights: Mapping[str, GivenWeights] = field(repr=False)
    alternative_weights: Mapping[str, GivenWeights] = field(repr=False)
    formulas: tuple[tuple[str, str], ...] = ()


def read_gluc(
    content: bytes | Path,
    source: str | None = None,
    *,
    id: str | None = None,  # noqa: A002 - the name of the attribute
    language: str = UNKNOWN_LANGUAGE,
) -> GlucProject:
    """Read a file of the R package ahp, version 2.0.

    Args:
        content: the bytes of the file, or its path.
        source: its name, for messages.
        id: of the survey; made from the goal's name by default.
        language: code of the language the names are in.

    Raises:
        SurveyError: not YAML, a formula that compares criteria, or no survey; names the line, the
            path and the value.
        AnswersError: a judgment; names the same.
    """
    data, source = load_content(content, source, SurveyError, MAX_YAML)
    reader = _Reader(source)
    return reader.project(reader.parse(data), id, language)


@dataclass
class _Criterion:
    """A branch with what the file says of it."""

    branch: Branch
    path: str
    fields: Mapping[str, yaml.Node]
    above: _Criterion | None
    lowest: bool = False
    voters: Mapping[str, float] = field(default_factory=dict)


class _TooManyError(Exception):
    """More than `MAX_WRITTEN`."""


class _Loader(yaml.SafeLoader):
    """Counts the values as it comes by them."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.written = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """A value, or one that an alias stands for."""
        self.written += 1
        if self.written > MAX_WRITTEN:
            raise _TooManyError
        return super().compose_node(parent, index)


class _Reader:
    """Reads one file; every error names it, the line and the path."""

    def __init__(self, source: str) -> None:
        self.source = source

    def error(self, node: yaml.Node, path: str, code: str, /, **parameters: Any) -> SurveyError:
        return self.wrapped(node, path, Phrase(code, **parameters))

    def wrapped(self, node: yaml.Node, path: str, problem: Phrase) -> SurveyError:
        return SurveyError("at_place", place=self.place(node, path), problem=problem)

    def place(self, node: yaml.Node, path: str) -> str:
        return f"{self.source}: line {node.start_mark.line + 1}: {path or 'top level'}"

    def parse(self, data: bytes) -> yaml.Node:
        """The nodes of the file, formulas and bombs refused, nothing constructed."""
        text = decode_text(data, self.source, SurveyError)
        try:
            root = yaml.compose(text, Loader=_Loader)
        except _TooManyError as error:
            raise SurveyError("too_many_values", source=self.source, most=MAX_WRITTEN) from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = f": line {mark.line + 1}, column {mark.column + 1}" if mark else ""
            raise SurveyError("not_yaml", place=f"{self.source}{place}") from error
        except yaml.reader.ReaderError as error:
            *lines, last = text[: error.position].split("\n")
            raise SurveyError(
                "not_printable",
                place=f"{self.source}: line {len(lines) + 1}, column {len(last) + 1}",
                mark=ascii(text[error.position]),
            ) from error
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            raise SurveyError("not_yaml", place=self.source) from error
        except RecursionError as error:
            raise SurveyError(
                "nested_too_deep", source=self.source, expected=Phrase("an_ahp_file")
            ) from error
        if root is None:
            raise SurveyError("gluc_empty", source=self.source)
        self._measure(root, "", 0, {})
        return root

    def _measure(self, node: yaml.Node, path: str, depth: int, sizes: dict[int, int]) -> int:
        """How many values a node stands for, aliases followed; each node is looked at once."""
        if id(node) in sizes:
            return sizes[id(node)]
        if depth > MAX_DEPTH:
            raise self.error(node, path, "too_many_levels", most=MAX_DEPTH)
        if node.tag not in _TAGS:
            tag = node.tag.replace(_PLAIN, "!!")
            code = "tag_formula" if "expr" in tag else "tag_refused"
            raise self.error(node, path, code, tag=tag)
        size = 1
        if isinstance(node, yaml.ScalarNode):
            if _CODE.search(node.value) and not _FORMULA_PATH.search(path):
                raise self.error(node, path, "formula_refused")
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                size += self._measure(key, path, depth + 1, sizes)
                name = key.value if isinstance(key, yaml.ScalarNode) else "?"
                size += self._measure(value, f"{path}.{name}".strip("."), depth + 1, sizes)
        else:
            for k, value in enumerate(node.value):
                size += self._measure(value, f"{path}[{k}]", depth + 1, sizes)
        if size > MAX_YAML_NODES:
            raise self.error(node, path, "too_many_yaml_values", most=MAX_YAML_NODES)
        sizes[id(node)] = size
        return size

    def mapping(self, node: yaml.Node, path: str) -> dict[str, yaml.Node]:
        """A mapping by its keys; nothing is an empty one."""
        if node.tag == f"{_PLAIN}null":
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, path, "not_a_mapping", kind=_kind(node))
        nodes: dict[str, yaml.Node] = {}
        seen: set[str] = set()
        for key, value in node.value:
            name = self.text(key, path)
            if name_key(name) in seen:
                raise self.error(key, path, "key_twice", name=name)
            seen.add(name_key(name))
            nodes[name] = value
        return nodes

    def sequence(self, node: yaml.Node, path: str) -> list[yaml.Node]:
        """A list; nothing is an empty one."""
        if node.tag == f"{_PLAIN}null":
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(node, path, "not_a_list", kind=_kind(node))
        return list(node.value)

    def text(self, node: yaml.Node, path: str) -> str:
        """A text as it is written, whatever YAML takes it for."""
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(node, path, "not_a_text", kind=_kind(node))
        return check_name(node.value, self.place(node, path))

    def numbers(self, node: yaml.Node, path: str) -> dict[str, tuple[float, yaml.Node]]:
        """Name -> number, from a list of `- name: number` or a mapping."""
        pairs: Iterator[tuple[str, yaml.Node]]
        if isinstance(node, yaml.SequenceNode):
            pairs = (
                pair
                for k, item in enumerate(node.value)
                for pair in self.mapping(item, f"{path}[{k}]").items()
            )
        else:
            pairs = iter(self.mapping(node, path).items())
        numbers: dict[str, tuple[float, yaml.Node]] = {}
        seen: set[str] = set()
        for name, value in pairs:
            number = read_number(self.text(value, f"{path}.{name}"))
            if number is None:
                shown = self.text(value, f"{path}.{name}")
                raise self.error(value, f"{path}.{name}", "weight_out_of_range", value=shown)
            if name_key(name) in seen:
                raise self.error(value, path, "stands_twice", name=name)
            seen.add(name_key(name))
            numbers[name] = (number, value)
        return numbers

    def project(self, root: yaml.Node, survey_id: str | None, language: str) -> GlucProject:
        top = self.mapping(root, "")
        for key, value in top.items():
            if key not in (keys := ("Version", "Alternatives", "Goal")):
                raise self.error(value, key, "key_unknown", valid=keys)
        for key in ("Version", "Goal"):
            if key not in top:
                raise SurveyError(
                    "at_place", place=f"{self.source}: {key}", problem=Phrase("is_missing")
                )
        if (version := self.text(top["Version"], "Version")) != "2.0":
            raise self.error(top["Version"], "Version", "gluc_version", version=version)
        listed = top.get("Alternatives")
        alternatives = tuple(self.mapping(listed, "Alternatives")) if listed else ()
        criteria = list(self.criteria(top["Goal"], listed, alternatives))
        goal = criteria[0]
        survey = survey_from_branches(
            goal.branch,
            self.source,
            id=survey_id,
            language=language,
            description=self.described(goal.fields, goal.path),
        )
        stated = _Stated()
        for criterion in criteria:
            self.preferences(criterion, alternatives, stated)
        return GlucProject(
            survey=survey,
            answers=Answers(tuple(stated.judgments)),
            alternatives=alternatives,
            alternative_answers=Answers(tuple(stated.of_alternatives)),
            decision_makers=freeze(
                {
                    criterion.branch.id: criterion.voters
                    for criterion in criteria
                    if criterion.above is None or criterion.voters is not criterion.above.voters
                    if criterion.voters
                }
            ),
            given_weights=_frozen(stated.weights),
            alternative_weights=_frozen(stated.alternative_weights),
            formulas=tuple(stated.formulas),
        )

    def described(self, fields: Mapping[str, yaml.Node], path: str) -> str:
        node = fields.get("description")
        if node is None or node.tag == f"{_PLAIN}null":
            return ""
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(node, f"{path}.description", "not_a_text", kind=_kind(node))
        return " ".join(node.value.split())

    def criteria(
        self, goal: yaml.Node, listed: yaml.Node | None, alternatives: tuple[str, ...]
    ) -> Iterator[_Criterion]:
        """The criteria, level by level from the goal."""
        fields = self.fields(goal, "Goal", None)
        if "name" not in fields:
            raise self.error(goal, "Goal.name", "is_missing")
        top = Branch(self.text(fields["name"], "Goal.name"), self.place(goal, "Goal"))
        level = [_Criterion(top, "Goal", fields, None)]
        while level:
            yield from level
            below: list[_Criterion] = []
            for criterion in level:
                self.voters(criterion)
                node = criterion.fields.get("children")
                if node is None:
                    continue
                path = f"{criterion.path}.children"
                children = self.mapping(node, path)
                is_alternatives = node is listed or (
                    bool(alternatives)
                    and {*map(name_key, children)} == {*map(name_key, alternatives)}
                )
                if is_alternatives and criterion.above is not None:
                    criterion.lowest = True
                    continue
                for name, child in children.items():
                    inner = f"{path}.{name}"
                    kid_fields = {} if is_alternatives else self.fields(child, inner, name)
                    kid = Branch(name, self.place(child, inner), self.described(kid_fields, inner))
                    criterion.branch.children.append(kid)
                    below.append(_Criterion(kid, inner, kid_fields, criterion))
            level = below

    def fields(self, node: yaml.Node, path: str, name: str | None) -> dict[str, yaml.Node]:
        """What is said of a criterion; a property of its own is passed over when it is a text."""
        fields = self.mapping(node, path)
        for key, value in fields.items():
            if key in (*_FORMULAS, _OLD_FORMULA):
                raise self.error(value, f"{path}.{key}", "formula_refused")
            if key not in _KEYS and not isinstance(value, yaml.ScalarNode):
                raise self.error(value, f"{path}.{key}", "key_unknown", valid=tuple(_KEYS))
        if name is not None and "name" in fields:
            stated_name = self.text(fields["name"], f"{path}.name")
            if stated_name != name:
                raise self.error(
                    fields["name"], f"{path}.name", "value_not", value=stated_name, expected=name
                )
        return fields

    def voters(self, criterion: _Criterion) -> None:
        """The weights of the decision makers, those of the criterion above by default."""
        node = criterion.fields.get("decision-makers")
        path = f"{criterion.path}.decision-makers"
        if node is None:
            criterion.voters = criterion.above.voters if criterion.above else {}
            return
        weights = {name: number for name, (number, _) in self.numbers(node, path).items()}
        self.check_sum(weights, node, path)
        criterion.voters = weights

    def check_sum(self, weights: Mapping[str, float], node: yaml.Node, path: str) -> None:
        if problem := wrong_sum(weights):
            raise self.wrapped(node, path, problem)

    def preferences(
        self, criterion: _Criterion, alternatives: tuple[str, ...], stated: _Stated
    ) -> None:
        node = criterion.fields.get("preferences")
        if node is None:
            return
        path = f"{criterion.path}.preferences"
        by_expert = self.mapping(node, path)
        if any(key in _KINDS for key in by_expert):
            by_expert = {ONLY_EXPERT: node}
        names = (
            dict(zip(map(name_key, alternatives), alternatives, strict=True))
            if criterion.lowest
            else {name_key(kid.name): kid.id for kid in criterion.branch.children}
        )
        for expert, expert_node in by_expert.items():
            inner = path if expert_node is node else f"{path}.{expert}"
            kinds = self.mapping(expert_node, inner)
            for kind, value in kinds.items():
                if kind in _FORMULAS and not criterion.lowest:
                    raise self.error(value, f"{inner}.{kind}", "formula_refused")
                if kind not in _KINDS:
                    raise self.error(value, f"{inner}.{kind}", "preference_unknown")
            if len(kinds) > 1:
                raise self.error(expert_node, inner, "preferences_beside", kinds=tuple(kinds))
            if criterion.voters and expert not in criterion.voters:
                raise self.error(
                    expert_node,
                    inner,
                    "no_decision_maker",
                    expert=expert,
                    valid=tuple(criterion.voters),
                )
            for kind, value in kinds.items():
                if kind in _FORMULAS:
                    stated.formulas.append((expert, criterion.branch.id))
                elif kind == "pairwise":
                    judgments = self.pairwise(value, f"{inner}.pairwise", expert, criterion, names)
                    (stated.of_alternatives if criterion.lowest else stated.judgments).extend(
                        judgments
                    )
                else:
                    weights = self.weights(value, f"{inner}.{kind}", kind, names)
                    table = stated.alternative_weights if criterion.lowest else stated.weights
                    table.setdefault(expert, {})[criterion.branch.id] = weights

    def pairwise(
        self,
        node: yaml.Node,
        path: str,
        expert: str,
        criterion: _Criterion,
        names: Mapping[str, str],
    ) -> Iterator[Judgment]:
        for k, entry in enumerate(self.sequence(node, path)):
            inner = f"{path}[{k}]"
            place = self.place(entry, inner)
            texts = [self.text(part, inner) for part in self.sequence(entry, inner)]
            if len(texts) != 3:
                raise AnswersError("gluc_judgment", place=place, count=len(texts))
            *pair, value = texts
            for name in pair:
                if name_key(name) not in names:
                    raise AnswersError(
                        "item_not_below",
                        place=place,
                        name=name,
                        parent=criterion.branch.name,
                        valid=tuple(self.items(criterion, names)),
                    )
            left, right = (names[name_key(name)] for name in pair)
            if left == right:
                raise AnswersError("item_with_itself", place=place, item=pair[0])
            judged(value, place)
            yield Judgment(expert, criterion.branch.id, left, right, name_key(value), place)

    def items(self, criterion: _Criterion, names: Mapping[str, str]) -> list[str]:
        """The names of what is compared below a criterion, for messages."""
        if criterion.lowest:
            return list(names.values())
        return [kid.name for kid in criterion.branch.children]

    def weights(
        self, node: yaml.Node, path: str, kind: str, names: Mapping[str, str]
    ) -> dict[str, float]:
        """Weights that are given instead of comparisons."""
        given = self.numbers(node, path)
        for name, (_, value) in given.items():
            if name_key(name) not in names:
                raise self.error(value, path, "value_not_listed", value=name, valid=tuple(names))
        weights = {names[name_key(name)]: number for name, (number, _) in given.items()}
        for key, item in names.items():
            if item not in weights:
                code = "priority_missing" if kind == "priority" else "score_missing"
                raise self.error(node, path, code, item=key)
        total = sum(weights.values())
        if kind == "priority":
            self.check_sum(weights, node, path)
            return weights
        if not total:
            raise self.error(node, path, "scores_zero")
        return {item: number / total for item, number in weights.items()}


@dataclass
class _Stated:
    """What the preferences of a file add up to."""

    judgments: list[Judgment] = field(default_factory=list)
    of_alternatives: list[Judgment] = field(default_factory=list)
    weights: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    alternative_weights: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    formulas: list[tuple[str, str]] = field(default_factory=list)


def _frozen(
    weights: Mapping[str, Mapping[str, Mapping[str, float]]],
) -> Mapping[str, GivenWeights]:
    return MappingProxyType({expert: freeze(table) for expert, table in weights.items()})


def _kind(node: yaml.Node) -> Phrase:
    if node.tag == f"{_PLAIN}null":
        return Phrase("empty")
    if isinstance(node, yaml.ScalarNode):
        return Phrase("a_text")
    return Phrase("a_mapping" if isinstance(node, yaml.MappingNode) else "a_list")
