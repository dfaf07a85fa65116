"""The numbers of docs/methods.md are computed anew, and must stand there digit by digit."""

from __future__ import annotations

import json
import math
import re
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ahp
from ahp.matrix import Float
from ahp.solvers import CONVEX_LIMIT

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
PUBLISHED = json.loads((ROOT / "tests" / "golden" / "published.json").read_text(encoding="utf-8"))
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.M | re.S)
CODE_FREE = re.sub(r"^```.*?^```$", "", PAGE, flags=re.M | re.S)
SECTIONS = {
    heading.strip("# "): " ".join(text.split())
    for heading, text in re.findall(
        r"^(#+ [^\n]*)\n(.*?)(?=^#+ |\Z)",
        CODE_FREE,
        flags=re.M | re.S,
    )
}
SAATY = "saaty_2005"


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What the page's code defines."""
    found: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/methods.md", "exec"), found)
    return found


@pytest.fixture(scope="module")
def a1(names: dict[str, Any]) -> ahp.PairwiseMatrix:
    matrix: ahp.PairwiseMatrix = names["A1"]
    return matrix


@pytest.fixture(scope="module")
def house(names: dict[str, Any]) -> ahp.PairwiseMatrix:
    matrix: ahp.PairwiseMatrix = names["HOUSE"]
    return matrix


def n(value: Any, decimals: int = 6) -> str:
    """A number as the page prints it; several in a row."""
    texts = (f"{number:.{decimals}f}" for number in np.ravel(value))
    return " ".join(re.sub(r"^0\.", ".", text) for text in texts)


def section(name: str) -> str:
    """The text below the one heading that has this in it."""
    (found,) = [name] if name in SECTIONS else [heading for heading in SECTIONS if name in heading]
    return SECTIONS[found]


def holds(name: str, *phrases: str) -> None:
    text = section(name)
    missing = [phrase for phrase in phrases if phrase not in text]
    assert not missing, f"{name}: {text}"


def row_of(text: str, first: str) -> list[str]:
    """The cells after the first one of a table row."""
    (row,) = re.findall(rf"\| {re.escape(first)} \|((?: [^|]+ \|)+)", text)
    return [cell.strip() for cell in row.split("|")[:-1]]


def case(name: str, group: str = "matrices") -> dict[str, Any]:
    (found,) = (case for case in PUBLISHED[group] if case["id"] == name)
    return dict(found)


# --- the page as a page --------------------------------------------------------------------------


def test_the_contents_list_every_chapter() -> None:
    chapters = re.findall(r"^## (.*)$", PAGE, flags=re.M)
    contents = re.findall(r"^- \[(.*)\]\(#(.*)\)", PAGE, flags=re.M)
    assert contents == [(chapter, chapter.lower().replace(" ", "-")) for chapter in chapters]


def test_links_inside_the_page_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.*)$", PAGE, flags=re.M)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert len(anchors) == len(headings)
    assert set(re.findall(r"\]\(#(.*?)\)", PAGE)) <= anchors


def test_prose_is_wrapped() -> None:
    assert [line for line in PAGE.splitlines() if len(line) > 100 and line[0] != "|"] == []


def test_comments_in_the_code_are_what_it_gives(names: dict[str, Any]) -> None:
    checked = 0
    for line in "\n".join(BLOCKS).splitlines():
        expression, _, comment = line.partition("  # ")
        printed = re.findall(r"\d*\.\d+", comment)
        if printed:
            values = np.ravel(eval(expression, names))
            decimals = [len(text.partition(".")[2]) for text in printed]
            assert list(map(n, values, decimals)) == printed, line
            checked += len(values) == len(printed)
    assert checked == 17


@pytest.mark.parametrize("part", ["When to use", "When not", "Source", "Worked number"])
def test_every_function_has_its_parts(part: str) -> None:
    functions = {heading: text for heading, text in SECTIONS.items() if heading.endswith("`")}
    assert len(functions) == 58
    assert [heading for heading, text in functions.items() if f"*{part}" not in text] == []


# --- weights -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ahp.METHODS)
def test_table_of_methods(method: str, a1: ahp.PairwiseMatrix) -> None:
    found = ahp.prioritize(a1, method)
    decimals = 4 if method == "fuzzy_preference" else 6
    chinese, weights, objective, when = row_of(section("Weights"), f"`{method}`")
    assert f"({chinese}; " in " ".join(str(ahp.METHODS[method].__doc__).split()).replace("（", "(")
    assert weights.split() == [
        text.rstrip("0") if method == "fuzzy_preference" else text
        for text in n(found.weights, decimals).split()
    ]
    assert objective == ("–" if found.objective is None else n(found.objective, decimals))
    assert when
    (heading,) = (heading for heading in SECTIONS if heading.endswith(f": `{method}`"))
    assert chinese in heading


def test_numbers_of_the_methods(a1: ahp.PairwiseMatrix) -> None:
    w = {method: n(ahp.weights(a1, method)) for method in ahp.METHODS}
    value = {method: ahp.prioritize(a1, method).objective for method in ahp.METHODS}
    values = a1.values
    transposed = 1 / ahp.weights(values.T)
    holds(
        ": `eigenvector`",
        f"λmax = {n(ahp.check_consistency(a1).lambda_max)}, weights {w['eigenvector']}.",
        f"weights inverted, gives {n(transposed / transposed.sum())}.",
    )
    means = values.prod(axis=1) ** 0.25
    holds(
        ": `geometric_mean`",
        f"= {n(means[0])}, all rows {n(means)}, divided by their sum {w['geometric_mean']}.",
        f"The objective {n(value['geometric_mean'])}, divided by (n − 1)(n − 2)/2 = 3, is the GCI "
        f"{n(ahp.geometric_consistency_index(a1))}.",
    )
    columns = [re.sub(r"\.?0+$", "", n(column)) for column in values.sum(axis=0)]
    assert columns == ["1.559524", "5.583333", "10.5", "14"]
    holds(
        ": `column_mean`",
        f"column sums {' '.join(columns)}, ",
        f"the mean of 1/{columns[0]}, 4/{columns[1]}, 6/{columns[2]} and 7/{columns[3]}, "
        f"which is {w['column_mean'][:7]}.",
    )
    holds(
        ": `row_sum`",
        f"sums to {values[0].sum():.0f} of {n(values.sum())} in all, which is {w['row_sum'][:7]}.",
    )
    inverse = " ".join(f"1/{column}" for column in columns)
    holds(": `harmonic`", f"{inverse}, scaled to sum 1: {w['harmonic']}.")
    for method in ("weighted_least_squares", "chi_square", "svd"):
        holds(f": `{method}`", f"A1: {w[method]}, objective {n(value[method])}.")
    holds(
        ": `log_least_absolute`",
        f"A1: {w['log_least_absolute']}; every minimizer has the objective "
        f"{n(value['log_least_absolute'])}.",
    )
    goal = value["log_goal_programming"]
    holds(
        ": `log_goal_programming`",
        f"product is {n(math.exp(goal))}, the objective its logarithm {n(goal)}, "
        f"weights {w['log_goal_programming']}.",
    )
    cosine = value["cosine"]
    holds(": `cosine`", f"C = {n(cosine)}, of at most n = 4; C/n = {n(cosine / 4)} is CCI.")


def test_least_squares(a1: ahp.PairwiseMatrix) -> None:
    one = ahp.prioritize(a1, "least_squares")
    cycle = ahp.PairwiseMatrix.from_upper([9, "1/9", 9])
    many = ahp.prioritize(cycle, "least_squares")
    equal = ((cycle.values - 1) ** 2).sum()
    holds(
        ": `least_squares`",
        f"A1: {n(one.weights)}, objective {n(one.objective)}, not proven.",
        f"minimizers, {n(many.weights)} and its rotations, each with the objective "
        f"{n(many.objective)} (`unique` is False)",
        f"the objective is {n(equal)} there.",
        f"always so when no judgment exceeds {n(CONVEX_LIMIT, 5)}, Fülöp 2008",
    )
    assert (one.unique, many.unique) == (None, False)


def test_fuzzy_preference(a1: ahp.PairwiseMatrix) -> None:
    found = ahp.prioritize(a1, "fuzzy_preference")
    pairs = list(combinations(range(4), 2))
    w = found.weights
    off = {(i + 1, j + 1): abs(w[i] - a1.values[i, j] * w[j]) for i, j in pairs}
    largest = max(off.values())
    worst = [str(pair) for pair, by in off.items() if by > largest - 1e-9]
    holds(
        ": `fuzzy_preference`",
        f"μ = {n(found.objective, 4)}; the judgments {', '.join(worst[:-1])} and {worst[-1]} are "
        f"each {n(largest, 4)} off",
    )


def test_direct_weights() -> None:
    holds("`direct_weights`", f"120, 60, 20 give {n(ahp.direct_weights([120, 60, 20]), 1)}.")


# --- consistency ---------------------------------------------------------------------------------


def test_table_of_indices(a1: ahp.PairwiseMatrix) -> None:
    order = ahp.order_preservation(a1)
    shares = {
        "strict_order_preservation": (order.preferences.strict, order.preferences.asked),
        "weak_order_preservation": (order.preferences.weak, order.preferences.asked),
        "strict_intensity_preservation": (order.intensities.strict, order.intensities.asked),
        "weak_intensity_preservation": (order.intensities.weak, order.intensities.asked),
    }
    for index in ahp.all_indices(a1):
        perfect, acceptable, value = row_of(section("Consistency"), f"`{index.name}`")
        assert perfect == ("n" if index.name == "lambda_max" else str(index.perfect))
        if index.threshold is None:
            assert acceptable == "–"
        elif index.name == "geometric_consistency_index":
            limits = [
                n(index.threshold, 3 if order > 4 else 4)
                for order in (3, 4, 5)
                for index in ahp.all_indices(np.ones((order, order)))
                if index.name == "geometric_consistency_index" and index.threshold is not None
            ]
            assert acceptable == "< {} (n = 3), {} (n = 4), {} (n > 4)".format(*limits)
        else:
            sign, limit = acceptable.split()
            assert sign == {"consistency_ratio": "<", "cosine_consistency_index": "≥"}.get(
                index.name, "="
            )
            assert float(limit) == index.threshold
        if index.name in shares:
            assert value == f"{index.value:g} ({shares[index.name][0]} of {shares[index.name][1]})"
        elif index.value == round(index.value):
            assert value == f"{index.value:g}"
        else:
            assert value == n(index.value)


def test_numbers_of_the_indices(a1: ahp.PairwiseMatrix, house: ahp.PairwiseMatrix) -> None:
    found = {index.name: index.value for index in ahp.all_indices(a1)}
    log = np.log(a1.values)
    r = np.array([log[i, j] + log[j, k] - log[i, k] for i, j, k in combinations(range(4), 3)])
    assert np.exp(np.abs(r)) == pytest.approx([2, 16 / 7, 12 / 7, 3 / 2])
    assert found["geometric_consistency_index"] == pytest.approx((r**2).mean() / 3)
    terms = [re.sub("0+$", "", n(term)) for term in 4 * np.sinh(r / 2) ** 2]
    holds("GCI: for", f"A1: .404692/3 = {n(found['geometric_consistency_index'])}, acceptable.")
    holds("Koczkodaj's K", f"1 − 7/16 = {n(found['koczkodaj_index'], 4)}.")
    holds("CI*: the mean", f"({' + '.join(terms)})/4 = {n(found['pelaez_lamata_index'])}.")
    holds("LTI1", f"(ln 2 + ln 16/7 + ln 12/7 + ln 3/2)/4 = {n(found['triad_log_residual'])}.")
    harmonic = 4 / (1 / a1.values.sum(axis=0)).sum()
    columns = " ".join(re.sub(r"\.?0+$", "", n(column)) for column in a1.values.sum(axis=0))
    holds(
        "HCI", f"s = {columns}, HM = {n(harmonic)}, HCI = {n(found['harmonic_consistency_index'])}."
    )
    golden = found["golden_wang_index"]
    holds("Golden–Wang", f"A1: {n(golden)}, that is {n(golden / 4, 3)} for each weight")
    house_cr = ahp.check_consistency(house, random_index=SAATY).cr
    holds(
        "CCI",
        f"3.961554/4 = {n(found['cosine_consistency_index'])}, acceptable.",
        f"CR {n(house_cr, 3)} and CCI {n(ahp.cosine_consistency_index(house), 3)}.",
    )
    holds("Salo–Hämäläinen", f"A1: {n(found['salo_hamalainen_index'])}.")
    error = found["relative_error"]
    holds("Relative error", f"A1: {n(error)}: the weights explain {100 * (1 - error):.1f} %.")
    holds(
        "Circular triads",
        f"A1: d = {found['circular_triads']}, ζ = {found['kendall_zeta']:g}. "
        f"Saaty's house: d = {ahp.circular_triads(house)}, "
        f"ζ = 1 − 24/(512 − 32) = {n(ahp.kendall_zeta(house), 2)}.",
    )
    tied = ahp.PairwiseMatrix.from_upper([1, 3, 1])
    holds(
        "Intransitive triads",
        f"A1: {found['intransitive_triads']}. Upper triangle 1, 3, 1 (1 = 2, 2 = 3, and yet 1 "
        f"above 3): {ahp.intransitive_triads(tied)}, while d = {ahp.circular_triads(tied)}.",
    )
    of_a1, of_house = ahp.order_preservation(a1), ahp.order_preservation(house)
    holds(
        "Order preservation",
        f"A1: {of_a1.preferences.strict} of {of_a1.preferences.asked} preferences and "
        f"{of_a1.intensities.strict} of {of_a1.intensities.asked} intensities. Saaty's house: "
        f"{of_house.preferences.strict} of {of_house.preferences.asked} and "
        f"{of_house.intensities.strict} of {of_house.intensities.asked}.",
    )


def test_consistency_ratio(a1: ahp.PairwiseMatrix, house: ahp.PairwiseMatrix) -> None:
    found = ahp.check_consistency(a1, weights=ahp.column_mean(a1))
    three = ahp.check_consistency(ahp.PairwiseMatrix.from_upper([2, 3, 4]))
    turned, worse = (
        ahp.check_consistency(ahp.PairwiseMatrix.from_upper(upper)).cr
        for upper in ([2, 4, 3], [3, 2, 4])
    )
    holds(
        "CI and CR",
        f"A1: λmax = {n(found.lambda_max)}, CI = {n(found.lambda_max - 4)}/3 = {n(found.ci)}, "
        f"with RI(4) = {n(found.ri, 2)} CR = {n(found.cr)}.",
        f"= {n(three.lambda_max)}, CI = {n(three.ci)}.",
        f"has CR = {n(turned, 4)} with Saaty's table, 3, 2, 4 has {n(worse, 4)}.",
        f"has {n(found.lambda_mean)}, hence CI = {n(found.ci_mean)} and CR = {n(found.cr_mean)} "
        f"instead of {n(found.cr)}.",
    )
    limits = [
        n(2 * order / (order - 2) * ahp.random_index_value(order, "alonso_lamata") * 0.1, 4)
        for order in (3, 4, 5, 7, 15)
    ]
    holds(
        "GCI: for",
        "that gives {}, {}, then {} (n = 5), {} (n = 7), {} (n = 15)".format(*limits),
        "CR = .10: {} for n = 3, {} for n = 4, .370 above.".format(*limits),
    )
    cr = ahp.check_consistency(house, random_index=SAATY).cr
    holds("The worked matrix", f"Its CR is {n(found.cr, 3)}", f"buying one, CR {n(cr, 3)}.")


@pytest.mark.parametrize("table", ahp.RANDOM_INDEX_TABLES)
def test_random_indices(table: str, a1: ahp.PairwiseMatrix) -> None:
    three = ahp.check_consistency(ahp.PairwiseMatrix.from_upper([2, 3, 4]), random_index=table)
    ri, cr, acceptable = row_of(section("CI and CR"), f"`{table}`")
    assert ri == n(three.ri, len(ri) - 1)
    assert float(ri) == pytest.approx(three.ri, abs=1e-12)
    assert cr == n(three.cr, 4)
    assert acceptable == ("yes" if three.acceptable else "no")
    reach, ri, cr, _ = row_of(section("Random indices"), f"`{table}`")
    four = ahp.check_consistency(a1, random_index=table)
    assert (ri, cr) == (n(four.ri, len(ri) - 1), n(four.cr, 5))
    orders = [order for order in ahp.RANDOM_INDEX_TABLES[table].values if order > 2]
    spans = [part.strip() for part in reach.split(",")]
    if table == "donegan_dodd":
        assert orders == [*range(3, 21), 25, 30, *range(40, 101, 10)]
        assert spans == ["3–20", "25", "30", "40 … 100"]
    else:
        assert orders == list(range(orders[0], orders[-1] + 1))
        assert spans == [f"{orders[0]}–{orders[-1]}"]


def test_simulated_random_index() -> None:
    errors = ahp.RANDOM_INDEX_TABLES["simulated"].standard_errors
    assert errors is not None
    drawn = [error for order, error in errors.items() if order > 4]
    three = ahp.simulate_random_index(3, draws=2)
    holds(
        "Random indices",
        f"standard error, {n(min(drawn))} to {n(max(drawn))}, in",
        "λmax = n + 1.7699 n − 4.3513 at CR = 1, hence RI = (1.7699 n − 4.3513)/(n − 1)",
        f"the {three.draws} matrices instead of drawing: RI(3) = {n(three.ri)}.",
    )


# --- diagnosis and repair ------------------------------------------------------------------------


def test_diagnosis(a1: ahp.PairwiseMatrix, house: ahp.PairwiseMatrix) -> None:
    assert house.values == pytest.approx(
        ahp.PairwiseMatrix(case("saaty_house_8")["matrix"]).values, rel=1e-15
    )
    newer, older = (ahp.check_consistency(house, random_index=name) for name in (SAATY, "saaty"))
    holds(
        "Diagnosis and repair",
        f'RI(8) = {n(newer.ri, 2)} (`random_index="{SAATY}"`; with Saaty\'s {n(older.ri, 2)} its '
        f"CR is {n(older.cr, 4)}), and of A1 with a limit of .02,",
    )
    first, second = ahp.rank_judgments(house, random_index=SAATY)[:2]
    of_a1 = ahp.rank_judgments(a1)
    assert (first.i, first.j, first.value, first.best_value) == (2, 6, 6, 0.5)
    assert second.cr_after > 0.1
    assert (of_a1[0].i, of_a1[0].j, of_a1[0].value, of_a1[0].best_value) == (0, 1, 4, 2)
    assert [(one.i, one.j) for one in of_a1 if one.best_value == one.value] == [(0, 2)]
    holds(
        "`rank_judgments`",
        f"(3, 7), 6, has ε = {n(first.epsilon, 4)}; its best value is "
        f"{n(first.best_continuous, 4)}, on the scale 1/2, which leaves CR {n(first.cr_after, 4)}.",
        f"(1, 2) from 4 to 2 leaves CR {n(of_a1[0].cr_after)} (ε = {n(of_a1[0].epsilon, 4)}, best "
        f"value {n(of_a1[0].best_continuous, 4)}); (1, 3) = 6 is best as it is.",
    )
    (worst,) = ahp.worst_triads(house, 1)
    (mild,) = ahp.worst_triads(a1, 1)
    assert (worst.i, worst.j, worst.k, worst.cyclic) == (0, 2, 6, True)
    assert (mild.i, mild.j, mild.k, mild.cyclic) == (0, 1, 3, False)
    fitting = [", ".join(f"{value:g}" for value in triad.fitting) for triad in (worst, mild)]
    holds(
        "`worst_triads`",
        f"house: items 1, 3, 7: {worst.a_ij:g} · {worst.a_jk:g} = {worst.implied:g} against 1/3, "
        f"cyclic, t = {n(worst.residual, 4)}; fitting {fitting[0]}.",
        f"{mild.a_ij:g} · {mild.a_jk:g} = {mild.implied:g} against {mild.a_ik:g}, "
        f"t = {n(mild.residual)}, CR = {n(mild.cr)}; fitting {fitting[1]}.",
    )


def test_repair(a1: ahp.PairwiseMatrix, house: ahp.PairwiseMatrix) -> None:
    greedy = ahp.fewest_changes(house, random_index=SAATY)
    exact = ahp.fewest_changes(house, random_index=SAATY, method="exact")
    of_a1 = ahp.fewest_changes(a1, cr_max=0.02)
    assert (greedy.exact, exact.exact, of_a1.exact) == (False, True, True)
    assert greedy.changes == exact.changes == ((2, 6, 6, 1),)
    assert of_a1.changes == ((0, 1, 4, 2),)
    holds(
        "`fewest_changes`",
        f"from 6 to 1, CR {n(exact.cr_after, 4)}, distance ln 6 = {n(exact.log_distance, 4)};",
        f"from 4 to 2, CR {n(of_a1.cr_after)}, distance ln 2 = {n(of_a1.log_distance)}.",
    )
    house_step = ahp.smallest_adjustment(house, random_index=SAATY)
    step = ahp.smallest_adjustment(a1, cr_max=0.02)
    half = ahp.smallest_adjustment(a1, cr_max=0.02, exponent=0.5)
    assert 0.1 - 1e-12 < house_step.cr_after < 0.1
    assert half.steps == 1
    holds(
        "`smallest_adjustment`",
        f"house: λ = {n(house_step.exponent)}, δ = {n(house_step.delta, 4)}, "
        f"σ = {n(house_step.sigma, 4)}, CR just below .1.",
        f"limit .02: λ = {n(step.exponent)}, δ = {n(step.delta, 4)}, σ = {n(step.sigma, 4)};",
        f"one step, CR = {n(half.cr_after)}, δ = {n(half.delta, 4)}, σ = {n(half.sigma, 4)}.",
    )


# --- incomplete judgments ------------------------------------------------------------------------


def test_incomplete(names: dict[str, Any]) -> None:
    partial = names["partial"]
    found = ahp.complete_matrices(partial)
    article = ahp.PairwiseMatrix.from_upper([1, 5, 2, 3, 4, None])
    example = ahp.complete_matrices(article)
    path = ahp.PairwiseMatrix.from_upper([9, None, 9])
    assert ahp.complete_matrices(path).values[0, 2] == pytest.approx(81)
    assert ahp.complete_matrices(path, scale_max=9).values[0, 2] == pytest.approx(9)
    assert example.values[2, 3] == pytest.approx(math.sqrt(8 / 15))
    holds(
        "`complete_matrices`",
        f"a_34 = {n(found.values[2, 3])}, λmax = {n(found.lambda_max)}, weights "
        f"{n(found.weights)}.",
        f"a_34 = √(8/15) = {n(example.values[2, 3])}, λmax = {n(example.lambda_max)}, weights "
        f"{n(example.weights, 4)}.",
    )
    holds("`log_least_squares`", f"number*: {n(ahp.log_least_squares(partial))}.")
    checked = ahp.check_incomplete_consistency(partial)
    approximate = ahp.incomplete_random_index(4, 1, method="approximation").value
    simulated, printed = (
        [ahp.incomplete_random_index(4, m, method=method).value for m in (1, 2, 3)]
        for method in ("simulated", "printed")
    )
    of_article = ahp.check_incomplete_consistency(article)
    holds(
        "`check_incomplete_consistency`",
        f"CI = {n(checked.ci)}, RI(4, 1) = {n(checked.ri, 3)}, CR = {n(checked.cr, 4)}.",
        f"RI = (1 − 2/6) · .90 = {n(approximate, 2)}.",
        f"RI(4, m) = {', '.join(n(simulated).split())}, "
        f"where {', '.join(n(printed, 3).split())} are",
        f"Example 4: CR = {n(of_article.cr, 4)}.",
        f"CR = {n(of_article.ci / ahp.random_index_value(4, 'donegan_dodd'), 4)} for example 4.",
    )
    question = ahp.next_pair(ahp.PairwiseMatrix.from_upper([4, None, None, 3, None, 2]))
    assert (question.i, question.j) == (0, 3)
    holds("`next_pair`", f"(1, 4): R = 3, gain ½ ln 4 = {n(question.information)}.")


# --- scales --------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", ahp.SCALES)
def test_scales(scale: str, a1: ahp.PairwiseMatrix) -> None:
    definitions, numbers = section("Judgment scales").split("*Worked number*")
    largest = ahp.SCALES[scale].maximum(4)
    _, printed, source = row_of(definitions, f"`{scale}`")
    assert printed == ("9(n − 1)" if largest == 27 else f"{largest:.5g}")
    assert source.split(",")[0] in ahp.SCALES[scale].source
    matrix = ahp.apply_scale(a1, scale)
    cr = ahp.check_consistency(matrix).cr
    assert row_of(numbers, f"`{scale}`") == [n(ahp.weights(matrix)), n(cr, 4)]


# --- hierarchies and groups ----------------------------------------------------------------------


def test_hierarchies(names: dict[str, Any]) -> None:
    weights = names["tree"].global_weights({"goal": [0.7, 0.3], "A": [0.6, 0.4], "B": [0.5, 0.5]})
    leaves = [weights[leaf] for leaf in names["tree"].leaves]
    holds("Global weights", f"leaves {n(leaves, 2)}.")
    printed = case("anhui_total_CR", "hierarchies_and_groups")
    found = ahp.total_consistency(printed["a"], printed["CI"], printed["RI"])
    holds(
        "`total_consistency`",
        f"weights {n(printed['a'], 4)}, CI = {n(printed['CI'], 4)} and RI = .90 each",
        f"CI = {n(found.ci)}, RI = {n(found.ri, 1)}, CR = {n(found.cr, 4)}.",
    )
    assert n(found.cr, 4) == n(printed["expected"], 4)
    assert names["level"] == found


def test_groups(names: dict[str, Any]) -> None:
    experts: Float = np.stack([matrix.values for matrix in names["experts"]])
    published = case("dong_AIJ", "hierarchies_and_groups")
    for matrix, member in zip(experts, published["members"], strict=True):
        assert np.array_equal(matrix, ahp.PairwiseMatrix(case(member)["matrix"]).values)
    c = np.array(published["weights_DM"])
    assert names["c"] == c.tolist()
    holds("Groups", f"weights {n(c[:3], 1)}", f"{n(c[3:], 1)}, A1 the first of them")
    panel = ahp.aggregate_judgments(experts, c)
    assert np.array_equal(panel, names["panel"])
    weights = n(ahp.weights(panel, "geometric_mean"), 4)
    assert weights == n(published["expected"], 4)
    crs = ahp.check_consistency(experts).cr
    robust = [
        [ahp.aggregate_judgments(experts, w, how=how)[0, 1] for how in ahp.AGGREGATIONS]
        for w in (c, None)
    ]
    assert robust[0][1] == robust[1][1] == pytest.approx(4)
    trimmed = ahp.aggregate_judgments(experts, how="trimmed", trim=0.2)[0, 1]
    assert trimmed == pytest.approx(48 ** (1 / 3))
    holds(
        "`aggregate_judgments`",
        f"ā_12 = 4^.1 · 5^.3 · 3^.1 · 4^.2 · (1/2)^.3 = {n(panel[0, 1])}; geometric-mean "
        f"weights {weights}, GCI = {n(ahp.geometric_consistency_index(panel), 4)}, as printed",
        f"equal weights: {n(ahp.geometric_mean(ahp.aggregate_judgments(experts)), 4)}.",
        f"here {n(ahp.check_consistency(panel).cr, 4)}, is as a rule far below the experts' own, "
        f"{n(min(crs), 4)} to {n(max(crs), 4)}",
        f"With c, a_12 of the five is {n(robust[0][0], 4)} as the geometric mean, 4 as the median, "
        f"{n(robust[0][2], 4)} trimmed; with equal weights {n(robust[1][0], 4)}, 4, "
        f"{n(robust[1][2], 4)}.",
        f"(3 · 4 · 4)^⅓ = {n(trimmed, 4)}.",
    )
    own = ahp.geometric_mean(experts)
    arithmetic = ahp.aggregate_priorities(own, c)
    terms = " + ".join(f"{n(a, 1)} · {n(w, 4)}" for a, w in zip(c, own[:, 0], strict=True))
    geometric, eigenvector = (
        n(ahp.aggregate_priorities(ahp.weights(experts, method), c, how="geometric"), 4)
        for method in ("geometric_mean", "eigenvector")
    )
    holds(
        "`aggregate_priorities`",
        f"arithmetic {n(arithmetic, 4)}, where the first is {terms}.",
        f"the same as AIJ, {geometric}. With `eigenvector` the two differ: AIJ "
        f"{n(ahp.weights(panel), 4)}, AIP {eigenvector}.",
    )


def test_expert_weights(names: dict[str, Any]) -> None:
    text = section("`authority_coefficient`")
    for ground, values in ahp.JUDGMENT_BASIS.items():
        (row,) = re.findall(rf"\| `{ground}`, \w+ \| (.*?) \|(?= \||$)", text + " |")
        assert row.split(" | ") == n(values, 1).split()
    for step, value in ahp.FAMILIARITY.items():
        (printed,) = re.findall(rf"\| `{step}`, \w+ \| (\S+) \|", text)
        assert float(printed) == value
    large = dict.fromkeys(ahp.JUDGMENT_BASIS, "large")
    basis = ahp.judgment_basis(large | {"theoretical_analysis": "medium"})
    familiarity = ahp.FAMILIARITY["familiar"]
    authority = ahp.authority_coefficient(basis, familiarity)
    holds(
        "`authority_coefficient`",
        f"Ca = .2 + .5 + .1 + .1 = {n(basis, 1)}; familiar, Cs = {n(familiarity, 1)}: "
        f"Cr = {n(authority, 2)}.",
    )
    experts = np.stack([matrix.values for matrix in names["experts"]])
    cr = ahp.check_consistency(experts).cr
    assert ahp.consistency_weights([0.1, 0]) == pytest.approx([1 / 3, 2 / 3])
    holds("`consistency_weights`", f"the CR {n(cr, 4)} give {n(ahp.consistency_weights(cr), 4)}.")
    weighed = names["PANEL"]
    (one,) = (one for one in weighed.incoherences if one.expert == "E5")
    assert (one.parent, one.limit, weighed.invited) == ("coordination", 0.08, 9)
    holds(
        "Experts who contradict themselves",
        f"has CR {n(weighed.consistency['coordination'].cr, 4)}, E5's own has {n(one.cr, 4)};",
        f"with {n(one.factor, 4)} of the weight.",
    )
    judgments = names["judgments"]
    distances = ahp.log_distances(judgments)
    holds(
        "`distance_weights`",
        f"d_12 = {n(distances[0, 1], 4)}, d_15 = {n(distances[0, 4], 4)}, weights "
        f"{n(ahp.distance_weights(judgments), 4)}.",
    )


def test_consensus(names: dict[str, Any]) -> None:
    own, c, judgments = np.array(names["own"]), names["c"], names["judgments"]
    found = ahp.group_consensus(own)
    pairs = ahp.pairwise_consensus(own)
    band = ahp.consensus_band(found.similarity)
    holds(
        "`group_consensus`",
        f"c = {n(found.floor, 5)} for n = 4, M = 9. Hα = {n(found.alpha, 4)}, "
        f"Hγ = {n(found.gamma, 4)}, Hβ = {n(found.beta, 4)}, S* = {n(found.similarity, 4)}, "
        f"{band}. Of experts 1 and 2 it is {n(pairs[0, 1], 4)}, of experts 2 and 5 "
        f"{n(pairs[1, 4], 4)}. Without the fifth expert "
        f"{n(ahp.group_consensus(own[:4]).similarity, 4)}. With the expert weights c it is "
        f"{n(ahp.group_consensus(own, c).similarity, 4)}.",
    )
    words = " | ".join(ahp.consensus_band(limit) for limit in (0.4, 0.5, 0.65, 0.75, 0.85))
    holds("`group_consensus`", f"| {words} |")
    ranks = [np.argsort(np.argsort(-row)) + 1 for row in own]
    assert [row.tolist() for row in ranks] == [[1, 2, 3, 4]] * 4 + [[3, 2, 1, 4]]
    sums = np.sum(ranks, axis=0)
    squares = ((sums - 12.5) ** 2).sum()
    w = ahp.kendall_w(own)
    holds(
        "`kendall_w`",
        f"rank sums {' '.join(map(str, sums))} with rank 1 the first, mean 12.5, S = {squares:g} "
        f"and W = 12 · {squares:g}/(25 · 60) = {n(w.w, 3)}; χ² = {n(w.chi_square, 2)} with {w.df} "
        f"degrees of freedom, p = {n(w.p_value, 4)}.",
    )
    holds(
        "`coefficient_of_variation`",
        f"*Worked number*: {n(ahp.coefficient_of_variation(own), 4)}:",
        f".01 and .03 differ by little, and CV is "
        f"{n(ahp.coefficient_of_variation([0.01, 0.03]), 2)}.",
    )
    spread = ahp.judgment_spread(judgments)
    steps = ahp.scale_position(judgments)[:, 0]
    assert spread.order[0] == 0
    holds(
        "`judgment_spread`",
        f"in steps {' '.join(f'{step:g}' for step in steps).replace('-', '−')}: median "
        f"{spread.median[0]:g}, quartiles {spread.q1[0]:g} and {spread.q3[0]:g}, IQR "
        f"{spread.iqr[0]:g}; the standard deviation of ln a is {n(spread.log_sd[0], 4)}, the "
        f"largest of all pairs; {spread.share_left[0]:.0%} prefer left, "
        f"{spread.share_right[0]:.0%} right.".replace("%", " %"),
    )
    group = ahp.geometric_mean(names["panel"])
    holds(
        "`geometric_compatibility`",
        f"{n(ahp.geometric_compatibility(names['experts'], group), 4)}. The own GCI of the fifth "
        f"is {n(ahp.geometric_consistency_index(names['experts'][4]), 4)}.",
    )
    clusters = ahp.cluster_experts(judgments)
    heights = n(clusters.linkage[:, 2], 4).split()
    holds(
        "`cluster_experts`",
        f"merges at {', '.join(heights[:3])} and {heights[3]}: cut below the last, labels "
        f"{' '.join(map(str, clusters.labels))}.",
        f"leaves is {' '.join(map(str, clusters.leaf_order + 1))}.",
    )


# --- uncertainty ---------------------------------------------------------------------------------


def test_monte_carlo(a1: ahp.PairwiseMatrix) -> None:
    grid = ahp.simulate_matrix(a1, seed=1)
    text = section("Monte Carlo over judgments")
    holds("How sure the weights are", f"A1, weights {n(grid.weights, 4)}, unless")
    for k in range(4):
        chances = ", ".join(
            n(chance, 3) if chance % 1 else f"{chance:g}" for chance in grid.rank_probability[k]
        )
        interval = f"{n(grid.lower[k], 4)} – {n(grid.upper[k], 4)}"
        numbers = (n(part[k], 4) for part in (grid.weights, grid.mean, grid.std))
        assert row_of(text, str(k + 1)) == [*numbers, interval, chances]
    above, below = grid.outranks[2, 3], grid.outranks[3, 2]
    wide = ahp.simulate_matrix(a1, seed=1, perturbation="lognormal")
    holds(
        "Monte Carlo over judgments",
        f"probability {n(above, 4)}, the reverse {n(below, 4)}; in {n(1 - above - below, 4)} of",
        f"item 1 is {n(wide.lower[0], 4)} – {n(wide.upper[0], 4)}, and item 3 outranks item 4 with "
        f"probability {n(wide.outranks[2, 3], 4)}.",
    )


def test_panel(names: dict[str, Any]) -> None:
    experts = np.stack([matrix.values for matrix in names["experts"]])
    found = ahp.simulate_panel(
        names["goal"],
        {"goal": experts},
        [0.1, 0.3, 0.1, 0.2, 0.3],
        seed=1,
        method="geometric_mean",
    ).leaves
    intervals = ", ".join(
        f"{n(low, 3)} – {n(high, 3)}" for low, high in zip(found.lower, found.upper, strict=True)
    )
    holds(
        "`simulate_panel`",
        f"weights {n(found.weights, 4)}, 95 % intervals {intervals}; item 1 keeps rank 1 with "
        f"probability {n(found.rank_probability[0, 0], 3)}.",
    )


def test_stability(a1: ahp.PairwiseMatrix, names: dict[str, Any]) -> None:
    tree, local = names["goal"], {"goal": ahp.weights(a1)}
    line = ahp.one_at_a_time(tree, local, "1", grid=[0, 0.5, 1]).values[:, 1]
    assert line[2] == 0
    holds("`one_at_a_time`", f"item 2 has {', '.join(n(line[:2], 4).split())}, 0.")
    first, second = (ahp.stability_interval(tree, local, node) for node in "12")
    third = ahp.stability_interval(tree, local, "3", top=None)
    assert (first.lower_pairs, first.upper) == ((("1", "2"),), 1)
    assert (second.lower, third.lower_pairs, third.upper_pairs) == (
        0,
        (("3", "4"),),
        (("2", "3"),),
    )
    holds(
        "`stability_interval`",
        f"above {n(first.lower, 4)} (there it meets item 2); item 2 may rise from "
        f"{n(second.weight, 4)} to {n(second.upper, 4)}.",
        f"between {n(third.lower, 4)} (meets item 4) and {n(third.upper, 4)} (meets item 2).",
    )
    critical = ahp.critical_criteria(tree, local, relative=True)[:2]
    assert [one.node for one in critical] == ["1", "2"]
    assert critical[0].change == pytest.approx(critical[1].change)
    holds(
        "`critical_criteria`",
        f"|δ| = {n(critical[0].change, 4)} for items 1 and 2 alike, relative to the weight "
        f"{n(critical[0].relative_change, 3)} and {n(critical[1].relative_change, 3)}:",
    )


# --- alternatives --------------------------------------------------------------------------------


def test_alternatives(a1: ahp.PairwiseMatrix, names: dict[str, Any]) -> None:
    w = ahp.weights(a1)
    local = np.array(names["local"])
    holds(
        "`synthesize`",
        f"distributive {n(ahp.synthesize(w, local), 4)}, ideal "
        f"{n(ahp.synthesize(w, local, 'ideal'), 4)}.",
    )
    for name in ("saaty2005_cities", "rmcda_cars", "wiki_car"):  # reproduced by their own tests
        printed = case(name, "hierarchies_and_groups")
        holds("`synthesize`", n(printed["expected"], printed["decimals"]))
    cities = case("saaty2005_cities", "hierarchies_and_groups")
    below = [
        ahp.check_consistency(ahp.PairwiseMatrix(case(child)["matrix"]))
        for child in cities["children"]
    ]
    level = ahp.total_consistency(
        ahp.weights(ahp.PairwiseMatrix(case(cities["criteria"])["matrix"])),
        [one.ci for one in below],
        [one.ri for one in below],
    )
    holds(
        "`synthesize`",
        f"Σ w·CI = {n(level.ci)}, Σ w·RI = {n(level.ri, 1)}, CR = {n(level.cr)}.",
    )
    grades = [{"excellent": 0.6, "good": 0.3, "poor": 0.1}, {"yes": 0.8, "no": 0.2}]
    good, poor = ahp.ratings([0.75, 0.25], grades, [("good", "yes"), ("poor", "no")])
    holds("`ratings`", f"= {n(good, 3)}; (poor, no) .75/6 + .25/4 = {n(poor, 4)}.")
    scores = [(4, 9, 1, 2), (6, 6, 3, 3)]
    sums, products = ahp.weighted_sum(w, scores), ahp.weighted_product(w, scores)
    holds(
        "`weighted_sum`",
        "sums {} and {}, products {} and {}.".format(*n([*sums, *products], 4).split()),
    )


def test_rank_reversal() -> None:
    local = np.array([[1 / 11, 9 / 11, 8 / 18], [9 / 11, 1 / 11, 9 / 18], [1 / 11, 1 / 11, 1 / 18]])
    report = ahp.rank_reversal_report([1, 1, 1], local, names=["A", "B", "C"])
    (reversal,) = report.reversals
    assert (reversal.change, reversal.alternative) == ("copied", "B")
    assert reversal.reversed_pairs == (("B", "A"),)
    holds(
        "`rank_reversal_report`",
        f"Distributive {n(report.priorities['distributive'], 2)}: B leads. "
        f"With a copy of B: {n(reversal.priorities, 2)}: A leads.",
        f"In the ideal mode, {n(report.priorities['ideal'], 3)}, B stays ahead",
    )


# --- evaluation ----------------------------------------------------------------------------------

POINTS = np.array([[95.0, 60], [80, 80], [70, 88]])
SHARES = [0.6, 0.4]
OPERATORS = ("weighted_average", "min_max")


def test_points() -> None:
    found = ahp.evaluation.goalpost_scores([0.93, 3], [0.8, 0], [1, 8], [1, -1])
    grades = [ahp.evaluation.goalpost_scores(range(1, 6), low, 5).round(9) for low in (1, 0)]
    one, other = (", ".join(f"{points:g}" for points in each) for each in grades)
    holds(
        "`goalpost_scores`",
        f"93 % on time between .8 and 1 are {found[0]:g} points",
        f"fewer being better, {found[1]:g}.",
        f"goalposts 1 and 5 are {one} points, between 0 and 5 they are {other}.",
    )
    checked = ahp.evaluation.checklist_score([1, 0, 1, math.nan], [3, 1, 1, 5])
    holds("`checklist_score`", f"points 3, 1, 1, 5: 4/5 = {n(checked, 1)}.")


def test_fuzzy_evaluation() -> None:
    r = [
        *[(0.2, 0.5, 0.3, 0), (0.1, 0.3, 0.5, 0.1), (0, 0.1, 0.6, 0.3)],
        *[(0, 0.4, 0.5, 0.1), (0.5, 0.3, 0.2, 0)],
    ]
    a = [0.1, 0.1, 0.15, 0.3, 0.35]
    average, extreme = (ahp.evaluation.fuzzy_synthesis(a, r, how) for how in OPERATORS)
    assert [ahp.evaluation.defuzzify(b, how="maximum") for b in (average, extreme)] == [2, 0]
    holds(
        "`fuzzy_synthesis`",
        *(f"({', '.join(f'{share:g}'.replace('0.', '.') for share in row)})" for row in r),
        f"M(·,+) gives {n(average, 3)}, the third grade; M(∧,∨) {n(extreme, 3)}, the first.",
        f"is {n(ahp.evaluation.maximum_membership_validity(average), 3)}: weak.",
    )
    first, second, *rest = ahp.evaluation.grade_membership(0.07, [0.05, 0.15, 0.25, 0.5])
    assert rest == [0, 0]
    holds("`grade_membership`", f"grade by {n(first, 2)} and to the second by {n(second, 2)}.")


def test_changes() -> None:
    near = ahp.evaluation.split_change(["0.6", "0.4"], [83, 68], ["0.5", "0.5"], ["85.5", "70.5"])
    far = ahp.evaluation.split_change(["0.8", "0.2"], [90, 60], ["0.2", "0.8"], [92, 63])
    words = ["{:g} of performance and −{:g} of weights.", "{:g} of performance, −{:g} of weights."]
    sums = [(float(sum(gain)), -float(sum(loss))) for gain, loss in (near, far)]
    holds("`split_change`", *(word.format(*each) for word, each in zip(words, sums, strict=True)))
    w, points = ["0.29", "0.43", "0.28"], ["92.7", "89.3", "88.1"]
    exact = sum(Fraction(share) * Fraction(one) for share, one in zip(w, points, strict=True))
    floats = sum(float(share) * float(one) for share, one in zip(w, points, strict=True))
    totals = [89.96, 92.5, 90.04, 85]
    ranks = [ahp.evaluation.competition_ranks(totals, digits) for digits in (None, 1)]
    unrounded, rounded = (", ".join(map(str, each)) for each in ranks)
    holds(
        "`round_half_up`",
        f"exactly {float(exact)}, which is {ahp.evaluation.round_half_up(exact, 1)};",
        f"floats add up to {floats}.",
        f"the ranks {unrounded}, and at one digit {rounded}.",
    )


def test_weights_from_the_data() -> None:
    passed = np.array([[0.9, 80], [0.8, 60], [0.95, 90], [0.7, 40]])
    failed = np.column_stack([1 - passed[:, 0], passed[:, 1]])
    entropy, variation = (
        [function(table)[0] for table in (passed, failed)]
        for function in (ahp.evaluation.entropy_weights, ahp.evaluation.variation_weights)
    )
    holds(
        "`entropy_weights`",
        f"have the entropy weight {n(entropy[0], 3)};",
        f"the same facts have {n(entropy[1], 3)}.",
        "By variation {} and {}.".format(*n(variation, 3).split()),
    )
    both = [[0.4, 0.3, 0.2, 0.1], [0.25, 0.2, 0.3, 0.25]]
    linear, product, mean, game = (
        n(ahp.evaluation.combine_weights(both, how, shares), 4)
        for how, shares in (
            *[("linear", [0.6, 0.4]), ("product", None)],
            *[("geometric", None), ("game_theory", None)],
        )
    )
    holds(
        "`combine_weights`",
        f"they are {linear}, as a product {product}, as a geometric mean {mean}, by game theory "
        f"{game} with the shares {n(ahp.evaluation.game_theory_shares(both), 4)}.",
    )


def test_second_opinions() -> None:
    by_norm = ahp.evaluation.topsis(POINTS, SHARES)
    on_a_scale = ahp.evaluation.topsis(POINTS, SHARES, normalization="minmax")
    holds("`topsis`", f'*Worked number*: {n(by_norm, 4)}; with `"minmax"` {n(on_a_scale, 4)}.')
    half, tenth = (ahp.evaluation.grey_relational(POINTS, SHARES, rho=rho) for rho in (0.5, 0.1))
    holds("`grey_relational`", f"*Worked number*: {n(half, 4)}; with ρ = .1 {n(tenth, 4)}.")
    ratios = ahp.evaluation.rank_sum_ratio(POINTS, SHARES)
    holds("`rank_sum_ratio`", f"*Worked number*: {n(ratios, 4)}.")
    means = ahp.evaluation.weighted_geometric_mean(POINTS, SHARES)
    sums = ahp.weighted_sum(SHARES, POINTS)
    holds("`weighted_geometric_mean`", f"{n(means, 2)}, where the weighted sum has {n(sums, 2)}:")
    found = ahp.evaluation.compare_methods(POINTS, SHARES, bands=[70, 80])
    assert (found.grades["official"][0], found.grades["geometric_mean"][0]) == (2, 1)
    assert found.rank_depends == found.units
    holds("`compare_methods`", "the rank of every unit depends on the method.")


def test_raters() -> None:
    ratings = [
        *[(9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8)],
        *[(7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7)],
    ]
    found = ahp.evaluation.intraclass_correlation(ratings)
    holds(
        "`intraclass_correlation`",
        ", ".join(map(str, ratings)) + ":",
        f"ICC(2,1) = {n(found.single, 2)}, ICC(2,4) = {n(found.average, 2)}; "
        f"α of intervals {n(ahp.evaluation.krippendorff_alpha(ratings), 2)}.",
    )
    severity = ", ".join(n(ahp.evaluation.rater_severity(ratings), 4).split()).replace("-", "−")
    holds("`rater_severity`", f"the severities are {severity}.")
