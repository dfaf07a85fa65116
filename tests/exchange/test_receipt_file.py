"""Receipts as people keep them: pages, real PDFs, text."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

import ahp
from ahp.errors import AnswersError
from ahp.exchange.receipt_file import read_receipt
from ahp.process.receipt import Receipt, Statement
from ahp.report.receipt import receipt_html

SURVEY = ahp.load_survey("supervision_effectiveness")


def made(rounds: int = 1, pairs: int = 35) -> Receipt:
    statement = Statement(
        study="5" * 32,
        title="事后监督 <2026>",
        survey=SURVEY.id,
        survey_hash=SURVEY.content_hash,
        expert="e" * 32,
        name="王芳",
        round=rounds,
        answers=tuple((*pair, "1/3") for pair in SURVEY.hierarchy.comparisons[:pairs]),
        seq=41,
        hash="a" * 64,
        time="2026-03-01T12:20:00.000000+00:00",
    )
    return Receipt(statement.content, "0123456789abcdef", base64.b64encode(b"s" * 64).decode())


@pytest.fixture
def page(browser, tmp_path) -> Page:
    """A browser showing a receipt that stands in `receipt.html`."""
    (tmp_path / "receipt.html").write_text(receipt_html(made(), SURVEY, "zh"), encoding="utf-8")
    shown = browser.new_page()
    shown.goto((tmp_path / "receipt.html").as_uri())
    yield shown
    shown.close()


def read_back(tmp_path: Path, text: str, encoding: str = "utf-8") -> Receipt:
    path = tmp_path / "kept.txt"
    path.write_bytes(text.encode(encoding))
    return read_receipt(path)


def test_the_block_can_be_read_by_hand():
    receipt = made()
    first, *lines, last = receipt.block.splitlines()
    assert (first, last) == ("-----BEGIN AHP RECEIPT-----", "-----END AHP RECEIPT-----")
    assert {len(line) for line in lines} == {64}
    content, key_id, signature = base64.b64decode("".join(lines)).decode().split("\n")
    assert (content, key_id) == (receipt.content, "0123456789abcdef")
    assert signature.rstrip(" ") == receipt.signature


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_as_it_was_saved(tmp_path, language):
    for pairs in range(36):  # every length of the last line
        receipt = made(pairs=pairs)
        assert read_back(tmp_path, receipt_html(receipt, SURVEY, language)) == receipt


def test_a_page_that_the_browser_wrote_anew(tmp_path, page):
    assert read_back(tmp_path, page.content()) == made()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_text_copied_from_the_page(tmp_path, page, encoding):
    page.set_viewport_size({"width": 360, "height": 740})
    assert read_back(tmp_path, page.inner_text("body"), encoding) == made()


def test_text_that_was_folded_or_interrupted(tmp_path):
    block = made().block
    assert read_back(tmp_path, block.replace("\n", "\r\n")) == made()
    assert read_back(tmp_path, block.replace("\n", " ")) == made()
    assert read_back(tmp_path, "> before\n" + block + "\nafter") == made()
    lines = block.splitlines()
    lines[9:9] = ["2026/3/1 12:30", "作答回执 · 王芳", "http://127.0.0.1:8501/receipt/e 2/3", "2/3"]
    assert read_back(tmp_path, "\n".join(lines)) == made()


@pytest.mark.parametrize(
    "options",
    [
        {"format": "A4", "display_header_footer": True},  # as people print: the block on two pages
        {"prefer_css_page_size": True},
        {"format": "A5", "margin": {"top": "2cm", "left": "1cm", "right": "1cm"}},
    ],
    ids=["headers", "css", "small"],
)
def test_a_pdf_printed_by_a_browser(tmp_path, page, options):
    path = tmp_path / "receipt.pdf"
    page.pdf(path=path, **options)
    assert path.read_bytes().startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) >= 3
    assert read_receipt(path) == made()


def one_page(filter_: bytes) -> bytes:
    """A PDF with an empty page, whose content names this filter."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << >> >> >>",
        b"<< /Length 3 /Filter " + filter_ + b" >>\nstream\n20>\nendstream",
    )
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % one for one in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


def refusal(path: Path) -> str:
    with pytest.raises(AnswersError) as caught:
        read_receipt(path)
    return str(caught.value).removeprefix(f"{path}: ")


def test_files_without_a_receipt(tmp_path):
    path, block = tmp_path / "kept.txt", made().block
    ends = "expected one, from -----BEGIN AHP RECEIPT----- to -----END AHP RECEIPT-----"
    for content, count in (("", 0), (block[:-5], 0), (f"{block}\n{made(2).block}", 2)):
        path.write_text(content)
        assert refusal(path) == f"has {count} receipts, {ends}"


def test_a_damaged_receipt(tmp_path):
    path, lines = tmp_path / "kept.txt", made().block.splitlines()
    for kept in (
        [lines[0], lines[-1]],
        lines[:20] + lines[-1:],
        lines[:1] + lines[2:-3] + lines[-1:],
    ):
        path.write_text("\n".join(kept))
        assert refusal(path) == "the receipt in it is damaged, lines are missing"


def test_a_damaged_pdf(tmp_path):
    path = tmp_path / "receipt.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing")
    assert refusal(path).startswith("cannot be read as PDF: ")


@pytest.mark.parametrize(
    "content",
    [
        one_page(b"/Flat"),
        one_page(b"/Fl"),
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer 9<\nstartxref\n9\n%%EOF\n",
    ],
    ids=["unknown filter", "short name of a filter", "trailer that is a number"],
)
def test_a_damaged_pdf_whatever_fails_in_its_reader(tmp_path, content):
    path = tmp_path / "receipt.pdf"
    path.write_bytes(content)
    assert refusal(path).startswith("cannot be read as PDF: ")


def test_a_pdf_without_a_receipt(tmp_path):
    path = tmp_path / "receipt.pdf"
    path.write_bytes(one_page(b"/ASCIIHexDecode"))
    assert refusal(path).startswith("has 0 receipts, ")
