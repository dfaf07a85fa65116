"""All that the report of a study rests on, whether it comes from a database or from files alone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from ..errors import AnswersError, OptionError
from ..sensitivity import Progress, StabilityInterval, stability_interval
from ..study.agreement import (
    Agreement,
    Choice,
    compare_choices,
    incoherent_choices,
    leave_one_out,
    method_choices,
    panel_agreement,
    scale_choices,
)
from ..study.analysis import Analysis, analyze
from ..study.answers import read_answers
from ..study.certainty import StudyCertainty, movable_nodes, study_certainty
from ..study.groups import by_group
from ..study.standing import Standing
from ..study.survey import Survey, load_survey
from ..study.wording import Mended
from .events import LogState
from .itinerary import Replies
from .rounds import data_hash

DRAWS = 2000
"""Panels and sets of judgments that a report draws unless told otherwise; shares of draws are known
to 0.01 at worst then."""

SAME_WEIGHTS = 1e-6
"""Weights nearer than this to each other are of one result, made by two routines."""

UNTOLD = "–"
"""Stands for the reason of a weight or recusal of somebody who is not named: it may tell who."""

LEAST_GROUP = 3
"""Experts of one organization from which on its weights are shown although they are not named: of
fewer, each could work out what the others answered."""


@dataclass(frozen=True)
class StudyEvidence:
    """What the report of a study rests on.

    Attributes:
        title: of the study.
        analysis: the result that is reported.
        agreement: of its panel; None where there is none to speak of.
        choices: what the ranking would be by other choices: aggregations and weightings, what
            becomes of contradictions, methods, scales, and without each expert.
        stability: of every local weight, for the first rank.
        groups: organization -> result of its experts alone, for two organizations or more.
        few: organizations that are left out of `groups`, as they have too few experts to be shown
            or no result follows from theirs.
        note: what readers must know of the study, such as that it is simulated.
        earlier: results of the rounds before, the first one first.
        certainty: how sure weights and ranks are; None = not simulated.
        standings: expert -> standing.
        remarks: expert -> what they said besides their judgments.
        reasons: (expert, parent, left, right) -> why they stayed outside the panel's middle half.
        organizations: expert -> organization, where known.
        consenting: experts whose names may be printed; the others get codes.
        known_by_code: experts who are called by their codes already.
        opened, closed: when answers came in, ISO 8601; empty = not known.
        log: of the study; None = it has none, as answers from a file.
        mended: slips in the survey's wording that were put right since experts judge by it.
        hashes: what was hashed -> SHA-256, keys of `ahp.report.study_report.hash_words`.
    """

    title: str
    analysis: Analysis
    agreement: Agreement | None
    choices: tuple[Choice, ...]
    stability: tuple[StabilityInterval, ...]
    groups: Mapping[str, Analysis] = field(default_factory=dict)
    few: tuple[str, ...] = ()
    note: str = ""
    earlier: tuple[Analysis, ...] = ()
    certainty: StudyCertainty | None = None
    standings: Mapping[str, Standing] = field(default_factory=dict)
    remarks: Mapping[str, Replies] = field(default_factory=dict)
    reasons: Mapping[tuple[str, str, str, str], str] = field(default_factory=dict)
    organizations: Mapping[str, str] = field(default_factory=dict)
    consenting: frozenset[str] = frozenset()
    known_by_code: frozenset[str] = frozenset()
    opened: str = ""
    closed: str = ""
    log: LogState | None = None
    mended: tuple[Mended, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        scatter = None if self.certainty is None else self.certainty.scatter
        if scatter is not None:
            named = dict(zip(scatter.leaves.names, scatter.leaves.weights.tolist(), strict=True))
            leaves = self.analysis.survey.hierarchy.leaves
            gap = max(
                abs(named.get(leaf, 1) - self.analysis.global_weights[leaf]) for leaf in leaves
            )
            if named.keys() != set(leaves) or gap > SAME_WEIGHTS:
                raise OptionError("certainty_of_another", gap=gap)
        for one in self.earlier:
            if one.survey.content_hash != self.analysis.survey.content_hash:
                raise AnswersError("round_of_another", title=self.title)

    @property
    def survey(self) -> Survey:
        """The survey that was answered."""
        return self.analysis.survey

    @property
    def codes(self) -> dict[str, str]:
        """Expert -> name where they consented to be named, else the code E01, E02, …, which stays
        the same whoever else consents.
        """
        names = dict.fromkeys(
            (*self.analysis.panel.experts, *(n for a in self.earlier for n in a.panel.experts))
        )
        names |= dict.fromkeys((*self.standings, *self.remarks, *(key[0] for key in self.reasons)))
        free = (code for k in count(1) if (code := f"E{k:02d}") not in names)
        codes = dict(zip(names, free, strict=False))
        kept = self.consenting | self.known_by_code
        return {name: name if name in kept else codes[name] for name in names}

    @property
    def organizations_open(self) -> bool:
        """Whether all experts of known organizations consented to be named. If not, weights by
        organization and the judgments of every expert would tell whose code is whose.
        """
        return self.organizations.keys() <= self.consenting

    def coded(self) -> StudyEvidence:
        """The same, with codes for all experts who did not consent to be named. An organization is
        kept of those who are named alone, and of the hashes one over the codes: from one over the
        names, who knows the panel could find out whose code is whose.
        """
        called = self.codes

        def renamed(analysis: Analysis) -> Analysis:
            panel = analysis.panel
            return replace(
                analysis,
                panel=replace(panel, experts=tuple(called[name] for name in panel.experts)),
                expert_weights={called[n]: w for n, w in analysis.expert_weights.items()},
                recused=tuple((called[name], parent) for name, parent in analysis.recused),
            )

        shown = renamed(self.analysis)
        named = all(name == code for name, code in called.items())
        return replace(
            self,
            analysis=shown,
            known_by_code=frozenset(called.values()) - self.consenting,
            hashes=self.hashes if named else {"judgments": data_hash(shown)},
            earlier=tuple(map(renamed, self.earlier)),
            groups={name: renamed(one) for name, one in self.groups.items()}
            if self.organizations_open
            else {},
            few=self.few if self.organizations_open else (),
            choices=tuple(
                replace(one, name=called[one.name]) if one.kind == "without" else one
                for one in self.choices
            ),
            standings={
                called[name]: one if name in self.consenting else _untold(one)
                for name, one in self.standings.items()
            },
            remarks={called[name]: one for name, one in self.remarks.items()},
            reasons={
                (called[expert], parent, left, right): text
                for (expert, parent, left, right), text in self.reasons.items()
            },
            organizations={
                name: where for name, where in self.organizations.items() if name in self.consenting
            },
        )


def gather_evidence(
    analysis: Analysis,
    *,
    title: str = "",
    earlier: Sequence[Analysis] = (),
    standings: Mapping[str, Standing] | None = None,
    organizations: Mapping[str, str] | None = None,
    consenting: Collection[str] = (),
    certainty: StudyCertainty | None = None,
    draws: int = 0,
    seed: int = 1,
    progress: Progress | None = None,
    **told: Any,
) -> StudyEvidence:
    """The evidence for an analysis: agreement, other choices, stability and groups are computed.

    Args:
        analysis: the result that is reported.
        title: of the study; empty = the survey's name, in its original language.
        earlier: results of the rounds before, the first one first.
        standings: expert -> standing; None = all count alike.
        organizations: expert -> organization, where known.
        consenting: experts whose names may be printed.
        certainty: how sure weights and ranks are, if that is known already.
        draws: how many panels and sets of judgments are drawn for it if not; 0 = none.
        seed: of the draws.
        progress: as for `ahp.study_certainty`.
        told: the other attributes of `StudyEvidence`.

    Raises:
        OptionError: the certainty is not that of this result.
        AnswersError: an earlier round asked another survey.

    >>> from ahp.process.study_evidence import gather_evidence
    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> evidence = gather_evidence(ahp.analyze(survey, ahp.read_answers(demo)))
    >>> evidence.agreement is not None, len(evidence.choices)
    (True, 25)
    """
    survey, standings = analysis.survey, dict(standings or {})
    organizations = {
        name: where.strip() for name, where in (organizations or {}).items() if where.strip()
    }
    groups, few = _groups(analysis, organizations, frozenset(consenting))
    if certainty is None and draws:
        certainty = study_certainty(analysis, seed=seed, draws=draws, progress=progress)
    return StudyEvidence(
        title=title or survey.text(survey.name, survey.languages[0]),
        analysis=analysis,
        **_computed(analysis, tuple((name, one.content) for name, one in standings.items())),
        groups=groups,
        few=few,
        certainty=certainty,
        earlier=tuple(earlier),
        standings=standings,
        organizations=organizations,
        consenting=frozenset(consenting),
        **told,
    )


@lru_cache(maxsize=16)
def _computed(analysis: Analysis, standings: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Attributes of `StudyEvidence` that take longest, kept for pages that ask again and again.

    Args:
        analysis: the result.
        standings: experts with the content of their standing.
    """
    known = {name: Standing.from_content(content) for name, content in standings}
    return {
        "agreement": panel_agreement(analysis),
        "choices": (
            *compare_choices(analysis, known),
            *incoherent_choices(analysis),
            *method_choices(analysis),
            *scale_choices(analysis),
            *leave_one_out(analysis),
        ),
        "stability": tuple(
            stability_interval(analysis.survey.hierarchy, analysis.local_weights, node)
            for node in movable_nodes(analysis)
        ),
    }


def evidence_from_files(
    survey: str | Path,
    answers: str | Path,
    *,
    earlier: Sequence[str | Path] = (),
    title: str = "",
    organizations: Mapping[str, str] | None = None,
    consenting: Collection[str] = (),
    draws: int = DRAWS,
    seed: int = 1,
    progress: Progress | None = None,
    **options: Any,
) -> StudyEvidence:
    """The evidence of a survey and files of answers, without a database.

    Args:
        survey: name of a shipped survey, or a survey file.
        answers: CSV file: expert, parent, left, right, value.
        earlier: likewise of the rounds before, the first one first.
        title: of the study; empty = the survey's name.
        organizations: expert -> organization, where known.
        consenting: experts whose names may be printed.
        draws: how many panels and sets of judgments are drawn; 0 = none.
        seed: of the draws.
        progress: as for `ahp.study_certainty`.
        options: of `ahp.analyze`.

    Raises:
        AHPError: a file that cannot be read or does not fit, as for `ahp.analyze`.

    >>> from ahp.process.study_evidence import evidence_from_files
    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> evidence = evidence_from_files("supervision_effectiveness", demo, invited=20, draws=0)
    >>> evidence.title, evidence.coded().analysis.panel.experts[0]
    ('事后监督效能评价', 'E01')
    """
    asked = load_survey(survey)
    rounds = [analyze(asked, read_answers(path, asked), **options) for path in (*earlier, answers)]
    if earlier:
        rounds = [replace(one, round=number) for number, one in enumerate(rounds, start=1)]
    *before, analysis = rounds
    return gather_evidence(
        analysis,
        title=title,
        earlier=before,
        organizations=organizations,
        consenting=consenting,
        draws=draws,
        seed=seed,
        progress=progress,
        hashes={
            "answers": hashlib.sha256(Path(answers).read_bytes()).hexdigest(),
            "judgments": data_hash(analysis),
        },
    )


def _untold(standing: Standing) -> Standing:
    """The same without its reasons, which may tell whose it is."""
    return replace(
        standing,
        reason=UNTOLD if standing.reason else "",
        recused=dict.fromkeys(standing.recused, UNTOLD),
    )


def _groups(
    analysis: Analysis, organizations: Mapping[str, str], consenting: frozenset[str]
) -> tuple[dict[str, Analysis], tuple[str, ...]]:
    """Organization -> result of its experts alone, and the organizations that have none to show."""
    members: dict[str, list[str]] = {}
    for name in analysis.panel.experts:
        if name in organizations:
            members.setdefault(organizations[name], []).append(name)
    if len(members) < 2:
        return {}, ()
    few = [
        organization
        for organization, names in members.items()
        if len(names) < LEAST_GROUP and not consenting.issuperset(names)
    ]
    shown = {name: where for name, where in organizations.items() if where not in few}
    groups, without = by_group(analysis, shown)
    return groups, (*few, *without)
