"""Published numbers reproduce within half a unit of the last printed digit.

`golden/published.json` and `golden/random_index.json` hold the prints with their sources; numbers
are read as decimals, so that the printed digits are known.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ahp

GOLDEN = Path(__file__).parent / "golden"
PUBLISHED = json.loads((GOLDEN / "published.json").read_text(encoding="utf-8"), parse_float=Decimal)
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in PUBLISHED["matrices"]}
GROUPS: dict[str, dict[str, Any]] = {
    case["id"]: case for case in PUBLISHED["hierarchies_and_groups"]
}
TABLES = json.loads((GOLDEN / "random_index.json").read_text(encoding="utf-8"))


def matrix(case: str) -> ahp.PairwiseMatrix:
    return ahp.PairwiseMatrix(CASES[case]["matrix"], CASES[case]["labels"])


def method(case: str) -> str:
    """The method behind the print; a consistent matrix ("any") needs no particular one."""
    name = CASES[case]["printed"]["method"]
    return "eigenvector" if name == "any" else name


def half_unit(decimals: int) -> float:
    # a tie such as 0.00235 printed as 0.0023 or 0.0024 is one float away from either side
    return 0.5 * 10**-decimals * (1 + 1e-9)


def assert_printed(found: float, printed: Decimal) -> None:
    decimals = -int(printed.as_tuple().exponent)
    assert abs(found - float(printed)) <= half_unit(decimals), (found, printed)


def printing(key: str) -> list[str]:
    return [case for case, entry in CASES.items() if key in entry["printed"]]


def test_the_golden_file_is_complete() -> None:
    assert len(CASES) == 38
    assert len(printing("weights")) == 26
    assert len(printing("cr")) == 18
    assert len(printing("lambda_max")) == 4


@pytest.mark.parametrize("case", CASES)
def test_every_matrix_is_of_its_order_and_gives_weights(case: str) -> None:
    assert matrix(case).n == CASES[case]["n"]
    for name in ("eigenvector", "geometric_mean", "column_mean"):
        assert ahp.weights(matrix(case), name).sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("case", printing("weights"))
def test_weights(case: str) -> None:
    printed = CASES[case]["printed"]
    deviation = np.abs(
        ahp.weights(matrix(case), method(case)) - [float(w) for w in printed["weights"]]
    )
    assert deviation.max() <= half_unit(printed["weight_decimals"])


@pytest.mark.parametrize(
    ("case", "key"), [(case, key) for key in ("lambda_max", "ci", "cr") for case in printing(key)]
)
def test_consistency(case: str, key: str) -> None:
    printed = CASES[case]["printed"]
    found = ahp.check_consistency(
        matrix(case),
        random_index=printed.get("random_index", "saaty"),
        weights=ahp.weights(matrix(case), method(case)),
    )
    if method(case) == "column_mean":  # prints λmax as the mean of (Aw)_i / w_i
        mean = {"lambda_max": found.lambda_mean, "ci": found.ci_mean, "cr": found.cr_mean}
        assert_printed(mean[key], printed[key])
    else:
        assert_printed(getattr(found, key), printed[key])


def test_a_consistent_matrix_has_cr_zero() -> None:
    # printed as 0.0, which half a unit alone would hardly test
    found = ahp.check_consistency(matrix("wiki_car_passenger"), random_index="donegan_dodd")
    assert found.cr == pytest.approx(0, abs=1e-12)


def test_hefa_3_and_its_errata() -> None:
    # beside its column-mean numbers the example prints the exact solution with two slips:
    # λmax = 3.1189 is 3.118951 cut off, not rounded, and u3 = .0761 is a typo for .0768
    found = ahp.check_consistency(matrix("hefa_3"))
    assert found.lambda_max == pytest.approx(3.118951, abs=5e-7)
    assert int(found.lambda_max * 1e4) == 31189
    assert ahp.eigenvector(matrix("hefa_3"))[2] == pytest.approx(0.0768, abs=5e-5)


def test_saaty_house_after_harkers_edit() -> None:
    edit = CASES["saaty_house_8"]["also"]["Harker_edit"]
    i, j = (index - 1 for index in edit["pair_1based"])
    values = matrix("saaty_house_8").values.copy()
    values[i, j] = float(edit["new_value"])
    values[j, i] = 1 / values[i, j]
    assert_printed(1 / float(edit["new_value"]), edit["reciprocal"])
    assert_printed(ahp.check_consistency(values, random_index="saaty_2005").cr, edit["CR_after"])


def test_drinks_to_four_digits_with_donegan_and_dodd() -> None:
    printed = CASES["saaty2008_drinks"]["also"]["ahpy_4digit_dd"]
    for weight, digits in zip(
        ahp.weights(matrix("saaty2008_drinks")), printed["weights"], strict=True
    ):
        assert abs(weight - float(digits)) <= half_unit(4)
    found = ahp.check_consistency(matrix("saaty2008_drinks"), random_index="donegan_dodd")
    assert_printed(found.cr, printed["CR_dd"])


def composed(criteria: str, children: list[str]) -> list[float]:
    """Weights of alternatives that every criterion compares anew: sums over the criteria."""
    local = np.array([ahp.weights(matrix(child)) for child in children])
    return list(ahp.weights(matrix(criteria)) @ local)


@pytest.mark.parametrize("group", ["saaty2005_cities", "rmcda_cars"])
def test_hierarchies_of_criteria_and_alternatives(group: str) -> None:
    expected = GROUPS[group]
    found = composed(expected["criteria"], expected["children"])
    assert len(found) == len(expected["expected"])
    for weight, printed in zip(found, expected["expected"], strict=True):
        assert abs(weight - float(printed)) <= half_unit(expected["decimals"])


def test_wikipedias_car_through_its_hierarchy() -> None:
    tree = ahp.Hierarchy(
        "car",
        {
            "car": ("cost", "safety", "style", "capacity"),
            "cost": ("price", "fuel", "maintenance", "resale"),
            "capacity": ("cargo", "passenger"),
        },
    )
    criteria = tree.global_weights(
        {
            "car": ahp.weights(matrix("wiki_car_criteria")),
            "cost": ahp.weights(matrix("wiki_car_cost")),
            "capacity": ahp.weights([[1, "1/5"], [5, 1]]),
        }
    )
    found = sum(criteria[leaf] * ahp.weights(matrix(f"wiki_car_{leaf}")) for leaf in tree.leaves)
    printed = GROUPS["wiki_car"]["expected"]
    assert np.abs(found - [float(w) for w in printed]).max() <= half_unit(3)


def test_total_consistency_of_a_level() -> None:
    case = GROUPS["anhui_total_CR"]
    found = ahp.total_consistency(
        [float(w) for w in case["a"]], [float(ci) for ci in case["CI"]], float(case["RI"])
    )
    assert_printed(found.cr, case["expected"])
    assert found.acceptable is True


def test_aggregated_judgments() -> None:
    case = GROUPS["dong_AIJ"]
    experts = np.stack([matrix(member).values for member in case["members"]])
    panel = ahp.aggregate_judgments(experts, [float(w) for w in case["weights_DM"]])
    for weight, printed in zip(ahp.geometric_mean(panel), case["expected"], strict=True):
        assert abs(weight - float(printed)) <= half_unit(case["decimals"])


@pytest.mark.parametrize("table", [*TABLES["tables"], "simulated"])
def test_random_index_tables_digit_for_digit(table: str) -> None:
    if table == "simulated":
        printed = {n: value for n, (value, _) in TABLES["simulated"].items()}
    else:
        printed = TABLES["tables"][table]["values"]
    expected = {1: 0.0, 2: 0.0, **{int(n): value for n, value in printed.items()}}
    shipped = ahp.RANDOM_INDEX_TABLES[table].values
    reach = max(expected) if table == "simulated" else max(shipped)  # ours goes on to n = 30
    assert {n: value for n, value in shipped.items() if n <= reach} == expected


def test_there_are_no_other_random_index_tables() -> None:
    assert list(ahp.RANDOM_INDEX_TABLES) == [*TABLES["tables"], "alonso_lamata_line", "simulated"]
    assert all(table.source for table in ahp.RANDOM_INDEX_TABLES.values())
