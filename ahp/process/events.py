"""What happens in a study: a class for each kind of event of its log, and how it is stored.

An action is stored in six columns: its kind, and parent, left, right, value and detail as far as it
has them. `columns` writes them, `read_action` reads them back; nothing else knows them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, NamedTuple, Self

from ..datafile import jcs, parse_json
from ..errors import LogError, OptionError
from ..hierarchy import Hierarchy
from ..messages import Message
from ..scale import parse_judgment
from ..study import Judgment
from ..study.answers import check_place
from ..study.limits import check_length
from ..study.names import caseless_key
from ..study.plain import check_option
from ..study.standing import SelfRating, Standing
from ..study.survey import Mending
from .asking import Asking, Way, check_way, read_ranking
from .invitation import Invitation
from .settings import Settings

COLUMNS = ("kind", "parent", "left", "right", "value", "detail")
"""The columns of an action."""


LETTERS = ("invitation", "reminder")
"""What is written to experts: the personal link, or that their answers are still missing."""

MOST_ANONYMOUS = 1000
"""How many experts without a name one panel may have at most."""

MIDNIGHT = "T00:00:00.000000+00:00"
"""The end of a time that says the day alone, as of what experts without a name do."""

ACTORS = ("organizer", "expert", "person", "server", "file")


@dataclass(frozen=True)
class Actor:
    """Who did something.

    Attributes:
        kind: `"organizer"`, `"expert"`, `"person"` for who takes part in an evaluation by a
            personal link, `"server"`, or `"file"` for what was read from one.
        id: of the organizer's account, empty where all organizers share one; of the expert or the
            person; of the file its SHA-256.
    """

    kind: str
    id: str = ""

    def __post_init__(self) -> None:
        check_option("kind", self.kind, ACTORS)

    @classmethod
    def file(cls, content: bytes) -> Self:
        """A file with this content."""
        return cls("file", hashlib.sha256(content).hexdigest())


ORGANIZER, SERVER = Actor("organizer"), Actor("server")


@dataclass(frozen=True)
class Action:
    """What was done.

    Attributes:
        kind: how the log calls it.
        in_detail: the field that `detail` holds; or those it holds as an object, in JSON (RFC
            8785).
        in_detail_if_any: those of them that it holds only where they aren't empty; logs from before
            they were recorded don't have them.
        choice: of which class that field is, which writes and reads its `content`; None = text.
    """

    kind: ClassVar[str]
    in_detail: ClassVar[str | tuple[str, ...]] = ()
    in_detail_if_any: ClassVar[tuple[str, ...]] = ()
    choice: ClassVar[Any] = None

    @property
    def detail(self) -> str | None:
        """What the other columns have no room for, as text."""
        if isinstance(self.in_detail, str):
            held = getattr(self, self.in_detail)
            text: str | None = held if self.choice is None else held.content
            return text
        named = ((name, getattr(self, name)) for name in self.in_detail)
        fields_ = {name: own for name, own in named if own or name not in self.in_detail_if_any}
        return jcs(fields_) if fields_ else None

    @classmethod
    def read_detail(cls, detail: str | None) -> dict[str, Any]:
        """The fields that `detail` holds.

        Raises:
            AHPError: it does not hold them.
        """
        if isinstance(cls.in_detail, str):
            return {cls.in_detail: cls.choice.from_content(detail or "") if cls.choice else detail}
        data = _json(detail) if cls.in_detail else {}
        for name in cls.in_detail:
            if not isinstance(data, dict) or name not in {*data, *cls.in_detail_if_any}:
                raise LogError("event_detail_lacks", name=name)
        return {name: data[name] for name in cls.in_detail if name in data}

    def check(self, hierarchy: Hierarchy) -> None:
        """Refuse what does not fit a survey with this tree.

        Raises:
            AHPError: says why.
        """


@dataclass(frozen=True)
class Said(Action):
    """What an expert says: in an open round, before submitting.

    Attributes:
        speaks: whether the expert stays in the study after it.
        limit: which of `ahp.study.limits.LONGEST` limits `detail`.
    """

    speaks: ClassVar[bool] = True
    limit: ClassVar[str | None] = None


@dataclass(frozen=True)
class _OnPair(Said):
    """Something about a pair, as it was displayed."""

    parent: str
    left: str
    right: str

    def check(self, hierarchy: Hierarchy) -> None:
        if (self.parent, self.left, self.right) not in hierarchy.comparison_of:
            check_place(Judgment("", self.parent, self.left, self.right, "", "event"), hierarchy)


@dataclass(frozen=True)
class Replied(_OnPair):
    """After it the answer to a comparison is another one, or none."""


@dataclass(frozen=True)
class Answered(Replied):
    """An answer: how much left matters more than right, and where in a file it was read."""

    kind = "answer"
    in_detail = "place"
    limit = "place"
    value: str
    place: str | None = None

    def check(self, hierarchy: Hierarchy) -> None:
        """Also a value that is no judgment."""
        super().check(hierarchy)
        parse_judgment(self.value)


@dataclass(frozen=True)
class Cleared(Replied):
    """An answer taken back that was keyed in and doesn't stand on paper; earlier versions let
    experts do so, too.
    """

    kind = "clear"


@dataclass(frozen=True)
class Abstained(Replied):
    """The expert can't judge the pair."""

    kind = "abstain"


@dataclass(frozen=True)
class Commented(_OnPair):
    """A remark on a pair; empty = the one before is taken back."""

    kind = "comment"
    in_detail = "text"
    limit = "comment"
    text: str


@dataclass(frozen=True)
class Reasoned(_OnPair):
    """Why the expert stays outside the middle half of the panel; empty = taken back."""

    kind = "reason"
    in_detail = "text"
    limit = "reason"
    text: str


@dataclass(frozen=True)
class Consented(Said):
    """The text that the expert agreed to."""

    kind = "consent"
    speaks = False
    in_detail = "text"
    limit = "consent"
    text: str


@dataclass(frozen=True)
class WayChosen(Said):
    """How the expert is asked in this round."""

    kind = "way"
    speaks = False
    in_detail = "way"
    choice = Way
    way: Way

    def check(self, hierarchy: Hierarchy) -> None:
        """Refuse an order that is not that of the comparisons."""
        check_way(self.way, hierarchy)


@dataclass(frozen=True)
class Ranked(Said):
    """The items below a parent, the most important first."""

    kind = "ranked"
    parent: str
    ranking: tuple[str, ...]

    @property
    def detail(self) -> str:
        """The ranking in JSON."""
        return jcs(self.ranking)

    @classmethod
    def read_detail(cls, detail: str | None) -> dict[str, Any]:
        """The ranking."""
        found = _json(detail)
        return {"ranking": tuple(found) if isinstance(found, list) else (found,)}

    def check(self, hierarchy: Hierarchy) -> None:
        """Refuse what is not each item below the parent once."""
        read_ranking(self.parent, self.detail, hierarchy)


@dataclass(frozen=True)
class Shown(Said):
    """Which contradictions the expert was shown below a parent, as JSON."""

    kind = "shown"
    speaks = False
    in_detail = "contradictions"
    limit = "contradictions"
    parent: str
    contradictions: str


@dataclass(frozen=True)
class Kept(Said):
    """Why contradicting answers below a parent stay; may be empty."""

    kind = "kept"
    in_detail = "reason"
    limit = "reason"
    parent: str
    reason: str


@dataclass(frozen=True)
class Submitted(Said):
    """The expert's answers are locked."""

    kind = "submit"


@dataclass(frozen=True)
class ChainSealed(Action):
    """The end of the part of a chain that was written in an older format.

    Attributes:
        format: of that part.
        events: how many it has.
        last_hash: of its last event.
    """

    kind = "chain_sealed"
    in_detail = ("events", "format", "last_hash")
    events: int
    format: int
    last_hash: str


@dataclass(frozen=True)
class StudyCreated(Action):
    """A study begins."""

    kind = "study_created"
    in_detail = ("note", "title")
    title: str
    note: str | None


@dataclass(frozen=True)
class StudyRenamed(Action):
    """Another title."""

    kind = "study_renamed"
    in_detail = ("title",)
    title: str


@dataclass(frozen=True)
class StudyArchived(Action):
    """Out of the lists."""

    kind = "study_archived"


@dataclass(frozen=True)
class StudyUnarchived(Action):
    """Back in the lists."""

    kind = "study_unarchived"


@dataclass(frozen=True)
class StudyImported(Action):
    """All that comes before was read from a file: who did it is as that file says.

    Attributes:
        source: name of the file, shortened if it is long.
    """

    kind = "study_imported"
    in_detail = ("source",)
    source: str


@dataclass(frozen=True)
class SettingsChosen(Action):
    """How the study is analyzed from now on."""

    kind = "settings"
    in_detail = "settings"
    choice = Settings
    settings: Settings


@dataclass(frozen=True)
class AskingChosen(Action):
    """How experts are asked from now on."""

    kind = "asking"
    in_detail = "asking"
    choice = Asking
    asking: Asking


@dataclass(frozen=True)
class InvitationChosen(Action):
    """Who asks from now on, until when, and whom experts can call."""

    kind = "invitation"
    in_detail = "invitation"
    choice = Invitation
    invitation: Invitation


@dataclass(frozen=True)
class WordingMended(Action):
    """A slip in a text of the survey is put right: what is meant stays, and so do the judgments.

    Attributes:
        node, text, language, old, new: see `Mending`.
    """

    kind = "wording_mended"
    in_detail = ("node", "text", "language", "old", "new")
    in_detail_if_any = ("node",)
    text: str
    language: str
    old: str
    new: str
    node: str = ""

    def __post_init__(self) -> None:
        if len(self.new) > len(self.old):  # one from a file may be longer than what is written here
            check_length("name" if self.text == "name" else "wording", self.new)

    @property
    def mending(self) -> Mending:
        """What is changed of the survey."""
        return Mending(self.node, self.text, self.language, self.old, self.new)


@dataclass(frozen=True)
class AnonymousChosen(Action):
    """How people become experts without a name from now on.

    Attributes:
        link: number of the link by which they do.
        most: how many of the panel may have come so.
        open: whether anybody may at the moment.
        called: what they are called, before a number.
    """

    kind = "anonymous"
    in_detail = ("called", "link", "most", "open")
    link: int
    most: int
    open: bool
    called: str

    def __post_init__(self) -> None:
        check_length("name", self.called)
        if not 1 <= self.most <= MOST_ANONYMOUS:
            raise OptionError("anonymous_most", most=self.most, limit=MOST_ANONYMOUS)


@dataclass(frozen=True)
class RoundClosed(Action):
    """A round is over, for ever.

    Attributes:
        evidence: what it leaves, as JSON; None when nobody who submitted had answered anything.
    """

    kind = "round_closed"
    in_detail = "evidence"
    evidence: str | None


@dataclass(frozen=True)
class RoundOpened(Action):
    """The next round begins."""

    kind = "round_opened"


@dataclass(frozen=True)
class ReportWritten(Action):
    """What a person wrote in the report on a round, or that somebody signed it.

    Attributes:
        about: number of the round.
        language: of the report.
        sentences: key of a drafted sentence -> the text in its place from now on; empty = left out,
            None = the draft again. Others stay as they are.
        signer: who stands for all the sentences from now on; empty = nobody, they are drafts.
        signed: what was signed, as `report_texts_hash` has it; empty likewise.
        drafts: key -> `draft_hash` of the draft beside which a text was looked at.
    """

    kind = "report_written"
    in_detail = ("about", "language", "sentences", "signer", "signed", "drafts")
    in_detail_if_any = ("drafts",)
    about: int
    language: str
    sentences: Mapping[str, str | None]
    signer: str = ""
    signed: str = ""
    drafts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_sentences(self.sentences)
        check_length("name", self.signer)
        if bool(self.signer) != bool(self.signed):
            raise OptionError("report_signed_by_nobody")


@dataclass(frozen=True)
class LogState:
    """Where the log of a study or an evaluation stands, and whether it verifies.

    Attributes:
        events: number of events.
        head_hash: hash of the last one.
        problem: what is wrong with the log; None = it verifies.
    """

    events: int
    head_hash: str
    problem: Message | None = None


def check_sentences(sentences: Mapping[str, str | None]) -> None:
    """Refuse what is too long for a sentence of a report, or for its key.

    Raises:
        TextLimitError: says how long it is and may be.
    """
    for key, text in sentences.items():
        check_length("place", key)
        check_length("sentence", text or "")


def merged_sentences(
    before: Mapping[str, str], changes: Mapping[str, str | None]
) -> dict[str, str]:
    """What stands in place of drafts after some of it was changed.

    Args:
        before: key -> text.
        changes: key -> text, None = the draft again.
    """
    return {key: text for key, text in {**before, **changes}.items() if text is not None}


def merged_drafts(
    before: Mapping[str, str],
    changes: Mapping[str, str | None],
    drafts: Mapping[str, str],
) -> dict[str, str]:
    """Beside which drafts the texts of a report were last looked at, after some of it was.

    Args:
        before: key -> `draft_hash`.
        changes: as for `merged_sentences`.
        drafts: key -> `draft_hash` of those looked at now.
    """
    return {key: draft for key, draft in before.items() if key not in changes} | dict(drafts)


def draft_hash(draft: str) -> str:
    """SHA-256 of a drafted sentence: the log needn't have the names that stand in it."""
    return hashlib.sha256(draft.encode()).hexdigest()


def outdated_sentences(
    drafted: Mapping[str, str], written: Mapping[str, str], drafts: Mapping[str, str]
) -> tuple[str, ...]:
    """Keys of sentences that a person wrote and whose draft has changed since somebody looked.

    Args:
        drafted: key -> draft as it is now.
        written: key -> text in its place.
        drafts: key -> `draft_hash` of the draft beside which that was looked at, where it is known.
    """
    return tuple(
        key
        for key, draft in drafted.items()
        if key in written and key in drafts and drafts[key] != draft_hash(draft)
    )


def report_texts_hash(drafted: Mapping[str, str], written: Mapping[str, str]) -> str:
    """SHA-256 of what is signed: the sentences as they are printed, and the drafts, so that no
    number changes under a sentence that a person wrote.

    Args:
        drafted: key -> draft, in any order.
        written: key -> text in place of a draft.
    """
    signed = {key: [draft, written.get(key, draft)] for key, draft in drafted.items()}
    return hashlib.sha256(jcs(signed).encode()).hexdigest()


@dataclass(frozen=True)
class OnExpert(Action):
    """What is done about an expert."""


@dataclass(frozen=True)
class ExpertAdded(OnExpert):
    """An expert joins the panel.

    Attributes:
        name, organization: who it is.
        anonymous: whether they came by the anonymous link, and have a number for a name.
    """

    kind = "expert_added"
    in_detail = ("name", "organization", "anonymous")
    in_detail_if_any = ("anonymous",)
    name: str
    organization: str | None
    anonymous: bool = False


@dataclass(frozen=True)
class ExpertRenamed(OnExpert):
    """Another name or organization."""

    kind = "expert_renamed"
    in_detail = ("name", "organization")
    name: str
    organization: str | None


@dataclass(frozen=True)
class ExpertRemoved(OnExpert):
    """An expert leaves the panel, for ever."""

    kind = "expert_removed"


@dataclass(frozen=True)
class StandingGiven(OnExpert):
    """How much the expert counts from now on, and where not at all."""

    kind = "standing"
    in_detail = "standing"
    choice = Standing
    standing: Standing

    def check(self, hierarchy: Hierarchy) -> None:
        """Refuse who is asked nothing."""
        if self.standing.recused.keys() >= set(hierarchy.compared):
            raise OptionError("standing_recused_everywhere")


@dataclass(frozen=True)
class NamingChosen(OnExpert):
    """Whether reports may name the expert, who has a code in them otherwise.

    Attributes:
        agreed: whether the expert agrees to it, from now on.
        stated: where they said so, as an organizer notes it; empty = here, themselves.
    """

    kind = "naming"
    in_detail = ("agreed", "stated")
    in_detail_if_any = ("stated",)
    agreed: bool
    stated: str = ""

    def __post_init__(self) -> None:
        check_length("stated", self.stated)


@dataclass(frozen=True)
class SelfRated(OnExpert):
    """What the expert says of their own authority, before submitting; it stays for later rounds."""

    kind = "self_rated"
    in_detail = "rating"
    choice = SelfRating
    rating: SelfRating


@dataclass(frozen=True)
class Keyed(OnExpert):
    """A paper questionnaire of the expert as one person keyed it in: no answers before a second
    person has done so and what differs is settled.

    Attributes:
        by: who keyed it in.
        answers: parent, left, right and judgment of each row with a tick.
        account: id of who keyed it in; empty where all organizers share one.
    """

    kind = "keyed"
    in_detail = ("account", "answers", "by")
    in_detail_if_any = ("account",)
    by: str
    answers: tuple[tuple[str, str, str, str], ...]
    account: str = ""

    def __post_init__(self) -> None:
        check_length("name", self.by)
        rows = self.answers if isinstance(self.answers, list | tuple) else (None,)
        for row in rows:
            texts = row if isinstance(row, list | tuple) else ()
            if [type(text) for text in texts] != [str] * 4:
                raise LogError("event_column", name="answers", value=self.answers)
        object.__setattr__(self, "answers", tuple(map(tuple, self.answers)))

    def same_person(self, other: Keyed) -> bool:
        """Whether one person keyed in both: by their accounts, else by their names as typed."""
        if self.account and other.account:
            return self.account == other.account
        one, another = ("".join(caseless_key(keyed.by).split()) for keyed in (self, other))
        return one == another

    def check(self, hierarchy: Hierarchy) -> None:
        """Refuse what is no judgment of a comparison."""
        for parent, left, right, value in self.answers:
            check_place(Judgment("", parent, left, right, "", "event"), hierarchy)
            parse_judgment(value)


@dataclass(frozen=True)
class LinkIssued(OnExpert):
    """The number of a new personal link."""

    kind = "link_issued"
    in_detail = ("link",)
    link: int


@dataclass(frozen=True)
class LinkRevoked(OnExpert):
    """The number of a personal link that ends."""

    kind = "link_revoked"
    in_detail = ("link",)
    link: int


@dataclass(frozen=True)
class Mailed(OnExpert):
    """The mail server took an e-mail to the expert.

    Attributes:
        what: one of `LETTERS`.
    """

    kind = "mailed"
    in_detail = ("what",)
    what: str

    def __post_init__(self) -> None:
        check_option("what", self.what, LETTERS)


ACTIONS: dict[str, type[Action]] = {
    one.kind: one
    for one in (
        *(StudyCreated, ExpertAdded, LinkIssued, LinkRevoked, Answered, Cleared, Abstained),
        *(Commented, Reasoned, Consented, WayChosen, Ranked, Shown, Kept, Submitted),
        *(SettingsChosen, AskingChosen, StandingGiven, RoundClosed, RoundOpened, ExpertRenamed),
        *(ExpertRemoved, StudyRenamed, StudyArchived, StudyUnarchived, ChainSealed),
        *(ReportWritten, NamingChosen, StudyImported, InvitationChosen, Mailed, SelfRated, Keyed),
        *(WordingMended, AnonymousChosen),
    )
}
"""Kind -> what was done."""


class Logged(NamedTuple):
    """An action in its place in a study's log.

    Attributes:
        seq: place in the log: 1, 2, 3 … without gaps.
        round: Delphi round, from 1.
        expert: id of the expert who did it or whom it is about; None for the whole study.
        source: `"web"`, `"file"` or `"organizer"`.
        time: UTC, ISO 8601.
        action: what was done.
    """

    seq: int
    round: int
    expert: str | None
    source: str
    time: str
    action: Action


def columns(action: Action) -> dict[str, str | None]:
    """The columns of an action."""
    own = {name: getattr(action, name, None) for name in COLUMNS[1:-1]}
    return {"kind": action.kind, **own, "detail": action.detail}


def read_action(stored: Mapping[str, str | None]) -> Action:
    """The action in its columns.

    Raises:
        AHPError: the columns do not hold one.
    """
    kind = str(stored["kind"])
    if kind not in ACTIONS:
        raise LogError("event_kind", kind=kind, kinds=tuple(ACTIONS))
    made_of = ACTIONS[kind]
    held = made_of.read_detail(stored["detail"])
    found = {}
    for name, kind_of_value in _columns_of(kind):
        if name in made_of.in_detail_if_any and name not in held:
            continue
        found[name] = value = held[name] if name in held else stored[name]
        if not isinstance(value, kind_of_value):
            raise LogError("event_column", name=name, value=value)
    return made_of(**found)


_TYPES: dict[str, Any] = {
    "str": str,
    "str | None": (str, type(None)),
    "int": int,
    "bool": bool,
}


@cache
def _columns_of(kind: str) -> list[tuple[str, Any]]:
    """The fields of a kind of action, with the types of their values; a log has many of a kind."""
    return [(one.name, _TYPES.get(str(one.type), object)) for one in fields(ACTIONS[kind])]


def _json(detail: str | None) -> Any:
    return parse_json(detail or "", "detail", LogError)
