from __future__ import annotations

from pathlib import Path

import pytest

from ahp.errors import PublishedError
from ahp.published import load_table

from .tables import HEAD, PARENT, UPPER, table, write

E = 'method = "eigenvector"\n'
TREE = (
    'goal = "g"\n[[parents]]\nid = "g"\nitems = ["a", "b"]\n[[parents]]\nid = "a"\n'
    'items = ["c", "d"]\n'
)


def test_a_table_with_everything_a_parent_can_have(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        'note = """\ncr = "9"\n[[parents]]\n"""\nabout = 0.2\n'
        + PARENT
        + UPPER
        + 'method = "column_mean"\nlabel = "目标"\nlabels = ["甲", "乙", "丙"]\n'
        'order = "a > b > c"\nweights = { a = "0.63" }\ncr = "0.04"\n'
        '[parents.indices]\ngci = "0.1"\n',
    )
    parent = found.parents["goal"]
    assert (parent.label, parent.labels) == ("目标", ("甲", "乙", "丙"))
    assert [(number.place, number.line, number.text) for number in found.numbers] == [
        ("parents.goal.weights.a", 18, "0.63"),
        ("parents.goal.cr", 19, "0.04"),
        ("parents.goal.indices.gci", 21, "0.1"),
    ]
    assert parent.order is not None
    assert (parent.order.place, parent.order.line) == ("parents.goal.order", 17)
    assert (parent.conventions.method, parent.conventions.about) == ("column_mean", 0.2)
    assert found.hierarchy is not None
    assert found.ranked == ("a", "b", "c")


def test_lines_of_claims_and_totals(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        'claims = [\n  "a > b",\n  "c > d",\n]\n' + TREE + '[composite]\nweights.c = "0.1"\n'
        '[[totals]]\nlevel = 1\ncr = "0.1"\n[[totals]]\nlevel = 2\nci = "0.2"\n',
    )
    assert [claim.line for claim in found.claims] == [6, 7]
    assert [(number.place, number.line) for number in found.numbers] == [
        ("composite.weights.c", 17),
        ("totals[0].cr", 20),
        ("totals[1].ci", 23),
    ]


def test_lines_of_numbers_in_inline_tables(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        'goal = "g"\nnote = """a\nb"""\norder = \'\'\'a > b\'\'\'\nclaims = [\n'
        '  "a > b > c", "a > c",\n  "a > b", # and so on\n  \'"a" > d\'\n]\n'
        'totals = [\n  { level = 1, cr = "0.1" },\n  { level = 2, cr = "0.1" },\n]\n'
        '[[parents]]\nid = "g"\nitems = [\n"a",\n"b",\n]\n'
        '[[parents]]\nid = "a"\nitems = ["c", "d"]\n',
    )
    assert [(order.place, order.line) for order in found.orders] == [("order", 8)]
    assert [claim.line for claim in found.claims] == [10, 10, 11, 12]
    assert [number.line for number in found.numbers] == [15, 16]


KEYS = (
    "format, id, title, source, parents, method, random_index, rounding, decimals, "
    "intermediate_decimals, lambda_by, about, note, goal, alternatives, mode, order, claims, "
    "candidates, composite, totals, errata"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 1\n" + PARENT, f"colour: unknown key, expected one of {KEYS}"),
        ("", "parents: missing"),
        (PARENT + "cr = 0.1\n", "parents[0].cr: is a number, expected text"),
        (PARENT + 'cr = "1e-3"\n',
         "parents[0].cr: printed number '1e-3', expected text such as "
         '"0.1540" or "15.4%"'),
        (PARENT + 'weights = { d = "0.1" }\n',
         "parents[0].weights.d: unknown, expected one of a, b, c"),
        (PARENT + 'indices = { cgi = "0.1" }\n',
         "parents[0].indices.cgi: unknown, expected one of gci, koczkodaj, pelaez_lamata, harmonic,"
         " salo_hamalainen, golden_wang, cosine, relative_error, triad_log_residual"),
        (PARENT + 'labels = ["A"]\n', "parents[0].labels: 1 names, expected 3 as of items"),
        (PARENT.replace('"c"', '"a"'), "parents[0].items[2]: 'a', expected different texts"),
        (PARENT + 'order = "a > x"\n',
         "parents[0].order: column 5: 'x', expected one of a, b, c"),
        (PARENT + 'order = "a <> b"\n',
         "parents[0].order: column 3: '<', expected one of > ≈ ="),
        (PARENT + PARENT, "parents[1].id: 'goal' is used twice, expected ids that differ"),
        (PARENT + 'upper = ["3"]\n', "parents[0].upper: compares 2, expected 3 as of items"),
        (PARENT + "upper = [3, 5, 3]\n",
         "parents[0].upper[0]: is a whole number, expected text"),
        (PARENT + "matrix = [1]\n",
         "parents[0].matrix[0]: is a whole number, expected an array of text"),
        (PARENT + 'upper = ["3", "x", "3"]\n',
         "parents[0].upper: a[0, 2] = 'x', expected a positive number or a fraction such as "
         '"1/3"'),
        (PARENT + UPPER + 'matrix = [["1"]]\n',
         "parents[0].matrix: beside upper, expected one of them"),
        (PARENT + UPPER + 'weights = { a = "0.6" }\n',
         "parents[0].method: missing, needed where a matrix is printed with weights"),
        (PARENT + '[[parents.experts]]\nname = "E"\n', "parents[0].experts[0].upper: missing"),
        (PARENT + "[[parents.experts]]\nweight = \"1\"\n" + UPPER + "[[parents.experts]]\n" + UPPER,
         "parents[0].experts: weights of some experts only, expected all or none"),
        ('method = "mean"\n' + PARENT, "method: method = 'mean', expected one of 'eigenvector', "
         "'geometric_mean', 'column_mean', 'row_sum', 'harmonic', 'least_squares', "
         "'weighted_least_squares', 'log_least_absolute', 'chi_square', 'log_goal_programming', "
         "'cosine', 'svd', 'fuzzy_preference'"),
        ('rounding = "up"\n' + PARENT,
         "rounding: rounding = 'up', expected one of 'half_up', 'truncate', 'intermediate'"),
        ('lambda_by = "x"\n' + PARENT, "lambda_by: 'x', expected one of perron, mean"),
        ("decimals = 0\n" + PARENT, "decimals: 0, expected a whole number from 1 to 15"),
        ("about = 2\n" + PARENT, "about: 2.0, expected a number between 0 and 1"),
        ('claims = ["a >"]\n' + PARENT, "claims[0]: column 4: the end, expected a name"),
        ('claims = ["a > q"]\n' + PARENT,
         "claims[0]: column 5: 'q', expected one of a, b, c"),
        ('claims = ["cr(a) < 1"]\n' + PARENT, "claims[0]: column 4: 'a', expected one of goal"),
        ('claims = ["c > d"]\n' + TREE.replace('goal = "g"\n', ""),
         "claims[0]: column 1: 'c', expected one of none, since there is no goal"),
        (TREE + '[composite]\nweights = { q = "0.1" }\n',
         "composite.weights.q: unknown, expected one of a, b, c, d"),
        (TREE.replace('goal = "g"\n', "") + '[composite]\nweights = { a = "0.1" }\n',
         "composite: needs a goal"),
        (TREE.replace('goal = "g"', 'goal = "q"'),
         "parents: the goal 'q' has no children, expected two or more"),
        (TREE + "[[totals]]\nlevel = 3\n", "totals[0].level: 3, expected 1 to 2"),
        (TREE + '[[totals]]\nlevel = "1"\n',
         "totals[0].level: is text, expected a whole number"),
        (TREE + "[[totals]]\nlevel = 0\n",
         "totals[0].level: 0, expected different levels, 1 or more"),
        (PARENT + '[[errata]]\nplace = "cr"\nprinted = "1"\ncorrect = "2"\nreason = "r"\n',
         "errata[0].place: 'cr', expected the place of a printed number, each once"),
        (PARENT + 'cr = "0.1"\n[[errata]]\nplace = "parents.goal.cr"\nprinted = "0.1"\n'
         'correct = "0.12"\nreason = "r"\n',
         "errata[0].correct: '0.12', expected as many digits as printed"),
        ('alternatives = ["x", "y"]\n' + TREE + '[composite]\nweights = { x = "0.1" }\n',
         "parents: no parent 'c', expected one that compares the alternatives"),
        ('alternatives = ["x", "y"]\norder = "x > y"\n' + TREE,
         "parents: no parent 'c', expected one that compares the alternatives"),
        ('alternatives = ["x", "y"]\n' + TREE + '[[totals]]\nlevel = 2\ncr = "0.1"\n',
         "parents: no parent 'b', expected one that compares the alternatives"),
        ('alternatives = ["x", "y"]\nclaims = ["total_cr(3) < 1"]\n' + TREE,
         "parents: no parent 'c', expected one that compares the alternatives"),
        ('alternatives = ["x", "y"]\norder = "x > y"\n' + TREE.replace('goal = "g"\n', ""),
         "order: column 1: 'x', expected one of none, since there is no goal"),
        ('rounding = "intermediate"\n' + PARENT + UPPER + 'cr = "0.1"\n',
         "parents[0].intermediate_decimals: missing, needed where no weight is printed"),
        (PARENT + "cr = {}\n", "parents[0].cr: is a table, expected text"),
        (PARENT + 'weights = { 1.5 = "0.6" }\n', "parents[0].weights.1: is a table, expected text"),
        (PARENT + 'cr = "0.1234567890123456"\n',
         "parents[0].cr: 0.1234567890123456 has more than 15 decimals, expected fewer"),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(PublishedError) as error:
        load_table(path)
    assert str(error.value) == f"{path}: {message}"


def test_another_format(tmp_path: Path) -> None:
    path = write(tmp_path, PARENT, HEAD.replace("1", "2"))
    with pytest.raises(PublishedError) as error:
        load_table(path)
    assert str(error.value) == f"{path}: format: 2, expected 1"
