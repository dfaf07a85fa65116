"""The expert's survey: one comparison a screen, every answer saved before the screen moves on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

from ahp.i18n import Translate
from ahp.i18n.words import (
    between_meaning,
    judgment_sentence,
    middle_half,
    position_words,
    step_words,
)
from ahp.process.itinerary import short_form_cost
from ahp.process.rounds import BINS, Distribution, bin_place
from ahp.scale import SAATY_POSITIONS
from ahp.store import ExpertInfo
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.asked import show_asked, show_until
from ahp.web.components import histogram, new_screen, rank_items, scale_choice, send_waiting
from ahp.web.entrance import ask_for_link, choose_expert
from ahp.web.questionnaires import download_questionnaire, upload_questionnaires
from ahp.web.summaries import saved_words, show_parent, show_progress, show_review, show_submitted
from ahp.web.visit import (
    Visit,
    form_key,
    given_reason,
    go,
    go_back,
    hooks,
    keep_answer,
    new_id,
    reason_key,
    save_reason,
    settled,
    start,
    visit_of,
    way_key,
)

Option = TypeVar("Option")


def chosen_expert() -> ExpertInfo:
    """The expert this tab belongs to; asks whose it is when it belongs to nobody yet."""
    granted = state.grants()
    expert = state.answering(granted)
    state.follow(expert)
    if expert is None:
        if state.bound_expert():
            ask_for_link(granted)
        else:
            choose_expert(granted)
        st.stop()
    return expert


def show_scale(_: Translate) -> None:
    """Saaty's table of what the steps mean."""
    with st.expander(_("What do the numbers 1 to 9 mean?"), icon=":material/help:"):
        steps = [(str(step), word, why) for step, (word, _adverb, why) in step_words(_).items()]
        rows = (
            (_("Step"), _("Importance"), _("Meaning")),
            ("---",) * 3,
            *steps,
            ("2, 4, 6, 8", _("in between"), between_meaning(_)),
        )
        # as text: a table of Streamlit's costs the server more than all the rest of the page
        st.markdown("\n".join(" | ".join(row) for row in rows))


def scale_words(_: Translate) -> dict[str, str]:
    """What the controls say about themselves."""
    return {
        "explain": _("What is meant?"),
        "keyboard": _(
            "Keyboard: arrow keys or 1–9 to find a step (the same digit again: other side), "
            "Enter to choose it, Backspace to go back."
        ),
        "saving": _("Saving …"),
        "offline": _(
            "No connection. Your answer is kept on this device and sent as soon as the "
            "connection is back."
        ),
        "resent": _("Your answer that was kept on this device has been sent."),
    }


def positions(left: str, right: str, _: Translate) -> list[dict[str, str]]:
    """The 17 positions between two names, in words."""
    words = {str(step): word for step, (word, *_rest) in step_words(_).items()}
    return [
        {
            "value": value,
            "step": (step := value.removeprefix("1/")),
            "word": words.get(step, ""),
            "sentence": judgment_sentence(left, right, value, _),
        }
        for value in SAATY_POSITIONS
    ]


def side(name: str, explanation: str, _: Translate) -> dict[str, str]:
    """One of two items on the scale."""
    return {
        "name": name,
        "explanation": explanation,
        "more": _("“{name}” is more important").format(name=name),
    }


def show_welcome(visit: Visit) -> None:
    """What it is for, how long it takes, who sees the answers; an example to try; how to begin."""
    _, language = state.translate(), state.language()
    survey, expert = visit.survey, visit.expert
    st.header(state.plain(survey.text(survey.name, language)), anchor=False)
    show_asked(visit.sitting.invitation)
    if described := survey.text(survey.description, language):
        st.markdown(state.plain(described))
    who = (
        _("You answer without a name, as **{name}**.")
        if expert.anonymous
        else _(
            "You answer as **{name}**. If that isn't you, please open the link that was sent to "
            "you."
        )
    )
    st.markdown(who.format(name=state.plain(expert.name)))
    count = sum(len(survey.hierarchy.pairs(parent)) for parent in visit.parents)
    lines = (
        _("You will see {count} comparisons of two items each.").format(count=count),
        _(
            "For each, tap how much more important one item is than the other. "
            "There are no right or wrong answers; your experience counts."
        ),
        (
            _(
                "It takes about {minutes} minutes. Every answer is saved at once: you can stop at "
                "any time and go on later, in this browser or, with your code, on another device."
            )
            if expert.anonymous
            else _(
                "It takes about {minutes} minutes. Every answer is saved at once: you can "
                "stop at any time and go on later, also on another device, with the same link."
            )
        ).format(minutes=minutes(count)),
    )
    st.markdown("\n".join(f"- {line}" for line in lines))
    if visit.study.round > 1:
        st.info(
            _(
                "This is round {round}. At every comparison you see your own last answer and, "
                "where enough experts answered, how the panel answered, without names. Keep your "
                "answer or change it; both are welcome."
            ).format(round=visit.study.round),
            icon=":material/replay:",
        )
    begun = visit.replies.way is not None
    with st.container():  # also without the example: what is below stays as it was opened
        if not begun:
            show_practice(visit)
    way, short = choose_way(visit, count)
    consent = (
        _(
            "Your answers are stored with the day and a number, without your name and without the "
            "address of your device. The organizer sees them under the number; other experts never "
            "do, they see at most how many chose what. Who reads your remarks may recognize you by "
            "what you write. The answers are used to weight the items of this survey, and are kept "
            "as evidence of how the weights came about. Until you submit, you can change every "
            "answer."
        )
        if expert.anonymous
        else _consent_by_name(_)
    )
    st.markdown("**" + _("What happens with your answers") + "**")
    st.write(consent)
    st.button(
        _("Go on") if begun else _("I agree and start"),
        type="primary",
        on_click=start,
        args=(visit, way, short, consent, new_id()),
        key="start",
    )
    show_scale(_)
    if not state.trial():  # files belong to the study, which a trial leaves alone
        show_files(visit)


def _consent_by_name(_: Translate) -> str:
    """What an expert with a name agrees to."""
    return _(
        "Your answers are stored with your name and the time. The organizer sees them under your "
        "name; other experts never do, they see at most how many chose what. The answers are used "
        "to weight the items of this survey, and are kept as evidence of how the weights came "
        "about. Until you submit, you can change every answer."
    )


def show_files(visit: Visit) -> None:
    """The survey as a spreadsheet, for who prefers one."""
    _, expert = state.translate(), visit.expert
    with st.expander(_("Prefer a spreadsheet?"), icon=":material/table:"):
        st.write(
            _(
                "Download your questionnaire, fill it in with Excel, WPS or LibreOffice, also "
                "without the internet, and upload it here. You see what was read before it counts."
            )
        )
        download_questionnaire(visit.study, expert, visit.replies.answers)
        upload_questionnaires(visit.study, [expert])


def minutes(count: int) -> int:
    """About how long so many comparisons take."""
    return max(5, round(count * 0.6 / 5) * 5)


def show_practice(visit: Visit) -> None:
    """A comparison to try, from everyday life; nothing of it is stored."""
    _ = state.translate()
    left, right = _("Taste"), _("Price")
    with st.container(border=True, key="practice"):
        st.markdown("**" + _("Try it once (this doesn't count)") + "**")
        question = _("For choosing your lunch: which matters more to you, and by how much?")
        st.write(question)
        scale_choice(
            {
                "pair": f"practice {state.language()}",
                "question": question,
                "left": side(left, "", _),
                "right": side(right, "", _),
                "value": None,
                "positions": positions(left, right, _),
                "practice": True,
                "words": {**scale_words(_), "keyboard": ""},
            },
            {},
            key="practice_scale",
        )
        st.caption(
            _(
                "The larger the number, the more important is the item named above it; 1 means "
                "equally important. Below the numbers you read what your choice says."
            )
        )


def choose_way(visit: Visit, count: int) -> tuple[str, bool]:
    """How the expert wants to be asked, as far as the study leaves it open.

    What was begun goes on, also where the study does not offer it any more.
    """
    _, asking, now = state.translate(), visit.asking, visit.replies.way
    way = now.way if now else asking.way
    if asking.way == "expert":
        first = now.way if now else "pairs"
        names = {
            "pairs": _("Comparison by comparison"),
            "rank": _("Rank first, then compare"),
        }
        captions = {
            "pairs": _("Two items at a time, in random order."),
            "rank": _("Put the items of each group in order, then say by how much they differ."),
        }
        question = _("How would you like to begin?")
        way = choose_one(way_key(visit), question, names, captions, first)
    if not asking.short_form:
        return way, bool(now and now.short)
    asked, factor = short_form_cost(visit.survey.hierarchy, visit.parents)
    if asked == count:
        return way, False
    forms = {
        False: _("All {count} comparisons").format(count=count),
        True: _("Short form: about {count} comparisons").format(count=asked),
    }
    costs = {
        False: _("The most reliable weights; every answer is checked by others."),
        True: _(
            "Saves about {minutes} min. Your weights become about {percent} less certain, "
            "and contradictions are noticed less often."
        ).format(minutes=round((count - asked) * 0.6), percent=f"{factor - 1:.0%}"),
    }
    short = bool(now and now.short)
    return way, choose_one(form_key(visit), _("How many comparisons?"), forms, costs, short)


def choose_one(
    key: str,
    question: str,
    names: Mapping[Option, str],
    captions: Mapping[Option, str],
    first: Option,
) -> Option:
    """One of several ways; `first` until another one is chosen."""
    options = list(names)
    chosen = st.radio(
        question,
        options,
        index=options.index(st.session_state.get(f"last {key}", first)),
        format_func=names.__getitem__,
        captions=list(captions.values()),
        key=f"{key} {state.language()}",  # Streamlit knows options by their words
    )
    st.session_state[f"last {key}"] = chosen
    return chosen


def show_ranking(visit: Visit) -> None:
    """Put the items below a parent into order."""
    _, language, survey = state.translate(), state.language(), visit.survey
    parent = visit.stop.parent
    show_progress(visit, visit.name(parent))
    st.markdown(
        "#### "
        + _("For “{parent}”: put these in order, the most important first").format(
            parent=state.plain(visit.name(parent))
        )
    )
    items = (
        dict.fromkeys(node for pair in visit.replies.way.below(parent) for node in pair[1:])
        if visit.replies.way
        else survey.hierarchy.children[parent]
    )
    rank_items(
        {
            "place": visit.stop.place,
            "owner": visit.about,
            "title": _("Order of importance for “{parent}”").format(parent=visit.name(parent)),
            "items": [
                {
                    "id": node,
                    "name": visit.name(node),
                    "explanation": survey.text(survey.nodes[node].explanation, language),
                }
                for node in items
            ],
            "ranking": visit.replies.rankings.get(parent),
            "settled": settled(),
            "saved": saved_words(visit),
            "words": {
                **scale_words(_),
                "start": _("Tap the most important one first."),
                "next": _("Now tap the most important of those that are left."),
                "up": _("Move “{name}” up"),
                "down": _("Move “{name}” down"),
                "remove": _("Take “{name}” out again"),
                "moved": _("“{name}” is now number {number}."),
                "confirm": _("This is my order"),
                "keyboard": _("Keyboard: Tab and Enter to place, Alt + arrow keys to move."),
            },
        },
        hooks(visit, "ranking"),
        key="ranking",
    )
    show_steps(visit, visit.stop.parent in visit.replies.rankings)


def show_comparison(visit: Visit) -> None:
    """One question with its 17 positions."""
    _, asked = state.translate(), visit.stop
    survey, language = visit.survey, state.language()
    parent = visit.name(asked.parent)
    own = visit.stops_below(asked.parent)
    _done, count = visit.replies.counts(survey.hierarchy, asked.parent)
    show_progress(
        visit,
        _("comparison {number} of {count} for “{parent}”").format(
            number=own.index(asked) + 1, count=max(count, len(own)), parent=parent
        ),
    )
    question = _("For “{parent}”: which matters more, and how much?").format(parent=parent)
    st.markdown(f"#### {state.plain(question)}")
    show_last_round(visit)
    show_reason(visit)
    left, right = visit.name(asked.left), visit.name(asked.right)

    def shown(node: str) -> dict[str, str]:
        explanation = survey.text(survey.nodes[node].explanation, language)
        return side(visit.name(node), explanation, _)

    scale_choice(
        {
            "pair": asked.place,
            "owner": visit.about,
            "question": question,
            "left": shown(asked.left),
            "right": shown(asked.right),
            "value": visit.reply(asked.pair),
            "positions": positions(left, right, _),
            "abstain": {
                "label": _("I can't judge this"),
                "sentence": _("I can't judge this: leave it out"),
            }
            if visit.asking.cannot_judge
            else None,
            "comment": {
                "label": _("Comment (optional)"),
                "value": visit.replies.comments.get(visit.ordered(asked.pair), ""),
            },
            "settled": settled(),
            "saved": saved_words(visit),
            "words": scale_words(_),
        },
        hooks(visit, "choice"),
        key="choice",
    )
    show_steps(visit, visit.replies.replied(asked.pair))
    show_scale(_)


def show_steps(visit: Visit, done: bool) -> None:
    """Back, next and the overview."""
    _ = state.translate()
    with st.container(horizontal=True):
        st.button(
            _("Back"),
            icon=":material/arrow_back:",
            on_click=go_back,
            args=(visit,),
            key="back",
        )
        st.button(
            _("Next"),
            icon=":material/arrow_forward:",
            on_click=go,
            args=(visit, visit.next),
            disabled=not done,
            key="next",
        )
        st.button(
            _("Overview"),
            icon=":material/list:",
            on_click=go,
            args=(visit, visit.stops[-1]),
            key="overview",
        )


def show_last_round(visit: Visit) -> None:
    """The expert's own last answer, and how the panel answered."""
    _, pair = state.translate(), visit.stop.pair
    seen = visit.feedback(pair)
    if seen is None:
        return
    with st.container(border=True, key="last_round"):
        if seen.own:
            on_scale = seen.own in SAATY_POSITIONS  # answers from a file may not be
            sentence = visit.sentence(pair, seen.own)
            st.markdown(_("Your last answer: {sentence}").format(sentence=state.plain(sentence)))
            if on_scale and not visit.replies.replied(pair):
                st.button(
                    _("Keep this answer"),
                    icon=":material/check:",
                    on_click=keep_answer,
                    args=(visit, new_id()),
                    key="keep",
                )
        if seen.panel:
            show_distribution(visit, seen.panel)
        else:
            st.caption(_("How the panel answered isn't shown here: too few others did."))


def show_distribution(visit: Visit, panel: Distribution) -> None:
    """How the panel answered, without names."""
    _, asked = state.translate(), visit.stop
    left, right = visit.name(asked.left), visit.name(asked.right)
    bars = []
    for (low, high), count in reversed(list(zip(BINS, panel.bins, strict=True))):
        ends = sorted({abs(low) + 1, abs(high) + 1}, reverse=low > 0)
        bars.append(("–".join(map(str, ends)), count))
    histogram(
        left,
        right,
        bars,
        bin_place(panel.median),
        _("{count} experts in round {round}").format(
            count=panel.count, round=visit.study.round - 1
        ),
    )
    words = _("Dashed line: the median, {median}. {half}").format(
        median=position_words(left, right, panel.median, _),
        half=middle_half(left, right, panel.middle, _),
    )
    st.caption(state.plain(words))


def show_reason(visit: Visit) -> None:
    """Ask for a short reason where the answer lies outside the middle half of the panel."""
    _ = state.translate()
    if not visit.asks_reason:
        return
    with st.container(border=True, key="reason_box"):
        st.write(
            _(
                "Your answer differs from the middle half of the panel. That may well be right: "
                "what do you know or weigh differently? A sentence is enough."
            )
        )
        with st.container(key="reason"):
            st.text_area(
                _("Reason (may stay empty)"),
                value=given_reason(visit),
                max_chars=LONGEST["reason"],
                on_change=save_reason,
                args=(visit,),
                key=reason_key(visit),
            )
        st.button(
            _("Save and go on"),
            type="primary",
            on_click=go,
            args=(visit, visit.onward(visit.replies)),
            key="save_reason",
        )


SCREENS = {
    "welcome": show_welcome,
    "rank": show_ranking,
    "pair": show_comparison,
    "parent": show_parent,
    "review": show_review,
}


@st.fragment
def show() -> None:
    """The screen this expert is at."""
    visit = visit_of(chosen_expert())
    screen = "submitted" if visit.expert.submitted else visit.stop.place
    asks = not visit.expert.submitted and visit.stop.kind in ("rank", "pair")
    # the question for a reason comes up above the scale
    new_screen(f"{visit.study.round} {screen} {visit.asks_reason}", control=asks)
    state.show_problem()
    if visit.expert.submitted:
        show_submitted(visit)
        return
    SCREENS[visit.stop.kind](visit)
    if not asks:
        send_waiting(
            {"owner": visit.about, "settled": settled(), "words": scale_words(state.translate())},
            hooks(visit, "waiting"),
            key="waiting",
        )
    if visit.stop.kind != "welcome":
        show_until(visit.sitting.invitation)


def show_trial(tried: state.Trial) -> None:
    """That this is a trial, and the way out of it."""
    _ = state.translate()
    with st.container(border=True, key="trial_banner"):
        st.warning(
            _("This is a trial. Nothing of it is stored in the study."), icon=":material/science:"
        )
        if st.button(_("End the trial"), key="end_trial"):
            st.session_state["study"] = tried.study
            st.switch_page("views/settings.py")


if under_way := state.trial():
    show_trial(under_way)
show()
