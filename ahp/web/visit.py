"""An expert's visit: where they are, what they said, and what their clicks do."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import streamlit as st

from ahp.consensus import scale_position
from ahp.errors import (
    AHPError,
    AnswersError,
    DatabaseError,
    DatabaseFaultError,
    LinkError,
    LockedError,
    StoreError,
    TextLimitError,
)
from ahp.i18n.words import judgment_sentence, position_words
from ahp.process.asking import Asking, Pair
from ahp.process.itinerary import Replies, Stop, find_stop, following, itinerary, open_stops
from ahp.process.rounds import Feedback
from ahp.scale import SAATY_POSITIONS, parse_judgment
from ahp.store import ExpertInfo, Sitting, StudyInfo
from ahp.study import Survey
from ahp.web import state
from ahp.web.self_rating import QUESTIONS, rating_of

ABSTAIN = "abstain"
"""What the scale sends for a comparison that the expert can't judge."""


@dataclass(frozen=True)
class Visit:
    """What the screens need to know: who is answering what, and what they said so far."""

    expert: ExpertInfo
    sitting: Sitting
    language: str

    @property
    def study(self) -> StudyInfo:
        """The study."""
        return self.sitting.study

    @property
    def asking(self) -> Asking:
        """How its experts are asked."""
        return self.sitting.asking

    @property
    def replies(self) -> Replies:
        """What the expert said in this round."""
        return self.expert.replies

    @property
    def survey(self) -> Survey:
        """The survey of the study."""
        return self.study.survey

    @property
    def about(self) -> str:
        """Part of the keys of widgets: what is typed in one round is not another's."""
        return f"{self.expert.id}-{self.study.round}"

    @property
    def parents(self) -> tuple[str, ...]:
        """The parents this expert compares under."""
        return tuple(self.expert.progress)

    @property
    def must_rate(self) -> bool:
        """Whether the study requires a self-rating, and nothing counts in its place."""
        required = self.asking.self_rating == "require"
        return required and not self.expert.counting.familiarity

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """The way through the survey, as far as it is known."""
        return self.way_after(self.replies)

    def way_after(self, replies: Replies) -> tuple[Stop, ...]:
        """The way through the survey after these replies."""
        return itinerary(self.survey.hierarchy, replies, self.expert.standing.recused)

    @cached_property
    def here(self) -> int:
        """Index of the screen shown now; the welcome until it was agreed to, or left in a version
        that did not ask.
        """
        begun = self.replies.way or self.replies.asked
        return find_stop(self.stops, self.expert.place) if begun else 0

    @cached_property
    def stop(self) -> Stop:
        """The screen shown now."""
        return self.stops[self.here]

    @property
    def before(self) -> Stop:
        """The screen before it."""
        return self.stops[max(self.here - 1, 0)]

    @property
    def next(self) -> Stop:
        """The screen after it."""
        return self.stops[min(self.here + 1, len(self.stops) - 1)]

    @cached_property
    def open(self) -> tuple[Stop, ...]:
        """Where something is still asked."""
        return open_stops(self.survey.hierarchy, self.stops, self.replies)

    def onward(self, replies: Replies, stop: Stop | None = None) -> Stop:
        """Where to go on from a screen, the one shown if none is given, after these replies."""
        stops = self.way_after(replies)
        return following(self.survey.hierarchy, stops, stop or self.stop, replies)

    def asked_at(self, place: str) -> Pair:
        """The comparison that the browser names.

        Raises:
            AnswersError: there is none.
        """
        for parent, left, right in self.survey.hierarchy.comparisons:
            for pair in ((parent, left, right), (parent, right, left)):
                if Stop("pair", *pair).place == place:
                    return pair
        raise AnswersError("screen_unknown", screen=place)

    def stops_below(self, parent: str) -> tuple[Stop, ...]:
        """The comparisons below a parent, as far as they are known."""
        return tuple(stop for stop in self.stops if (stop.kind, stop.parent) == ("pair", parent))

    def stop_of(self, pair: Pair) -> Stop:
        """The screen of a comparison, whichever way it is displayed there."""
        wanted = self.ordered(pair)
        return next(stop for stop in self.stops_below(pair[0]) if self.ordered(stop.pair) == wanted)

    def ordered(self, pair: Pair) -> Pair:
        """A comparison as the survey orders it."""
        parent, left, right = pair
        turned = (left, right) not in self.survey.hierarchy.pairs(parent)
        return (parent, right, left) if turned else pair

    def feedback(self, pair: Pair) -> Feedback | None:
        """What the last round left at a comparison, in the direction given."""
        ordered = self.ordered(pair)
        found = self.sitting.feedback.get(ordered)
        return found if found is None or ordered == pair else found.turned()

    def outside(self, pair: Pair, value: str) -> bool:
        """Whether an answer lies outside the middle half of the panel in the last round."""
        seen = self.feedback(pair)
        return bool(seen and seen.panel and seen.panel.outside(parse_judgment(value)))

    @property
    def asks_reason(self) -> bool:
        """Whether the screen shown now asks why the answer differs from most of the panel's."""
        value = self.replies.value(self.stop.pair)
        return value is not None and self.outside(self.stop.pair, value)

    def name(self, node: str) -> str:
        """A node's name in the page's language."""
        return self.survey.node_name(node, self.language)

    def sentence(self, pair: Pair, value: str) -> str:
        """A reply in words."""
        _ = state.translate()
        _parent, left, right = pair
        if value == ABSTAIN:
            return _("“{left}” or “{right}”: you can't judge").format(
                left=self.name(left), right=self.name(right)
            )
        if value in SAATY_POSITIONS:
            return judgment_sentence(self.name(left), self.name(right), value, _)
        position = float(
            scale_position(parse_judgment(value))
        )  # answers from files may lie between
        return position_words(self.name(left), self.name(right), position, _)

    def reply(self, pair: Pair) -> str | None:
        """What was said to a comparison in the direction given; None while it is open."""
        return ABSTAIN if self.replies.cannot_judge(pair) else self.replies.value(pair)


def visit_of(expert: ExpertInfo) -> Visit:
    """How things stand for an expert now."""
    return Visit(expert, expert.sitting, state.language())


def act(change: Callable[[], object], *, kept: bool = False) -> bool:
    """Run a change in the database; what it refuses is shown on the next screen.

    Args:
        change: what is run.
        kept: the browser keeps it and sends it again while the database is away: no need to say so.

    Returns:
        Whether the matter is settled: done, or refused for good. What failed can be tried again.
    """
    st.session_state.pop("saved", None)
    try:
        change()
    except AHPError as error:
        if not (kept and isinstance(error, DatabaseError)):
            st.session_state["problem"] = refusal(error)
        return isinstance(error, LockedError) or not isinstance(error, StoreError)
    return True


def refusal(error: AHPError) -> str:
    """What to tell the expert when something was not stored."""
    _ = state.translate()
    if isinstance(error, LockedError):
        return {
            "submitted": _("Your answers are locked. Nothing was changed."),
            "closed": _(
                "The round in which this page was opened is closed: this was not recorded. "
                "The page now shows how things stand."
            ),
        }[error.reason]
    if isinstance(error, DatabaseError | DatabaseFaultError | LinkError | TextLimitError):
        return state.in_words(error)
    return _(
        "This could not be saved. Please try again. If it happens again, tell the organizer: "
        "{problem}"
    ).format(problem=state.in_words(error))


def go(visit: Visit, stop: Stop) -> None:
    """Move to another screen, on every device of this expert; what was written here is stored."""
    if visit.asks_reason:
        save_reason(visit)
    if "problem" not in st.session_state:
        act(
            partial(
                state.by_link().set_place,
                visit.expert.id,
                stop.place,
                round_number=visit.study.round,
            )
        )


def go_back(visit: Visit) -> None:
    """Move to the screen before."""
    go(visit, visit.before)


def settled() -> list[str]:
    """Ids of what the browser sent and need not send again."""
    found: list[str] = st.session_state.setdefault("settled", [])
    return found


def hooks(visit: Visit, key: str) -> dict[str, Callable[[], None]]:
    """What is done with what a control sends."""
    return {
        "answer": partial(take, visit, key, "answer", take_answer),
        "comment": partial(take, visit, key, "comment", store_comment),
        "ranked": partial(take, visit, key, "ranked", store_ranking),
        "back": partial(go_back, visit),
    }


def take(
    visit: Visit, key: str, event: str, change: Callable[[Visit, dict[str, Any]], None]
) -> None:
    """Do what a control sent, and remember that it need not be sent again."""
    # a page that was loaded again may send before the session knows its controls: it sends again
    sent = (st.session_state.get(key) or {}).get(event)
    if not sent or sent["owner"] != visit.about:
        return  # of another expert or round: it is sent again when that one is on the screen
    if act(partial(change, visit, sent), kept=True):
        settled().append(sent["id"])
        del settled()[:-100]


def take_answer(visit: Visit, sent: dict[str, Any]) -> None:
    """Store what was chosen on the scale, then move on.

    Raises:
        AHPError: it was refused.
    """
    pair = visit.asked_at(sent["pair"])
    if sent["comment"] is not None:
        store_comment(visit, sent)
    record(visit, pair, sent["value"], sent["id"])
    st.session_state["saved"] = (visit.about, pair, sent["value"], sent["late"])


def record(visit: Visit, pair: Pair, value: str, event_id: str) -> None:
    """Store an answer, then move on from its screen; stay where a reason is asked for.

    Raises:
        AHPError: it was refused.
    """
    given = None if value == ABSTAIN else value
    ordered = visit.ordered(pair)
    here = visit.ordered(visit.stop.pair) == ordered if visit.stop.kind == "pair" else False
    place = None
    if here and not (given and visit.outside(pair, given)):
        turned = Replies(answers={pair: given}).value(ordered) if given else None
        place = visit.onward(visit.replies.after(ordered, turned)).place
    options: dict[str, Any] = {
        "event_id": event_id,
        "place": place,
        "round_number": visit.study.round,
    }
    if given is None:
        state.by_link().abstain(visit.expert.id, *pair, **options)
    else:
        state.by_link().answer(visit.expert.id, *pair, given, **options)


def keep_answer(visit: Visit, event_id: str) -> None:
    """Give the answer of the last round again."""
    pair = visit.stop.pair
    if (seen := visit.feedback(pair)) and seen.own:
        value = seen.own

        def change() -> None:
            record(visit, pair, value, event_id)
            st.session_state["saved"] = (visit.about, pair, value, False)

        act(change)


def store_comment(visit: Visit, sent: dict[str, Any]) -> None:
    """Store a comment.

    Raises:
        AHPError: it was refused.
    """
    state.by_link().comment(
        visit.expert.id,
        *visit.asked_at(sent["pair"]),
        sent["comment"],
        event_id=f"{sent['id']}-comment",
        round_number=visit.study.round,
    )


def store_ranking(visit: Visit, sent: dict[str, Any]) -> None:
    """Store the order into which items were put, then move on from its screen.

    Raises:
        AHPError: it was refused.
    """
    parent = sent["place"].removeprefix("rank ")
    stop = Stop("rank", parent)
    replies = replace(
        visit.replies, rankings={**visit.replies.rankings, parent: tuple(sent["order"])}
    )
    state.by_link().rank(
        visit.expert.id,
        parent,
        sent["order"],
        event_id=sent["id"],
        place=visit.onward(replies).place if visit.stop == stop else None,
        round_number=visit.study.round,
    )


def start(visit: Visit, way: str, short: bool, consent: str, event_id: str) -> None:
    """Store consent and way, unless they stand already, then go to what is open."""
    now = visit.replies.way
    # chosen a moment before the click, it may come along with it
    way = st.session_state.get(f"{way_key(visit)} {visit.language}", way)
    short = st.session_state.get(f"{form_key(visit)} {visit.language}", short)

    def change() -> None:
        replies = visit.replies
        if now is None or (now.way, now.short) != (way, short):
            state.by_link().start(
                visit.expert.id,
                way=way,
                short=short,
                consent=consent,
                event_id=event_id,
                round_number=visit.study.round,
            )
            replies = state.by_link().replies(visit.expert.id)
        onward = visit.onward(replies, Stop("welcome")).place
        state.by_link().set_place(visit.expert.id, onward, round_number=visit.study.round)

    act(change)


def way_key(visit: Visit) -> str:
    """Key of the choice of a way, without the language."""
    return f"way {visit.about}"


def form_key(visit: Visit) -> str:
    """Key of the choice of how many comparisons, without the language."""
    return f"form {visit.about}"


def given_reason(visit: Visit) -> str:
    """Why the answer shown now differs from most of the panel's, as stored."""
    reasons = state.by_link().reasons(visit.study.id, expert_id=visit.expert.id)
    return reasons.get((visit.expert.name, *visit.ordered(visit.stop.pair)), "")


def save_reason(visit: Visit) -> None:
    """Store why the answer differs from most of the panel's; an empty text takes it back."""
    written = st.session_state[reason_key(visit)].strip()
    if written != given_reason(visit):
        act(
            partial(
                state.by_link().give_reason,
                visit.expert.id,
                *visit.stop.pair,
                written,
                event_id=new_id(),
                round_number=visit.study.round,
            )
        )


def reason_key(visit: Visit) -> str:
    """Key of the field for the reason: one for each comparison."""
    return f"reason {visit.about} {visit.stop.place}"


def leave_parent(visit: Visit) -> None:
    """Go on; who wrote why contradicting answers stay keeps them."""
    if written_why(visit) not in ("", why_kept(visit)):
        keep_contradictions(visit, new_id())
    else:
        go(visit, visit.onward(visit.replies))


def keep_contradictions(visit: Visit, event_id: str) -> None:
    """Store that contradicting answers stay, and why; then move on."""
    reason = written_why(visit)
    if visit.asking.guidance == "reason" and not reason:
        _ = state.translate()
        st.session_state["problem"] = _("Please say in a few words why these answers stay.")
    else:
        act(
            partial(
                state.by_link().keep,
                visit.expert.id,
                visit.stop.parent,
                reason,
                event_id=event_id,
                place=visit.onward(visit.replies).place,
                round_number=visit.study.round,
            )
        )


def why_kept(visit: Visit) -> str:
    """Why contradicting answers stay, as stored."""
    return visit.replies.kept.get(visit.stop.parent, "")


def written_why(visit: Visit) -> str:
    """The same as written now; empty where it isn't asked."""
    text: str = st.session_state.get(kept_key(visit), "")
    return text.strip()


def kept_key(visit: Visit) -> str:
    """Key of the field for why contradictions stay: one for each parent."""
    return f"kept {visit.about} {visit.stop.parent}"


def draft_key(visit: Visit) -> str:
    """Where that text is while another screen is shown."""
    return f"draft {kept_key(visit)}"


def keep_draft(visit: Visit) -> None:
    """Keep what was written: the field itself is forgotten with its screen."""
    st.session_state[draft_key(visit)] = st.session_state[kept_key(visit)]


def submit(visit: Visit, event_id: str) -> None:
    """Lock the answers; nothing that the expert says of themselves is left behind."""
    _, said = state.translate(), said_of_self(visit).values()
    if not all(said) and (any(said) or visit.must_rate):
        st.session_state["problem"] = _(
            "Please answer all five questions about yourself; nothing was submitted."
        )
    elif rate_self(visit):
        act(
            partial(
                state.by_link().submit,
                visit.expert.id,
                event_id=event_id,
                round_number=visit.study.round,
            )
        )


def choose_naming(visit: Visit, agreed: bool) -> None:
    """Store whether reports may name the expert."""
    act(lambda: state.by_link().choose_naming(visit.expert.id, agreed))


def rate_self(visit: Visit) -> bool:
    """Store what the expert says of their own authority, once all of it is said.

    Returns:
        Whether nothing failed.
    """
    rating, number = rating_of(said_of_self(visit)), visit.study.round
    if rating is None:
        return True
    return act(lambda: state.by_link().rate_self(visit.expert.id, rating, round_number=number))


def said_of_self(visit: Visit) -> dict[str, str]:
    """The self-rating as it stands in its fields; empty where nothing is chosen."""
    return {one: st.session_state.get(rating_key(visit, one)) or "" for one in QUESTIONS}


def rating_key(visit: Visit, question: str) -> str:
    """Key of the field for a question of the self-rating."""
    return f"self_rating {visit.about} {question}"


def new_id() -> str:
    """Id of an event that a button will write."""
    return secrets.token_hex(16)
