"""The draft of a survey that a window has open: stored whenever a field is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from ..errors import AHPError, DatabaseError, StoreError, TextLimitError
from ..process.draft import Draft, DraftNode, History
from ..store import KeptDraft
from . import state

WHOLE = ""
"""In place of the id of an item: the survey as a whole."""

_DRAFT, _ITEM = "draft", "item"  # in the address
_OPEN, _CHOSEN, _SHOWN = "draft_open", "draft_chosen", "draft_shown"  # in the session
_TYPED, _ANEW = "draft_typed", "draft_anew"  # what isn't stored yet; how often fields began anew
_BEGUN = "drafts_begun"  # how many
_CURSOR = "draft_cursor"  # how often it was put into a field, and the key of that one


def field_key(what: str, node: str, language: str = "") -> str:
    """Key of a field: another one after what it shows was changed elsewhere than in it."""
    form = st.session_state
    return f"{what}-{node}-{language}-{form.get(_OPEN, '')[:8]}-{form.get(_ANEW, 0)}"


def begin_fields_anew() -> None:
    """Let all fields show what is stored."""
    st.session_state[_ANEW] = st.session_state.get(_ANEW, 0) + 1
    st.session_state.pop(_TYPED, None)


def go_to(draft_id: str) -> None:
    """Open a draft in this window."""
    leave()
    st.session_state[_OPEN] = draft_id


def leave() -> None:
    """Show the drafts that there are."""
    for key in (_OPEN, _CHOSEN, _SHOWN, _TYPED, _ANEW):
        st.session_state.pop(key, None)
    for key in (_DRAFT, _ITEM):
        st.query_params.pop(key, None)


def close() -> None:
    """Store what stands in the fields, and show the drafts that there are."""
    if state.attempt(current):
        leave()


def start_key(what: str) -> str:
    """Key of a field that a draft begins with: another one once a draft was begun."""
    return f"{what}-{st.session_state.get(_BEGUN, 0)}"


def begin(draft: Draft) -> bool:
    """Keep a new draft and open it; whether that was not refused."""

    def go_on() -> None:
        current()
        go_to(state.desk().add_draft(draft).id)
        st.session_state[_BEGUN] = st.session_state.get(_BEGUN, 0) + 1

    return state.attempt(go_on)


def delete(draft_id: str) -> None:
    """Delete a draft."""
    state.attempt(lambda: state.desk().delete_draft(draft_id))


def note() -> None:
    """Keep in mind what stands in the fields, until `current` can store it."""
    if (shown := st.session_state.get(_SHOWN)) is not None:
        st.session_state[_TYPED] = _with_fields(_typed(shown))


def current(*, seen: bool = False) -> KeptDraft | None:
    """The draft of this window with what stands in its fields, stored; None where none is open.

    Args:
        seen: for a step that was chosen where the draft was shown: refused where another window
            has changed it since.

    Raises:
        AHPError: what stands in the fields can't be stored. Where another window has changed the
            same, or deleted the draft, they then show what is stored; what is too long stays.
    """
    draft_id = st.session_state.get(_OPEN) or st.query_params.get(_DRAFT)
    if not draft_id:
        return None
    st.session_state[_OPEN] = draft_id
    try:
        kept = state.desk().draft(draft_id)
        shown = st.session_state.setdefault(_SHOWN, kept)
        moved = shown.version != kept.version
        typed = _with_fields(_typed(shown))
        stored = kept.history.draft
        joined = stored.with_texts(shown.history.draft, typed) if moved else typed
        if joined is None:
            raise StoreError("draft_changed")
        history = kept.history.to(joined)
        if history is not kept.history:
            kept = state.desk().save_draft(kept, history)
    except (DatabaseError, TextLimitError):  # what was typed is stored once that goes
        raise
    except AHPError as error:
        begin_fields_anew()
        if isinstance(error, StoreError) and error.code == "draft_gone":
            leave()
        raise
    st.session_state.pop(_TYPED, None)
    st.session_state[_SHOWN] = kept
    if moved:
        begin_fields_anew()
        if seen:
            raise StoreError("draft_changed")
    return kept


def shown() -> KeptDraft | None:
    """The draft of this window as it was read or stored last."""
    found: KeptDraft | None = st.session_state.get(_SHOWN)
    return found


def change(step: Callable[[History], History] | None, chosen: str | None = None) -> bool:
    """Go on with what a step makes of the draft; whether that was not refused.

    Args:
        step: it; None = the draft stays as it is.
        chosen: id of the item that is chosen then; None = as it is.
    """

    def go_on() -> None:
        if (kept := current(seen=step is not None)) is not None:
            if step is not None and (history := step(kept.history)) != kept.history:
                st.session_state[_SHOWN] = state.desk().save_draft(kept, history)
            if chosen is not None:
                st.session_state[_CHOSEN] = chosen

    return state.attempt(go_on)


def turn(step: Callable[[History], History]) -> None:
    """Go on with a step of the history, or with another tree, which all fields then show."""
    if change(step):
        begin_fields_anew()


def add(parent: str) -> None:
    """Add an item below another one, and choose it."""

    def step(history: History) -> History:
        draft, node = history.draft.add(parent)
        st.session_state[_CHOSEN] = node
        _put_cursor("name", node, draft.languages[0])
        return history.to(draft)

    change(step)


def choose(node: str, what: str = "", language: str = "") -> None:
    """Choose an item, or the survey as a whole; with the cursor in one of its fields if told."""
    if change(None, node) and what:
        _put_cursor(what, node, language)


def cursor() -> tuple[int, str]:
    """How often the cursor was put into a field of its own accord, and the key of the last one."""
    put: tuple[int, str] = st.session_state.get(_CURSOR, (0, ""))
    return put


def _put_cursor(what: str, node: str, language: str) -> None:
    st.session_state[_CURSOR] = (cursor()[0] + 1, field_key(what, node, language))


def chosen(draft: Draft) -> str:
    """Id of the chosen item, after a reload the one in the address; both say it then."""
    every = [WHOLE, *(one.id for _depth, one in draft.outline())]
    here = st.session_state.get(_CHOSEN)
    if here is None:
        number = st.query_params.get(_ITEM, "")
        here = every[int(number)] if number.isdecimal() and int(number) < len(every) else WHOLE
    here = here if here in every else WHOLE
    st.session_state[_CHOSEN] = here
    for key, value in ((_DRAFT, st.session_state[_OPEN]), (_ITEM, str(every.index(here)))):
        if st.query_params.get(key) != value:
            st.query_params[key] = value
    return here


def _typed(shown: KeptDraft) -> Draft:
    """The draft that fields were typed into."""
    typed: Draft = st.session_state.get(_TYPED, shown.history.draft)
    return typed


def _with_fields(draft: Draft) -> Draft:
    """A draft with what stands in the fields that are shown."""
    nodes = []
    for node in draft.nodes:
        name = _texts(node.name, "name", node.id)
        explanation = _texts(node.explanation, "explanation", node.id)
        weights, source = _given(draft, node)
        nodes.append(
            replace(node, name=name, explanation=explanation, weights=weights, source=source)
        )
    name = _texts(draft.name, "name", WHOLE)
    whole = draft.entitle(name, _texts(draft.description, "explanation", WHOLE))
    pasted = _stands("pasted", WHOLE, draft.pasted)
    return replace(whole, nodes=tuple(nodes), pasted=pasted)


def _stands(what: str, node: str, otherwise: Any, language: str = "") -> Any:
    return st.session_state.get(field_key(what, node, language), otherwise)


def _texts(given: Mapping[str, str], what: str, node: str) -> dict[str, str]:
    """What stands in a text's fields, one a language."""
    return {language: _stands(what, node, text, language) for language, text in given.items()}


def _given(draft: Draft, node: DraftNode) -> tuple[dict[str, float] | None, str]:
    """The weights that stand in the fields below an item, None = compared, and their source."""
    source = _stands("source", node.id, node.source)
    if not _stands("given", node.id, node.weights is not None):
        return None, source
    kids = draft.children(node.id)
    if not kids:
        return None, source
    equal = dict.fromkeys((kid.id for kid in kids), round(1 / len(kids), 4))
    before = equal if node.weights is None else node.weights
    stand = {kid.id: _stands("weight", kid.id, before.get(kid.id)) for kid in kids}
    return {kid: weight for kid, weight in stand.items() if weight is not None}, source
