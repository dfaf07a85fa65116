"""Rules of a scheme as formulas of a spreadsheet, for `ahp.exchange.evaluation_xlsx`.

A spreadsheet computes in binary floats: 89.95 may come out as 89.94999999999999. What is rounded is
therefore rounded to `CLEAN` decimals first.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..evaluation.formula import Formula, Steps
from ..evaluation.rules import (
    Completion,
    Derived,
    Measured,
    Membership,
    Step,
    Stepwise,
    Target,
)
from ..evaluation.scheme import Band

CLEAN = 10
"""Decimals that hold all that weights and points multiply to, and none of the noise of floats."""

_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}

Term = str | list[tuple[str, str]]
"""A formula, or for each item a condition under which it is there, and one."""


def number(value: Fraction | int) -> str:
    """A number in a formula; a negative one in parentheses."""
    text = repr(float(value)) if Fraction(value).denominator > 1 else str(int(value))
    return f"({text})" if value < 0 else text


def rounded(formula: str, digits: int) -> str:
    """A number rounded half up."""
    return f"ROUND(ROUND({formula},{CLEAN}),{digits})"


def joined(cells: str, how: str) -> str:
    """Several values as one, see `ahp.evaluation.cells.JOINS`; texts among them don't count."""
    if how == "trimmed_mean":
        return f"(SUM({cells})-MAX({cells})-MIN({cells}))/(COUNT({cells})-2)"
    names = {"mean": "AVERAGE", "median": "MEDIAN", "sum": "SUM", "min": "MIN", "max": "MAX"}
    return f"{names[how]}({cells})"


def sample_share(cell: str) -> str:
    """A result such as 38/40 as a number; an error where it is none."""
    slash = f'FIND("/",{cell})'
    return f"VALUE(LEFT({cell},{slash}-1))/VALUE(MID({cell},{slash}+1,9))"


def points(rule: Measured | Completion | Target | Stepwise | Membership | Derived, x: str) -> str:
    """Points of a value in a cell, before they are rounded."""
    match rule:
        case Measured():
            low, high = number(rule.low), number(rule.high)
            above = f"({x}-{low})" if rule.direction == "higher" else f"({high}-{x})"
            return f"100*MAX(0,MIN(1,{above}/({high}-{low})))"
        case Completion():
            share = f"{x}/{number(rule.target)}"
            if rule.lower == "difference":
                share = f"2-{share}"
            elif rule.lower == "ratio":
                smallest = number(rule.target / rule.cap)
                share = f"{number(rule.target)}/MAX({x},{smallest})"
            return f"100*MAX(0,MIN({number(rule.cap)},{share}))"
        case Target():
            low, high = number(rule.low), number(rule.high)
            distance = f"MAX({low}-{x},{x}-{high},0)"
            return f"100*MAX(0,1-{distance}/{number(rule.tolerance)})"
        case Stepwise():
            return _steps(rule, x)
        case Membership():
            return _steps(rule.lines, x)
    return points(rule.rule, x)


def _steps(rule: Stepwise, x: str) -> str:
    """Those of the step that a value lies in, asked from the lowest up."""
    formula = number(rule.steps[-1].ends[0])
    compare = "<=" if rule.closed == "upper" else "<"
    lows = (None, *rule.edges)
    for low, step in reversed(list(zip(lows[:-1], rule.steps[:-1], strict=True))):
        below = f"ROUND({x},{CLEAN}){compare}{number(step.up_to or 0)}"
        formula = f"IF({below},{_inside(step, low, x)},{formula})"
    return formula


def _inside(step: Step, low: Fraction | None, x: str) -> str:
    start, end = step.ends
    if start == end or low is None or step.up_to is None:
        return number(start)
    slope = number((end - start) / (step.up_to - low))
    return f"{number(start)}+({x}-{number(low)})*{slope}"


def band_position(bands: Sequence[Band], total: str) -> str:
    """Position of the band of a rounded total, from 1 for the best; 0 in a gap."""
    formula = "0"
    for k, band in reversed(list(enumerate(bands, start=1))):
        here = str(k)
        if band.below is not None and k > 1:
            here = f"IF({total}<{number(band.below)},{k},0)"
        formula = f"IF({total}>={number(band.at_least)},{here},{formula})"
    return formula


def over_items(formula: Formula) -> frozenset[str]:
    """Names that have one number an item: those inside `sum`, `count`, and `min` and `max` of one
    argument; all where there is nothing of the kind.
    """
    inside: set[str] = set()

    def walk(node: ast.expr, within: bool) -> None:
        if isinstance(node, ast.Name) and within:
            inside.add(node.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            joins = node.func.id not in formula.tables and len(node.args) == 1
            for argument in node.args:
                walk(argument, within or joins)
        elif not isinstance(node, ast.Name):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    walk(child, within)

    walk(formula.tree, False)
    return frozenset(inside & formula.names) or formula.names


def value(rule: Derived, cells: Mapping[str, Term]) -> Term:
    """The value of a formula of named inputs.

    Args:
        rule: the rule.
        cells: name of an input -> its cell, or one an item.
    """
    constants: dict[str, Term] = {name: number(one) for name, one in rule.constants.items()}
    return _Formulas({**constants, **cells}, rule.tables).of(rule.parsed.tree)


class _Formulas:
    """Formulas of the parts of an expression."""

    def __init__(self, names: Mapping[str, Term], tables: Mapping[str, Steps]) -> None:
        self.names, self.tables = names, tables

    def of(self, node: ast.expr) -> Term:
        """The formula of a part, or one an item."""
        match node:
            case ast.Constant(value=constant):
                return number(Fraction(repr(constant)))
            case ast.Name(id=name):
                return self.names[name]
            case ast.UnaryOp(op=op, operand=operand):
                sign = "-" if isinstance(op, ast.USub) else ""
                return self._each(f"({sign}{{}})", [self.of(operand)])
            case ast.BinOp(left=left, op=op, right=right):
                template = f"({{}}{_OPERATORS[type(op)]}{{}})"
                return self._each(template, [self.of(left), self.of(right)])
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, [self.of(one) for one in arguments])
        raise AssertionError(ast.dump(node))  # all else was refused when the scheme was read

    def _each(self, template: str, terms: Sequence[Term]) -> Term:
        items = next((term for term in terms if not isinstance(term, str)), None)
        if items is None:
            return template.format(*terms)
        columns = [
            [term] * len(items) if isinstance(term, str) else [one for _, one in term]
            for term in terms
        ]
        rows = zip(*columns, strict=True)
        return [
            (condition, template.format(*row))
            for (condition, _), row in zip(items, rows, strict=True)
        ]

    def _call(self, name: str, terms: list[Term]) -> Term:
        if name in self.tables:
            return self._each(_lookup(self.tables[name]), terms)
        if len(terms) > 1:
            return self._each(f"{name.upper()}({','.join(['{}'] * len(terms))})", terms)
        (term,) = terms
        if isinstance(term, str):
            return "1" if name == "count" else term
        if name == "count":
            return "(" + "+".join(f"IF({condition},1,0)" for condition, _ in term) + ")"
        if name == "sum":
            return "(" + "+".join(f"IF({condition},{one},0)" for condition, one in term) + ")"
        beyond = "1E+300" if name == "min" else "-1E+300"
        parts = ",".join(f"IF({condition},{one},{beyond})" for condition, one in term)
        return f"{name.upper()}({parts})"


def _lookup(table: Steps) -> str:
    formula = number(table.values[-1])
    for end, step in reversed(list(zip(table.up_to, table.values, strict=False))):
        formula = f"IF({{0}}<={number(end)},{number(step)},{formula})"
    return formula
