"""Signing: what the head signs, the evidence it leaves, corrections after it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from ahp.datafile import jcs
from ahp.errors import AHPError
from ahp.exchange.observation_layout import part_name
from ahp.process.evaluations.attachments import KINDS, MOST_MEGABYTES, attached
from ahp.process.evaluations.events import (
    CellKey,
    CorrectionProposed,
    CorrectionWithdrawn,
    File,
    Row,
)
from ahp.process.evaluations.judged import evidence_of, result_of
from ahp.process.evaluations.notices import (
    cells_of,
    changes_of,
    moved,
    notified_units,
    with_correction,
)
from ahp.process.evaluations.signing import Point, checklist, hashes_of
from ahp.process.evaluations.state import PeriodState
from ahp.report.check_sources import value_words
from ahp.report.evaluation import totals_table
from ahp.report.notice import moved_table
from ahp.report.opinions import missing_sentences
from ahp.report.standing import signed_table
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.desk import show_printed, show_table
from ahp.web.evaluating import Desk, attempt, begin, pick_period, show_next
from ahp.web.notice import change_words, value_field
from ahp.web.questionnaires import file_name

JSON = "application/json"


def sign(desk: Desk, period: str, revision: int, shown: str, correction: int) -> None:
    """Sign what was shown, or say who was faster.

    Args:
        desk: the evaluation.
        period: which.
        revision: of the signature.
        shown: SHA-256 of the evidence on the page.
        correction: number of the event that proposed the correction on the page; 0 without one.
    """
    _, form = state.translate(), st.session_state
    early = (form.get(f"early-{desk.id}-{period}") or "").strip()

    def change() -> None:
        state.desk().sign(desk.id, period, revision, early, shown=shown, correction=correction)

    if attempt(desk, change):
        return
    signatures = state.desk().evaluation_state(desk.id).periods[period].signatures
    if len(signatures) >= revision:
        stamp = signatures[revision - 1].stamp
        form["problem"] = _("{name} has signed {period} already, on {time} (UTC).").format(
            name=desk.who(stamp.actor), period=period, time=state.minute(stamp.time)
        )


def point_words(desk: Desk, point: Point, zone: str) -> str:
    """A point of the checklist as a sentence."""
    _ = state.translate()
    about = {
        "name": desk.who(point.stamp.actor) if point.stamp else "",
        "date": point.stamp.time[:10] if point.stamp else "",
        "names": _(", ").join(desk.who(actor) for actor in point.actors) or "–",
        "count": point.count,
        "of": point.of,
        "until": state.until(point.until, zone),
    }
    words = {
        ("check", True): _("The check was finished by {name} on {date}."),
        ("check", False): _("The check is not finished: finish it on the page “Check”."),
        ("rating", True): _("Rounds of rating that are closed: {count}, the last on {date}."),
        ("rating", False): _("A round of rating is open: close it on the page “Rating”."),
        ("entries", True): _(
            "A second person has looked at every deduction, bonus and veto ({of}): {names}."
        ),
        ("entries", False): _(
            "Only {count} of {of} deductions, bonuses and vetoes were looked at by a second person."
        ),
        ("notices", True): _(
            "Draft notices were sent out on {date}; {count} of {of} contacts have read theirs."
        ),
        ("notices", False): _(
            "No draft notices were sent out. You can sign without, or send them out first."
        ),
        ("withdrawn", False): _(
            "The draft notices, which let units appeal until {until}, were withdrawn when the "
            "check was undone: send them out again."
        ),
        ("appeals", True): _("Appeals: {of}, all decided."),
        ("appeals", False): _(
            "Only {count} of {of} appeals are decided: decide them on the page “Notices and "
            "appeals”."
        ),
        ("time", True): _("The time to appeal ended on {until}."),
        ("time", False): _("Units may still appeal until {until}."),
    }
    return words[point.code, point.done].format(**about)


def show_checklist(desk: Desk, held: PeriodState) -> None:
    """What was done before, and what is left."""
    _ = state.translate()
    st.header(_("What was done"), anchor=False)
    lines = []
    for point in checklist(desk.now, held, state.today(held.zone).isoformat()):
        left = "info" if point.code in ("notices", "withdrawn", "time") else "error"
        icon = f":material/{'check_circle' if point.done else left}:"
        lines.append(f"- {icon} {state.plain(point_words(desk, point, held.zone))}")
    st.markdown("\n".join(lines))


def show_result(desk: Desk, held: PeriodState) -> None:
    """The figures, what is missing and what it decides, the hashes."""
    _, language, period = state.translate(), state.language(), str(held.period)
    result = result_of(desk.now, period)
    st.header(_("What is signed"), anchor=False)
    show_printed(totals_table(result, period, language))
    with st.container(border=True):
        st.markdown("**" + _("Missing values and what they decide") + "**")
        for sentence in missing_sentences(result, period, language):
            st.markdown(f"- {state.plain(sentence)}")
    show_hashes(evidence_of(desk.now, period, len(held.signatures) + 1))


def show_hashes(evidence: Mapping[str, Any]) -> None:
    """What a signature is about, by SHA-256."""
    _ = state.translate()
    names = {
        "scheme": _("Rules of the scheme"),
        "weights": _("Weights"),
        "data": _("Data"),
        "evidence": _("Evidence as a whole"),
    }
    with st.expander(_("Fingerprints (SHA-256)"), icon=":material/fingerprint:"):
        for key, value in hashes_of(evidence).items():
            st.markdown(f"{names[key]}  \n`{value}`")


def show_signing(desk: Desk, held: PeriodState) -> None:
    """The signature, asked for once more."""
    _, period, revision = state.translate(), str(held.period), len(held.signatures) + 1
    if not state.may("sign"):
        st.info(_("The head signs. Your account can look at everything here."))
        return
    if held.appeals_until >= state.today(held.zone).isoformat() and revision == 1:
        st.text_area(
            _("Why sign before {until}, as long as units may appeal?").format(
                until=state.until(held.appeals_until, held.zone)
            ),
            max_chars=LONGEST["reason"],
            key=f"early-{desk.id}-{period}",
        )
    shown = hashes_of(evidence_of(desk.now, period, revision))["evidence"]
    # a correction of the same figures for another reason is ticked anew
    correction = held.correction.stamp.seq if held.correction else 0
    sure = st.checkbox(
        _(
            "I have looked at the figures above. By signing, {period} is closed for ever; what is "
            "found wrong later stands beside them as a correction."
        ).format(period=period)
        if revision == 1
        else _("I have looked at the correction; the figures signed before stay on record."),
        key=f"sure_sign-{desk.id}-{period}-{revision}-{correction}-{shown[:12]}",
    )
    st.button(
        _("Sign {period}").format(period=period)
        if revision == 1
        else _("Sign the correction (revision {revision})").format(revision=revision),
        type="primary",
        icon=":material/draw:",
        on_click=sign,
        args=(desk, period, revision, shown, correction),
        disabled=not sure,
        key="sign",
    )


# -- after signing


def show_signatures(desk: Desk, held: PeriodState) -> None:
    """Every revision with its evidence, the newest first."""
    _, language, period = state.translate(), state.language(), str(held.period)
    for one in reversed(held.signatures):
        with st.container(border=True):
            title = _("Revision {revision}: signed by {name} on {time} (UTC)").format(
                revision=one.revision,
                name=desk.who(one.stamp.actor),
                time=state.minute(one.stamp.time),
            )
            st.markdown(f"**{state.plain(title)}**")
            if desk.now.of_file(one.stamp):
                words = _("The signature is as the file “{source}” says, not given here.")
                st.caption(state.plain(words.format(source=desk.now.imported_from)))
            if one.reason:
                st.write(state.plain(_("Correction: {reason}").format(reason=one.reason)))
            if one.revision > 1:
                before = held.signatures[one.revision - 2].evidence
                show_moved(before, one.evidence, held)
            name = file_name(desk.info.title, period, str(one.revision))
            with st.expander(_("Signed figures"), icon=":material/table:"):
                show_table(
                    signed_table(one.evidence, held.scheme, language),
                    f"signed-{period}-{one.revision}",
                    file=name,
                )
            st.download_button(
                _("Evidence (JSON)"),
                state.guarded(partial(jcs, one.evidence)),
                f"{name}.json",
                JSON,
                icon=":material/download:",
                key=f"evidence-{period}-{one.revision}",
                on_click="ignore",
            )
            show_hashes(one.evidence)
    for change in changes_of(held):
        name = desk.names()[change.cell.unit]
        st.markdown(f"- {state.plain(name)} · {state.plain(change_words(held, change))}")


def show_moved(before: Mapping[str, Any], after: Mapping[str, Any], held: PeriodState) -> None:
    """The units whose figure a correction changes, old beside new."""
    _ = state.translate()
    if changed := tuple(moved(before, after)):
        show_printed(moved_table(changed, held.scheme, state.language()))
    else:
        st.caption(_("No total, band or rank changes."))


def propose(desk: Desk, period: str, cell: CellKey, key: str) -> None:
    """Propose the correction of the form."""
    form = st.session_state

    def change() -> None:
        file, content = typed_file(key)
        row, reason = typed_row(cell, key), form[f"correct_reason-{key}"].strip()
        action = CorrectionProposed(period, (row,), reason, file)
        state.desk().act(desk.id, action, content=content)

    attempt(desk, change)


def typed_row(cell: CellKey, key: str) -> Row:
    """The value of the form."""
    form = st.session_state
    evidence = form[f"correct_document-{key}"].strip()
    value = (form[f"correct_value-{key}"] or "").strip()
    return Row(cell.unit, cell.indicator, value, cell.item, cell.input, "", evidence)


def typed_file(key: str) -> tuple[File | None, bytes | None]:
    """What the form has attached."""
    given = st.session_state.get(f"correct_file-{key}")
    if given is None:
        return None, None
    content: bytes = given.getvalue()
    return attached(given.name, content), content


def withdraw(desk: Desk, period: str, seq: int) -> None:
    """Drop the correction that an event proposed."""
    reason = st.session_state[f"withdraw_reason-{desk.id}-{period}"].strip()
    attempt(desk, lambda: state.desk().act(desk.id, CorrectionWithdrawn(period, seq, reason)))


def show_correction(desk: Desk, held: PeriodState) -> None:
    """The correction that waits for a signature, both figures side by side."""
    _, language, period = state.translate(), state.language(), str(held.period)
    correction = held.correction
    if correction is None:
        return
    st.header(_("A correction waits for the signature"), anchor=False)
    names = desk.names(held.scheme)
    st.write(
        state.plain(
            _("Proposed by {name} on {date}: {reason}").format(
                name=desk.who(correction.stamp.actor),
                date=correction.stamp.time[:10],
                reason=correction.reason,
            )
        )
    )
    for row in correction.rows:
        old = held.values.get(row.key)
        sentence = _("{unit}, {indicator}: {old} → {new}").format(
            unit=names[row.unit],
            indicator=names[row.indicator],
            old=value_words(held.scheme, row.indicator, old.row.value, language) if old else "–",
            new=value_words(held.scheme, row.indicator, row.value, language),
        )
        if row.evidence:
            sentence += _(" (document {number})").format(number=row.evidence)
        st.markdown(f"- {state.plain(sentence)}")
    if correction.file:
        st.download_button(
            state.plain(correction.file.name),
            state.guarded(partial(state.desk().file, correction.file.sha256)),
            correction.file.name,
            icon=":material/attach_file:",
            key=f"correction_file-{period}",
            on_click="ignore",
        )
    after = evidence_of(desk.now, period, len(held.signatures) + 1)
    show_moved(held.signatures[-1].evidence, after, held)
    show_signing(desk, held)
    if not state.may("run_evaluations"):
        return
    with st.expander(_("Withdraw the correction"), icon=":material/undo:"):
        key = f"withdraw_reason-{desk.id}-{period}"
        st.text_input(_("Why it is withdrawn"), max_chars=LONGEST["reason"], key=key)
        st.button(
            _("Withdraw"),
            on_click=withdraw,
            args=(desk, period, correction.stamp.seq),
            key="withdraw_correction",
        )


def show_proposing(desk: Desk, held: PeriodState) -> None:
    """The form for a value that is found wrong after signing, and what it changes."""
    _, period, names = state.translate(), str(held.period), desk.names(held.scheme)
    language = state.language()
    st.header(_("Something is wrong?"), anchor=False)
    st.write(
        _(
            "What was signed stays as it is. Propose the right value; when the head signs it, both "
            "figures stand side by side."
        )
    )
    if not state.may("run_evaluations"):
        return
    units = notified_units(desk.now, period)
    about = f"{desk.id}-{period}-{len(held.signatures)}"
    unit = st.selectbox(
        _("Unit"),
        units,
        format_func=names.__getitem__,
        index=None,
        placeholder=_("Please choose"),
        key=f"correct_unit-{about}",
    )
    if unit is None:
        return
    parts = (*held.scheme.counting(held.period), *held.scheme.events)
    cells = [cell for part in parts for cell in cells_of(held, unit, part)]
    cell = st.selectbox(
        _("Indicator, deduction, bonus or veto"),
        cells,
        format_func=lambda one: " · ".join(
            filter(None, (names[one.indicator], part_name(held.scheme, one, language)))
        ),
        index=None,
        placeholder=_("Please choose"),
        key=f"correct_cell-{about}-{unit}",
    )
    if cell is None:
        return
    key = f"{about}-{cells.index(cell)}-{unit}"
    now = held.values.get(cell)
    value = value_field(held.scheme, cell.indicator, f"correct_value-{key}")
    st.text_input(
        _("Document number"),
        value=now.row.evidence if now else "",
        max_chars=200,
        key=f"correct_document-{key}",
    )
    st.text_area(_("Why it is corrected"), max_chars=LONGEST["reason"], key=f"correct_reason-{key}")
    st.file_uploader(
        _("What proves it (optional, {most} MB at most)").format(most=MOST_MEGABYTES),
        type=list(KINDS),
        max_upload_size=MOST_MEGABYTES,
        key=f"correct_file-{key}",
    )
    if value:
        show_effect(desk, held, cell, key)
    st.button(
        _("Propose the correction"),
        type="primary",
        on_click=propose,
        args=(desk, period, cell, key),
        disabled=not value,
        key="propose_correction",
    )


def show_effect(desk: Desk, held: PeriodState, cell: CellKey, key: str) -> None:
    """What the correction of the form would change, without writing anything."""
    period = str(held.period)
    try:
        reason = st.session_state[f"correct_reason-{key}"].strip() or "–"
        tried = with_correction(desk.now, period, (typed_row(cell, key),), reason, None)
        after = evidence_of(tried, period, len(held.signatures) + 1)
    except AHPError as error:
        st.error(state.plain(desk.say(error)))
        return
    show_moved(held.signatures[-1].evidence, after, held)


def show_whole(desk: Desk) -> None:
    """The whole evaluation as a file."""
    _ = state.translate()
    st.header(_("Whole evaluation as a file"), anchor=False)
    if any(held.round for held in desk.now.periods.values()):
        st.info(
            _(
                "A round of rating is open. Nobody may see its ratings yet, so the evaluation can "
                "be downloaded once the round is closed."
            )
        )
        return
    st.caption(
        _(
            "With its log, people and files, to keep it or to open it in another copy of this "
            "program. `ahp log verify` and tools/verify_log.mjs check it."
        )
    )
    st.download_button(
        _("Whole evaluation (JSON)"),
        state.guarded(partial(state.desk().export_evaluation, desk.id)),
        file_name(desk.info.title) + ".json",
        JSON,
        icon=":material/download:",
        key="export_evaluation",
        on_click="ignore",
    )


def show_period(desk: Desk, held: PeriodState) -> None:
    """What is to be signed, or was."""
    _ = state.translate()
    if not held.signatures:
        show_checklist(desk, held)
        if held.stage == "open":
            st.info(_("There is nothing to sign yet: the check comes first."))
            return
        show_result(desk, held)
        show_signing(desk, held)
        return
    if held.correction:
        show_correction(desk, held)
    show_signatures(desk, held)
    if not held.correction:
        show_proposing(desk, held)


desk = begin("signing")
held = pick_period(desk)
show_next(desk, "signing", str(held.period))
try:
    show_period(desk, held)
except AHPError as problem:
    st.error(state.plain(desk.say(problem)))
show_whole(desk)
