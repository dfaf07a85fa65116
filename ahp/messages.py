"""What errors say: every code with its English sentence, and how parameters stand in it.

`ahp.i18n.errors` says the same in other languages. A sentence is a format string; besides numbers
and texts, its parameters can be

- a tuple: its elements, joined by commas;
- a `Phrase` or an error: said in the language of the sentence around it;
- a `Cell` of an array.

`{name!r}` puts quotation marks around a text, or around each text of a tuple.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


def _(text: str) -> str:
    """Marks a sentence for the catalogs; the English one stays as it is."""
    return text


# One section a room; codes in the order of the alphabet.

_NUMERIC = {
    "judgment_unreadable": _('{text!r}, expected a positive number or a fraction such as "1/3"'),
    "option_unknown": _("{option} = {value!r}, expected one of {valid!r}"),
}

_PUBLISHED: dict[str, str] = {}

_STUDY = {
    "answers_columns": _(
        "{place}: the columns are {columns}; a long CSV has the columns {expected}. If this is a "
        "file of another program or platform, choose its format above."
    ),
    "authority_incomplete": _(
        "The authority coefficient needs both what the expert judges from and how familiar they "
        "are: please choose all of it, or nothing."
    ),
    "experts_excluded": _(
        "too few are left below {parent!r} once experts whose CR reaches the limit are excluded "
        "({listed}); expected incoherent = 'downweight' or 'include', or a larger cr_limit"
    ),
    "recusal_reason": _("Please give a reason for every recusal."),
    "text_too_long": _(
        "{what} has {length} characters, at most {limit} can be stored. Nothing was saved; please "
        "shorten it."
    ),
    "the_comment": _("The comment"),
    "the_consent": _("The consent"),
    "the_contradictions": _("The list of contradictions"),
    "the_name": _("The name"),
    "the_note": _("The note"),
    "the_organization": _("The organization"),
    "the_place": _("The place in the file"),
    "the_reason": _("The reason"),
    "the_source": _("The source"),
    "the_survey": _("The survey"),
    "the_title": _("The title"),
    "the_value": _("The value"),
    "weight_reason": _("A weight of {weight:g} needs a reason; please write it down."),
}

_FILES = {
    "list_no_name": _("{place}: there is no name."),
    "list_twice": _("{place}: “{name}” stands in the list twice."),
    "list_weight": _("{place}: the weight “{weight}” isn't a number of 0 or more."),
    "list_weight_reason": _(
        "{place}: the weight {weight} of “{name}” needs a reason; please write it down."
    ),
}

_STORE = {
    "abstaining_not_allowed": _("{title!r} does not allow leaving comparisons out"),
    "answers_missing": _(
        "expert {name!r} has answered {answered} of {total} comparisons, still missing: {missing}"
    ),
    "answers_submitted": _("“{name}” has submitted, the answers are locked."),
    "at_place": _("{place}: {problem}"),
    "chain_actor": _("it does not say who did it"),
    "chain_broken": _("it does not continue the event before it"),
    "chain_format": _("its format is {format}, expected one up to {newest}"),
    "chain_format_older": _("its format is {format}, older than that of the event before it"),
    "chain_gap": _("event {seq} is missing before it"),
    "chain_hash": _("its content does not match its hash"),
    "chain_head": _("it ends the log, but the study's head is event {seq} with hash {hash!r}"),
    "chain_seal_missing": _("the part before it is in an older format and was not sealed"),
    "chain_seal_needless": _("it seals nothing: the part before it is in the same format"),
    "chain_seal_wrong": _("it does not name the last hash of the part it seals"),
    "chain_survey": _("its survey hash is not that of the study's survey"),
    "compared_nothing": _("parent = {parent!r}, the survey compares nothing below it"),
    "contradictions_stay": _(
        "expert {name!r} has contradicting answers below {parents!r}, which this study wants to be "
        "mended"
    ),
    "contradictions_stay_without_reason": _(
        "expert {name!r} has contradicting answers below {parents!r}, which this study wants to be "
        "mended, or kept with a reason"
    ),
    "database_fails": _("{location}: {problem}"),
    "database_folder": _("{path}: cannot be created: {problem}"),
    "database_in_memory": _(
        "an in-memory database forgets every answer, expected sqlite:///path/to/file.db"
    ),
    "database_locked": _("{location}: database is locked"),
    "database_missing": _("{path}: there is no database"),
    "database_newer": _(
        "{location}: the database is at revision {found!r}, this version of ahp knows those up to "
        "{known!r}; use a newer version of ahp"
    ),
    "database_pragma": _("PRAGMA {name} is {found!r}, expected {expected!r}"),
    "database_url": _(
        "the database URL cannot be read, expected sqlite:///path/to/file.db or "
        "postgresql://user:password@host/database"
    ),
    "database_url_options": _("{url}, expected sqlite:///path/to/file.db without options"),
    "database_url_scheme": _(
        "the database URL begins with {scheme}://, expected sqlite:// or postgresql://"
    ),
    "entry_no_text": _("{name} = {value!r}, expected text"),
    "event_adds_again": _("it adds the expert {expert!r}, whose id is taken or missing"),
    "event_after_answering": _("the expert had answered before it"),
    "event_after_closing": _("round {round} was closed before it"),
    "event_after_submitting": _("the expert had submitted before it"),
    "event_archives_again": _("the study was archived before it"),
    "event_column": _("its {name} is {value!r}"),
    "event_creates_nothing": _("it creates no study"),
    "event_detail_lacks": _("its detail has no {name}"),
    "event_detail_not_json": _("its detail is not JSON: {problem}"),
    "event_id_form": _(
        "event_id = {event_id!r}, expected 1 to 64 letters, digits, hyphens or underscores"
    ),
    "event_kind": _("its kind is {kind!r}, expected one of {kinds}"),
    "event_name_taken": _("the study had an expert {name!r} before it"),
    "event_not_first": _("it is not the first event of a study"),
    "event_of_another_round": _("it is of round {round}, out of turn"),
    "event_of_nobody": _("no event before it added the expert {expert!r}"),
    "event_refused": _("the log does not take this: {problem}"),
    "event_sent_twice": _(
        "event {event_id!r} was sent twice, first with {name} = {first!r}, "
        "now with {name} = {now!r}"
    ),
    "event_time": _("its time is {time!r}"),
    "event_unarchives_again": _("the study was in the lists before it"),
    "event_unfit": _("it does not fit the study: {problem}"),
    "evidence_differs": _("its evidence does not follow from the log: {difference}"),
    "evidence_no_object": _("its evidence is {found}, expected an object"),
    "evidence_no_result": _("no result follows from its round: {problem}"),
    "evidence_not_json": _("its evidence is not JSON: {problem}"),
    "evidence_of_nobody": _(
        "its evidence does not follow from the log: it has some, though nobody submitted an answer"
    ),
    "expert_recused": _("expert {name!r} is recused from {parent!r} and not asked there"),
    "expert_stays": _(
        "“{name}” has answered in “{title}” and stays there with this name and organization."
    ),
    "export_column": _("{place}: {name} is {found}, expected {expected}"),
    "export_keys": _("{place}: {found}, expected an object with {keys}"),
    "export_kind": _(
        "{source}: kind {kind} with format {format}, expected 'ahp study' with a format up to "
        "{newest}"
    ),
    "export_known": _("{source}: this database has the study {title!r} already"),
    "export_no_list": _("{place}: expected a list"),
    "export_not_json": _("{source}: not JSON: {problem}"),
    "export_not_unicode": _("{source}: has half a character, expected Unicode: {problem}"),
    "export_number": _("a whole number from 0 to {largest}"),
    "export_survey": _("{source}: survey: {problem}"),
    "export_survey_no_text": _("{source}: survey is {found}, expected text"),
    "export_survey_not_json": _("{source}: survey: not JSON: {problem}"),
    "export_text": _("text"),
    "export_text_or_null": _("text or null"),
    "key_is_none": _(
        "{path}: holds no Ed25519 key in PKCS #8 PEM without a password; put the key back from its "
        "backup, or move the file away, so that a new key is made: receipts signed until now then "
        "verify with the old public key only"
    ),
    "key_unreadable": _(
        "{path}: the server's signing key cannot be read or made: {problem}; make the file "
        "readable and its folder writable, or set {variable} to another file"
    ),
    "link_closed": _(
        "This round is closed, nothing more can be answered. Thank you for taking part. "
        "Should the organizer open another round, this link works again."
    ),
    "link_revoked": _(
        "This link is no longer valid. Please use the newest link you were sent, "
        "or ask the organizer for a new one."
    ),
    "link_unknown": _(
        "This link is not known. Please check that it was copied completely, "
        "or ask the organizer for a new one."
    ),
    "log_ends": _(
        "study {study_id} ({title!r}): event {seq} is missing, the log ends with event {last}"
    ),
    "log_event": _("study {study_id} ({title!r}), event {seq} ({event_id}): {problem}"),
    "log_of_no_study": _(
        "event {seq} ({event_id}) belongs to no study: there is none with the id {study_id!r}"
    ),
    "name_not_a_line": _("Please write a name, in one line."),
    "name_taken": _("This study has an expert “{name}” already."),
    "no_active_link": _("“{name}” has no link that works."),
    "no_answers": _("no answers, expected those of one expert or more"),
    "no_expert": _("no expert {id!r}"),
    "no_study": _("no study {id!r}"),
    "not_submitted": _("expert {name!r} has not submitted in round {round}"),
    "note_not_a_line": _("Please write the note in one line."),
    "organization_not_a_line": _("Please write the organization in one line."),
    "pair_not_compared": _(
        "survey {survey!r} does not compare {left!r} and {right!r} under {parent!r}"
    ),
    "public_key_is_none": _("{source}: holds no Ed25519 public key in PEM"),
    "receipt_differs": _("{check}: {name} is {stated} in the receipt, {logged} in the export"),
    "receipt_expert": _("expert: {problem}"),
    "receipt_key": _("key: {file} holds the key {found}, the receipt was signed with {signed}"),
    "receipt_log": _("log: {source}: {problem}"),
    "receipt_signature": _("signature: it is not that of the key over this content"),
    "recused_everywhere": _(
        "{name} would be recused from every comparison; please revoke the link instead."
    ),
    "recused_from": _("recused from {parent!r}, expected one of {parents!r}"),
    "round_closed": _("Round {round} of “{title}” is closed."),
    "round_is_another": _("Round {round} of “{title}” is closed, round {open} is open."),
    "round_next": _("The next round of “{title}” is {next}, not {round}."),
    "round_not_closed": _("Round {round} of “{title}” was not closed: {problem}"),
    "round_open": _("Round {round} of “{title}” is open; please close it first."),
    "row_missing": _("the log ends here, and the expert {expert!r} is not in the list of experts"),
    "row_of_expert_differs": _(
        "the log ends here, and the expert {expert!r} has {name} {found!r}, by the log {expected!r}"
    ),
    "row_of_nobody": _("the log ends here, and no event added the expert {expert!r}"),
    "row_of_study_differs": _(
        "the log ends here, and the study has {name} {found!r}, by the log {expected!r}"
    ),
    "standing_of_nobody": _("a standing of {name!r}, who is not among the experts to add"),
    "standing_recused_everywhere": _("the expert is recused from every comparison"),
    "text_not_unicode": _("the text has signs that cannot be stored, expected Unicode text"),
    "title_not_a_line": _("Please write a title, in one line."),
    "value_of_a_spreadsheet": _("value = {value!r} {reason}"),
    "value_off_the_scale": _("value = {value!r}, expected one of {valid}"),
    "weights_of_others": _("weights of {found!r}, expected one for each of {expected!r}"),
}

_APP: dict[str, str] = {}

MESSAGES: Mapping[str, str] = MappingProxyType(
    {**_NUMERIC, **_PUBLISHED, **_STUDY, **_FILES, **_STORE, **_APP}
)
"""Code -> English sentence."""


class Phrase:
    """A part of a sentence that is said in the language of the sentence.

    Args:
        code: key of `MESSAGES`.
        parameters: what stands in it.
    """

    def __init__(self, code: str, /, **parameters: Any) -> None:
        self.code, self.parameters = code, MappingProxyType(parameters)

    def __str__(self) -> str:
        return ENGLISH.sentence(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _phrase, (self.code, dict(self.parameters))


def _phrase(code: str, parameters: Mapping[str, Any]) -> Phrase:
    return Phrase(code, **parameters)


@dataclass(frozen=True)
class Cell:
    """A cell of an array.

    Attributes:
        name: of the array, as the caller knows it.
        index: one number an axis, from 0.

    >>> str(Cell("a", (0, 1)))
    'a[0, 1]'
    """

    name: str
    index: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}[{', '.join(map(str, self.index))}]"


def _speaks(value: Any) -> bool:
    """Whether something is a `Phrase` or an error."""
    return hasattr(value, "code") and hasattr(value, "parameters")


class Wording(string.Formatter):
    """How a language puts parameters into sentences; this one is English."""

    comma = ", "

    def template(self, code: str) -> str:
        """The sentence of a code, before its parameters stand in it."""
        return MESSAGES[code]

    def sentence(self, message: Any) -> str:
        """What a `Phrase` or an error says."""
        if message.code not in MESSAGES:  # TRANSITION
            return str(message.code)
        return self.vformat(self.template(message.code), (), message.parameters)

    def quoted(self, text: str) -> str:
        """A text in quotation marks."""
        return repr(text)

    def cell(self, cell: Cell) -> str:
        """A cell of an array."""
        return str(cell)

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        """A parameter, or each element of a tuple, with its quotation marks."""
        if isinstance(value, tuple):
            return tuple(self.convert_field(element, conversion) for element in value)
        if isinstance(value, Cell) or _speaks(value):
            return value
        if conversion == "r":
            return self.quoted(value) if isinstance(value, str) else repr(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        """A parameter as text."""
        if isinstance(value, tuple):
            return self.comma.join(self.format_field(element, format_spec) for element in value)
        if isinstance(value, Cell):
            return self.cell(value)
        if _speaks(value):
            return self.sentence(value)
        text = super().format_field(value, format_spec)
        return str(text)


ENGLISH = Wording()
