"""What experts say, and what it comes to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from ..datafile import jcs
from ..errors import AnswersError, LockedError, StoreError
from ..messages import Phrase
from ..process.asking import Pair, Way
from ..process.events import (
    Abstained,
    Action,
    Actor,
    Answered,
    Cleared,
    Commented,
    Consented,
    Kept,
    Keyed,
    NamingChosen,
    Ranked,
    Reasoned,
    Replied,
    SelfRated,
    Shown,
    Submitted,
    WayChosen,
)
from ..process.fold import State
from ..process.itinerary import Replies
from ..process.keying import answers_from_paper, keyed_differences, paper_place
from ..process.own_result import unsettled_parents
from ..scale import SAATY_POSITIONS
from ..study import Answers, Judgment
from ..study.entered import spreadsheet_reason, step_of
from ..study.standing import SelfRating
from . import log
from .log import Entry
from .models import ExpertRow, StudyRow
from .part import (
    Part,
    by_organizer,
    check_open,
    check_round,
    line,
    locked_expert,
    new_id,
    open_study,
)
from .people import add_people
from .queries import EXPERTS, expert_and_study, study_row
from .records import Event
from .states import state_of
from .surveys import survey_of

_EVENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Replying(Part):
    """Answers, and all else that experts say."""

    def answer(
        self,
        expert_id: str,
        parent: str,
        left: str,
        right: str,
        value: str,
        *,
        event_id: str,
        source: str = "web",
        place: str | None = None,
        round_number: int | None = None,
    ) -> Event:
        """Store an expert's answer to one pair; an earlier one stays in the log.

        Args:
            expert_id: who answers.
            parent: id of the node under which the pair is compared.
            left: id of the child that was displayed on the left.
            right: id of the other child.
            value: how much left matters more than right, one of `ahp.scale.SAATY_POSITIONS` by its
                value: `"3.0"` is stored as `"3"`.
            event_id: made by the sender, who repeats it when sending the same answer again:
                the stored event is returned then, and nothing is written.
            source: where the answer comes from.
            place: where in the survey the expert is now; None = where they were.
            round_number: the round the expert was asked in; refused when that is not the open one.
                None = whichever is open.

        Raises:
            AnswersError: the survey has no such pair, or the scale no such value.
            LockedError: the expert has submitted, or the round is closed.
            StoreError: the event id was used for something else.
        """
        step = step_of(value) if isinstance(value, str) else None  # else refused below
        action = Answered(parent, left, right, step or value)
        return self._say(Entry(action, event_id, source, expert_id), round_number, place)

    def abstain(
        self,
        expert_id: str,
        parent: str,
        left: str,
        right: str,
        *,
        event_id: str,
        place: str | None = None,
        round_number: int | None = None,
    ) -> Event:
        """Store that an expert can't judge a pair; an answer given before no longer counts.

        Args:
            expert_id: whose reply it is.
            parent: of the pair, as for `answer`.
            left: as for `answer`.
            right: as for `answer`.
            event_id: as for `answer`.
            place: as for `answer`.
            round_number: as for `answer`.

        Raises:
            AnswersError: the expert is not asked this pair, or the study does not allow it.
            LockedError, StoreError: as for `answer`.
        """
        entry = Entry(Abstained(parent, left, right), event_id, "web", expert_id)
        return self._say(entry, round_number, place)

    def comment(
        self,
        expert_id: str,
        parent: str,
        left: str,
        right: str,
        text: str,
        *,
        event_id: str,
        round_number: int | None = None,
    ) -> Event:
        """Store what an expert remarks on a pair.

        Args:
            expert_id: who remarks.
            parent: of the pair, as for `answer`.
            left: as for `answer`.
            right: as for `answer`.
            text: the comment; empty = the one given before is taken back.
            event_id: as for `answer`.
            round_number: as for `answer`.

        Raises:
            AnswersError, LockedError, StoreError: as for `answer`.
        """
        action = Commented(parent, left, right, text.strip())
        return self._say(Entry(action, event_id, "web", expert_id), round_number)

    def start(
        self,
        expert_id: str,
        *,
        way: str,
        short: bool,
        consent: str,
        event_id: str,
        round_number: int | None = None,
    ) -> Event:
        """Store that an expert has agreed to take part, and how they want to be asked.

        Args:
            expert_id: who starts.
            way: as in `ahp.process.asking.Way`; the order is seeded by expert and round.
            short: likewise.
            consent: the text they agreed to.
            event_id: as for `answer`.
            round_number: as for `answer`.

        Raises:
            OptionError: the study does not allow this way.
            LockedError, StoreError: as for `answer`.
        """
        with self._write() as session:
            expert, study = self._own_expert(session, expert_id)
            hierarchy = survey_of(session, study).hierarchy
            # also when an old round's start is sent again: it must be known as the stored one
            seed = f"{expert.id} {round_number or study.round}"
            chosen = Way.seeded(way, short, hierarchy, seed)
            entries = [
                Entry(WayChosen(chosen), event_id, "web", expert_id),
                Entry(Consented(consent), f"{event_id}-consent", "web", expert_id),
            ]
            return _say(session, expert, study, entries, round_number=round_number)

    def rank(
        self,
        expert_id: str,
        parent: str,
        ranking: Sequence[str],
        *,
        event_id: str,
        place: str | None = None,
        round_number: int | None = None,
    ) -> Event:
        """Store the order into which an expert puts the items below a parent.

        Args:
            expert_id: who ranks.
            parent: id of the node above the items.
            ranking: ids of the items, the most important first.
            event_id: as for `answer`.
            place: as for `answer`.
            round_number: as for `answer`.

        Raises:
            OptionError: not each item once.
            LockedError, StoreError: as for `answer`.
        """
        entry = Entry(Ranked(parent, tuple(ranking)), event_id, "web", expert_id)
        return self._say(entry, round_number, place)

    def note_shown(self, expert_id: str, parent: str, detail: str, *, round_number: int) -> None:
        """Store which contradictions an expert was shown below a parent; once for each content.

        Args:
            expert_id: who saw them.
            parent: id of the node.
            detail: JSON of what was shown.
            round_number: as for `answer`.

        Raises:
            LockedError, StoreError: as for `answer`.
        """
        about = jcs([expert_id, round_number, parent, detail])
        event_id = hashlib.sha256(about.encode()).hexdigest()
        self._say(Entry(Shown(parent, detail), event_id, "web", expert_id), round_number)

    def keep(
        self,
        expert_id: str,
        parent: str,
        reason: str,
        *,
        event_id: str,
        place: str | None = None,
        round_number: int | None = None,
    ) -> Event:
        """Store that an expert keeps contradicting answers below a parent, and why.

        Args:
            expert_id: who keeps them.
            parent: id of the node.
            reason: may be empty where the study asks for none.
            event_id: as for `answer`.
            place: as for `answer`.
            round_number: as for `answer`.

        Raises:
            LockedError, StoreError: as for `answer`.
        """
        entry = Entry(Kept(parent, reason.strip()), event_id, "web", expert_id)
        return self._say(entry, round_number, place)

    def give_reason(
        self,
        expert_id: str,
        parent: str,
        left: str,
        right: str,
        text: str,
        *,
        event_id: str,
        round_number: int | None = None,
    ) -> Event:
        """Store why an expert stays outside the middle half of the panel at one pair.

        Args:
            expert_id: who explains.
            parent: of the pair.
            left: id of one child.
            right: id of the other.
            text: the reason; empty = the one given before is taken back.
            event_id: as for `answer`.
            round_number: as for `answer`.

        Raises:
            StoreError: the event id was used for something else.
            AnswersError: the expert is not asked this pair.
            LockedError: the expert has submitted, or the round is closed.
        """
        action = Reasoned(parent, left, right, text.strip())
        return self._say(Entry(action, event_id, "web", expert_id), round_number)

    def submit(
        self,
        expert_id: str,
        *,
        event_id: str,
        source: str = "web",
        round_number: int | None = None,
        actor: Actor | None = None,
    ) -> Event:
        """Lock an expert's answers.

        Args:
            expert_id: who submits.
            event_id: as for `answer`.
            source: as for `answer`.
            round_number: as for `answer`.
            actor: the file that was read as submitted; None = the expert.

        Raises:
            StoreError: answers are missing, or the event id was used for something else.
            LockedError: the expert has submitted already, or the round is closed.
        """
        return self._say(Entry(Submitted(), event_id, source, expert_id, actor), round_number)

    def choose_naming(self, expert_id: str, agreed: bool) -> None:
        """Store whether an expert agrees that reports name them, before or after they submit.

        Args:
            expert_id: who says so.
            agreed: whether they do.

        Raises:
            LinkError: from a browser whose link was revoked, or when the round is closed: what
                they say then is noted by `note_naming`.
        """
        with self._write() as session:
            _, study = self._own_expert(session, expert_id)
            if state_of(session, study).members[expert_id].may_be_named != agreed:
                chosen = NamingChosen(agreed)
                who = Actor("expert", expert_id)
                log.append(session, study, [Entry(chosen, new_id(), "web", expert_id, who)])

    def rate_self(
        self,
        expert_id: str,
        rating: SelfRating,
        *,
        round_number: int | None = None,
        source: str = "web",
        actor: Actor | None = None,
    ) -> None:
        """Store what an expert says of their own authority, before they submit.

        Args:
            expert_id: who says so.
            rating: what they say.
            round_number: as for `answer`.
            source: `"web"` or `"file"`.
            actor: the file it was read from; None = the expert.

        Raises:
            StoreError: the study doesn't ask it.
            LockedError: the expert has submitted, or the round is closed.
        """
        with self._write() as session:
            expert, study = self._own_expert(session, expert_id)
            _check_answerable(session, expert, study, round_number)
            state = state_of(session, study)
            if state.asking.self_rating == "off":
                raise StoreError("self_rating_not_asked", title=study.title)
            if state.members[expert_id].self_rating != rating:
                who = actor or Actor("expert", expert_id)
                entry = Entry(SelfRated(rating), new_id(), source, expert_id, who)
                log.append(session, study, [entry])

    def upload_answers(
        self,
        expert_id: str,
        judgments: Iterable[Judgment],
        *,
        round_number: int | None = None,
        actor: Actor | None = None,
    ) -> list[Event]:
        """Store answers from a file, all or none; those that change nothing are left out.

        Args:
            expert_id: who answered.
            judgments: their answers; `place` is kept in the log, `expert` is not looked at.
            round_number: as for `answer`.
            actor: the file they were read from; None = the expert.

        Raises:
            AnswersError: a pair the expert is not asked, or a value off the scale.
            LockedError: the expert has submitted, or the round is closed.
        """
        with self._write() as session:
            expert, study = self._own_expert(session, expert_id)
            return _upload(
                session, expert, study, judgments, round_number=round_number, actor=actor
            )

    def key_in(
        self,
        expert_id: str,
        answers: Mapping[Pair, str],
        by: str,
        *,
        anew: bool = False,
        round_number: int | None = None,
    ) -> None:
        """Store what one person read in an expert's paper questionnaire. When another person has
        keyed it in, too, `take_keyed` makes answers of both.

        Args:
            expert_id: whose questionnaire it is.
            answers: comparison as the survey orders it -> judgment, of the rows with a tick.
            by: who keyed it in; where organizers have accounts, these tell two persons apart.
            anew: two persons have keyed it in already, and what both read is put aside.
            round_number: as for `answer`.

        Raises:
            AnswersError: a pair the expert is not asked, or a value off the scale.
            StoreError: two persons have keyed it in already, and it isn't done anew.
            LockedError: the expert has submitted, or the round is closed.
        """
        read = tuple((*pair, value) for pair, value in answers.items())
        keyed = Keyed(line("name", by), read, self._organizer.id)
        with self._write() as session:
            expert, study = locked_expert(session, expert_id)
            _check_answerable(session, expert, study, round_number)
            state = state_of(session, study)
            if len(state.keyed.get(expert_id, ())) == 2 and not anew:
                raise StoreError("keyed_twice", name=expert.name)
            for parent, left, right, value in keyed.answers:
                if problem := _not_asked(state, expert_id, Answered(parent, left, right, value)):
                    raise AnswersError(problem.code, **problem.parameters)
            log.append(session, study, [by_organizer(keyed, expert_id)])

    def keyed(self, study_id: str) -> dict[str, tuple[Keyed, ...]]:
        """Expert id -> how their paper questionnaire of this round was keyed in so far."""
        with self._database.read() as session:
            return dict(state_of(session, study_row(session, study_id)).keyed)

    def take_keyed(
        self,
        expert_id: str,
        settled: Mapping[Pair, str | None],
        *,
        round_number: int | None = None,
    ) -> list[Event]:
        """Store what two persons keyed in as the expert's answers. Those that were keyed in before
        and don't stand on paper are taken back; what the expert answered otherwise stays.

        Args:
            expert_id: whose questionnaire it is.
            settled: comparison -> judgment that stands on paper, of those that were keyed in
                differently; None = none does.
            round_number: as for `answer`.

        Raises:
            StoreError: it wasn't keyed in by two persons, or a difference isn't settled.
            LockedError: the expert has submitted, or the round is closed.
        """
        with self._write() as session:
            expert, study = locked_expert(session, expert_id)
            state = state_of(session, study)
            keyed = state.keyed.get(expert_id, ())
            if len(keyed) < 2:
                raise StoreError("keyed_once", name=expert.name)
            differences = keyed_differences(*keyed)
            if open_pairs := differences.keys() - settled.keys():
                raise StoreError("keyed_differently", name=expert.name, count=len(open_pairs))
            first, second = keyed
            read: dict[Pair, str | None] = {
                (parent, left, right): value for parent, left, right, value in first.answers
            }
            read |= {pair: settled[pair] for pair in differences}
            place, by = paper_place(first, second), self._organizer
            judgments = [Judgment("", *pair, value, place) for pair, value in read.items() if value]
            events = _upload(session, expert, study, judgments, round_number=round_number, actor=by)
            unread = [
                Entry(Cleared(*pair), new_id(), "file", expert_id, by)
                for pair in sorted(answers_from_paper(state.told_by(expert_id).given))
                if not read.get(pair)
            ]
            return events + log.append(session, study, unread) if unread else events

    def import_answers(
        self,
        study_id: str,
        answers: Answers,
        *,
        submit: bool = False,
        round_number: int | None = None,
        actor: Actor | None = None,
    ) -> int:
        """Store a panel's answers from a file in the open round, all or none.

        Args:
            study_id: the study; experts it does not have yet are added.
            answers: the answers; experts are known by their names.
            submit: submit those who have then answered everything, and whose answers the study lets
                stand.
            round_number: as for `answer`.
            actor: the file they were read from; None = the organizer.

        Returns:
            How many answers were new or changed.

        Raises:
            AHPError: as for `add_experts` and `upload_answers`.
        """
        by_name: dict[str, list[Judgment]] = {name: [] for name in answers.experts}
        for one in answers.judgments:
            by_name[one.expert].append(one)
        actor = actor or self._organizer
        with self._write() as session:
            study = open_study(session, study_id)
            known = {who.name for who in state_of(session, study).panel.values()}
            if new := [name for name in by_name if name.strip() not in known]:
                add_people(session, study, dict.fromkeys(new))
            experts = {
                expert.name: expert
                for expert, _ in session.execute(EXPERTS.where(ExpertRow.study_id == study_id))
            }
            count = 0
            for name, own in by_name.items():
                expert = experts[name.strip()]
                count += len(
                    _upload(session, expert, study, own, round_number=round_number, actor=actor)
                )
            if submit:
                state, ids = state_of(session, study), {experts[one.strip()].id for one in by_name}
                entries = [
                    Entry(Submitted(), new_id(), "file", one, actor)
                    for one in state.panel
                    if one in ids and not state.submitted(one) and _unfinished(state, one) is None
                ]
                if entries:
                    log.append(session, study, entries)
            return count

    def replies(self, expert_id: str, *, round_number: int | None = None) -> Replies:
        """What an expert has said in a round; None = the one that is open or was closed last."""
        with self._database.read() as session:
            _, study = expert_and_study(session, expert_id)
            return state_of(session, study).in_round(round_number).told_by(expert_id).replies

    def panel_replies(
        self, study_id: str, *, round_number: int | None = None
    ) -> dict[str, Replies]:
        """What every expert of a study has said in a round, by name in the order of the panel;
        the round as for `replies`.
        """
        with self._database.read() as session:
            state = state_of(session, study_row(session, study_id))
            told = state.in_round(round_number)
            return {who.name: told.told_by(one).replies for one, who in state.panel.items()}

    def current(self, expert_id: str) -> dict[tuple[str, str, str], str]:
        """An expert's current answers in this round: (parent, left, right) -> value.

        Pairs and their order are the survey's own, whichever way they were displayed.
        """
        return dict(self.replies(expert_id).answers)

    def answers(
        self, study_id: str, *, round_number: int | None = None, only_submitted: bool = True
    ) -> Answers:
        """The answers of a round, expert by expert in the order of the panel.

        Args:
            study_id: the study.
            round_number: the round; None = the one that is open or was closed last.
            only_submitted: leave out experts who have not submitted.
        """
        with self._database.read() as session:
            state = state_of(session, study_row(session, study_id))
            return state.in_round(round_number).answers(only_submitted=only_submitted)

    def reasons(
        self, study_id: str, *, expert_id: str | None = None, round_number: int | None = None
    ) -> dict[tuple[str, str, str, str], str]:
        """Why experts stayed outside the middle half of the panel.

        A reason belongs to the answer it was given for: not those that were taken back, or that are
        older than the expert's answer now.

        Args:
            study_id: the study.
            expert_id: the reasons of this expert alone; None = of all.
            round_number: the round; None = the one that is open or was closed last.

        Returns:
            (expert, parent, left, right) -> the newest text; pairs as the survey has them.
        """
        with self._database.read() as session:
            state = state_of(session, study_row(session, study_id))
            return state.in_round(round_number).reasons(expert_id)

    def _say(self, entry: Entry, round_number: int | None, place: str | None = None) -> Event:
        with self._write() as session:
            expert, study = self._own_expert(session, str(entry.expert_id))
            return _say(session, expert, study, [entry], round_number=round_number, place=place)


def _say(
    session: Session,
    expert: ExpertRow,
    study: StudyRow,
    entries: Sequence[Entry],
    *,
    round_number: int | None,
    place: str | None = None,
) -> Event:
    """Store what an expert says; the first entry's id tells whether it was sent before."""
    first = entries[0]
    if not _EVENT_ID.fullmatch(first.event_id):
        raise StoreError("event_id_form", event_id=first.event_id)
    if (event := log.sent_before(session, study, first)) is not None:
        return event
    _check_answerable(session, expert, study, round_number)
    _check_said(session, expert, study, first.action)
    if place is not None:
        expert.place = place
    return log.append(session, study, entries)[0]


def _check_answerable(
    session: Session, expert: ExpertRow, study: StudyRow, round_number: int | None
) -> None:
    check_open(study)
    check_round(study, round_number)
    if state_of(session, study).submitted(expert.id):
        raise LockedError("answers_submitted", name=expert.name)


def _check_said(session: Session, expert: ExpertRow, study: StudyRow, action: Action) -> None:
    """Refuse what the study does not ask or allow."""
    state = state_of(session, study)
    hierarchy = state.survey.hierarchy
    if isinstance(action, Ranked | Shown | Kept) and action.parent not in hierarchy.compared:
        raise AnswersError("compared_nothing", parent=action.parent)
    if isinstance(action, Ranked):
        action.check(hierarchy)
    elif isinstance(action, WayChosen):
        state.asking.check(action.way)
    elif isinstance(action, Submitted):
        if unfinished := _unfinished(state, expert.id):
            raise StoreError(unfinished.code, **unfinished.parameters)
    elif isinstance(action, Replied | Commented | Reasoned):
        if problem := _not_asked(state, expert.id, action):
            raise AnswersError(problem.code, **problem.parameters)
        if isinstance(action, Abstained) and not state.asking.cannot_judge:
            raise AnswersError("abstaining_not_allowed", title=study.title)


def _not_asked(
    state: State, expert_id: str, action: Replied | Commented | Reasoned
) -> Phrase | None:
    """Why an expert can't say something about a pair: not asked, or a value off the scale."""
    parent, left, right = action.parent, action.left, action.right
    comparisons = state.survey.hierarchy.comparisons
    if not {(parent, left, right), (parent, right, left)}.intersection(comparisons):
        survey = state.survey.id
        return Phrase("pair_not_compared", survey=survey, parent=parent, left=left, right=right)
    who = state.members[expert_id]
    if parent in who.standing.recused:
        return Phrase("expert_recused", name=who.name, parent=parent)
    if isinstance(action, Answered) and action.value not in SAATY_POSITIONS:
        if reason := spreadsheet_reason(action.value):
            return Phrase("value_of_a_spreadsheet", reason=reason)
        return Phrase("value_off_the_scale", value=action.value, valid=SAATY_POSITIONS)
    return None


def _unfinished(state: State, expert_id: str) -> Phrase | None:
    """Why an expert can't submit yet: answers or the self-rating are missing, or contradictions may
    not stay.
    """
    name, progress = state.members[expert_id].name, state.progress(expert_id)
    answered, total = (sum(column) for column in zip(*progress.values(), strict=True))
    if missing := total - answered:
        counts = {"answered": answered, "total": total, "missing": missing}
        return Phrase("answers_missing", name=name, **counts)
    hierarchy, settings, asking = state.survey.hierarchy, state.settings, state.asking
    replies = state.told_by(expert_id).replies
    if parents := unsettled_parents(hierarchy, settings, replies, asking, progress):
        required = asking.guidance == "require"
        code = "contradictions_stay" if required else "contradictions_stay_without_reason"
        return Phrase(code, name=name, parents=parents)
    if asking.self_rating == "require" and not state.members[expert_id].counting.familiarity:
        return Phrase("self_rating_missing", name=name)
    return None


def _upload(
    session: Session,
    expert: ExpertRow,
    study: StudyRow,
    judgments: Iterable[Judgment],
    *,
    round_number: int | None,
    actor: Actor | None,
) -> list[Event]:
    _check_answerable(session, expert, study, round_number)
    state = state_of(session, study)
    before = state.told_by(expert.id).replies
    entries = []
    for one in judgments:
        value = step_of(one.value) or one.value
        if before.value((one.parent, one.left, one.right)) == value:
            continue
        action = Answered(one.parent, one.left, one.right, value, one.place or None)
        if problem := _not_asked(state, expert.id, action):
            if one.place:
                raise AnswersError("at_place", place=one.place, problem=problem)
            raise AnswersError(problem.code, **problem.parameters)
        entries.append(Entry(action, new_id(), "file", expert.id, actor))
    return log.append(session, study, entries) if entries else []
