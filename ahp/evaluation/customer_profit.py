"""What customers bring a bank: volume, income, profit and economic value added, per customer and
per customer manager.

The formulas of loans, cards and wealth management are those that banks' rules for the evaluation of
customer managers print (客户利润贡献); that of deposits is ours, since the rules have none, and
marked so. Amounts and rates are of the same year. Functions take arrays of any shape and work
account by account, Σ being `.sum()`; arrays of `Fraction` stay exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..codec import structure
from ..datafile import MAX_TOML, parse_toml, read_bytes
from ..errors import EvaluationError
from ..result import Result, data_frame, read_only
from ..tables.opened import open_table
from .exact import Ratios
from .observations import word_key
from .records import Headers, Table, TableRow
from .rules import decimal

Numbers = Any
"""A number or an array of numbers: of `Fraction`, or of floats."""

TERM_ENDS = (6, 12, 36, 60)
"""Months up to which a transfer rate holds: half a year, 1, 3 and 5 years; the last is for more."""

PRICE_POINTS = 10_000
"""Internal price points in the whole of a volume: a point is 1/10,000."""

Kind = Literal["loan", "deposit", "wealth", "card"]
View = Literal["income", "profit", "volume", "economic_value_added"]

KINDS: tuple[Kind, ...] = ("loan", "deposit", "wealth", "card")
VIEWS: tuple[View, ...] = ("income", "profit", "volume", "economic_value_added")
"""Income is looked at first, then profit."""


def transfer_rate(months: Numbers, rates: Numbers) -> Any:
    """The internal transfer rate of a term: ≤ 6 months, ≤ 1 year, ≤ 3 years, ≤ 5 years, > 5 years.

    Args:
        months: the term, 0 for what is due on demand.
        rates: five, the shortest term first.

    Raises:
        EvaluationError: another number of rates.

    >>> from ahp.evaluation.customer_profit import transfer_rate
    >>> transfer_rate([0, 6, 7, 12, 60, 61], [0.015, 0.018, 0.021, 0.024, 0.027]).tolist()
    [0.015, 0.015, 0.018, 0.018, 0.024, 0.027]
    """
    table = np.asarray(rates)
    if table.shape != (len(TERM_ENDS) + 1,):
        raise EvaluationError("transfer_rates", count=table.size, expected=len(TERM_ENDS) + 1)
    return table[np.searchsorted(TERM_ENDS, np.asarray(months, float), side="left")]


def loan_profit(
    interest: Numbers,
    balance: Numbers,
    rate: Numbers,
    accounts: Numbers,
    *,
    tax_rate: Numbers,
    planned_cost: Numbers,
    all_accounts: Numbers,
) -> Any:
    """Profit of loans (consumer, housing, student): Σ [interest·(1 - tax rate) - average
    balance·transfer rate - (planned cost of loans / all loan accounts)·customer's accounts].

    Args:
        interest: received.
        balance: daily average.
        rate: transfer rate of the term.
        accounts: of the customer.
        tax_rate: on interest.
        planned_cost: of all loans of the bank.
        all_accounts: loan accounts of the bank.

    >>> from fractions import Fraction as F
    >>> from ahp.evaluation.customer_profit import loan_profit
    >>> cost = {"planned_cost": F(1_200_000), "all_accounts": F(8_000)}
    >>> print(loan_profit(F(24_000), F(600_000), F("0.026"), F(1), tax_rate=F("0.06"), **cost))
    6810
    """
    balance_cost = _numbers(balance) * _numbers(rate)
    unit_cost = _numbers(planned_cost) / _numbers(all_accounts)
    received = _numbers(interest) * (1 - _numbers(tax_rate))
    return received - balance_cost - unit_cost * _numbers(accounts)


def card_profit(
    deposit_income: Numbers,
    overdraft: Numbers,
    fees: Numbers,
    annual_fee: Numbers,
    rebate: Numbers,
    *,
    cards: Numbers,
    planned_cost: Numbers,
    cards_issued: Numbers,
) -> Any:
    """Profit of cards (debit, credit): Σ [net deposit income + overdraft + fees + annual fee +
    rebate - (planned cost / cards issued)·customer's cards].

    Args:
        deposit_income: net, of the balance on the card; what counts here is no deposit as well.
        overdraft: income from overdrafts.
        fees: from transactions.
        annual_fee: received.
        rebate: from merchants.
        cards: of the customer.
        planned_cost: of all cards of the bank.
        cards_issued: by the bank.

    >>> from fractions import Fraction as F
    >>> from ahp.evaluation.customer_profit import card_profit
    >>> cost = {"planned_cost": F(900_000), "cards_issued": F(50_000)}
    >>> print(card_profit(F(420), F(180), F(60), F(10), F(95), cards=F(1), **cost))
    747
    """
    incomes = (deposit_income, overdraft, fees, annual_fee, rebate)
    unit_cost = _numbers(planned_cost) / _numbers(cards_issued)
    return sum(map(_numbers, incomes)) - unit_cost * _numbers(cards)


def wealth_profit(
    income: Numbers,
    expense: Numbers,
    tax: Numbers,
    transactions: Numbers,
    *,
    planned_cost: Numbers,
    all_transactions: Numbers,
) -> Any:
    """Profit of wealth management: Σ over products [income - expense - tax amount - (planned cost /
    its transactions)·customer's transactions].

    Args:
        income: such as commission.
        expense: such as commission paid.
        tax: amount.
        transactions: of the customer in this product.
        planned_cost: of the product.
        all_transactions: of the product.

    >>> from fractions import Fraction as F
    >>> from ahp.evaluation.customer_profit import wealth_profit
    >>> cost = {"planned_cost": F(180_000), "all_transactions": F(6_000)}
    >>> print(wealth_profit(F(1_500), F(200), F(90), F(3), **cost))
    1120
    """
    unit_cost = _numbers(planned_cost) / _numbers(all_transactions)
    net = _numbers(income) - _numbers(expense) - _numbers(tax)
    return net - unit_cost * _numbers(transactions)


def deposit_profit(
    balance: Numbers, rate: Numbers, paid_rate: Numbers, accounts: Numbers, *, unit_cost: Numbers
) -> Any:
    """Profit of deposits: balance·(transfer rate - paid rate) - unit cost·accounts.

    Source: ours; the rules print formulas for loans, cards and wealth management alone.

    Args:
        balance: daily average.
        rate: transfer rate of the term.
        paid_rate: paid to the customer.
        accounts: of the customer.
        unit_cost: of an account.

    >>> from fractions import Fraction as F
    >>> from ahp.evaluation.customer_profit import deposit_profit
    >>> print(deposit_profit(F(300_000), F("0.021"), F("0.0165"), F(1), unit_cost=F(30)))
    1320
    """
    margin = _numbers(rate) - _numbers(paid_rate)
    return _numbers(balance) * margin - _numbers(unit_cost) * _numbers(accounts)


def priced_income(volume: Numbers, price_points: Numbers) -> Any:
    """Income at internal prices: Σ volume·internal price points, a point being 1/10,000.

    >>> from fractions import Fraction as F
    >>> from ahp.evaluation.customer_profit import priced_income
    >>> print(priced_income(F(600_000), F(90)))
    5400
    """
    return _numbers(volume) * _numbers(price_points) / PRICE_POINTS


def economic_value_added(profit: Numbers, capital: Numbers, cost_of_capital: Numbers) -> Any:
    """Economic value added: profit - capital·cost of capital.

    >>> from fractions import Fraction as F
    >>> from ahp.evaluation.customer_profit import economic_value_added
    >>> print(economic_value_added(F(6_810), F(24_000), F("0.11")))
    4170
    """
    return _numbers(profit) - _numbers(capital) * _numbers(cost_of_capital)


def _numbers(values: Numbers) -> Any:
    """Arrays of exact numbers as `Fraction`, floats as they are."""
    array = np.asarray(values)
    return np.frompyfunc(Fraction, 1, 1)(array) if array.dtype == object else array


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Product(Result):
    """A product that accounts are of.

    Attributes:
        kind: of its accounts.
        names: what it may be called in a file of accounts, besides its id.
        price_points: internal price of its volume.
        planned_cost, transactions: of a wealth-management product, in the whole bank.
    """

    kind: Kind
    names: tuple[str, ...] = ()
    price_points: Fraction
    planned_cost: Fraction | None = None
    transactions: Fraction | None = None

    def __post_init__(self) -> None:
        given = [one is not None for one in (self.planned_cost, self.transactions)]
        if given != [self.kind == "wealth"] * 2:
            raise EvaluationError("product_cost", kind=self.kind)
        _above_zero(self.transactions)


def _above_zero(*numbers: Fraction | None) -> None:
    for number in numbers:
        if number is not None and number <= 0:
            raise EvaluationError("divisor_not_positive", value=decimal(number))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Prices(Result):
    """What a bank computes its customers' profit with, for a year.

    Attributes:
        format: of the file, 1.
        tax_rate: on interest of loans.
        cost_of_capital: a year.
        transfer_rates: by term, as `transfer_rate` takes them.
        loan_planned_cost, all_loan_accounts: of all loans.
        card_planned_cost, cards_issued: of all cards.
        deposit_unit_cost: of an account of deposits.
        products: id -> product, one of each kind at least.
    """

    format: Literal[1] = 1
    tax_rate: Fraction
    cost_of_capital: Fraction
    transfer_rates: tuple[Fraction, Fraction, Fraction, Fraction, Fraction]
    loan_planned_cost: Fraction
    all_loan_accounts: Fraction
    card_planned_cost: Fraction
    cards_issued: Fraction
    deposit_unit_cost: Fraction
    products: Mapping[str, Product]

    def __post_init__(self) -> None:
        _above_zero(self.all_loan_accounts, self.cards_issued)
        kinds = {product.kind for product in self.products.values()}
        if missing := tuple(kind for kind in KINDS if kind not in kinds):
            raise EvaluationError("products_missing", kinds=missing)

    def transfer_rate(self, months: Fraction) -> Fraction:
        """The internal transfer rate of a term."""
        rate: Fraction = transfer_rate(months, self.transfer_rates)
        return rate


def load_prices(path: str | Path) -> Prices:
    """Read a TOML file of prices.

    Raises:
        EvaluationError: the file, the path inside it and what was expected.

    >>> folder = ahp.resources.data_folder("examples") / "evaluation"
    >>> prices = ahp.evaluation.load_prices(folder / "customer_prices.toml")
    >>> prices.transfer_rate(240), prices.products["housing_loan"].price_points
    (Fraction(3, 125), Fraction(60, 1))
    """
    content = read_bytes(Path(path), EvaluationError, MAX_TOML)
    data = parse_toml(content, str(path), EvaluationError)
    return structure(data, Prices, str(path), EvaluationError)


AMOUNTS: Mapping[Kind, tuple[str, ...]] = {
    "loan": ("balance", "term", "interest", "accounts"),
    "deposit": ("balance", "term", "paid_rate", "accounts"),
    "wealth": ("balance", "income", "expense", "tax", "transactions"),
    "card": ("balance", "deposit_income", "overdraft", "fees", "annual_fee", "rebate", "accounts"),
}
"""Kind -> columns that its accounts have besides `capital`; others are empty."""

_TEXTS = ("manager", "customer", "account", "product")
_HEADERS: Headers = {
    "manager": ("manager", "客户经理"),
    "customer": ("customer", "客户", "客户号", "客户名称"),
    "account": ("account", "账户", "账号", "卡号"),
    "product": ("product", "产品"),
    "card": ("card", "所属卡", "所属卡号"),
    "balance": ("balance", "日均余额", "业务量"),
    "term": ("term", "期限", "期限(月)"),
    "interest": ("interest", "利息收入"),
    "paid_rate": ("paid_rate", "付息率"),
    "income": ("income", "业务收入"),
    "expense": ("expense", "业务支出"),
    "tax": ("tax", "税额"),
    "transactions": ("transactions", "交易笔数"),
    "deposit_income": ("deposit_income", "存款净收入"),
    "overdraft": ("overdraft", "透支收入"),
    "fees": ("fees", "手续费"),
    "annual_fee": ("annual_fee", "年费"),
    "rebate": ("rebate", "回佣"),
    "accounts": ("accounts", "户数", "卡数"),
    "capital": ("capital", "占用资本"),
    "note": ("note", "备注", "说明"),
}
_SHEETS = ("accounts", "账户")


@dataclass(frozen=True, eq=False, repr=False)
class Account(Result):
    """An account of a customer.

    Attributes:
        manager, customer, account: names or numbers.
        product: id.
        kind: of its product.
        amounts: of `AMOUNTS`, and `capital`.
        card: the card that the balance of a deposit is on, "" for none; it counts there alone.
    """

    manager: str
    customer: str
    account: str
    product: str
    kind: Kind
    amounts: Mapping[str, Fraction]
    card: str = ""


def read_accounts(path: str | Path, prices: Prices) -> tuple[Account, ...]:
    """Read a table of customers' accounts, CSV or XLSX, with English or Chinese headers.

    A row is an account: `manager`, `customer`, `account`, `product`, and what `AMOUNTS` lists for
    its kind, where `balance` is its volume (for a wealth-management product what was sold, for a
    card what is overdrawn). A deposit on a card names it in `card`: the card's net deposit income
    is then that of this balance, and the deposit itself counts no more. `capital` and `note` may
    be left out.

    Raises:
        EvaluationError: names row and column, such as a balance that would count twice.

    >>> folder = ahp.resources.data_folder("examples") / "evaluation"
    >>> prices = ahp.evaluation.load_prices(folder / "customer_prices.toml")
    >>> accounts = ahp.evaluation.read_accounts(folder / "customer_accounts.csv", prices)
    >>> accounts[0].manager, accounts[0].product, accounts[0].card
    ('周航', 'demand_deposit', '101-001')
    """
    products = {
        word_key(word): name
        for name, product in prices.products.items()
        for word in (name, *product.names)
    }
    rows: dict[str, TableRow] = {}
    accounts: dict[str, Account] = {}
    with open_table(Path(path), EvaluationError, _SHEETS) as opened:
        for row in Table(str(path), opened, _HEADERS, tuple(_HEADERS.keys() - {*_TEXTS})):
            account = _account(row, products, prices)
            if account.account in accounts:
                row.refuse("account", "account_twice", account=account.account)
            accounts[account.account], rows[account.account] = account, row
    if not accounts:
        raise EvaluationError("no_accounts", source=str(path))
    for name, account in accounts.items():
        if account.card:
            _check_card(account, accounts.get(account.card), rows[name])
    return tuple(accounts.values())


def _account(row: TableRow, products: Mapping[str, str], prices: Prices) -> Account:
    product = products.get(word_key(row["product"]))
    if product is None:
        row.refuse(
            "product", "value_not_listed", value=row["product"], valid=tuple(prices.products)
        )
    kind = prices.products[product].kind
    may_be_empty = ("capital", "note", *(("card",) if kind == "deposit" else ()))
    for column, text in row.cells.items():
        if text and column not in (*_TEXTS, *AMOUNTS[kind], *may_be_empty):
            row.refuse(column, "amount_of_other", product=product)
    amounts = {column: row.number(column) for column in AMOUNTS[kind]}
    amounts["capital"] = row.number("capital") if row["capital"] else Fraction(0)
    for column in ("balance", "term", "accounts", "transactions", "capital"):
        if amounts.get(column, Fraction(0)) < 0:
            row.refuse(column, "value_below_zero", value=row[column], indicator=column)
    texts = row["manager"], row["customer"], row["account"]
    return Account(*texts, product, kind, MappingProxyType(amounts), row["card"])


def _check_card(deposit: Account, card: Account | None, row: TableRow) -> None:
    """Refuse a deposit on a card that the customer doesn't have, or whose income is given."""
    if card is None or card.kind != "card" or card.customer != deposit.customer:
        row.refuse("card", "card_unknown", card=deposit.card, customer=deposit.customer)
    if card.amounts["deposit_income"]:
        row.refuse("card", "balance_twice", card=deposit.card)


@dataclass(frozen=True, eq=False, repr=False)
class Views(Result):
    """Four views of customers, or of managers.

    Attributes:
        names: of whom.
        profits: a row each, a column for each of `KINDS`, in yuan and cents.
        views: a row each, a column for each of `VIEWS`.
    """

    names: tuple[str, ...]
    profits: NDArray[np.float64] = field(repr=False)
    views: NDArray[np.float64] = field(repr=False)

    def of(self, name: str) -> dict[str, float]:
        """View -> amount, of one of them.

        Raises:
            EvaluationError: nobody is called so.
        """
        if name not in self.names:
            raise EvaluationError("value_not_listed", value=name, valid=self.names)
        row = self.views[self.names.index(name)].tolist()
        return dict(zip(VIEWS, row, strict=True))

    def ranked(self, by: tuple[View, ...] = ("income", "profit")) -> tuple[str, ...]:
        """The names from the largest down, by a view and, where that ties, by the next."""
        columns = [VIEWS.index(view) for view in by]
        order = np.lexsort([-self.views[:, column] for column in reversed(columns)])
        return tuple(self.names[k] for k in order)

    def to_frame(self) -> Any:
        """A pandas `DataFrame`: a row a name, the views and the profit of each kind."""
        columns = [*VIEWS, *(f"profit_{kind}" for kind in KINDS)]
        return data_frame(np.hstack([self.views, self.profits]), list(self.names), columns)


@dataclass(frozen=True, eq=False, repr=False)
class CustomerViews(Result):
    """What customers bring.

    Attributes:
        customers: each customer, over the accounts with all managers.
        managers: each manager, over the accounts of all customers.
    """

    customers: Views
    managers: Views


def customer_views(accounts: Iterable[Account], prices: Prices) -> CustomerViews:
    """Volume, income, profit and economic value added, per customer and per manager.

    Amounts are exact until they are rounded half up to cents; the rows of `managers` and
    `customers` are rounded from the same accounts.

    Args:
        accounts: as `read_accounts` reads them.
        prices: as `load_prices` reads them.

    >>> folder = ahp.resources.data_folder("examples") / "evaluation"
    >>> prices = ahp.evaluation.load_prices(folder / "customer_prices.toml")
    >>> accounts = ahp.evaluation.read_accounts(folder / "customer_accounts.csv", prices)
    >>> views = ahp.evaluation.customer_views(accounts, prices)
    >>> views.managers.of("周航")["profit"], views.managers.ranked()[0]
    (32155.32, '周航')
    """
    rows = tuple(accounts)
    profits = [_profit(account, prices) for account in rows]
    views = [_views(account, profit, prices) for account, profit in zip(rows, profits, strict=True)]
    kinds = [
        [profit if kind == _counts_as(account) else Fraction(0) for kind in KINDS]
        for account, profit in zip(rows, profits, strict=True)
    ]
    return CustomerViews(
        _summed([account.customer for account in rows], kinds, views),
        _summed([account.manager for account in rows], kinds, views),
    )


def _counts_as(account: Account) -> Kind:
    return "card" if account.card else account.kind


def _card_deposit_income(account: Account, prices: Prices) -> Fraction:
    """The net deposit income of a balance on a card."""
    margin = prices.transfer_rate(account.amounts["term"]) - account.amounts["paid_rate"]
    return account.amounts["balance"] * margin


def _profit(account: Account, prices: Prices) -> Fraction:
    """The profit of an account; that of a balance on a card is income of the card."""
    of = account.amounts
    product = prices.products[account.product]
    profit: Fraction
    if account.card:
        return _card_deposit_income(account, prices)
    if account.kind == "loan":
        profit = loan_profit(
            *(of["interest"], of["balance"], prices.transfer_rate(of["term"]), of["accounts"]),
            tax_rate=prices.tax_rate,
            planned_cost=prices.loan_planned_cost,
            all_accounts=prices.all_loan_accounts,
        )
    elif account.kind == "deposit":
        rate = prices.transfer_rate(of["term"])
        profit = deposit_profit(
            of["balance"],
            rate,
            of["paid_rate"],
            of["accounts"],
            unit_cost=prices.deposit_unit_cost,
        )
    elif account.kind == "wealth":
        profit = wealth_profit(
            *(of[column] for column in AMOUNTS["wealth"][1:]),
            planned_cost=product.planned_cost,
            all_transactions=product.transactions,
        )
    else:
        profit = card_profit(
            *(of[column] for column in AMOUNTS["card"][1:-1]),
            cards=of["accounts"],
            planned_cost=prices.card_planned_cost,
            cards_issued=prices.cards_issued,
        )
    return profit


def _views(account: Account, profit: Fraction, prices: Prices) -> list[Fraction]:
    """In the order of `VIEWS`."""
    volume, capital = account.amounts["balance"], account.amounts["capital"]
    income = priced_income(volume, prices.products[account.product].price_points)
    added = economic_value_added(profit, capital, prices.cost_of_capital)
    return [income, profit, volume, added]


def _summed(names: list[str], profits: list[list[Fraction]], views: list[list[Fraction]]) -> Views:
    position = {name: k for k, name in enumerate(dict.fromkeys(names))}

    def sums(rows: list[list[Fraction]]) -> NDArray[np.float64]:
        table = [[Fraction(0)] * len(rows[0]) for _ in position]
        for name, row in zip(names, rows, strict=True):
            for k, number in enumerate(row):
                table[position[name]][k] += number
        cents = [Ratios.from_fractions(row).rounded(2) for row in table]
        return read_only(np.array(cents, np.float64) / 100)

    return Views(tuple(position), sums(profits), sums(views))


_INPUTS: Mapping[Kind, Mapping[str, str]] = {
    "loan": {column: f"loan_{column}" for column in AMOUNTS["loan"]},
    "deposit": {column: f"deposit_{column}" for column in AMOUNTS["deposit"]},
    "wealth": {
        **{column: f"wealth_{column}" for column in AMOUNTS["wealth"][1:]},
        "planned_cost": "wealth_planned_cost",
        "all_transactions": "wealth_all_transactions",
    },
    "card": {column: f"card_{column}" for column in AMOUNTS["card"][1:]},
}
"""Kind -> column -> input of the scheme `customer_manager`."""


def profit_observations(
    accounts: Iterable[Account], prices: Prices, period: str, indicator: str = "profit"
) -> list[dict[str, str]]:
    """The accounts as observations of the inputs of an indicator, as `customer_manager` has it: the
    unit is the manager, an item is an account.

    A balance on a card is added to the card's net deposit income. A manager without accounts of a
    kind has 0 in its inputs.

    Returns:
        Records for `observations_from_records`, or for a `csv.DictWriter`.

    >>> folder = ahp.resources.data_folder("examples") / "evaluation"
    >>> prices = ahp.evaluation.load_prices(folder / "customer_prices.toml")
    >>> accounts = ahp.evaluation.read_accounts(folder / "customer_accounts.csv", prices)
    >>> records = ahp.evaluation.profit_observations(accounts, prices, "2026Q4")
    >>> [record["value"] for record in records if record["item"] == "101-001"]
    ['561.15', '0', '62', '10', '62', '1']
    """
    rows = tuple(accounts)
    on_card: dict[str, Fraction] = {}
    for account in rows:
        if account.card:
            income = _card_deposit_income(account, prices)
            on_card[account.card] = on_card.get(account.card, Fraction(0)) + income
    records = []
    for manager in dict.fromkeys(account.manager for account in rows):
        own = [account for account in rows if account.manager == manager and not account.card]
        for kind in KINDS:
            of_kind = [account for account in own if account.kind == kind]
            for account in of_kind or [_no_account(manager, kind, prices)]:
                amounts = dict(account.amounts)
                product = prices.products[account.product]
                if kind == "wealth":
                    amounts["planned_cost"] = product.planned_cost or Fraction(0)
                    amounts["all_transactions"] = product.transactions or Fraction(0)
                if kind == "card":
                    amounts["deposit_income"] += on_card.get(account.account, Fraction(0))
                records += [
                    {
                        "unit": manager,
                        "period": period,
                        "indicator": indicator,
                        "item": account.account,
                        "input": name,
                        "value": _written(amounts[column]),
                    }
                    for column, name in _INPUTS[kind].items()
                ]
    return records


def _no_account(manager: str, kind: Kind, prices: Prices) -> Account:
    """An account without anything, for a kind that a manager has none of."""
    product = next(name for name, one in prices.products.items() if one.kind == kind)
    amounts = MappingProxyType(dict.fromkeys(AMOUNTS[kind], Fraction(0)))
    return Account(manager, "", "", product, kind, amounts)


def _written(number: Fraction) -> str:
    """A decimal, exactly."""
    digits = 0
    while (number * 10**digits).denominator != 1:  # all are decimals
        digits += 1
    figures = f"{abs(int(number * 10**digits)):0{digits + 1}d}"
    point = len(figures) - digits
    text = figures if not digits else f"{figures[:point]}.{figures[point:]}"
    return f"-{text}" if number < 0 else text
