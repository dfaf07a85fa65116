"""The tables of an analysis, the numbers behind them, and a line on what made them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..consistency import CR_LIMIT, Consistency
from ..i18n import translator
from ..i18n.numbers import show_number
from ..i18n.words import random_index_source
from ..random_index import RANDOM_INDEX_TABLES
from ..study import Analysis, Survey
from .panel import aggregate_words, method_words, weighting_words
from .table import Cell, Table
from .who import incoherent_sentence, incoherent_share, limit_heading, who_counts


def matrix_table(analysis: Analysis, parent: str, language: str) -> Table:
    """The judgment matrix of one parent, with the weights in the last column."""
    _ = translator(language)
    survey = analysis.survey
    names = [survey.node_name(node, language) for node in survey.hierarchy.children[parent]]
    title = survey.node_name(parent, language)
    values = analysis.matrices[parent].values.tolist()
    local = analysis.local_weights[parent].tolist()
    return Table(
        title=title,
        columns=(title, *names, _("Weight")),
        rows=tuple(
            (name, *row, weight) for name, row, weight in zip(names, values, local, strict=True)
        ),
        language=language,
        judgments=frozenset(range(1, len(names) + 1)),
    )


def given_table(analysis: Analysis, parent: str, language: str) -> Table:
    """The children of a parent whose weights are given, and their weights."""
    survey, _ = analysis.survey, translator(language)
    name = survey.node_name(parent, language)
    kids = survey.hierarchy.children[parent]
    return Table(
        title=_("{name}: {given}").format(name=name, given=given_words(survey, parent, language)),
        columns=(name, _("Weight")),
        rows=tuple(
            (survey.node_name(kid, language), weight)
            for kid, weight in zip(kids, analysis.local_weights[parent].tolist(), strict=True)
        ),
        language=language,
    )


def parent_tables(analysis: Analysis, language: str) -> dict[str, Table]:
    """Parent id -> its judgment matrix, or the weights given there, in the order of the tree."""
    return {
        parent: (matrix_table if parent in analysis.matrices else given_table)(
            analysis, parent, language
        )
        for parent in analysis.survey.hierarchy.parents
    }


def given_words(survey: Survey, parent: str, language: str) -> str:
    """That weights are given, with their source, and by what they were divided."""
    _, given = translator(language), survey.given[parent]
    if given.total == 1:
        return _("weights given ({source})").format(source=given.source)
    return _("weights given ({source}), divided by their sum {total}").format(
        source=given.source, total=f"{given.total:.6g}"
    )


def consistency_table(analysis: Analysis, language: str) -> Table:
    """n, λmax, CI, RI, CR and the verdict of every parent's matrix; where weights are given there
    is none.
    """
    _, survey = translator(language), analysis.survey
    rows: list[tuple[Cell, ...]] = []
    for parent, kids in survey.hierarchy.children.items():
        name = survey.node_name(parent, language)
        if parent in survey.given:
            given = given_words(survey, parent, language)
            rows.append((name, len(kids), None, None, None, None, given, None))
            continue
        report = analysis.consistency[parent]
        verdict = report.n, report.lambda_max, report.ci, report.ri, report.cr, report.acceptable
        rows.append((name, *verdict, incoherent_share(analysis, [parent], _)))
    return Table(
        title=_("Consistency of the judgment matrices"),
        columns=(
            *(_("Compared under"), "n", "λmax", "CI", "RI", "CR", _("Acceptable")),
            limit_heading(analysis.cr_limit, _),
        ),
        rows=tuple(rows),
        language=language,
        limits={5: (CR_LIMIT,)},
    )


def total_table(analysis: Analysis, language: str) -> Table:
    """Total-hierarchy CI, RI, CR and the verdict of every level."""
    _, survey = translator(language), analysis.survey
    rows = tuple(
        (
            *(total.level, total.ci, total.ri, total.cr, total.acceptable),
            incoherent_share(analysis, total.parents, _),
        )
        for total in analysis.total_consistency
    )
    left_out = [survey.node_name(parent, language) for parent in survey.given]
    title = _("Consistency of the total hierarchy")
    if left_out:
        title = _("{title}, without the weights given below {names}").format(
            title=title, names=_(", ").join(left_out)
        )
    return Table(
        title=title,
        columns=(
            *(_("Level"), "CI", "RI", "CR", _("Acceptable")),
            limit_heading(analysis.cr_limit, _),
        ),
        rows=rows,
        language=language,
        limits={3: (CR_LIMIT,)},
    )


def composite_table(analysis: Analysis, language: str) -> Table:
    """The composite ranking: all indicators by falling global weight."""
    _ = translator(language)
    rows = tuple(
        (rank, *_branch_and_name(analysis.survey, leaf, language), *_leaf_weights(analysis, leaf))
        for leaf, rank in analysis.ranks.items()
    )
    return Table(
        title=_("Composite ranking"),
        columns=(_("Rank"), _("Branch"), _("Indicator"), _("Local weight"), _("Global weight")),
        rows=rows,
        language=language,
    )


def branches_sentence(analysis: Analysis, language: str) -> str:
    """The weights of what stands right below the goal, the largest first, as shares of the whole;
    empty where these are the indicators themselves.
    """
    _, survey = translator(language), analysis.survey
    goal, weights = survey.hierarchy.goal, analysis.global_weights
    if len(survey.hierarchy.levels) == 2:
        return ""
    kids = sorted(survey.hierarchy.children[goal], key=lambda kid: -weights[kid])
    shares = (
        _("{name} {weight} ({share}%)").format(
            name=survey.node_name(kid, language),
            weight=show_number(weights[kid]),
            share=show_number(100 * weights[kid], 1),
        )
        for kid in kids
    )
    return _("{name}: {value}").format(
        name=_("Weights of the branches"), value=_(", ").join(shares)
    )


def hierarchy_table(analysis: Analysis, language: str) -> Table:
    """The whole hierarchy in its own order: branch and its weight, indicators, weights, ranks."""
    _ = translator(language)
    hierarchy = analysis.survey.hierarchy
    ranks = analysis.ranks
    rows: list[tuple[Cell, ...]] = []
    for leaf in hierarchy.leaves:
        branch, name = _branch_and_name(analysis.survey, leaf, language)
        above = analysis.global_weights[hierarchy.parent_of(leaf) or hierarchy.goal]
        rows.append((branch, above, name, *_leaf_weights(analysis, leaf), ranks[leaf]))
    return Table(
        title=_("Weights of the hierarchy"),
        columns=(
            *(_("Branch"), _("Weight of the branch"), _("Indicator")),
            *(_("Local weight"), _("Global weight"), _("Rank")),
        ),
        rows=tuple(rows),
        language=language,
    )


def provenance(analysis: Analysis, language: str) -> list[tuple[str, str]]:
    """What made the numbers: pairs of label and value, in the order to print them."""
    _ = translator(language)
    survey = analysis.survey
    name = analysis.random_index
    named, detailed, semicolon = _("{name}: {value}"), _("{name} ({detail})"), _("; ")
    random_index = named.format(name=name, value=random_index_source(name, language))
    if analysis.random_index == survey.reaching_random_index != survey.random_index:
        random_index += _(" (the survey names {named}, which does not reach so many items)").format(
            named=survey.random_index
        )
    aggregation = aggregate_words(_)[analysis.how]
    if analysis.how == "aij_trimmed":
        aggregation = _(
            "{aggregation}, {share}% of the experts' weight cut off at each end"
        ).format(aggregation=aggregation, share=f"{100 * analysis.trim:g}")
    pairs = [
        (
            _("Survey"),
            detailed.format(name=survey.text(survey.name, language), detail=survey.id),
        ),
        (_("Content hash"), survey.content_hash),
        (_("Method"), method_words(_)[analysis.method]),
        (_("Random index"), random_index),
        (_("Aggregation"), aggregation),
    ]
    if analysis.how.startswith("aip"):
        shown = _("those of the weighted geometric mean of the judgments, for reading only")
        pairs.append((_("Matrices and their consistency"), shown))
    if based := who_counts(analysis, language):
        pairs.append((_("Based on"), based))
    experts = _(", ").join(
        f"{expert} {show_number(weight)}" for expert, weight in analysis.expert_weights.items()
    )
    weighting = weighting_words(_)[analysis.weighting]
    pairs.append((_("Expert weights"), detailed.format(name=experts, detail=weighting)))
    if analysis.recused:
        recused = semicolon.join(
            named.format(name=expert, value=survey.node_name(parent, language))
            for expert, parent in analysis.recused
        )
        pairs.append((_("Judgments that do not count (recused)"), recused))
    if survey.given:
        given = semicolon.join(
            named.format(name=survey.node_name(parent, language), value=sourced.source)
            for parent, sourced in survey.given.items()
        )
        pairs.append((_("Weights given instead of compared"), given))
    pairs.append((_("Experts who contradict themselves"), incoherent_sentence(analysis, language)))
    if analysis.filled:
        filled = semicolon.join(
            named.format(name=survey.node_name(parent, language), value=count)
            for parent, count in analysis.filled.items()
        )
        pairs.append((_("Pairs nobody judged, computed from the others"), filled))
    return [*pairs, (_("Version"), f"ahp {analysis.version}")]


def consistency_data(found: Consistency) -> dict[str, Any]:
    """λmax, CI, RI, CR and what belongs to them as plain data, without eigenvector and labels."""
    without = ("eigenvector", "labels")
    return {name: value for name, value in asdict(found).items() if name not in without}


def analysis_data(analysis: Analysis) -> dict[str, Any]:
    """The analysis as plain data by id, unrounded, ready for JSON."""
    survey = analysis.survey
    parents: dict[str, dict[str, Any]] = {}
    for parent, kids in survey.hierarchy.children.items():
        parents[parent] = {"children": list(kids)}
        if parent in analysis.matrices:
            parents[parent]["matrix"] = analysis.matrices[parent].values.tolist()
        parents[parent]["weights"] = analysis.local_weights[parent].tolist()
        if parent in survey.given:
            parents[parent]["given"] = survey.given[parent].data
        else:
            parents[parent]["consistency"] = consistency_data(analysis.consistency[parent])
    return {
        "survey": survey.id,
        "content_hash": survey.content_hash,
        "method": analysis.method,
        "random_index": analysis.random_index,
        "random_index_source": RANDOM_INDEX_TABLES[analysis.random_index].source,
        "how": analysis.how,
        "trim": analysis.trim,
        "weighting": analysis.weighting,
        "recused": [list(pair) for pair in analysis.recused],
        "invited": analysis.invited,
        "answered": len(analysis.panel.experts),
        "round": analysis.round,
        "provisional": analysis.running,
        "incoherent": analysis.incoherent,
        "cr_limit": analysis.cr_limit,
        "incoherences": [asdict(incoherence) for incoherence in analysis.incoherences],
        "filled": dict(analysis.filled),
        "expert_weights": dict(analysis.expert_weights),
        "parents": parents,
        "global_weights": dict(analysis.global_weights),
        "ranking": list(analysis.ranking),
        "ranks": analysis.ranks,
        "total_consistency": [asdict(total) for total in analysis.total_consistency],
        "version": analysis.version,
    }


def _branch_and_name(survey: Survey, leaf: str, language: str) -> tuple[str, str]:
    """Names of the nodes above a leaf up to, not including, the goal; and its own name.

    A leaf right below the goal has the goal for its branch.
    """
    goal = survey.hierarchy.goal
    path = [survey.hierarchy.parent_of(leaf) or goal]
    while (above := survey.hierarchy.parent_of(path[0]) or goal) != goal:
        path.insert(0, above)
    branch = " / ".join(survey.node_name(node, language) for node in path)
    return branch, survey.node_name(leaf, language)


def _leaf_weights(analysis: Analysis, leaf: str) -> tuple[float, float]:
    hierarchy = analysis.survey.hierarchy
    parent = hierarchy.parent_of(leaf) or hierarchy.goal
    local = analysis.local_weights[parent][hierarchy.children[parent].index(leaf)]
    return float(local), analysis.global_weights[leaf]
