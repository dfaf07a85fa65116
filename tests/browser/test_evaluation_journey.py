"""A quarter in a real browser: from the scheme to the signed notice and its correction."""

from __future__ import annotations

import csv
import io
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from ahp.evaluation import evaluate
from ahp.evaluation.observations import observations_from_records
from ahp.process.evaluations.events import CellKey, Rated
from ahp.process.evaluations.judged import records_of, scheme_in
from ahp.process.evaluations.rating import task_of
from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import PHONE, control, press
from tests.browser.department import (
    GROUPS,
    LIST,
    OFFICES,
    RATERS,
    UNITS,
    Department,
    begins,
    choose,
    tap,
    tick,
    write,
)
from tests.exchange.conftest import Recalculate
from tests.running_server import RunningServer

NEXT = {
    "choose": ("下一步：选定评价方案，即评分规则和权重。",
               "Next: choose the scheme, the rules and weights of the evaluation."),
    "units": ("下一步：添加被评价单位。", "Next: add the units that are evaluated."),
    "open": ("下一步：开启第一个评价期。", "Next: open the first period."),
    "deliver": ("{period} 下一步：导入数据。{of} 项中还有 {count} 项未报。",
                "Next for {period}: data. {count} of {of} values are not delivered yet."),
    "check": ("{period} 下一步：逐项核对数据，完成核对。{of} 项中还有 {count} 项未报。",
              "Next for {period}: look through all values and finish the check. {count} of {of} "
              "values are not delivered yet."),
    "issue": ("{period} 下一步：发出通报初稿，或直接签批。",
              "Next for {period}: send out the draft notices, or sign."),
    "appeals": ("{period} 下一步：1 项申诉待处理。",
                "Next for {period}: 1 appeals wait for a decision."),
    "sign": ("{period} 下一步：负责人签批，评价期随即封存。",
             "Next for {period}: the head signs, and the period is closed for ever."),
    "correction": ("{period} 下一步：有一项更正待负责人签批。",
                   "Next for {period}: a correction waits for the head's signature."),
    "following": ("{period}已签批。下一步：开启下一评价期。",
                  "{period} is signed. Next: open the following period."),
}  # fmt: skip
"""What the pages say comes next."""

LOADS = 22
"""How often a page is loaded: then the server may be killed."""

JOURNEYS = [("zh-CN", 0), ("en-US", 0), ("zh-CN", 20)]
"""Language, and how often the server is killed."""

TAPPED = 3
"""How many ratings each rater taps before the others are there."""

DELIVERED = (
    ("error_ledger_gbk.csv", 72),
    ("training_merged_header.xlsx", 36),
    ("test_results_percent.xlsx", 12),
    ("reports_aliases.csv", 37),
)
"""The tables of four offices, and how many values each has."""


TOTALS = {
    **{"甲": "89.6", "乙": "86.0", "丙": "76.2", "丁": "86.0", "戊": "82.8", "己": "75.8"},
    **{"庚": "79.2", "辛": "82.4", "壬": "64.3", "癸": "88.6", "子": "65.9", "丑": "77.2"},
}
"""First letter of a unit's name -> its total after everything."""


@pytest.fixture
def store(server: RunningServer) -> Iterator[Store]:
    opened = Store(f"sqlite:///{server.database}")
    yield opened
    opened.close()


def says_next(department: Department, page: Page, code: str, **about: object) -> None:
    """The page says what comes next."""
    sentence = NEXT[code][department.language == "en"].format(**about)
    expect(control(page, "next_step")).to_contain_text(sentence)


def follow(page: Page) -> None:
    """Go where the page says that something comes next."""
    press(page, "go_next")
    expect(control(page, "go_next")).to_have_count(0)
    actions.drawn(page)


def begin(department: Department, clerk: Page) -> str:
    """A scheme, units, raters, a period -> the period."""
    clerk.goto(f"{department.server.url}/evaluations")
    write(clerk, "evaluation_title", "2026")
    press(clerk, "create_evaluation")
    says_next(department, clerk, "choose")
    press(clerk, "start_pack")
    press(clerk, "propose_scheme")
    press(clerk, "approve_scheme")
    says_next(department, clerk, "units")
    follow(clerk)
    write(clerk, "pasted_units-", LIST)
    press(clerk, "review_units")
    tap(clerk, "add_read-")
    says_next(department, clerk, "open")
    tap(clerk, "add_named-")
    expect(begins(clerk, "issue-contact-")).to_be_visible()
    follow(clerk)
    tick(clerk, "sure_open-")
    press(clerk, "open_period")
    expect(begins(clerk, "period_chosen-")).to_be_visible()
    period = department.period
    says_next(department, clerk, "deliver", period=period, count=108, of=108)
    return period


def deliver(department: Department, clerk: Page, period: str) -> None:
    """The tables of four offices; one value is missing."""
    follow(clerk)
    zh = department.language == "zh"
    for name, count in DELIVERED:
        content = (OFFICES / name).read_bytes()
        if name == "reports_aliases.csv":
            line = "子市中心,8,3,".encode()
            assert line in content
            content = content.replace(line, "子市中心,8,,".encode())
        department.upload(clerk, name, content)
        if name == "test_results_percent.xlsx":
            choose(
                clerk, "ask-", "文件中的 100 即 1（100%）" if zh else "100 in the file is 1 (100%)"
            )
        if name == "reports_aliases.csv":
            tap(clerk, "nearest-")
        department.record(clerk, count)
    says_next(department, clerk, "deliver", period=period, count=1, of=108)
    held, unit = department.held, department.unit
    values = {
        (key.unit, key.indicator, key.input): one.row.value for key, one in held.values.items()
    }
    assert len(values) == 157
    assert values[unit["甲"], "process", "vouchers"] == "25238"
    assert values[unit["子"], "training", "hours"] == "39"
    assert values[unit["甲"], "self_study", ""] == "0.947"
    assert values[unit["乙"], "data_sharing", ""] == "11"
    assert (unit["子"], "briefings", "") not in values
    assert len({one.sha256 for one in (entry.action.file for entry in held.recordings)}) == 4


def grades() -> dict[tuple[str, str, str], str]:
    """Rater, name of a unit, indicator -> grade, as simulated for the example."""
    path = OFFICES.parent / "supervision_effectiveness.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["period"] == "2026Q4" and row["rater"]]
    raters = dict(zip(dict.fromkeys(row["rater"] for row in rows), RATERS, strict=True))
    return {(raters[row["rater"]], row["unit"], row["indicator"]): row["value"] for row in rows}


def rate(department: Department, clerk: Page, period: str) -> None:
    """Three raters on phones; one belongs to a unit, which isn't among what is asked."""
    department.go(clerk, "rating")
    lines = f"{RATERS[0]}，{UNITS[0]}\n{RATERS[1]}，会计处\n{RATERS[2]}，科技处"
    write(clerk, "pasted-", lines)
    tap(clerk, "add-pasted-")
    expect(begins(clerk, "issue-rater-")).to_be_visible()
    links = department.links(clerk, "rater")
    press(clerk, "open_round")
    expect(control(clerk, "close")).to_be_visible()
    given = grades()
    for (name, link), asked in zip(links.items(), (99, 108, 108), strict=True):
        rate_on_phone(department, period, name, link, given, asked)
    department.go(clerk, "rating")
    tick(clerk, "sure-")
    press(clerk, "close")
    expect(control(clerk, "close")).to_have_count(0)
    ratings = department.held.ratings
    assert len(ratings) == 108
    assert sum(map(len, ratings.values())) == 315
    assert department.unit["甲"] in {unit for unit, *_ in ratings}


def rate_on_phone(
    department: Department,
    period: str,
    name: str,
    link: str,
    given: dict[tuple[str, str, str], str],
    asked: int,
) -> None:
    """The first ratings and the last one are tapped, the others come from another device."""
    person = next(key for key, one in department.now.people.items() if one.name == name)
    names = {one.id: one.name for one in department.now.units}
    task = task_of(department.now, person, period)
    assert task is not None
    assert len(task.cells) == asked
    planned = [
        (cell, f"{'-'.join(cell)}-{given[name, names[cell[0]], cell[1]]}") for cell in task.cells
    ]
    about = f"rate-{person}-{period}-1-"
    phone = department.visitor(PHONE)
    department.load(phone, link)
    press(phone, "start")
    for _cell, answer in planned[:TAPPED]:
        press(phone, about + answer)
        expect(control(phone, about + answer)).to_have_count(0)
    assert len(department.held.round.sheet(person).ratings) == TAPPED
    for cell, answer in planned[TAPPED:-1]:
        value = answer.rpartition("-")[2]
        department.store.act_as(person, Rated(period, 1, cell[0], cell[1], value))
    department.load(phone)
    press(phone, "start")
    press(phone, about + planned[-1][1])
    press(phone, "submit")
    expect(control(phone, "submit")).to_have_count(0)
    sheet = department.held.round.sheet(person)
    assert sheet.submitted
    assert {cell: one.value for cell, one in sheet.ratings.items()} == {
        cell: answer.rpartition("-")[2] for cell, answer in planned
    }
    phone.context.close()


def check(department: Department, clerk: Page, head: Page) -> None:
    """A veto is recorded; the head confirms it, the deduction and the bonus; the check ends."""
    department.go(clerk, "check")
    actions.unfold(department.folded(clerk, "Record a deduction, bonus or veto"))
    choose(clerk, "entry_unit-", UNITS[4])
    choose(clerk, "entry_event-", f"{department.name('falsified')} · {department.say('Veto')}")
    write(clerk, "entry_document-", "案防通报2026-3号")
    tap(clerk, "add_entry-")
    waiting = begins(clerk, "confirm-").get_by_role("button")
    expect(waiting).to_have_count(3)
    for button in waiting.all():
        expect(button).to_be_disabled()  # whoever recorded it is no second person
    department.go(head, "check")
    for left in (2, 1, 0):
        tap(head, "confirm-")
        expect(begins(head, "confirm-")).to_have_count(left)
    expect(control(head, "finish_check").get_by_role("button")).to_be_disabled()
    department.go(clerk, "check")
    says_next(department, clerk, "check", period=department.period, count=1, of=108)
    tick(clerk, "sure_finish-")
    press(clerk, "finish_check")
    says_next(department, clerk, "issue", period=department.period)
    held, unit = department.held, department.unit
    assert {(key.unit, key.indicator): one.row.evidence for key, one in held.entries.items()} == {
        (unit["壬"], "duties_in_one_hand"): "现场检查底稿2026-22号",
        (unit["癸"], "commendation"): "上级表扬通报2026-9号",
        (unit["戊"], "falsified"): "案防通报2026-3号",
    }
    assert all(held.counts(key) for key in held.entries)


def appeal(department: Department, clerk: Page, head: Page) -> None:
    """Notices go out, a unit appeals with proof, the head grants it."""
    period = department.period
    follow(clerk)
    tick(clerk, "sure_issue-")
    press(clerk, "issue_notices")
    says_next(department, clerk, "sign", period=period)
    link, contact = department.links(clerk, "contact")["己联系人"], department.visitor(PHONE)
    department.load(contact, link)
    expect(control(contact, "notice_total")).to_be_visible()
    for other in UNITS[:5]:
        expect(contact.get_by_text(other)).to_have_count(0)
    press(contact, f"dispute-{period}-briefings")
    write(contact, "appeal_reason-", "季末最后一日另有一篇被采用。")
    proof = {"name": "采用通报.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n"}
    begins(contact, "appeal_file-").locator('input[type="file"]').set_input_files(proof)
    expect(contact.get_by_text("采用通报.pdf")).to_be_visible()
    tap(contact, "send-")
    expect(begins(contact, "send-")).to_have_count(0)
    expect(
        contact.locator(".stAlert").filter(has_text=department.name("briefings"))
    ).to_be_visible()
    department.go(head, "notices")
    says_next(department, head, "appeals", period=period)
    write(head, "value-", "2")
    write(head, "document-", "办公室采用登记2026-41号")
    write(head, "reason-", "经核对属实。")
    tick(head, "sure-")
    tap(head, "grant-")
    says_next(department, head, "sign", period=period)
    value = department.held.values[CellKey(department.unit["己"], "briefings")]
    assert (value.row.value, value.row.evidence) == ("2", "办公室采用登记2026-41号")
    department.load(contact)
    expect(contact.get_by_text("经核对属实。").first).to_be_visible()
    contact.context.close()


def sign(department: Department, clerk: Page, head: Page) -> None:
    """The head signs early; a value is corrected afterwards, and signed."""
    period = department.period
    department.go(head, "signing")
    write(head, "early-", "各单位均已确认。")
    tick(head, "sure_sign-")
    press(head, "sign")
    says_next(department, head, "following", period=period)
    department.go(clerk, "signing")
    choose(clerk, "correct_unit-", UNITS[2])
    choose(clerk, "correct_cell-", department.name("data_sharing"))
    write(clerk, "correct_value-", "12")
    write(clerk, "correct_document-", "科技处清单2026-4号")
    write(clerk, "correct_reason-", "清单漏记两项。")
    press(clerk, "propose_correction")
    says_next(department, clerk, "correction", period=period)
    expect(control(clerk, "sign")).to_have_count(0)
    department.go(head, "signing")
    tick(head, "sure_sign-")
    press(head, "sign")
    says_next(department, head, "following", period=period)
    assert [one.revision for one in department.held.signatures] == [1, 2]


def league(department: Department, clerk: Page) -> dict[str, str]:
    """Unit -> total, as the page of scores has them, in both groups."""
    department.go(clerk, "results")
    tables = clerk.get_by_role("table").filter(has_text=department.say("Early warnings"))
    expect(tables).to_have_count(len(GROUPS))
    totals: dict[str, str] = {}
    for table in tables.all():
        headings = table.get_by_role("columnheader").all_inner_texts()
        unit, total = (headings.index(department.say(one)) for one in ("Unit", "Total"))
        for row in table.locator("tbody tr").all():
            cells = row.locator("th, td").all_inner_texts()
            totals[cells[unit]] = cells[total]
    return totals


def recalculated(department: Department, clerk: Page, recalculate: Recalculate) -> dict[str, float]:
    """Unit -> total, as LibreOffice calculates it in the workbook of the page of scores."""
    begins(clerk, "part-").get_by_text(department.say("Workbook"), exact=True).click()
    with clerk.expect_download() as download:
        tap(clerk, "workbook-")
    content = recalculate({"period": download.value.path().read_bytes()})["period"]
    workbook = load_workbook(io.BytesIO(content), data_only=True)
    sheet = workbook[{"zh": "计分", "en": "scores"}[department.language]]
    rows = sheet.iter_rows(min_row=4, max_row=3 + len(UNITS), max_col=2, values_only=True)
    return {str(unit): float(total) for unit, total in rows}


def library_totals(department: Department) -> dict[str, str]:
    """Unit -> total, as the library has it from the records that count."""
    period, now = department.period, department.now
    observed = observations_from_records(records_of(now, period), "records")
    result = evaluate(scheme_in(now, period), observed)
    return {unit: str(result.total(unit, period)) for unit in result.units}


def last_signed(department: Department) -> Iterable[Mapping[str, str]]:
    """What the last signature says of each unit."""
    return department.held.signatures[-1].evidence["units"].values()


def log_verifies(department: Department) -> None:
    """`ahp log verify` on the database."""
    url = f"sqlite:///{department.server.database}"
    command = [sys.executable, "-m", "ahp", "log", "verify", "--database", url]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("locale", "kills"), JOURNEYS)
def test_from_the_scheme_to_the_corrected_signature(
    browser: Browser,
    server: RunningServer,
    store: Store,
    recalculate: Recalculate,
    locale: str,
    kills: int,
) -> None:
    killed = random.Random(16).sample(range(1, LOADS + 1), kills)
    department = Department(browser, server, store, locale, killed)
    clerk, head = department.sign_in("王芳"), department.sign_in("李主任")
    period = begin(department, clerk)
    deliver(department, clerk, period)
    rate(department, clerk, period)
    check(department, clerk, head)
    appeal(department, clerk, head)
    sign(department, clerk, head)
    totals = league(department, clerk)
    assert {unit[0]: total for unit, total in totals.items()} == TOTALS
    assert library_totals(department) == totals
    signed = {one["name"]: one for one in last_signed(department)}
    assert {unit: one["total"] for unit, one in signed.items()} == totals
    assert signed[UNITS[4]]["band"] == "failing"  # the veto
    assert recalculated(department, clerk, recalculate) == {
        unit: float(total) for unit, total in totals.items()
    }
    log_verifies(department)
    assert department.loads == LOADS
