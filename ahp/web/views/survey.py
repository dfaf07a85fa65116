"""The expert's survey: one comparison a screen, every answer saved before the screen moves on."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from ahp.consensus import scale_position
from ahp.consistency import Consistency, check_consistency
from ahp.errors import AHPError, LockedError
from ahp.i18n import Translate
from ahp.i18n.words import (
    between_meaning,
    consistency_sentence,
    judgment_sentence,
    link_problem,
    position_words,
    step_words,
)
from ahp.matrix import PairwiseMatrix
from ahp.priority import weights
from ahp.scale import SAATY_POSITIONS, parse_judgment
from ahp.store import ExpertInfo, StudyInfo
from ahp.study import Survey
from ahp.study.delphi import BINS, Distribution, Feedback, bin_place
from ahp.study.itinerary import Stop, find_stop, itinerary
from ahp.web import state
from ahp.web.components import histogram, scale_choice, scroll_up
from ahp.web.questionnaires import download_questionnaire, upload_questionnaires


@dataclass(frozen=True)
class Visit:
    """What the screens need to know: who is answering what, how far they are, where they are."""

    expert: ExpertInfo
    study: StudyInfo
    current: dict[tuple[str, str, str], str]
    feedback: dict[tuple[str, str, str], Feedback]
    stops: tuple[Stop, ...]
    here: int

    @property
    def survey(self) -> Survey:
        """The survey of the study."""
        return self.study.survey

    @property
    def parents(self) -> tuple[str, ...]:
        """The parents this expert compares under."""
        return tuple(stop.parent for stop in self.stops if stop.kind == "parent")

    @property
    def stop(self) -> Stop:
        """The screen shown now."""
        return self.stops[self.here]

    @property
    def before(self) -> Stop:
        """The screen before it."""
        return self.stops[max(self.here - 1, 0)]

    @property
    def following(self) -> Stop:
        """The screen after it."""
        return self.stops[min(self.here + 1, len(self.stops) - 1)]

    @property
    def open(self) -> tuple[Stop, ...]:
        """Comparisons without an answer."""
        return tuple(s for s in self.stops if s.kind == "pair" and s.pair not in self.current)

    def name(self, node: str) -> str:
        """A node's name in the page's language."""
        return self.survey.node_name(node, state.language())

    def sentence(self, stop: Stop, value: str) -> str:
        """An answer in words."""
        return judgment_sentence(
            self.name(stop.left), self.name(stop.right), value, state.translate()
        )

    def matrix(self, parent: str) -> PairwiseMatrix:
        """The expert's matrix below a parent, NaN where nothing is answered yet."""
        pairs = self.survey.hierarchy.pairs(parent)
        judged = {pair: self.current.get((parent, *pair)) for pair in pairs}
        return PairwiseMatrix.from_judgments(judged, labels=self.survey.hierarchy.children[parent])

    def consistency(self, matrix: PairwiseMatrix) -> Consistency:
        """Of a finished matrix, with the survey's own RI table."""
        return check_consistency(matrix, random_index=self.survey.random_index)


def chosen_expert() -> ExpertInfo:
    """The survey this browser is answering; asks when it holds links to several."""
    _, granted = state.translate(), state.grants()
    experts = {expert.id: expert for expert in granted.experts}
    if not experts:
        state.show_problem()
        for reason in granted.refused or ("unknown",):
            st.warning(link_problem(reason, state.language()))
        st.stop()
    if len(experts) == 1:
        return next(iter(experts.values()))
    titles = {
        expert.id: f"{state.database().study(expert.study_id).title} · {expert.name}"
        for expert in granted.experts
    }
    chosen: str = st.radio(
        _("You have links to several surveys. Which one do you want to answer?"),
        list(experts),
        format_func=state.distinct(titles).__getitem__,
        key="expert",
    )
    return experts[chosen]


def act(change: Callable[[], object]) -> None:
    """Run a change in the database; what it refuses is shown on the next screen."""
    _ = state.translate()
    st.session_state.pop("saved", None)
    try:
        change()
    except LockedError as error:
        st.session_state["problem"] = {
            "submitted": _("Your answers are locked. Nothing was changed."),
            "closed": _(
                "The round in which this page was opened is closed: this was not recorded. "
                "The page now shows how things stand."
            ),
        }[error.reason]
    except AHPError as error:
        st.session_state["problem"] = _(
            "This could not be saved. Please try again. If it happens again, tell the organizer: "
            "{problem}"
        ).format(problem=error)


def go(visit: Visit, stop: Stop) -> None:
    """Move to another screen, on every device of this expert."""
    act(partial(state.database().set_place, visit.expert.id, stop.place))


def save_answer(visit: Visit) -> None:
    """Store the choice, then move on."""
    sent = st.session_state["choice"].answer
    if not sent or sent["pair"] != visit.stop.place:
        return
    record(visit, sent["value"], sent["id"])


def keep_answer(visit: Visit, event_id: str) -> None:
    """Give the answer of the last round again."""
    if value := visit.feedback[visit.stop.pair].own:
        record(visit, value, event_id)


def still_allowed(visit: Visit) -> bool:
    """Whether the link still works; if not, the page will say what happened."""
    if visit.expert.id in {expert.id for expert in state.grants().experts}:
        return True
    _ = state.translate()
    st.session_state["problem"] = _("This was not recorded.")
    return False


def record(visit: Visit, value: str, event_id: str) -> None:
    """Store an answer, then move on; stay where a reason is asked for."""
    if not still_allowed(visit):
        return
    stay = outside(visit, value)

    def change() -> None:
        state.database().answer(
            visit.expert.id,
            *visit.stop.pair,
            value,
            event_id=event_id,
            place=(visit.stop if stay else visit.following).place,
            round_number=visit.study.round,
        )
        st.session_state["saved"] = (visit.stop, value)

    act(change)


def outside(visit: Visit, value: str) -> bool:
    """Whether an answer to this comparison lies outside the middle half of the panel."""
    seen = visit.feedback.get(visit.stop.pair)
    return bool(seen and seen.panel and seen.panel.outside(parse_judgment(value)))


def save_reason(visit: Visit, given: str, event_id: str) -> None:
    """Store why the answer differs from most of the panel's, then move on.

    Args:
        visit: where the expert is.
        given: the reason stored before; an empty text takes it back.
        event_id: of the event.
    """
    text = st.session_state[reason_key(visit)].strip()
    if not still_allowed(visit):
        return

    def change() -> None:
        if text != given:
            state.database().give_reason(
                visit.expert.id,
                *visit.stop.pair,
                text,
                event_id=event_id,
                round_number=visit.study.round,
            )
        state.database().set_place(visit.expert.id, visit.following.place)

    act(change)


def reason_key(visit: Visit) -> str:
    """Key of the field for the reason: one for each comparison."""
    return f"reason {visit.study.round} {visit.stop.place}"


def submit(visit: Visit, event_id: str) -> None:
    """Lock the answers."""
    if still_allowed(visit):
        act(
            partial(
                state.database().submit,
                visit.expert.id,
                event_id=event_id,
                round_number=visit.study.round,
            )
        )


def show_scale(_: Translate) -> None:
    """Saaty's table of what the steps mean."""
    with st.expander(_("What do the numbers 1 to 9 mean?"), icon=":material/help:"):
        steps = [(str(step), word, why) for step, (word, _adverb, why) in step_words(_).items()]
        headings = (_("Step"), _("Importance"), _("Meaning"))
        st.table(
            [
                dict(zip(headings, row, strict=True))
                for row in [*steps, ("2, 4, 6, 8", _("in between"), between_meaning(_))]
            ],
            hide_index=True,
        )


def show_welcome(visit: Visit) -> None:
    """What it is for, how long it takes, what a comparison means."""
    _, language = state.translate(), state.language()
    survey, expert = visit.survey, visit.expert
    st.header(survey.text(survey.name, language))
    st.write(survey.text(survey.description, language))
    minutes = max(5, round(expert.total * 0.6 / 5) * 5)
    lines = (
        _("You will see {count} comparisons of two items each.").format(count=expert.total),
        _(
            "For each, tap how much more important one item is than the other. "
            "There are no right or wrong answers; your experience counts."
        ),
        _(
            "It takes about {minutes} minutes. Every answer is saved at once: you can "
            "stop at any time and go on later, also on another device, with the same link."
        ).format(minutes=minutes),
        _("The organizer sees your answers under your name; other experts don't see them."),
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
    first = visit.following
    st.info(
        _("Example: tapping 5 on the side of “{first}” means: {sentence}.").format(
            first=visit.name(first.left), sentence=visit.sentence(first, "5")
        ),
        icon=":material/lightbulb:",
    )
    st.button(
        _("Go on") if expert.answered else _("Start"),
        type="primary",
        on_click=go,
        args=(visit, first),
        key="start",
    )
    show_scale(_)
    with st.expander(_("Rather fill it in as a spreadsheet?"), icon=":material/table:"):
        st.write(
            _(
                "Download your questionnaire, fill it in with Excel, WPS or LibreOffice, also "
                "without the internet, and upload it here. You see what was read before it counts."
            )
        )
        download_questionnaire(visit.study, expert, visit.current)
        upload_questionnaires(visit.study, [expert])


def show_progress(expert: ExpertInfo, where: str = "") -> None:
    """How many of all comparisons are answered."""
    _ = state.translate()
    done = _("{done} of {total} answered").format(done=expert.answered, total=expert.total)
    st.progress(expert.answered / expert.total, text=" · ".join(filter(None, (done, where))))


def show_saved(visit: Visit) -> None:
    """The answer given last, in words: proof that it was saved, and of its direction."""
    _ = state.translate()
    if saved := st.session_state.get("saved"):
        text = _("Saved: {sentence}").format(sentence=visit.sentence(*saved))
        st.markdown(f":green[:material/check: {text}]")


def show_back(visit: Visit) -> None:
    """Back to the screen before."""
    _ = state.translate()
    st.button(
        _("Back"),
        icon=":material/arrow_back:",
        on_click=go,
        args=(visit, visit.before),
        key="back",
    )


def show_comparison(visit: Visit) -> None:
    """One question with its 17 positions."""
    _, asked = state.translate(), visit.stop
    pairs = visit.survey.hierarchy.pairs(asked.parent)
    parent = visit.name(asked.parent)
    show_progress(
        visit.expert,
        _("comparison {number} of {count} for “{parent}”").format(
            number=pairs.index((asked.left, asked.right)) + 1, count=len(pairs), parent=parent
        ),
    )
    show_saved(visit)
    question = _("For “{parent}”: which of the two is more important, and by how much?").format(
        parent=parent
    )
    st.markdown(f"#### {question}")
    show_last_round(visit)
    words = {str(step): word for step, (word, *_rest) in step_words(_).items()}

    def side(node: str) -> dict[str, str]:
        name = visit.name(node)
        return {
            "name": name,
            "explanation": visit.survey.text(
                visit.survey.nodes[node].explanation, state.language()
            ),
            "more": _("“{name}” is more important").format(name=name),
        }

    scale_choice(
        {
            "pair": asked.place,
            "question": question,
            "left": side(asked.left),
            "right": side(asked.right),
            "value": visit.current.get(asked.pair),
            "positions": [
                {
                    "value": value,
                    "step": (step := value.removeprefix("1/")),
                    "word": words.get(step, ""),
                    "sentence": visit.sentence(asked, value),
                }
                for value in SAATY_POSITIONS
            ],
        },
        partial(save_answer, visit),
        key="choice",
    )
    show_reason(visit)
    with st.container(horizontal=True):
        show_back(visit)
        st.button(
            _("Next"),
            icon=":material/arrow_forward:",
            on_click=go,
            args=(visit, visit.following),
            disabled=asked.pair not in visit.current,
            key="next",
        )
        st.button(
            _("Overview"),
            icon=":material/list:",
            on_click=go,
            args=(visit, visit.stops[-1]),
            key="overview",
        )
    show_scale(_)


def show_last_round(visit: Visit) -> None:
    """The expert's own last answer, and how the panel answered."""
    _, asked = state.translate(), visit.stop
    seen = visit.feedback.get(asked.pair)
    if seen is None:
        return
    with st.container(border=True, key="last_round"):
        if seen.own:
            on_scale = seen.own in SAATY_POSITIONS  # answers from a file may not be
            if on_scale:
                sentence = visit.sentence(asked, seen.own)
            else:
                names = (visit.name(asked.left), visit.name(asked.right))
                position = float(scale_position(parse_judgment(seen.own)))
                sentence = position_words(*names, position, _)
            st.markdown(_("Your last answer: {sentence}").format(sentence=sentence))
            if on_scale and asked.pair not in visit.current:
                st.button(
                    _("Keep this answer"),
                    icon=":material/check:",
                    on_click=keep_answer,
                    args=(visit, secrets.token_hex(16)),
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
    q1, median, q3 = (
        position_words(left, right, position, _) for position in (panel.q1, panel.median, panel.q3)
    )
    st.caption(
        _(
            "Dashed line: the median, {median}. The middle half of the answers: {q3} to {q1}."
        ).format(median=median, q1=q1, q3=q3)
    )


def show_reason(visit: Visit) -> None:
    """Ask for a short reason where the answer lies outside the middle half of the panel."""
    _, asked = state.translate(), visit.stop
    value = visit.current.get(asked.pair)
    if value is None or not outside(visit, value):
        return
    expert = visit.expert
    given = state.database().reasons(visit.study.id, expert_id=expert.id)
    with st.container(border=True, key="reason_box"):
        st.write(
            _(
                "Your answer differs from the middle half of the panel. That may well be right: "
                "what do you know or weigh differently? A sentence is enough."
            )
        )
        before = given.get((expert.name, *asked.pair), "")
        with st.container(key="reason"):
            st.text_area(
                _("Reason (may stay empty)"),
                value=before,
                max_chars=1000,
                key=reason_key(visit),
            )
        st.button(
            _("Save and go on"),
            type="primary",
            on_click=save_reason,
            args=(visit, before, secrets.token_hex(16)),
            key="save_reason",
        )


def show_parent(visit: Visit) -> None:
    """A finished parent: its own weights and whether the judgments fit together."""
    _, parent = state.translate(), visit.stop.parent
    show_progress(visit.expert)
    show_saved(visit)
    st.subheader(visit.name(parent))
    with st.container(key="parent_done"):
        show_own_weights(visit, parent)
    with st.container(horizontal=True):
        show_back(visit)
        st.button(
            _("Go on"), type="primary", on_click=go, args=(visit, visit.following), key="next"
        )
    st.markdown("**" + _("Your answers here") + "**")
    show_answers(visit, parent)


def show_own_weights(visit: Visit, parent: str) -> None:
    """Weights as bars and the verdict in words, or what is missing."""
    _ = state.translate()
    matrix = visit.matrix(parent)
    if not matrix.complete:
        missing = sum(stop.parent == parent for stop in visit.open)
        st.warning(_("{count} comparisons are still open here.").format(count=missing))
        return
    found = visit.consistency(matrix)
    sentence = consistency_sentence(found.cr, matrix.n, _)
    if found.acceptable:
        st.success(sentence, icon=":material/check:")
    else:
        st.warning(sentence, icon=":material/rule:")
    st.write(_("This is how important you rated them:"))
    own = weights(matrix, visit.survey.method).tolist()
    for node, weight in sorted(zip(matrix.labels, own, strict=True), key=lambda item: -item[1]):
        st.progress(weight, text=f"{visit.name(node)} · {weight:.1%}")


def show_answers(visit: Visit, parent: str) -> None:
    """The answers below a parent in words, each a way to change it until they are submitted."""
    _ = state.translate()
    for pair in visit.survey.hierarchy.pairs(parent):
        stop = Stop("pair", parent, *pair)
        if value := visit.current.get(stop.pair):
            sentence, icon = visit.sentence(stop, value), ":material/edit:"
        else:
            sentence = _("“{left}” or “{right}”: still open").format(
                left=visit.name(stop.left), right=visit.name(stop.right)
            )
            icon = ":material/radio_button_unchecked:"
        if visit.expert.submitted:
            st.markdown(f"- {sentence}")
        else:
            st.button(
                sentence,
                icon=icon,
                type="tertiary",
                on_click=go,
                args=(visit, stop),
                key=stop.place,
            )


def show_review(visit: Visit) -> None:
    """All parents with progress and consistency; submit."""
    _ = state.translate()
    st.container(key="review").header(_("Overview"))
    show_progress(visit.expert)
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
            show_own_weights(visit, parent)
            show_answers(visit, parent)
    if visit.open:
        return
    st.divider()
    about = f"{visit.expert.id}-{visit.study.round}"
    with st.container(key="sure"):
        sure = st.checkbox(
            _("I have finished. After submitting I can't change my answers any more."),
            key=f"sure-{about}",
        )
    event_id: str = st.session_state.setdefault(f"submit-{about}", secrets.token_hex(16))
    st.button(
        _("Submit my answers"),
        type="primary",
        disabled=not sure,
        on_click=submit,
        args=(visit, event_id),
        key="submit",
    )


def overview_line(visit: Visit, parent: str) -> str:
    """A parent in the overview: name, how many answered, whether they fit together."""
    _ = state.translate()
    pairs = visit.survey.hierarchy.pairs(parent)
    done = len(pairs) - sum(stop.parent == parent for stop in visit.open)
    line = f"{visit.name(parent)} · {done}/{len(pairs)}"
    if done < len(pairs):
        return line
    found = visit.consistency(visit.matrix(parent))
    verdict = _("judgments fit together") if found.acceptable else _("please look again")
    return f"{line} · CR {found.cr:.3f} · {verdict}"


def show_submitted(visit: Visit) -> None:
    """Thanks, and the locked answers to read again."""
    _ = state.translate()
    st.header(_("Thank you, {name}!").format(name=visit.expert.name))
    st.container(key="submitted").success(
        _("Your {count} answers are submitted and locked. You can close this page.").format(
            count=visit.expert.total
        ),
        icon=":material/check:",
    )
    for parent in visit.parents:
        with st.expander(visit.name(parent)):
            show_own_weights(visit, parent)
            show_answers(visit, parent)


SCREENS = {
    "welcome": show_welcome,
    "pair": show_comparison,
    "parent": show_parent,
    "review": show_review,
}


@st.fragment
def show() -> None:
    """The screen this expert is at."""
    expert = chosen_expert()
    database = state.database()
    study = database.study(expert.study_id)
    stops = itinerary(study.survey.hierarchy, expert.standing.recused)
    visit = Visit(
        expert,
        study,
        database.current(expert.id),
        database.feedback(expert.id) if study.round > 1 else {},
        stops,
        find_stop(stops, expert.place),
    )
    scroll_up(f"{study.round} {visit.stop.place}")
    state.show_problem()
    if expert.submitted:
        show_submitted(visit)
    else:
        SCREENS[visit.stop.kind](visit)


show()
