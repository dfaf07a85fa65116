"""Values that are typed in a grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from ..evaluation import Scheme
from ..exchange.deliveries import (
    Changes,
    read_typed,
    typed_cells,
)
from ..exchange.observation_layout import (
    expected_of,
)
from ..i18n.evaluation import measure_words
from ..process.evaluations.events import Row
from ..study.limits import LONGEST
from . import state
from .intake import (
    Intake,
    record,
    record_button,
    show_changes,
)


def show_grid(intake: Intake) -> None:
    """Values to type, of one indicator or of one unit."""
    _, scope = state.translate(), intake.scope
    if not (scope.typed and scope.units):
        st.info(_("There is nothing to type here: other people deliver or rate the indicators."))
        return
    ways = {"indicator": _("one indicator, all units"), "unit": _("one unit, all indicators")}
    way = st.segmented_control(
        _("Type in"),
        list(ways),
        format_func=ways.__getitem__,
        default="indicator",
        key=f"way-{intake.key}",
    )
    ids = scope.typed if way != "unit" else tuple(scope.units)
    labels = state.distinct({one: intake.names[one] for one in ids})
    chosen = st.selectbox(
        _("Indicator") if way != "unit" else _("Unit"),
        ids,
        format_func=labels.__getitem__,
        key=f"typed-{intake.key}-{way}",
    )
    cells = typed_cells(scope, **{"unit" if way == "unit" else "indicator": chosen})
    attempt = st.session_state.setdefault(f"typing-{intake.key}", 0)
    about = f"{way}-{chosen}-{attempt}"
    # what is typed stands in a row: with other rows the grid begins anew
    key = f"grid-{intake.key}-{about}-{state.mark([cell.key for cell in cells])}"
    typed = _grid(intake, cells, by_unit=way == "unit", key=key)
    changes = read_typed(scope, typed)
    show_changes(intake, changes)
    if changes.faults:
        return
    if changes.rows or changes.removed:
        record_button(intake, changes, about, partial(record_typed, intake))
    else:
        st.caption(_("Change a value: what would be recorded is shown here before you confirm it."))


def _grid(intake: Intake, cells: Sequence[Row], *, by_unit: bool, key: str) -> list[Row]:
    """The cells as somebody has typed them."""
    _, scheme = state.translate(), intake.scope.scheme
    measures = [
        measure_words(expected_of(scheme, one.indicator, one.input).unit, state.language())
        for one in cells
    ]
    if not by_unit and measures[0] and len({*measures}) == 1:
        st.caption(state.plain(_("Unit of measure: {unit}").format(unit=measures[0])))
        measures = [""] * len(cells)
    rows = []
    for cell, measure in zip(cells, measures, strict=True):
        said = [intake.name(cell.key) if by_unit else intake.part(cell.key)]
        said += [f"({measure})"] if measure else []
        head = {} if by_unit else {"unit": intake.names[cell.unit]}
        head["part"] = " ".join(filter(None, said))
        rows.append({**head, "value": cell.value, "document": cell.evidence, "note": cell.note})
    shown = [one for one in head if any(row[one] for row in rows)]
    shown += ["value", *["document"] * _documented(scheme, cells), "note"]
    text = st.column_config.TextColumn
    edited = st.data_editor(
        rows,
        column_config={
            "unit": _("Unit"),
            "part": _("Indicator") if by_unit else _("Part"),
            "value": text(_("Value"), max_chars=LONGEST["value"]),
            "document": text(_("Document number"), max_chars=LONGEST["title"]),
            "note": text(_("Note"), max_chars=LONGEST["comment"]),
        },
        column_order=shown,
        disabled=True if intake.locked else ["unit", "part"],
        hide_index=True,
        num_rows="fixed",
        key=key,
    )
    return [
        replace(
            cell,
            value=str(row["value"] or "").strip(),
            evidence=str(row["document"] or "").strip(),
            note=str(row["note"] or "").strip(),
        )
        for cell, row in zip(cells, edited, strict=True)
    ]


def _documented(scheme: Scheme, cells: Iterable[Row]) -> bool:
    """Whether one of these cells needs the number of a document, or has one."""
    rules = {**scheme.indicator, **scheme.events}
    return any(rules[one.indicator].document or one.evidence for one in cells)


def record_typed(intake: Intake, reason: str, changes: Changes) -> bool:
    """Record what was typed."""
    done = intake.attempt(lambda: record(intake, changes, reason))
    if done:
        st.session_state[f"typing-{intake.key}"] += 1
    return done
