"""Everything `ahp` raises on purpose.

```
AHPError
├── MatrixError             a pairwise comparison matrix is not one
│   └── IncompleteError     judgments are missing where all are needed
│       └── IncoherentError everybody below a parent is excluded for contradicting themselves
├── OptionError             an option has a value that is not on its list
├── RandomIndexError        a random-index table does not reach this matrix
├── ConvergenceError        an iteration stopped short of its tolerance
├── HierarchyError          the tree is not a tree
├── SurveyError             a survey definition is refused
├── AnswersError            answers do not fit the survey, or their file is refused
├── PublishedError          a file of a published table is refused
├── EvaluationError         a scheme, an observation or a matrix of scores is refused
├── EntryError              a value is refused at its place in a table
├── ReportError             a report contradicts itself, or can't be written here
├── TextLimitError          a text is longer than what is kept for ever
├── FontError               no font has the characters of a picture
└── StoreError              the database refuses
    ├── DatabaseError       the database does not answer
    ├── AccessError         the organizer's account does not allow it
    ├── LinkError           a personal link is unknown, revoked or closed
    ├── LockedError         the answers were submitted, or the round is closed
    ├── LogError            the event log does not verify
    └── ReceiptError        there is no receipt yet, or a receipt does not verify
```

`SurveyWarning` is the one warning, of a survey that works; it has a code and parameters, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .messages import Message, Phrase


class AHPError(Message, Exception):
    """Root of all errors raised on purpose by `ahp`; its text is English.

    >>> str(OptionError("option_unknown", option="how", value="mean", valid=("aij", "aip")))
    "how = 'mean', expected one of 'aij', 'aip'"
    """


class MatrixError(AHPError, ValueError):
    """A pairwise comparison matrix is not one; the message names the cell."""


class IncompleteError(MatrixError):
    """Judgments are missing (NaN) where a complete matrix is needed."""


class IncoherentError(IncompleteError):
    """Too few are left below a parent once experts who contradict themselves are excluded."""

    @property
    def parent(self) -> str:
        """Its id."""
        return str(self.parameters["parent"])

    @property
    def ratios(self) -> Mapping[str, float]:
        """Expert -> CR, of those who are excluded there."""
        ratios: Mapping[str, float] = self.parameters["ratios"]
        return ratios


class OptionError(AHPError, ValueError):
    """An option has a value that is not on its list; the message has the list."""

    @classmethod
    def unknown(cls, option: str | Phrase, value: object, valid: Iterable[str]) -> OptionError:
        """The message for a mistyped option: its name, its value and the valid ones."""
        return cls("option_unknown", option=option, value=value, valid=tuple(valid))

    @classmethod
    def refused(cls, option: str | Phrase, value: object, expected: Phrase) -> OptionError:
        """The message for a value that an option can't have: both, and what was expected."""
        return cls("option_refused", option=option, value=repr(value), expected=expected)


class RandomIndexError(AHPError, ValueError):
    """The chosen random-index table has no value for a matrix of this order."""


class ConvergenceError(AHPError, ArithmeticError):
    """An iteration stopped short of its tolerance; the message has count and residual."""


class HierarchyError(AHPError, ValueError):
    """The nodes do not form a tree in which every parent has two children or more."""


class SurveyError(AHPError, ValueError):
    """A survey definition is refused: the file, the path inside it, what was expected."""


class AnswersError(AHPError, ValueError):
    """Answers do not fit the survey, or their file cannot be read as answers."""


class PublishedError(AHPError, ValueError):
    """A file of a published table is refused: the file, the path inside it, what was expected."""


class EvaluationError(AHPError, ValueError):
    """A scheme, an observation or a matrix of scores is refused; the message says where."""


class EntryError(AHPError, ValueError):
    """A value is refused at its place in a table or an array; errors of files are made of it."""


class ReportError(AHPError, ValueError):
    """A report contradicts itself, or what writes it is missing."""


class TextLimitError(AHPError, ValueError):
    """A text is longer than what is kept for ever (`ahp.study.limits.LONGEST`)."""


class FontError(AHPError):
    """No font is installed for the texts of a picture; the message has the letters and fonts."""


class StoreError(AHPError):
    """The database refuses an action."""


class DatabaseError(StoreError):
    """The database does not answer, or fails; what was to be written may be tried again."""


class DatabaseFaultError(StoreError):
    """The database is damaged, or isn't what it should be; the message says where it is, which is
    not for visitors.
    """


class AccessError(StoreError):
    """Whoever is signed in may not do this."""


class LinkError(StoreError):
    """A link or a code is unknown, revoked, not opened in this browser, its study is closed, or
    nobody else can begin by it.
    """

    @property
    def reason(self) -> str:
        """`"unknown"`, `"revoked"`, `"not_here"` or `"closed"`; of anonymous links also `"paused"`,
        `"full"`, `"later"` and `"code_unknown"`.
        """
        return self.code.removeprefix("link_")


class LockedError(StoreError):
    """Nothing more can be written."""

    @property
    def reason(self) -> str:
        """`"submitted"` or `"closed"` (the round, for ever)."""
        return "submitted" if self.code == "answers_submitted" else "closed"


class LogError(StoreError):
    """The event log does not verify; the message names the first bad event."""


class ReceiptError(StoreError):
    """There is nothing to make a receipt of, or a receipt does not verify; says which check."""


class SurveyWarning(Message, UserWarning):
    """A survey works, but asks more of people than they can answer well, or not all of it is used
    as it stands.
    """
