"""Weights for an evaluation, from files: a table of nodes, a closed round's evidence, a study.

A table (CSV, or an XLSX workbook) has the columns `node` and `weight`, a TOML file a table
`[weights]`. The evidence of a closed round is the JSON that the page “Rounds” hands out, a study
the JSON of “Whole study”, of which the last closed round counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from ..datafile import parse_json, parse_toml, read_bytes
from ..errors import EvaluationError
from ..evaluation.file_weights import FileWeights
from ..messages import Phrase
from ..tables.delimited import UNCALCULATED, with_point
from ..tables.opened import OpenTable, open_table

NODE_HEADERS = ("node", "indicator", "id", "节点", "指标", "编号")
WEIGHT_HEADERS = ("weight", "global weight", "权重", "综合权重")

SHEETS = ("weights", "权重")
"""What the sheet may be called in a workbook of several."""

_LONGEST = 100
"""Characters of a number."""
_NUMBER = re.compile(r"((?:\d+(?:\.\d*)?|\.\d+)(?:[eE]-?\d{1,2})?)(%?)")


def read_weights(path: str | Path) -> FileWeights:
    """Read weights for `ahp.evaluation.evaluate`.

    Args:
        path: `.csv`, `.xlsx`, `.toml`, or `.json`.

    Raises:
        EvaluationError: names the file, the place inside it and what was expected.
    """
    path = Path(path)
    source = str(path)
    content = read_bytes(path, EvaluationError)
    content_hash = hashlib.sha256(content).hexdigest()
    if path.suffix.lower() == ".json":
        return _from_json(parse_json(content, source, EvaluationError), source, content_hash)
    if path.suffix.lower() == ".toml":
        data = parse_toml(content, source, EvaluationError, "a_table").get("weights")
        if not isinstance(data, dict):
            raise EvaluationError("at_place", place=source, problem=Phrase("weights_table"))
        weights = {node: _exact(value, f"{source}: weights.{node}") for node, value in data.items()}
        return FileWeights("table", MappingProxyType(weights), content_hash)
    with open_table(path, EvaluationError, SHEETS) as table:
        weights = _from_rows(table, source)
    return FileWeights("table", MappingProxyType(weights), content_hash)


def _from_rows(table: OpenTable, source: str) -> dict[str, Fraction]:
    """Node -> weight, below a row of headers."""
    place = f"{source}: row "
    line, header = next(table.rows, (1, []))
    names = [cell.strip().casefold() for cell in header]
    positions = []
    for valid in (NODE_HEADERS, WEIGHT_HEADERS):
        found = [k for k, name in enumerate(names) if name in valid]
        if len(found) != 1:
            _refuse(f"{place}{line}", "weights_header", count=len(found), valid=valid)
        positions += found
    weights: dict[str, Fraction] = {}
    for number, cells in table.rows:
        node, text = ((cells + [""] * len(header))[k].strip() for k in positions)
        text = with_point(text) if table.decimal_comma else text
        about = f"{place}{number}, column "
        if not node:
            _refuse(about + header[positions[0]], "cell_empty")
        if node in weights:
            _refuse(about + header[positions[0]], "node_twice", node=node)
        weights[node] = _weight(text, about + header[positions[1]])
    return weights


def _weight(text: str, place: str) -> Fraction:
    match = _NUMBER.fullmatch(text)
    if text == UNCALCULATED:
        _refuse(place, "cell_uncalculated")
    if match is None or len(text) > _LONGEST:
        _refuse(place, "weight_text", text=text)
    return Fraction(match[1]) / (100 if match[2] else 1)


def _exact(value: Any, place: str) -> Fraction:
    """A number of a data file as it is written; a float counts as its `repr`."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        _refuse(place, "weight_text", text=str(value))
    text = repr(value) if isinstance(value, float) else str(value)
    if not Decimal(text).is_finite() or Decimal(text) < 0:
        _refuse(place, "weight_text", text=text)
    return Fraction(text)


def _from_json(data: Any, source: str, content_hash: str) -> FileWeights:
    """Weights of evidence, or of the last closed round of a study that left some."""
    if not isinstance(data, dict):
        _refuse(source, "no_weights_in_json")
    if "global_weights" in data:
        found = data.get("summary")
        number = found.get("round") if isinstance(found, dict) else None
        return FileWeights("evidence", _global_weights(data, source), content_hash, None, number)
    if data.get("kind") != "ahp study" or not isinstance(data.get("events"), list):
        _refuse(source, "no_weights_in_json")
    closed = [
        event
        for event in data["events"]
        if isinstance(event, dict) and event.get("kind") == "round_closed" and event.get("detail")
    ]
    if not closed:
        _refuse(source, "no_round_closed")
    last = closed[-1]
    place = f"{source}: event {last.get('seq')}"
    evidence = parse_json(str(last["detail"]), place, EvaluationError)
    title = data["study"].get("title") if isinstance(data.get("study"), dict) else None
    weights = _global_weights(evidence, place)
    return FileWeights("study", weights, str(last.get("hash")), title, last.get("round"))


def _global_weights(evidence: Any, place: str) -> Mapping[str, Fraction]:
    """The weights of the indicators, which evidence lists by their rank."""
    known = evidence if isinstance(evidence, dict) else {}
    found, leaves = known.get("global_weights"), known.get("ranking")
    if not isinstance(found, dict) or not isinstance(leaves, list) or not leaves:
        _refuse(place, "no_weights_in_json")
    return MappingProxyType(
        {leaf: _exact(found.get(leaf), f"{place}: global_weights.{leaf}") for leaf in leaves}
    )


def _refuse(place: str, code: str, **parameters: Any) -> NoReturn:
    raise EvaluationError("at_place", place=place, problem=Phrase(code, **parameters))
