"""Draft notices on the organizer's page, and on that of a unit's contact."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from ahp.errors import StoreError
from ahp.process.evaluations import notices
from ahp.process.evaluations.events import (
    Appealed,
    CellKey,
    CheckUndone,
    NoticeOpened,
    PeriodChecked,
)
from ahp.process.evaluations.judged import result_of
from ahp.process.evaluations.state import EvaluationState
from ahp.web import state
from tests.evaluation_case import FAR, PERIOD, WORDS, Case, make_case
from tests.web.tables import shown_tables

PDF = b"%PDF-1.7 proof"


@pytest.fixture
def case(store) -> Case:
    return make_case(store)


def errors(app: AppTest) -> list[str]:
    return [one.value for one in app.error]


def infos(app: AppTest) -> list[str]:
    return [one.value for one in app.info]


def texts(app: AppTest) -> list[str]:
    return [one.value for one in app.markdown]


def metrics(app: AppTest) -> list[tuple[str, str]]:
    return [(one.label, one.value) for one in app.metric]


def agree(app: AppTest) -> None:
    """Tick that one has decided; the box is another one for each value."""
    [box] = [one for one in app.checkbox if str(one.key).startswith("sure-")]
    box.check().run()


def has(app: AppTest, key: str) -> bool:
    return any(one.key == key for one in app.button)


def kinds(case: Case) -> list[str]:
    return [one.kind for one in case.store.evaluation_events(case.id)]


def appeal(case: Case, indicator: str = "training", unit: str = "u2") -> str:
    """An appeal of a unit's contact."""
    cell = tuple(CellKey(unit, indicator))
    number = f"{unit}-{indicator}"
    action = Appealed(PERIOD, number, cell, "签到表显示覆盖率为 75%")
    case.store.act_as(case.contacts[unit], action)
    return number


# -- sending out


def test_notices_go_out(visit, case) -> None:
    app = visit(case.session(case.clerk), "evaluation_notices")
    assert texts(app)[0] == "**Next for 2026Q1: send out the draft notices, or sign.**"
    assert app.button(key="issue_notices").disabled
    until = state.today() + timedelta(days=30)
    app.checkbox(key=f"sure_issue-{case.id}-{PERIOD}").check()
    app.date_input(key=f"until-{case.id}-{PERIOD}").set_value(until).run()
    app.button(key="issue_notices").click().run()
    assert errors(app) == []
    held = case.now.periods[PERIOD]
    assert (held.stage, held.notices and held.notices.until) == ("notified", f"{until}")
    today = held.notices.stamp.time[:10]
    assert f"Sent out on {today} by 王芳; appeals until {until} (UTC)." in texts(app)
    assert "There is no appeal yet." in infos(app)
    assert app.header[0].value == "Read by 0 of 3 contacts"
    assert shown_tables(app)[0].to_dict("records")[1] == {
        "Unit": "乙中心",
        "Contact": "乙中心联系人",
        "Link": "no link yet",
        "Opened (UTC)": "–",
    }


@pytest.mark.parametrize("who", ["head", "reader"])
def test_others_only_look(visit, case, who) -> None:
    app = visit(case.session(getattr(case, who)), "evaluation_notices")
    assert app.checkbox(key=f"sure_issue-{case.id}-{PERIOD}").disabled
    assert app.button(key="issue_notices").disabled
    assert metrics(app) == [("Total", "86.0"), ("Band", "Good"), ("Rank in group", "1 of 2")]


def test_units_without_contacts_are_named(visit, case) -> None:
    case.by(case.clerk).remove_person(case.contacts["u3"])
    app = visit(case.session(case.clerk), "evaluation_notices", "zh")
    assert [one.value for one in app.warning] == ["以下单位没有联系人，无人能查看其通报：丙中心"]


def test_before_the_check(visit, store) -> None:
    case = make_case(store, checked=False)
    app = visit(case.session(case.clerk), "evaluation_notices")
    assert infos(app)[0] == (
        "The notices can go out once the check is finished. What you see below is provisional."
    )
    assert not has(app, "issue_notices")


def test_the_preview_is_a_unit_s_notice(visit, case) -> None:
    app = visit(case.session(case.clerk), "evaluation_notices", "zh")
    app.selectbox(key=f"notice_unit-{case.id}-{PERIOD}").select("u2").run()
    assert metrics(app) == [("总分", "61.0"), ("档次", "一般"), ("组内名次", "2 / 2")]
    shown = texts(app)
    assert "**1.1 差错发现率**  \n数值：70 % · 得分：70.00" in shown
    assert "**1.2 复核质量**  \n数值：60 · 得分：60.00" in shown
    assert "**3.1 报告迟报**  \n报告迟报：2 分" in shown
    headings = [one.value for one in app.header]
    assert headings[2:5] == ["监督质量 · 65.00", "培训覆盖率 · 60.00", "扣分、加分与一票否决"]
    sources = [one.value for one in app.caption if one.value.startswith("来源")]
    assert sources == [
        "来源：一季度.csv：第 2 行",
        "来源：2 位评分人评定",
        "来源：一季度.csv：第 3 行",
        "来源：手工录入，文号 督字〔2026〕3 号",
    ]
    assert shown_tables(app)[0]["计分事项"].tolist()[-1] == "档次：一般"


# -- the contact's page


def test_a_contact_reads_their_own_unit_alone(visit, case) -> None:
    case.issue()
    session = case.link("u2")
    app = visit(session, None, "zh")
    assert app.title[0].value == "乙中心"
    assert metrics(app) == [("总分", "61.0"), ("档次", "一般"), ("组内名次", "2 / 2")]
    assert infos(app) == [
        f"这是通报初稿。如某项数据有误，请点其下方的“对此有异议”并说明理由；可在{FAR}（UTC）或之前提出。"
    ]
    sent = str(app._tree) + "".join(str(one) for one in shown_tables(app))
    for secret in (
        "甲中心",
        "丙中心",
        "86.0",
        "30.0",
        "县域",
        "赵评",
        "王芳",
        *case.contacts.values(),
    ):
        if secret != case.contacts["u2"]:
            assert secret not in sent, secret
    assert kinds(case)[-1] == "notice_opened"
    opened = case.now.periods[PERIOD].seen
    assert list(opened) == [case.contacts["u2"]]
    visit(session)
    visit(session)
    assert kinds(case).count("notice_opened") == 1


def test_the_median_of_the_group_is_not_for_a_unit(visit, case) -> None:
    """Of two units, it tells the other one's total."""
    case.issue()
    told = [(one.code, one.parameters["unit"]) for one in result_of(case.now, PERIOD).warnings]
    assert told == [("warning_median", "乙中心"), ("warning_floor", "丙中心")]
    app = visit(case.link("u2"))
    assert app.warning.values == []
    assert "median" not in str(app._tree)
    app = visit(case.link("u3"))
    assert app.warning.values == ["丙中心, 2026Q1: 30 is below 60"]


def test_there_is_no_notice_yet(visit, case) -> None:
    app = visit(case.link("u2"))
    assert infos(app) == [
        "There is no notice yet. It appears here as soon as it is out; the same link works then."
    ]
    assert "61.0" not in str(app._tree)
    assert "notice_opened" not in kinds(case)


def test_a_contact_appeals(visit, case) -> None:
    case.issue()
    app = visit(case.link("u2"))
    app.button(key=f"dispute-{PERIOD}-training").click().run()
    number = app.session_state["appealing"][2]
    send = f"send-{number}"
    app.button(key=send).click().run()
    assert errors(app) == ["Please say why you appeal."]
    app.text_area(key=f"appeal_reason-{number}").input("签到表显示 *75%*")
    app.file_uploader(key=f"appeal_file-{number}").set_value(
        ("签到表.pdf", b"MZ", "application/pdf")
    )
    app.button(key=send).click().run()
    assert errors(app) == [
        "“签到表.pdf” can't be attached: expected one of pdf, jpg, jpeg, png, docx, xlsx."
    ]
    app.file_uploader(key=f"appeal_file-{number}").set_value(("签到表.pdf", PDF, "application/pdf"))
    app.button(key=send).click().run()
    assert errors(app) == []
    assert [one.value for one in app.success] == [
        "Your appeal about “Training” is recorded. The decision appears here."
    ]
    held = case.now.periods[PERIOD]
    [one] = held.open_appeals
    assert (one.id, one.cell, one.reason, one.person) == (
        number,
        CellKey("u2", "training"),
        "签到表显示 *75%*",
        case.contacts["u2"],
    )
    assert one.file is not None
    assert case.store.file(one.file.sha256) == PDF
    today = one.stamp.time[:10]
    assert (
        r"You appealed: 签到表显示 \*75%\* — Appeal of " + today + ": waits for the decision."
    ) in [text.replace("\N{WORD JOINER}", "") for text in texts(app)]
    assert not has(app, f"dispute-{PERIOD}-training")
    assert has(app, f"dispute-{PERIOD}-review")


def test_an_appeal_that_is_sent_twice(visit, case) -> None:
    """The second tap comes while the first one is at work, which has put the form away."""
    case.issue()
    app = visit(case.link("u2"))
    app.button(key=f"dispute-{PERIOD}-training").click().run()
    number = app.session_state["appealing"][2]
    app.text_area(key=f"appeal_reason-{number}").input("签到表")
    case.store.act_as(
        case.contacts["u2"],
        Appealed(PERIOD, number, tuple(CellKey("u2", "training")), "签到表", None),
        event_id=number,
    )
    del app.session_state["appealing"]
    app.button(key=f"send-{number}").click().run()
    assert not app.exception
    assert errors(app) == []
    assert [one.id for one in case.now.periods[PERIOD].open_appeals] == [number]


def test_never_mind(visit, case) -> None:
    case.issue()
    app = visit(case.link("u2"))
    app.button(key=f"dispute-{PERIOD}-late").click().run()
    number = app.session_state["appealing"][2]
    app.button(key=f"close_form-{number}").click().run()
    assert has(app, f"dispute-{PERIOD}-late")
    assert case.now.periods[PERIOD].appeals == {}


def test_the_link_ends_while_a_form_is_open(visit, case) -> None:
    case.issue()
    app = visit(case.link("u2"))
    app.button(key=f"dispute-{PERIOD}-training").click().run()
    number = app.session_state["appealing"][2]
    app.text_area(key=f"appeal_reason-{number}").input("签到表")
    case.by(case.clerk).revoke_person_link(case.contacts["u2"])
    app.button(key=f"send-{number}").click().run()
    assert case.now.periods[PERIOD].appeals == {}
    assert "61.0" not in str(app._tree)


def test_the_link_ends_while_the_page_begins(visit, case, monkeypatch) -> None:
    case.issue()
    found = notices.notices_for

    def revoke_then_find(now: EvaluationState, unit: str) -> tuple[str, ...]:
        case.by(case.clerk).revoke_person_link(case.contacts["u2"])
        return found(now, unit)

    monkeypatch.setattr(notices, "notices_for", revoke_then_find)
    app = visit(case.link("u2"))
    assert "61.0" not in str(app._tree)
    assert app.header[-1].value == "This is the place for pairwise surveys"
    assert "notice_opened" not in kinds(case)


def test_the_link_of_another_unit(visit, case) -> None:
    """A browser with one link doesn't see another unit, whatever its address asks for."""
    case.issue()
    session = case.link("u1")
    app = visit(session)
    app.session_state["p"] = case.contacts["u2"]
    app.run()
    assert "61.0" not in str(app._tree)
    assert "乙中心" not in str(app._tree)
    app = visit(session)
    assert app.title[0].value == "甲中心"


def test_after_the_time_to_appeal(visit, case, monkeypatch) -> None:
    case.issue("2999-12-31")
    monkeypatch.setattr("ahp.web.state.today", lambda _zone: date(3000, 1, 1))
    app = visit(case.link("u2"))
    assert infos(app) == [
        "Appeals were possible until 2999-12-31 (UTC). The result is not signed yet."
    ]
    assert not [one for one in app.button if str(one.key).startswith("dispute-")]


def test_only_contacts_read_notices(case) -> None:
    case.issue()
    raters = [key for key, one in case.now.participants.items() if one.role == "rater"]
    with pytest.raises(StoreError) as caught:
        case.store.act_as(raters[0], NoticeOpened(PERIOD))
    assert str(caught.value) == "this is not for who did it"


# -- deciding


def test_the_head_decides(visit, case) -> None:
    case.issue()
    number = appeal(case)
    app = visit(case.session(case.clerk), "evaluation_notices")
    assert "The head decides on appeals." in infos(app)
    assert not has(app, f"grant-{number}")
    session = case.session(case.head)
    app = visit(session, "evaluation_notices")
    assert app.header[0].value == "Appeals: 1 of 1 wait for a decision"
    assert app.button(key=f"grant-{number}").disabled
    app.text_input(key=f"value-{number}").input("不少").run()
    assert len(errors(app)) == 1
    assert "不少" in errors(app)[0]
    before = kinds(case)
    app.text_input(key=f"value-{number}").input("75").run()
    assert errors(app) == []
    assert "Value: 60 → 75" in texts(app)
    assert "Points: 60.00 → 75.00" in texts(app)
    assert shown_tables(app)[0].to_dict("records") == [
        {"Unit": "乙中心", "Total": "61.0 → 67.0", "Band": "Fair", "Rank in group": "2"}
    ]
    assert kinds(case) == before  # nothing is written by looking
    agree(app)
    app.button(key=f"grant-{number}").click().run()
    assert errors(app) == ["Please give a reason for the decision."]
    app.text_area(key=f"reason-{number}").input("签到表属实")
    app.button(key=f"grant-{number}").click().run()
    assert errors(app) == []
    decided = case.now.periods[PERIOD].appeals[number]
    assert (decided.granted, decided.answer, decided.row and decided.row.value) == (
        True,
        "签到表属实",
        "75",
    )
    assert "Decided by 李主任" in [one.value for one in app.caption]


def test_an_appeal_is_granted_with_the_value_whose_effect_was_shown(visit, case) -> None:
    case.issue()
    number = appeal(case)
    app = visit(case.session(case.head), "evaluation_notices")
    app.text_area(key=f"reason-{number}").input("签到表属实")
    app.text_input(key=f"value-{number}").input("75").run()
    agree(app)
    app.text_input(key=f"value-{number}").input("9")
    app.button(key=f"grant-{number}").click().run()
    assert errors(app) == [
        "The value was changed. Nothing is decided yet: see what it changes, then decide."
    ]
    assert case.now.periods[PERIOD].appeals[number].decided is None
    assert "Value: 60 → 9" in texts(app)
    assert app.button(key=f"grant-{number}").disabled
    agree(app)
    app.button(key=f"grant-{number}").click().run()
    assert errors(app) == []
    decided = case.now.periods[PERIOD].appeals[number]
    assert decided.row
    assert decided.row.value == "9"


def test_who_issued_the_link_can_t_grant(visit, store, case) -> None:
    both = store.add_account("吴", WORDS, ["organizer", "head"]).id
    case.by(both).issue_person_link(case.contacts["u2"])
    case.issue()
    number = appeal(case)
    app = visit(case.session(both), "evaluation_notices")
    assert [one.value for one in app.warning] == [
        "You can't grant this appeal: This takes two people: somebody else has to do the second "
        "step."
    ]
    app.text_input(key=f"value-{number}").input("75").run()
    agree(app)
    assert app.button(key=f"grant-{number}").disabled
    assert not app.button(key=f"reject-{number}").disabled
    app = visit(case.session(case.head), "evaluation_notices", "zh")
    assert app.warning.values == []


def test_an_appeal_is_shown_while_the_notices_are_withdrawn(visit, case) -> None:
    case.issue()
    number = appeal(case)
    clerk = case.by(case.clerk)
    clerk.act(case.id, CheckUndone(PERIOD, "再核一遍"))
    session = case.session(case.head)
    app = visit(session, "evaluation_notices")
    assert app.header[0].value == "Appeals: 1 of 1 wait for a decision"
    again = "It can be decided once the notices are sent out again."
    assert again in infos(app)
    clerk.act(case.id, PeriodChecked(PERIOD))
    app = visit(session, "evaluation_notices")
    assert texts(app)[0] == (
        "**Next for 2026Q1: send out the draft notices again; then 1 appeals wait for a decision.**"
    )
    assert again in infos(app)
    assert not has(app, f"grant-{number}")
    app = visit(session, "evaluation_signing")
    [found] = [text for text in texts(app) if ":material/check_circle:" in text]
    assert found.splitlines()[3:] == [
        f"- :material/info: The draft notices, which let units appeal until {FAR} (UTC), were "
        "withdrawn when the check was undone: send them out again.",
        "- :material/error: Only 0 of 1 appeals are decided: decide them on the page “Notices and "
        "appeals”.",
    ]
    assert app.text_area(key=f"early-{case.id}-{PERIOD}").label == (
        f"Why sign before {FAR} (UTC), as long as units may appeal?"
    )


def test_a_granted_appeal_stands_beside_the_old_figure(visit, case) -> None:
    case.issue()
    number = appeal(case)
    app = visit(case.session(case.head), "evaluation_notices")
    app.text_input(key=f"value-{number}").input("75")
    app.text_area(key=f"reason-{number}").input("签到表属实").run()
    agree(app)
    app.button(key=f"grant-{number}").click().run()
    day = case.now.periods[PERIOD].appeals[number].decided.time[:10]
    app = visit(case.link("u2"), None, "zh")
    assert metrics(app)[0] == ("总分", "67.0")
    assert shown_tables(app)[0].values.tolist() == [
        [f"{day} 通报初稿", "61.0", "一般", "2 / 2", ""],
        ["目前（未签批）", "67.0", "一般", "2 / 2", ""],
    ]
    assert f"“培训覆盖率”：60 → 75，申诉成立（{day}）：签到表属实" in infos(app)


def test_a_rated_value_is_decided_by_a_grade(visit, case) -> None:
    case.issue()
    number = appeal(case, "review")
    app = visit(case.session(case.head), "evaluation_notices", "zh")
    assert app.selectbox(key=f"value-{number}").options == ["强", "中", "弱"]
    app.selectbox(key=f"value-{number}").select("strong").run()
    assert "得分：60.00 → 90.00" in texts(app)
    assert shown_tables(app)[0].iloc[0].tolist()[1] == "61.0 → 70.0"


def test_an_appeal_is_rejected(visit, case) -> None:
    case.issue()
    number = appeal(case, "late")
    app = visit(case.session(case.head), "evaluation_notices")
    app.text_area(key=f"reason-{number}").input("系统记录为准")
    agree(app)
    app.button(key=f"reject-{number}").click().run()
    assert errors(app) == []
    decided = case.now.periods[PERIOD].appeals[number]
    assert decided.granted is False
    app = visit(case.link("u2"), None, "zh")
    day = decided.decided.time[:10]
    assert f"本单位申诉：签到表显示覆盖率为 75% — 申诉不成立（{day}）：系统记录为准" in texts(app)
    assert metrics(app)[0] == ("总分", "61.0")
    assert has(app, f"dispute-{PERIOD}-late")  # with better proof, until the date


def test_a_deduction_is_taken_away(visit, case) -> None:
    case.issue()
    number = appeal(case, "late")
    app = visit(case.session(case.head), "evaluation_notices")
    assert app.text_input(key=f"document-{number}").value == "督字〔2026〕3 号"
    app.text_input(key=f"value-{number}").input("0").run()
    assert shown_tables(app)[0].iloc[0].tolist()[1] == "61.0 → 63.0"
    app.text_input(key=f"document-{number}").input("").run()
    assert errors(app) == [
        "“乙中心”, “Late report”: a deduction, bonus or veto needs the number of its document."
    ]
