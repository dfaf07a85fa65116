"""Lists of experts: pasted lines, CSV or XLSX."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import AHPError, AnswersError
from ..study.delimited import split_rows
from ..study.settings import Standing
from .column_mapper import read_columns
from .survey_text import caseless_key

HEADINGS = {
    "name": ("name", "expert", "姓名", "专家"),
    "organization": ("organization", "organisation", "单位", "部门"),
    "weight": ("weight", "权重"),
    "reason": ("reason", "理由", "说明"),
}
"""Columns of a list, by the headings they may have; the name is needed, the others are not."""


@dataclass(frozen=True)
class NewExpert:
    """An expert to be added.

    Attributes:
        name: unique in the list.
        organization: None when it isn't known.
        standing: weight and the reason for it.
    """

    name: str
    organization: str | None
    standing: Standing


def pasted_experts(text: str) -> tuple[NewExpert, ...]:
    """An expert a line: `name, organization, weight, reason`, all but the name optional.

    Commas may be full-width; tabs and semicolons, as spreadsheets paste them, do as well.

    Raises:
        AnswersError: names the line, the value and what was expected.
    """
    content = text.replace("，", ",").replace("；", ";").encode()
    rows = split_rows(content, "list", AnswersError)
    for line, row in rows:
        if len(row) > len(HEADINGS):
            raise AnswersError(
                f"line {line}: {len(row)} values, expected at most {len(HEADINGS)}: "
                f"{', '.join(HEADINGS)}; put one that has a comma in double quotes"
            )
    return _experts(
        [(f"line {line}", dict(zip(HEADINGS, row, strict=False))) for line, row in rows]
    )


def read_experts(content: bytes, source: str) -> tuple[NewExpert, ...]:
    """A CSV or XLSX table with the columns of `HEADINGS`, in any order; others are not read.

    Raises:
        AnswersError: names the file, the row, the value and what was expected.
    """
    table = read_columns(content, source)
    known = {word: key for key, words in HEADINGS.items() for word in words}
    found: dict[str, int] = {}
    for k, heading in enumerate(table.headers):
        if (key := known.get(caseless_key(heading))) is None:
            continue
        if key in found:
            raise AnswersError(
                f"{source}: columns {table.headers[found[key]]} and {heading} are both the {key}, "
                "expected one"
            )
        found[key] = k
    if "name" not in found:
        raise AnswersError(
            f"{source}: columns {', '.join(table.headers)}, expected one with the heading "
            f"{' or '.join(HEADINGS['name'])}"
        )
    return _experts(
        [
            (f"{source}: row {row}", {key: cells[k] for key, k in found.items()})
            for row, cells in table.rows
        ]
    )


def _experts(rows: list[tuple[str, dict[str, str]]]) -> tuple[NewExpert, ...]:
    found: dict[str, NewExpert] = {}
    for place, cells in rows:
        name = cells.get("name", "").strip()
        if not name:
            raise AnswersError(f"{place}: the name is empty")
        if name in found:
            raise AnswersError(f"{place}: {name!r} stands in the list twice")
        text = cells.get("weight", "").strip()
        try:
            weight = float(text) if text else 1.0
        except ValueError:
            weight = math.nan
        try:
            standing = Standing(weight=weight, reason=cells.get("reason", "").strip())
        except AHPError as error:
            problem = f"weight = {text!r}, expected a number of 0 or more"
            raise AnswersError(f"{place}: {problem if math.isnan(weight) else error}") from error
        organization = cells.get("organization", "").strip() or None
        found[name] = NewExpert(name, organization, standing)
    return tuple(found.values())
