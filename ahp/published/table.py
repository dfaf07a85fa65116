"""Published weight tables: what a source prints, read from a data file.

The format is documented in `docs/published-tables.md`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from ..alternatives import MODES
from ..codec import Filled, at, checked, filled, inside, one_of, placed, structure
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
from ..datafile import MAX_TOML, decode_text, parse_toml, read_bytes
from ..errors import PublishedError
from ..hierarchy import Hierarchy
from ..matrix import Float
from ..messages import Phrase
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
    top = structure(data, _TableFile, str(path), PublishedError)
    try:
        lines = _lines(decode_text(content, str(path), PublishedError))
    except PublishedError as error:
        raise PublishedError("at_place", place=str(path), problem=error) from error
    with placed(str(path), PublishedError):
        return _Reader(path, top, lines).table()


def _different(texts: tuple[str, ...]) -> tuple[str, ...]:
    for k, text in enumerate(texts):
        if not text.strip() or text in texts[:k]:
            raise at(k, Phrase("texts_differ", value=text))
    return texts


def _parsed_by(parse: Callable[[str], tuple[Chain, ...]]) -> Callable[[str], str]:
    def check(text: str) -> str:
        parse(text)
        return text

    return check


def _stated(table: Any, keys: Iterable[str]) -> dict[str, Any]:
    """The keys that stand in a table, with their values."""
    return {key: value for key in keys if (value := getattr(table, key)) is not None}


_Names = Annotated[tuple[str, ...], filled, _different]
_Digits = Annotated[
    str,
    filled,
    check_printed,
    checked(
        lambda text: decimals_of(text) <= MOST_DECIMALS, "too_many_decimals", most=MOST_DECIMALS
    ),
]
_Decimals = Annotated[int, checked(lambda count: 1 <= count <= 15, "decimals_range")]
_Order = Annotated[str, filled, _parsed_by(parse_order)]
_Claim = Annotated[str, _parsed_by(parse_claim)]


@dataclass(frozen=True, kw_only=True)
class _ConventionKeys:
    """The conventions that a table or one of its parents states."""

    method: Annotated[str, check_method] | None = None
    random_index: Annotated[str, check_random_index] | None = None
    rounding: Annotated[str, check_rounding] | None = None
    decimals: _Decimals | None = None
    intermediate_decimals: _Decimals | None = None
    lambda_by: Annotated[str, one_of(*LAMBDAS)] | None = None
    about: Annotated[float, checked(lambda share: 0 < share < 1, "about_range")] | None = None

    def over(self, conventions: Conventions) -> Conventions:
        """These where they are stated, others where not."""
        return replace(conventions, **_stated(self, [one.name for one in fields(Conventions)]))


@dataclass(frozen=True, kw_only=True)
class _JudgmentKeys:
    """The judgments of one matrix."""

    upper: Annotated[tuple[str, ...], read_upper] | None = None
    matrix: Annotated[tuple[tuple[str, ...], ...], read_matrix] | None = None

    def single(self, n: int) -> Judgments:
        """They, if they compare n items."""
        key = "upper" if self.matrix is None else "matrix"
        judgments: Judgments | None = getattr(self, key)
        if judgments is None:
            raise at(key, Phrase("is_missing"))
        if (order := judgments.readings.shape[-1]) != n:
            raise at(key, Phrase("order_unlike_items", order=order, expected=n))
        return judgments


@dataclass(frozen=True, kw_only=True)
class _ExpertTable(_JudgmentKeys):
    name: Filled | None = None
    weight: _Digits | None = None


@dataclass(frozen=True, kw_only=True)
class _ParentTable(_ConventionKeys, _JudgmentKeys):
    id: Filled
    items: _Names
    label: Filled | None = None
    labels: _Names | None = None
    experts: Annotated[tuple[_ExpertTable, ...], filled] | None = None
    weights: Mapping[str, _Digits] = field(default_factory=dict)
    order: _Order | None = None
    lambda_max: _Digits | None = None
    ci: _Digits | None = None
    cr: _Digits | None = None
    indices: Mapping[str, _Digits] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count, expected = len(self.labels or self.items), len(self.items)
        if count != expected:
            raise at("labels", Phrase("names_count", count=count, expected=expected))
        _expect("weights", self.weights, self.items)
        _expect("indices", self.indices, tuple(INDICES))

    @property
    def judgments_key(self) -> str | None:
        """Where the judgments stand."""
        keys = [*_stated(self, JUDGMENTS)]
        if len(keys) > 1:
            raise at(keys[1], Phrase("beside_another", key=keys[0]))
        return keys[0] if keys else None

    @property
    def judgments(self) -> Judgments | None:
        """The printed judgments, a panel's aggregated."""
        if self.judgments_key is None:
            return None
        if self.experts is None:
            return self.single(len(self.items))
        panel = []
        for k, expert in enumerate(self.experts):
            with inside(f"experts[{k}]"):
                panel.append(expert.single(len(self.items)))
        weights = [float(printed_decimal(one.weight)) for one in self.experts if one.weight]
        if weights and len(weights) < len(self.experts):
            raise at("experts", Phrase("some_weights"))
        with inside("experts"):
            return join(panel, weights or None)


@dataclass(frozen=True, kw_only=True)
class _CompositeTable:
    weights: Mapping[str, _Digits]
    order: _Order | None = None


@dataclass(frozen=True, kw_only=True)
class _TotalTable:
    level: int
    ci: _Digits | None = None
    ri: _Digits | None = None
    cr: _Digits | None = None


@dataclass(frozen=True, kw_only=True)
class _ErratumTable:
    place: Filled
    printed: _Digits
    correct: _Digits
    reason: Filled

    def __post_init__(self) -> None:
        if decimals_of(self.printed) != decimals_of(self.correct):
            raise at("correct", Phrase("erratum_digits", value=self.correct))


@dataclass(frozen=True, kw_only=True)
class _TableFile(_ConventionKeys):
    format: Literal[1]
    id: Filled
    title: Filled
    source: Filled
    parents: Annotated[tuple[_ParentTable, ...], filled]
    note: Filled | None = None
    goal: Filled | None = None
    alternatives: _Names = ()
    mode: Annotated[str, one_of(*MODES)] = "distributive"
    order: _Order | None = None
    claims: Annotated[tuple[_Claim, ...], filled, _different] = ()
    candidates: Filled | None = None
    composite: _CompositeTable | None = None
    totals: Annotated[tuple[_TotalTable, ...], filled] = ()
    errata: Annotated[tuple[_ErratumTable, ...], filled] = ()


class _Reader:
    """One file on its way to a `PublishedTable`; its errors have the path inside the file."""

    def __init__(self, path: Path, top: _TableFile, lines: _Lines) -> None:
        self.path, self.top, self.lines = path, top, lines
        self.conventions = top.over(Conventions())

    def table(self) -> PublishedTable:
        top = self.top
        parents: dict[str, PublishedParent] = {}
        for k, entry in enumerate(top.parents):
            with inside(f"parents[{k}]"):
                if entry.id in parents:
                    raise at("id", Phrase("id_twice", value=entry.id))
                parents[entry.id] = self.parent(entry, k)
        composite = top.composite or _CompositeTable(weights={})
        orders = (
            self.statement(top.order, parse_order, "order"),
            self.statement(composite.order, parse_order, "composite", "order"),
        )
        claims = (
            self.statement(text, parse_claim, "claims", k) for k, text in enumerate(top.claims)
        )
        table = PublishedTable(
            path=self.path,
            id=top.id,
            title=top.title,
            source=top.source,
            note=top.note,
            alternatives=top.alternatives,
            mode=top.mode,
            parents=MappingProxyType(parents),
            hierarchy=self.hierarchy(parents),
            composite=self.numbers(composite.weights, "composite", "weights"),
            orders=tuple(filter(None, orders)),
            claims=tuple(filter(None, claims)),
            totals=MappingProxyType(self.totals()),
            errata=MappingProxyType({}),
            candidates=self.path.parent / top.candidates if top.candidates else None,
            conventions=self.conventions,
        )
        self.check(table)
        return replace(table, errata=MappingProxyType(self.errata(table)))

    def parent(self, entry: _ParentTable, k: int) -> PublishedParent:
        path = ("parents", k)
        parent = PublishedParent(
            id=entry.id,
            label=entry.label,
            items=entry.items,
            labels=entry.labels,
            judgments=entry.judgments,
            judgments_at=self.judgments_at(entry, k),
            weights=self.numbers(entry.weights, *path, "weights"),
            order=self.statement(entry.order, parse_order, *path, "order"),
            consistency=self.numbers(_stated(entry, CONSISTENCY), *path),
            indices=self.numbers(entry.indices, *path, "indices"),
            conventions=entry.over(self.conventions),
        )
        for chain in parent.order.chains if parent.order else ():
            for reference in chain.references:
                _check_reference("order", reference, entry.items)
        conventions = parent.conventions
        if conventions.rounding == "intermediate" and not parent.step_decimals:
            raise at("intermediate_decimals", Phrase("needed_without_weights"))
        if (
            parent.judgments is not None
            and conventions.method is None
            and (parent.weights or parent.order or conventions.lambda_by == "mean")
        ):
            raise at("method", Phrase("needed_with_matrix"))
        return parent

    def judgments_at(self, entry: _ParentTable, k: int) -> tuple[str, int]:
        """Where the judgments of a parent stand; at its id when there are none."""
        key = entry.judgments_key
        if key is None:
            return self.place("parents", k), self.lines["parents", k, "id"]
        lines = [line for path, line in self.lines.items() if path[:3] == ("parents", k, key)]
        return self.place("parents", k, key), min(lines)

    def place(self, *path: str | int) -> str:
        """A path in words; parents are called by their ids there."""
        if path[0] == "parents":
            _parents, k, *inner = path
            path = (f"parents.{self.top.parents[int(k)].id}", *inner)
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
        return "".join(steps).removeprefix(".")

    def numbers(self, printed: Mapping[str, str], *path: str | int) -> Mapping[str, Printed]:
        """The printed numbers of the table at a path."""
        return MappingProxyType(
            {
                key: Printed(self.place(*path, key), self.lines[*path, key], text)
                for key, text in printed.items()
            }
        )

    def statement(
        self, text: str | None, parse: Callable[[str], tuple[Chain, ...]], *path: str | int
    ) -> Statement | None:
        if text is None:
            return None
        return Statement(self.place(*path), self.lines[path], text, parse(text))

    def totals(self) -> dict[int, Mapping[str, Printed]]:
        totals: dict[int, Mapping[str, Printed]] = {}
        for k, entry in enumerate(self.top.totals):
            if entry.level < 1 or entry.level in totals:
                raise at(f"totals[{k}].level", Phrase("levels_differ", value=entry.level))
            totals[entry.level] = self.numbers(_stated(entry, TOTALS), "totals", k)
        return totals

    def hierarchy(self, parents: Mapping[str, PublishedParent]) -> Hierarchy | None:
        goal, alternatives = self.top.goal, self.top.alternatives
        if goal is None and len(parents) > 1:
            return None
        over = {
            parent.id: parent.items
            for parent in parents.values()
            if not alternatives or set(parent.items) != set(alternatives)
        }
        with inside("parents"):
            tree = Hierarchy(goal or next(iter(parents)), over)
        for parent in parents.values():
            if parent.id not in over and parent.id not in tree.leaves:
                raise at("parents", Phrase("parent_no_leaf", parent=parent.id))
        return tree

    def check(self, table: PublishedTable) -> None:
        """Refuse names and levels that are not in the tree."""
        tree = table.hierarchy
        levels = range(1, len(tree.levels) + bool(table.alternatives)) if tree else range(0)
        for key, asked in (("composite", table.composite), ("totals", table.totals)):
            if asked and tree is None:
                raise at(key, Phrase("needs_goal"))
        _expect("composite.weights", table.composite, table.ranked)
        for k, level in enumerate(table.totals):
            if level not in levels:
                problem = Phrase("level_range", value=level, most=levels[-1])
                raise at(f"totals[{k}].level", problem)
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
                    _check_reference(statement.place, reference, valid[reference.function])
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
                raise at("parents", Phrase("leaf_not_compared", leaf=leaf))

    def errata(self, table: PublishedTable) -> dict[str, Erratum]:
        printed = {number.place: number for number in table.numbers}
        errata: dict[str, Erratum] = {}
        for k, entry in enumerate(self.top.errata):
            place = entry.place
            if place not in printed or place in errata:
                raise at(f"errata[{k}].place", Phrase("erratum_place", value=place))
            line = printed[place].line
            errata[place] = Erratum(place, line, entry.printed, entry.correct, entry.reason)
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


def _expect(place: str, printed: Mapping[str, Any], valid: tuple[str, ...]) -> None:
    for name in printed:
        if name not in valid:
            raise at(f"{place}.{name}", Phrase("name_unknown", valid=valid))


def _check_reference(place: str, reference: Reference, valid: tuple[str, ...]) -> None:
    if reference.name not in valid:
        code = "reference_unknown" if valid else "reference_without_goal"
        name, column = reference.name, reference.column
        raise at(place, Phrase(code, column=column, name=name, valid=tuple(valid)))
