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
    "answers_submitted": _("“{name}” has submitted, the answers are locked."),
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
    "name_not_a_line": _("Please write a name, in one line."),
    "name_taken": _("This study has an expert “{name}” already."),
    "note_not_a_line": _("Please write the note in one line."),
    "organization_not_a_line": _("Please write the organization in one line."),
    "recused_everywhere": _(
        "{name} would be recused from every comparison; please revoke the link instead."
    ),
    "round_closed": _("Round {round} of “{title}” is closed."),
    "round_is_another": _("Round {round} of “{title}” is closed, round {open} is open."),
    "title_not_a_line": _("Please write a title, in one line."),
}

_APP: dict[str, str] = {}

_CLI = {
    "app_missing": _('this command needs the app: pip install "ahp-evidence[app]"'),
    "argument_choice": _("invalid choice: {value} (choose from {choices})"),
    "argument_no_number": _("invalid float value: {value}"),
    "argument_no_whole_number": _("invalid int value: {value}"),
    "argument_one": _("expected one argument"),
    "argument_problem": _("argument {name}: {problem}"),
    "arguments_missing": _("the following arguments are required: {names}"),
    "arguments_unknown": _("unrecognized arguments: {given}"),
    "candidates_unnamed": _("{place}: names no candidates, expected a file to write"),
    "expert_weight_twice": _("{name!r} has two weights, expected one"),
    "expert_weight_unreadable": _("{text!r}, expected NAME=WEIGHT such as E1=0.2"),
    "option_ambiguous": _("ambiguous option: {option} could match {matches}"),
    "option_missing": _("{option} is missing, expected with {read} to {written}: {reason}"),
    "option_takes_nothing": _("ignored explicit argument {value}"),
    "option_useless": _("{option} {given}, expected none with {read} to {written}"),
    "port_out_of_range": _("{text!r}, expected a port from 1 to 65535"),
    "reason_language": _("a survey file tells the language of its names"),
    "reason_no_survey": _("answers files have no survey"),
    "reason_sign": _("ahpsurvey tables have a sign convention"),
    "system_is_folder": _("Is a directory"),
    "system_is_no_folder": _("Not a directory"),
    "system_no_file": _("No such file or directory"),
    "system_no_permission": _("Permission denied"),
    "system_refuses": _("[Errno {number}] {reason}: {file!r}"),
}

MESSAGES: Mapping[str, str] = MappingProxyType(
    {**_NUMERIC, **_PUBLISHED, **_STUDY, **_FILES, **_STORE, **_APP, **_CLI}
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
