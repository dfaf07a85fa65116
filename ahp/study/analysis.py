"""From the answers of a panel to the weights of a whole survey."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Integral
from types import MappingProxyType
from typing import Any

import numpy as np

from ..consistency import CR_LIMIT, Consistency, check_consistency
from ..errors import AnswersError, IncoherentError, IncompleteError
from ..group import normalize_expert_weights
from ..hierarchy import TotalConsistency, level_consistency
from ..incomplete import check_incomplete_consistency
from ..matrix import Float, PairwiseMatrix
from ..priority import check_method
from ..random_index import check_random_index, random_index_value
from ..result import Result, data_frame, read_only
from ..tolerance import ranked
from ..version import __version__
from .answers import Answers
from .incoherence import INCOHERENT, Incoherence, check_cr_limit, factors, find_incoherence
from .panel import Panel, build_panel, check_judged, completed, connects
from .plain import check_option
from .standing import AGGREGATES, COMPUTED_WEIGHTINGS, WEIGHTINGS
from .survey import Survey


@dataclass(frozen=True, eq=False, repr=False)
class Analysis(Result):
    """Weights and consistency of a whole survey, with everything that made them.

    Attributes:
        survey: the survey.
        matrices: id of a parent that is compared under -> the panel's matrix, labeled with node
            ids, complete. When weights are aggregated (AIP) it is that of the joined judgments, for
            the reader.
        local_weights: parent id -> weights of its children in their order, read-only, sum 1; as
            the survey gives them where they are not compared.
        global_weights: node id -> product of the local weights from the goal down; the goal has 1.
        consistency: likewise -> λmax, CI, RI, CR of its matrix, with `lambda_mean` beside them.
        total_consistency: one for each level below the goal that has a matrix; parents whose
            weights are given stay out of it.
        method, random_index, how, trim: the options in use.
        expert_weights: expert -> weight in the panel, sum 1.
        weighting: where these weights come from, one of `ahp.study.standing.WEIGHTINGS`.
        recused: (expert, parent) whose judgments do not count.
        filled: parent id -> pairs that nobody judged, completed in `matrices`; only where there are
            any.
        panel: what each expert judged.
        incoherent, cr_limit: what becomes of judgments that contradict each other, the options in
            use (`ahp.study.incoherence`).
        invited: how many experts were asked; None = not known.
        anonymous: how many of these came by an anonymous link; how many others got it isn't known.
        round: Delphi round; None = not of one.
        running: whether experts may still answer, so that the result is provisional.
        version: of `ahp`.
    """

    survey: Survey
    matrices: Mapping[str, PairwiseMatrix]
    local_weights: Mapping[str, Float]
    global_weights: Mapping[str, float]
    consistency: Mapping[str, Consistency]
    total_consistency: tuple[TotalConsistency, ...]
    method: str
    random_index: str
    how: str
    trim: float
    expert_weights: Mapping[str, float]
    weighting: str
    recused: tuple[tuple[str, str], ...]
    filled: Mapping[str, int]
    panel: Panel = field(repr=False)
    incoherent: str = "include"
    cr_limit: float | str = CR_LIMIT
    invited: int | None = None
    round: int | None = None
    running: bool = False
    anonymous: int = 0
    version: str = __version__

    @cached_property
    def incoherences(self) -> tuple[Incoherence, ...]:
        """Where experts contradict themselves: whose CR reaches the limit below which parent."""
        return find_incoherence(self.panel, self.incoherent, self.cr_limit)

    @property
    def ranking(self) -> tuple[str, ...]:
        """The indicators (leaves) by falling global weight; ties in the order of the tree."""
        return tuple(self.ranks)

    @property
    def ranks(self) -> dict[str, int]:
        """Rank of every indicator, in the order of `ranking`; ties share theirs: 1, 2, 2, 4."""
        leaves = self.survey.hierarchy.leaves
        return ranked({leaf: self.global_weights[leaf] for leaf in leaves})

    def to_frame(self, language: str | None = None) -> Any:
        """A pandas `DataFrame` with a row an indicator, in the order of `ranking`: its parent, its
        local and global weight, its rank.

        Args:
            language: of the names that stand in place of ids, such as `"zh"`; the survey's original
                one where it has no other. None = ids.
        """
        survey = self.survey

        def called(node: str) -> str:
            return node if language is None else survey.node_name(node, language)

        hierarchy = survey.hierarchy
        local = {
            kid: float(weight)
            for parent, kids in hierarchy.children.items()
            for kid, weight in zip(kids, self.local_weights[parent], strict=True)
        }
        return data_frame(
            {
                "parent": [called(hierarchy.parent_of(leaf) or "") for leaf in self.ranking],
                "local_weight": [local[leaf] for leaf in self.ranking],
                "global_weight": [self.global_weights[leaf] for leaf in self.ranking],
                "rank": list(self.ranks.values()),
            },
            index=[called(leaf) for leaf in self.ranking],
        )


def analyze(
    survey: Survey,
    answers: Answers,
    *,
    method: str | None = None,
    random_index: str | None = None,
    how: str = "aij",
    trim: float = 0.1,
    expert_weights: Mapping[str, float] | str | None = None,
    weighting: str | None = None,
    recused: Collection[tuple[str, str]] = (),
    incoherent: str = "include",
    cr_limit: float | str = CR_LIMIT,
    invited: int | None = None,
) -> Analysis:
    """Local and global weights, consistency and total-hierarchy consistency of a survey.

    Judgments may be missing: in every cell the weights of the experts who judged it are scaled to
    sum 1. A pair that nobody judged is completed (`ahp.complete_matrices`) where the others connect
    all items, and its CR is that of an incomplete matrix (`ahp.check_incomplete_consistency`). With
    AIP, an expert whose own judgments under a parent do not connect all items abstains there.

    Args:
        survey: the survey that was answered.
        answers: of one expert or more; with one, the result is that expert's.
        method: as for `ahp.weights`; None = the survey's default.
        random_index: as for `ahp.check_consistency`; None = the survey's default, or the
            table that goes on where that one ends (`Survey.reaching_random_index`).
        how: one of `ahp.study.standing.AGGREGATES`.
        trim: as for `ahp.aggregate_judgments`, used by `"aij_trimmed"`.
        expert_weights: expert -> weight, one for each expert, scaled to sum 1; `"consistency"` or
            `"distance"`: computed from the judgments; None or `"equal"`: equal.
        weighting: what to call a mapping of weights in the result: `"given"` (None) or
            `"authority"`; those that are computed have their own names, and no other.
        recused: (expert, parent) whose judgments do not count.
        incoherent: what becomes of an expert's judgments below a parent where their CR reaches the
            limit: `"include"`; `"exclude"`: they do not count there; `"downweight"`: the expert's
            weight there is multiplied by limit/CR.
        cr_limit: the limit, or `"saaty"`: .05 for three items, .08 for four, .1 for more.
        invited: how many experts were asked, with those who did not answer; None = not known.

    Raises:
        OptionError: an unknown option, with the valid ones.
        AnswersError: answers or expert weights that do not fit, fewer invited than answered.
        IncoherentError: nobody is left below a parent who does not contradict themselves.
        IncompleteError: the judgments below a parent do not connect all items.

    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> result = ahp.analyze(survey, ahp.read_answers(demo))
    >>> result.ranking[:2], round(result.total_consistency[0].cr, 4)
    (('management_model', 'positioning'), 0.0056)
    >>> round(result.global_weights[result.ranking[0]], 4)
    0.3417
    """
    method = check_method(survey.method if method is None else method)
    random_index = check_random_index(
        survey.reaching_random_index if random_index is None else random_index
    )
    check_option("how", how, AGGREGATES)
    weighting = _weighting(expert_weights, weighting)
    check_option("incoherent", incoherent, INCOHERENT)
    check_cr_limit(cr_limit)
    panel = build_panel(
        survey.hierarchy, answers, method=method, random_index=random_index, recused=recused
    )
    _check_invited(invited, len(panel.experts))
    shares = panel.expert_weights(expert_weights)
    return analyze_panel(
        survey,
        replace(panel, factors=factors(panel, incoherent, cr_limit)),
        shares,
        how=how,
        trim=trim,
        weighting=weighting,
        recused=tuple(recused),
        incoherent=incoherent,
        cr_limit=cr_limit,
        invited=invited,
    )


def only_experts(analysis: Analysis, experts: Collection[str]) -> Analysis:
    """The result of some of the experts, by the same options and the same shares, scaled to sum 1.

    How many were invited is not known of it.

    Args:
        analysis: of the panel.
        experts: one of its experts or more.

    Raises:
        MatrixError: the weights of these experts are all 0.
        IncompleteError: their judgments below a parent do not connect all items.
    """
    panel = analysis.panel.only(experts)
    shares = [analysis.expert_weights[name] for name in panel.experts]
    return analyze_panel(
        analysis.survey,
        panel,
        normalize_expert_weights(shares, len(shares)),
        how=analysis.how,
        trim=analysis.trim,
        weighting=analysis.weighting,
        recused=tuple(pair for pair in analysis.recused if pair[0] in panel.experts),
        incoherent=analysis.incoherent,
        cr_limit=analysis.cr_limit,
        round=analysis.round,
        running=analysis.running,
    )


def analyze_panel(
    survey: Survey, panel: Panel, shares: Float, *, how: str, trim: float, **told: Any
) -> Analysis:
    """The result of a panel that is checked already, by expert weights of shape (k,), sum 1; `told`
    are the attributes that change no number.
    """
    hierarchy = survey.hierarchy
    matrices: dict[str, PairwiseMatrix] = {}
    consistency: dict[str, Consistency] = {}
    filled: dict[str, int] = {}
    every_joined = panel.joined(shares[None], how, trim)
    joined = {parent: values[0] for parent, values in every_joined.items()}
    for parent, values in joined.items():
        if not connects(values) and (excluded := _exclusion(panel, shares, parent)):
            raise excluded
        check_judged(parent, values, hierarchy)
        if missing := int(np.isnan(np.triu(values)).sum()):
            filled[parent] = missing
        kids = hierarchy.children[parent]
        matrices[parent] = PairwiseMatrix(completed(values[None])[0], kids)
    rows = panel.panel_weights(shares[None], how, trim, every_joined)
    local = {parent: row[0] for parent, row in rows.items()}
    for parent, matrix in matrices.items():
        if np.isnan(local[parent]).any():
            raise _exclusion(panel, shares, parent) or IncompleteError(
                "experts_not_connected", parent=parent
            )
        read_only(local[parent])
        random_index_value(matrix.n, panel.random_index)  # a study's table reaches all parents
        checked = check_consistency(matrix, random_index=panel.random_index, weights=local[parent])
        if parent in filled:
            partial = check_incomplete_consistency(
                joined[parent], method="any", random_index=panel.random_index
            )
            ri = float(partial.ri)
            checked = replace(
                checked,
                ri=ri,
                cr=float(partial.cr),
                acceptable=bool(partial.cr < CR_LIMIT),
                cr_mean=float(checked.ci_mean / ri) if ri else 0.0,
            )
        consistency[parent] = checked
    for parent, given in hierarchy.given_weights.items():
        local[parent] = read_only(np.array(given))
    local = {parent: local[parent] for parent in hierarchy.parents}
    global_weights = hierarchy.global_weights(local)
    return Analysis(
        survey=survey,
        matrices=MappingProxyType(matrices),
        local_weights=MappingProxyType(local),
        global_weights=MappingProxyType(global_weights),
        consistency=MappingProxyType(consistency),
        total_consistency=level_consistency(hierarchy, global_weights, consistency),
        method=panel.method,
        random_index=panel.random_index,
        how=how,
        trim=trim,
        expert_weights=MappingProxyType(_weights_by_expert(panel.experts, shares)),
        filled=MappingProxyType(filled),
        panel=panel,
        **told,
    )


def _weights_by_expert(experts: tuple[str, ...], shares: Float) -> dict[str, float]:
    if (shares == shares[0]).all():  # one number for all of a large panel
        return dict.fromkeys(experts, float(shares[0]))
    return dict(zip(experts, shares.tolist(), strict=True))


def _weighting(expert_weights: Mapping[str, float] | str | None, weighting: str | None) -> str:
    """Where the experts' weights come from; refuses a name that is not theirs."""
    names: tuple[str, ...]
    if expert_weights is None or isinstance(expert_weights, str):
        computed = expert_weights or "equal"
        check_option("expert_weights", computed, COMPUTED_WEIGHTINGS)
        names = (computed,)
    else:
        names = tuple(name for name in WEIGHTINGS if name not in COMPUTED_WEIGHTINGS)
    chosen = names[0] if weighting is None else weighting
    check_option("weighting", chosen, names)
    return chosen


def _exclusion(panel: Panel, shares: Float, parent: str) -> IncoherentError | None:
    """What to say of a parent without a result, if that is because experts are excluded there."""
    factors = panel.factors.get(parent)
    counted = ~np.isnan(panel.matrices[parent][shares > 0]).all(axis=0)
    if factors is None or factors.all() or not connects(np.where(counted, 1.0, np.nan)):
        return None
    out = np.flatnonzero(factors == 0)
    ratios = {panel.experts[k]: float(panel.cr[parent][k]) for k in out}
    listed = tuple(f"{name!r} {cr:.3g}" for name, cr in ratios.items())
    return IncoherentError("experts_excluded", parent=parent, ratios=ratios, listed=listed)


def _check_invited(invited: int | None, answered: int) -> None:
    whole = isinstance(invited, Integral) and not isinstance(invited, bool)
    if invited is not None and not (whole and invited >= answered):
        raise AnswersError("invited_too_few", invited=invited, answered=answered)
