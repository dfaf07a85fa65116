"""Customer managers: what customers bring, and the scheme that scores it, recomputed by hand."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ahp.errors import EvaluationError
from ahp.evaluation.customer_profit import (
    KINDS,
    TERM_ENDS,
    VIEWS,
    CustomerViews,
    Views,
    card_profit,
    customer_views,
    deposit_profit,
    economic_value_added,
    load_prices,
    loan_profit,
    priced_income,
    profit_observations,
    read_accounts,
    transfer_rate,
    wealth_profit,
)
from ahp.evaluation.evaluated import Evaluation
from ahp.evaluation.judging import evaluate
from ahp.evaluation.observations import observations_from_records, read_observations
from ahp.evaluation.rules import Derived
from ahp.evaluation.scheme import Scheme, check_scheme, load_scheme

from .test_totals import check_waterfall, half_up

ROOT = Path(__file__).parents[2]
DATA = ROOT / "examples" / "evaluation"
PAGE = (ROOT / "docs" / "schemes" / "customer_manager.md").read_text(encoding="utf-8")
F = Fraction

CLASSES = {
    "assessment": {
        "by_head": {
            "ability": 3,
            "management": 2,
            "expertise": 3,
            "way_of_working": 2,
            "coordination": 3,
            "innovation": 3,
        },
        "by_customers": {"satisfaction": 2, "churn": 2},
    },
    "results": {
        "deposit_growth": 12,
        "loan_growth": 10,
        "npl_ratio": 8,
        "insurance": 5,
        "funds": 5,
        "bonds": 4,
        "wealth_income": 6,
        "balance_growth": 4,
        "profit": 10,
    },
    "adjustments": {"local_priorities": 8, "service_events": 8},
}
"""The marks of the rules."""

GRADES = {"优秀": 100, "良好": 85, "称职": 70, "基本称职": 60, "不称职": 30}
BANDS = ((90, "excellent"), (80, "good"), (70, "qualified"), (60, "barely_qualified"), (0, "fail"))
RATES = ((6, "0.0165"), (12, "0.0180"), (36, "0.0205"), (60, "0.0225"), (10**9, "0.0240"))


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load_scheme("customer_manager")


@pytest.fixture(scope="module")
def evaluation(scheme: Scheme) -> Evaluation:
    return evaluate(scheme, read_observations(DATA / "customer_manager.csv"))


@cache
def prices() -> Any:
    return load_prices(DATA / "customer_prices.toml")


@cache
def rows(name: str = "customer_manager") -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# What customers bring


def test_the_profit_of_a_loan() -> None:
    """24,000 of interest at 6 % tax, 600,000 at 2.6 %, 1.2 million of cost over 8,000 accounts."""
    cost = {"planned_cost": F(1_200_000), "all_accounts": F(8_000)}
    profit = loan_profit(F(24_000), F(600_000), F("0.026"), F(1), tax_rate=F("0.06"), **cost)
    assert profit == 24_000 - 1_440 - 15_600 - 150 == 6_810


def test_the_profit_of_cards_wealth_management_and_deposits() -> None:
    cards = card_profit(
        *(F(420), F(180), F(60), F(10), F(95)),
        cards=F(1),
        planned_cost=F(900_000),
        cards_issued=F(50_000),
    )
    assert cards == 420 + 180 + 60 + 10 + 95 - 18 == 747
    wealth = wealth_profit(
        F(1_500), F(200), F(90), F(3), planned_cost=F(180_000), all_transactions=F(6_000)
    )
    assert wealth == 1_500 - 200 - 90 - 3 * 30 == 1_120
    deposit = deposit_profit(F(300_000), F("0.021"), F("0.0165"), F(1), unit_cost=F(30))
    assert deposit == 1_350 - 30 == 1_320
    assert priced_income(F(600_000), F(90)) == 5_400
    assert economic_value_added(F(6_810), F(24_000), F("0.11")) == 6_810 - 2_640 == 4_170


def test_costs_that_do_not_end_stay_exact() -> None:
    """A third of a yuan an account."""
    profit = deposit_profit([F(0)] * 3, F(0), F(0), [F(1), F(2), F(3)], unit_cost=F(1, 3))
    assert profit.tolist() == [F(-1, 3), F(-2, 3), F(-1)]


def test_arrays_of_any_shape_go_through_the_same_code() -> None:
    balance = np.array([[100_000.0, 200_000.0], [300_000.0, 400_000.0]])
    profit = loan_profit(
        *(balance * 0.05, balance, np.array([0.02, 0.025]), 1),
        tax_rate=0.06,
        planned_cost=3_000.0,
        all_accounts=20.0,
    )
    assert profit.shape == (2, 2)
    assert profit == pytest.approx(np.array([[2_550, 4_250], [7_950, 8_650]]))
    assert priced_income(balance, 90).dtype == np.float64


@pytest.mark.parametrize(
    ("months", "expected"),
    [(0, 1), (6, 1), (7, 2), (12, 2), (13, 3), (36, 3), (37, 4), (60, 4), (61, 5), (360, 5)],
)
def test_a_term_has_the_rate_of_its_step(months: int, expected: int) -> None:
    """≤ 6 months, ≤ 1 year, ≤ 3 years, ≤ 5 years, > 5 years."""
    assert transfer_rate(months, [1, 2, 3, 4, 5]) == expected
    assert transfer_rate([[months]], [1, 2, 3, 4, 5]).tolist() == [[expected]]


def test_another_number_of_rates_is_refused() -> None:
    with pytest.raises(EvaluationError) as raised:
        transfer_rate(12, [0.02, 0.03])
    assert str(raised.value) == "2 transfer rates, expected 5"


def ftp(months: str) -> Fraction:
    """The transfer rate of a term, read off the table of the page."""
    return F(next(rate for end, rate in RATES if int(months) <= end))


def account_profit(row: dict[str, str]) -> tuple[str, Fraction]:
    """Kind and profit of a row of the example, by its formula."""
    number = {key: F(text or "0") for key, text in row.items() if re.fullmatch(r"-?[\d.]*", text)}
    product = row["产品"]
    if product.endswith("贷款"):
        interest = number["利息收入"] * F("0.94") - number["日均余额"] * ftp(row["期限"])
        return "loan", interest - F(4_800_000, 32_000) * number["户数"]
    if product.endswith("存款"):
        margin = number["日均余额"] * (ftp(row["期限"]) - number["付息率"])
        return ("card", margin) if row["所属卡"] else ("deposit", margin - 24 * number["户数"])
    if product.endswith("卡"):
        columns = ("存款净收入", "透支收入", "手续费", "年费", "回佣")
        cost = F(2_250_000, 125_000) * number["户数"]
        return "card", sum(number[column] for column in columns) - cost
    cost = {"保险": F(80), "基金": F(30), "债券": F(15), "理财产品": F(30)}[product]
    net = number["业务收入"] - number["业务支出"] - number["税额"]
    return "wealth", net - cost * number["交易笔数"]


POINTS = {
    "消费贷款": 150,
    "住房贷款": 60,
    "助学贷款": 90,
    "活期存款": 110,
    "定期存款": 35,
    "保险": 200,
    "基金": 80,
    "债券": 30,
    "理财产品": 40,
    "借记卡": 0,
    "贷记卡": 300,
}


@cache
def example() -> CustomerViews:
    return customer_views(read_accounts(DATA / "customer_accounts.csv", prices()), prices())


@pytest.mark.parametrize(("who", "column"), [("customers", "客户"), ("managers", "客户经理")])
def test_four_views_per_customer_and_per_manager(who: str, column: str) -> None:
    views: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    kinds: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for row in rows("customer_accounts"):
        kind, profit = account_profit(row)
        name, volume = row[column], F(row["日均余额"])
        kinds[name][kind] += profit
        views[name]["profit"] += profit
        views[name]["volume"] += volume
        views[name]["income"] += volume * POINTS[row["产品"]] / 10_000
        views[name]["economic_value_added"] += profit - F(row["占用资本"] or "0") * F("0.11")
    found = getattr(example(), who)
    assert found.names == tuple(views)
    for k, name in enumerate(views):
        expected = {view: float(half_up(amount, 2)) for view, amount in views[name].items()}
        assert found.of(name) == expected
        for n, kind in enumerate(KINDS):
            assert found.profits[k, n] == float(half_up(kinds[name][kind], 2))


def test_the_page_prints_the_views_of_managers() -> None:
    managers = example().managers
    for name in managers.ranked():
        amounts = managers.of(name)
        cells = [name, *(f"{amounts[view]:,.2f}" for view in VIEWS)]
        assert f"| {' | '.join(cells)} |" in PAGE


def test_income_ranks_first_then_profit() -> None:
    views = Views(
        ("a", "b", "c"),
        np.zeros((3, 4)),
        np.array([[5, 1, 0, 0], [5, 2, 0, 0], [7, 0, 9, 0.0]]),
    )
    assert views.ranked() == ("c", "b", "a")
    assert views.ranked(("profit",)) == ("b", "a", "c")
    assert views.ranked(("volume", "profit")) == ("c", "b", "a")
    with pytest.raises(EvaluationError) as raised:
        views.of("d")
    assert str(raised.value) == "'d', expected one of a, b, c"
    frame = views.to_frame()
    assert list(frame.columns[:2]) == ["income", "profit"]
    assert frame.loc["b", "profit"] == 2


def test_views_come_back_from_json() -> None:
    assert CustomerViews.from_dict(example().to_dict()) == example()


HEADER = (
    "manager,customer,account,product,card,balance,term,paid_rate,accounts,"
    "deposit_income,overdraft,fees,annual_fee,rebate,capital\n"
)
CARD = "M,C,card 1,debit_card,,0,,,1,{income},0,5,10,20,\n"
DEPOSIT = "M,C,deposit 1,demand_deposit,{card},100000,0,0.002,1,,,,,,\n"


def accounts_of(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "accounts.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    return read_accounts(path, prices())


def test_the_balance_of_a_card_counts_once(tmp_path: Path) -> None:
    """1,450 = 100,000 · (1.65 % - 0.2 %) is income of the card; the deposit has no cost itself."""
    accounts = accounts_of(tmp_path, CARD.format(income=0) + DEPOSIT.format(card="card 1"))
    managers = customer_views(accounts, prices()).managers
    assert managers.profits.tolist() == [[0, 0, 0, 1_450 + 35 - 18]]
    assert managers.of("M")["volume"] == 100_000
    records = {
        (record["item"], record["input"]): record["value"]
        for record in profit_observations(accounts, prices(), "2026Q4")
    }
    assert records["card 1", "card_deposit_income"] == "1450"
    assert records["", "deposit_balance"] == "0"


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        (
            CARD.format(income=900) + DEPOSIT.format(card="card 1"),
            "row 3, column card",
            "the balance on card 'card 1' would count twice, expected 0 as its net deposit income",
        ),
        (
            CARD.format(income=0) + DEPOSIT.format(card="card 2"),
            "row 3, column card",
            "customer 'C' has no card 'card 2' in this file",
        ),
        (
            CARD.format(income=0).replace(",card 1,", ",deposit 1,") + DEPOSIT.format(card=""),
            "row 3, column account",
            "a second account 'deposit 1', expected each once",
        ),
        (
            DEPOSIT.format(card="").replace("100000", "-1"),
            "row 2, column balance",
            "'-1' of 'balance' is below 0, expected 0 or more",
        ),
        (
            DEPOSIT.format(card="").replace("100000", "viel"),
            "row 2, column balance",
            "'viel', expected a number",
        ),
        (DEPOSIT.format(card="").replace("100000", ""), "row 2, column balance", "is empty"),
        (
            CARD.format(income=0).replace("debit_card,,0,", "debit_card,,0,12"),
            "row 2, column term",
            "a cell that product 'debit_card' doesn't have, expected none",
        ),
        (
            CARD.format(income=0).replace("debit_card", "gold"),
            "row 2, column product",
            "'gold', expected one of consumer_loan, housing_loan, student_loan, demand_deposit, "
            "time_deposit, insurance, fund, bond, wealth_product, debit_card, credit_card",
        ),
    ],
)
def test_accounts_that_are_refused(tmp_path: Path, text: str, where: str, problem: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        accounts_of(tmp_path, text)
    assert str(raised.value) == f"{tmp_path / 'accounts.csv'}: {where}: {problem}"


def test_a_file_without_accounts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError) as raised:
        accounts_of(tmp_path, "")
    assert str(raised.value) == f"{tmp_path / 'accounts.csv'}: no accounts below the headers"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'kind = "wealth"\nnames = ["保险"]',
            'kind = "loan"\nnames = ["保险"]',
            "products.insurance: kind 'loan', expected planned_cost and transactions with wealth, "
            "none with the others",
        ),
        (
            "cards_issued = 125_000",
            "cards_issued = 0",
            "0, expected above 0: it is divided by",
        ),
        (
            'kind = "card"',
            'kind = "deposit"',
            "no product of kind card, expected one or more of each",
        ),
        ("0.0225, 0.0240]", "0.0225]", "transfer_rates: has 4 entries, expected 5"),
    ],
)
def test_prices_that_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (DATA / "customer_prices.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "prices.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(EvaluationError) as raised:
        load_prices(path)
    assert str(raised.value) == f"{path}: {message}"


# The scheme


def test_the_marks_of_the_three_classes(scheme: Scheme) -> None:
    marks = {
        leaf: mark
        for of in CLASSES.values()
        for name, part in of.items()
        for leaf, mark in (part.items() if isinstance(part, dict) else [(name, part)])
    }
    assert dict(scheme.full_marks) == marks
    assert sum(marks.values()) == 100
    assert scheme.children["performance"] == tuple(CLASSES)
    assert check_scheme(scheme) == ()


def test_bands_have_a_consequence_and_a_coefficient(scheme: Scheme) -> None:
    assert [(band.at_least, band.id) for band in scheme.bands] == [*BANDS]
    coefficients = [band.coefficient for band in scheme.bands]
    assert coefficients == [F("1.2"), F("1.1"), F(1), F("0.8"), F("0.5")]
    assert all(set(band.consequence) == {"zh", "en"} for band in scheme.bands)
    for band in scheme.bands:
        assert f"| {band.name['zh']} {band.name['en'].lower()} |" in PAGE
        assert f"| {float(band.coefficient or 0)} |" in PAGE


def test_the_scheme_has_the_prices_of_the_example(scheme: Scheme) -> None:
    rule = scheme.indicator["profit"].rule
    assert isinstance(rule, Derived)
    names = (
        *("tax_rate", "loan_planned_cost", "all_loan_accounts"),
        *("deposit_unit_cost", "card_planned_cost", "cards_issued"),
    )
    assert dict(rule.constants) == {name: getattr(prices(), name) for name in names}
    assert rule.tables["transfer_rate"].values == prices().transfer_rates
    assert rule.tables["transfer_rate"].up_to == TERM_ENDS


Table = dict[str, list[dict[str, str]]]


def inputs(table: list[dict[str, str]]) -> dict[str, dict[str, Fraction]]:
    """Input -> item -> number."""
    found: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for row in table:
        found[row["input"]][row["item"]] = F(row["value"])
    return found


def profit_of(numbers: dict[str, dict[str, Fraction]]) -> Fraction:
    """The profit in the rows of the indicator, account by account."""
    total = F(0)
    for item, interest in numbers["loan_interest"].items():
        balance, term = numbers["loan_balance"][item], numbers["loan_term"][item]
        total += interest * F("0.94") - balance * ftp(str(term))
        total -= 150 * numbers["loan_accounts"][item]
    for item, balance in numbers["deposit_balance"].items():
        rate = ftp(str(numbers["deposit_term"][item])) - numbers["deposit_paid_rate"][item]
        total += balance * rate - 24 * numbers["deposit_accounts"][item]
    for item, income in numbers["wealth_income"].items():
        cost = numbers["wealth_planned_cost"][item] / numbers["wealth_all_transactions"][item]
        total += income - numbers["wealth_expense"][item] - numbers["wealth_tax"][item]
        total -= cost * numbers["wealth_transactions"][item]
    for item, cards in numbers["card_accounts"].items():
        for name in ("deposit_income", "overdraft", "fees", "annual_fee", "rebate"):
            total += numbers[f"card_{name}"][item]
        total -= 18 * cards
    return total


def clip(number: Fraction) -> Fraction:
    return min(max(number, F(0)), F(1))


def points_of(leaf: str, table: list[dict[str, str]]) -> tuple[Fraction, Fraction] | None:
    """Value and points of an indicator from its rows, by the rules as the page has them."""
    if table[0]["value"] == "不适用":
        return None
    if leaf in CLASSES["assessment"]["by_head"]:  # type: ignore[operator]
        value = share = F(GRADES[table[0]["value"]], 100)
        value *= 100
    elif leaf == "satisfaction":
        value = F(table[0]["value"])
        share = clip((value - 60) / 35)
    else:
        numbers = inputs(table)
        one = {name: of[""] for name, of in numbers.items() if "" in of}
        if leaf == "churn":
            value = one["lost"] / one["at_beginning"]
            share = clip((F("0.1") - value) / F("0.1"))
        elif leaf == "npl_ratio":
            value = one["non_performing"] / one["loans"]
            share = clip((F("0.03") - value) / F("0.025"))
        elif leaf == "local_priorities":
            marks, done = numbers["task_mark"], numbers["task_done"]
            value = sum(marks[task] * done[task] for task in marks) / sum(marks.values())
            share = clip(value)
        elif leaf == "service_events":
            value = 5 + one["commendations"] - 2 * one["complaints"] - 3 * one["lost_vips"]
            share = clip(value / 8)
        elif leaf == "profit":
            value = max(profit_of(numbers), F(0)) / one["profit_plan"]
            share = clip(value)
        else:
            (actual,) = (of for name, of in one.items() if name != "plan")
            value = max(actual, F(0)) / one["plan"]
            share = clip(value)
    return value, half_up(100 * share, 4)


def mean(parts: list[tuple[int, Fraction | None]]) -> Fraction | None:
    """Σ w·s / Σ w of what applies, at four decimals."""
    known = [(weight, score) for weight, score in parts if score is not None]
    whole = sum(weight for weight, _ in known)
    total = sum((weight * score for weight, score in known), F(0))
    return half_up(total / whole, 4) if whole else None


def by_hand(unit: str, period: str) -> tuple[dict[str, Any], dict[str, Fraction], Fraction]:
    """Value and points of indicators, scores of classes, and the total, with plain fractions."""
    table: Table = defaultdict(list)
    for row in rows():
        if (row["unit"], row["period"]) == (unit, period):
            table[row["indicator"]].append(row)
    points = {leaf: points_of(leaf, of) for leaf, of in table.items()}

    def score(part: dict[str, Any]) -> tuple[int, Fraction | None]:
        parts = []
        for name, below in part.items():
            if isinstance(below, dict):
                parts.append(score(below))
            elif name in points:
                found = points[name]
                parts.append((below, None if found is None else found[1]))
        return sum(weight for weight, _ in parts), mean(parts)

    classes = {name: score(part) for name, part in CLASSES.items()}
    counted = {name: (mark, one) for name, (mark, one) in classes.items() if one is not None}
    marks = sum(mark for mark, _ in counted.values())
    assert marks == (100 if period.endswith("Q4") else 80)
    total = sum((mark * one for mark, one in counted.values()), F(0)) / marks
    return points, {name: one for name, (_, one) in counted.items()}, half_up(total, 1)


@pytest.mark.parametrize("period", ["2026Q1", "2026Q2", "2026Q3", "2026Q4"])
def test_every_total_by_hand(evaluation: Evaluation, period: str) -> None:
    column = evaluation.periods.index(period)
    for u, unit in enumerate(evaluation.units):
        points, _, total = by_hand(unit, period)
        for leaf, found in points.items():
            score = evaluation.scores[u, column, evaluation.indicators.index(leaf)]
            assert np.isnan(score) if found is None else score == float(found[1])
        assert F(evaluation.total(unit, period) or 0) == total
        assert evaluation.bands[u, column] == next(name for edge, name in BANDS if total >= edge)
        check_waterfall(evaluation, unit, period)


def test_the_year_is_its_fourth_quarter(evaluation: Evaluation) -> None:
    year, last = (evaluation.periods.index(name) for name in ("2026", "2026Q4"))
    assert evaluation.totals[:, year].tolist() == evaluation.totals[:, last].tolist()
    assert evaluation.bands[:, year].tolist() == evaluation.bands[:, last].tolist()
    for unit in evaluation.units:
        check_waterfall(evaluation, unit, "2026")


def test_the_page_prints_an_example(evaluation: Evaluation) -> None:
    """郑凯 in the fourth quarter: every indicator, every class and the total."""
    points, classes, total = by_hand("郑凯", "2026Q4")
    marks = {leaf: int(mark) for leaf, mark in load_scheme("customer_manager").full_marks.items()}
    names = load_scheme("customer_manager").node
    for leaf, mark in marks.items():
        value, score = points[leaf]
        earned = half_up(score * mark / 100, 4)
        cells = [names[leaf].name["zh"], str(mark), f"{float(value):.6g}", f"{float(score):.4f}"]
        assert f"| {' | '.join(cells)} | {float(earned):.4f} |" in PAGE
    marks_of = {"assessment": 20, "results": 64, "adjustments": 16}
    sums = {name: F(marks_of[name], 100) * score for name, score in classes.items()}
    parts = " + ".join(f"{float(one):.6f}" for one in sums.values())
    assert f"{parts} = {float(sum(sums.values())):.6f} → {float(total)}" in PAGE
    assert evaluation.total("郑凯", "2026Q4") == Decimal(str(float(total)))


def test_the_page_prints_a_quarter_without_the_assessment(evaluation: Evaluation) -> None:
    _, classes, total = by_hand("郑凯", "2026Q1")
    results, adjustments = (float(classes[name]) for name in ("results", "adjustments"))
    exact = 0.8 * results + 0.2 * adjustments
    assert f"0.8 · {results:.4f} + 0.2 · {adjustments:.4f} = {exact:.5f} → {float(total)}" in PAGE


def test_the_profit_of_the_fourth_quarter_is_that_of_the_accounts(evaluation: Evaluation) -> None:
    """The rows of the indicator are those that the table of accounts gives."""
    accounts = read_accounts(DATA / "customer_accounts.csv", prices())
    expected = [
        {key: row[key] for key in ("unit", "item", "input", "value")}
        for row in rows()
        if (row["indicator"], row["period"]) == ("profit", "2026Q4")
        and row["input"] != "profit_plan"
    ]
    records = profit_observations(accounts, prices(), "2026Q4")
    assert [{key: one[key] for key in expected[0]} for one in records] == expected
    managers = example().managers
    column = evaluation.periods.index("2026Q4"), evaluation.indicators.index("profit")
    for unit in managers.names:
        plan = next(
            row["value"]
            for row in rows()
            if (row["unit"], row["period"], row["input"]) == (unit, "2026Q4", "profit_plan")
        )
        value = evaluation.values[evaluation.units.index(unit), *column] * float(plan)
        assert value == pytest.approx(managers.of(unit)["profit"], abs=0.005)


def changed(**cells: str) -> Any:
    """The rows of one manager in the first quarter, one of them changed or added."""
    keys = ("unit", "period", "indicator", "item", "input")
    row = {"unit": "吴倩", "period": "2026Q1", "item": "", "input": "", "evidence": "", **cells}
    table = [one for one in rows() if (one["unit"], one["period"]) == ("吴倩", "2026Q1")]
    table = [one for one in table if any(one[key] != row[key] for key in keys)]
    return observations_from_records([*table, row])


def test_an_adjustment_needs_its_basis(scheme: Scheme) -> None:
    observations = changed(indicator="service_events", input="commendations", value="1")
    with pytest.raises(EvaluationError) as raised:
        evaluate(scheme, observations)
    assert str(raised.value) == (
        f"records: row {len(observations)}, column evidence: "
        "is empty, expected the document that shows it"
    )


def test_a_commendation_a_complaint_and_a_lost_vip_customer(scheme: Scheme) -> None:
    """5 marks of 8 to begin with: 6, 3 and 2."""
    column = load_scheme("customer_manager").leaves.index("service_events")
    for name, points in (("commendations", 75), ("complaints", 37.5), ("lost_vips", 25)):
        row = {"indicator": "service_events", "input": name, "value": "1", "evidence": "登记簿1"}
        assert evaluate(scheme, changed(**row)).scores[0, 0, column] == points


def test_a_serious_violation_fails(scheme: Scheme) -> None:
    row = {"indicator": "重大违规或案件责任", "value": "1", "evidence": "处分决定1号"}
    result = evaluate(scheme, changed(**row))
    assert result.bands[0, 0] == "fail"
    assert result.total("吴倩", "2026Q1") == evaluate(
        scheme, read_observations(DATA / "customer_manager.csv")
    ).total("吴倩", "2026Q1")


@pytest.mark.parametrize("name", ["customer_manager", "customer_accounts"])
def test_the_data_say_that_they_are_simulated(name: str) -> None:
    notes = {row.get("note", row.get("备注", "")) for row in rows(name)}
    assert all(note.startswith("模拟数据 simulated data") for note in notes)
    assert "(模拟数据)" in PAGE
