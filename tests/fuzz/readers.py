"""Every reader of files, and files that it reads."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock
from xml.sax.saxutils import escape

import pyarrow
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Alignment
from pyarrow import parquet
from sqlalchemy import Connection, Table, create_engine

import ahp
from ahp.cli.report_options import _edits
from ahp.errors import AnswersError, LogError, SurveyError
from ahp.evaluation import (
    duty_conflicts,
    load_prices,
    load_scheme,
    read_accounts,
    read_ledger,
    read_observations,
)
from ahp.evaluation.ledger import read_vouchers
from ahp.evaluation.scheme import scheme_from_toml
from ahp.exchange.ahpsurvey import read_ahpsurvey
from ahp.exchange.column_mapper import (
    apply_mapping,
    mapping_from_json,
    read_columns,
    suggest_mapping,
)
from ahp.exchange.deliveries import Scope, Upload, choices, read_file, sheets_of
from ahp.exchange.evaluation_events import read_events, shown_events, write_events
from ahp.exchange.evaluation_xlsx import evaluation_workbook
from ahp.exchange.expert_list import pasted_list, read_list
from ahp.exchange.filled_form import read_form
from ahp.exchange.layout_questions import Question
from ahp.exchange.matrix_csv import read_matrix
from ahp.exchange.observation_layout import Layout
from ahp.exchange.outline import outline_branches
from ahp.exchange.outline_file import OUTLINES, read_outline
from ahp.exchange.owner_template import owner_template
from ahp.exchange.questionnaire_xlsx import questionnaire_workbook, read_questionnaire
from ahp.exchange.receipt_file import read_receipt
from ahp.exchange.report_reading import READERS as REPORT_READERS
from ahp.exchange.report_reading import read_cells
from ahp.exchange.reproduction import _compare_workbook, compare_report
from ahp.exchange.study_calculation import calculation_workbook
from ahp.exchange.unit_list import pasted_units, read_unit_list, unit_list_template
from ahp.exchange.uploads import read_upload
from ahp.exchange.weights_file import read_weights
from ahp.i18n import LANGUAGES
from ahp.i18n.errors import error_sentence
from ahp.messages import Message
from ahp.process.receipt import Receipt, Statement
from ahp.published import load_table
from ahp.published.verification import COLUMNS, candidate_rows
from ahp.report.manifest import Inputs, read_manifest
from ahp.report.receipt import receipt_html
from ahp.resources import data_folder
from ahp.store import Store, backup, restore
from ahp.store.checkpoint import Chain, Checkpoint, read_checkpoints
from ahp.store.database import place_of, upgrade
from ahp.store.signing import existing_key, key_path, public_pem, read_public_key
from ahp.store.stamps import read_certificates, stamped_time
from ahp.study import Judgment
from ahp.study.answers import Answers, answers_from_columns, answers_from_table, column_headers
from ahp.tables.columns import read_column_table
from ahp.tables.grids import read_grid, read_sheets
from tests.evaluation_case import make_case
from tests.exchange import test_filled_form, test_outline, test_outline_file
from tests.exchange.conftest import make_survey, rezipped
from tests.process.evaluations.booked import PERIOD, Book
from tests.tables import test_opendocument

from .mutations import kept_parts

Seeds = Callable[[], Iterable[bytes]]

EXAMPLES, SURVEYS, SCHEMES = map(data_folder, ("examples", "surveys", "schemes"))
TESTS = Path(__file__).parents[1]
EVALUATION = EXAMPLES / "evaluation"
NAME = "supervision_effectiveness"

WEIGHTS = """
[weights]
quality = 0.60
training = 0.4
errors = 1e-2
"""
survey = cache(lambda: ahp.load_survey(NAME))
FEW = make_survey("few", {"goal": None, "a": "goal", "b": "goal", "a1": "a", "a2": "a"}, {})
"""A survey whose forms are short."""
scheme = cache(lambda: load_scheme(NAME))
duties = cache(lambda: load_scheme("internal_control"))
prices = cache(lambda: load_prices(EVALUATION / "customer_prices.toml"))
LONG_CSV = EXAMPLES / "supervision_demo" / "answers.csv"
MEMORY = Path("/dev/shm")
own_folder = cache(
    lambda: tempfile.TemporaryDirectory(prefix="ahp-fuzz-", dir=MEMORY if MEMORY.exists() else None)
)
"""For files, in memory rather than on a disk; of a process."""


def say(message: Message) -> None:
    """Say it in each language: its sentence may have no place for what stands in it."""
    for language in LANGUAGES:
        error_sentence(message, language)


@dataclass(frozen=True)
class Reader:
    """A reader of files.

    Attributes:
        name: what to call it: of a format the key in `ahp.exchange.formats.FORMATS`.
        ending: of its files.
        read: reads the content of a file; refuses it by an `AHPError`.
        seeds: files for it, some of which it reads; others have what it refuses.
    """

    name: str
    ending: str
    read: Callable[[bytes], object]
    seeds: Seeds


def files(*paths: Path) -> Seeds:
    return lambda: [path.read_bytes() for path in paths]


def texts(*contents: str) -> Seeds:
    return lambda: [content.encode() for content in contents]


def book(*rows: Iterable[Any], **sheets: Iterable[Iterable[Any]]) -> bytes:
    """A workbook, with merged cells, a link and a hidden column."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, lines in (sheets or {"Sheet": rows}).items():
        sheet = workbook.create_sheet(title)
        for line in lines:
            sheet.append(list(line))
        last = sheet.max_row + 2
        sheet.merge_cells(f"A{last}:B{last + 1}")
        if sheet["A1"].value:
            sheet["A1"].hyperlink = "https://example.org"
        sheet.column_dimensions["Z"].hidden = True
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def on_disk(read: Callable[[Path], object], name: str) -> Callable[[bytes], object]:
    """A reader of paths as one of contents."""

    def read_content(content: bytes) -> object:
        path = Path(own_folder().name, name)
        path.write_bytes(content)
        return read(path)

    return read_content


def read_as_columns(path: Path) -> object:
    return answers_from_columns(read_column_table(path, column_headers, AnswersError), survey())


def column_files() -> list[bytes]:
    """Parquet: one of texts, one of codes in several groups, one whose values are numbers."""
    lines = [line.split(",") for line in LONG_CSV.read_text("utf-8-sig").splitlines()[:80]]
    texts = pyarrow.table([*zip(*lines[1:], strict=True)], names=lines[0])
    codes = pyarrow.table([one.dictionary_encode() for one in texts.columns], names=lines[0])
    numbers = texts.set_column(4, "value", pyarrow.array([3.0, None, 0.5, 1 / 3] * 20)[:79])
    written = []
    for table, rows in ((texts, 100), (codes, 30), (numbers, 100)):
        stream = io.BytesIO()
        parquet.write_table(table, stream, row_group_size=rows, compression="none")
        written.append(stream.getvalue())
    return written


LINES = 20
"""Of a table in a workbook."""


def as_workbook(content: bytes) -> bytes:
    """A table in CSV as a workbook."""
    lines = content.decode("utf-8-sig").splitlines()[:LINES]
    return book(*(line.split(",") for line in lines))


def ods(*rows: Iterable[str]) -> bytes:
    """A table as LibreOffice writes one, with much that is repeated, hidden, merged or wrong."""
    cell, row, value = test_opendocument.cell, test_opendocument.row, test_opendocument.value
    spanned = 'table:number-columns-spanned="2" table:number-rows-spanned="2"'
    ends = (
        row(cell("<text:s text:c='3'/>x<text:line-break/><text:span>y</text:span>"), alike=2),
        row(cell("z", spanned), "<table:covered-table-cell/>", hidden=True),
        row(value("percentage", "98%", value="0.98"), value("date", "", date_value="2026-03-01")),
        row(cell("#DIV/0!", f"{test_opendocument.FAILED} calcext:value-type='error'")),
        row(cell("", 'table:number-columns-repeated="1024"'), alike=1_000_000),
    )
    lines = (row(*(cell(escape(one)) for one in line)) for line in rows)
    return test_opendocument.ods("".join((*lines, *ends)))


def short(workbook: bytes) -> bytes:
    """A workbook without the rows below `LINES`."""
    rows = re.compile(rb'<row r="(\d+)".*?</row>', re.DOTALL)
    return rezipped(
        workbook,
        lambda name, part: rows.sub(lambda row: row[0] if int(row[1]) <= LINES else b"", part),
    )


_UNREAD = re.compile("theme|stylesWithEffects|thumbnail")
"""Names of parts of documents and workbooks."""

_UNREAD_STYLES = (
    (rb'<w:style w:type="table".*?</w:style>|<w:latentStyles.*?</w:latentStyles>', b""),
    (rb"<(font|fill|border)s\b[^>]*>(<\1\b.*?</\1>).*?</\1s>", rb'<\1s count="1">\2</\1s>'),
    (rb'\b(font|fill|border)Id="\d+"', rb'\1Id="0"'),
    (rb"(<cellStyle [^>]*/>)(?:<cellStyle [^>]*/>)+", rb"\1"),
)
"""What nobody reads of styles -> what takes its place."""


def slim(content: bytes) -> bytes:
    """A document or a workbook without what nobody reads, most of its elements: the damage is to
    be done to the rest.
    """
    if b"[Content_Types].xml" not in content:
        return content

    def change(name: str, part: bytes) -> bytes:
        if _UNREAD.search(name):
            return b"<x/>" if name.endswith(".xml") else part[:9]
        if name.endswith("styles.xml"):
            for old, new in _UNREAD_STYLES:
                part = re.sub(old, new, part, flags=re.DOTALL)
        return part

    return rezipped(content, change)


def tables(*paths: Path) -> Seeds:
    """Tables as CSV, not all of their lines, and as workbooks, with fewer."""

    def made() -> list[bytes]:
        contents = [b"".join(path.read_bytes().splitlines(keepends=True)[:80]) for path in paths]
        rows = [line.split(",") for line in contents[0].decode("utf-8-sig").splitlines()[:LINES]]
        return [*contents, *map(as_workbook, contents), ods(*rows)]

    return made


def upload(ending: str) -> Callable[[bytes], object]:
    return lambda content: read_upload(content, f"file.{ending}", "zh")


MATRICES = (
    ",价格,质量,服务\n价格,1,3,0.33\n质量,1/3,1,1/5\n服务,3,5,1\n",
    "判断矩阵;;;\n;A;B;C\nA;1;0,5;3:1\nB;;1;2\nC;;;1\nCR;0,03;;\n",
    "1,2 1/2,9\n,1,３\n,,1\n",
    "\tx\ty\nx\t1\t７\ny\t\t1\n",
)
WIDE = (
    "cult_fam,cult_house,fam_house\n-5,3,1\n9,NA,\n1,-2,２\n",
    '"","a_b","a_c","b_c"\n"1",-3,5,2\n"2",1,—,-9\n',
)


def panel_sheets() -> list[bytes]:
    goal = [["目标", "价格", "质量"], ["价格", 1, 3, 0.75], ["质量", "1/3", 1, 0.25], ["CR = 0"]]
    quality = [[], ["质量：", "耐用", "外观"], ["耐用", 1, 0.33], ["外观", "", 1]]
    return [book(张三=[*goal, *quality], 李四=goal, 说明=[["填写说明"]]), book(*goal)]


def platform() -> list[bytes]:
    first, second, third = (survey().node_name(one, "zh") for one in survey().hierarchy.leaves[:3])
    headers = f"序号,提交时间,姓名,{first} / {second},与{third}相比，{second},{first}相对于{third}"
    lines = ["1,2026/3/5 10:11:12,王芳,3,1/5,7", "2,2026-03-06,李明,（空）,9,2:1"]
    csv = "\n".join([headers, *lines]).encode()
    return [csv, as_workbook(csv), ("标题,,\n" + headers + "\n" + lines[0]).encode("gb18030")]


def read_platform(content: bytes) -> object:
    table = read_columns(content, "platform.csv")
    for coding in ("ratio", "signed", "text"):
        mapping = suggest_mapping(
            table, survey(), coding=coding, negative_is="left" if coding == "signed" else None
        )
        try:
            apply_mapping(table, mapping, survey())
        except AnswersError as error:
            say(error)
    return table


def filled_questionnaires() -> list[bytes]:
    answers = dict.fromkeys(FEW.hierarchy.comparisons, "1/3")
    about = {"title": "T", "expert": "王芳", "study_id": "s", "round_number": 1}
    return [questionnaire_workbook(FEW, **about, answers=answers, language="en")]


def filled_forms() -> list[bytes]:
    """Forms ticked in each of the ways that are read, with a rating of oneself."""
    ticks = ("1/3", "9", "1")
    ways = (*test_filled_form.WAYS, test_filled_form.clicked_cell, test_filled_form.clicked_field)
    made = []
    for k in range(0, len(ways), len(ticks)):
        form = test_filled_form.make(FEW, self_rating=True, language=("zh", "en")[k % 2])
        *_, grounds, familiarity, _remarks = form.tables
        for row in (*grounds.rows[1:], *familiarity.rows[1:2]):
            row.cells[1].text = "√"
        made.append(test_filled_form.ticked(form, ticks, ways[k:]))
    return made


OUTLINE = "评价\n一、成本：每年\n1.1 租金、物业费\n二、人流\n（1）早高峰 0.4\n- 晚高峰|60%\n合计\n"
LEVELS = (
    ("序号", "一级指标", "二级指标", "说明"),
    ("1", "成本", "租金", ""),
    ("", "", "物业", "每月"),
)


def outline(ending: str) -> Callable[[bytes], object]:
    return lambda content: outline_branches(read_outline(content, f"list.{ending}"))


def documents() -> list[bytes]:
    """Lists as headings, entries, indents and a table of Word."""
    document = test_outline_file.document
    styles = ("Title", "Heading 1", "Heading 2", "List Bullet", "List Number 2", "")
    table = Document()
    cells = table.add_table(len(LEVELS), len(LEVELS[0]))
    for k, line in enumerate(LEVELS):
        for cell, text in zip(cells.rows[k].cells, line, strict=True):
            cell.text = text
    cells.cell(1, 1).merge(cells.cell(2, 1))
    return [
        document(*((f"{k}. 名称", style) for k, style in enumerate(styles))),
        document(("选址", 0), ("成本", 0.75), ("租金", 1.5), ("人流", 0.75)),
        test_outline_file.saved(table),
    ]


def indented() -> bytes:
    """A list in one column of a workbook, levels told by spaces and by the format."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for k, text in enumerate(("评价", "成本", "  租金", "物业"), start=1):
        sheet[f"A{k}"] = text
    sheet["A4"].alignment = Alignment(indent=1)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


OUTLINE_SEEDS: dict[str, Seeds] = {
    "txt": texts(OUTLINE, *(case["text"] for case in test_outline.CASES)),
    "docx": documents,
    "xlsx": lambda: [book(*LEVELS), indented()],
    "ods": lambda: [ods(*LEVELS)],
    "csv": texts("\n".join(map(",".join, LEVELS))),
}


@cache
def scope() -> Scope:
    return Scope(Book().state, PERIOD, None)


def read_delivery(content: bytes) -> object:
    for sheet in (sheets_of(content, "values.xlsx") or ("",))[:3]:
        upload, questions = Upload("values.xlsx", content, sheet), list[Question]()
        asked = read_file(scope(), upload, questions.append)
        if questions:
            read_file(scope(), upload, partial(first_choice, asked.layout))
    return None


def first_choice(layout: Layout, question: Question) -> str:
    return next(iter(choices(question, scope(), layout)))


def delivered() -> list[bytes]:
    units = dict(scope().units)
    owners = {"运营部": ("briefings", "data_sharing"), "零售部": scope().scheme.leaves[:5]}
    template = owner_template(scope().scheme, owners, units, PERIOD)
    form = short(evaluation_workbook(scope().scheme, list(units.values())[:2], PERIOD))
    csv = "单位,编报信息简报（份）,监督信息数据共享情况\n甲市监督中心,5.0,\n乙市,8%,20\n合计,,\n"
    long = "单位,指标,数值\n甲市监督中心,编报信息简报,5\n乙市监督中心,监督信息数据共享情况,98%\n"
    offices = [path.read_bytes() for path in (EVALUATION / "offices").glob("*_*.*")]
    return [template, form, csv.encode(), long.encode(), as_workbook(csv.encode()), *offices]


AHP_OS = {
    "pj": [
        {
            "project_id": 7,
            "project_sc": "abc123",
            "project_name": "Shop",
            "project_description": "Which\nshop?",
            "project_hText": "目标: 价格=0.3, 质量=0.7; 质量: 耐用, 外观, 手感;",
            "project_datetime": "2024-05-06 07:08:09",
            "project_author": "Li",
            "project_status": 1,
        }
    ],
    "pwc": [
        {
            "project_sc": "abc123",
            "pwc_part": who,
            "pwc_timestamp": 1714979289,
            "pwc_node": node,
            "pwc_ab": ab,
            "pwc_intense": intense,
            "pwc_id": 1,
        }
        for who, node, ab, intense in (("张三", "质量", "001", "357"), ("Li", "目标", "1", "9"))
    ],
    "alt": [{"project_sc": "abc123", "alt": "x"}, {"project_sc": "abc123", "alt": "y"}],
}
GLUC = """\
Version: 2.0
Alternatives: &alternatives
  Beach: {cost: 10000}
  City: {cost: 500}
Goal:
  name: Weekend
  decision-makers:
    - Dad: 0.4
    - Mom: 0.6
  preferences:
    Dad:
      pairwise:
        - [Fun, Money, 1/4]
    Mom:
      priority: {Fun: 0.5, Money: 0.5}
  children:
    Fun:
      preferences:
        Dad: {pairwise: [[Beach, City, 3]]}
        Mom: {score: {Beach: 2, City: 1}}
      children: *alternatives
    Money:
      preferences:
        Dad: {scoreFunction: function(a) a$cost}
        Mom: {priority: {Beach: 0.2, City: 0.8}}
      children: *alternatives
"""


@cache
def reports(folder: str) -> tuple[Any, Inputs]:
    """The manifest of an example, and its inputs."""
    place = EXAMPLES / folder
    manifest = read_manifest((place / "manifest.json").read_bytes(), "manifest.json")
    return manifest, Inputs(manifest, place)


@cache
def made_again(folder: str, name: str) -> Any:
    from ahp.exchange.reproduction import REPORTS  # noqa: PLC0415

    manifest, inputs = reports(folder)
    report = manifest.report(name)
    return REPORTS[report.report](inputs, report.language)


def compare_with(folder: str, name: str) -> Callable[[bytes], object]:
    def read(content: bytes) -> object:
        manifest, _ = reports(folder)
        return compare_report(manifest.report(name), content, made_again(folder, name))

    return read


@cache
def calculation() -> bytes:
    """The workbook of formulas of two experts, who answered the short survey."""
    pairs = FEW.hierarchy.comparisons
    judgments = (
        Judgment(name, *pair, value)
        for name, value in (("王芳", "3"), ("Bo", "1/5"))
        for pair in pairs
    )
    return calculation_workbook(ahp.analyze(FEW, Answers(tuple(judgments))))


calculated = cache(lambda: read_cells(calculation(), "c.xlsx"))


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def receipts() -> list[bytes]:
    statement = Statement(
        study="5" * 32,
        title="事后监督 <2026>",
        survey=survey().id,
        survey_hash=survey().content_hash,
        expert="e" * 32,
        name="王芳",
        round=1,
        answers=tuple((*pair, "1/3") for pair in survey().hierarchy.comparisons[:5]),
        seq=41,
        hash="a" * 64,
        time="2026-03-01T12:20:00.000000+00:00",
    )
    made = Receipt(statement.content, "0123456789abcdef", base64.b64encode(b"s" * 64).decode())
    return [receipt_html(made, survey(), "zh").encode(), pdf(made.block.splitlines())]


def pdf(lines: list[str]) -> bytes:
    """A page with lines of text."""
    shown = "".join(f"({line}) Tj T*\n" for line in lines)
    content = f"BT /F1 9 Tf 12 TL 50 800 Td\n{shown}ET"
    parts = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    )
    written, places = "%PDF-1.4\n", []
    for k, part in enumerate(parts, start=1):
        places.append(len(written))
        written += f"{k} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"<< /Size 6 /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return f"{written}xref\n0 6\n0000000000 65535 f \n{table}trailer\n{end}".encode()


def checkpoints() -> list[bytes]:
    one = Checkpoint(Chain("studies", "s1"), 5, b"r" * 32, "56475aa75463474c")
    note = one.signed(KEY, datetime(2026, 3, 1, tzinfo=UTC))
    return [note.note.encode(), note.stamped(bytes.fromhex("30053003020102")).note.encode()]


def read_checkpoint(content: bytes) -> object:
    found = read_checkpoints(content.decode(errors="replace"), "c.txt", [KEY.public_key()])
    for one in found.checkpoints:
        if one.stamp:
            try:
                stamped_time(one, read_certificates(certificates()[0], "c.pem"))
            except LogError as error:
                say(error)
    return found


@cache
def database() -> Path:
    """An empty database, to be copied, which others would take a second each to make."""
    path = Path(own_folder().name, "empty", "ahp.db")
    path.parent.mkdir()
    Store(f"sqlite:///{path}").close()
    return path


def fresh_store() -> Store:
    path = Path(own_folder().name, "imports", "ahp.db")
    shutil.rmtree(path.parent, ignore_errors=True)
    shutil.copytree(database().parent, path.parent)
    return Store(f"sqlite:///{path}")


kept_store: list[Store] = []


def imported(name: str) -> Callable[[bytes], object]:
    """An import into a database that is empty: made anew when one has succeeded."""

    def read(content: bytes) -> object:
        if not kept_store:
            kept_store.append(fresh_store())
        found = getattr(kept_store[0], name)(content, "file.json")
        kept_store.pop().close()
        return found

    return read


def exported_studies() -> list[bytes]:
    with closing(fresh_store()) as store:
        study = store.create_study(survey(), "事后监督", note="simulated")
        judgments = (
            Judgment(name, *pair, value, f"panel.csv: {name}")
            for name, value in (("王芳", "3"), ("Bo", "1/5"))
            for pair in survey().hierarchy.comparisons
        )
        store.import_answers(study.id, Answers(tuple(judgments)), submit=True)
        store.issue_link(store.experts(study.id)[0].id)
        store.close_round(study.id)
        store.open_round(study.id)
        return [store.export_study(study.id).encode()]


@cache
def evaluation_files() -> tuple[bytes, bytes]:
    """A whole evaluation, and its events as they go with a report."""
    with closing(fresh_store()) as store:
        case = make_case(store)
        events = write_events(shown_events(store.happened(case.id), []))
        return store.export_evaluation(case.id).encode(), events


def backups() -> list[bytes]:
    with closing(fresh_store()) as store:
        store.create_study(survey(), "事后监督")
        path = Path(own_folder().name, "made.zip")
        path.unlink(missing_ok=True)
        backup.back_up(place_of(f"sqlite:///{store.location}"), path)
        return [path.read_bytes()]


def sealed(content: bytes) -> bytes:
    """A backup whose hashes fit again, so that more than they is tried."""
    stream = io.BytesIO()
    try:
        parts = kept_parts(content)
        with zipfile.ZipFile(stream, "w") as new, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about names that stand twice
            for name, part in parts:
                if name == backup.MANIFEST and len(part) < 2**20:
                    part = with_hashes(part, dict(parts))  # noqa: PLW2901
                new.writestr(zipfile.ZipInfo(name), part)
            new.comment = backup._SEAL + bytes(64)
        content = stream.getvalue()
    except Exception:  # no archive any more, or one that unpacks to too much
        return content
    return content[:-64] + hashlib.sha256(content[:-64]).hexdigest().encode()


def with_hashes(manifest: bytes, parts: dict[str, bytes]) -> bytes:
    data = json.loads(manifest)
    for name, part in data["parts"].items():
        part["sha256"] = hashlib.sha256(parts[name]).hexdigest()
    return json.dumps(data).encode()


@cache
def made_by_migrations(revision: str) -> tuple[str, ...]:
    """The statements that make an empty database of a revision, as its migrations leave it."""
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection, revision)
        return tuple(connection.connection.driver_connection.iterdump())[1:-1]


def quick_upgrade(connection: Connection, revision: str) -> None:
    """`upgrade`, whose migrations take half a second, once for each revision to begin with."""
    if revision == "head" or backup.tables_of(connection):
        upgrade(connection, revision)
    else:
        for statement in made_by_migrations(revision):
            connection.exec_driver_sql(statement)


described: dict[tuple[str, ...], list[Table]] = {}


def quick_tables(connection: Connection) -> list[Table]:
    """The tables of a database, asked of it once for those of the same names."""
    names = tuple(backup.tables_of(connection))
    if names not in described:
        described[names] = tables_as_found(connection)
    return described[names]


tables_as_found = restore._tables


def restore_file(path: Path) -> object:
    path.write_bytes(sealed(path.read_bytes()))
    target = Path(own_folder().name, "restored")
    shutil.rmtree(target, ignore_errors=True)
    with (
        mock.patch.object(ahp.store.database, "upgrade", quick_upgrade),
        mock.patch.object(restore, "_tables", quick_tables),
    ):
        return restore.restore(path, f"sqlite:///{target / 'ahp.db'}")


def certificates() -> list[bytes]:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, KEY.public_key(), 1, first, last)
    return [made.sign(KEY, None).public_bytes(Encoding.PEM)]


READERS = {
    one.name: one
    for one in (
        Reader(
            "grid",
            ".csv",
            lambda content: read_grid(content, "t.csv", SurveyError).transposed().lines(),
            tables(EVALUATION / "call_quality.csv"),
        ),
        Reader(
            "sheets",
            ".xlsx",
            lambda content: read_sheets(content, "t.xlsx", SurveyError),
            lambda: [*panel_sheets(), ods(("价格", "1", "3"))],
        ),
        Reader("survey_toml", ".toml", upload("toml"), files(*SURVEYS.glob("*.toml"))),
        Reader(
            "hierarchy_text",
            ".txt",
            upload("txt"),
            texts("目标: 价格=0.3, 质量=0.7; 质量: 甲, 乙;\n"),
        ),
        Reader("ahp_os", ".json", upload("json"), lambda: [json.dumps(AHP_OS).encode()]),
        Reader("gluc", ".ahp", upload("ahp"), texts(GLUC)),
        Reader("expert_sheets", ".xlsx", upload("xlsx"), panel_sheets),
        Reader(
            "scheme",
            ".toml",
            lambda content: scheme_from_toml(content, "s.toml"),
            files(*SCHEMES.glob("*.toml"), TESTS / "evaluation" / "every_rule.toml"),
        ),
        Reader(
            "long_csv",
            ".csv",
            lambda content: answers_from_table(content, "a.csv", survey()),
            tables(LONG_CSV),
        ),
        Reader(
            "large_csv",
            ".csv",
            on_disk(read_as_columns, "a.csv"),
            files(LONG_CSV),
        ),
        Reader(
            "columns",
            ".parquet",
            on_disk(read_as_columns, "a.parquet"),
            column_files,
        ),
        Reader(
            "ahpsurvey",
            ".csv",
            lambda content: read_ahpsurvey(content, "w.csv", negative_is="left"),
            lambda: [one for text in WIDE for one in (text.encode(), as_workbook(text.encode()))],
        ),
        Reader(
            "matrix",
            ".csv",
            on_disk(lambda path: read_matrix(str(path)), "m.csv"),
            lambda: [*(text.encode() for text in MATRICES), as_workbook(MATRICES[0].encode())],
        ),
        Reader("platform", ".csv", read_platform, platform),
        Reader(
            "mapping",
            ".json",
            lambda content: mapping_from_json(content, "m.json"),
            lambda: [
                suggest_mapping(read_columns(platform()[0], "p.csv"), survey(), coding="ratio")
                .to_json()
                .encode()
            ],
        ),
        Reader(
            "experts",
            ".csv",
            lambda content: read_list(content, "e.csv"),
            lambda: [
                b"name,organization,weight,reason\nA,B,2,chair\n",
                "姓名,单位,权重,理由\n王芳,审计处,1.5,组长\n合计,1 人,,\n".encode(),
                book(("姓名", "单位"), ("王芳", "审计处"), ("李明", "财务处")),
            ],
        ),
        Reader(
            "pasted_experts",
            ".txt",
            lambda content: pasted_list(content.decode(errors="replace")),
            texts(
                "专家名单：\n1. 王芳，审计处\n2、李明；财务处；2；组长\n"
                "张三、赵六、钱七\n合计 5 人\n",
                "(" * 60_000,
            ),
        ),
        Reader(
            "units",
            ".csv",
            lambda content: read_unit_list(content, "u.csv"),
            lambda: [
                "单位名称,组别,联系人,参评起始,参评截止,别名\n甲,A,王,2026Q1,2026-12-31,甲市、甲中心\n".encode(),
                book(("序号", "单位", "组别"), (1, "甲", "A"), (2, "乙", "B")),
                unit_list_template("zh"),
            ],
        ),
        Reader(
            "pasted_units",
            ".txt",
            lambda content: pasted_units(content.decode(errors="replace")),
            texts('单位名单\n1. 甲,A组,王,2026-01,,甲市、甲中心\n"乙\n市",B\n'),
        ),
        Reader("delivery", ".xlsx", read_delivery, delivered),
        Reader(
            "layout",
            ".json",
            lambda content: Layout.from_content(content.decode("utf-8", "replace"), "layout"),
            lambda: [
                read_file(scope(), Upload("v.csv", one), lambda one: None).layout.content.encode()
                for one in delivered()[2:4]
            ],
        ),
        Reader(
            "observations",
            ".csv",
            on_disk(read_observations, "o.csv"),
            tables(*EVALUATION.glob("*y.csv"), TESTS / "evaluation" / "every_rule.csv"),
        ),
        Reader(
            "evaluation_workbook",
            ".xlsx",
            on_disk(read_observations, "o.xlsx"),
            lambda: [short(evaluation_workbook(scheme(), ["甲", "乙"], "2026Q1"))],
        ),
        Reader(
            "ledger",
            ".csv",
            on_disk(read_ledger, "l.csv"),
            tables(EVALUATION / "supervision_ledger.csv"),
        ),
        Reader(
            "vouchers",
            ".csv",
            on_disk(read_vouchers, "v.csv"),
            tables(EVALUATION / "supervision_vouchers.csv"),
        ),
        Reader(
            "duties",
            ".csv",
            on_disk(lambda path: duty_conflicts(duties(), path), "d.csv"),
            tables(EVALUATION / "internal_control_roster.csv"),
        ),
        Reader(
            "accounts",
            ".csv",
            on_disk(lambda path: read_accounts(path, prices()), "a.csv"),
            tables(EVALUATION / "customer_accounts.csv"),
        ),
        Reader(
            "prices",
            ".toml",
            on_disk(load_prices, "p.toml"),
            files(EVALUATION / "customer_prices.toml"),
        ),
        Reader(
            "weights_csv",
            ".csv",
            on_disk(read_weights, "w.csv"),
            lambda: [
                "节点,权重\n价格,0.3\n质量,70%\n".encode(),
                b"node;weight\na;0,25\nb;7.5e-1\n",
                book(("node", "weight"), ("a", 0.25), ("b", "75%")),
            ],
        ),
        Reader("weights_toml", ".toml", on_disk(read_weights, "w.toml"), texts(WEIGHTS)),
        Reader("weights_json", ".json", on_disk(read_weights, "w.json"), exported_studies),
        Reader(
            "published",
            ".toml",
            on_disk(load_table, "t.toml"),
            files(*(EXAMPLES / "published").glob("*.toml")),
        ),
        Reader(
            "candidates",
            ".csv",
            on_disk(candidate_rows, "c.csv"),
            lambda: [f"{','.join(COLUMNS)}\n{'1,' * (len(COLUMNS) - 1)}1\n".encode()],
        ),
        Reader(
            "questionnaire",
            ".xlsx",
            lambda content: read_questionnaire(content, FEW, round_number=1),
            filled_questionnaires,
        ),
        Reader("form", ".docx", lambda content: read_form(content, FEW), filled_forms),
        *(
            Reader(f"outline_{ending}", f".{ending}", outline(ending), OUTLINE_SEEDS[ending])
            for ending in OUTLINES
        ),
        Reader(
            "manifest",
            ".json",
            lambda content: read_manifest(content, "manifest.json"),
            files(*EXAMPLES.glob("*/manifest.json")),
        ),
        *(
            Reader(
                f"report_{form}",
                f".{form}",
                compare_with("dong_2010", f"report.{form}"),
                files(EXAMPLES / "dong_2010" / f"report.{form}"),
            )
            for form in REPORT_READERS
        ),
        Reader(
            "edits",
            ".json",
            on_disk(lambda path: _edits(str(path)), "e.json"),
            texts('{"summary": "一句话。", "unit-甲": ""}'),
        ),
        Reader(
            "calculation",
            ".xlsx",
            lambda content: _compare_workbook("c.xlsx", content, calculated()),
            lambda: [calculation()],
        ),
        Reader(
            "events",
            ".json",
            lambda content: read_events(content, "events.json"),
            lambda: evaluation_files()[1:],
        ),
        Reader("study", ".json", imported("import_export"), exported_studies),
        Reader(
            "evaluation", ".json", imported("import_evaluation"), lambda: evaluation_files()[:1]
        ),
        Reader("backup", ".zip", on_disk(restore_file, "b.zip"), backups),
        Reader(
            "receipt",
            ".html",
            on_disk(lambda path: read_receipt(path).statement, "r.html"),
            receipts,
        ),
        Reader("checkpoints", ".txt", read_checkpoint, checkpoints),
        Reader(
            "public_key",
            ".pem",
            lambda content: read_public_key(content, "k.pem"),
            lambda: [public_pem(KEY.public_key()).encode()],
        ),
        Reader(
            "signing_key",
            ".pem",
            on_disk(lambda path: existing_key(path.parent), key_path(Path()).name),
            lambda: [KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())],
        ),
        Reader(
            "certificates",
            ".pem",
            lambda content: read_certificates(content, "c.pem"),
            certificates,
        ),
    )
}
"""Name -> reader."""
