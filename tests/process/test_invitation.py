"""Who asks, until when, and whom to call."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ahp.errors import AHPError, OptionError
from ahp.process.invitation import Invitation

FULL = Invitation(
    "内审部", "2026-12-18T18:00", "Asia/Shanghai", "李四 010-1234", {"zh": "您好！\n谢谢。"}
)


def test_it_is_read_back_as_it_was_written() -> None:
    assert Invitation.from_content(FULL.content) == FULL
    assert Invitation.from_content(Invitation().content) == Invitation()


def test_the_deadline_is_that_of_the_clocks_there() -> None:
    assert FULL.deadline is not None
    assert FULL.deadline.astimezone(UTC) == datetime(2026, 12, 18, 10, tzinfo=UTC)
    assert not FULL.over(datetime(2026, 12, 18, 9, 59, tzinfo=UTC))
    assert FULL.over(datetime(2026, 12, 18, 10, tzinfo=UTC))
    assert not Invitation().over(datetime(9999, 1, 1, tzinfo=UTC))
    assert FULL.undated == Invitation("内审部", "", "", "李四 010-1234", FULL.greeting)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            {"until": "2026-12-18", "zone": "UTC"},
            "until = '2026-12-18', expected a day with a time such as 2026-12-18T18:00",
        ),
        (
            {"until": "2026-02-30T10:00", "zone": "UTC"},
            "until = '2026-02-30T10:00', expected a day with a time such as 2026-12-18T18:00",
        ),
        ({"zone": "UTC"}, "until = '', expected a day with a time such as 2026-12-18T18:00"),
        (
            {"until": "2026-12-18T18:00", "zone": "Peking"},
            "'Peking' is no time zone, expected a name such as 'Asia/Shanghai'",
        ),
        ({"asks": "a\nb"}, "Please write who asks in one line."),
        ({"contact": "a\r\nBcc: x@y"}, "Please write whom to call in one line."),
        ({"asks": 3}, "asks = 3, expected text"),
        (
            {"greeting": {"zh": "您" * 2001}},
            "The greeting has 2001 characters, at most 2000 can be stored. Nothing was saved; "
            "please shorten it.",
        ),
    ],
)
def test_what_is_refused(fields: dict[str, object], problem: str) -> None:
    with pytest.raises(AHPError) as raised:
        Invitation(**fields)  # type: ignore[arg-type]
    assert str(raised.value) == problem


def test_a_log_with_something_else_is_refused() -> None:
    with pytest.raises(OptionError, match="invitation: until"):
        Invitation.from_content('{"until": 3}')
