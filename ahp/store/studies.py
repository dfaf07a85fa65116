"""Studies: how they begin, what they are called, how they are analyzed and asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..errors import StoreError
from ..process.asking import Asking
from ..process.events import (
    AskingChosen,
    InvitationChosen,
    SettingsChosen,
    StudyArchived,
    StudyCreated,
    StudyRenamed,
    StudyUnarchived,
    Submitted,
    WordingMended,
    read_action,
)
from ..process.invitation import Invitation
from ..process.settings import Settings
from ..random_index import random_index_value
from ..study import Survey
from ..study.standing import Standing
from ..study.survey import Mending, labels_of
from ..study.wording import Mended, mending_problem
from . import chain, log
from .models import AccountRow, EventRow, ExpertRow, StudyRow
from .part import Part, by_organizer, line, new_id
from .people import add_people, give_standings, let_count
from .queries import study_info, study_infos, study_row
from .records import Event, StudyInfo
from .states import state_of
from .surveys import add_survey


class Studies(Part):
    """Studies as wholes."""

    def create_study(
        self,
        survey: Survey,
        title: str,
        *,
        note: str | None = None,
        standings: Mapping[str, Standing] | None = None,
        invitation: Invitation | None = None,
    ) -> StudyInfo:
        """Start a study.

        Args:
            survey: what it asks; stored as it is now.
            title: one line of text.
            note: what readers must know about it, such as `"simulated"`.
            standings: expert -> standing, when experts and their weights come with the survey:
                these count (weighting `"given"`).
            invitation: who asks, until when, and whom to call.

        Raises:
            StoreError: the title or an expert's name is blank.
        """
        with self._write() as session:
            study = begin_study(session, survey, title, note)
            ids = add_people(session, study, dict.fromkeys(standings or {}))
            let_count(session, study, {ids[name]: own for name, own in (standings or {}).items()})
            if invitation not in (None, Invitation()):
                log.append(session, study, [by_organizer(InvitationChosen(invitation))])
            return study_info(study, state_of(session, study).survey)

    def rename_study(self, study_id: str, title: str) -> StudyInfo:
        """Give a study another title; the log keeps the one before.

        Raises:
            StoreError: the title is blank.
        """
        with self._write() as session:
            study = study_row(session, study_id, lock=True)
            new = line("title", title)
            if new != study.title:
                log.append(session, study, [by_organizer(StudyRenamed(new))])
            return study_info(study, state_of(session, study).survey)

    def mend_wording(self, study_id: str, mending: Mending) -> None:
        """Put a slip in a text of a study's survey right; judgments and weights stay, and the log
        keeps the text before.

        Args:
            study_id: the study, in whatever state it is.
            mending: the text, as it is now and as it shall be.

        Raises:
            StoreError: there is no such text, it is another one meanwhile, the new one is empty, or
                another item has the name.
            TextLimitError: the new text is too long.
        """
        with self._write() as session:
            study = study_row(session, study_id, lock=True)
            action = WordingMended(
                mending.text, mending.language, mending.old, mending.new.strip(), mending.node
            )
            if action.new == action.old:
                return
            survey = state_of(session, study).survey
            taken = labels_of(survey, tuple(survey.nodes))
            if problem := mending_problem(survey, action.mending, taken):
                raise StoreError(problem.code, **problem.parameters)
            log.append(session, study, [by_organizer(action)])

    def mended_wording(self, study_id: str) -> tuple[Mended, ...]:
        """The texts of a study's survey that were mended, the first one first."""
        with self._database.read() as session:
            return mended_wording(session, study_row(session, study_id))

    def archive_study(self, study_id: str) -> StudyInfo:
        """Hide a study from the lists; nothing else changes, and `unarchive_study` undoes it."""
        return self._archive(study_id, archived=True)

    def unarchive_study(self, study_id: str) -> StudyInfo:
        """Bring an archived study back into the lists."""
        return self._archive(study_id, archived=False)

    def _archive(self, study_id: str, *, archived: bool) -> StudyInfo:
        with self._write() as session:
            study = study_row(session, study_id, lock=True)
            if (study.archived_seq is not None) != archived:
                action = StudyArchived() if archived else StudyUnarchived()
                log.append(session, study, [by_organizer(action)])
            return study_info(study, state_of(session, study).survey)

    def duplicate_study(self, study_id: str, title: str, *, experts: bool = False) -> StudyInfo:
        """Start a study like another one: its survey, settings and way of asking, and who asks; in
        round 1, without a deadline.

        Args:
            study_id: the study to copy; its note and answers are not copied.
            title: of the new study.
            experts: also its experts with their standings, except those without a name; they get
                new links.

        Raises:
            StoreError: the title is blank.
        """
        with self._write() as session:
            source = state_of(session, study_row(session, study_id, lock=True))
            study = begin_study(session, source.survey, title, None)
            entries = []
            if source.settings != Settings.of(source.survey):
                entries.append(by_organizer(SettingsChosen(source.settings)))
            if source.asking != Asking():
                entries.append(by_organizer(AskingChosen(source.asking)))
            if (same := source.invitation.undated) != Invitation():
                entries.append(by_organizer(InvitationChosen(same)))
            if entries:
                log.append(session, study, entries)
            if experts:
                panel = [one for one in source.panel.values() if not one.anonymous]
                ids = add_people(session, study, {one.name: one.organization for one in panel})
                give_standings(session, {ids[one.name]: one.standing for one in panel})
            return study_info(study, state_of(session, study).survey)

    def studies(self, *, archived: bool = False) -> list[StudyInfo]:
        """The studies, the newest first: those in the lists, or those that were archived."""
        chosen = StudyRow.archived_seq.is_not(None) if archived else StudyRow.archived_seq.is_(None)
        with self._database.read() as session:
            return study_infos(session, chosen)

    def submitted(self) -> dict[str, tuple[int, int]]:
        """Id of a study in the lists -> how many experts have submitted in its round, of how many:
        counted in the tables, however long the logs are.
        """
        experts = select(func.count()).where(
            ExpertRow.study_id == StudyRow.id, ExpertRow.removed_seq.is_(None)
        )
        # once for each expert and round: nobody says anything after it
        submissions = select(func.count()).where(
            EventRow.study_id == StudyRow.id,
            EventRow.kind == Submitted.kind,
            EventRow.round == StudyRow.round,
        )
        query = select(StudyRow.id, submissions.scalar_subquery(), experts.scalar_subquery())
        with self._database.read() as session:
            rows = session.execute(query.where(StudyRow.archived_seq.is_(None)))
            return {study: (count, of) for study, count, of in rows}

    def study(self, study_id: str) -> StudyInfo:
        """One study."""
        with self._database.read() as session:
            found = study_infos(session, StudyRow.id == study_id)
            if not found:
                raise StoreError("no_study", id=study_id)
            return found[0]

    def settings(self, study_id: str) -> Settings:
        """How a study is analyzed and when its rounds end."""
        with self._database.read() as session:
            return state_of(session, study_row(session, study_id)).settings

    def set_settings(self, study_id: str, settings: Settings, *, anew: bool = False) -> None:
        """Choose how a study is analyzed from now on; closed rounds keep what they had.

        Args:
            study_id: the study.
            settings: the choice.
            anew: put it into the log as a decision even where nothing changes.

        Raises:
            RandomIndexError: the table of random indices ends before the survey's largest parent.
        """
        with self._write() as session:
            study = study_row(session, study_id, lock=True)
            state = state_of(session, study)
            for order in state.survey.orders:
                random_index_value(order, settings.random_index)
            if anew or settings != state.settings:
                log.append(session, study, [by_organizer(SettingsChosen(settings))])

    def weights_undecided(self, study_id: str) -> bool:
        """Whether experts were given weights that do not count, and no choice of settings came
        after them.
        """
        with self._database.read() as session:
            return state_of(session, study_row(session, study_id)).weights_undecided

    def asking(self, study_id: str) -> Asking:
        """How the experts of a study are asked."""
        with self._database.read() as session:
            return state_of(session, study_row(session, study_id)).asking

    def set_asking(self, study_id: str, asking: Asking) -> None:
        """Choose how experts are asked from now on; those who have started keep their way."""
        with self._write() as session:
            study = study_row(session, study_id, lock=True)
            if asking != state_of(session, study).asking:
                log.append(session, study, [by_organizer(AskingChosen(asking))])

    def invitation(self, study_id: str) -> Invitation:
        """Who asks the experts of a study, until when, and whom they can call."""
        with self._database.read() as session:
            return state_of(session, study_row(session, study_id)).invitation

    def set_invitation(self, study_id: str, invitation: Invitation) -> None:
        """Say from now on who asks, until when, and whom to call. A deadline is that of the round
        in which it is set, and closes nothing.
        """
        with self._write() as session:
            study = study_row(session, study_id, lock=True)
            if invitation != state_of(session, study).invitation:
                log.append(session, study, [by_organizer(InvitationChosen(invitation))])


def mended_wording(session: Session, study: StudyRow) -> tuple[Mended, ...]:
    """What was mended in a study, see `Studies.mended_wording`."""
    events = session.execute(
        select(*chain.COLUMNS)
        .where(EventRow.study_id == study.id, EventRow.kind == WordingMended.kind)
        .order_by(EventRow.seq)
    )
    accounts = session.execute(select(AccountRow.id, AccountRow.name))
    names = {account: name for account, name in accounts}  # noqa: C416 - rows, for mypy
    found = []
    for event in (Event(*row) for row in events):
        action = read_action(vars(event))
        assert isinstance(action, WordingMended)
        found.append(Mended(action.mending, event.time, names.get(event.actor_id or "", "")))
    return tuple(found)


def begin_study(session: Session, survey: Survey, title: str, note: str | None) -> StudyRow:
    """Start a study; what was mended in another one is how this survey is worded."""
    survey = replace(survey, mended=())
    add_survey(session, survey)
    created = StudyCreated(line("title", title), None if note is None else line("note", note))
    study = StudyRow(
        id=new_id(),
        title=created.title,
        survey_hash=survey.content_hash,
        round=1,
        state="open",
        created="",
        head_seq=0,
        head_hash="",
    )
    session.add(study)
    session.flush()
    log.append(session, study, [by_organizer(created)])
    return study
