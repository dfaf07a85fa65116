"""The scheme of an evaluation: chosen, changed, weighed, tried, approved by a second person."""

from __future__ import annotations

import streamlit as st

from ahp.errors import AHPError
from ahp.evaluation import Scheme, load_scheme, shipped_schemes
from ahp.evaluation.scheme import scheme_from_toml
from ahp.i18n.schemes import difference_words, draft_names, problem_words, source_words
from ahp.messages import with_names
from ahp.process.evaluations.events import SchemeApproved, SchemeProposed, SchemeWithdrawn
from ahp.process.evaluations.scheme_work import (
    SchemeWork,
    approval_problem,
    try_on,
    version_problem,
)
from ahp.process.evaluations.state import SchemeVersion, Stamp
from ahp.process.events import ORGANIZER, Actor
from ahp.process.scheme_comparison import compare_schemes
from ahp.process.scheme_draft import SchemeDraft
from ahp.study import load_survey, shipped_surveys
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.evaluating import Desk, attempt, begin, show_next
from ahp.web.scheme_editor import show_editor, show_weighing
from ahp.web.scheme_view import scheme_line, show_scheme, show_trial, show_trying

SHOWN = 12
"""How many problems are listed at once."""


def work_key(desk: Desk) -> str:
    """Where the version that is made in this browser is kept."""
    return f"scheme_work-{desk.id}"


def start(desk: Desk, draft: SchemeDraft) -> None:
    """Begin a new version."""
    before: SchemeWork | None = st.session_state.get(work_key(desk))
    st.session_state[work_key(desk)] = SchemeWork(draft, step=before.step + 1 if before else 0)


def change(desk: Desk, work: SchemeWork) -> None:
    """Go on with a changed version."""
    st.session_state[work_key(desk)] = work
    st.rerun()


def undo(desk: Desk) -> None:
    """Take the last change back."""
    if work := st.session_state.get(work_key(desk)):
        st.session_state[work_key(desk)] = work.undone()


def discard(desk: Desk) -> None:
    """Drop the version that is made in this browser."""
    st.session_state.pop(work_key(desk), None)


def when(desk: Desk, stamp: Stamp | None) -> str:
    """When something was done, and by whom."""
    if stamp is None:
        return "–"
    return f"{state.minute(stamp.time)} {desk.who(stamp.actor)}"


def show_differences(old: Scheme, new: Scheme) -> None:
    """What differs between two schemes, in words."""
    _, language = state.translate(), state.language()
    found = compare_schemes(old, new)
    if not found:
        st.write(_("No difference."))
    for one in found:
        st.markdown("- " + state.plain(difference_words(old, new, one, language)))


def version_before(desk: Desk, version: SchemeVersion) -> SchemeVersion | None:
    """The version that was in force before another one."""
    earlier = [one for one in desk.now.versions if one.approved and one.number < version.number]
    return earlier[-1] if earlier else None


def show_versions(desk: Desk) -> None:
    """All versions: who proposed and approved them, when and why, and what they changed."""
    _, language = state.translate(), state.language()
    st.header(_("Versions"), anchor=False)
    st.table(
        [
            {
                _("No."): str(one.number),
                _("Version"): state.plain(one.scheme.version),
                _("Weights"): state.plain(source_words(one.weights, language)),
                _("Why"): state.plain(one.reason or "–"),
                _("Proposed (UTC)"): state.plain(when(desk, one.proposed)),
                _("Approved (UTC)"): _("withdrawn")
                if one.withdrawn
                else state.plain(when(desk, one.approved)),
            }
            for one in reversed(desk.now.versions)
        ],
        hide_index=True,
    )
    for one in reversed(desk.now.versions):
        if before := version_before(desk, one):
            label = _("What version {number} changes of version {before}")
            with st.expander(label.format(number=one.number, before=before.number)):
                show_differences(before.scheme, one.scheme)


def approve(desk: Desk, number: int) -> None:
    """Put a version in force."""
    attempt(desk, lambda: state.desk().act(desk.id, SchemeApproved(number)))


def withdraw(desk: Desk, number: int) -> None:
    """Drop a version that was proposed."""
    reason = st.session_state[f"withdraw_reason-{desk.id}-{number}"].strip()
    attempt(desk, lambda: state.desk().act(desk.id, SchemeWithdrawn(number, reason)))


def show_proposed(desk: Desk, proposed: SchemeVersion) -> None:
    """The version that waits, and who may approve it."""
    _, language = state.translate(), state.language()
    with st.container(border=True):
        st.header(
            _("Version {number} waits for approval").format(number=proposed.number), anchor=False
        )
        st.write(
            state.plain(
                _("Proposed {when}; weights: {weights}").format(
                    when=when(desk, proposed.proposed),
                    weights=source_words(proposed.weights, language),
                )
            )
        )
        if proposed.reason:
            st.write(state.plain(_("Why: {reason}").format(reason=proposed.reason)))
        show_scheme(proposed.scheme, f"proposed-{desk.id}", opened=True)
        if now := desk.now.version:
            with st.expander(_("What it changes of the version in force"), expanded=True):
                show_differences(now.scheme, proposed.scheme)
            show_trying_periods(desk, now.scheme, proposed.scheme)
        account = st.session_state["granted"].account
        problem = approval_problem(
            desk.now, Actor("organizer", account.id) if account else ORGANIZER
        )
        may = state.may("run_evaluations") or state.may("sign")
        st.button(
            _("Approve version {number}").format(number=proposed.number),
            type="primary",
            on_click=approve,
            args=(desk, proposed.number),
            disabled=problem is not None or not may,
            key="approve_scheme",
        )
        if problem is not None:
            st.caption(
                _("A period is running, so another person must approve this version.")
                + " "
                + state.plain(desk.say(problem))
            )
        elif not may:
            st.caption(_("The head or an organizer approves it."))
        if state.may("run_evaluations"):
            with st.expander(_("Withdraw it")):
                key = f"{desk.id}-{proposed.number}"
                st.text_input(_("Why"), max_chars=LONGEST["reason"], key=f"withdraw_reason-{key}")
                st.button(
                    _("Withdraw version {number}").format(number=proposed.number),
                    on_click=withdraw,
                    args=(desk, proposed.number),
                    key="withdraw_scheme",
                )


def show_starts(desk: Desk) -> None:
    """Ways to begin a new version."""
    _, language = state.translate(), state.language()
    now = desk.now.version
    st.header(_("New version") if now else _("Choose the scheme"), anchor=False)
    if now:
        st.button(
            _("Change the version in force"),
            icon=":material/edit:",
            on_click=start,
            args=(desk, SchemeDraft.of(now.scheme)),
            key="start_now",
        )
    ready, file, blank = st.tabs(
        [_("From a ready scheme"), _("From a file"), _("From a survey, with blank rules")]
    )
    with ready:
        packs = {name: load_scheme(name) for name in shipped_schemes()}
        names = {name: one.text(one.name, language) for name, one in packs.items()}
        chosen = st.selectbox(
            _("Ready scheme"),
            list(packs),
            index=list(packs).index("supervision_effectiveness"),
            format_func=names.__getitem__,
            key=f"pack-{desk.id}",
        )
        st.caption(state.plain(scheme_line(packs[chosen])))
        st.button(
            _("Begin with this scheme"),
            type="primary",
            on_click=start,
            args=(desk, SchemeDraft.of(packs[chosen])),
            key="start_pack",
        )
    with file:
        given = st.file_uploader(_("Scheme file (TOML)"), type=["toml"], key=f"toml-{desk.id}")
        if given is not None:
            try:
                found = scheme_from_toml(given.getvalue(), given.name)
            except AHPError as error:
                state.show_error(error)
            else:
                st.caption(state.plain(scheme_line(found)))
                st.button(
                    _("Begin with this scheme"),
                    type="primary",
                    on_click=start,
                    args=(desk, SchemeDraft.of(found)),
                    key="start_file",
                )
    with blank:
        surveys = {name: load_survey(name) for name in shipped_surveys()}
        surveys |= {one.id: one.survey for one in state.desk().studies()}
        labels = {name: one.text(one.name, language) for name, one in surveys.items()}
        labels |= {one.id: one.title for one in state.desk().studies()}
        picked = st.selectbox(
            _("Survey or study"),
            list(surveys),
            format_func=state.distinct(labels).__getitem__,
            key=f"blank-{desk.id}",
        )
        survey = surveys[picked]
        st.button(
            _("Begin with its hierarchy"),
            on_click=lambda: start(desk, SchemeDraft.from_survey(survey, survey.languages[0])),
            key="start_blank",
        )


def show_work(desk: Desk, work: SchemeWork) -> None:
    """The version that is made: seen, weighed, changed, tried, proposed."""
    _ = state.translate()
    number = len(desk.now.versions) + 1
    st.header(_("Version {number}, not proposed yet").format(number=number), anchor=False)
    st.caption(_("It stays in this browser window until you propose it or download the file."))
    with st.container(horizontal=True):
        st.button(
            _("Undo"),
            icon=":material/undo:",
            on_click=undo,
            args=(desk,),
            disabled=work.before is None,
            key="undo_scheme",
        )
        with st.popover(_("Discard"), icon=":material/delete:"):
            st.write(_("What you changed here is gone then; versions proposed before stay."))
            st.button(_("Yes, discard it"), on_click=discard, args=(desk,), key="discard_scheme")
    problems = work.draft.problems()
    scheme = None if problems else work.draft.scheme()
    if problems:
        language = state.language()
        lines = [problem_words(work.draft, one, language) for one in problems[:SHOWN]]
        if len(problems) > SHOWN:
            lines.append(_("and {count} more").format(count=len(problems) - SHOWN))
        st.warning(
            _("To be filled in or mended:") + "\n" + "\n".join(f"- {state.plain(s)}" for s in lines)
        )
    elif scheme is not None:
        show_scheme(scheme, f"work-{desk.id}")
    parts = {
        "weights": _("Weights"),
        "rules": _("Change the rules"),
        "value": _("Try a value"),
        "trial": _("Trial run"),
        "differences": _("Differences"),
    }
    if scheme is None:
        parts = {key: parts[key] for key in ("rules", "weights")}
    elif desk.now.version is None:
        del parts["trial"], parts["differences"]
    part = st.segmented_control(
        _("Before it is proposed"),
        list(parts),
        format_func=parts.__getitem__,
        key=f"work_part-{desk.id}",
    )
    with st.container(border=part is not None, key=f"work_frame-{desk.id}"):
        typed = show_work_part(desk, work, scheme, part)
    show_proposing(desk, work, scheme, number, typed=typed)


def show_work_part(desk: Desk, work: SchemeWork, scheme: Scheme | None, part: str | None) -> bool:
    """What is done with the version that is made; returns whether something is typed that was not
    taken over.
    """
    key, now = f"work-{desk.id}", desk.now.version

    def to(new: SchemeWork) -> None:
        change(desk, new)

    if part == "weights":
        return show_weights(desk, work, scheme)
    if part == "rules":
        said = show_editor(work, to, key)
        return scheme is not None and not said.says(scheme)
    if scheme is not None and part == "value":
        show_trying(scheme, key)
    elif scheme is not None and now is not None and part == "trial":
        show_trying_periods(desk, now.scheme, scheme)
    elif scheme is not None and now is not None and part == "differences":
        show_differences(now.scheme, scheme)
    return False


def show_weights(desk: Desk, work: SchemeWork, scheme: Scheme | None) -> bool:
    """Where the weights come from, and other ones: typed, or of a closed round; returns whether
    some are typed that were not taken over.
    """
    _, language = state.translate(), state.language()
    st.write(
        state.plain(_("Weights now: {source}").format(source=source_words(work.weights, language)))
    )
    typed, rounds = st.tabs([_("Type them"), _("Of a closed Delphi round")])
    with typed:
        untaken = show_weighing(work, lambda new: change(desk, new), f"weights-{desk.id}")
    with rounds:
        if scheme is None:
            st.info(_("First fill in what is missing; then weights of a round can be taken."))
        else:
            show_rounds(desk, work)
    return untaken


def show_rounds(desk: Desk, work: SchemeWork) -> None:
    """The closed rounds of all studies, whose weights can be taken."""
    _, database = state.translate(), state.desk()
    found = {
        f"{study.id}-{one.round}": (study, one)
        for study in database.studies()
        for one in reversed(database.closed_rounds(study.id))
        if one.evidence is not None
    }
    if not found:
        st.info(
            _(
                "No study has a closed round yet. Weights can be taken once a round is closed on "
                "the page “Rounds”: only then they change no more."
            )
        )
        return
    labels = {
        key: _("{title} · round {round} · closed {date}").format(
            title=study.title, round=one.round, date=one.closed[:10]
        )
        for key, (study, one) in found.items()
    }
    chosen: str = st.selectbox(
        _("Closed round"),
        list(found),
        format_func=state.distinct(labels).__getitem__,
        key=f"round_of-{desk.id}",
    )
    study, closed = found[chosen]
    if st.button(_("Take these weights"), type="primary", key="take_round"):
        try:
            new = work.weighed_by_round(study.id, study.title, str(closed.evidence))
        except AHPError as error:
            survey, language = study.survey, state.language()
            names = {node: survey.node_name(node, language) for node in survey.nodes}
            named = with_names(error, {**names, **draft_names(work.draft, language)})
            st.error(state.plain(state.in_words(named)))
        else:
            change(desk, new)
    st.caption(
        _(
            "The study, the round, how many experts count and the hash of the round's evidence are "
            "kept with the version."
        )
    )


def show_trying_periods(desk: Desk, old: Scheme, new: Scheme) -> None:
    """A trial run on a period there is data of, with the difference for each unit."""
    _ = state.translate()
    held = sorted(desk.now.periods.values(), key=lambda one: one.period, reverse=True)
    periods = [str(one.period) for one in held if one.values]
    if not periods:
        st.info(_("A trial run needs a period with values; there is none yet."))
        return
    with st.expander(_("Trial run on a period"), icon=":material/science:"):
        period: str = st.selectbox(_("Period"), periods, key=f"trial_period-{desk.id}")
        asked = f"{period} {new.content_hash}"
        if st.button(_("Try it on {period}").format(period=period), key="run_trial"):
            st.session_state[f"trial-{desk.id}"] = asked
        if st.session_state.get(f"trial-{desk.id}") != asked:
            return
        try:
            run = try_on(desk.now, period, new)
        except AHPError as error:
            st.error(state.plain(desk.say(error)))
        else:
            show_trial(old, new, run)


def propose(desk: Desk, work: SchemeWork, scheme: Scheme, number: int) -> None:
    """Propose the version that is made."""
    reason = st.session_state[f"propose_reason-{desk.id}"].strip()
    proposed = SchemeProposed(number, scheme.content, work.weights, reason)
    if attempt(desk, lambda: state.desk().act(desk.id, proposed)):
        discard(desk)


def show_proposing(
    desk: Desk, work: SchemeWork, scheme: Scheme | None, number: int, *, typed: bool
) -> None:
    """Propose the version, with why, unless something is typed that was not taken over."""
    _ = state.translate()
    problem = version_problem(desk.now, scheme) if scheme is not None else None
    st.text_input(
        _("Why this version"), max_chars=LONGEST["reason"], key=f"propose_reason-{desk.id}"
    )
    ready = scheme if problem is None and not typed else None
    asked = st.button(
        _("Propose version {number}").format(number=number),
        type="primary",
        disabled=ready is None,
        key="propose_scheme",
    )
    # no callback: one would not know yet what was typed before the button was pressed
    if asked and ready is not None:
        propose(desk, work, ready, number)
        st.rerun()
    if typed:
        st.warning(_("What you have typed above is not taken over yet."))
    if problem is not None:
        st.caption(state.plain(desk.say(problem)))
    elif desk.now.running:
        st.caption(
            _("It then waits for another person's approval, and holds for periods opened later.")
        )


desk = begin("scheme")
show_next(desk, "scheme")
_ = state.translate()
if desk.now.proposed:
    show_proposed(desk, desk.now.proposed)
if desk.now.version:
    st.header(_("In force: version {number}").format(number=desk.now.version.number), anchor=False)
    st.caption(
        state.plain(
            _("Weights: {source}").format(
                source=source_words(desk.now.version.weights, state.language())
            )
        )
    )
    show_scheme(desk.now.version.scheme, f"now-{desk.id}")
    with st.expander(_("Try a value and see its points"), icon=":material/calculate:"):
        show_trying(desk.now.version.scheme, f"now-{desk.id}")
if desk.now.proposed is None and state.may("run_evaluations"):
    if made := st.session_state.get(work_key(desk)):
        show_work(desk, made)
    else:
        show_starts(desk)
if desk.now.versions:
    show_versions(desk)
