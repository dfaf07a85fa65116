from __future__ import annotations

import math
from pathlib import Path

import pytest

from ahp.errors import PublishedError
from ahp.messages import Phrase
from ahp.published import Check, Verification, verify
from ahp.version import __version__

from .tables import PARENT, UPPER, table

EIGENVECTOR = 'method = "eigenvector"\n'
GEOMETRIC = 'method = "geometric_mean"\n'
COLUMN = 'method = "column_mean"\n'
FOUR = (
    '[[parents]]\nid = "goal"\nitems = ["a", "b", "c", "d"]\n'
    'upper = ["1", "4", "3", "2", "6", "1/2"]\n'
)
"""Perron root 4.285151, CI 0.095050, CR 0.105612; eigenvector 0.36644, 0.40239, 0.10789, 0.12328;
the methods differ in the third digit.
"""


def verified(folder: Path, text: str) -> Verification:
    return verify(table(folder, text))


def messages(folder: Path, text: str) -> list[str]:
    return [check.message for check in verified(folder, text).failures]


def test_reproduced(tmp_path: Path) -> None:
    found = verified(
        tmp_path,
        EIGENVECTOR + FOUR + 'weights = { a = "0.3664", d = "0.12" }\norder = "b > a > d > c"\n'
        'lambda_max = "4.2852"\nci = "0.095"\ncr = "0.1056"\nindices = { gci = "0.361" }\n',
    )
    assert found.reproduced
    assert found.failures == found.unchecked == ()
    assert found.version == __version__
    assert [(check.place, check.line, check.printed) for check in found.checks] == [
        ("parents.goal.weights.a", 10, "0.3664"),
        ("parents.goal.weights.d", 10, "0.12"),
        ("parents.goal.lambda_max", 12, "4.2852"),
        ("parents.goal.ci", 13, "0.095"),
        ("parents.goal.cr", 14, "0.1056"),
        ("parents.goal.indices.gci", 15, "0.361"),
        ("parents.goal.order", 11, "b > a > d > c"),
    ]
    assert {check.origin for check in found.checks} == {"matrix"}
    assert found.checks[-1].computed is found.checks[-1].difference is None


def test_not_reproduced(tmp_path: Path) -> None:
    found = verified(tmp_path, EIGENVECTOR + FOUR + 'weights = { a = "0.3664", b = "0.7" }\n')
    assert not found.reproduced
    (check,) = found.failures
    assert check.computed == pytest.approx(0.402389, abs=1e-6)
    assert check.difference == pytest.approx(0.297611, abs=1e-6)
    assert check == Check(
        "parents.goal.weights.b",
        10,
        "0.7",
        check.computed,
        check.difference,
        False,
        "matrix",
        (Phrase("printed_weight_is", text="0.7", words=Phrase("is_misprinted", right="0.4")),),
    )


def slip(head: str, numbers: str, place: str, message: str) -> tuple[str, list[str]]:
    return head + numbers, [f"parents.goal.{place}: printed {message}"]


SLIPS = {
    "λ of another method": slip(
        EIGENVECTOR + FOUR, 'lambda_max = "4.2792"', "lambda_max",
        "4.2792, computed 4.2851514 (difference 0.006): printed λ 4.2792 is the geometric_mean λ "
        "(mean of (Aw)/w), not the Perron root"),
    "Perron root for the mean": slip(
        GEOMETRIC + 'lambda_by = "mean"\n' + FOUR, 'lambda_max = "4.2852"', "lambda_max",
        "4.2852, computed 4.279185 (difference 0.006): printed λ 4.2852 is the Perron root, not "
        "the mean of (Aw)/w with geometric_mean weights"),
    "CR of another λ": slip(
        EIGENVECTOR + FOUR, 'cr = "0.1034"', "cr",
        "0.1034, computed 0.10561162 (difference 0.0022): printed CR 0.1034 follows from the "
        "geometric_mean λ (mean of (Aw)/w), not the Perron root"),
    "another method": slip(
        EIGENVECTOR + FOUR, 'weights = { a = "0.3878" }', "weights.a",
        "0.3878, computed 0.3664375 (difference 0.021): printed weight 0.3878 is the "
        "geometric_mean weight, not the eigenvector one"),
    "another RI table": slip(
        FOUR, 'cr = "0.1068"', "cr",
        "0.1068, computed 0.10561162 (difference 0.0012): printed CR 0.1068 is CI/RI with RI 0.89 "
        "(saaty_2005)"),
    "RI of n - 1": slip(
        FOUR, 'cr = "0.1639"', "cr",
        "0.1639, computed 0.10561162 (difference 0.058): printed CR 0.1639 is CI/RI with RI 0.58 "
        "(saaty) of order 3, not 4"),
    "RI of n + 1": slip(
        FOUR, 'cr = "0.0849"', "cr",
        "0.0849, computed 0.10561162 (difference 0.021): printed CR 0.0849 is CI/RI with RI 1.12 "
        "(saaty) of order 5, not 4"),
    "truncation": slip(
        EIGENVECTOR + FOUR, 'weights = { c = "0.1078" }', "weights.c",
        "0.1078, computed 0.10789281 (difference 9.3e-05): printed weight 0.1078 was cut off, not "
        "rounded; printed weight 0.1078 is 0.1079 with one digit misprinted"),
    "rounding": slip(
        'rounding = "truncate"\n' + EIGENVECTOR + FOUR, 'weights = { c = "0.1079" }', "weights.c",
        "0.1079, computed 0.10789281 (difference 7.2e-06): printed weight 0.1079 was rounded, not "
        "cut off; printed weight 0.1079 comes from rounding each step to 4 decimals; printed "
        "weight 0.1079 comes from cells rounded to 2 decimals before use; printed weight 0.1079 "
        "is 0.1078 with one digit misprinted"),
    "intermediate rounding": slip(
        COLUMN + FOUR, 'weights = { b = "0.3900" }', "weights.b",
        "0.3900, computed 0.38893689 (difference 0.0011): printed weight 0.3900 comes from "
        "rounding each step to 2 decimals"),
    "λ rounded on the way": slip(
        FOUR, 'cr = "0.1074"', "cr",
        "0.1074, computed 0.10561162 (difference 0.0018): printed CR 0.1074 comes from λ rounded "
        "to 2 decimals"),
    "last weight": slip(
        EIGENVECTOR + FOUR, 'weights = { a = "0.366", b = "0.402", c = "0.108", d = "0.124" }',
        "weights.d",
        "0.124, computed 0.12328085 (difference 0.00072): printed weight 0.124 was forced so that "
        "the weights sum to 1; printed weight 0.124 is 0.123 with one digit misprinted"),
    "swapped": slip(
        EIGENVECTOR + FOUR, 'weights = { a = "0.3646" }', "weights.a",
        "0.3646, computed 0.3664375 (difference 0.0018): printed weight 0.3646 has two digits of "
        "0.3664 swapped"),
    "misprinted": slip(
        EIGENVECTOR + FOUR, 'weights = { a = "0.3864" }', "weights.a",
        "0.3864, computed 0.3664375 (difference 0.02): printed weight 0.3864 is 0.3664 with one "
        "digit misprinted"),
    "ten times": slip(
        EIGENVECTOR + FOUR, 'weights = { a = "3.6644" }', "weights.a",
        "3.6644, computed 0.3664375 (difference 3.3): printed weight 3.6644 is 10 times the "
        "computed number"),
    "a tenth": slip(
        EIGENVECTOR + FOUR, 'weights = { a = "0.03664" }', "weights.a",
        "0.03664, computed 0.3664375 (difference 0.33): printed weight 0.03664 is 0.1 times the "
        "computed number"),
    "CR from the printed λ": slip(
        FOUR, 'lambda_max = "4.3"\ncr = "0.111"', "cr",
        "0.111, computed 0.10561162 (difference 0.0054): printed CR 0.111 was computed from the "
        "printed λ 4.3"),
    "CR from the printed CI": slip(
        FOUR, 'ci = "0.1"\ncr = "0.111"', "cr",
        "0.111, computed 0.10561162 (difference 0.0054): printed CR 0.111 was computed from the "
        "printed CI 0.1"),
    "nothing": slip(
        EIGENVECTOR + FOUR, 'weights = { a = "0.3725" }', "weights.a",
        "0.3725, computed 0.3664375 (difference 0.0061): no usual slip gives it"),
    "nearly": slip(
        EIGENVECTOR + FOUR, 'weights = { a = "0.37318" }', "weights.a",
        "0.37318, computed 0.3664375 (difference 0.0067): no usual slip gives it"),
    "one digit off": slip(
        EIGENVECTOR + FOUR, 'weights = { a = "0.37307" }', "weights.a",
        "0.37307, computed 0.3664375 (difference 0.0066): nearest: 0.3730639, if it is the "
        "column_mean weight, not the eigenvector one"),
    "an index": slip(
        FOUR, 'indices = { gci = "0.631" }', "indices.gci",
        "0.631, computed 0.36130916 (difference 0.27): printed gci 0.631 has two digits of 0.361 "
        "swapped"),
    "many digits": slip(
        EIGENVECTOR + FOUR, 'weights = { a = "0.3664374972621" }', "weights.a",
        "0.3664374972621, computed 0.366437497261163 (difference 9.4e-13): printed weight "
        "0.3664374972621 has two digits of 0.3664374972612 swapped"),
    "without rounding on the way": slip(
        'rounding = "intermediate"\nintermediate_decimals = 2\n' + COLUMN + FOUR,
        'weights = { a = "0.3731" }', "weights.a",
        "0.3731, computed 0.38 (difference 0.0069): printed weight 0.3731 is the column_mean "
        "weight, not rounded on the way"),
    "an order": slip(EIGENVECTOR + FOUR, 'order = "a > b"', "order", "a > b: does not hold"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_slips(tmp_path: Path, name: str) -> None:
    text, expected = SLIPS[name]
    assert messages(tmp_path, text + "\n") == expected


ERRATUM = '[[errata]]\nplace = "parents.goal.cr"\nreason = "r"\nprinted = "{}"\ncorrect = "{}"\n'


@pytest.mark.parametrize(
    ("printed", "slip", "correct", "expected"),
    [
        ("0.1066", "0.1066", "0.1056", []),
        ("0.1056", "0.1056", "0.1057",
         ["0.1056, computed 0.10561162 (difference 1.2e-05): the erratum is stale: the printed "
          "number is right"]),
        ("0.1056", "0.1056", "0.1056",
         ["0.1056, computed 0.10561162 (difference 1.2e-05): the erratum is stale: the printed "
          "number is right"]),
        ("0.1066", "0.1066", "0.1057",
         ["0.1066, computed 0.10561162 (difference 0.00099): the erratum is false: 0.1057 is not "
          "what is computed"]),
        ("0.1067", "0.1066", "0.1056",
         ["0.1067, computed 0.10561162 (difference 0.0011): the erratum is about 0.1066"]),
    ],
)  # fmt: skip
def test_errata(tmp_path: Path, printed: str, slip: str, correct: str, expected: list[str]) -> None:
    text = FOUR + f'cr = "{printed}"\n' + ERRATUM.format(slip, correct)
    assert messages(tmp_path, text) == [f"parents.goal.cr: printed {each}" for each in expected]


def test_an_erratum_is_stale_by_the_rounding_of_its_table(tmp_path: Path) -> None:
    text = 'rounding = "truncate"\n' + FOUR + 'ci = "0.0950"\n'
    erratum = ERRATUM.format("0.0950", "0.0951").replace("goal.cr", "goal.ci")
    assert messages(tmp_path, text + erratum) == [
        "parents.goal.ci: printed 0.0950, computed 0.095050456 (difference 5e-05): the erratum is "
        "stale: the printed number is right"
    ]


INPUTS = (
    'goal = "g"\n[[parents]]\nid = "g"\nitems = ["a", "b"]\nweights = { a = "0.6", b = "0.4" }\n'
    '[[parents]]\nid = "a"\nitems = ["c", "d", "e"]\nweights = { c = "0.5" }\nci = "0.02"\n'
)


def test_inputs_are_not_checked(tmp_path: Path) -> None:
    found = verified(
        tmp_path,
        INPUTS + '[composite]\nweights = { c = "0.30", d = "0.1", b = "0.41" }\n'
        '[[totals]]\nlevel = 2\nci = "0.012"\nri = "0.348"\ncr = "0.0345"\n',
    )
    assert [printed.place for printed in found.unchecked] == [
        *("parents.g.weights.a", "parents.g.weights.b", "parents.a.weights.c", "parents.a.ci"),
        "composite.weights.d",
    ]
    assert [(check.place, check.origin, check.reproduced) for check in found.checks] == [
        ("composite.weights.c", "inputs", True),
        ("composite.weights.b", "inputs", False),
        ("totals[0].ci", "inputs", True),
        ("totals[0].ri", "inputs", True),
        ("totals[0].cr", "inputs", True),
    ]
    assert found.failures[0].message == (
        "composite.weights.b: printed 0.41, computed 0.4 (difference 0.01): printed 0.41 is 0.40 "
        "with one digit misprinted"
    )


def test_totals_that_fail(tmp_path: Path) -> None:
    assert messages(tmp_path, INPUTS + '[[totals]]\nlevel = 2\ncr = "0.0344"\n') == [
        "totals[0].cr: printed 0.0344, computed 0.034482759 (difference 8.3e-05): printed 0.0344 "
        "was cut off, not rounded; printed 0.0344 is 0.0345 with one digit misprinted"
    ]


def test_nothing_to_check(tmp_path: Path) -> None:
    found = verified(tmp_path, INPUTS)
    assert not found.reproduced
    assert [check.message for check in found.checks] == ["checks: nothing to check"]
    assert len(found.unchecked) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('order = "b > a > d > c"', []),
        ('order = "a > b"', ["order: printed a > b: does not hold"]),
        ('order = "a = b"', ["order: printed a = b: does not hold"]),
        ('order = "b ≈ a, c ≈ d"\nabout = 0.13', []),
        ('order = "b ≈ a, c ≈ d"\nabout = 0.12', ["order: printed b ≈ a, c ≈ d: does not hold"]),
        ('claims = ["b / c > 3.7", "cr(goal) < 0.1"]',
         ["claims[1]: printed cr(goal) < 0.1: does not hold"]),
        ('claims = ["ci(goal) < 0.1 < cr(goal)", "4.28 < lambda_max(goal) < 4.29"]', []),
        ('claims = ["total_cr(1) = cr(goal)", "total_cr(1) < cr(goal)"]',
         ["claims[1]: printed total_cr(1) < cr(goal): does not hold"]),
    ],
)  # fmt: skip
def test_orders_and_claims(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert messages(tmp_path, EIGENVECTOR + text + "\n" + FOUR) == expected


def test_equal_weights_are_in_no_order(tmp_path: Path) -> None:
    equal = PARENT + 'upper = ["1/3", "1/3", "1"]\n'
    for relation, expected in {">": 1, "=": 0, "≈": 0}.items():
        text = f'{EIGENVECTOR}order = "b {relation} c, c {relation} b"\n{equal}'
        assert len(messages(tmp_path, text)) == expected


TWO = (
    EIGENVECTOR + '[[parents]]\nid = "p"\nitems = ["a", "b", "c"]\n' + UPPER +
    '[[parents]]\nid = "q"\nitems = ["c", "d", "e"]\nupper = ["2", "5", "7"]\n'
)  # fmt: skip


def test_claims_across_parents_without_a_goal(tmp_path: Path) -> None:
    claims = 'claims = ["cr(p) < cr(q)", "local(a) > local(d)", "cr(p) > cr(q)"]\n'
    found = verified(tmp_path, claims + TWO)
    assert [(check.place, check.reproduced) for check in found.checks] == [
        *(("claims[0]", True), ("claims[1]", True), ("claims[2]", False))
    ]


def test_division_by_zero_in_a_claim(tmp_path: Path) -> None:
    with pytest.raises(PublishedError) as error:
        verified(tmp_path, 'claims = [\n"1 / (a - a) > 1"]\n' + EIGENVECTOR + FOUR)
    path = tmp_path / "t.ahp.toml"
    assert str(error.value) == f"{path}:6: claims[0]: column 3: division by zero"


def test_an_order_beyond_the_random_index(tmp_path: Path) -> None:
    items = ", ".join(f'"{k}"' for k in range(17))
    upper = ", ".join(['"1"'] * 136)
    with pytest.raises(PublishedError) as error:
        verified(tmp_path, f'[[parents]]\nid = "g"\nitems = [{items}]\nupper = [{upper}]\n')
    assert str(error.value) == (
        f"{tmp_path / 't.ahp.toml'}: parents.g: random_index 'saaty' has no value for n = 17 (its "
        "largest is 15); tables with n = 17: donegan_dodd, alonso_lamata_line, simulated"
    )


def test_intermediate_rounding(tmp_path: Path) -> None:
    declared = 'rounding = "intermediate"\nintermediate_decimals = 2\n'
    text = COLUMN + FOUR + 'weights = { a = "0.38", b = "0.39", c = "0.11", d = "0.13" }\n'
    assert messages(tmp_path, declared + text) == []
    assert [message.partition(" (")[0] for message in messages(tmp_path, text)] == [
        "parents.goal.weights.a: printed 0.38, computed 0.37306388"
    ]


def test_lambda_of_weights_rounded_to_zero(tmp_path: Path) -> None:
    text = (
        'rounding = "intermediate"\nintermediate_decimals = 1\nlambda_by = "mean"\n' + EIGENVECTOR +
        PARENT + 'upper = ["9", "9", "9"]\nlambda_max = "3.1"\n'
    )  # fmt: skip
    assert messages(tmp_path, text) == [
        "parents.goal.lambda_max: printed 3.1: cannot be computed: division by 0"
    ]


ALTERNATIVES = (
    'goal = "g"\nalternatives = ["x", "y"]\n' + EIGENVECTOR +
    '[[parents]]\nid = "g"\nitems = ["a", "b"]\nupper = ["3"]\n'
    '[[parents]]\nid = "a"\nitems = ["x", "y"]\nupper = ["4"]\n'
    '[[parents]]\nid = "b"\nitems = ["y", "x"]\nupper = ["3"]\n'
)  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "x"),
    [
        ("distributive", 0.75 * 0.8 + 0.25 * 0.25),
        ("ideal", (0.75 + 0.25 / 3) / (0.75 + 0.25 / 3 + 0.75 / 4 + 0.25)),
    ],
)
def test_alternatives(tmp_path: Path, mode: str, x: float) -> None:
    text = (
        f'mode = "{mode}"\n{ALTERNATIVES}[composite]\norder = "x > y"\n'
        f'weights = {{ x = "{x:.6f}", y = "{1 - x:.6f}", a = "0.75" }}\n'
        '[[totals]]\nlevel = 2\ncr = "0"\n'
    )
    found = verified(tmp_path, text)
    assert found.reproduced
    assert [check.place for check in found.checks] == [
        *("composite.weights.x", "composite.weights.y", "composite.weights.a", "totals[0].cr"),
        "composite.order",
    ]
    assert found.checks[0].computed == pytest.approx(x, abs=1e-12)
    other = {"ideal": "distributive", "distributive": "ideal"}[mode]
    failures = messages(tmp_path, text.replace(mode, other))
    assert [message.partition(":")[0] for message in failures] == [
        *("composite.weights.x", "composite.weights.y")
    ]


STORED = (
    'goal = "g"\ncandidates = "c.csv"\n'
    '[[parents]]\nid = "g"\nitems = ["a", "b"]\nweights = { a = "0.75" }\n'
    '[[parents]]\nid = "a"\nitems = ["x", "y", "z"]\nweights = { x = "0.63335", z = "0.10616" }\n'
)
HEADER = "parent,method,rounding,upper\n"
CANDIDATES = (
    HEADER + "g,eigenvector,half_up,3\na,column_mean,half_up,3 5 3\n"
    "a,column_mean,half_up,2 5 7\na,geometric_mean,half_up,3 5 3\n"
)


def stored(folder: Path, text: str, candidates: str = CANDIDATES) -> Verification:
    (folder / "c.csv").write_text(candidates, encoding="utf-8")
    return verified(folder, text)


def test_stored_candidates_reproduce(tmp_path: Path) -> None:
    found = stored(tmp_path, STORED + '[composite]\nweights = { y = "0.1954" }\n')
    assert [(check.place, check.origin, check.reproduced) for check in found.checks] == [
        ("parents.g.weights.a", "reconstructed", True),
        ("parents.a.weights.x", "reconstructed", True),
        ("parents.a.weights.z", "reconstructed", True),
        ("composite.weights.y", "reconstructed", True),
    ]
    assert found.checks[3].computed == pytest.approx(0.75 * 0.260498, abs=1e-6)


def test_one_number_that_no_candidate_has_with_the_rest(tmp_path: Path) -> None:
    found = stored(tmp_path, STORED.replace("0.63335", "0.63353") + 'order = "x > y > z"\n')
    assert [check.message for check in found.failures] == [
        "parents.a.weights.x: printed 0.63353, computed 0.63334572 (difference 0.00018): printed "
        "weight 0.63353 has two digits of 0.63335 swapped"
    ]


def test_numbers_that_contradict_each_other(tmp_path: Path) -> None:
    text = STORED.replace('x = "0.63335"', 'x = "0.70000", y = "0.30000"')
    failures = stored(tmp_path, text).failures
    assert [check.place for check in failures] == ["parents.a.weights.x", "parents.a.weights.y"]
    assert {str(why) for check in failures for why in check.explanations} == {
        "the numbers of 'a' contradict each other: 1 of 3 are reproduced together"
    }


def test_global_numbers_of_stored_candidates_that_fail(tmp_path: Path) -> None:
    found = stored(tmp_path, STORED + '[composite]\nweights = { y = "0.1945" }\n')
    assert [check.message for check in found.failures] == [
        "composite.weights.y: printed 0.1945, computed 0.19537347 (difference 0.00087): printed "
        "0.1945 has two digits of 0.1954 swapped"
    ]


def test_candidates_with_a_bom(tmp_path: Path) -> None:
    assert stored(tmp_path, STORED, "\ufeff" + CANDIDATES).reproduced


def test_a_parent_without_candidates_is_not_checked(tmp_path: Path) -> None:
    found = stored(tmp_path, STORED, HEADER + "g,eigenvector,half_up,3\n")
    assert [check.place for check in found.checks] == ["parents.g.weights.a"]
    assert [printed.place for printed in found.unchecked] == [
        *("parents.a.weights.x", "parents.a.weights.z")
    ]


@pytest.mark.parametrize(
    ("candidates", "message"),
    [
        ("", "line 1: '', expected parent,method,rounding,upper"),
        ("parent,upper\n", "line 1: 'parent,upper', expected parent,method,rounding,upper"),
        (HEADER + "g,eigenvector,3\n", "line 2: 3 cells, expected 4"),
        (HEADER + "\n", "line 2: 0 cells, expected 4"),
        (HEADER + "q,eigenvector,half_up,3\n", "line 2: parent 'q', expected one of g, a"),
        (HEADER + "g,eigenvector,up,3\n",
         "line 2: rounding = 'up', expected one of 'half_up', 'truncate', 'intermediate'"),
        (HEADER + "g,eigenvector,half_up,x\n",
         "line 2: a[0, 1] = 'x', expected a positive number or a fraction such as \"1/3\""),
        (HEADER + "a,eigenvector,half_up,3\n", "line 2: compares 2, expected 3 as of a"),
        (HEADER + "g,svd,intermediate,3\n",
         "method of intermediate rounding = 'svd', expected one of 'eigenvector', "
         "'geometric_mean', 'column_mean'"),
        (HEADER + "g," + "x" * 140000 + "\n", "line 2: field larger than field limit (131072)"),
    ],
)  # fmt: skip
def test_files_of_candidates_that_are_refused(
    tmp_path: Path, candidates: str, message: str
) -> None:
    with pytest.raises(PublishedError) as error:
        stored(tmp_path, STORED, candidates)
    assert str(error.value) == f"{tmp_path / 'c.csv'}: {message}"


def test_files_of_candidates_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    with pytest.raises(PublishedError) as error:
        verified(tmp_path, STORED)
    assert str(error.value) == f"{path}: cannot be read: No such file or directory"
    path.write_bytes(HEADER.encode() + b"\xff")
    with pytest.raises(PublishedError) as error:
        verified(tmp_path, STORED)
    assert str(error.value) == f"{path}: byte {len(HEADER)} is not UTF-8, expected UTF-8 text"


def test_a_panel_is_aggregated(tmp_path: Path) -> None:
    experts = "".join(
        f'[[parents.experts]]\nweight = "{weight}"\nupper = ["{value}"]\n'
        for weight, value in (("0.25", "1"), ("0.75", "9"))
    )
    ratio = math.exp(0.75 * math.log(9))
    found = verified(
        tmp_path,
        EIGENVECTOR + '[[parents]]\nid = "g"\nitems = ["a", "b"]\n'
        f'weights = {{ a = "{ratio / (1 + ratio):.5f}" }}\n' + experts,
    )  # fmt: skip
    assert found.reproduced
