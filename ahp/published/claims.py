"""Orders and claims: what a source says about its numbers in words, as comparisons.

```
statements = chain {"," chain}
chain      = sum relation sum {relation sum}
relation   = "<" | "<=" | ">" | ">=" | "=" | "≈" | "~"
sum        = product {("+" | "-") product}
product    = factor {("*" | "/") factor}
factor     = number | name | function "(" name ")" | "(" sum ")" | "-" factor
```

A name with characters of the grammar stands in double quotes. In an order, the operands are names
alone and the relations `>`, `≈` and `=`.

Values are intervals, a pair of arrays: a number known exactly is its own low and high end. A
relation holds when it can hold for numbers from the intervals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import PublishedError
from ..matrix import Bool, Float
from ..messages import Phrase
from ..result import Result

FUNCTIONS = ("local", "global", "cr", "ci", "lambda_max", "total_cr")
"""What a claim may ask for, besides the weight that a name alone stands for."""

EQUAL = 1e-9
"""Numbers this near to each other are equal, and neither is above the other."""

MAX_DEPTH = 50
MAX_TOKENS = 200

RELATIONS = ("<", "<=", ">", ">=", "=", "≈")
_PLAIN = r'[^\s<>=≈~+\-*/(),"]'
_TOKEN = re.compile(
    rf"(?P<number>(?:\d++(?:\.\d*+)?|\.\d++)(?!{_PLAIN}))|(?P<name>{_PLAIN}+(?:[ \t]+{_PLAIN}+)*)"
    r'|"(?P<quoted>[^"]+)"|(?P<sign><=|>=|[<>=≈~+\-*/(),])'
)

Interval = tuple[Float, Float]
"""Lowest and highest value, arrays of one shape."""


@dataclass(frozen=True, eq=False, repr=False)
class Reference(Result):
    """A number of the table: of a node, a parent or a level.

    Attributes:
        function: name in `FUNCTIONS`, or "" for the name alone.
        name: the node, parent or level.
        column: where it stands in the text, from 1.
    """

    function: str
    name: str
    column: int


@dataclass(frozen=True, eq=False, repr=False)
class Operation(Result):
    """Two expressions joined by `+`, `-`, `*` or `/`."""

    sign: str
    left: Expression
    right: Expression
    column: int


Expression = float | Reference | Operation


@dataclass(frozen=True, eq=False, repr=False)
class Chain(Result):
    """Expressions with a relation between each and the next."""

    operands: tuple[Expression, ...]
    relations: tuple[str, ...]

    @property
    def references(self) -> Iterator[Reference]:
        """All numbers of the table that the chain asks for."""
        for operand in self.operands:
            yield from _references(operand)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int


def parse_claim(text: str) -> tuple[Chain, ...]:
    """Read a claim such as `"a / b > 55"`.

    Raises:
        PublishedError: the column and what was expected there.
    """
    return _Parser(text).statements()


def parse_order(text: str) -> tuple[Chain, ...]:
    """Read an order such as `"a > b > c, d ≈ e"`: names with `>`, `≈` or `=` between them.

    Raises:
        PublishedError: the column and what was expected there.
    """
    return _Parser(text, order=True).statements()


def holds(chain: Chain, value_of: Callable[[Reference], Interval], about: float) -> Bool:
    """Whether all relations of a chain can hold.

    Args:
        chain: a parsed statement.
        value_of: gives the value of a reference.
        about: what `≈` means: the share of the larger by which the two may differ.

    Raises:
        PublishedError: division by zero, with its column.
    """
    values = [_evaluate(operand, value_of) for operand in chain.operands]
    held: Bool = np.asarray(True)
    for relation, left, right in zip(chain.relations, values, values[1:], strict=False):
        held = held & _relation(relation, left, right, about)
    return held


def _relation(relation: str, left: Interval, right: Interval, about: float) -> Bool:
    if relation.startswith("<"):
        return _relation(relation.replace("<", ">"), right, left, about)
    gap = np.maximum(left[0] - right[1], right[0] - left[1])
    if relation == "≈":
        return np.asarray(gap <= about * np.maximum(left[1], right[1]))
    if relation == "=":
        return np.asarray(gap <= EQUAL)
    above = left[1] - right[0]
    return np.asarray(above > EQUAL if relation == ">" else above >= -EQUAL)


def _evaluate(node: Expression, value_of: Callable[[Reference], Interval]) -> Interval:
    if isinstance(node, float):
        return np.asarray(node), np.asarray(node)
    if isinstance(node, Reference):
        return value_of(node)
    (a, b), (c, d) = _evaluate(node.left, value_of), _evaluate(node.right, value_of)
    if node.sign == "+":
        return a + c, b + d
    if node.sign == "-":
        return a - d, b - c
    if node.sign == "/":
        if ((c <= 0) & (d >= 0)).any():
            raise PublishedError("claim_division", column=node.column)
        c, d = 1 / d, 1 / c
    corners = np.broadcast_arrays(a * c, a * d, b * c, b * d)
    return np.min(corners, axis=0), np.max(corners, axis=0)


def _references(node: Expression) -> Iterator[Reference]:
    if isinstance(node, Reference):
        yield node
    elif isinstance(node, Operation):
        yield from _references(node.left)
        yield from _references(node.right)


class _Parser:
    """Recursive descent over the tokens of a statement."""

    def __init__(self, text: str, order: bool = False) -> None:
        self.order = order
        self.tokens = _tokens(text)
        self.next = 0
        self.depth = 0

    def statements(self) -> tuple[Chain, ...]:
        chains = [self.chain()]
        while self.accept(","):
            chains.append(self.chain())
        self.expect("end", Phrase("a_relation" if self.order else "an_operator"))
        return tuple(chains)

    def chain(self) -> Chain:
        operand = self.item if self.order else self.sum
        valid = (">", "≈", "=") if self.order else RELATIONS
        operands, relations = [operand()], []
        while relation := self.accept(*valid, "~"):
            relations.append("≈" if relation.text == "~" else relation.text)
            operands.append(operand())
        if not relations:
            raise self.error(Phrase("one_of_signs", signs=" ".join(valid)))
        return Chain(tuple(operands), tuple(relations))

    def item(self) -> Expression:
        token = self.peek
        if token.kind not in {"name", "quoted", "number"}:
            raise self.error(Phrase("a_name"))
        self.next += 1
        return Reference("", token.text, token.column)

    def sum(self) -> Expression:
        return self.joined(self.product, "+", "-")

    def product(self) -> Expression:
        return self.joined(self.factor, "*", "/")

    def joined(self, part: Callable[[], Expression], *signs: str) -> Expression:
        expression = part()
        while sign := self.accept(*signs):
            expression = Operation(sign.text, expression, part(), sign.column)
        return expression

    def factor(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise PublishedError("claim_nested", column=self.peek.column, most=MAX_DEPTH)
        expression = self.unit()
        self.depth -= 1
        return expression

    def unit(self) -> Expression:
        token = self.peek
        if sign := self.accept("-"):
            return Operation("-", 0.0, self.factor(), sign.column)
        if self.accept("("):
            inner = self.sum()
            self.expect(")", ")")
            return inner
        if token.kind == "number":
            self.next += 1
            return float(token.text)
        reference = self.item()
        if token.kind == "name" and self.accept("("):
            if token.text not in FUNCTIONS:
                raise PublishedError(
                    "claim_function", column=token.column, function=token.text, valid=FUNCTIONS
                )
            argument = self.item()
            assert isinstance(argument, Reference)
            self.expect(")", ")")
            return Reference(token.text, argument.name, argument.column)
        return reference

    @property
    def peek(self) -> _Token:
        return self.tokens[self.next]

    def accept(self, *signs: str) -> _Token | None:
        token = self.peek
        if token.kind != "sign" or token.text not in signs:
            return None
        self.next += 1
        return token

    def expect(self, sign: str, expected: str | Phrase) -> None:
        if self.peek.kind == sign or self.accept(sign):
            return
        raise self.error(expected)

    def error(self, expected: str | Phrase) -> PublishedError:
        token = self.peek
        word = Phrase("the_end") if token.kind == "end" else token.text
        return PublishedError(
            "claim_unexpected", column=token.column, found=word, expected=expected
        )


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise PublishedError("claim_quotation", column=position + 1)
        tokens.append(_Token(match.lastgroup, match[match.lastgroup], position + 1))
        position = match.end()
        if len(tokens) > MAX_TOKENS:
            raise PublishedError("claim_long", column=position, most=MAX_TOKENS)
    return [*tokens, _Token("end", "", len(text) + 1)]
