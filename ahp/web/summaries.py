"""What an expert sees of their own answers: progress, a finished parent, the overview, the end."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ahp.consistency import CR_LIMIT
from ahp.datafile import canonical
from ahp.errors import AHPError
from ahp.i18n.contradictions import contradiction_sentence, range_sentence
from ahp.i18n.numbers import show_beside
from ahp.i18n.words import consistency_sentence
from ahp.process.guidance import Suggestion, by_contradiction, guidance
from ahp.process.itinerary import Stop
from ahp.process.own_result import may_stay, own_ranking, own_result, unsettled_parents
from ahp.study.limits import LONGEST
from ahp.tolerance import ranked
from ahp.web import state
from ahp.web.components import weight_bars
from ahp.web.components.cycle import cycle_picture
from ahp.web.self_rating import show_rating
from ahp.web.visit import (
    Visit,
    choose_naming,
    draft_key,
    go,
    go_back,
    keep_contradictions,
    keep_draft,
    kept_key,
    leave_parent,
    new_id,
    rate_self,
    rating_key,
    refusal,
    submit,
    why_kept,
)


def show_progress(visit: Visit, where: str = "") -> None:
    """How many of all comparisons have a reply."""
    _, expert = state.translate(), visit.expert
    done = _("{done} of {total} answered").format(done=expert.answered, total=expert.total)
    text = " · ".join(filter(None, (done, state.plain(where))))
    with st.container(key="progress"):
        st.progress(expert.answered / expert.total, text=text)


def saved_words(visit: Visit) -> str:
    """The reply given last, in words: proof that it was saved, and of its direction."""
    _ = state.translate()
    about, *saved = st.session_state.get("saved", (None,))
    if about != visit.about:
        return ""
    pair, value, late = saved
    text = _("Saved: {sentence}")
    if late:
        text = _("Saved now, after there was no connection: {sentence}")
    return text.format(sentence=visit.sentence(pair, value))


def show_parent(visit: Visit) -> None:
    """A finished parent: the expert's own weights, and what does not fit together."""
    _, parent = state.translate(), visit.stop.parent
    show_progress(visit)
    if saved := saved_words(visit):
        st.markdown(f":green[:material/check: {state.plain(saved)}]")
    st.subheader(state.plain(visit.name(parent)), anchor=False)
    with st.container(key="parent_done"):
        contradicts = show_own_weights(visit, parent)
    if contradicts:
        show_guidance(visit, parent)
    with st.container(horizontal=True):
        st.button(
            _("Back"), icon=":material/arrow_back:", on_click=go_back, args=(visit,), key="back"
        )
        st.button(
            _("Go on"),
            type="secondary"
            if contradicts and not may_stay(visit.replies, visit.asking, parent)
            else "primary",
            on_click=leave_parent,
            args=(visit,),
            key="next",
        )
    with st.expander(_("Your answers here"), expanded=not contradicts):
        show_answers(visit, parent)


def show_own_weights(visit: Visit, parent: str) -> bool:
    """Weights as bars and the verdict in words, or what is missing.

    Returns:
        Whether the answers contradict each other.
    """
    _, kids = state.translate(), visit.survey.hierarchy.children[parent]
    done, total = visit.replies.counts(visit.survey.hierarchy, parent)
    if done < total:
        st.warning(_("{count} comparisons are still open here.").format(count=total - done))
        return False
    found = own_result(visit.survey.hierarchy, visit.sitting.settings, visit.replies, parent)
    if found.weights is None:
        st.info(
            _(
                "You left out so many comparisons here that no weights of your own follow. "
                "The answers you gave count all the same."
            )
        )
        return False
    if found.cr is None:
        st.info(_("The consistency of your judgments can't be computed for so many items."))
    else:
        sentence = consistency_sentence(found.cr, len(kids), _)
        if found.contradicts:
            st.warning(sentence, icon=":material/rule:")
        else:
            st.success(sentence, icon=":material/check:")
    weights = dict(zip(kids, found.weights.tolist(), strict=True))
    show_weights(visit, weights, _("This is how important you rated them:"))
    return found.contradicts


def show_weights(visit: Visit, weights: dict[str, float], title: str) -> None:
    """Weights as bars, the largest first."""
    falling = [(node, weights[node]) for node in ranked(weights)]
    weight_bars([(visit.name(node), weight, f"{weight:.1%}") for node, weight in falling], title)


def show_guidance(visit: Visit, parent: str) -> None:
    """Which answers fit least, in words and as a picture; change one of them, or keep them."""
    _ = state.translate()
    matrix = visit.replies.matrix(visit.survey.hierarchy, parent)
    suggestions = guidance(matrix, random_index=visit.sitting.settings.random_index)
    note_shown(visit, parent, suggestions)
    with st.container(key="guidance"):
        if suggestions:
            st.markdown("#### " + _("These answers fit the others least"))
        for number, group in enumerate(by_contradiction(suggestions)):
            with st.container(border=True, key=f"contradiction-{number}"):
                show_contradiction(visit, parent, group)
        show_keeping(visit, parent)


def note_shown(visit: Visit, parent: str, suggestions: tuple[Suggestion, ...]) -> None:
    """Put into the log what is shown, once."""
    rows = [[one.left, one.right, one.value, one.best, one.low, one.high] for one in suggestions]
    detail = canonical(rows)
    noted = (visit.about, parent, detail)
    if st.session_state.get("noted") != noted:
        try:
            state.by_link().note_shown(
                visit.expert.id, parent, detail, round_number=visit.study.round
            )
        except AHPError as error:  # such as a round that was closed a moment ago
            st.error(state.plain(refusal(error)))
        else:
            st.session_state["noted"] = noted


def show_contradiction(visit: Visit, parent: str, group: tuple[Suggestion, ...]) -> None:
    """Answers that don't fit together, and each change that would help: what fits, and the way."""
    _ = state.translate()
    triad = group[0].triad
    if triad is None:
        pair = (parent, group[0].left, group[0].right)
        sentence = visit.sentence(pair, group[0].value)
        st.markdown(state.plain(_("Your answer: {sentence}.").format(sentence=sentence)))
    else:
        words, picture = st.columns((3, 2), vertical_alignment="center")
        words.markdown(state.plain(contradiction_sentence(triad, visit.name, _)))
        suspects = [(one.left, one.right) for one in group]
        picture.html(cycle_picture(triad, suspects, visit.name, _))
    if not group[0].enough:
        st.markdown("**" + _("No single change is enough here, but these would help most:") + "**")
    elif len(group) > 1:
        st.markdown("**" + _("One of these changes is enough:") + "**")
    for one in group:
        with st.container(key=f"suggestion {one.left} {one.right}"):
            st.markdown(state.plain(range_sentence(one, visit.name, _)))
            st.button(
                _("Compare “{left}” and “{right}” again").format(
                    left=state.plain(visit.name(one.left)), right=state.plain(visit.name(one.right))
                ),
                icon=":material/edit:",
                on_click=go,
                args=(visit, visit.stop_of((parent, one.left, one.right))),
                key=f"change {parent} {one.left} {one.right}",
            )


def show_keeping(visit: Visit, parent: str) -> None:
    """Keep the answers as they are, with a reason."""
    _, kept = state.translate(), visit.replies.kept
    if visit.asking.guidance == "require":
        st.info(_("This study asks for consistent answers (CR below 0.1) before you submit."))
        return
    if may_stay(visit.replies, visit.asking, parent):
        st.success(
            _("You keep these answers. {reason}").format(reason=state.plain(kept[parent])),
            icon=":material/check:",
        )
    with st.container(border=True, key="keeping"):
        st.write(
            _(
                "Your answers may be right as they are: reality isn't always consistent. "
                "You can keep them; please say briefly why."
            )
        )
        needed = visit.asking.guidance == "reason"
        st.text_area(
            _("Why they stay as they are") if needed else _("Why they stay (may stay empty)"),
            max_chars=LONGEST["reason"],
            value=st.session_state.get(draft_key(visit), why_kept(visit)),
            on_change=keep_draft,
            args=(visit,),
            key=kept_key(visit),
        )
        st.button(
            _("Keep my answers and go on"),
            on_click=keep_contradictions,
            args=(visit, new_id()),
            key="keep_answers",
        )


def show_answers(visit: Visit, parent: str) -> None:
    """The replies below a parent in words, each a way to change it until they are submitted."""
    _ = state.translate()
    for stop in visit.stops_below(parent):
        if value := visit.reply(stop.pair):
            sentence, icon = visit.sentence(stop.pair, value), ":material/edit:"
        else:
            sentence = _("“{left}” or “{right}”: still open").format(
                left=visit.name(stop.left), right=visit.name(stop.right)
            )
            icon = ":material/radio_button_unchecked:"
        if visit.expert.submitted:
            st.markdown(f"- {state.plain(sentence)}")
        else:
            st.button(
                state.plain(sentence),
                icon=icon,
                type="tertiary",
                on_click=go,
                args=(visit, stop),
                key=stop.place,
            )


def show_review(visit: Visit) -> None:
    """All parents with progress and consistency, the resulting ranking; submit."""
    _ = state.translate()
    st.container(key="review").header(_("Overview"), anchor=False)
    show_progress(visit)
    if visit.open:
        st.button(
            _("Go on with the next open comparison"),
            type="primary",
            on_click=go,
            args=(visit, visit.open[0]),
            key="go_on",
        )
    else:
        st.write(_("All comparisons are answered. You can still change any of them; then submit."))
    for parent in visit.parents:
        with st.expander(overview_line(visit, parent)):
            if show_own_weights(visit, parent):
                if may_stay(visit.replies, visit.asking, parent):
                    st.write(
                        _("You keep these answers. {reason}").format(
                            reason=state.plain(visit.replies.kept[parent])
                        )
                    )
                st.button(
                    _("Show which answers contradict each other"),
                    icon=":material/rule:",
                    on_click=go,
                    args=(visit, Stop("parent", parent)),
                    key=f"contradictions {parent}",
                )
            show_answers(visit, parent)
    if visit.open:
        return
    show_own_ranking(visit)
    st.divider()
    if unsettled := unsettled_parents(
        visit.survey.hierarchy, visit.sitting.settings, visit.replies, visit.asking, visit.parents
    ):
        show_unsettled(visit, unsettled)
        return
    show_self_rating(visit)
    show_naming(visit)
    with st.container(key="sure"):
        sure = st.checkbox(
            _("I have finished. After submitting I can't change my answers any more."),
            key=f"sure-{visit.about}",
        )
    event_id: str = st.session_state.setdefault(f"submit-{visit.about}", new_id())
    st.button(
        _("Submit my answers"),
        type="primary",
        disabled=not sure,
        on_click=submit,
        args=(visit, event_id),
        key="submit",
    )


def show_unsettled(visit: Visit, parents: tuple[str, ...]) -> None:
    """What must be mended, or explained, before the answers can be submitted."""
    _ = state.translate()
    with st.container(key="unsettled"):
        st.warning(
            _("Before you submit, please change answers here until they are consistent (CR < 0.1):")
            if visit.asking.guidance == "require"
            else _("Before you submit, please change answers here, or say why they stay:")
        )
        for parent in parents:
            st.button(
                state.plain(visit.name(parent)),
                icon=":material/rule:",
                on_click=go,
                args=(visit, Stop("parent", parent)),
                key=f"mend {parent}",
            )


def show_own_ranking(visit: Visit) -> None:
    """The expert's own global weights of all indicators, once they follow."""
    _, survey = state.translate(), visit.survey
    ranking = own_ranking(survey.hierarchy, visit.sitting.settings, visit.replies)
    if len(survey.hierarchy.parents) > 1 and ranking:
        made_by = (
            _(
                "All items at the bottom of the tree, by your answers and the weights that are "
                "given:"
            )
            if survey.given
            else _("All items at the bottom of the tree, by your answers alone:")
        )
        with st.container(key="own_ranking"):
            st.subheader(_("Your ranking"), anchor=False)
            show_weights(visit, ranking, made_by)


def overview_line(visit: Visit, parent: str) -> str:
    """A parent in the overview: name, how many answered, whether they fit together."""
    _ = state.translate()
    done, total = visit.replies.counts(visit.survey.hierarchy, parent)
    line = f"{state.plain(visit.name(parent))} · {done}/{total}"
    if done < total:
        return line
    found = own_result(visit.survey.hierarchy, visit.sitting.settings, visit.replies, parent)
    if found.cr is None or total == 1:  # one comparison can't contradict itself
        return line
    if not found.contradicts:
        verdict = _("judgments are consistent")
    elif may_stay(visit.replies, visit.asking, parent):
        verdict = _("kept as they are")
    else:
        verdict = _("please look again")
    return f"{line} · CR {show_beside(found.cr, CR_LIMIT, digits=3)} · {verdict}"


def show_submitted(visit: Visit) -> None:
    """Thanks, the receipt, and the locked answers to read again."""
    _ = state.translate()
    thanks = _("Thank you, {name}!").format(name=state.plain(visit.expert.name))
    st.header(thanks, anchor=False)
    abstained = len(visit.replies.abstained)
    submitted = (
        _(
            "Your {count} answers, and {abstained} that you can't judge, are submitted and locked. "
            "You can close this page."
        )
        if abstained
        else _("Your {count} answers are submitted and locked. You can close this page.")
    )
    st.container(key="submitted").success(
        submitted.format(count=len(visit.replies.answers), abstained=abstained),
        icon=":material/check:",
    )
    if state.trial():
        st.info(_("Here an expert gets a signed receipt; a trial has none."))
    else:
        show_receipt(visit)
    show_naming(visit)
    show_own_ranking(visit)
    for parent in visit.parents:
        with st.expander(state.plain(visit.name(parent))):
            show_own_weights(visit, parent)
            show_answers(visit, parent)


def show_receipt(visit: Visit) -> None:
    """Where the expert's receipt is."""
    _ = state.translate()
    st.write(
        _(
            "Your receipt holds all your answers, their place in the log and the server's "
            "signature. Print it or save it as PDF: it proves later what you answered."
        )
    )
    number = visit.study.round
    address = state.receipt_address(visit.expert.id, round=number)
    as_file = state.receipt_address(visit.expert.id, round=number, download=1)
    with st.container(key="receipt", horizontal=True):
        st.link_button(
            _("Open the receipt"), address, icon=":material/receipt_long:", type="primary"
        )
        st.link_button(_("Save the receipt as a file"), as_file, icon=":material/download:")


def show_self_rating(visit: Visit) -> None:
    """What the expert judges from and how familiar they are, where the study asks it; stored as
    soon as all of it is said.
    """
    _, now = state.translate(), visit.expert.self_rating
    if visit.asking.self_rating == "off":
        return
    field = partial(st.radio, horizontal=True, on_change=rate_self, args=(visit,))
    with st.container(border=True, key="self_rating"):  # of a form, "Submit" would send nothing
        show_rating(field, partial(rating_key, visit), now)
    if now:
        st.caption(_("Your self-rating is saved."))
    elif visit.must_rate:
        st.caption(_("Please answer these questions before you submit."))


def show_naming(visit: Visit) -> None:
    """Whether reports may name the expert, who may change their mind until the round is closed."""
    _ = state.translate()
    if visit.expert.anonymous:
        return
    key = f"naming-{visit.expert.id}"
    st.session_state[key] = visit.expert.may_be_named
    with st.container(key="naming"):
        st.checkbox(
            _("The report may name me"),
            on_change=lambda: choose_naming(visit, bool(st.session_state[key])),
            key=key,
        )
        st.caption(
            _(
                "If you agree, the report shows your name and organization beside your judgments. "
                "If not, it calls you by a code such as E01. You can change this here until the "
                "round is closed; afterwards tell the organizer."
            )
        )
