"""Formulas of derived indicators: arithmetic on named inputs, nothing else.

`+ - * /`, parentheses, `min`, `max`, `sum`, `count` and tables of the scheme. A name stands for one
number or, where an indicator has several items (loans, products), for one number each: `sum`,
`count`, and `min` and `max` of one argument join them. Inputs may be of different rows, such as
loans and deposits: each is joined by itself before they meet. Numbers are exact.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NoReturn

from ..errors import EvaluationError

MAX_FORMULA = 2000
"""Characters."""

_MAX_DEPTH = 50

Value = Fraction | tuple[Fraction, ...]
"""One number, or one an item."""

_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
}


def _sum(values: tuple[Fraction, ...]) -> Fraction:
    return sum(values, Fraction(0))


def _count(values: tuple[Fraction, ...]) -> Fraction:
    return Fraction(len(values))


_OVER_ITEMS: dict[str, Callable[[tuple[Fraction, ...]], Fraction]] = {
    "sum": _sum,
    "count": _count,
    "min": min,
    "max": max,
}


@dataclass(frozen=True)
class Steps:
    """A table that a formula looks numbers up in, such as a transfer price by term.

    Attributes:
        up_to: upper ends of the steps but the last, which has none; each belongs to its step.
        values: one a step, one more than `up_to`.
    """

    up_to: tuple[Fraction, ...]
    values: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if len(self.values) != len(self.up_to) + 1 or sorted(set(self.up_to)) != [*self.up_to]:
            raise EvaluationError("table_steps")

    def __call__(self, number: Fraction) -> Fraction:
        """The value of the step that a number lies in."""
        return self.values[sum(number > end for end in self.up_to)]


class DivisionError(Exception):
    """A formula divides by 0; its argument is the divisor as it is written."""


@dataclass(frozen=True)
class Formula:
    """A formula, checked.

    Attributes:
        text: as it is written.
        tables: names that look numbers up.

    Raises:
        EvaluationError: it has anything but arithmetic; says what and where.

    >>> from fractions import Fraction
    >>> from ahp.evaluation.formula import Formula
    >>> Formula("sum(errors) / sum(vouchers)")(
    ...     {"errors": (Fraction(1), Fraction(2)), "vouchers": (Fraction(100), Fraction(50))}
    ... )
    Fraction(1, 50)
    """

    text: str
    tables: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _ = self.names

    @cached_property
    def tree(self) -> ast.expr:
        """The formula as it is evaluated."""
        if len(self.text) > MAX_FORMULA:
            raise EvaluationError("formula_too_long", count=len(self.text), most=MAX_FORMULA)
        try:
            return ast.parse(self.text.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError) as problem:
            column = getattr(problem, "offset", None) or 1
            raise EvaluationError("formula_unreadable", text=self.text, column=column) from problem

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that stand for numbers."""
        return frozenset(self._names(self.tree, 0))

    def _refuse(self, node: ast.expr) -> NoReturn:
        text = ast.get_source_segment(self.text.strip(), node) or self.text
        raise EvaluationError("formula_part", part=text, formula=self.text)

    def _names(self, node: ast.expr, depth: int) -> list[str]:
        if depth > _MAX_DEPTH:
            raise EvaluationError("formula_too_deep", formula=self.text, most=_MAX_DEPTH)
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                if abs(number) > 10**18:
                    self._refuse(node)
                return []
            case ast.Name(id=name) if name not in _OVER_ITEMS and name not in self.tables:
                return [name]
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                inner = [left, right]
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                inner = [operand]
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if arguments:
                several = name in ("min", "max")
                if not (several or len(arguments) == 1) or not (
                    name in _OVER_ITEMS or name in self.tables
                ):
                    self._refuse(node)
                inner = arguments
            case _:
                self._refuse(node)
        return [name for part in inner for name in self._names(part, depth + 1)]

    def __call__(self, inputs: Mapping[str, Value], tables: Mapping[str, Steps] = {}) -> Value:
        """The value for these inputs.

        Args:
            inputs: name -> number, or one number an item.
            tables: name -> table.

        Raises:
            DivisionError: by 0.
        """
        return self._value(self.tree, inputs, tables)

    def _value(
        self, node: ast.expr, inputs: Mapping[str, Value], tables: Mapping[str, Steps]
    ) -> Value:
        match node:
            case ast.Constant(value=number):
                return Fraction(repr(number))
            case ast.Name(id=name):
                return inputs[name]
            case ast.UnaryOp(op=op, operand=operand):
                value = self._value(operand, inputs, tables)
                return _each(lambda x: -x, value) if isinstance(op, ast.USub) else value
            case ast.BinOp(left=left, op=op, right=right):
                values = [self._value(part, inputs, tables) for part in (left, right)]
                try:
                    return _each(_OPERATORS[type(op)], *values)
                except ZeroDivisionError:
                    divisor = ast.get_source_segment(self.text.strip(), right)
                    raise DivisionError(divisor or self.text) from None
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return _called(
                    name, [self._value(part, inputs, tables) for part in arguments], tables
                )
        raise AssertionError(ast.dump(node))  # all else was refused


def _called(name: str, values: list[Value], tables: Mapping[str, Steps]) -> Value:
    """A function of a formula."""
    if name in tables:
        return _each(tables[name], values[0])
    if len(values) > 1:
        return _each(min if name == "min" else max, *values)
    return _OVER_ITEMS[name](values[0] if isinstance(values[0], tuple) else (values[0],))


def _each(operation: Callable[..., Fraction], *values: Value) -> Value:
    """An operation on numbers, item by item where there are items."""
    counts = {len(value) for value in values if isinstance(value, tuple)}
    if not counts:
        return operation(*values)
    (count,) = counts
    columns = [value if isinstance(value, tuple) else (value,) * count for value in values]
    return tuple(map(operation, *columns))


def check_rows(formula: Formula, rows: Mapping[str, str]) -> None:
    """Refuse a formula that takes numbers of different rows together before they are joined.

    Args:
        formula: checked.
        rows: input -> what its numbers are one each of.

    Raises:
        EvaluationError: the part of the formula, and the rows that meet in it.
    """

    def rows_of(node: ast.expr) -> set[str]:
        """What a part of the formula has one number each of; nothing where it is one number."""
        match node:
            case ast.Name(id=name):
                return {rows[name]} if name in rows else set()
            case ast.UnaryOp(operand=operand):
                return rows_of(operand)
            case ast.BinOp(left=left, right=right):
                parts = [left, right]
            case ast.Call(args=arguments):
                parts = arguments
            case _:
                return set()
        meeting = set().union(*map(rows_of, parts))
        if len(meeting) > 1:
            part = ast.get_source_segment(formula.text.strip(), node)
            names = tuple(sorted(meeting))
            raise EvaluationError("formula_rows", formula=formula.text, part=part, rows=names)
        match node:
            case ast.Call(func=ast.Name(id=name), args=[_]) if name in _OVER_ITEMS:
                return set()
        return meeting

    rows_of(formula.tree)


def check_names(formula: Formula, known: Mapping[str, object]) -> None:
    """Refuse names that stand for nothing.

    Raises:
        EvaluationError: lists them and those that are known.
    """
    if unknown := tuple(sorted(formula.names - known.keys())):
        raise EvaluationError(
            "formula_names", names=unknown, formula=formula.text, valid=tuple(known)
        )
