"""Signing a period, corrections after it, and the whole evaluation as a file."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Checkbox

from ahp.process.evaluations.events import (
    CellKey,
    CheckUndone,
    CorrectionProposed,
    CorrectionWithdrawn,
    PeriodChecked,
    RatingOpened,
    Row,
)
from ahp.store import Store
from ahp.web import state
from tests.evaluation_case import FAR, PERIOD, WORDS, Case, make_case
from tests.web.tables import shown_tables


@pytest.fixture
def case(store) -> Case:
    return make_case(store)


def errors(app: AppTest) -> list[str]:
    return [one.value for one in app.error]


def infos(app: AppTest) -> list[str]:
    return [one.value for one in app.info]


def texts(app: AppTest) -> list[str]:
    return [one.value for one in app.markdown]


def has(app: AppTest, key: str) -> bool:
    return any(one.key == key for one in app.button)


def sure(app: AppTest) -> Checkbox:
    """That the head has looked at what is signed."""
    [found] = [one for one in app.checkbox if str(one.key).startswith("sure_sign-")]
    return found


def checked(app: AppTest) -> list[str]:
    """The checklist."""
    [found] = [text for text in texts(app) if ":material/check_circle:" in text]
    return [line.removeprefix("- ") for line in found.splitlines()]


def correction(case: Case, reason: str = "补报培训记录") -> int:
    """The clerk finds 丙中心's training after signing; the number of the event."""
    row = Row("u3", "training", "95", evidence="培字 7 号")
    return case.by(case.clerk).act(case.id, CorrectionProposed(PERIOD, (row,), reason)).seq


def test_what_the_head_sees(visit, case) -> None:
    case.issue()
    case.link("u1")
    app = visit(case.session(case.head), "evaluation_signing")
    held = case.now.periods[PERIOD]
    day = held.checked.time[:10]
    done, left = ":material/check_circle:", ":material/info:"
    assert checked(app) == [
        f"{done} The check was finished by 王芳 on {day}.",
        f"{done} Rounds of rating that are closed: 1, the last on {day}.",
        f"{done} A second person has looked at every deduction, bonus and veto (1): 李主任.",
        f"{done} Draft notices were sent out on {day}; 0 of 3 contacts have read theirs.",
        f"{done} Appeals: 0, all decided.",
        f"{left} Units may still appeal until {FAR} (UTC).",
    ]
    assert shown_tables(app)[0]["Total"].str.strip().tolist() == ["86.0", "61.0", "30.0"]
    assert "- 丙中心, 2026Q1: 30…70, band not decided; Training decides it" in texts(app)
    assert f"Rules of the scheme  \n`{held.scheme.content_hash}`" in texts(app)
    assert app.button(key="sign").disabled


def test_the_head_signs(visit, case) -> None:
    case.issue()
    app = visit(case.session(case.head), "evaluation_signing", "zh")
    sure(app).check().run()
    app.button(key="sign").click().run()
    assert errors(app) == [f"各单位可在{FAR}（UTC）或之前提出申诉。如需提前签批，请说明原因。"]
    app.text_area(key=f"early-{case.id}-{PERIOD}").input("各单位均已书面确认")
    app.button(key="sign").click().run()
    assert errors(app) == []
    [signature] = case.now.periods[PERIOD].signatures
    assert signature.evidence["units"]["u2"]["total"] == "61.0"
    time = signature.stamp.time[:16].replace("T", " ")
    assert f"**第 1 版：李主任 于 {time}（UTC）签批**" in [
        text.replace("\N{WORD JOINER}", "") for text in texts(app)
    ]
    assert shown_tables(app)[0].values.tolist() == [
        ["县域", "1", "丙中心", "30.0", "较差", "50", "50", ""],
        ["城区", "1", "甲中心", "86.0", "良好", "90", "90", "80"],
        ["城区", "2", "乙中心", "61.0", "一般", "70", "60", "60"],
    ]
    assert case.store.verify_evaluations()[0].signed == (PERIOD,)


@pytest.mark.parametrize("who", ["clerk", "reader"])
def test_others_don_t_sign(visit, case, who) -> None:
    app = visit(case.session(getattr(case, who)), "evaluation_signing")
    assert "The head signs. Your account can look at everything here." in infos(app)
    assert not has(app, "sign")


def test_who_checked_doesn_t_sign(visit, store, case) -> None:
    both = store.add_account("吴", WORDS, ["organizer", "head"]).id
    case.by(case.clerk).act(case.id, CheckUndone(PERIOD, "再看一遍"))
    case.by(both).act(case.id, PeriodChecked(PERIOD))
    app = visit(case.session(both), "evaluation_signing")
    sure(app).check().run()
    app.button(key="sign").click().run()
    assert errors(app) == ["This takes two people: somebody else has to do the second step."]
    assert case.now.periods[PERIOD].signatures == ()


def test_two_sign_at_once(visit, store, case) -> None:
    other = store.add_account("赵主任", WORDS, ["head"]).id
    app = visit(case.session(other), "evaluation_signing")
    sure(app).check().run()
    case.by(case.head).sign(case.id, PERIOD)
    time = case.now.periods[PERIOD].signatures[0].stamp.time[:16].replace("T", " ")
    app.button(key="sign").click().run()
    said = [text.replace("\N{WORD JOINER}", "") for text in errors(app)]
    assert said == [f"李主任 has signed 2026Q1 already, on {time} (UTC)."]
    assert len(case.now.periods[PERIOD].signatures) == 1


def test_figures_that_changed_meanwhile_are_not_signed(visit, case) -> None:
    app = visit(case.session(case.head), "evaluation_signing")
    sure(app).check().run()
    own = case.by(case.clerk)
    own.act(case.id, CheckUndone(PERIOD, "更正"))
    own.record_values(case.id, PERIOD, [Row("u1", "errors", "20")])
    own.act(case.id, PeriodChecked(PERIOD))
    app.button(key="sign").click().run()
    assert errors(app) == [
        "The figures have changed since you opened this page. Look at them again, then sign."
    ]
    assert case.now.periods[PERIOD].signatures == ()
    # the figures that are shown now were not looked at
    assert (sure(app).value, app.button(key="sign").disabled) == (False, True)


def test_nothing_to_sign_before_the_check(visit, store) -> None:
    case = make_case(store, checked=False)
    app = visit(case.session(case.head), "evaluation_signing", "zh")
    assert "尚无可签批的内容，请先完成核对。" in infos(app)
    assert not has(app, "sign")


# -- corrections


def test_the_clerk_proposes_a_correction(visit, case) -> None:
    case.by(case.head).sign(case.id, PERIOD)
    app = visit(case.session(case.clerk), "evaluation_signing")
    about = f"{case.id}-{PERIOD}-1"
    app.selectbox(key=f"correct_unit-{about}").select("u3").run()
    field = app.selectbox(key=f"correct_cell-{about}-u3")
    assert field.options == ["Errors found", "Review", "Training", "Late report", "Falsified data"]
    field.select(CellKey("u3", "training")).run()
    key = f"{about}-2-u3"
    assert app.button(key="propose_correction").disabled
    app.text_input(key=f"correct_value-{key}").input("95").run()
    assert shown_tables(app)[-1].to_dict("records") == [
        {"Unit": "丙中心", "Total": "30.0 → 68.0", "Band": "Poor → Fair", "Rank in group": "1"}
    ]
    app.button(key="propose_correction").click().run()
    assert errors(app) == ["Please say why this is corrected."]
    app.text_area(key=f"correct_reason-{key}").input("补报培训记录")
    app.text_input(key=f"correct_document-{key}").input("培字 7 号")
    app.file_uploader(key=f"correct_file-{key}").set_value(
        ("培训.pdf", b"%PDF-1.7 training", "application/pdf")
    )
    app.button(key="propose_correction").click().run()
    assert errors(app) == []
    waiting = case.now.periods[PERIOD].correction
    assert waiting.rows == (Row("u3", "training", "95", evidence="培字 7 号"),)
    assert (waiting.reason, waiting.file.name) == ("补报培训记录", "培训.pdf")
    assert "- 丙中心, Training: – → 95 (document 培字 7 号)" in texts(app)
    assert not has(app, "sign")
    assert not has(app, "propose_correction")


def test_the_head_signs_a_correction(visit, case) -> None:
    case.issue()
    case.by(case.head).sign(case.id, PERIOD, early="已确认")
    correction(case)
    app = visit(case.session(case.head), "evaluation_signing", "zh")
    assert app.header[0].value == "有一项更正待签批"
    assert shown_tables(app)[0].values.tolist() == [["丙中心", "30.0 → 68.0", "较差 → 一般", "1"]]
    sure(app).check().run()
    app.button(key="sign").click().run()
    assert errors(app) == []
    first, second = case.now.periods[PERIOD].signatures
    assert [one.evidence["units"]["u3"]["total"] for one in (first, second)] == ["30.0", "68.0"]
    assert case.now.periods[PERIOD].correction is None
    day = second.stamp.time[:10]
    assert f"- 丙中心 · “培训覆盖率”：缺报 → 95，签批后更正（{day}）：补报培训记录" in texts(app)
    assert case.store.verify_evaluations()[0].signed == (PERIOD,)
    # the unit sees both figures
    app = visit(case.link("u3"), None, "zh")
    assert [one.value for one in app.success] == ["本期结果已签批。"]
    assert shown_tables(app)[0].values.tolist() == [
        [f"{first.stamp.time[:10]} 通报初稿", "30.0", "较差", "1 / 1", ""],
        [f"{first.stamp.time[:10]} 签批", "30.0", "较差", "1 / 1", ""],
        [f"{day} 更正并签批", "68.0", "一般", "1 / 1", "补报培训记录"],
    ]
    assert next((one.label, one.value) for one in app.metric) == ("总分", "68.0")


def test_other_units_are_not_told_of_a_correction(visit, case) -> None:
    case.issue()
    case.by(case.head).sign(case.id, PERIOD, early="all agree")
    correction(case)
    told = "A correction of this period was proposed; it counts once it is signed."
    for unit, infos in {"u3": [told], "u1": []}.items():
        assert [one.value for one in visit(case.link(unit)).info] == infos
    case.by(case.head).sign(case.id, PERIOD, 2)
    rows = shown_tables(visit(case.link("u1")))[0].values.tolist()
    assert [row[-1] for row in rows] == ["", "", ""]


def test_who_proposed_doesn_t_sign(visit, store, case) -> None:
    case.by(case.head).sign(case.id, PERIOD)
    both = store.add_account("吴", WORDS, ["organizer", "head"]).id
    row = Row("u3", "training", "95", evidence="培字 7 号")
    case.by(both).act(case.id, CorrectionProposed(PERIOD, (row,), "补报"))
    app = visit(case.session(both), "evaluation_signing")
    sure(app).check().run()
    app.button(key="sign").click().run()
    assert errors(app) == ["This takes two people: somebody else has to do the second step."]


def test_a_correction_is_withdrawn(visit, case) -> None:
    case.by(case.head).sign(case.id, PERIOD)
    correction(case)
    app = visit(case.session(case.clerk), "evaluation_signing")
    app.text_input(key=f"withdraw_reason-{case.id}-{PERIOD}").input("材料不全").run()
    app.button(key="withdraw_correction").click().run()
    assert errors(app) == []
    assert case.now.periods[PERIOD].correction is None
    assert len(case.now.periods[PERIOD].signatures) == 1


def test_a_correction_that_was_not_looked_at_is_not_withdrawn(visit, case) -> None:
    case.by(case.head).sign(case.id, PERIOD)
    correction(case)
    app = visit(case.session(case.clerk), "evaluation_signing")
    app.text_input(key=f"withdraw_reason-{case.id}-{PERIOD}").input("材料不全").run()
    seq = case.now.periods[PERIOD].correction.stamp.seq
    case.by(case.clerk).act(case.id, CorrectionWithdrawn(PERIOD, seq, "重报"))
    correction(case)
    app.button(key="withdraw_correction").click().run()
    assert errors(app) == [
        "Another correction of 2026Q1 has been proposed meanwhile; look at it again."
    ]
    assert case.now.periods[PERIOD].correction.stamp.seq == seq + 2


def test_the_reason_of_a_correction_is_signed_with_it(visit, case) -> None:
    case.by(case.head).sign(case.id, PERIOD)
    seq = correction(case, "补报培训记录")
    app = visit(case.session(case.head), "evaluation_signing")
    sure(app).check().run()
    case.by(case.clerk).act(case.id, CorrectionWithdrawn(PERIOD, seq, "理由有误"))
    last = correction(case, "培训口径调整")
    app.button(key="sign").click().run()
    assert errors(app) == [
        "Another correction of 2026Q1 has been proposed meanwhile; look at it again."
    ]
    assert len(case.now.periods[PERIOD].signatures) == 1
    # the same figures for another reason are looked at anew
    assert (sure(app).value, app.button(key="sign").disabled) == (False, True)
    sure(app).check().run()
    app.button(key="sign").click().run()
    assert errors(app) == []
    signed = case.store.happened(case.id)[-1].action
    assert (signed.revision, signed.correction) == (2, last)
    assert case.store.verify_evaluations()[0].signed == (PERIOD,)


# -- the whole evaluation as a file


def test_no_file_while_raters_rate(visit, store) -> None:
    case = make_case(store, checked=False)
    session = case.session(case.clerk)
    assert "export_evaluation" in downloads(visit(session, "evaluation_signing"))
    case.by(case.clerk).act(case.id, RatingOpened(PERIOD, 2, (), "2026-05-01"))
    app = visit(session, "evaluation_signing")
    assert "export_evaluation" not in downloads(app)
    assert infos(app)[-1] == (
        "A round of rating is open. Nobody may see its ratings yet, so the evaluation can be "
        "downloaded once the round is closed."
    )


def downloads(app: AppTest) -> set[str]:
    """Keys of the download buttons."""
    return {one.proto.id.rsplit("-", 1)[-1] for one in app.get("download_button")}


def test_an_evaluation_is_taken_over(visit, store, tmp_path, migrated) -> None:
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    case = make_case(other)
    case.by(case.head).sign(case.id, PERIOD)
    content = other.export_evaluation(case.id)
    other.close()
    session = store.open_organizer(None)
    app = visit(session, "evaluations", "zh")

    def take_over(data: str) -> list[str]:
        app.file_uploader(key="evaluation_file").set_value(
            ("评价.json", data.encode(), "application/json")
        )
        app.run()
        app.button(key="import_evaluation").click().run()
        return errors(app)

    forged = json.loads(content)
    forged["files"][0]["content"] = "b3RoZXI="
    [file] = forged["files"]
    assert take_over(json.dumps(forged)) == [
        f"评价.json：文件 {file['sha256']} 的内容与其 SHA-256 不符。"
    ]
    assert store.evaluations() == []
    assert take_over(content) == []
    assert [one.id for one in store.evaluations()] == [case.id]
    assert take_over(content) == ["评价.json：本数据库中已有评价“效能评价”。"]
    assert state.database().verify_evaluations()[0].signed == (PERIOD,)
    app = visit(store.open_organizer(None), "evaluation_signing", "zh")
    read = store.evaluation_state(case.id).imported
    captions = [one.value.replace("\N{WORD JOINER}", "") for one in app.caption]
    assert (
        f"由未设账户的组织者于{read.time[:10]}从文件“评价.json”读入。"
        "此前的各项操作及操作人，均以该文件所载为准。"
    ) in captions
    assert "本签批系文件“评价.json”所载，并非在本系统中签署。" in captions
