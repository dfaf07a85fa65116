"""What the organizer's pages share: tables with downloads, surveys shown, studies created."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from ahp import report
from ahp.errors import AHPError, IncoherentError
from ahp.process.evaluations.events import WeightsSource
from ahp.process.invitation import Invitation
from ahp.process.rounds import analyze_round
from ahp.process.settings import Settings
from ahp.report.html_table import table_html
from ahp.report.panel import weighting_words
from ahp.report.workbook import xlsx_bytes
from ahp.store import ClosedRound, ExpertInfo, PersonInfo, StudyInfo
from ahp.study import Analysis, Survey
from ahp.study.limits import LONGEST
from ahp.study.standing import Standing
from ahp.web import state
from ahp.web.asked import ask_invitation, said_invitation
from ahp.web.questionnaires import XLSX

ROWS, LONG = 20, 40
"""Rows of a long table that are shown at once, and how many rows one has that isn't long yet."""

COLUMNS, WIDE = 10, 30
"""Columns of a wide table likewise, besides the first."""


def show_table(table: report.Table, name: str, below: str = "", file: str = "") -> None:
    """A table as printed, what is printed below it, and its unrounded numbers to download.

    Args:
        table: the table.
        name: for its widgets.
        below: printed below it.
        file: name of the files, without an ending; empty = `name`.
    """
    show_printed(table, name)
    if below:
        st.caption(below)
    with st.container(horizontal=True):
        show_downloads(table, name, file)


def show_printed(table: report.Table, name: str = "") -> None:
    """A table as printed, without downloads; of a large one, the part that is chosen.

    Args:
        table: the table.
        name: for its widgets; empty = the whole table, however large.
    """
    _ = state.translate()
    st.markdown(f"**{state.plain(table.title)}**")
    if table.note:
        st.caption(state.plain(table.note))
    if name and len(table.rows) > LONG:
        rows = choose_part(_("Rows"), len(table.rows), ROWS, name)
        table = replace(table, rows=tuple(table.rows[k] for k in rows))
    if name and len(table.columns) > WIDE:
        columns = choose_part(_("Columns"), len(table.columns) - 1, COLUMNS, name)
        table = table.with_columns((0, *(k + 1 for k in columns)))
    # `st.table` reads every cell as Markdown, which takes a browser most of a page's time
    st.html(f'<div class="ahp-table">{table_html(table)}</div>')


def choose_part(label: str, count: int, size: int, name: str) -> range:
    """Which rows, or columns, of a large table are shown: browsers take seconds for thousands of
    cells.
    """
    _ = state.translate()
    parts = [range(k, min(k + size, count)) for k in range(0, count, size)]
    words = [
        _("{first} to {last} of {count}").format(first=k.start + 1, last=k.stop, count=count)
        for k in parts
    ]
    every = _("all {count}; takes a while").format(count=count)
    chosen: int = st.selectbox(
        label,
        range(len(parts) + 1),
        format_func=[*words, every].__getitem__,
        key=f"part-{name}-{size}-{count}",
    )
    return [*parts, range(count)][chosen]


def nobody_left(survey: Survey, problem: IncoherentError) -> str:
    """Why there is no result when experts are excluded, and the way out."""
    _ = state.translate()
    experts = _(", ").join(f"{name} (CR {cr:.3f})" for name, cr in problem.ratios.items())
    return _(
        "There is no result: below “{parent}” too few judgments are left once the experts who "
        "contradict themselves are left out: {experts}. Include them, down-weight them, or "
        "choose a higher limit: on the page “Settings”, “Aggregation and stopping rule”."
    ).format(parent=survey.node_name(problem.parent, state.language()), experts=experts)


def show_submitted(experts: Sequence[ExpertInfo]) -> int:
    """How many of the experts have submitted, as a bar; returns the number."""
    _ = state.translate()
    submitted = sum(expert.submitted for expert in experts)
    st.progress(
        submitted / len(experts) if experts else 0.0,
        text=_("{submitted} of {count} experts have submitted").format(
            submitted=submitted, count=len(experts)
        ),
    )
    return submitted


def show_downloads(table: report.Table, name: str, file: str = "") -> None:
    """A table as CSV and XLSX, its numbers unrounded, see `show_table`."""
    _ = state.translate()
    rounded = any(isinstance(cell, float) for row in table.rows for cell in row)
    st.download_button(
        _("CSV, unrounded") if rounded else "CSV",
        state.guarded(partial(report.csv_bytes, table)),
        f"{file or name}.csv",
        "text/csv",
        icon=":material/download:",
        key=f"csv-{name}",
        on_click="ignore",
    )
    st.download_button(
        _("XLSX, unrounded") if rounded else "XLSX",
        state.guarded(partial(xlsx_bytes, table)),
        f"{file or name}.xlsx",
        XLSX,
        icon=":material/download:",
        key=f"xlsx-{name}",
        on_click="ignore",
    )


def issue_links(
    about: str,
    people: Sequence[str],
    issue: Callable[[Sequence[str]], Mapping[str, str]],
    attempt: Callable[[Callable[[], object]], bool],
    held: Callable[[], Mapping[str, str]],
    *,
    only: str | None = None,
) -> None:
    """Issue or renew personal links and keep them for this screen: they are not stored anywhere.

    Args:
        about: whose people they are, such as the id of a study.
        people: their ids.
        issue: issues the links of some, all or none; returns their tokens.
        attempt: runs a change; says what was refused.
        held: which link all have who are there when it is done, by their ids: since the page was
            drawn, others may have issued or revoked links, or removed people.
        only: which of these links is replaced; None = any.
    """
    issued = kept_links(about)
    left_out: list[str] = []

    def change() -> None:
        now = held()
        some = [one for one in people if one in now and only in (None, now[one])]
        issued.update(issue(some))
        left_out.extend(now.get(one, "removed") for one in people if one not in some)

    if attempt(change):
        st.session_state["links_left_out"] = left_out


def issued_links(
    about: str, people: Mapping[str, ExpertInfo] | Mapping[str, PersonInfo]
) -> dict[str, str]:
    """Id -> link, of those that were just issued and still work; says who was left out."""
    _ = state.translate()
    words = {
        "active": _("Left out: {count}. They have got a link meanwhile, which stays valid."),
        "revoked": _("Left out: {count}. Their link was revoked meanwhile, and stays so."),
        "removed": _("Left out: {count}. They were removed meanwhile."),
    }
    for why, count in Counter(st.session_state.pop("links_left_out", ())).items():
        st.info(words[why].format(count=count))
    return known_links(about, people)


def kept_links(about: str) -> dict[str, str]:
    """Id -> token, of the links that were issued for this screen, to be written into.

    Streamlit may end a run wherever it comes to `st.session_state`. So this is called before links
    are issued: afterwards nothing may stand between their tokens and this.
    """
    kept: dict[str, str] = st.session_state.setdefault("issued_links", {}).setdefault(about, {})
    return kept


def known_links(
    about: str, people: Mapping[str, ExpertInfo] | Mapping[str, PersonInfo]
) -> dict[str, str]:
    """Id -> link, of those that were just issued and still work."""
    issued, base = kept_links(about), state.base_url()
    return {
        key: f"{base}/i/{issued[key]}"
        for key, one in people.items()
        if key in issued and one.link == "active"
    }


def renew_all(count: int, issue: Callable[[], None], key: str) -> None:
    """A button that gives all who have a link another one, once it is confirmed.

    Args:
        count: how many have one.
        issue: issues them.
        key: for the widgets.
    """
    _, confirmed = state.translate(), f"renew_sure-{key}"

    def renew() -> None:
        issue()
        st.session_state[confirmed] = False

    sure = st.checkbox(
        _("The links that were issued so far ({count}) end; everybody needs the new one").format(
            count=count
        ),
        key=confirmed,
    )
    st.button(
        _("New links for all ({count})").format(count=count),
        on_click=renew,
        disabled=not sure,
        key=f"renew_all-{key}",
    )


def show_survey(survey: Survey) -> None:
    """A survey as the organizer checks it: its tree, how much it asks, what is too much."""
    _, language = state.translate(), state.language()
    hierarchy = survey.hierarchy
    st.markdown(f"**{state.plain(survey.text(survey.name, language))}**")
    if described := survey.text(survey.description, language):
        st.markdown(state.plain(described))
    st.caption(
        _("{leaves} indicators, {pairs} comparisons, about {minutes} minutes").format(
            leaves=len(hierarchy.leaves),
            pairs=len(hierarchy.comparisons),
            minutes=max(5, round(len(hierarchy.comparisons) * 0.6 / 5) * 5),
        )
    )

    def lines(node: str, depth: int) -> list[str]:
        own = f"{'    ' * depth}- {state.plain(survey.node_name(node, language))}"
        if node in survey.given:
            own += " · " + state.plain(report.given_words(survey, node, language))
        elif node in hierarchy.children:
            own += " · " + _("{count} comparisons").format(count=len(hierarchy.pairs(node)))
        return [
            own,
            *(line for kid in hierarchy.children.get(node, ()) for line in lines(kid, depth + 1)),
        ]

    st.markdown("\n".join(lines(hierarchy.goal, 0)))
    for remark in survey.remarks:
        st.warning(state.plain(state.in_words(remark, survey)))
    if survey.reaching_random_index != survey.random_index:
        st.caption(
            _("You can choose another random index on the page “Settings” under “Random index”.")
        )


def decide_weights(study_id: str, weighting: str) -> None:
    """Let the organizer's weights count, or keep them from counting; either stands in the log."""

    def change() -> None:
        database = state.desk()
        settings = replace(database.settings(study_id), weighting=weighting)
        database.set_settings(study_id, settings, anew=True)

    state.attempt(change)


def show_weights_question(study_id: str) -> None:
    """Ask whether weights that the organizer gave shall count, as long as that is not decided."""
    _, database = state.translate(), state.desk()
    if not database.weights_undecided(study_id):
        return
    given = {name: one for name, one in database.standings(study_id).items() if one.weight != 1}
    now = weighting_words(_)[database.settings(study_id).weighting]
    names = _(", ").join(f"{state.plain(name)} {one.weight:g}" for name, one in given.items())
    with st.container(border=True, key="weights_question"):
        st.warning(
            _(
                "The experts came with weights ({names}) that are not in use yet: the study's "
                "weighting is “{weighting}”. Use these weights?"
            ).format(names=names, weighting=now),
            icon=":material/balance:",
        )
        with st.container(horizontal=True):
            st.button(
                _("Use these weights"),
                type="primary",
                on_click=decide_weights,
                args=(study_id, "given"),
                disabled=not state.may("run_studies"),
                key="weights_count",
            )
            st.button(
                _("Keep: {weighting}").format(weighting=now),
                on_click=decide_weights,
                args=(study_id, database.settings(study_id).weighting),
                disabled=not state.may("run_studies"),
                key="weights_keep",
            )
        st.caption(
            _("Your decision is recorded in the log; you can change it on the page “Settings”.")
        )


def create_study(
    survey: Survey, key: str, standings: Mapping[str, Standing] | None = None, title: str = ""
) -> None:
    """The form that starts a study of a survey, with the experts that came with it, and the title
    that it has unless another one is written.
    """
    _ = state.translate()
    with st.form(f"{key}_form"):
        title = st.text_input(
            _("Title"),
            value=title,
            placeholder=_("for example: Effectiveness of supervision, round of 2026"),
            max_chars=LONGEST["title"],
        )
        with st.expander(_("Who asks, until when, whom to call"), icon=":material/event:"):
            st.caption(_("Experts read it; it can be changed at any time."))
            ask_invitation(key, survey.languages, Invitation())
        locked = not state.may("run_studies")
        if st.form_submit_button(_("Create study"), type="primary", disabled=locked, key=key):
            try:
                asked = said_invitation(key, survey.languages)
                created = state.desk().create_study(
                    survey, title, standings=standings, invitation=asked
                )
            except AHPError as error:
                state.show_error(error)
            else:
                open_page("experts", created.id)


def open_page(page: str, study: str) -> None:
    """Go to another page of the desk with this study chosen."""
    st.session_state["study"] = study
    st.switch_page(f"views/{page}.py")


def pick_round(study: StudyInfo, closed: list[ClosedRound]) -> int:
    """Which round is looked at: at first the last one that left a result, not a running one."""
    _ = state.translate()
    if study.round == 1:
        return 1
    words = {
        number: _("Round {round}").format(round=number)
        + ("" if number < study.round or not study.open else _(" (running, provisional)"))
        for number in range(study.round, 0, -1)
    }
    with_result = [one.round for one in closed if one.evidence] or [one.round for one in closed]
    numbers = list(words)
    chosen: int = st.selectbox(
        _("Round"),
        numbers,
        index=numbers.index(with_result[-1]),
        format_func=words.__getitem__,
        key=f"round-{study.id}-{study.round}-{study.open}",
    )
    return chosen


def round_analysis(study: StudyInfo, closed: list[ClosedRound], number: int) -> Analysis | None:
    """The result of a round as its settings say, frozen ones for a closed round."""
    database = state.desk()
    answers = database.answers(study.id, round_number=number)
    if not answers.experts:
        return None
    kept = {one.round: one for one in closed}.get(number)
    settings = database.settings(study.id)
    if kept and kept.evidence:
        settings = Settings(**json.loads(kept.evidence)["settings"])
    return analyze_round(
        study.survey,
        answers,
        settings,
        database.standings(study.id, before=kept.seq if kept else None),
        number=number,
        running=not kept,
        anonymous=database.anonymous_count(study.id, before=kept.seq if kept else None),
    )


def weights_panel(source: WeightsSource) -> Analysis | None:
    """The result of the closed round that the weights of a scheme come from; None where they come
    from elsewhere, or where this database doesn't have that round as it was then.
    """
    database = state.desk()
    studies = (*database.studies(), *database.studies(archived=True))
    study = next((one for one in studies if one.id == source.study), None)
    if source.kind != "round" or study is None:
        return None
    closed = database.closed_rounds(study.id)
    kept = next((one for one in closed if one.round == source.round), None)
    evidence = (kept.evidence if kept else None) or ""
    if hashlib.sha256(evidence.encode()).hexdigest() != source.evidence:
        return None
    return round_analysis(study, closed, source.round)
