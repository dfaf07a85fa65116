"""What is written to experts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ahp.process.invitation import Invitation
from ahp.report.letters import (
    asked_lines,
    deadline_words,
    invitation_letter,
    reminder_letter,
)

ASKED = Invitation(
    "内审部",
    "2026-12-18T18:00",
    "Asia/Shanghai",
    "李四 010-1234",
    {"zh": "年末将至，祝您一切顺利。"},
)
NOTHING_SAID = Invitation()
BEFORE = datetime(2026, 12, 15, 1, tzinfo=UTC)
AFTER = datetime(2026, 12, 18, 10, tzinfo=UTC)


def test_the_deadline_by_the_clocks_there_and_here() -> None:
    assert deadline_words(ASKED, "zh") == "2026年12月18日星期五 18:00（北京时间）"
    assert deadline_words(ASKED, "en") == "Friday, 18 December 2026, 18:00 (Beijing time)"
    assert deadline_words(ASKED, "en", "Asia/Singapore") == deadline_words(ASKED, "en")
    assert deadline_words(ASKED, "en", "America/New_York") == (
        "Friday, 18 December 2026, 18:00 (Beijing time), where you are Friday, 18 December 2026, "
        "05:00 (America/New_York)"
    )
    assert deadline_words(ASKED, "zh", "Europe/Berlin") == (
        "2026年12月18日星期五 18:00（北京时间；"
        "您当地时间为2026年12月18日星期五 11:00，Europe/Berlin）"
    )
    assert deadline_words(ASKED, "zh", "Nowhere") == deadline_words(ASKED, "zh")
    assert deadline_words(Invitation("内审部"), "zh") == ""


def test_the_days_left_are_counted_there() -> None:
    lines = [
        asked_lines(ASKED, "en", datetime(2026, 12, *moment, tzinfo=UTC))["until"].split(", ")[-1]
        for moment in ((15, 15), (15, 17), (16, 16), (17, 16), (18, 9))
    ]
    assert lines == ["in 3 days.", "in 2 days.", "tomorrow.", "today.", "today."]


def test_what_experts_read() -> None:
    assert asked_lines(Invitation(), "zh", BEFORE) == {}
    assert asked_lines(ASKED, "zh", BEFORE) == {
        "greeting": "年末将至，祝您一切顺利。",
        "asks": "本次调查由内审部组织。",
        "until": "请于2026年12月18日星期五 18:00（北京时间）前完成作答，还有 3 天。",
        "contact": "如有疑问，请联系：李四 010-1234",
    }
    over = asked_lines(ASKED, "en", AFTER)
    assert "until" not in over
    assert over["over"] == (
        "The time to answer ended on Friday, 18 December 2026, 18:00 (Beijing time). What you "
        "answer is still taken, until the organizer closes the round."
    )
    assert over["greeting"] == "年末将至，祝您一切顺利。"  # there is none in English


def test_an_invitation() -> None:
    text = invitation_letter(
        "2026年评价", "张三", "https://x.example/i/t", invitation=ASKED, language="zh", now=BEFORE
    )
    assert text == (
        "尊敬的张三：\n\n年末将至，祝您一切顺利。\n\n"
        "诚邀您作为专家参与“2026年评价”的评判，请打开您的专属链接：\n\nhttps://x.example/i/t\n\n"
        "此链接无需密码，请勿转发他人。每次作答都会立即保存，可随时中断，以后用同一链接继续。\n\n"
        "请于2026年12月18日星期五 18:00（北京时间）前完成作答，还有 3 天。\n\n"
        "如有疑问，请联系：李四 010-1234\n\n感谢您的支持！\n\n内审部\n"
    )


def reminder(
    replied: tuple[int, int],
    link: str = "",
    asked: Invitation = NOTHING_SAID,
    *,
    round_number: int = 1,
    spoken: bool = False,
    language: str = "en",
) -> list[str]:
    """The paragraphs of a reminder."""
    text = reminder_letter(
        "2026",
        "Li",
        replied,
        link,
        round_number=round_number,
        spoken=spoken,
        invitation=asked,
        language=language,
        now=AFTER,
    )
    return text.strip().split("\n\n")


@pytest.mark.parametrize(
    ("replied", "spoken", "english", "chinese"),
    [
        (
            (0, 35),
            True,
            [
                "For “2026” (round 2) we have no answers of yours yet.",
                "What you answered before is kept, and shown beside each comparison.",
            ],
            [
                "“2026”第 2 轮尚未收到您的作答。",
                "您此前的作答均已保存，并列在各项比较旁供参考。",
            ],
        ),
        (
            (0, 35),
            False,
            ["For “2026” (round 2) we have no answers of yours yet."],
            ["“2026”第 2 轮尚未收到您的作答。"],
        ),
        (
            (3, 35),
            True,
            [
                "Your answers for “2026” (round 2) are not complete yet: 3 of 35 comparisons are "
                "answered. They are kept, and you go on where you stopped."
            ],
            [
                "您在“2026”第 2 轮中的作答尚未完成：共 35 项比较，已完成 3 项。"
                "已作答的内容均已保存，可从上次中断处继续。"
            ],
        ),
        (
            (35, 35),
            True,
            ["For “2026” (round 2) you have answered everything; now please submit your answers."],
            ["您已完成“2026”第 2 轮的全部比较，请提交作答。"],
        ),
    ],
)
def test_reminders_of_a_later_round_name_it(
    replied: tuple[int, int], spoken: bool, english: list[str], chinese: list[str]
) -> None:
    for language, said in (("en", english), ("zh", chinese)):
        paragraphs = reminder(replied, round_number=2, spoken=spoken, language=language)
        assert paragraphs[1:-2] == said


def test_reminders_say_how_far_it_is_and_where_the_link_is() -> None:
    assert reminder((3, 35)) == [
        "Dear Li,",
        "Your answers for “2026” are not complete yet: 3 of 35 comparisons are answered. They are "
        "kept, and you go on where you stopped.",
        "Please open your personal link. If you no longer have it, tell us, and you get a new one.",
        "Thank you.",
    ]
    some = reminder((0, 35), "https://x.example/i/t", ASKED)
    assert some[2:4] == [
        "For “2026” we have no answers of yours yet.",
        "Your personal link:\nhttps://x.example/i/t",
    ]
    assert some[4].startswith("The time to answer ended on Friday")
    assert reminder((35, 35), "", ASKED)[2] == (
        "For “2026” you have answered everything; now please submit your answers."
    )
