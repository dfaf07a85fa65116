"""The form in which a scheme is written, part by part, driven by what a part has to fill in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import streamlit as st

from ..errors import AHPError
from ..i18n import LANGUAGES
from ..i18n.schemes import (
    choice_words,
    draft_names,
    field_words,
    part_words,
    rule_kind_words,
)
from ..messages import with_names
from ..process.evaluations.events import WeightsSource
from ..process.evaluations.scheme_work import SchemeWork
from ..process.scheme_draft import LISTED, SchemeDraft
from ..process.scheme_fields import RULES, Field, fields_of
from . import state

Value = Any
"""What a field holds, as a scheme file has it; None where it is left out."""

LONGEST_NUMBER = 30
"""Digits before or behind the decimal point, from which on something is no number of a scheme."""

GENERAL, TREE = "general", "nodes"
_SETTINGS = ("missing", "period", "digits", "total", "warnings")
_OWN_PLACE = ("id", "parent", "rule")
"""Fields that aren't asked with the others of an entry."""


def number_of(text: str) -> Value:
    """A number as it was typed; what is none stays a text, which the problems then name."""
    plain = text.strip().replace("，", ",").replace("−", "-")
    if not plain:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return plain
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
        return plain
    return int(number) if number == number.to_integral_value() else number


def number_text(value: Value) -> str:
    """A number as it is typed."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{Decimal(str(value)):f}"


def numbers_of(text: str) -> list[Value] | None:
    """Numbers that commas, semicolons, spaces or `、` separate."""
    found = [number_of(part) for part in re.split(r"[,，;；、\s]+", text) if part]
    return found or None


def ask(field: Field, value: Value, draft: SchemeDraft, key: str) -> Value:
    """Ask for one field; what stands in it.

    Args:
        field: which.
        value: what it holds now.
        draft: whose parts it may refer to.
        key: of its widget.
    """
    label, about = field_words(field, state.language())
    if field.required:
        label += " *"
    return _ASKS[field.kind](_Asked(field, value, draft, key, label, about))


class _Asked:
    """A field that is asked, with all that its widget needs."""

    def __init__(  # noqa: PLR0917 - set together once
        self, field: Field, value: Value, draft: SchemeDraft, key: str, label: str, about: str
    ) -> None:
        self.field, self.value, self.draft = field, value, draft
        self.key, self.label, self.about = key, label, about


def _text(one: _Asked) -> Value:
    """A line; several of a formula, as it stands."""
    if one.field.name == "formula":
        typed = st.text_area(one.label, value=one.value or "", help=one.about, key=one.key)
        return typed if typed.strip() else None
    typed = st.text_input(one.label, value=one.value or "", help=one.about, key=one.key)
    return typed.strip() or None


def _texts(one: _Asked) -> Value:
    now = one.value or {}
    found = {
        language: st.text_input(
            f"{one.label} ({LANGUAGES.get(language, language)})",
            value=now.get(language, ""),
            help=one.about,
            key=f"{one.key}-{language}",
        )
        for language in one.draft.languages
    }
    return found if any((*found.values(), *now.values())) else one.value


def _number(one: _Asked) -> Value:
    default = number_text(one.field.default)
    return number_of(
        st.text_input(
            one.label,
            value=number_text(one.value),
            placeholder=default or None,
            help=one.about,
            key=one.key,
        )
    )


def _yes_no(one: _Asked) -> Value:
    return st.checkbox(one.label, value=bool(one.value), help=one.about, key=one.key)


def _pick(one: _Asked, options: Sequence[str], words: Mapping[str, str]) -> Value:
    """One of some options, or none where it may be left out."""
    _ = state.translate()
    offered = list(options)
    if not one.field.required:
        offered.insert(0, "")
    now = one.value if isinstance(one.value, str) else str(one.field.default or "")
    if now not in offered:
        offered.append(now)
    labels = {"": _("not chosen"), **words}
    chosen: str = st.selectbox(
        one.label,
        offered,
        index=offered.index(now),
        format_func=lambda option: labels.get(option, option),
        help=one.about,
        key=one.key,
    )
    return chosen or None


def _choice(one: _Asked) -> Value:
    words = choice_words(one.field, state.language())
    return _pick(one, one.field.choices, words)


def _reference(one: _Asked) -> Value:
    part, data = str(one.field.refers_to), one.draft.data.get(str(one.field.refers_to), ())
    ids = list(data) if part == "grades" else [entry["id"] for entry in data]
    return _pick(one, ids, draft_names(one.draft, state.language()))


def _choices(one: _Asked) -> Value:
    _, words = state.translate(), choice_words(one.field, state.language())
    now = [choice for choice in one.value or () if choice in one.field.choices]
    return (
        st.multiselect(
            one.label,
            list(one.field.choices),
            default=now or None,
            format_func=words.__getitem__,
            placeholder=_("none"),
            help=one.about,
            key=one.key,
        )
        or None
    )


def _numbers(one: _Asked) -> Value:
    value = one.value if isinstance(one.value, list | tuple) else () if one.value is None else None
    text = "; ".join(map(number_text, value)) if value is not None else str(one.value)
    return numbers_of(st.text_input(one.label, value=text, help=one.about, key=one.key))


def _number_or_range(one: _Asked) -> Value:
    value = one.value if isinstance(one.value, list | tuple) else [one.value]
    text = "; ".join(map(number_text, value))
    found = numbers_of(st.text_input(one.label, value=text, help=one.about, key=one.key))
    return found[0] if found and len(found) == 1 else found


def _names(one: _Asked) -> Value:
    text = "; ".join(one.value or ())
    typed = st.text_input(one.label, value=text, help=one.about, key=one.key)
    return [part.strip() for part in re.split(r"[,，;；、]", typed) if part.strip()] or None


def _table(one: _Asked) -> Value:
    """The fields of one row; one that may be left out is there when its box is ticked."""
    if one.field.required:
        st.markdown(f"**{one.label}**", help=one.about)
    elif not st.checkbox(one.label, value=bool(one.value), help=one.about, key=f"{one.key}-there"):
        return None
    found = {
        inner.name: ask(
            inner, (one.value or {}).get(inner.name), one.draft, f"{one.key}.{inner.name}"
        )
        for inner in fields_of(str(one.field.inner))
    }
    said = {name: value for name, value in found.items() if value is not None}
    return said or None


def _entries(one: _Asked) -> Value:
    """Rows, each in its own frame; how many there are is asked first."""
    _, now = state.translate(), list(one.value or ())
    count = int(
        st.number_input(
            _("{label}: how many").format(label=one.label),
            min_value=0,
            max_value=50,
            value=len(now),
            help=one.about,
            key=f"{one.key}-count",
        )
    )
    rows = []
    for k in range(count):
        before = now[k] if k < len(now) else {}
        with st.container(border=True):
            st.caption(_("no. {number}").format(number=k + 1))
            row = {
                inner.name: ask(
                    inner, before.get(inner.name), one.draft, f"{one.key}[{k}].{inner.name}"
                )
                for inner in fields_of(str(one.field.inner))
            }
        rows.append({name: value for name, value in row.items() if value is not None})
    return rows or None


def _anchors(one: _Asked) -> Value:
    """A text in each language for each grade of the table that the rule names."""
    now, found = one.value or {}, {}
    st.markdown(f"**{one.label}**", help=one.about)
    grades = one.draft.data.get("grades", {})
    for grade in {grade["id"]: grade for table in grades.values() for grade in table}.values():
        name = next((text for text in grade.get("name", {}).values() if text), grade["id"])
        found[grade["id"]] = {
            language: st.text_area(
                f"{name} ({LANGUAGES.get(language, language)})",
                value=now.get(grade["id"], {}).get(language, ""),
                key=f"{one.key}-{grade['id']}-{language}",
            )
            for language in one.draft.languages
        }
    return found


def _named_numbers(one: _Asked) -> Value:
    """Lines of a name, an equals sign and a number."""
    text = "\n".join(f"{name} = {number_text(value)}" for name, value in (one.value or {}).items())
    typed = st.text_area(one.label, value=text, help=one.about, key=one.key)
    pairs = (line.partition("=") for line in typed.splitlines() if line.strip())
    return {name.strip(): number_of(number) for name, _sign, number in pairs} or None


def _named_tables(one: _Asked) -> Value:
    """Tables that a formula calls by a name, each as it stands; a file changes them."""
    _ = state.translate()
    if one.value:
        names = _(", ").join(one.value)
        st.caption(
            _("{label}: {names}. Look-up tables are changed in the scheme file.").format(
                label=one.label, names=state.plain(names)
            )
        )
    return one.value


def _inner_rule(one: _Asked) -> Value:
    """One of the rules for numbers, that a derived value gets its points by."""
    words, now = rule_kind_words(state.translate()), one.value or {}
    kinds = list(one.field.choices)
    kind: str = st.selectbox(
        one.label,
        kinds,
        index=kinds.index(now["kind"]) if now.get("kind") in kinds else 0,
        format_func=words.__getitem__,
        help=one.about,
        key=one.key,
    )
    before = now if now.get("kind") == kind else {}
    found = {
        inner.name: ask(inner, before.get(inner.name), one.draft, f"{one.key}-{kind}.{inner.name}")
        for inner in fields_of(kind)
    }
    return {"kind": kind, **{name: value for name, value in found.items() if value is not None}}


def _year(one: _Asked) -> Value:
    """A word, or a weight for each period of the year."""
    _ = state.translate()
    words = {**choice_words(one.field, state.language()), "weights": _("weights of the periods")}
    listed = isinstance(one.value, list | tuple)
    chosen = _pick(
        _Asked(
            one.field, "weights" if listed else one.value, one.draft, one.key, one.label, one.about
        ),
        [*one.field.choices, "weights"],
        words,
    )
    if chosen != "weights":
        return chosen
    now = one.value if listed else None
    return _numbers(
        _Asked(one.field, now, one.draft, f"{one.key}-weights", words["weights"], one.about)
    )


_ASKS: Mapping[str, Callable[[_Asked], Value]] = {
    "number": _number,
    "whole": _number,
    "text": _text,
    "texts": _texts,
    "yes_no": _yes_no,
    "choice": _choice,
    "numbers": _numbers,
    "range": _numbers,
    "number_or_range": _number_or_range,
    "names": _names,
    "choices": _choices,
    "reference": _reference,
    "entries": _entries,
    "table": _table,
    "texts_by_grade": _anchors,
    "named_numbers": _named_numbers,
    "named_tables": _named_tables,
    "rule": _inner_rule,
    "year": _year,
}
"""Kind of a field -> how it is asked."""


def ask_part(part: str, now: Mapping[str, Any], draft: SchemeDraft, key: str) -> dict[str, Value]:
    """Ask for all fields of a part of a scheme but those that have their own place."""
    return {
        field.name: ask(field, now.get(field.name), draft, f"{key}.{field.name}")
        for field in fields_of(part)
        if field.name not in _OWN_PLACE
    }


def show_editor(work: SchemeWork, change: Callable[[SchemeWork], None], key: str) -> SchemeDraft:
    """The form: a part is chosen, its fields are filled in and taken over.

    Args:
        work: the version that is made.
        change: called with it after a change.
        key: for the widgets; another one for each step.

    Returns:
        The draft with what the fields say, whether it was taken over or not.
    """
    _ = state.translate()
    words = {GENERAL: _("Name, version, dates"), **part_words(_), TREE: _("Indicators")}
    words |= {"grades": _("Grades of raters")}
    parts = [GENERAL, TREE, "bands", "deductions", "bonuses", "vetoes", "grades", *_SETTINGS]
    part: str = st.selectbox(
        _("What is changed"), parts, format_func=words.__getitem__, key=f"part-{key}"
    )
    own = f"{key}-{work.step}-{part}"
    if part == GENERAL:
        return _general(work, change, own)
    if part == TREE:
        return _tree(work, change, key)
    if part == "grades":
        return _grades(work, change, own)
    if part in LISTED:
        return _listed(part, work, change, key)
    values = ask_part(part, work.draft.data.get(part, {}), work.draft, own)
    return _offer(work, work.draft.settle(part, **values), change, own)


def _offer(
    work: SchemeWork, said: SchemeDraft, change: Callable[[SchemeWork], None], key: str
) -> SchemeDraft:
    """The button that takes over what the fields say; returns that."""
    _ = state.translate()
    if st.button(_("Take over"), type="primary", key=f"take-{key}"):
        change(work.to(said))
    return said


def _general(work: SchemeWork, change: Callable[[SchemeWork], None], key: str) -> SchemeDraft:
    """What a scheme says of itself."""
    _, data = state.translate(), work.draft.data
    values: dict[str, Value] = {}
    words = part_words(_)
    for name, write in (("name", st.text_input), ("description", st.text_area)):
        values[name] = {
            language: write(
                f"{words[name]} ({LANGUAGES.get(language, language)})",
                value=data.get(name, {}).get(language, ""),
                key=f"{name}-{language}-{key}",
            )
            for language in work.draft.languages
        }
    values["version"] = st.text_input(
        words["version"], value=str(data.get("version", "")), key=f"version-{key}"
    ).strip()
    for name in ("effective_from", "effective_to"):
        now = data.get(name)
        day: date | None = st.date_input(
            words[name],
            date.fromisoformat(str(now)) if now else None,
            format="YYYY-MM-DD",
            key=f"{name}-{key}",
        )
        values[name] = day.isoformat() if day else None
    return _offer(work, work.draft.put(**values), change, key)


def with_node(draft: SchemeDraft, node: str, values: Mapping[str, Value]) -> SchemeDraft:
    """With other texts of a node; as it was where they are the same, so that a hierarchy which is
    taken from a survey stays so.
    """
    new = draft.change("nodes", node, **values)
    same = new.entry("nodes", node) == draft.entry("nodes", node)
    return draft if same else new


def _tree(work: SchemeWork, change: Callable[[SchemeWork], None], key: str) -> SchemeDraft:
    """The hierarchy, and one of its nodes: its texts, and how an indicator gets its points."""
    _, draft = state.translate(), work.draft
    depths = {node: depth for depth, node in draft.outline()}
    names = draft_names(draft, state.language())
    node: str = st.selectbox(
        _("Indicator"),
        list(depths),
        index=min(1, len(depths) - 1),
        format_func=lambda one: "\N{EM SPACE}" * depths[one] + str(names.get(one, one)),
        key=f"node-{key}",
    )
    own = f"{key}-{work.step}-{node}"
    values = ask_part("nodes", draft.entry("nodes", node), draft, f"{own}-node")
    said = with_node(draft, node, values)
    if node in {one["id"] for one in draft.data["indicators"]}:
        now = draft.entry("indicators", node)
        about = ask_part("indicators", now, draft, f"{own}-indicator")
        words, kinds = rule_kind_words(_), list(RULES)
        kind: str = st.selectbox(
            _("How it gets its points"),
            kinds,
            index=kinds.index(now["rule"]["kind"]),
            format_func=words.__getitem__,
            key=f"kind-{own}",
        )
        said = said.change("indicators", node, **about).choose_rule(node, kind)
        before = said.entry("indicators", node)["rule"]
        said = said.set_rule(node, **ask_part(kind, before, draft, f"{own}-{kind}"))
    with st.container(horizontal=True):
        _offer(work, said, change, own)
        if st.button(_("Add an indicator below it"), icon=":material/add:", key=f"below-{own}"):
            change(work.to(said.add_indicator(node)[0]))
        if depths[node] and st.button(
            _("Remove it and all below"), icon=":material/delete:", key=f"remove-{own}"
        ):
            change(work.to(said.remove_node(node)))
    return said


def _listed(
    part: str, work: SchemeWork, change: Callable[[SchemeWork], None], key: str
) -> SchemeDraft:
    """Entries of a list: one is chosen and changed, added, removed."""
    _, draft = state.translate(), work.draft
    said = draft
    ids = [one["id"] for one in draft.data.get(part, ())]
    names = draft_names(draft, state.language())
    if ids:
        entry: str = st.selectbox(
            part_words(_)[part],
            ids,
            format_func=lambda one: names.get(one, one),
            key=f"entry-{key}-{part}",
        )
        own = f"{key}-{work.step}-{part}-{entry}"
        said = draft.change(part, entry, **ask_part(part, draft.entry(part, entry), draft, own))
        with st.container(horizontal=True):
            _offer(work, said, change, own)
            if st.button(_("Remove"), icon=":material/delete:", key=f"remove-{own}"):
                change(work.to(said.remove(part, entry)))
    if st.button(_("Add one"), icon=":material/add:", key=f"add-{key}-{part}"):
        change(work.to(said.add(part)[0]))
    return said


def _grades(work: SchemeWork, change: Callable[[SchemeWork], None], key: str) -> SchemeDraft:
    """The grades that raters give, table by table."""
    _, draft = state.translate(), work.draft
    tables = draft.data.get("grades", {})
    if not tables:
        st.caption(_("No grades: nothing is rated."))
        return draft
    name: str = st.selectbox(_("Grades"), list(tables), key=f"grades-{key}")
    rows = [
        {"id": one["id"], **ask_part("grades", one, draft, f"{key}-{name}-{one['id']}")}
        for one in tables[name]
    ]
    return _offer(work, draft.set_grades(name, tuple(rows)), change, key)


def show_weighing(work: SchemeWork, change: Callable[[SchemeWork], None], key: str) -> bool:
    """Type the weights below one node; parts of any sum become shares.

    Returns:
        Whether other weights are typed than those that were taken over.
    """
    _, draft = state.translate(), work.draft
    names = draft_names(draft, state.language())
    parents = [node for _depth, node in draft.outline() if len(draft.children(node)) > 1]
    parent: str = st.selectbox(
        _("Weights below"),
        parents,
        format_func=lambda one: names.get(one, one),
        key=f"weigh-{key}",
    )
    own = f"{key}-{work.step}-{parent}"
    weights = draft.data.get("full_marks") or draft.data.get("weights", {})
    shown = {kid: number_text(weights.get(kid, 0)) for kid in draft.children(parent)}
    parts = {
        kid: st.text_input(state.plain(names.get(kid, kid)), value=text, key=f"weight-{kid}-{own}")
        for kid, text in shown.items()
    }
    st.caption(_("Shares of 1, percentages or any parts: they are made to sum to 1."))
    numbers = {kid: number_of(text) for kid, text in parts.items()}
    if st.button(_("Take over"), type="primary", key=f"take_weights-{own}"):
        if wrong := [kid for kid, number in numbers.items() if isinstance(number, str)]:
            said = _("“{name}”: “{text}” is not a number.")
            about = {"name": names.get(wrong[0], wrong[0]), "text": parts[wrong[0]]}
            st.error(state.plain(said.format(**about)))
        else:
            _weigh(work, parent, numbers, change)
    return numbers != {kid: number_of(text) for kid, text in shown.items()}


def _weigh(
    work: SchemeWork,
    parent: str,
    numbers: Mapping[str, Value],
    change: Callable[[SchemeWork], None],
) -> None:
    """Take over the weights below a node; an empty field is 0."""
    given = {kid: 0 if number is None else number for kid, number in numbers.items()}
    try:
        new, said = work.draft.weigh(parent, given)
    except AHPError as error:
        names = draft_names(work.draft, state.language())
        st.error(state.plain(state.in_words(with_names(error, names))))
        return
    if said is not None:
        st.toast(state.plain(state.in_words(said)))
    change(work.to(new, WeightsSource("given")))
