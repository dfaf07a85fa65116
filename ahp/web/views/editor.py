"""The organizer's survey editor: a tree to write in, with a live preview."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ahp.errors import AHPError
from ahp.exchange.survey_text import survey_toml
from ahp.i18n import LANGUAGES
from ahp.study.draft import Draft, DraftNode
from ahp.web import state
from ahp.web.desk import create_study, show_survey


def draft() -> Draft:
    """The survey being written in this browser; a new one at first."""
    found: Draft = st.session_state.setdefault("draft", Draft.new(tuple(LANGUAGES)))
    return found


def change(new: Draft, chosen: str | None = None) -> None:
    """Go on with a changed draft."""
    st.session_state["draft"] = new
    if chosen is not None:
        st.session_state["chosen_node"] = chosen


def add(parent: str) -> None:
    """Add a child and go to it."""
    change(*draft().add(parent))


def remove(node: DraftNode) -> None:
    """Remove a node with all below it and go to the one above."""
    change(draft().remove(node.id), node.parent)


def texts(label: str, given: Mapping[str, str], key: str, *, long: bool = False) -> dict[str, str]:
    """One field a language."""
    field = st.text_area if long else st.text_input
    return {
        language: field(
            f"{label} ({LANGUAGES.get(language, language)})", value=text, key=f"{key}-{language}"
        )
        for language, text in given.items()
    }


def show_start() -> None:
    """Start anew, or from what there is."""
    _ = state.translate()
    with st.container(horizontal=True):
        both = tuple(LANGUAGES)
        for languages in (both, *((one,) for one in both)):
            names = " + ".join(LANGUAGES[one] for one in languages)
            st.button(
                _("New, empty ({languages})").format(languages=names),
                on_click=change,
                args=(Draft.new(languages), "goal"),
                key="new-" + "-".join(languages),
            )


def node_name(now: Draft, node: str) -> str:
    """A node's name, or that it has none yet."""
    _ = state.translate()
    label = now.label(node)
    return _("{id} (no name yet)").format(id=node) if label == node else label


def show_tree(now: Draft, chosen: str) -> None:
    """The tree, each node a button."""
    for depth, node in now.outline():
        with st.container(horizontal=True, gap=None):
            st.html(f'<div style="width:{1.4 * depth}rem"></div>', width="content")
            st.button(
                node_name(now, node.id),
                type="primary" if node.id == chosen else "tertiary",
                icon=":material/account_tree:" if now.children(node.id) else ":material/label:",
                on_click=change,
                args=(now, node.id),
                key=f"node-{node.id}",
            )


def show_node(now: Draft, chosen: str) -> None:
    """What can be done with the chosen node."""
    _, node = state.translate(), now.node(chosen)
    name = texts(_("Name of the item"), node.name, f"name-{chosen}")
    explanation = texts(
        _("Explanation for experts"), node.explanation, f"explanation-{chosen}", long=True
    )
    if (name, explanation) != (dict(node.name), dict(node.explanation)):
        change(now.write(chosen, name, explanation))
        st.rerun()
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
                on_click=change,
                args=(now.move(chosen, by), chosen),
                key=f"move{by}",
            )
        st.button(
            _("Remove it and all below"),
            icon=":material/delete:",
            on_click=remove,
            args=(node,),
            key="remove",
        )


def show_preview(now: Draft) -> None:
    """What experts will be asked, or what is still missing."""
    _ = state.translate()
    st.subheader(_("Preview"))
    if missing := now.missing():
        words = {
            "name": _("name"),
            "explanation": _("explanation"),
            "description": _("description"),
        }
        lines = [
            _("{place}: {what} ({language})").format(
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
    try:
        survey = now.survey()
    except AHPError as error:
        st.warning(_("Not finished yet: {problem}").format(problem=error))
        return
    show_survey(survey)
    st.download_button(
        _("Download as a survey file (TOML)"),
        survey_toml(survey),
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
    title = texts(_("Name of the survey"), current.name, "survey-name")
    about = texts(_("Description"), current.description, "survey-description", long=True)
    if (title, about) != (dict(current.name), dict(current.description)):
        change(current.entitle(title, about))
        st.rerun()
show_preview(current)
