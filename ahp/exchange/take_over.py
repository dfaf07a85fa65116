"""What a study takes over from a project of another program, and what it can't keep, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import MatrixError
from ..group import aggregate_priorities
from ..i18n import Translate, translator
from ..i18n.errors import error_sentence
from ..messages import Phrase
from ..study import Answers, Survey
from .survey_text import GivenWeights, with_given_weights

if TYPE_CHECKING:
    from .ahp_os import AhpOsProject
    from .column_mapper import ColumnMapping
    from .expert_sheets import ExpertSheets
    from .gluc import GlucProject

_RTOL = 1e-9
"""Weights this near to each other, relatively, are the same: files give them as fractions, too."""


@dataclass(frozen=True)
class TakenOver:
    """A project of another program as a study keeps it.

    Attributes:
        survey: with the weights that the file gives instead of comparisons; None where a file of
            answers alone is read without one.
        answers: the comparisons.
        expert_weights: expert -> weight of the decision maker; empty where the file has none.
        remarks: what was taken over how.
        left_out: how many of what a study can't keep.
        title: of the project.
        voters: how many weights of decision makers the file has, by criterion.
        own: what the file's own format can keep beside, as its writer takes it.
        mapping: what the columns of a table mean.
        meant: the same in words.
    """

    survey: Survey | None
    answers: Answers
    expert_weights: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    left_out: tuple[tuple[int, str], ...] = ()
    title: str = ""
    voters: int = 0
    own: Mapping[str, Any] = field(default_factory=dict)
    mapping: ColumnMapping | None = None
    meant: tuple[Phrase, ...] = ()

    @property
    def known_survey(self) -> Survey:
        """The survey, for formats that can't do without one."""
        if self.survey is None:
            raise TypeError("answers alone have no survey")
        return self.survey

    def lost(self, language: str = "en") -> tuple[str, ...]:
        """What is left out and how much of it, a line each, in the language of its words."""
        _ = translator(language)
        line = _("{what}, {count}")
        return tuple(line.format(what=what, count=count) for count, what in self.left_out if count)


def from_ahp_os(project: AhpOsProject, source: str, language: str = "en") -> TakenOver:
    """What a study takes over from a project of AHP-OS.

    Args:
        project: as read.
        source: name of the file, the source of its given weights.
        language: of the words, of `ahp.i18n.LANGUAGES`.
    """
    _ = translator(language)
    survey, remarks, lost = _with_given(
        project.survey, project.answers, project.given_weights, source, _
    )
    alternatives = _alternatives(len(project.alternatives), project.alternative_answers, 0, _)
    left_out = (*alternatives, (lost, _("given weights")))
    return TakenOver(survey, project.answers, {}, remarks, left_out)


def from_hierarchy_text(
    survey: Survey, weights: GivenWeights, source: str, language: str = "en"
) -> TakenOver:
    """What a study takes over from a hierarchy text; arguments as for `from_ahp_os`."""
    _ = translator(language)
    survey, remarks, lost = _with_given(survey, Answers(()), weights, source, _)
    return TakenOver(survey, Answers(()), {}, remarks, ((lost, _("given weights")),))


def from_gluc(project: GlucProject, source: str, language: str = "en") -> TakenOver:
    """What a study takes over from a file of the R package ahp; arguments as for `from_ahp_os`.

    Priorities are taken over below a parent that nobody compares under; those of several experts
    are joined by the weighted geometric mean, as their judgments would be.
    """
    _ = translator(language)
    weights, remarks = _expert_weights(project, _)
    joined, how = _joined_priorities(project, source, _)
    survey, given_remarks, _lost = _with_given(project.survey, project.answers, joined, how, _)
    of_alternatives = _count(project.alternative_weights.values())
    left_out = (
        *_alternatives(len(project.alternatives), project.alternative_answers, of_alternatives, _),
        (len(project.formulas), _("formulas that compare alternatives")),
        (
            of_alternatives
            + sum(
                len(given)
                for table in project.given_weights.values()
                for parent, given in table.items()
                if parent not in survey.given
            ),
            _("given weights"),
        ),
    )
    return TakenOver(
        survey,
        project.answers,
        expert_weights=MappingProxyType(weights),
        remarks=(*remarks, *given_remarks),
        left_out=left_out,
        voters=sum(map(len, project.decision_makers.values())),
    )


def from_expert_sheets(found: ExpertSheets, language: str = "en") -> TakenOver:
    """What a study takes over from a workbook with one sheet an expert, and how it was read."""
    remarks = tuple(error_sentence(remark, language) for remark in found.answers.remarks)
    return TakenOver(found.survey, found.answers, {}, remarks)


def _count(tables: Iterable[GivenWeights]) -> int:
    return sum(len(given) for table in tables for given in table.values())


def _alternatives(
    count: int, answers: Answers, weights: int, _: Translate
) -> tuple[tuple[int, str], ...]:
    """The comparisons of alternatives; where nothing is said of them, the alternatives."""
    judged = len(answers.judgments)
    return (
        (judged, _("comparisons of alternatives")),
        (0 if judged or weights else count, _("alternatives")),
    )


def _with_given(
    survey: Survey,
    answers: Answers,
    weights: GivenWeights,
    source: str | Mapping[str, str],
    _: Translate,
) -> tuple[Survey, tuple[str, ...], int]:
    """The survey with given weights where nobody compares, what to say, and how many weights are
    left out.

    Args:
        survey: without them.
        answers: the comparisons.
        weights: the weights that are given.
        source: where they come from, for all or parent id -> source.
        _: turns words into a language.
    """
    language = survey.languages[0]
    compared = {judgment.parent for judgment in answers.judgments}
    given = {parent: local for parent, local in weights.items() if parent not in compared}
    lost = _count([weights]) - _count([given])
    remarks = [
        _("“{name}” is compared in the file; the weights given there, too, do not count.").format(
            name=survey.node_name(parent, language)
        )
        for parent in weights
        if parent in compared
    ]
    if given and given.keys() == set(survey.hierarchy.parents):
        remarks.append(
            _(
                "The file gives all weights, which would leave nothing to compare: they are "
                "not imported, and everything is compared."
            )
        )
        return survey, tuple(remarks), lost + _count([given])
    for parent, local in given.items():
        shown = _(", ").join(f"{survey.node_name(k, language)} {w:.6g}" for k, w in local.items())
        remarks.append(
            _(
                "The weights given below “{name}” are imported, and nobody is asked about "
                "them: {weights}."
            ).format(name=survey.node_name(parent, language), weights=shown)
        )
        where = source if isinstance(source, str) else source[parent]
        survey = with_given_weights(survey, {parent: local}, where)
    return survey, tuple(remarks), lost


def _joined_priorities(
    project: GlucProject, source: str, _: Translate
) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """Parent id -> priorities of all who give some, joined; and parent id -> their source."""
    joined: dict[str, dict[str, float]] = {}
    sources: dict[str, str] = {}
    for parent, kids in project.survey.hierarchy.children.items():
        priorities = {
            expert: table[parent]
            for expert, table in project.given_weights.items()
            if parent in table
        }
        voters = _voters(project, parent) or dict.fromkeys(priorities, 1.0)
        priorities = {expert: table for expert, table in priorities.items() if voters[expert]}
        if not priorities:
            continue
        first, *others = priorities.values()
        if all(_alike(first, table) for table in others):
            joined[parent], sources[parent] = dict(first), f"{source}: {', '.join(priorities)}"
            continue
        rows = [[table[kid] for kid in kids] for table in priorities.values()]
        shares = [voters[expert] for expert in priorities]
        try:
            mean = aggregate_priorities(rows, shares, how="geometric")
        except MatrixError:  # a weight of 0 has no geometric mean with others
            continue
        joined[parent] = dict(zip(kids, mean.tolist(), strict=True))
        named = _(", ").join(f"{expert} {voters[expert]:.6g}" for expert in priorities)
        sources[parent] = _("{file}: geometric mean of {experts}").format(
            file=source, experts=named
        )
    return joined, sources


def _alike(first: Mapping[str, float], second: Mapping[str, float]) -> bool:
    return all(math.isclose(first[kid], second[kid], rel_tol=_RTOL) for kid in first)


def _voters(project: GlucProject, parent: str) -> Mapping[str, float]:
    """The decision makers' weights in force at a criterion: its own, or the next above."""
    node: str | None = parent
    while node is not None:
        if node in project.decision_makers:
            return project.decision_makers[node]
        node = project.survey.hierarchy.parent_of(node)
    return {}


def _expert_weights(project: GlucProject, _: Translate) -> tuple[dict[str, float], tuple[str, ...]]:
    """One weight for each expert from the decision makers' weights at the criteria, and what to
    say of them.

    A criterion says how those who judge there count against each other. Where criteria contradict
    each other, the one nearer to the goal counts.
    """
    if not project.decision_makers:
        return {}, ()
    survey, answers = project.survey, project.answers
    judging: dict[str, dict[str, float]] = {}
    for judgment in answers.judgments:
        voters = _voters(project, judgment.parent)
        judging.setdefault(judgment.parent, {})[judgment.expert] = voters.get(judgment.expert, 1.0)
    tables = [judging[parent] for parent in survey.hierarchy.parents if parent in judging]
    names = [parent for parent in survey.hierarchy.parents if parent in judging]
    if not tables:
        tables, names = (
            list(map(dict, project.decision_makers.values())),
            [*project.decision_makers],
        )
    weights, contrary = _one_weight_each(tables)
    if not any(weights.values()):
        return {}, (
            _("All who compare in the file have the weight 0 there; here they count alike."),
        )
    language = survey.languages[0]
    shown = _(", ").join(f"{expert} {weight:.6g}" for expert, weight in weights.items())
    remarks = [
        _("The decision makers' weights are imported and used: {weights}.").format(weights=shown)
    ]
    for k in contrary:
        remarks.append(
            _(
                "The decision makers have other weights at “{name}”. A study can't keep those: "
                "an expert has one weight."
            ).format(name=survey.node_name(names[k], language))
        )
    silent = {
        expert: weight
        for table in project.decision_makers.values()
        for expert, weight in table.items()
        if expert not in weights
    }
    for expert, weight in silent.items():
        remarks.append(
            _("{expert} (weight {weight}) compares nothing in the file and is left out.").format(
                expert=expert, weight=f"{weight:.6g}"
            )
        )
    return weights, tuple(remarks)


def _one_weight_each(
    tables: Sequence[Mapping[str, float]],
) -> tuple[dict[str, float], list[int]]:
    """Weights that stand to each other as in all tables, scaled to the first table; and the tables
    that earlier ones contradict.
    """
    groups: list[dict[str, float]] = []
    contrary = []
    for k, table in enumerate(tables):
        joined = dict(table)
        for group in [group for group in groups if group.keys() & table.keys()]:
            groups.remove(group)
            both = [expert for expert in group if group[expert] and joined.get(expert)]
            factor = joined[both[0]] / group[both[0]] if both else 1.0
            scaled = {expert: weight * factor for expert, weight in group.items()}
            if not all(math.isclose(scaled.get(e, w), w, rel_tol=_RTOL) for e, w in table.items()):
                contrary.append(k)
            joined |= scaled
        groups.append(joined)
    weights = {expert: weight for group in groups for expert, weight in group.items()}
    first = next((expert for expert, weight in tables[0].items() if weight), None)
    factor = tables[0][first] / weights[first] if first is not None and weights[first] else 1.0
    order = dict.fromkeys(expert for table in tables for expert in table)
    return {expert: weights[expert] * factor for expert in order}, sorted(set(contrary))
