"""What happens in an evaluation, and its text in the log."""

from __future__ import annotations

import pytest

from ahp.errors import LogError
from ahp.process.evaluations.events import Done, ReportSigned, ReportWritten, read_action

SHA = "ab" * 32


@pytest.mark.parametrize(
    ("action", "detail"),
    [
        (  # as they were stored before drafts were recorded
            ReportWritten("2026Q1", "zh", {"first": "甲居首。"}),
            '{"about":"2026Q1","language":"zh","sentences":{"first":"甲居首。"}}',
        ),
        (
            ReportSigned("2026", "en", "Ada", SHA),
            f'{{"about":"2026","language":"en","signed":"{SHA}","signer":"Ada"}}',
        ),
        (
            ReportWritten("2026Q1", "zh", {"first": None}, {"first": SHA}),
            f'{{"about":"2026Q1","drafts":{{"first":"{SHA}"}},"language":"zh",'
            '"sentences":{"first":null}}',
        ),
    ],
)
def test_what_was_stored_is_read_and_written_alike(action: Done, detail: str) -> None:
    assert action.detail == detail
    assert read_action({"kind": action.kind, "detail": detail}) == action


def test_half_a_character_is_refused() -> None:
    detail = '{"about":"2026","language":"en","signed":"a","signer":"\\ud800"}'
    with pytest.raises(LogError) as refused:
        read_action({"kind": ReportSigned.kind, "detail": detail})
    assert str(refused.value) == "the text has signs that cannot be stored, expected Unicode text"
