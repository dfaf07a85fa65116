"""Trees of names in the columns of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import SurveyError
from ..study.names import Branch, name_key
from ..tables.grids import column_letter
from .outline_lines import (
    Line,
    marked_line,
    marked_lines,
    marker_of,
    named_branch,
    nested,
    with_space,
)
from .outline_words import (
    ATTACHED,
    BOXES,
    CODE,
    EXPLAINED,
    INDICATOR,
    LAST_NOTE,
    LEFT_OUT,
    NAMES,
    NOTE,
    NUMBER,
    NUMBERED_TABLE,
    PERSONS,
    SPOKEN,
    SURROUNDINGS,
    find_header,
    heading_key,
    is_further_header,
    is_header,
    is_total,
    last_name,
)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")]


Row = tuple[str, list[str]]

_LONGEST = 24
"""Columns of a name below a heading that isn't known, a Chinese character two."""

_DIGIT = re.compile(r"\d")

MAX_COLUMNS = 63
"""Of a table: as Word."""


def table_rows(rows: Sequence[tuple[str, str]]) -> list[Row] | None:
    """The cells of a table; None for a list. Other separators than tabs are those of a table only
    where each line has as many as the headings.
    """
    if any("\t" in with_space(line).strip() for _place, line in rows):
        return [(place, _cells(line)) for place, line in rows]
    for between in (r"\|", r" {2,}|\u3000+", "[,，]"):
        found = [
            (place, [cell.strip() for cell in re.split(between, line.strip().strip("|"))])
            for place, line in rows
        ]
        if len({len(cells) for _place, cells in found}) == 1 and len(found) > 1:
            first = found[0][1]
            if len(first) > 1 and is_header(first):
                return [row for row in found if not re.fullmatch("[-: ]+", "".join(row[1]))]
    return None


def table_branches(
    rows: Sequence[Row], passed_over: list[str]
) -> tuple[list[Branch], tuple[str, ...]]:
    """The trees of a table: a level a column, where a cell may hold for the rows below it; and the
    columns that are left out.
    """
    place, widest = max(rows, key=lambda row: len(row[1]))
    if len(widest) > MAX_COLUMNS:
        raise SurveyError("more_columns", place=place, most=MAX_COLUMNS)
    above, headings, rows = _headed(rows)
    title = _title(above, passed_over)
    rows = _part_of_table(rows, passed_over)
    width = max((len(cells) for _place, cells in rows), default=0)
    columns = [[cells[k] if k < len(cells) else "" for _place, cells in rows] for k in range(width)]
    headings += [()] * (width - len(headings))
    named = [any(cell and not _is_number(cell) for cell in cells) for _place, cells in rows]
    roles: list[str] = []
    for k, column in enumerate(columns):
        roles.append(_role(headings[k], column, headings[:k], roles, named))
    if "name" not in roles and "about" in roles:
        roles[roles.index("about")] = "name"
    names = [k for k, role in enumerate(roles) if role == "name"]
    lines = [
        marked_lines((place, cell) for (place, _cells), cell in zip(rows, columns[k], strict=True))
        for k in names
    ]
    sections = _sections(columns, names, lines)
    if len(names) == 1:
        (at,) = names
        for k in range(at):
            if roles[k] == "out" and (told := _numbered(lines[0], columns[k])):
                lines[0], roles[k] = told, "level"
        for row, text in sections.items():
            lines[0][row] = Line(rows[row][0], 0, "section", text)
    elif sections:
        for marked in lines:
            for row in sections:
                marked[row] = marked[row]._replace(text="")
        places = [place for place, _cells in rows]
        lines.insert(0, [Line(one, 0, "", sections.get(k, "")) for k, one in enumerate(places)])
    explanations = [
        " ".join(
            cells[row]
            for cells, role in zip(columns, roles, strict=True)
            if role == "about" and cells[row]
        )
        for row in range(len(rows))
    ]
    roots = _held(lines, explanations)
    said = (
        " ".join(headings[k]).replace("；", "") or column_letter(k)
        for k, role in enumerate(roles)
        if role == "out"
    )
    if title and len(roots) > 1:
        name = named_branch(title[0], NUMBERED_TABLE.sub("", title[1]))
        name.children, roots = roots, [name]
    elif title:
        passed_over.insert(0, title[1])
    return roots, tuple(said)


def _held(columns: Sequence[Sequence[Line]], explanations: Sequence[str]) -> list[Branch]:
    """The trees of columns with names; of one whose names are marked differently, by the marks."""
    roots: list[Branch] = []
    if len(columns) == 1 and len({line.kind for line in columns[0] if line.text}) > 1:
        roots, branches = nested([one._replace(indent=0) for one in columns[0] if one.text])
        below = iter(branches)
        lowest: Branch | None = None
        for line, explanation in zip(columns[0], explanations, strict=True):
            lowest = next(below) if line.text else lowest
            _explain(lowest, explanation)
        return roots
    above: list[Branch | None] = [None] * len(columns)
    last: Branch | None = None
    for row, explanation in enumerate(explanations):
        lowest = None
        for depth, column in enumerate(columns):
            name, holder = column[row].text, above[depth]
            if name and (holder is None or name_key(holder.name) != name_key(name) or lowest):
                higher = next((one for one in reversed(above[:depth]) if one), None)
                lowest = above[depth] = named_branch(column[row].place, name)
                above[depth + 1 :] = [None] * len(above[depth + 1 :])
                (higher.children if higher else roots).append(lowest)
        last = lowest or last
        _explain(last, explanation)
    return roots


def _explain(branch: Branch | None, explanation: str) -> None:
    """Add what a row says of the last name in or above it."""
    if branch and explanation:
        branch.explanation = " ".join(filter(None, (branch.explanation, explanation)))


def _headed(rows: Sequence[Row]) -> tuple[Sequence[Row], list[tuple[str, ...]], Sequence[Row]]:
    """The rows above the headings, the headings of each column, from above, and the rows below."""
    at = find_header([cells for _place, cells in rows])
    if at is None:
        return [], [], rows
    end = at + 1
    while end < len(rows) and is_further_header(rows[end][1], rows[end - 1][1]):
        end += 1
    heading = [cells for _place, cells in rows[at:end]]
    headed: list[tuple[str, ...]] = []
    spread = [""] * len(heading)
    for k in range(max(map(len, heading))):
        column = [cells[k] if k < len(cells) else "" for cells in heading]
        spread = [own or left for own, left in zip(column, spread, strict=True)]
        parts = [*spread[:-1], column[-1]] if column[-1] else column
        headed.append(tuple(filter(None, parts)))
    again = {*map(tuple, heading)}
    return rows[:at], headed, [row for row in rows[end:] if tuple(row[1]) not in again]


def _title(above: Sequence[Row], passed_over: list[str]) -> tuple[str, str] | None:
    """Place and text of the title among the rows above the headings."""
    title: tuple[str, str] | None = None
    for place, cells in above:
        text = " ".join(filter(None, cells))
        around = SURROUNDINGS.fullmatch(text) or ATTACHED.fullmatch(text) or NOTE.match(text)
        if title or around:
            passed_over.append(text)
        elif text:
            title = (place, text)
    return title


def _part_of_table(rows: Sequence[Row], passed_over: list[str]) -> list[Row]:
    """The rows without totals and notes."""
    part: list[Row] = []
    last = last_name([" ".join(filter(None, cells)) for _place, cells in rows])
    noted = False
    seen: set[str] = set()
    names: set[str] = set()
    for number, (place, cells) in enumerate(rows):
        filled = [cell for cell in cells if cell]
        alone = filled[0] if len(filled) == 1 else ""
        if alone and (NOTE.match(alone) or LAST_NOTE.match(alone)):
            noted = number > last
            passed_over.append(alone)
        elif noted or (filled and all(map(SURROUNDINGS.fullmatch, filled))):
            passed_over.append(" ".join(filled))
        elif filled:
            rest = _without_total(cells, names)
            if rest != cells:
                kept = [cell for cell in rest if cell]
                passed_over.append(" ".join(cell for cell in filled if cell not in kept))
            if any(rest):
                part.append((place, rest))
            names |= {heading_key(marked_line("", cell).text) for cell in {*rest} - seen}
            seen.update(rest)
    return part


def _without_total(cells: list[str], names: set[str]) -> list[str]:
    """The cells of a row without a total: what stands on its left holds for other rows, too, and
    numbers on its right are summed.
    """
    for k, cell in enumerate(cells):
        right = [one for one in cells[k + 1 :] if one]
        summed = all(map(NUMBER.fullmatch, right))
        alone = not right and not any(cells[:k])
        if is_total(cell, names, numbers=bool(right) and summed, alone=alone):
            if summed or not any(cells[:k]):
                left = [] if all(NUMBER.fullmatch(one) for one in cells[:k] if one) else cells[:k]
                return [*left, *[""] * (len(cells) - len(left))]
            return [*cells[:k], "", *cells[k + 1 :]]
    return cells


def _role(
    parts: Sequence[str],
    column: Sequence[str],
    before: Sequence[Sequence[str]],
    roles: Sequence[str],
    named: Sequence[bool],
) -> str:
    """What a column has: `"name"`, `"about"`, which explains names, `"out"` for neither, "" for
    nothing at all.

    Args:
        parts: of its heading.
        column: its cells.
        before: the headings of the columns on its left.
        roles: of these.
        named: for each row whether it has a text that is neither number nor code.
    """
    keys = [heading_key(part) for part in parts]
    told = bool(any(column) and all(SPOKEN.search(cell) for cell in column if cell))
    numbers = all(
        _is_number(cell) and (beside or not CODE.fullmatch(cell))
        for cell, beside in zip(column, named, strict=True)
        if cell
    )
    if any(map(EXPLAINED.fullmatch, keys)):
        role = "about"
    elif any(map(LEFT_OUT.fullmatch, keys)):
        role = "out"
    elif any(map(NAMES.fullmatch, keys)):
        indicators = any(INDICATOR.search("".join(one)) for one in before)
        lowest = indicators and roles.count("name") > 1
        role = "about" if keys[-1].endswith("内容") and (lowest or told) else "name"
    elif "name" in roles:
        unknown = bool(keys) and not told and not _are_names(keys, column)
        role = "out" if numbers or unknown else "about" if told else "name"
    else:
        role = "out" if numbers else "name"
    return role if any(column) else ""


def _is_number(cell: str) -> bool:
    """Whether a cell has a number, a code, or what people tick."""
    return bool(NUMBER.fullmatch(cell) or CODE.fullmatch(cell) or BOXES.match(cell))


def _are_names(keys: Sequence[str], column: Sequence[str]) -> bool:
    """Whether a column with an unknown heading has names: short, different, of no people."""
    texts = [cell for cell in column if cell]
    return (
        not any(map(PERSONS.search, keys))
        and len(texts) == len({*texts}) > 1
        and not any(len(text.encode("gb18030")) > _LONGEST or _DIGIT.search(text) for text in texts)
    )


def _numbered(lines: Sequence[Line], numbers: Sequence[str]) -> list[Line]:
    """Lines with the kinds of the numbers beside them, where these tell levels; else none."""
    marks = [number.rstrip("、.．:： ") for number in numbers]
    kinds = [
        marker_of(f"{mark}、名")[0] if mark and line.text else ""
        for mark, line in zip(marks, lines, strict=True)
    ]
    if len({*kinds} - {""}) < 2:
        return []
    return [one._replace(kind=kind or one.kind) for one, kind in zip(lines, kinds, strict=True)]


def _sections(
    columns: Sequence[Sequence[str]], names: Sequence[int], lines: Sequence[Sequence[Line]]
) -> dict[int, str]:
    """Rows that stand above those below them, with nothing but a name across the table: row ->
    name.
    """
    if not names:
        return {}
    at, count = names[0], len(columns[0])
    found: dict[int, str] = {}
    for row in range(count):
        filled = [k for k, column in enumerate(columns) if column[row]]
        if len(filled) == 1 and filled[0] < at and not NUMBER.fullmatch(columns[filled[0]][row]):
            found[row] = marked_line("", columns[filled[0]][row]).text
        elif filled == [at]:
            found[row] = lines[0][row].text
    if 0 not in found or count - 1 in found or any(row + 1 in found for row in found):
        return {}
    own = {lines[0][row].kind for row in found if columns[at][row]}
    others = {line.kind for row, line in enumerate(lines[0]) if row not in found and line.text}
    return {} if own and ("" in own or own & others) else found
