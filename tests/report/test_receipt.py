"""The receipt as a page."""

from __future__ import annotations

import re
from html import unescape
from zoneinfo import ZoneInfo

import pytest

import ahp
from ahp.process.receipt import Receipt, Statement
from ahp.report.receipt import answers_in_words, facts, receipt_html

SURVEY = ahp.load_survey("supervision_effectiveness")
FIRST, SECOND, *_REST = SURVEY.hierarchy.comparisons
BELOW = next(pair for pair in SURVEY.hierarchy.comparisons if pair[0] != FIRST[0])

SAID = Statement(
    study="5" * 32,
    title="A <b>study</b> & more",
    survey=SURVEY.id,
    survey_hash=SURVEY.content_hash,
    expert="e" * 32,
    name="O'Hara <script>alert(1)</script>",
    round=2,
    answers=((*FIRST, "1/5"), (*SECOND, "abstain"), (*BELOW, "2.5")),
    seq=1041,
    hash="a" * 64,
    time="2026-03-01T12:20:07.654321+00:00",
)
RECEIPT = Receipt(SAID.content, "0123456789abcdef", "c2ln" * 22)


def shown(html: str) -> list[str]:
    """The page's texts, one an element."""
    body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    texts = (unescape(text).strip() for text in re.split(r"<[^>]*>", body))
    return [text for text in texts if text and "BEGIN AHP" not in text]


def test_the_answers_in_words():
    assert answers_in_words(SAID, SURVEY, "en") == {
        "effectiveness": [
            "“Supervisory operation” is strongly more important than “Organizational set-up” (5)",
            "“Organizational set-up” and “Work coordination”: can't judge",
        ],
        "setup": ["“Supervision management model” against “Concept of supervision”: 2.5"],
    }
    assert answers_in_words(SAID, SURVEY, "zh") == {
        "effectiveness": [
            "“监督操作能力”比“组织设置能力”明显重要（5）",
            "“组织设置能力”与“工作协调能力”：无法判断",
        ],
        "setup": ["“监督管理模式”相对于“监督理念定位”：2.5"],
    }


def test_without_abstentions_none_are_counted():
    words = dict(facts(Statement(**{**vars(SAID), "answers": SAID.answers[:1]}), SURVEY, "en"))
    assert words["Comparisons"] == "1 answered"


@pytest.mark.parametrize(
    ("timezone", "language", "words"),
    [
        ("Asia/Shanghai", "zh", "2026年3月1日 20:20:07 (GMT+08:00)"),
        ("Asia/Shanghai", "en", "Mar 1, 2026, 8:20:07\u202fPM (GMT+08:00)"),
        ("America/New_York", "en", "Mar 1, 2026, 7:20:07\u202fAM (GMT-05:00)"),
    ],
)
def test_the_time_is_that_of_the_readers_clock(timezone, language, words):
    assert (
        dict(facts(SAID, SURVEY, language, ZoneInfo(timezone)))[
            {"en": "Submitted at", "zh": "提交时间"}[language]
        ]
        == words
    )


def test_the_page_in_english():
    assert shown(receipt_html(RECEIPT, SURVEY, "en")) == [
        "Receipt of submitted answers · O'Hara <script>alert(1)</script>",
        "Receipt of submitted answers",
        "A <b>study</b> & more",
        "Print or save as PDF",
        *("Expert", "O'Hara <script>alert(1)</script>"),
        *("Study", "A <b>study</b> & more"),
        *("Survey", "Effectiveness of post-supervision"),
        *("Round", "2"),
        *("Submitted at", "Mar 1, 2026, 12:20:07\u202fPM (GMT+00:00)"),
        *("Comparisons", "2 answered, 1 can't be judged"),
        "The answers",
        "Post-supervision effectiveness",
        "“Supervisory operation” is strongly more important than “Organizational set-up” (5)",
        "“Organizational set-up” and “Work coordination”: can't judge",
        "Organizational set-up",
        "“Supervision management model” against “Concept of supervision”: 2.5",
        "Proof",
        *("Place in the log", "event 1041"),
        *("Hash of the event", "a" * 64),
        *("Signature (Ed25519)", "c2ln" * 22),
        *("Signed with the key", "0123456789abcdef"),
        "The signature covers all of the above: who answered, every answer, and the place in the "
        "log. Keep this page. To check it later, take this page as a file (saved, or printed as "
        "PDF), the study's export, which the organizer has, and the server's public key, which "
        "the server gives out at /receipt-key.pem. Then run this command; it reads the lines at "
        "the end of the page, not the words above them:",
        "ahp receipt verify receipt.html study.json --key receipt-key.pem",
    ]


def test_the_page_in_chinese():
    page = receipt_html(RECEIPT, SURVEY, "zh")
    assert '<html lang="zh">' in page
    assert shown(page) == [
        "作答回执 · O'Hara <script>alert(1)</script>",
        "作答回执",
        "A <b>study</b> & more",
        "打印或保存为 PDF",
        *("专家", "O'Hara <script>alert(1)</script>"),
        *("调查", "A <b>study</b> & more"),
        *("问卷", "事后监督效能评价"),
        *("轮次", "2"),
        *("提交时间", "2026年3月1日 12:20:07 (GMT+00:00)"),
        *("比较项数", "已答 2 项，1 项无法判断"),
        "全部回答",
        "事后监督效能",
        "“监督操作能力”比“组织设置能力”明显重要（5）",
        "“组织设置能力”与“工作协调能力”：无法判断",
        "组织设置能力",
        "“监督管理模式”相对于“监督理念定位”：2.5",
        "核验信息",
        *("日志位置", "第 1041 号事件"),
        *("事件哈希值", "a" * 64),
        *("签名（Ed25519）", "c2ln" * 22),
        *("签名密钥编号", "0123456789abcdef"),
        "签名涵盖以上全部内容：作答人、每个回答以及日志位置。请妥善保存本页。日后核验需要三样东西："
        "本页的文件（直接保存或打印为 PDF）、组织者导出的调查文件，以及服务器的公钥（可在 "
        "/receipt-key.pem 下载）。"
        "然后运行以下命令；命令读取的是页末的字符块，而不是上面的文字：",
        "ahp receipt verify receipt.html study.json --key receipt-key.pem",
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_needs_nothing_else(language):
    page = receipt_html(RECEIPT, SURVEY, language)
    assert "<script" not in page
    assert "<b>" not in page
    assert not re.findall(r"(?:src|href|url\()\s*=?", page)
    assert page.count("onclick") == 1
    assert f"<pre>\n{RECEIPT.block}\n</pre>" in page


def test_answers_are_numbered_through():
    page = receipt_html(RECEIPT, SURVEY, "en")
    assert re.findall(r'<ol start="(\d+)">', page) == ["1", "3"]
