"""The receipt of submitted answers: what it says, and the block of text that carries it.

A receipt is text that was signed, kept as it was signed, byte by byte.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from ..datafile import jcs
from ..errors import AnswersError

FORMAT = 1
KIND = "ahp receipt"

ABSTAIN = "abstain"
"""The value of a comparison that the expert can't judge."""

BEGIN, END = "-----BEGIN AHP RECEIPT-----", "-----END AHP RECEIPT-----"

WIDTH = 64
"""Characters in every line of a block, the last one included: what a printing program puts between
the lines, such as an address or a page number, is told apart by that."""

_LINES = re.compile(rf"(?<!\S)(?:[A-Za-z0-9+/]{{{WIDTH}}})+(?!\S)")


@dataclass(frozen=True)
class Statement:
    """What a receipt says.

    Attributes:
        study, title: id and title of the study.
        survey, survey_hash: id of the survey, and the hash of its content.
        expert, name: id and name of the expert.
        round: the round, from 1.
        answers: (parent, left, right, value) in the survey's order: how much left matters more
            than right, as exact text, or `ABSTAIN`; as they stood when the expert submitted.
        seq, hash: the event in the study's log by which the expert submitted.
        time: of that event, UTC, ISO 8601.
    """

    study: str
    title: str
    survey: str
    survey_hash: str
    expert: str
    name: str
    round: int
    answers: tuple[tuple[str, str, str, str], ...]
    seq: int
    hash: str
    time: str

    @property
    def content(self) -> str:
        """JSON (RFC 8785): what is signed."""
        return jcs({"format": FORMAT, "kind": KIND, **asdict(self)})


@dataclass(frozen=True)
class Receipt:
    """A statement with its signature.

    Attributes:
        content: `Statement.content`.
        key_id: the first 16 hexadecimal digits of the SHA-256 of the public key's 32 bytes.
        signature: Ed25519 over the UTF-8 bytes of `content`, in base64.
    """

    content: str
    key_id: str
    signature: str

    @property
    def statement(self) -> Statement:
        """What it says.

        Raises:
            AnswersError: another content than `Statement.content` writes.
        """
        try:
            data = json.loads(self.content)
            if (data.pop("kind"), data.pop("format")) != (KIND, FORMAT):
                raise AnswersError("receipt_kind", kind=KIND, format=FORMAT)
            answers = tuple((a, b, c, value) for a, b, c, value in data.pop("answers"))
            statement = Statement(**data, answers=answers)
        except AnswersError:
            raise
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise AnswersError("receipt_unreadable") from error
        if statement.content != self.content:
            raise AnswersError("receipt_not_canonical")
        return statement

    @property
    def block(self) -> str:
        """The receipt as lines of text, which `find_receipt` reads back: its three texts, a line
        each, in base64.
        """
        data = "\n".join((self.content, self.key_id, self.signature)).encode()
        data += b" " * (-len(data) % (WIDTH * 3 // 4))
        text = base64.b64encode(data).decode()
        lines = [text[k : k + WIDTH] for k in range(0, len(text), WIDTH)]
        return "\n".join((BEGIN, *lines, END))


def _blocks(text: str) -> Iterator[str]:
    """What stands between the lines that begin and end a block."""
    end = 0
    while (begin := text.find(BEGIN, end)) >= 0:
        begin += len(BEGIN)
        if (end := text.find(END, begin)) < 0:
            return
        yield text[begin:end]
        end += len(END)


def find_receipt(text: str, source: str) -> Receipt:
    """The receipt whose block stands in a text, such as that of a saved page.

    Args:
        text: the text.
        source: name of its file, for messages.

    Raises:
        AnswersError: no block or several, or a block that is not as it was written.
    """
    blocks = [*_blocks(text)]
    if len(blocks) != 1:
        raise AnswersError("receipt_count", source=source, count=len(blocks), begin=BEGIN, end=END)
    data = base64.b64decode("".join(_LINES.findall(blocks[0])))
    try:
        content, key_id, signature = data.decode().rstrip(" ").split("\n")
        json.loads(content)
    except (RecursionError, ValueError) as error:
        raise AnswersError("receipt_damaged", source=source) from error
    return Receipt(content, key_id, signature)
