"""Published weight tables: what a source prints, read from a data file.

The format is documented in `docs/published-tables.md`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..alternatives import MODES
from ..consistency import (
    cosine_consistency_index,
    geometric_consistency_index,
    golden_wang_index,
    harmonic_consistency_index,
    koczkodaj_index,
    pelaez_lamata_index,
    relative_error,
    salo_hamalainen_index,
    triad_log_residual,
)
from ..datafile import MAX_TOML, DataTable, decode_text, kind, parse_toml, read_bytes
from ..errors import AHPError, PublishedError
from ..hierarchy import Hierarchy
from ..matrix import Float
from ..priority import check_method
from ..random_index import check_random_index
from ..result import Result
from .cells import Judgments, join, read_matrix, read_upper
from .claims import Chain, Reference, parse_claim, parse_order
from .printing import (
    check_printed,
    check_rounding,
    decimals_of,
    printed_decimal,
    printed_interval,
)

FORMAT = 1

MOST_LINES = 500
"""Lines of a value: looking for where its parts stand takes time by their square."""

MOST_DECIMALS = 15
"""Digits after the point that a float can be compared with."""

LAMBDAS = ("perron", "mean")
"""What a source prints as λmax: the Perron root, or the mean of (Aw)_i / w_i."""

INDICES: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "gci": geometric_consistency_index,
        "koczkodaj": koczkodaj_index,
        "pelaez_lamata": pelaez_lamata_index,
        "harmonic": harmonic_consistency_index,
        "salo_hamalainen": salo_hamalainen_index,
        "golden_wang": golden_wang_index,
        "cosine": cosine_consistency_index,
        "relative_error": relative_error,
        "triad_log_residual": triad_log_residual,
    }
)
"""The other indices a table may print."""

JUDGMENTS = ("upper", "matrix", "experts")
CONSISTENCY = ("lambda_max", "ci", "cr")
TOTALS = ("ci", "ri", "cr")
CONVENTIONS = (
    *("method", "random_index", "rounding", "decimals", "intermediate_decimals"),
    *("lambda_by", "about"),
)

_Lines = Mapping[tuple[str | int, ...], int]


@dataclass(frozen=True, eq=False, repr=False)
class Printed(Result):
    """A printed number: its place in the file, its line, its digits."""

    place: str
    line: int
    text: str


@dataclass(frozen=True, eq=False, repr=False)
class Statement(Result):
    """An order or a claim of the source, parsed."""

    place: str
    line: int
    text: str
    chains: tuple[Chain, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Erratum(Result):
    """A known slip of the source.

    Attributes:
        place, line: of the slip itself.
        printed: what the source has.
        correct: what it should have been.
        reason: how the slip came about.
    """

    place: str
    line: int
    printed: str
    correct: str
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class Conventions(Result):
    """How a source computed and rounded; `docs/published-tables.md` has the meanings."""

    method: str | None = None
    random_index: str = "saaty"
    rounding: str = "half_up"
    decimals: int | None = None
    intermediate_decimals: int | None = None
    lambda_by: str = "perron"
    about: float = 0.1


@dataclass(frozen=True, eq=False, repr=False)
class PublishedParent(Result):
    """What is printed for one parent.

    Attributes:
        id, label: of the parent.
        items, labels: ids and names of what is compared.
        judgments: as printed (a panel's are aggregated), with what was read how; None when not
            printed.
        judgments_at: their place and line.
        weights: item -> printed local weight.
        order: of the local weights.
        consistency: `lambda_max`, `ci`, `cr` -> printed number.
        indices: name in `INDICES` -> printed number.
        conventions: of the table, with those of the parent over them.
    """

    id: str
    label: str | None
    items: tuple[str, ...]
    labels: tuple[str, ...] | None
    judgments: Judgments | None = field(repr=False)
    judgments_at: tuple[str, int]
    weights: Mapping[str, Printed]
    order: Statement | None
    consistency: Mapping[str, Printed]
    indices: Mapping[str, Printed]
    conventions: Conventions

    @property
    def matrix(self) -> Float | None:
        """The judgments in their likeliest reading, shape (n, n); None when not printed."""
        return None if self.judgments is None else self.judgments.readings[0]

    def interval(self, key: str) -> tuple[float, float]:
        """Smallest and largest value that is printed as the weight, λmax, CI or CR of a key."""
        said, weight = self.conventions, key in self.weights
        number = self.weights[key] if weight else self.consistency[key]
        return printed_interval(number.text, said.rounding, said.decimals if weight else None)

    def read_as(self, reading: int) -> PublishedParent:
        """The parent with one of the readings of its judgments."""
        assert self.judgments is not None
        return replace(self, judgments=self.judgments.only(reading))

    @property
    def numbers(self) -> tuple[Printed, ...]:
        """All printed numbers of the parent."""
        return (*self.weights.values(), *self.consistency.values(), *self.indices.values())

    @property
    def step_decimals(self) -> int:
        """Digits of each step of intermediate rounding."""
        printed = [decimals_of(number.text) for number in self.weights.values()]
        default = max([*printed, self.conventions.decimals or 0], default=0)
        return self.conventions.intermediate_decimals or default


@dataclass(frozen=True, eq=False, repr=False)
class PublishedTable(Result):
    """A published table, checked for its form; `verify` checks the numbers.

    Attributes:
        path: of the file.
        id, title, source, note: of the table; source is the citation.
        alternatives: compared under each leaf; empty without.
        mode: how the alternatives' weights are added up, name in `ahp.alternatives.MODES`.
        parents: id -> parent, in the order of the file.
        hierarchy: the tree, or None when the parents stand by themselves.
        composite: node or alternative -> printed global weight.
        orders, claims: of global weights, or of a single parent's.
        totals: level -> `ci`, `ri`, `cr` -> printed total-hierarchy consistency.
        errata: place -> slip.
        candidates: the stored reconstruction.
        conventions: of the whole table.
    """

    path: Path
    id: str
    title: str
    source: str
    note: str | None
    alternatives: tuple[str, ...]
    mode: str
    parents: Mapping[str, PublishedParent]
    hierarchy: Hierarchy | None
    composite: Mapping[str, Printed]
    orders: tuple[Statement, ...]
    claims: tuple[Statement, ...]
    totals: Mapping[int, Mapping[str, Printed]]
    errata: Mapping[str, Erratum]
    candidates: Path | None
    conventions: Conventions

    @property
    def numbers(self) -> Iterator[Printed]:
        """All printed numbers."""
        for parent in self.parents.values():
            yield from parent.numbers
        yield from self.composite.values()
        for total in self.totals.values():
            yield from total.values()

    @property
    def ranked(self) -> tuple[str, ...]:
        """What has a global weight: nodes of the tree and alternatives; nothing without a tree."""
        if self.hierarchy is None:
            return ()
        below = [node for level in self.hierarchy.levels[1:] for node in level]
        return tuple(dict.fromkeys((*below, *self.alternatives)))

    @property
    def once(self) -> Mapping[str, str]:
        """Item -> parent, for the items that only one parent has."""
        counts = Counter(item for parent in self.parents.values() for item in parent.items)
        return {
            item: parent.id
            for parent in self.parents.values()
            for item in parent.items
            if counts[item] == 1
        }


def load_table(path: str | Path) -> PublishedTable:
    """Read a published table.

    Raises:
        PublishedError: the file, the path inside it and what was expected.

    >>> from ahp.resources import data_folder
    >>> file = data_folder("examples") / "published" / "saaty_1990_house.ahp.toml"
    >>> table = ahp.published.load_table(file)
    >>> table.title, len(table.parents), len(list(table.numbers))
    ('Buying a house: the eight criteria', 2, 11)
    """
    path = Path(path)
    content = read_bytes(path, PublishedError, MAX_TOML)
    data = parse_toml(content, str(path), PublishedError)
    top = DataTable(data, str(path), "", PublishedError)
    top.format(FORMAT)
    top.only(
        ("format", "id", "title", "source", "parents"),
        (
            *("note", "goal", "alternatives", "mode", *CONVENTIONS, "order", "claims"),
            *("candidates", "composite", "totals", "errata"),
        ),
    )
    text = decode_text(content, str(path), PublishedError)
    try:
        lines = _lines(text)
    except PublishedError as error:
        raise PublishedError("at_place", place=str(path), problem=error) from error
    return _Reader(path, top, lines).table()


class _Reader:
    """One file on its way to a `PublishedTable`."""

    def __init__(self, path: Path, top: DataTable, lines: _Lines) -> None:
        self.path, self.top, self.lines = path, top, lines
        self.alternatives = _names(top, "alternatives") if "alternatives" in top.data else ()
        self.conventions = _conventions(top, Conventions())

    def table(self) -> PublishedTable:
        top = self.top
        parents: dict[str, PublishedParent] = {}
        for k, entry in enumerate(top.tables("parents")):
            parent = self.parent(entry, k)
            if parent.id in parents:
                raise entry.error("id", "id_twice", value=parent.id)
            parents[parent.id] = parent
        composite = self.composite() if "composite" in top.data else None
        table = PublishedTable(
            path=self.path,
            id=top.string("id"),
            title=top.string("title"),
            source=top.string("source"),
            note=_optional(top, "note"),
            alternatives=self.alternatives,
            mode=_option(top, "mode", "distributive", MODES),
            parents=MappingProxyType(parents),
            hierarchy=self.hierarchy(parents),
            composite=MappingProxyType(
                self.numbers(composite, "weights", ("composite",)) if composite else {}
            ),
            orders=self.orders(composite),
            claims=self.claims(),
            totals=MappingProxyType(self.totals() if "totals" in top.data else {}),
            errata=MappingProxyType({}),
            candidates=(
                self.path.parent / top.string("candidates") if "candidates" in top.data else None
            ),
            conventions=self.conventions,
        )
        self.check(table)
        return replace(table, errata=MappingProxyType(self.errata(table)))

    def line(self, *path: str | int) -> int:
        return self.lines[path]

    def parent(self, entry: DataTable, k: int) -> PublishedParent:
        entry.only(
            ("id", "items"),
            (
                *("label", "labels", "upper", "matrix", "experts", "weights", "order"),
                *(*CONSISTENCY, "indices", *CONVENTIONS),
            ),
        )
        name, items = entry.string("id"), _names(entry, "items")
        place, at = f"parents.{name}", ("parents", k)
        labels = _names(entry, "labels") if "labels" in entry.data else None
        if labels is not None and len(labels) != len(items):
            raise entry.error("labels", "names_count", count=len(labels), expected=len(items))
        weights = self.numbers(entry, "weights", at, place) if "weights" in entry.data else {}
        _expect(entry, "weights", weights, items)
        indices = self.numbers(entry, "indices", at, place) if "indices" in entry.data else {}
        _expect(entry, "indices", indices, tuple(INDICES))
        parent = PublishedParent(
            id=name,
            label=_optional(entry, "label"),
            items=items,
            labels=labels,
            judgments=_judgments(entry, len(items)),
            judgments_at=self.judgments_at(entry, at, place),
            weights=MappingProxyType(weights),
            order=self.statement(entry, "order", at, place, parse_order),
            consistency=MappingProxyType(
                {
                    key: self.number(entry, key, at, place)
                    for key in CONSISTENCY
                    if key in entry.data
                }
            ),
            indices=MappingProxyType(indices),
            conventions=_conventions(entry, self.conventions),
        )
        _check_names(entry, "order", parent.order, items)
        conventions = parent.conventions
        if conventions.rounding == "intermediate" and not parent.step_decimals:
            raise entry.error("intermediate_decimals", "needed_without_weights")
        if (
            parent.judgments is not None
            and conventions.method is None
            and (weights or parent.order or conventions.lambda_by == "mean")
        ):
            raise entry.error("method", "needed_with_matrix")
        return parent

    def judgments_at(
        self, entry: DataTable, at: tuple[str | int, ...], place: str
    ) -> tuple[str, int]:
        """Where the judgments of a parent stand; at its id when there are none."""
        for key in JUDGMENTS:
            if key in entry.data:
                lines = [line for path, line in self.lines.items() if path[:3] == (*at, key)]
                return f"{place}.{key}", min(lines)
        return place, self.line(*at, "id")

    def numbers(
        self, owner: DataTable, key: str, at: tuple[str | int, ...], place: str = "composite"
    ) -> dict[str, Printed]:
        """The printed numbers of the table at a key."""
        table = owner.table(key)
        return {name: self.number(table, name, (*at, key), f"{place}.{key}") for name in table.data}

    def number(self, owner: DataTable, key: str, at: tuple[str | int, ...], place: str) -> Printed:
        """The printed number at a key."""
        text = _digits(owner, key)  # first, for what is no text may have no line
        return Printed(f"{place}.{key}", self.line(*at, key), text)

    def statement(
        self,
        owner: DataTable,
        key: str,
        at: tuple[str | int, ...],
        place: str,
        parse: Callable[[str], tuple[Chain, ...]],
    ) -> Statement | None:
        if key not in owner.data:
            return None
        text = owner.string(key)
        whole = f"{place}.{key}" if place else key
        return Statement(whole, self.line(*at, key), text, _asked(owner, key, parse, text))

    def composite(self) -> DataTable:
        table = self.top.table("composite")
        table.only(("weights",), ("order",))
        return table

    def orders(self, composite: DataTable | None) -> tuple[Statement, ...]:
        orders = [self.statement(self.top, "order", (), "", parse_order)]
        if composite is not None:
            orders.append(
                self.statement(composite, "order", ("composite",), "composite", parse_order)
            )
        return tuple(order for order in orders if order is not None)

    def claims(self) -> tuple[Statement, ...]:
        if "claims" not in self.top.data:
            return ()
        texts = _names(self.top, "claims")
        return tuple(
            Statement(
                f"claims[{k}]",
                self.line("claims", k),
                text,
                _asked(self.top, f"claims[{k}]", parse_claim, text),
            )
            for k, text in enumerate(texts)
        )

    def totals(self) -> dict[int, Mapping[str, Printed]]:
        totals: dict[int, Mapping[str, Printed]] = {}
        for k, entry in enumerate(self.top.tables("totals")):
            entry.only(("level",), TOTALS)
            level = entry.data["level"]
            if type(level) is not int or level < 1 or level in totals:
                raise entry.error("level", "levels_differ", value=level)
            totals[level] = {
                key: self.number(entry, key, ("totals", k), f"totals[{k}]")
                for key in TOTALS
                if key in entry.data
            }
        return totals

    def hierarchy(self, parents: Mapping[str, PublishedParent]) -> Hierarchy | None:
        top = self.top
        goal = top.string("goal") if "goal" in top.data else None
        if goal is None and len(parents) > 1:
            return None
        over = {
            parent.id: parent.items
            for parent in parents.values()
            if not self.alternatives or set(parent.items) != set(self.alternatives)
        }
        try:
            tree = Hierarchy(goal or next(iter(parents)), over)
        except AHPError as error:
            raise top.wrapped("parents", error) from error
        for parent in parents.values():
            if parent.id not in over and parent.id not in tree.leaves:
                raise top.error("parents", "parent_no_leaf", parent=parent.id)
        return tree

    def check(self, table: PublishedTable) -> None:
        """Refuse names and levels that are not in the tree."""
        top, tree = self.top, table.hierarchy
        levels = range(1, len(tree.levels) + bool(table.alternatives)) if tree else range(0)
        for key, asked in (("composite", table.composite), ("totals", table.totals)):
            if asked and tree is None:
                raise top.error(key, "needs_goal")
        if table.composite:
            _expect(top.table("composite"), "weights", table.composite, table.ranked)
        for k, level in enumerate(table.totals):
            if level not in levels:
                raise top.error(f"totals[{k}].level", "level_range", value=level, most=levels[-1])
        valid = {
            "": table.ranked,
            "global": table.ranked,
            "local": tuple(table.once),
            **dict.fromkeys(CONSISTENCY, tuple(table.parents)),
            "total_cr": tuple(map(str, levels)),
        }
        for statement in (*table.orders, *table.claims):
            for chain in statement.chains:
                for reference in chain.references:
                    _check_reference(top, statement.place, reference, valid[reference.function])
        if tree is not None and table.alternatives:
            self.check_leaves(table, tree)

    def check_leaves(self, table: PublishedTable, tree: Hierarchy) -> None:
        """Refuse numbers of the alternatives when a leaf that they depend on is left out."""
        asked = [("", name) for name in table.composite]
        asked += [("total_cr", str(level)) for level in table.totals]
        asked += [
            (reference.function, reference.name)
            for statement in (*table.orders, *table.claims)
            for chain in statement.chains
            for reference in chain.references
        ]
        ranked = any(
            name in table.alternatives for function, name in asked if function in {"", "global"}
        )
        levels = [tree.levels[int(name) - 1] for function, name in asked if function == "total_cr"]
        for leaf in tree.leaves:
            if leaf not in table.parents and (ranked or any(leaf in level for level in levels)):
                raise self.top.error("parents", "leaf_not_compared", leaf=leaf)

    def errata(self, table: PublishedTable) -> dict[str, Erratum]:
        if "errata" not in self.top.data:
            return {}
        printed = {number.place: number for number in table.numbers}
        errata: dict[str, Erratum] = {}
        for entry in self.top.tables("errata"):
            entry.only(("place", "printed", "correct", "reason"))
            place = entry.string("place")
            if place not in printed or place in errata:
                raise entry.error("place", "erratum_place", value=place)
            slip, correct = _digits(entry, "printed"), _digits(entry, "correct")
            if decimals_of(slip) != decimals_of(correct):
                raise entry.error("correct", "erratum_digits", value=correct)
            line, reason = printed[place].line, entry.string("reason")
            errata[place] = Erratum(place, line, slip, correct, reason)
        return errata


def _lines(text: str) -> _Lines:
    """Path inside a TOML file -> line, from 1; arrays of tables and of text are counted from 0."""
    lines: dict[tuple[str | int, ...], int] = {}
    counts: Counter[tuple[str | int, ...]] = Counter()
    prefix: tuple[str | int, ...] = ()
    buffer: list[str] = []
    for number, row in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        buffer.append(row)
        if len(buffer) > MOST_LINES:
            raise PublishedError("value_long", place=f"line {number}", most=MOST_LINES)
        whole, statement = _parsed(buffer)
        if whole and buffer[0].lstrip().startswith("["):
            prefix = _section(statement, counts)
        else:
            for path in _leaves(statement):
                entry = any(isinstance(step, int) for step in path)
                line = number if entry else number - len(buffer) + 1
                lines.setdefault((*prefix, *path), line)
        if whole:
            buffer = []
    return lines


def _parsed(rows: list[str]) -> tuple[bool, dict[str, Any]]:
    """Whether rows are a whole statement, and what is in them so far, if that can be told."""
    for end in ("", "]"):
        try:
            return not end, tomllib.loads("\n".join([*rows, end]))
        except tomllib.TOMLDecodeError:
            continue
    return False, {}


def _section(header: dict[str, Any], counts: Counter[tuple[str | int, ...]]) -> tuple[Any, ...]:
    """The path of a section from its header, `[a.b]` or `[[a.b]]`."""
    path: tuple[str | int, ...] = ()
    while header:
        ((key, value),) = header.items()
        path = (*path, key)
        if isinstance(value, list):
            counts[path] += 1
            value = value[0]
        if counts[path]:
            path = (*path, counts[path] - 1)
        header = value
    return path


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all values of a statement; arrays as a whole and entry by entry."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
        return
    yield path
    if isinstance(value, list):
        for k, inner in enumerate(value):
            yield from _leaves(inner, (*path, k))


def _optional(table: DataTable, key: str) -> str | None:
    return table.string(key) if key in table.data else None


def _option(table: DataTable, key: str, default: str, valid: tuple[str, ...]) -> str:
    text = table.string(key) if key in table.data else default
    if text not in valid:
        raise table.error(key, "value_not_listed", value=text, valid=valid)
    return text


def _names(table: DataTable, key: str) -> tuple[str, ...]:
    """An array of different texts."""
    value = table.data[key]
    if not isinstance(value, list) or not value:
        raise table.error(key, "not_texts", kind=kind(value))
    for k, name in enumerate(value):
        if not isinstance(name, str) or not name.strip() or name in value[:k]:
            raise table.error(f"{key}[{k}]", "texts_differ", value=name)
    return tuple(value)


def _asked(table: DataTable, key: str, check: Callable[[str], Any], text: str) -> Any:
    """What a check makes of a text; its error gets the place."""
    try:
        return check(text)
    except AHPError as error:
        raise table.wrapped(key, error) from error


def _digits(table: DataTable, key: str) -> str:
    text = str(_asked(table, key, check_printed, table.string(key)))
    if decimals_of(text) > MOST_DECIMALS:
        raise table.error(key, "too_many_decimals", value=text, most=MOST_DECIMALS)
    return text


def _conventions(table: DataTable, over: Conventions) -> Conventions:
    declared: dict[str, Any] = {}
    for key, check in (
        ("method", check_method),
        ("random_index", check_random_index),
        ("rounding", check_rounding),
    ):
        if key in table.data:
            declared[key] = _asked(table, key, check, table.string(key))
    for key in ("decimals", "intermediate_decimals"):
        if key in table.data:
            declared[key] = table.data[key]
            if type(declared[key]) is not int or not 1 <= declared[key] <= 15:
                raise table.error(key, "decimals_range", value=declared[key])
    if "about" in table.data:
        declared["about"] = table.data["about"]
        if not isinstance(declared["about"], Decimal) or not 0 < declared["about"] < 1:
            raise table.error("about", "about_range", value=declared["about"])
        declared["about"] = float(declared["about"])
    declared["lambda_by"] = _option(table, "lambda_by", over.lambda_by, LAMBDAS)
    return replace(over, **declared)


def _judgments(entry: DataTable, n: int) -> Judgments | None:
    """The printed judgments of a parent, a panel's aggregated."""
    keys = [key for key in JUDGMENTS if key in entry.data]
    if not keys:
        return None
    if len(keys) > 1:
        raise entry.error(keys[1], "beside_another", key=keys[0])
    if keys[0] != "experts":
        return _matrix(entry, n)
    panel, weights = [], []
    experts = entry.tables("experts")
    for expert in experts:
        expert.only((), ("name", "weight", "upper", "matrix"))
        panel.append(_matrix(expert, n))
        if "weight" in expert.data:
            weights.append(float(printed_decimal(_digits(expert, "weight"))))
    if weights and len(weights) < len(experts):
        raise entry.error("experts", "some_weights")
    joined: Judgments = _asked(entry, "experts", lambda _: join(panel, weights or None), "")
    return joined


def _matrix(entry: DataTable, n: int) -> Judgments:
    key = "matrix" if "matrix" in entry.data else "upper"
    if key not in entry.data:
        raise entry.error(key, "is_missing")
    cells = entry.data[key]
    rows = cells if key == "matrix" and isinstance(cells, list) else [cells]
    if not all(
        isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in rows
    ):
        raise entry.error(key, "judgments_as_text")
    try:
        judgments = read_matrix(cells) if key == "matrix" else read_upper(cells)
    except AHPError as error:
        raise entry.wrapped(key, error) from error
    order = judgments.readings.shape[-1]
    if order != n:
        raise entry.error(key, "order_unlike_items", order=order, expected=n)
    return judgments


def _expect(
    entry: DataTable, key: str, numbers: Mapping[str, Printed], valid: tuple[str, ...]
) -> None:
    for name in numbers:
        if name not in valid:
            raise entry.error(f"{key}.{name}", "name_unknown", valid=valid)


def _check_names(
    entry: DataTable, key: str, order: Statement | None, valid: tuple[str, ...]
) -> None:
    for chain in order.chains if order else ():
        for reference in chain.references:
            _check_reference(entry, key, reference, valid)


def _check_reference(
    entry: DataTable, key: str, reference: Reference, valid: tuple[str, ...]
) -> None:
    if reference.name not in valid:
        code = "reference_unknown" if valid else "reference_without_goal"
        raise entry.error(
            key, code, column=reference.column, name=reference.name, valid=tuple(valid)
        )
