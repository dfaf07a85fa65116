"""The organizer's survey editor: a tree to write in, with a live preview."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from ahp.errors import AHPError
from ahp.exchange.survey_text import survey_toml
from ahp.i18n import LANGUAGES
from ahp.process.draft import Draft, DraftNode
from ahp.study.survey import wrong_sum
from ahp.web import state
from ahp.web.desk import create_study, show_survey


def draft() -> Draft:
    """The survey being written in this browser, with what stands in the fields now."""
    now: Draft = st.session_state.setdefault("draft", Draft.new(tuple(LANGUAGES)))
    for node in now.nodes:
        name, explanation = (
            field(node.name, "name", node.id),
            field(node.explanation, "explanation", node.id),
        )
        now = now.write(node.id, name, explanation).give(node.id, *given_fields(now, node))
    now = now.entitle(field(now.name, "name", ""), field(now.description, "explanation", ""))
    st.session_state["draft"] = now
    return now


def given_fields(now: Draft, node: DraftNode) -> tuple[dict[str, float] | None, str]:
    """What stands in the fields of a node for given weights, or stood there last."""

    def stands(what: str, of: str, otherwise: Any) -> Any:
        return st.session_state.get(field_key(what, of, ""), otherwise)

    source = stands("source", node.id, node.source)
    kids = now.children(node.id)
    if not kids or not stands("given", node.id, node.weights is not None):
        return None, source
    before = node.weights or dict.fromkeys((kid.id for kid in kids), round(1 / len(kids), 4))
    return {kid.id: stands("weight", kid.id, before.get(kid.id, 0.0)) for kid in kids}, source


def field_key(what: str, node: str, language: str) -> str:
    """Key of a field: of this draft, so that a new one begins empty."""
    return f"{what}-{node}-{language}-{st.session_state.get('draft_number', 0)}"


def field(given: Mapping[str, str], what: str, node: str) -> dict[str, str]:
    """What stands in a text's fields, or stood there when they were shown last."""
    return {
        language: st.session_state.get(field_key(what, node, language), text)
        for language, text in given.items()
    }


def change(new: Draft, chosen: str) -> None:
    """Go on with a changed draft, at one of its nodes."""
    st.session_state["draft"] = new
    st.session_state["chosen_node"] = chosen


def start(languages: tuple[str, ...]) -> None:
    """Begin a new draft."""
    st.session_state["draft_number"] = st.session_state.get("draft_number", 0) + 1
    change(Draft.new(languages), "goal")


def choose(node: str) -> None:
    """Go to another node."""
    change(draft(), node)


def add(parent: str) -> None:
    """Add a child and go to it."""
    change(*draft().add(parent))


def move(node: str, by: int) -> None:
    """Move a node among its siblings."""
    change(draft().move(node, by), node)


def remove(node: str, parent: str) -> None:
    """Remove a node with all below it and go to the one above."""
    change(draft().remove(node), parent)


def texts(label: str, given: Mapping[str, str], what: str, node: str) -> None:
    """One field a language."""
    write = st.text_area if what == "explanation" else st.text_input
    for language, text in given.items():
        write(
            f"{label} ({LANGUAGES.get(language, language)})",
            value=text,
            key=field_key(what, node, language),
        )


def show_start() -> None:
    """Start anew, or from what there is."""
    _ = state.translate()
    with st.container(horizontal=True):
        both = tuple(LANGUAGES)
        for languages in (both, *((one,) for one in both)):
            names = " + ".join(LANGUAGES[one] for one in languages)
            st.button(
                _("New, empty ({languages})").format(languages=names),
                on_click=start,
                args=(languages,),
                key="new-" + "-".join(languages),
            )


def node_name(now: Draft, node: str) -> str:
    """A node's name, or where it stands."""
    label = now.label(node)
    return label if isinstance(label, str) else state.in_words(label)


def show_tree(now: Draft, chosen: str) -> None:
    """The tree, each node a button."""
    for depth, node in now.outline():
        with st.container(horizontal=True, gap=None):
            st.html(f'<div style="width:{1.4 * depth}rem"></div>', width="content")
            st.button(
                node_name(now, node.id),
                type="primary" if node.id == chosen else "tertiary",
                icon=":material/account_tree:" if now.children(node.id) else ":material/label:",
                on_click=choose,
                args=(node.id,),
                key=f"node-{node.id}",
            )


def show_node(now: Draft, chosen: str) -> None:
    """What can be done with the chosen node."""
    _, node = state.translate(), now.node(chosen)
    texts(_("Name of the item"), node.name, "name", chosen)
    texts(_("Explanation for experts"), node.explanation, "explanation", chosen)
    if now.children(chosen):
        show_given(now, node)
    with st.container(horizontal=True):
        st.button(
            _("Add an item below it"),
            icon=":material/add:",
            on_click=add,
            args=(chosen,),
            key="add_below",
        )
        if node.parent is None:
            return
        st.button(
            _("Add an item beside it"),
            icon=":material/add:",
            on_click=add,
            args=(node.parent,),
            key="add_beside",
        )
        for by, label, icon in ((-1, _("Up"), "arrow_upward"), (1, _("Down"), "arrow_downward")):
            st.button(
                label,
                icon=f":material/{icon}:",
                on_click=move,
                args=(chosen, by),
                key=f"move{by}",
            )
        st.button(
            _("Remove it and all below"),
            icon=":material/delete:",
            on_click=remove,
            args=(chosen, node.parent),
            key="remove",
        )


def show_given(now: Draft, node: DraftNode) -> None:
    """Whether the items below a node are compared; if not, their weights and their source."""
    _ = state.translate()
    st.toggle(
        _("The weights of the items below are given, not compared"),
        value=node.weights is not None,
        key=field_key("given", node.id, ""),
    )
    if node.weights is None:
        return
    for kid in now.children(node.id):
        st.number_input(
            _("Weight of “{name}”").format(name=state.plain(node_name(now, kid.id))),
            min_value=0.0,
            max_value=1.0,
            value=node.weights[kid.id],
            step=0.01,
            format="%.4f",
            key=field_key("weight", kid.id, ""),
        )
    st.text_input(
        _("Source of these weights"),
        value=node.source,
        placeholder=_("for example: a regulation, an earlier study"),
        key=field_key("source", node.id, ""),
    )
    if wrong_sum(node.weights):
        total = f"{sum(node.weights.values()):.6g}"
        st.warning(_("These weights sum to {total}, expected 1.").format(total=total))


def show_preview(now: Draft) -> None:
    """What experts will be asked, or what is still missing."""
    _ = state.translate()
    st.subheader(_("Preview"))
    if missing := now.missing():
        words = {
            "name": _("name"),
            "explanation": _("explanation"),
            "description": _("description"),
            "source": _("source of the given weights"),
        }
        lines = [
            (_("{place}: {what} ({language})") if language else _("{place}: {what}")).format(
                place=_("the whole survey") if node is None else node_name(now, node),
                what=words[what],
                language=LANGUAGES.get(language, language),
            )
            for node, what, language in missing[:5]
        ]
        if len(missing) > len(lines):
            lines.append(_("and {count} more").format(count=len(missing) - len(lines)))
        st.warning(
            _("These texts are still to be written:") + "\n" + "\n".join(f"- {s}" for s in lines)
        )
        return
    if wrong := [node for node in now.nodes if node.weights and wrong_sum(node.weights)]:
        names = _(", ").join(f"“{node_name(now, node.id)}”" for node in wrong)
        problem = _("the weights given below {names} don't sum to 1").format(names=names)
        st.warning(state.plain(_("Not finished yet: {problem}").format(problem=problem)))
        return
    try:
        survey = now.survey()
    except AHPError as error:
        st.warning(
            state.plain(_("Not finished yet: {problem}").format(problem=state.in_words(error)))
        )
        return
    if unexplained := now.unexplained():
        named = _(", ").join(
            _("the whole survey") if node is None else node_name(now, node) for node in unexplained
        )
        hint = _(
            "Experts judge better by one or two sentences that say what is meant. They can be left "
            "out; there are none yet for: {names}."
        )
        st.info(state.plain(hint.format(names=named)), icon=":material/lightbulb:")
    show_survey(survey)
    st.download_button(
        _("Download as a survey file (TOML)"),
        state.guarded(partial(survey_toml, survey)),
        f"{survey.id}.toml",
        "application/toml",
        icon=":material/download:",
        on_click="ignore",
    )
    create_study(survey, key="from_draft")


state.require_organizer()
_ = state.translate()
st.title(_("Survey editor"))
st.write(
    _(
        "Choose a node of the tree on the left and write its name and an explanation experts can "
        "judge by. What you write stays in this browser window until you create a study or "
        "download the file."
    )
)
show_start()
current = draft()
here = st.session_state.get("chosen_node", current.nodes[0].id)
if here not in {one.id for one in current.nodes}:
    here = current.nodes[0].id
tree, form = st.columns([2, 3], gap="large")
with tree:
    show_tree(current, here)
with form, st.container(border=True):
    show_node(current, here)
with st.expander(
    _("Name and description of the whole survey"), expanded=not any(current.name.values())
):
    texts(_("Name of the survey"), current.name, "name", "")
    texts(_("Description"), current.description, "explanation", "")
show_preview(current)
