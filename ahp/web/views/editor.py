"""The organizer's survey editor: drafts, lists of names that become trees, a tree to write in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from ahp.errors import AccessError, AHPError, DatabaseError, TextLimitError
from ahp.exchange.outline import read_list
from ahp.exchange.outline_file import OUTLINES, read_outline
from ahp.exchange.survey_text import survey_toml
from ahp.i18n import LANGUAGES
from ahp.process.draft import Draft, DraftNode, History
from ahp.process.events import Actor
from ahp.store import DraftInfo, KeptDraft
from ahp.study import Survey, load_survey, shipped_surveys
from ahp.study.names import Branch
from ahp.study.survey import survey_from_toml, wrong_sum
from ahp.web import drafting, state
from ahp.web.components import keep_typed, new_screen
from ahp.web.desk import create_study, show_survey
from ahp.web.drafting import WHOLE, field_key, note

MISSING = 8
"""Texts to be written that are listed; the rest is counted."""


in_fields: dict[str, str] = {}
"""What is stored of the texts in the fields of the page, by their keys."""


NAMED = 4
"""Items without an explanation that are named; the rest is counted."""

SHOWN = 40
"""Characters of what is left out of a list."""


def write(kind: Callable[..., str], label: str, text: str, key: str, **look: Any) -> str:
    """A field that a text is written in; what stands there."""
    in_fields[key] = text
    return kind(label, value=text, on_change=note, key=key, **look)


def in_language(label: str, language: str) -> str:
    """What a text is, and its language."""
    _ = state.translate()
    return _("{what} ({language})").format(what=label, language=LANGUAGES.get(language, language))


def texts(label: str, given: Mapping[str, str], what: str, node: str, instead: str = "") -> None:
    """One field a language, which is named where there are several."""
    for language, text in given.items():
        write(
            st.text_area if what == "explanation" else st.text_input,
            in_language(label, language) if len(given) > 1 else label,
            text,
            field_key(what, node, language),
            placeholder=instead or None,
        )


def node_name(now: Draft, node: str) -> str:
    """What an item is called, or where it stands; the whole survey likewise."""
    _ = state.translate()
    if node == WHOLE:
        return _("The whole survey")
    label = now.label(node)
    if isinstance(label, str):
        return label
    words = state.in_words(label)
    return words[:1].upper() + words[1:]


# -- where a draft begins


def show_drafts(drafts: Sequence[DraftInfo]) -> None:
    """The drafts that there are."""
    _ = state.translate()
    st.header(_("Go on with a draft"), anchor=False)
    accounts = state.account_names()
    for draft in drafts:
        title = draft.title or _("Survey without a name")
        who = state.organizer_name(Actor("organizer", draft.changed_by), accounts)
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f"**{state.plain(title)}**", width="content")
            words = _("{name}, {time} ({zone})")
            when = {"time": state.own_minute(draft.changed), "zone": state.own_zone_words()}
            st.caption(state.plain(words.format(name=who, **when)), width="stretch")
            st.button(
                _("Continue"),
                on_click=drafting.go_to,
                args=(draft.id,),
                icon=":material/edit:",
                key=f"continue-{draft.id}",
            )
            with st.popover(_("Delete …"), icon=":material/delete:"):
                words = _("“{title}” is then gone for good. Studies made of it stay as they are.")
                st.write(state.plain(words.format(title=title)))
                st.button(
                    _("Yes, delete it"),
                    on_click=drafting.delete,
                    args=(draft.id,),
                    key=f"delete-{draft.id}",
                )


def begin(draft: Draft) -> None:
    """Open a new draft; what is refused is shown."""
    if drafting.begin(draft):
        st.rerun()
    state.show_problem()


def empty() -> Draft:
    """A draft without texts, in the language of the page."""
    return Draft.new((state.language(),))


def show_list_field(pasted: str, key: str) -> str:
    """Where a list of names is pasted; what stands there."""
    _ = state.translate()
    typed = write(
        st.text_area,
        _("List of names"),
        pasted,
        key,
        height=300,
        placeholder=_(
            "Choice of a site\n    Cost\n        Rent\n        Service charge\n"
            "    Customers: morning, evening"
        ),
    )
    st.caption(
        _(
            "One name a line; what belongs below it is indented or numbered. Or columns from Excel "
            "or Word, or names behind a colon, as in “Cost: rent, service charge”."
        )
    )
    return typed


def show_beginnings() -> None:
    """The ways to begin a survey."""
    _ = state.translate()
    pasted, copied, blank = st.tabs([_("From a list"), _("From a survey"), _("Empty")])
    with pasted:
        text = show_list_field("", drafting.start_key("list"))
        if st.button(_("Show it as a tree"), type="primary", key="show_tree") and not text.strip():
            st.warning(_("Please paste or write the list first."))
        file = st.file_uploader(
            _("Or a file of Word, Excel or an editor; of a workbook its first sheet is read"),
            type=list(OUTLINES),
            key=drafting.start_key("outline_file"),
        )
        if file is not None:
            try:
                text = read_outline(file.getvalue(), file.name)
                read_list(text)
            except AHPError as error:
                state.show_error(error)
                text = ""
        if text.strip():
            begin(replace(empty(), pasted=text))
    with copied:
        show_copied()
    with blank:
        st.write(_("Begin with a goal and two items below it, and write their names."))
        if st.button(_("Begin empty"), icon=":material/add:", key="begin_empty"):
            begin(empty())


def show_copied() -> None:
    """A survey to be changed: a ready one, that of a study, or a file."""
    _, language = state.translate(), state.language()
    surveys: dict[str, Survey] = {name: load_survey(name) for name in shipped_surveys()}
    labels = {name: one.text(one.name, language) for name, one in surveys.items()}
    for study in state.desk().studies():
        surveys[study.id] = study.survey
        labels[study.id] = _("Study “{title}”").format(title=study.title)
    labels = state.distinct(labels)
    which = st.selectbox(_("Survey"), list(surveys), format_func=labels.__getitem__)
    if st.button(_("Begin with a copy of it"), icon=":material/edit:", key="begin_copy"):
        begin(Draft.of(surveys[which]))
    file = st.file_uploader(
        _("Or a survey file (TOML)"), type=["toml"], key=drafting.start_key("draft_file")
    )
    if file is not None:
        try:
            survey = survey_from_toml(file.getvalue(), file.name)
        except AHPError as error:
            state.show_error(error)
        else:
            begin(Draft.of(survey))


# -- a list that becomes a tree


def show_pasted(now: Draft) -> None:
    """A list of names with the tree that is read of it, before it is taken over."""
    _ = state.translate()
    left, right = st.columns(2, gap="large")
    with left:
        show_list_field(now.pasted, field_key("pasted", WHOLE))
    with right:
        st.header(_("This is how it is read"), anchor=False)
        try:
            branches, left_out, passed_over = read_list(now.pasted)
        except AHPError as error:
            state.show_error(error)
            return
        st.button(
            _("Go on with these names ({count})").format(
                count=sum(1 for root in branches for _one in root.walk())
            ),
            type="primary",
            on_click=take_over,
            key="take_over",
        )
        st.caption(_("If a name stands in the wrong place, change the list."))
        if left_out:
            words = _("Columns that are left out: {names}.")
            st.caption(state.plain(words.format(names=_(", ").join(left_out))))
        if passed_over:
            words = _("Left out, as no names: {texts}.")
            texts = [f"“{shorten(text)}”" for text in dict.fromkeys(passed_over)]
            st.caption(state.plain(words.format(texts=_(", ").join(texts))))
        unnamed = _("the goal: you write its name next")
        goal = [f"- *{unnamed}*"] if len(branches) > 1 else []
        with st.container(border=True):
            st.markdown("\n".join([*goal, *branch_lines(branches, len(goal))]))


def shorten(text: str) -> str:
    """The beginning of a text, for people who have all of it before them."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def branch_lines(branches: Sequence[Branch], depth: int) -> list[str]:
    """Trees of names as a list in Markdown."""
    found = []
    for branch in branches:
        name = f"**{state.plain(branch.name)}**" if branch.children else state.plain(branch.name)
        about = f" · {state.plain(branch.explanation)}" if branch.explanation else ""
        found += [f"{'    ' * depth}- {name}{about}", *branch_lines(branch.children, depth + 1)]
    return found


def take_over() -> None:
    """Make the tree of the list the survey, as the list is now: the click may have ended a field
    whose text the page didn't have when it was drawn.
    """

    def step(history: History) -> History:
        branches = read_list(history.draft.pasted).branches
        return history.to(Draft.of_branches(branches, history.draft.languages[0]))

    drafting.turn(step)


# -- the tree


def show_steps(kept: KeptDraft) -> None:
    """What can be done with the draft as a whole."""
    _, history = state.translate(), kept.history
    with st.container(horizontal=True):
        st.button(
            _("Undo"),
            icon=":material/undo:",
            on_click=drafting.turn,
            args=(History.undone,),
            disabled=not history.undoable,
            key="undo",
        )
        st.button(
            _("Redo"),
            icon=":material/redo:",
            on_click=drafting.turn,
            args=(History.redone,),
            disabled=not history.redoable,
            key="redo",
        )
        st.button(
            _("All drafts"), icon=":material/list:", on_click=drafting.close, key="all_drafts"
        )


def show_tree(now: Draft, chosen: str) -> None:
    """The tree, each item a button, with the fields of the chosen one below it."""
    for depth, node in [(0, WHOLE), *((depth, one.id) for depth, one in now.outline())]:
        icon = "account_tree" if node and now.children(node) else "label"
        with st.container(horizontal=True, gap=None):
            if depth:  # an empty one would be as wide as a gap
                st.html(f'<div style="width:{1.4 * depth}rem"></div>', width="content")
            st.button(
                state.plain(node_name(now, node)),
                type="secondary" if node == chosen else "tertiary",
                icon=f":material/{icon if node else 'description'}:",
                on_click=drafting.choose,
                args=(node,),
                key=f"node-{node}",
            )
        if node == chosen:
            with st.container(border=True):
                if node:
                    show_node(now, now.node(node))
                else:
                    show_whole(now)


def show_whole(now: Draft) -> None:
    """Name, description and languages of the survey."""
    _ = state.translate()
    instead = next(filter(str.strip, now.nodes[0].name.values()), "")
    texts(_("Name of the survey"), now.name, "name", WHOLE, instead)
    texts(_("Description"), now.description, "explanation", WHOLE)
    with st.container(horizontal=True):
        for language in LANGUAGES:
            if language not in now.languages:
                words = _("Add another language: {language}")
                st.button(
                    words.format(language=LANGUAGES[language]),
                    icon=":material/translate:",
                    on_click=add_language,
                    args=(language,),
                    key=f"add_language-{language}",
                )
        for language in now.languages if len(now.languages) > 1 else ():
            name = LANGUAGES.get(language, language)
            with st.popover(_("Without {language} …").format(language=name)):
                words = _("All names and explanations in {language} are then gone.")
                st.write(words.format(language=name))
                st.button(
                    _("Yes, leave them out"),
                    on_click=remove_language,
                    args=(language,),
                    key=f"remove_language-{language}",
                )


def add_language(language: str) -> None:
    """Write the survey in one more language."""
    drafting.change(lambda history: history.to(history.draft.add_language(language)))


def remove_language(language: str) -> None:
    """Leave a language out."""
    drafting.change(lambda history: history.to(history.draft.remove_language(language)))


def move(node: str, by: int) -> None:
    """Move an item among those beside it."""
    drafting.change(lambda history: history.to(history.draft.move(node, by)))


def remove(node: str, parent: str) -> None:
    """Remove an item with all below it and go to the one above."""
    drafting.change(lambda history: history.to(history.draft.remove(node)), parent)


def show_node(now: Draft, node: DraftNode) -> None:
    """What can be done with the chosen item."""
    _ = state.translate()
    whole = next(filter(str.strip, now.name.values()), "")
    instead = whole if node.parent is None else ""
    texts(_("Name of the item"), node.name, "name", node.id, instead)
    texts(_("Explanation for experts"), node.explanation, "explanation", node.id)
    if now.children(node.id):
        show_given(now, node)
    with st.container(horizontal=True):
        st.button(
            _("Add an item below it"),
            icon=":material/add:",
            on_click=drafting.add,
            args=(node.id,),
            key="add_below",
        )
        if node.parent is None:
            return
        st.button(
            _("Add an item beside it"),
            icon=":material/add:",
            on_click=drafting.add,
            args=(node.parent,),
            key="add_beside",
        )
        beside = [one.id for one in now.children(node.parent)]
        for by, label, icon in ((-1, _("Up"), "arrow_upward"), (1, _("Down"), "arrow_downward")):
            st.button(
                label,
                icon=f":material/{icon}:",
                on_click=move,
                args=(node.id, by),
                disabled=node.id == beside[0 if by < 0 else -1],
                key=f"move{by}",
            )
        show_removing(now, node)


def show_removing(now: Draft, node: DraftNode) -> None:
    """Remove an item; where others stand below it, once that is confirmed."""
    _ = state.translate()
    below = len(now.nodes) - len(now.remove(node.id).nodes) - 1
    gone = partial(st.button, on_click=remove, args=(node.id, node.parent), key="remove")
    if not below:
        gone(_("Remove"), icon=":material/delete:")
        return
    with st.popover(_("Remove …"), icon=":material/delete:"):
        words = _("“{name}” goes with all that stands below it ({count}).")
        st.write(state.plain(words.format(name=node_name(now, node.id), count=below)))
        gone(_("Yes, remove all of them"))


def show_given(now: Draft, node: DraftNode) -> None:
    """Whether the items below a node are compared; if not, their weights and their source."""
    _ = state.translate()
    st.toggle(
        _("The weights of the items below are given, not compared"),
        value=node.weights is not None,
        on_change=note,
        key=field_key("given", node.id),
    )
    if node.weights is None:
        return
    for kid in now.children(node.id):
        st.number_input(
            _("Weight of “{name}”").format(name=state.plain(node_name(now, kid.id))),
            min_value=0.0,
            max_value=1.0,
            value=node.weights.get(kid.id),
            step=0.01,
            format="%.4f",
            on_change=note,
            key=field_key("weight", kid.id),
        )
    write(
        st.text_input,
        _("Source of these weights"),
        node.source,
        field_key("source", node.id),
        placeholder=_("for example: a regulation, an earlier study"),
    )
    if wrong_sum(node.weights):
        total = f"{sum(node.weights.values()):.6g}"
        st.warning(_("These weights sum to {total}, expected 1.").format(total=total))


def show_missing(now: Draft) -> None:
    """The texts that are still to be written, each with the way to where it is written."""
    _ = state.translate()
    words = {
        "name": _("name"),
        "explanation": _("explanation"),
        "description": _("description"),
        "source": _("source of the given weights"),
    }
    missing = now.missing()
    with st.container(border=True, gap=None):
        heading = _("Still to be written")
        st.markdown(f"**{heading}**")
        for number, (node, what, language) in enumerate(missing[:MISSING]):
            several = language and len(now.languages) > 1
            line = _("{place}: {what}").format(
                place=node_name(now, node or WHOLE),
                what=in_language(words[what], language) if several else words[what],
            )
            st.button(
                state.plain(line),
                type="tertiary",
                icon=":material/edit_note:",
                on_click=drafting.choose,
                args=(node or WHOLE, "explanation" if what == "description" else what, language),
                key=f"missing-{number}",
            )
        if len(missing) > MISSING:
            st.caption(_("and {count} more").format(count=len(missing) - MISSING))


def show_preview(now: Draft) -> None:
    """What experts will be asked, or what else is wrong."""
    _ = state.translate()
    st.header(_("Preview"), anchor=False)
    if now.missing():
        st.caption(
            _("Once all is written, you see here what experts will be asked, and create the study.")
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
        named = _(", ").join(node_name(now, node or WHOLE) for node in unexplained[:NAMED])
        if (more := len(unexplained) - NAMED) > 0:
            named = _("{names} and {count} more").format(names=named, count=more)
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
    st.header(_("Create a study"), anchor=False)
    title = survey.text(survey.name, state.language())
    create_study(survey, key="from_draft", title=title)


def show_draft(kept: KeptDraft) -> None:
    """A draft: its list of names, as long as that isn't the tree yet, or its tree."""
    _, now = state.translate(), kept.history.draft
    here = drafting.chosen(now)
    show_steps(kept)
    if now.pasted.strip():
        show_pasted(now)
        return
    if now.missing():
        show_missing(now)
    tree, preview = st.columns([3, 2], gap="large")
    with tree:
        st.caption(
            _(
                "Choose an item to write its name and an explanation that experts can judge by. "
                "What you write is stored as soon as you leave the field."
            )
        )
        with st.container(gap=None):
            show_tree(now, here)
    with preview:
        show_preview(now)


def stored() -> KeptDraft | None:
    """The draft of this window, stored; what was refused is shown."""
    try:
        return drafting.current()
    except DatabaseError:
        raise
    except TextLimitError as error:
        state.show_error(error)
        return drafting.shown()
    except AHPError as error:
        state.show_error(error)
        return drafting.current()


state.require_organizer()
_ = state.translate()
st.title(_("Survey editor"), anchor=False)  # where the focus goes on a new screen
account = st.session_state["granted"].account
if account and not state.may("run_studies"):
    st.info(state.plain(state.in_words(AccessError("may_not_run_studies", name=account.name))))
    st.stop()
state.show_problem()
found = stored()
if found is not None:
    pasting = found.history.draft.pasted.strip()
    new_screen(f"{found.id} {'list' if pasting else 'tree'}", control=False)
    show_draft(found)
else:
    new_screen("drafts", control=False)
    if there := state.desk().drafts():
        show_drafts(there)
        st.header(_("Begin another survey"), anchor=False)
    show_beginnings()
keep_typed(in_fields, *drafting.cursor())
