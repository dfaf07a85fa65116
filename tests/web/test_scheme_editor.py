"""The form in which a scheme is written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from ahp.evaluation import load_scheme, shipped_schemes
from ahp.evaluation.scheme import Scheme
from ahp.process.scheme_draft import SchemeDraft
from ahp.web.scheme_editor import number_of, number_text, numbers_of


def every_field(name: str) -> None:  # whose source is run by itself
    """All fields of a shipped scheme, taken over as they stand."""
    import streamlit as st  # noqa: PLC0415

    from ahp.evaluation import load_scheme  # noqa: PLC0415
    from ahp.process.scheme_draft import LISTED, SchemeDraft  # noqa: PLC0415
    from ahp.web.scheme_editor import _SETTINGS, ask_part, with_node  # noqa: PLC0415

    now = draft = SchemeDraft.of(load_scheme(name))
    for part in _SETTINGS:
        now = now.settle(part, **ask_part(part, draft.data.get(part, {}), draft, part))
    for entry in draft.data["nodes"]:
        now = with_node(now, entry["id"], ask_part("nodes", entry, draft, f"node-{entry['id']}"))
    for part in LISTED:
        for entry in draft.data.get(part, ()):
            key = f"{part}-{entry['id']}"
            now = now.change(part, entry["id"], **ask_part(part, entry, draft, key))
    for entry in draft.data["indicators"]:
        key, rule = f"indicators-{entry['id']}", entry["rule"]
        now = now.change("indicators", entry["id"], **ask_part("indicators", entry, draft, key))
        said = ask_part(rule["kind"], rule, draft, f"{key}-rule")
        now = now.choose_rule(entry["id"], rule["kind"]).set_rule(entry["id"], **said)
    for grades, rows in draft.data.get("grades", {}).items():
        taken = [
            {"id": one["id"], **ask_part("grades", one, draft, f"{grades}-{one['id']}")}
            for one in rows
        ]
        now = now.set_grades(grades, tuple(taken))
    st.session_state["taken"] = now


@pytest.mark.parametrize("name", list(shipped_schemes()))
@pytest.mark.usefixtures("store")
def test_fields_taken_over_as_they_stand_change_nothing(name):
    app = AppTest.from_function(every_field, args=(name,), default_timeout=60)
    app.session_state["language"] = "zh"
    app.run()
    assert not app.exception, app.exception
    taken: SchemeDraft = app.session_state["taken"]
    assert taken.problems() == ()
    found: Scheme = taken.scheme()
    assert found == load_scheme(name)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        (" 0.250 ", Decimal("0.250")),
        ("−3", -3),
        ("", None),
        ("many", "many"),
        ("nan", "nan"),
        ("1e400000", "1e400000"),
        ("1,5", "1,5"),
    ],
)
def test_numbers_as_they_are_typed(text, number):
    assert number_of(text) == number
    assert type(number_of(text)) is type(number)


def test_numbers_are_shown_without_exponents():
    assert [number_text(one) for one in (None, 0, 1e-7, Decimal("1E+2"), "x")] == [
        *("", "0", "0.0000001", "100", "x")
    ]
    assert numbers_of("0.5; 1、2 many") == [Decimal("0.5"), 1, 2, "many"]
    assert numbers_of(" ") is None
