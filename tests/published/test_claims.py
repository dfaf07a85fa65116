from __future__ import annotations

import numpy as np
import pytest

from ahp.errors import PublishedError
from ahp.published.claims import Chain, Interval, Reference, holds, parse_claim, parse_order

VALUES = {"a": 0.56, "b": 0.01, "c": 0.0101, "x y": 2.0, "r-d": 3.0, "zero": 0.0}
VALUES |= {"p": 0.1 + 0.2, "q": 0.3}  # equal but for the last bit


def value_of(reference: Reference) -> Interval:
    value = np.array([VALUES[reference.name]])
    return value, value


def true(chains: tuple[Chain, ...]) -> bool:
    return all(bool(holds(chain, value_of, 0.1).all()) for chain in chains)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a / b > 55", True),
        ("a / b > 56.1", False),
        ("a / b >= 56 - 0.001", True),
        ("a * 2 + b * 3 < 1.16", True),
        ("a * (2 + b) * 3 < 3.376", False),
        ("2 - 1 - 1 < 0.5", True),
        ("8 / 4 / 2 = 1", True),
        ("-a < -b", True),
        ("b < c < a", True),
        ("b < c < a < 0.5", False),
        ("b <= b", True),
        ("b < b", False),
        ("b ≈ c", True),
        ("b ~ c", True),
        ("a ≈ b", False),
        ("b = c", False),
        ("a > b, b > a", False),
        ('x y / "r-d" < .67', True),
        ("local(a) > global(b)", True),
        ("p = q <= p <= q", True),
        ("p > q", False),
        ("q < p", False),
    ],
)
def test_claims(text: str, expected: bool) -> None:
    assert true(parse_claim(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > c ≈ b", True),
        ("a > b ≈ c", True),  # about the same, either way
        ("b > c", False),
        ("a > c, b ~ c", True),
        ('x y > a, "r-d" > a', True),
        ("b = b", True),
    ],
)
def test_orders(text: str, expected: bool) -> None:
    assert true(parse_order(text)) is expected


def test_names_of_an_order_may_be_digits() -> None:
    (chain,) = parse_order("1 > 2nd")
    assert [reference.name for reference in chain.references] == ["1", "2nd"]


def test_references_know_function_and_column() -> None:
    (chain,) = parse_claim("total_cr(2) < cr( a )")
    assert list(chain.references) == [Reference("total_cr", "2", 10), Reference("cr", "a", 19)]


RELATIONS = "expected one of < <= > >= = ≈"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: the end, expected a name"),
        ("a", f"column 2: the end, {RELATIONS}"),
        ("a >", "column 4: the end, expected a name"),
        ("a > b)", "column 6: ')', expected an operator, a relation"),
        ("(a > b", "column 4: '>', expected )"),
        ("a > * b", "column 5: '*', expected a name"),
        ("sin(a) > 1", "column 1: function 'sin', expected one of local, global, cr, ci, "
         "lambda_max, total_cr"),
        ('a > "b', "column 5: a quotation mark without its partner"),
        ("(" * 51 + "a", "column 51: nested deeper than 50"),
        ("a" + "+a" * 100, "column 201: more than 200 words and signs"),
    ],
)  # fmt: skip
def test_claims_that_do_not_parse(text: str, message: str) -> None:
    with pytest.raises(PublishedError) as error:
        parse_claim(text)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a < b", "column 3: '<', expected one of > ≈ ="),
        ("a > 2 * b", "column 7: '*', expected a relation"),
        ("a > (b)", "column 5: '(', expected a name"),
    ],
)
def test_orders_that_do_not_parse(text: str, message: str) -> None:
    with pytest.raises(PublishedError) as error:
        parse_order(text)
    assert str(error.value) == message


def test_division_by_zero_is_refused() -> None:
    with pytest.raises(PublishedError) as error:
        true(parse_claim("a / zero > 1"))
    assert str(error.value) == "column 3: division by zero"


def test_intervals_hold_what_can_hold() -> None:
    (chain,) = parse_claim("a / b > 55")
    ends = {"a": ([0.5, 0.5], [0.6, 0.54]), "b": ([0.01, 0.01], [0.02, 0.02])}

    def interval(reference: Reference) -> Interval:
        low, high = ends[reference.name]
        return np.array(low), np.array(high)

    assert holds(chain, interval, 0.1).tolist() == [True, False]
