"""The store: one object through which everything is written and read."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ..datafile import canonical
from ..errors import AnswersError, LockedError, StoreError
from ..process.asking import Asking, Way, read_ranking
from ..process.itinerary import Replies
from ..process.own_result import unsettled_parents
from ..process.receipt import Receipt
from ..process.settings import Settings
from ..random_index import random_index_value
from ..scale import SAATY_POSITIONS, opposite
from ..study import Answers, Judgment, Survey
from ..study.entered import judged, spreadsheet_reason, step_of
from ..study.limits import check_length
from ..study.standing import Standing
from . import access, log, receipts, signing, transfer
from .database import Database
from .log import Entry
from .models import EventRow, ExpertRow, StudyRow
from .queries import (
    EXPERTS,
    STUDIES,
    answers_in,
    asking_of,
    events_of,
    expert_and_study,
    expert_infos,
    feedback_of,
    panel_of,
    reasons_in,
    replies_of,
    settings_of,
    spoken_of,
    standings_of,
    study_info,
    study_row,
    submitted_in,
    weights_undecided,
)
from .records import (
    ClosedRound,
    Event,
    ExpertInfo,
    Grants,
    SignIn,
    Sitting,
    StudyInfo,
    StudyLog,
)
from .replay import Replay, judgment
from .surveys import add_survey, parse_survey, survey_of

_EVENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Store:
    """Studies, their experts and answers; safe to share between threads and processes.

    Every action is one transaction: it is done when the method returns, or nothing was written.

    Args:
        url: SQLAlchemy's URL of a SQLite file or a PostgreSQL database; None = `$AHP_DATABASE_URL`,
            else `data/ahp.db` of the checkout, else `ahp.db` in the user's data folder.
        create: make a SQLite file that does not exist yet, else that is an error.
        sign_in: tells how organizers sign in: with another value, say for another password, those
            who signed in before are organizers no more.

    Raises:
        StoreError: the URL is refused, the database cannot be opened, or is newer than this code.
            Every method raises it when the database fails, and for an unknown study or expert.
    """

    def __init__(self, url: str | None = None, *, create: bool = True, sign_in: str = "") -> None:
        self._database = Database(url, create=create)
        self._sign_in = sign_in

    @property
    def location(self) -> str:
        """Path of the SQLite file, or the URL of the database with its password hidden."""
        return self._database.location

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    # Studies

    def create_study(
        self,
        survey: Survey,
        title: str,
        *,
        note: str | None = None,
        standings: Mapping[str, Standing] | None = None,
    ) -> StudyInfo:
        """Start a study.

        Args:
            survey: what it asks; stored as it is now.
            title: one line of text.
            note: what readers must know about it, such as `"simulated"`.
            standings: expert -> standing, when experts and their weights come with the survey:
                these count (weighting `"given"`).

        Raises:
            StoreError: the title or an expert's name is blank.
        """
        with self._database.write() as session:
            study = _create_study(session, survey, title, note)
            ids = _add_experts(session, study, dict.fromkeys(standings or {}))
            _let_count(session, study, {ids[name]: own for name, own in (standings or {}).items()})
            return study_info(study, survey)

    def rename_study(self, study_id: str, title: str) -> StudyInfo:
        """Give a study another title; the log keeps the one before.

        Raises:
            StoreError: the title is blank.
        """
        with self._database.write() as session:
            study = study_row(session, study_id, lock=True)
            new = _line("title", title)
            if new != study.title:
                study.title = new
                entry = Entry(
                    "study_renamed", _new_id(), "organizer", detail=log.renamed_detail(new)
                )
                log.append(session, study, [entry])
            return study_info(study, survey_of(session, study))

    def archive_study(self, study_id: str) -> StudyInfo:
        """Hide a study from the lists; nothing else changes, and `unarchive_study` undoes it."""
        return self._archive(study_id, "study_archived")

    def unarchive_study(self, study_id: str) -> StudyInfo:
        """Bring an archived study back into the lists."""
        return self._archive(study_id, "study_unarchived")

    def _archive(
        self, study_id: str, kind: Literal["study_archived", "study_unarchived"]
    ) -> StudyInfo:
        with self._database.write() as session:
            study = study_row(session, study_id, lock=True)
            if (study.archived_seq is None) == (kind == "study_archived"):
                (event,) = log.append(session, study, [Entry(kind, _new_id(), "organizer")])
                study.archived_seq = event.seq if kind == "study_archived" else None
            return study_info(study, survey_of(session, study))

    def duplicate_study(self, study_id: str, title: str, *, experts: bool = False) -> StudyInfo:
        """Start a study like another one: its survey, settings and way of asking, in round 1.

        Args:
            study_id: the study to copy; its note and answers are not copied.
            title: of the new study.
            experts: also its experts with their standings; they get new links.

        Raises:
            StoreError: the title is blank.
        """
        with self._database.write() as session:
            source = study_row(session, study_id, lock=True)
            survey = survey_of(session, source)
            study = _create_study(session, survey, title, None)
            settings, asking = settings_of(session, source), asking_of(session, source)
            entries = []
            if settings != Settings.of(survey):
                entries.append(Entry("settings", _new_id(), "organizer", detail=settings.content))
            if asking != Asking():
                entries.append(Entry("asking", _new_id(), "organizer", detail=asking.content))
            if entries:
                log.append(session, study, entries)
            if experts:
                panel = list(session.scalars(panel_of(study_id)))
                standings = standings_of(session, [one.id for one in panel])
                ids = _add_experts(session, study, {one.name: one.organization for one in panel})
                _set_standings(session, {ids[one.name]: standings[one.id] for one in panel})
            return study_info(study, survey)

    def studies(self, *, archived: bool = False) -> list[StudyInfo]:
        """The studies, the newest first: those in the lists, or those that were archived."""
        chosen = StudyRow.archived_seq.is_not(None) if archived else StudyRow.archived_seq.is_(None)
        with self._database.read() as session:
            rows = session.execute(
                STUDIES.where(chosen).order_by(StudyRow.created.desc(), StudyRow.id)
            )
            return [study_info(study, parse_survey(content)) for study, content in rows]

    def study(self, study_id: str) -> StudyInfo:
        """One study."""
        with self._database.read() as session:
            row = session.execute(STUDIES.where(StudyRow.id == study_id)).one_or_none()
            if row is None:
                raise StoreError(f"no study {study_id!r}")
            study, content = row
            return study_info(study, parse_survey(content))

    def settings(self, study_id: str) -> Settings:
        """How a study is analyzed and when its rounds end."""
        with self._database.read() as session:
            study = study_row(session, study_id)
            return settings_of(session, study)

    def set_settings(self, study_id: str, settings: Settings, *, anew: bool = False) -> None:
        """Choose how a study is analyzed from now on; closed rounds keep what they had.

        Args:
            study_id: the study.
            settings: the choice.
            anew: put it into the log as a decision even where nothing changes.

        Raises:
            RandomIndexError: the table of random indices ends before the survey's largest parent.
        """
        with self._database.write() as session:
            study = study_row(session, study_id, lock=True)
            for order in survey_of(session, study).orders:
                random_index_value(order, settings.random_index)
            if anew or settings != settings_of(session, study):
                entry = Entry("settings", _new_id(), "organizer", detail=settings.content)
                log.append(session, study, [entry])

    def weights_undecided(self, study_id: str) -> bool:
        """Whether experts were given weights that do not count, and no choice of settings came
        after them.
        """
        with self._database.read() as session:
            study = study_row(session, study_id)
            return weights_undecided(session, study)

    def asking(self, study_id: str) -> Asking:
        """How the experts of a study are asked."""
        with self._database.read() as session:
            return asking_of(session, study_row(session, study_id))

    def set_asking(self, study_id: str, asking: Asking) -> None:
        """Choose how experts are asked from now on; those who have started keep their way."""
        with self._database.write() as session:
            study = study_row(session, study_id, lock=True)
            if asking != asking_of(session, study):
                entry = Entry("asking", _new_id(), "organizer", detail=asking.content)
                log.append(session, study, [entry])

    def close_round(self, study_id: str, *, round_number: int | None = None) -> ClosedRound:
        """Close the round, for ever, and freeze its result as evidence in the log.

        Args:
            study_id: the study.
            round_number: the round that is meant; refused when that is not the open one. None =
                whichever is open.

        Raises:
            LockedError: it is closed already.
            AHPError: there are answers, but no result follows from them; the message says why.
        """
        with self._database.write() as session:
            study = _open_study(session, study_id)
            _check_round(study, round_number)
            return _close(session, study)

    def open_round(self, study_id: str, *, round_number: int | None = None) -> StudyInfo:
        """Open the next round: every expert is asked anew, and sees what the closed one left.

        Args:
            study_id: the study.
            round_number: the round to open; refused when another one is next. None = the next.

        Raises:
            StoreError: a round is open, or another one is next.
        """
        with self._database.write() as session:
            study = study_row(session, study_id, lock=True)
            if study.state == "open":
                raise StoreError(f"round {study.round} of {study.title!r} is open, close it first")
            if round_number not in (None, study.round + 1):
                raise StoreError(
                    f"the next round of {study.title!r} is {study.round + 1}, not {round_number}"
                )
            study.round, study.state = study.round + 1, "open"
            session.execute(
                update(ExpertRow).where(ExpertRow.study_id == study_id).values(place=None)
            )
            log.append(session, study, [Entry("round_opened", _new_id(), "organizer")])
            return study_info(study, survey_of(session, study))

    def closed_rounds(self, study_id: str) -> list[ClosedRound]:
        """The rounds that are closed, with their evidence, the first one first."""
        with self._database.read() as session:
            study_row(session, study_id)
            rows = session.execute(
                select(EventRow.round, EventRow.time, EventRow.seq, EventRow.detail)
                .where(EventRow.study_id == study_id, EventRow.kind == "round_closed")
                .order_by(EventRow.seq)
            )
            return [ClosedRound(*row) for row in rows]

    # Experts

    def add_expert(self, study_id: str, name: str, organization: str | None = None) -> ExpertInfo:
        """Add an expert to a study.

        Raises:
            StoreError: the name is blank, or the study has it already.
            LockedError: the round is closed.
        """
        (info,) = self.add_experts(study_id, {name: organization})
        return info

    def add_experts(
        self,
        study_id: str,
        experts: Mapping[str, str | None],
        standings: Mapping[str, Standing] | None = None,
    ) -> list[ExpertInfo]:
        """Add experts to a study, all or none.

        Args:
            study_id: the study.
            experts: name -> organization or None.
            standings: name -> standing, of those who don't have the usual one.

        Raises:
            StoreError: a name is blank, or the study has it already; or as for `set_standings`.
            LockedError: the round is closed.
        """
        with self._database.write() as session:
            study = _open_study(session, study_id)
            added = _add_experts(session, study, experts)
            ids = list(added.values())
            for name in standings or {}:
                if name not in added:
                    raise StoreError(f"a standing of {name!r}, who is not among the experts to add")
            given = {added[name]: one for name, one in (standings or {}).items()}
            _set_standings(session, given)
            query = EXPERTS.where(ExpertRow.id.in_(ids)).order_by(ExpertRow.added_seq)
            return expert_infos(session, query)

    def rename_expert(
        self, expert_id: str, name: str, organization: str | None = None
    ) -> ExpertInfo:
        """Correct the name and organization of an expert who has not answered anything.

        Args:
            expert_id: the expert; the personal link stays.
            name: unique in the study.
            organization: None when it isn't known.

        Raises:
            StoreError: the expert has answered, the name is blank, or the study has it already.
        """
        with self._database.write() as session:
            expert, study = _unheard_expert(session, expert_id)
            new, place = _line("name", name), _organization(organization)
            others = select(ExpertRow.id).where(
                ExpertRow.study_id == study.id, ExpertRow.name == new, ExpertRow.id != expert.id
            )
            if session.scalar(others) is not None:
                raise StoreError("name_taken", name=new)
            if (new, place) != (expert.name, expert.organization):
                expert.name, expert.organization = new, place
                detail = log.expert_detail(new, place)
                entry = Entry("expert_renamed", _new_id(), "organizer", expert_id, detail=detail)
                log.append(session, study, [entry])
            session.flush()
            (info,) = expert_infos(session, EXPERTS.where(ExpertRow.id == expert_id))
            return info

    def remove_expert(self, expert_id: str) -> None:
        """Take an expert who has not answered anything out of the study, for ever; the personal
        link ends, and the log keeps the name.

        Raises:
            StoreError: the expert has answered.
        """
        with self._database.write() as session:
            expert, study = _unheard_expert(session, expert_id)
            access.revoke_link(session, study, expert_id)
            (event,) = log.append(
                session, study, [Entry("expert_removed", _new_id(), "organizer", expert_id)]
            )
            expert.name, expert.organization, expert.place = expert.id, None, None
            expert.removed_seq = event.seq

    def expert(self, expert_id: str) -> ExpertInfo:
        """One expert."""
        with self._database.read() as session:
            found = expert_infos(session, EXPERTS.where(ExpertRow.id == expert_id))
            if not found:
                raise StoreError(f"no expert {expert_id!r}")
            return found[0]

    def experts(self, study_id: str) -> list[ExpertInfo]:
        """The experts of a study in the order they were added."""
        with self._database.read() as session:
            study_row(session, study_id)
            query = EXPERTS.where(ExpertRow.study_id == study_id).order_by(ExpertRow.added_seq)
            return expert_infos(session, query)

    def standings(self, study_id: str, *, before: int | None = None) -> dict[str, Standing]:
        """The standings of a study's experts by name, in the order they were added.

        Args:
            study_id: the study.
            before: number of an event, such as the one that closed a round: the standings that were
                in force then, of the experts there were. None = those of now.
        """
        with self._database.read() as session:
            study_row(session, study_id)
            rows = session.scalars(panel_of(study_id, before)).all()
            found = standings_of(session, [row.id for row in rows], before)
            return {row.name: found[row.id] for row in rows}

    def set_standing(self, expert_id: str, standing: Standing) -> None:
        """Say how much an expert counts from now on, and where not at all.

        Raises:
            StoreError: a recusal from what is no parent of the survey, or from all of them.
        """
        self.set_standings({expert_id: standing})

    def set_standings(self, standings: Mapping[str, Standing]) -> None:
        """Set several experts' standings, all or none: expert id -> standing.

        Raises:
            StoreError: as for `set_standing`.
        """
        with self._database.write() as session:
            _set_standings(session, standings)

    def set_place(self, expert_id: str, place: str, *, round_number: int | None = None) -> None:
        """Note where in the survey an expert is; state of the interface, not logged.

        Args:
            expert_id: the expert.
            place: as the page wrote it.
            round_number: as for `answer`.

        Raises:
            LockedError: another round is open.
        """
        with self._database.write() as session:
            expert, study = expert_and_study(session, expert_id)
            _check_round(study, round_number)
            expert.place = place

    # Links and sessions

    def issue_link(self, expert_id: str) -> str:
        """Issue an expert's personal link; the one before, and what was opened with it, ends.

        Returns:
            The token of the link, 128 bits. It is shown this once; only its hash is stored.

        Raises:
            LockedError: the round is closed.
        """
        with self._database.write() as session:
            _, study = _expert_of_open_study(session, expert_id)
            access.revoke_link(session, study, expert_id)
            return access.issue_link(session, study, expert_id)

    def revoke_link(self, expert_id: str) -> None:
        """End an expert's personal link, and what was opened with it.

        Raises:
            StoreError: there is no active link.
            LockedError: the round is closed, and no link works any more.
        """
        with self._database.write() as session:
            expert, study = _expert_of_open_study(session, expert_id)
            if not access.revoke_link(session, study, expert_id):
                raise StoreError(f"expert {expert.name!r} has no active link")

    def open_link(self, token: str, session: str | None) -> str:
        """Let a browser answer as the expert of a link, for 30 days.

        Args:
            token: of the link.
            session: token of the browser's session, if it has one.

        Returns:
            The token of the session: the one given if it may do this already, else a new one, which
            may also do what the one given may.

        Raises:
            LinkError: its `reason` says why the link does not work.
        """
        with self._database.write() as database:
            return access.open_link(database, token, session)

    def expert_of_link(self, token: str) -> str:
        """Id of the expert of a link.

        Raises:
            LinkError: there is no such link.
        """
        with self._database.read() as database:
            return access.expert_of_link(database, token)

    def open_organizer(self, session: str | None) -> str:
        """Let a browser run every study, for 30 days; who may, is for the caller to check.

        Returns:
            The token of the session: the one given if it may do this already, else a new one, which
            may also do what the one given may.
        """
        with self._database.write() as database:
            return access.grant(database, session, "organizer", sign_in=self._sign_in)

    def grants(self, session: str | None) -> Grants:
        """What a browser may do now; nothing without a valid session."""
        if session is None:
            return Grants()
        with self._database.read() as database:
            organizer, allowed, refused = access.read_grants(database, session, self._sign_in)
            query = EXPERTS.where(ExpertRow.id.in_(allowed))
            infos = {info.id: info for info in expert_infos(database, query)}
            experts = tuple(infos[expert] for expert in allowed)
            return Grants(organizer, experts, MappingProxyType(refused))

    def may_answer(self, session: str | None, expert_id: str) -> bool:
        """Whether a browser may answer as an expert now."""
        with self._database.read() as database:
            if session is None:
                return False
            return expert_id in access.read_grants(database, session, self._sign_in)[1]

    def may_download(self, session: str | None, maker: str | None, expert_id: str | None) -> bool:
        """Whether a browser may have a file that it asked for.

        Args:
            session: token of the browser's session.
            maker: token with which the page was opened that offers the file.
            expert_id: an expert who may have it; None = only organizers may.
        """
        if session is None or maker is None:
            return False
        with self._database.read() as database:
            if not access.of_one_browser(database, session, maker):
                return False
            organizer, experts, _ = access.read_grants(database, session, self._sign_in)
            return organizer or expert_id in experts

    def begin_sign_in(self, address: str, session: str | None = None) -> SignIn:
        """Let a visitor try a password, unless they tried ten wrong ones within a minute.

        It counts as wrong until `forget_sign_in` says otherwise.

        Args:
            address: where the visitor is.
            session: token of the browser's session, if it has one.
        """
        with self._database.read() as database:  # strangers must not keep writers busy
            visitor = access.visitor_of(database, session, address)
            if wait := access.sign_in_wait(database, visitor):
                return SignIn(None, wait)
        with self._database.write() as database:
            return access.begin_sign_in(database, visitor)

    def forget_sign_in(self, attempt: int) -> None:
        """The password tried was right."""
        with self._database.write() as database:
            access.forget_sign_in(database, attempt)

    def leave(self, session: str, expert_id: str) -> None:
        """Take from a browser, in all its tabs, the right to answer as an expert."""
        with self._database.write() as database:
            access.leave(database, session, expert_id)

    def revoke_session(self, session: str) -> None:
        """Sign a browser out, in all its tabs."""
        with self._database.write() as database:
            access.revoke_session(database, session)

    def revoke_organizers(self) -> None:
        """Sign every organizer out."""
        with self._database.write() as session:
            access.revoke_organizers(session)

    # Answers

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
        entry = Entry("answer", event_id, source, expert_id, parent, left, right, step or value)
        return self._say(entry, round_number, place)

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
        entry = Entry("abstain", event_id, "web", expert_id, parent, left, right)
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
        pair = (parent, left, right)
        entry = Entry("comment", event_id, "web", expert_id, *pair, detail=text.strip())
        return self._say(entry, round_number)

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
        with self._database.write() as session:
            expert, study = _locked_expert(session, expert_id)
            hierarchy = survey_of(session, study).hierarchy
            # also when an old round's start is sent again: it must be known as the stored one
            seed = f"{expert.id} {round_number or study.round}"
            chosen = Way.seeded(way, short, hierarchy, seed)
            entry = Entry("way", event_id, "web", expert_id, detail=chosen.content)
            consented = Entry("consent", f"{event_id}-consent", "web", expert_id, detail=consent)
            return _say(session, expert, study, [entry, consented], round_number=round_number)

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
        detail = canonical(list(ranking))
        entry = Entry("ranked", event_id, "web", expert_id, parent, detail=detail)
        return self._say(entry, round_number, place)

    def note_shown(self, expert_id: str, parent: str, detail: str, *, round_number: int) -> None:
        """Store which contradictions an expert was shown below a parent; once for each content.

        Args:
            expert_id: who saw them.
            parent: id of the node.
            detail: canonical JSON of what was shown.
            round_number: as for `answer`.

        Raises:
            LockedError, StoreError: as for `answer`.
        """
        about = canonical([expert_id, round_number, parent, detail])
        event_id = hashlib.sha256(about.encode()).hexdigest()
        entry = Entry("shown", event_id, "web", expert_id, parent, detail=detail)
        self._say(entry, round_number)

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
        entry = Entry("kept", event_id, "web", expert_id, parent, detail=reason.strip())
        return self._say(entry, round_number, place)

    def replies(self, expert_id: str, *, round_number: int | None = None) -> Replies:
        """What an expert has said in a round; None = the one that is open or was closed last."""
        with self._database.read() as session:
            _, study = expert_and_study(session, expert_id)
            said = events_of(session, [expert_id], round_number)[expert_id]
            return replies_of(said, survey_of(session, study).hierarchy)

    def panel_replies(
        self, study_id: str, *, round_number: int | None = None
    ) -> dict[str, Replies]:
        """What every expert of a study has said in a round, by name in the order they were added;
        the round as for `replies`.
        """
        with self._database.read() as session:
            hierarchy = survey_of(session, study_row(session, study_id)).hierarchy
            rows = session.scalars(panel_of(study_id)).all()
            said = events_of(session, [row.id for row in rows], round_number)
            return {row.name: replies_of(said[row.id], hierarchy) for row in rows}

    def _say(self, entry: Entry, round_number: int | None, place: str | None = None) -> Event:
        with self._database.write() as session:
            expert, study = _locked_expert(session, str(entry.expert_id))
            return _say(session, expert, study, [entry], round_number=round_number, place=place)

    def upload_answers(
        self,
        expert_id: str,
        judgments: Iterable[Judgment],
        *,
        round_number: int | None = None,
    ) -> list[Event]:
        """Store answers from a file, all or none; those that change nothing are left out.

        Args:
            expert_id: who answered.
            judgments: their answers; `place` is kept in the log, `expert` is not looked at.
            round_number: as for `answer`.

        Raises:
            AnswersError: a pair the expert is not asked, or a value off the scale.
            LockedError: the expert has submitted, or the round is closed.
        """
        with self._database.write() as session:
            expert, study = _locked_expert(session, expert_id)
            return _upload(session, expert, study, judgments, round_number)

    def import_answers(
        self,
        study_id: str,
        answers: Answers,
        *,
        submit: bool = False,
        round_number: int | None = None,
    ) -> int:
        """Store a panel's answers from a file in the open round, all or none.

        Args:
            study_id: the study; experts it does not have yet are added.
            answers: the answers; experts are known by their names.
            submit: submit those who have then answered everything, and whose answers the study lets
                stand.
            round_number: as for `answer`.

        Returns:
            How many answers were new or changed.

        Raises:
            AHPError: as for `add_experts` and `upload_answers`.
        """
        by_expert: dict[str, list[Judgment]] = {name: [] for name in answers.experts}
        for one in answers.judgments:
            by_expert[one.expert].append(one)
        with self._database.write() as session:
            study = _open_study(session, study_id)
            rows = panel_of(study_id)
            known = {expert.name for expert in session.scalars(rows)}
            if new := [name for name in by_expert if name.strip() not in known]:
                _add_experts(session, study, dict.fromkeys(new))
            experts = {expert.name: expert for expert in session.scalars(rows)}
            count = 0
            for name, own in by_expert.items():
                expert = experts[name.strip()]
                count += len(_upload(session, expert, study, own, round_number))
            if submit:
                ids = [experts[name.strip()].id for name in by_expert]
                done = expert_infos(session, EXPERTS.where(ExpertRow.id.in_(ids)))
                hierarchy = survey_of(session, study).hierarchy
                settings, asking = settings_of(session, study), asking_of(session, study)
                entries = [
                    Entry("submit", _new_id(), "file", one.id)
                    for one in done
                    if one.answered == one.total
                    and not one.submitted
                    and not unsettled_parents(
                        hierarchy, settings, one.replies, asking, one.progress
                    )
                ]
                if entries:
                    log.append(session, study, entries)
            return count

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
        pair = (parent, left, right)
        entry = Entry("reason", event_id, "web", expert_id, *pair, detail=text.strip())
        return self._say(entry, round_number)

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
            return reasons_in(session, study_row(session, study_id), expert_id, round_number)

    def sitting(self, expert_id: str) -> Sitting:
        """What an expert is asked, and how."""
        with self._database.read() as session:
            expert, study = expert_and_study(session, expert_id)
            info = study_info(study, survey_of(session, study))
            settings = settings_of(session, study)
            feedback = feedback_of(session, expert, study, settings)
            return Sitting(info, asking_of(session, study), settings, feedback)

    def submit(
        self, expert_id: str, *, event_id: str, source: str = "web", round_number: int | None = None
    ) -> Event:
        """Lock an expert's answers.

        Args:
            expert_id: who submits.
            event_id: as for `answer`.
            source: as for `answer`.
            round_number: as for `answer`.

        Raises:
            StoreError: answers are missing, or the event id was used for something else.
            LockedError: the expert has submitted already, or the round is closed.
        """
        return self._say(Entry("submit", event_id, source, expert_id), round_number)

    def current(self, expert_id: str) -> dict[tuple[str, str, str], str]:
        """An expert's current answers in this round: (parent, left, right) -> value.

        Pairs and their order are the survey's own, whichever way they were displayed.
        """
        return dict(self.replies(expert_id).answers)

    def answers(
        self, study_id: str, *, round_number: int | None = None, only_submitted: bool = True
    ) -> Answers:
        """The answers of a round, expert by expert in the order they were added.

        Args:
            study_id: the study.
            round_number: the round; None = the one that is open or was closed last.
            only_submitted: leave out experts who have not submitted.
        """
        with self._database.read() as session:
            study_row(session, study_id)
            names = {one.id: one.name for one in session.scalars(panel_of(study_id))}
            if only_submitted:
                submitted = submitted_in(session, list(names), round_number)
                names = {expert: name for expert, name in names.items() if expert in submitted}
            judged = answers_in(session, list(names), round_number)
        return Answers(
            tuple(
                judgment(one, name)
                for expert, name in names.items()
                for one in judged[expert].values()
            )
        )

    def import_study(
        self,
        survey: Survey,
        answers: Answers,
        title: str,
        *,
        note: str | None = None,
        standings: Mapping[str, Standing] | None = None,
    ) -> StudyInfo:
        """Store a finished study from a file: every expert submitted, the round closed.

        Args:
            survey: the survey that was answered.
            answers: complete answers of one expert or more; values may lie between the steps of
                Saaty's scale, as joined judgments do.
            title: as for `create_study`.
            note: as for `create_study`.
            standings: expert -> standing, when the file has weights of the experts: these count
                (weighting `"given"`). One for each expert.

        Raises:
            AnswersError: the answers do not fit the survey, a value is beyond the scale from 1/9 to
                9, or there are none; or the standings are not those of the experts.
            IncompleteError: the judgments below a parent do not connect all items.
            MatrixError: a value is no positive number.
            StoreError: the title or an expert's name is blank.
        """
        if not answers.experts:
            raise AnswersError("no answers, expected those of one expert or more")
        answers.arrays(survey.hierarchy)
        if standings and set(standings) != set(answers.experts):
            raise AnswersError(
                f"weights of {', '.join(map(repr, standings))}, expected one for each of "
                f"{', '.join(map(repr, answers.experts))}"
            )
        for one in answers.judgments:
            judged(one.value, one.place or f"expert {one.expert!r}")
        with self._database.write() as session:
            study = _create_study(session, survey, title, note)
            ids = _add_experts(session, study, dict.fromkeys(answers.experts))
            _let_count(session, study, {ids[name]: own for name, own in (standings or {}).items()})
            entries = [
                Entry(
                    "answer",
                    _new_id(),
                    "file",
                    ids[one.expert],
                    one.parent,
                    one.left,
                    one.right,
                    one.value,
                    detail=one.place or None,
                )
                for one in answers.judgments
            ]
            entries += [Entry("submit", _new_id(), "file", expert) for expert in ids.values()]
            log.append(session, study, entries)
            _close(session, study)
            return study_info(study, survey)

    def receipt(self, expert_id: str, *, round_number: int | None = None) -> Receipt:
        """What an expert submitted and where the log has it, signed with the server's key.

        Args:
            expert_id: who submitted.
            round_number: the round; None = the one that is open or was closed last.

        Raises:
            ReceiptError: the expert has not submitted in the round.
            StoreError: the server's key cannot be read or made.
        """
        with self._database.read() as session:
            key = signing.signing_key(self._database.folder)
            return receipts.make_receipt(session, expert_id, round_number, key)

    def may_look_back(self, session: str | None, expert_id: str) -> bool:
        """Whether a browser may see what an expert submitted, the round being closed or not."""
        with self._database.read() as database:
            if session is None:
                return False
            return access.may_look_back(database, session, expert_id, self._sign_in)

    def public_key(self) -> tuple[str, str]:
        """The public key that receipts verify with: its id, and PEM."""
        key = signing.signing_key(self._database.folder).public_key()
        return signing.key_id(key), signing.public_pem(key)

    def export_study(self, study_id: str) -> str:
        """A whole study as JSON: survey, experts and the log, event by event. Links are left out:
        only their hashes are stored.
        """
        with self._database.read() as session:
            return transfer.export_study(session, study_row(session, study_id))

    def import_export(self, content: str | bytes, source: str = "study file") -> StudyInfo:
        """Store what `export_study` wrote: an identical study, its log verified.

        Args:
            content: the JSON.
            source: name of the file, for messages.

        Raises:
            StoreError: not such a file, or the database has this study already.
            LogError: the log in it does not verify.
        """
        with self._database.write() as session:
            study = transfer.import_study(session, content, source)
            return study_info(study, survey_of(session, study))

    # The log

    def events(self, study_id: str) -> list[Event]:
        """The log of a study."""
        with self._database.read() as session:
            study_row(session, study_id)
            return list(log.read_events(session, study_id))

    def verify_log(self) -> list[StudyLog]:
        """Walk the logs of all studies and recompute every hash.

        Raises:
            LogError: names the first bad event and what is wrong with it.
        """
        with self._database.read() as session:
            return log.verify(session)


def _new_id() -> str:
    return secrets.token_hex(16)


def _line(what: str, text: str) -> str:
    refused = StoreError(f"{what}_not_a_line", text=text)
    if not isinstance(text, str):
        raise refused
    check_length(what, text)
    if not text.strip() or not text.strip().isprintable():
        raise refused
    return text.strip()


def _organization(text: str | None) -> str | None:
    return _line("organization", text) if text and text.strip() else None


def _check_event_id(event_id: str) -> None:
    if not _EVENT_ID.fullmatch(event_id):
        raise StoreError(
            f"event_id = {event_id!r}, expected 1 to 64 letters, digits, hyphens or underscores"
        )


def _check_open(study: StudyRow) -> None:
    if study.state != "open":
        raise LockedError("round_closed", round=study.round, title=study.title)


def _check_round(study: StudyRow, round_number: int | None) -> None:
    if round_number not in (None, study.round):
        raise LockedError(
            "round_is_another", round=round_number, title=study.title, open=study.round
        )


def _check_answerable(
    session: Session, expert: ExpertRow, study: StudyRow, round_number: int | None
) -> None:
    _check_open(study)
    _check_round(study, round_number)
    if submitted_in(session, [expert.id]):
        raise LockedError("answers_submitted", name=expert.name)


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
    _check_event_id(first.event_id)
    if (event := log.replayed(session, study, first)) is not None:
        return event
    _check_answerable(session, expert, study, round_number)
    _check_said(session, expert, study, first)
    if place is not None:
        expert.place = place
    return log.append(session, study, entries)[0]


def _check_said(session: Session, expert: ExpertRow, study: StudyRow, entry: Entry) -> None:
    """Refuse what the study does not ask or allow."""
    asking = asking_of(session, study)
    hierarchy = survey_of(session, study).hierarchy
    if entry.kind in ("ranked", "shown", "kept") and entry.parent not in hierarchy.compared:
        raise AnswersError(f"parent = {entry.parent!r}, the survey compares nothing below it")
    if entry.kind == "ranked":
        read_ranking(str(entry.parent), str(entry.detail), hierarchy)
    elif entry.kind == "way":
        asking.check(Way.from_content(str(entry.detail)))
    elif entry.kind == "submit":
        _check_complete(session, expert, study, asking)
    elif entry.left is not None:
        _check_answers(session, expert, study, [entry])
        if entry.kind == "abstain" and not asking.cannot_judge:
            raise AnswersError(f"{study.title!r} does not allow leaving comparisons out")


def _check_complete(session: Session, expert: ExpertRow, study: StudyRow, asking: Asking) -> None:
    (info,) = expert_infos(session, EXPERTS.where(ExpertRow.id == expert.id))
    if missing := info.total - info.answered:
        raise StoreError(
            f"expert {expert.name!r} has answered {info.answered} of {info.total} "
            f"comparisons, {missing} {'is' if missing == 1 else 'are'} missing"
        )
    hierarchy, settings = survey_of(session, study).hierarchy, settings_of(session, study)
    if unsettled := unsettled_parents(hierarchy, settings, info.replies, asking, info.progress):
        raise StoreError(
            f"expert {expert.name!r} has contradicting answers below "
            f"{', '.join(map(repr, unsettled))}, which this study wants to be "
            f"{'mended' if asking.guidance == 'require' else 'mended, or kept with a reason'}"
        )


def _check_answers(
    session: Session, expert: ExpertRow, study: StudyRow, entries: Sequence[Entry]
) -> None:
    """Refuse answers to pairs the expert is not asked, and values off the scale."""
    survey = survey_of(session, study)
    recused = standings_of(session, [expert.id])[expert.id].recused
    pairs = {(parent, frozenset(pair)) for parent, *pair in survey.hierarchy.comparisons}
    for one in entries:
        place = f"{one.detail}: " if one.source == "file" and one.detail else ""
        if (one.parent, frozenset((one.left, one.right))) not in pairs:
            raise AnswersError(
                f"{place}survey {survey.id!r} does not compare {one.left!r} and {one.right!r} "
                f"under {one.parent!r}"
            )
        if one.parent in recused:
            raise AnswersError(
                f"{place}expert {expert.name!r} is recused from {one.parent!r} and not asked there"
            )
        if one.kind == "answer" and one.value not in SAATY_POSITIONS:
            reason = spreadsheet_reason(one.value or "")
            raise AnswersError(
                f"{place}value = {reason}"
                if reason
                else f"{place}value = {one.value!r}, expected one of {', '.join(SAATY_POSITIONS)}"
            )


def _upload(
    session: Session,
    expert: ExpertRow,
    study: StudyRow,
    judgments: Iterable[Judgment],
    round_number: int | None,
) -> list[Event]:
    _check_answerable(session, expert, study, round_number)
    before = answers_in(session, [expert.id])[expert.id]
    entries = []
    for one in judgments:
        stored = before.get((one.parent, frozenset((one.left, one.right))))
        value = step_of(one.value) or one.value
        if stored and stored.value == (value if stored.left == one.left else opposite(value)):
            continue
        pair = (one.parent, one.left, one.right, value)
        entries.append(Entry("answer", _new_id(), "file", expert.id, *pair, one.place or None))
    _check_answers(session, expert, study, entries)
    return log.append(session, study, entries) if entries else []


def _open_study(session: Session, study_id: str) -> StudyRow:
    study = study_row(session, study_id, lock=True)
    _check_open(study)
    return study


def _unheard_expert(session: Session, expert_id: str) -> tuple[ExpertRow, StudyRow]:
    """An expert who has not said anything in any round, with the study, locked."""
    expert, study = _locked_expert(session, expert_id)
    if spoken_of(session, [expert_id]):
        raise StoreError(
            f"expert {expert.name!r} has answered in {study.title!r} and stays there as they are"
        )
    return expert, study


def _locked_expert(session: Session, expert_id: str) -> tuple[ExpertRow, StudyRow]:
    return expert_and_study(session, expert_id, lock=True)


def _expert_of_open_study(session: Session, expert_id: str) -> tuple[ExpertRow, StudyRow]:
    expert, study = _locked_expert(session, expert_id)
    _check_open(study)
    return expert, study


def _create_study(session: Session, survey: Survey, title: str, note: str | None) -> StudyRow:
    add_survey(session, survey)
    study = StudyRow(
        id=_new_id(),
        title=_line("title", title),
        note=None if note is None else _line("note", note),
        survey_hash=survey.content_hash,
        round=1,
        state="open",
        created="",
        head_seq=0,
        head_hash="",
    )
    session.add(study)
    session.flush()
    detail = log.study_detail(study.title, study.note)
    entry = Entry("study_created", _new_id(), "organizer", detail=detail)
    (event,) = log.append(session, study, [entry])
    study.created = event.time
    return study


def _close(session: Session, study: StudyRow) -> ClosedRound:
    replay = Replay.of(survey_of(session, study), log.read_events(session, study.id))
    evidence = replay.evidence()
    detail = None if evidence is None else canonical(evidence)
    if problem := log.false_evidence(replay, detail):
        raise StoreError(f"round {study.round} of {study.title!r} was not closed: {problem}")
    entry = Entry("round_closed", _new_id(), "organizer", detail=detail)
    (event,) = log.append(session, study, [entry])
    study.state = "closed"
    return ClosedRound(event.round, event.time, event.seq, event.detail)


def _add_experts(
    session: Session, study: StudyRow, experts: Mapping[str, str | None]
) -> dict[str, str]:
    """Add experts, name -> organization; returns the names as given -> new ids."""
    taken = set(session.scalars(select(ExpertRow.name).where(ExpertRow.study_id == study.id)))
    rows: list[dict[str, str | int | None]] = []
    entries: list[Entry] = []
    ids: dict[str, str] = {}
    for given, place in experts.items():
        name = _line("name", given)
        if name in taken:
            raise StoreError("name_taken", name=name)
        taken.add(name)
        organization = _organization(place)
        ids[given] = _new_id()
        row = {
            "id": ids[given],
            "study_id": study.id,
            "name": name,
            "organization": organization,
            "added_seq": study.head_seq + len(rows) + 1,
        }
        detail = log.expert_detail(name, organization)
        rows.append(row)
        entries.append(Entry("expert_added", _new_id(), "organizer", ids[given], detail=detail))
    if rows:
        session.execute(insert(ExpertRow), rows)
        log.append(session, study, entries)
    return ids


def _let_count(session: Session, study: StudyRow, standings: Mapping[str, Standing]) -> None:
    """Set experts' weights that came with a file, and have them count."""
    if not standings:
        return
    _set_standings(session, standings)
    settings = replace(settings_of(session, study), weighting="given")
    entry = Entry("settings", _new_id(), "organizer", detail=settings.content)
    log.append(session, study, [entry])


def _set_standings(session: Session, standings: Mapping[str, Standing]) -> None:
    for expert_id, standing in standings.items():
        expert, study = _locked_expert(session, expert_id)
        parents = survey_of(session, study).hierarchy.compared
        for parent in standing.recused:
            if parent not in parents:
                listed = ", ".join(map(repr, parents))
                raise StoreError(f"recused from {parent!r}, expected one of {listed}")
        if len(standing.recused) == len(parents):
            raise StoreError("recused_everywhere", name=expert.name)
        if standing != standings_of(session, [expert_id])[expert_id]:
            entry = Entry("standing", _new_id(), "organizer", expert_id, detail=standing.content)
            log.append(session, study, [entry])
