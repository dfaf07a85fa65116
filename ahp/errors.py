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
├── TextLimitError          a text is longer than what is kept for ever
└── StoreError              the database refuses
    ├── DatabaseError       the database does not answer
    ├── LinkError           a personal link is unknown, revoked or closed
    ├── LockedError         the answers were submitted, or the round is closed
    ├── LogError            the event log does not verify
    └── ReceiptError        there is no receipt yet, or a receipt does not verify
```

`SurveyWarning` is the one warning: a survey that works but asks too much of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Self


class AHPError(Exception):
    """Root of all errors raised on purpose by `ahp`.

    Attributes:
        code: which sentence `ahp.i18n.words.error_sentence` has for people; empty = none.
        parameters: what stands in that sentence.
    """

    code: str = ""
    parameters: Mapping[str, str] = MappingProxyType({})

    def coded(self, code: str, **parameters: str) -> Self:
        """This error with the code and the parameters of its sentence for people."""
        self.code, self.parameters = code, parameters
        return self


class MatrixError(AHPError, ValueError):
    """A pairwise comparison matrix is not one; the message names the cell."""


class IncompleteError(MatrixError):
    """Judgments are missing (NaN) where a complete matrix is needed."""


class IncoherentError(IncompleteError):
    """Too few are left below a parent once experts who contradict themselves are excluded.

    Attributes:
        parent: its id.
        ratios: expert -> CR, of those who are excluded there.
    """

    def __init__(
        self, message: str, *, parent: str = "", ratios: Mapping[str, float] | None = None
    ) -> None:
        super().__init__(message)
        self.parent = parent
        self.ratios = dict(ratios or {})


class OptionError(AHPError, ValueError):
    """An option has a value that is not on its list; the message has the list."""

    @classmethod
    def unknown(cls, option: str, value: object, valid: Iterable[str]) -> OptionError:
        """The message for a mistyped option: its name, its value and the valid ones."""
        listed = ", ".join(repr(name) for name in valid)
        return cls(f"{option} = {value!r}, expected one of {listed}")


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


class TextLimitError(AHPError, ValueError):
    """A text is longer than what is kept for ever.

    Attributes:
        what: which text, a key of `ahp.study.limits.LONGEST`.
        length, limit: its characters, and how many it may have.
    """

    def __init__(self, what: str, length: int, limit: int) -> None:
        super().__init__(f"{what}: {length} characters, expected at most {limit}")
        self.what, self.length, self.limit = what, length, limit


class StoreError(AHPError):
    """The database refuses an action."""


class DatabaseError(StoreError):
    """The database does not answer, or fails; what was to be written may be tried again."""


class DatabaseFaultError(StoreError):
    """The database is damaged, or isn't what it should be; the message says where it is, which is
    not for visitors.
    """


class LinkError(StoreError):
    """A personal link is unknown, revoked, or its study is closed.

    Attributes:
        reason: `"unknown"`, `"revoked"` or `"closed"`.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class LockedError(StoreError):
    """Nothing more can be written.

    Attributes:
        reason: `"submitted"` or `"closed"` (the round, for ever).
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class LogError(StoreError):
    """The event log does not verify; the message names the first bad event."""


class ReceiptError(StoreError):
    """There is nothing to make a receipt of, or a receipt does not verify; says which check."""


class SurveyWarning(UserWarning):
    """A survey works but asks more of people than they can answer well."""
