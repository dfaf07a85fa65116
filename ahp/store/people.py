"""The experts of a study: who they are, and how much they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from ..errors import StoreError
from ..process.events import (
    ExpertAdded,
    ExpertRemoved,
    ExpertRenamed,
    NamingChosen,
    SettingsChosen,
    StandingGiven,
)
from ..study.standing import Standing
from . import access, log
from .contacts import give_emails
from .models import ExpertRow, StudyRow
from .part import Part, by_organizer, check_round, line, locked_expert, new_id, open_study
from .queries import expert_infos, experts_and_studies, listed_expert, study_row
from .records import ExpertInfo
from .states import state_before, state_of


class People(Part):
    """The experts of studies."""

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
        emails: Mapping[str, str] | None = None,
    ) -> list[ExpertInfo]:
        """Add experts to a study, all or none.

        Args:
            study_id: the study.
            experts: name -> organization or None.
            standings: name -> standing, of those who don't have the usual one.
            emails: name -> e-mail address, of those who have one.

        Raises:
            StoreError: a name is blank, or the study has it already; or as for `set_standings` and
                `set_emails`.
            LockedError: the round is closed.
        """
        with self._write() as session:
            study = open_study(session, study_id)
            added = add_people(session, study, experts)
            for name in standings or {}:
                if name not in added:
                    raise StoreError("standing_of_nobody", name=name)
            given = {added[name]: one for name, one in (standings or {}).items()}
            give_standings(session, given)
            give_emails(session, {added[name]: email for name, email in (emails or {}).items()})
            return expert_infos(session, ExpertRow.id.in_(added.values()))

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
        with self._write() as session:
            expert, study = _unheard_expert(session, expert_id)
            new = ExpertRenamed(line("name", name), _organization(organization))
            _check_free(session, study, new.name, expert_id)
            if (new.name, new.organization) != (expert.name, expert.organization):
                log.append(session, study, [by_organizer(new, expert_id)])
            (info,) = expert_infos(session, ExpertRow.id == expert_id)
            return info

    def remove_expert(self, expert_id: str) -> None:
        """Take an expert who has not answered anything out of the study, for ever; the personal
        link and the e-mail address end, and the log keeps the name.

        Raises:
            StoreError: the expert has answered.
        """
        with self._write() as session:
            expert, study = _unheard_expert(session, expert_id)
            access.revoke_link(session, study, expert_id)
            log.append(session, study, [by_organizer(ExpertRemoved(), expert_id)])
            give_emails(session, {expert_id: ""})
            expert.place = None

    def expert(self, expert_id: str) -> ExpertInfo:
        """One expert."""
        with self._database.read() as session:
            return listed_expert(session, expert_id)

    def experts(self, study_id: str) -> list[ExpertInfo]:
        """The experts of a study in the order of the panel: as they were added, behind them those
        without a name, by their numbers.
        """
        with self._database.read() as session:
            found = expert_infos(session, ExpertRow.study_id == study_id)
            if not found:
                study_row(session, study_id)  # a study without experts, or none
            return found

    def standings(self, study_id: str, *, before: int | None = None) -> dict[str, Standing]:
        """The standings of a study's experts by name, in the order of the panel.

        Args:
            study_id: the study.
            before: number of an event, such as the one that closed a round: the standings that were
                in force then, of the experts there were. None = those of now.
        """
        with self._database.read() as session:
            return state_before(session, study_row(session, study_id), before).standings

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
        with self._write() as session:
            give_standings(session, standings)

    def note_naming(self, expert_ids: Sequence[str], agreed: bool, stated: str) -> None:
        """Note that experts have said elsewhere whether reports may name them.

        Args:
            expert_ids: who has said so.
            agreed: what they said.
            stated: where, such as “letter of 4 May”.

        Raises:
            StoreError: nobody is chosen, or `stated` is blank.
        """
        if not expert_ids:
            raise StoreError("nobody_stated")
        noted = NamingChosen(agreed, line("stated", stated))
        with self._write() as session:
            for expert_id in expert_ids:
                _, study = locked_expert(session, expert_id)
                log.append(session, study, [by_organizer(noted, expert_id)])

    def set_place(self, expert_id: str, place: str, *, round_number: int | None = None) -> None:
        """Note where in the survey an expert is; state of the interface, not logged.

        Args:
            expert_id: the expert.
            place: as the page wrote it.
            round_number: as for `answer`.

        Raises:
            LockedError: another round is open.
        """
        with self._write() as session:
            expert, study = self._own_expert(session, expert_id)
            check_round(study, round_number)
            expert.place = place


def add_people(
    session: Session, study: StudyRow, experts: Mapping[str, str | None]
) -> dict[str, str]:
    """Add experts, name -> organization; returns the names as given -> new ids."""
    taken: set[str] = set()
    entries = []
    ids: dict[str, str] = {}
    for given, place in experts.items():
        name = line("name", given)
        _check_free(session, study, name)
        if name in taken:
            raise StoreError("name_taken", name=name)
        taken.add(name)
        ids[given] = new_id()
        entries.append(by_organizer(ExpertAdded(name, _organization(place)), ids[given]))
    if entries:
        log.append(session, study, entries)
    return ids


def _check_free(session: Session, study: StudyRow, name: str, expert_id: str | None = None) -> None:
    """Refuse a name that another expert of the study has."""
    panel = state_of(session, study).panel
    if name in {who.name for one, who in panel.items() if one != expert_id}:
        raise StoreError("name_taken", name=name)


def _organization(text: str | None) -> str | None:
    return line("organization", text) if text and text.strip() else None


def _unheard_expert(session: Session, expert_id: str) -> tuple[ExpertRow, StudyRow]:
    """An expert who has not said anything in any round, with the study, locked."""
    expert, study = locked_expert(session, expert_id)
    if expert_id in state_of(session, study).spoken:
        raise StoreError("expert_stays", name=expert.name, title=study.title)
    return expert, study


def let_count(session: Session, study: StudyRow, standings: Mapping[str, Standing]) -> None:
    """Set experts' weights that came with a file, and have them count."""
    if not standings:
        return
    give_standings(session, standings)
    settings = replace(state_of(session, study).settings, weighting="given")
    log.append(session, study, [by_organizer(SettingsChosen(settings))])


def give_standings(session: Session, standings: Mapping[str, Standing]) -> None:
    """Set experts' standings, of those where something changes."""
    new: dict[StudyRow, list[log.Entry]] = {}
    found = experts_and_studies(session, ExpertRow.id.in_(standings), lock=True)
    for expert_id, standing in standings.items():
        if expert_id not in found:
            raise StoreError("no_expert", id=expert_id)
        expert, study = found[expert_id]
        state = state_of(session, study)
        parents = state.survey.hierarchy.compared
        for parent in standing.recused:
            if parent not in parents:
                raise StoreError("recused_from", parent=parent, parents=tuple(parents))
        if len(standing.recused) == len(parents):
            raise StoreError("recused_everywhere", name=expert.name)
        if standing != state.members[expert_id].standing:
            entry = by_organizer(StandingGiven(standing), expert_id)
            new.setdefault(study, []).append(entry)
    for study, entries in new.items():
        log.append(session, study, entries)
