"""Reports on evaluations that have a log: what goes with them, and that they follow from it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import ahp
from ahp.errors import EvaluationError, ReportError
from ahp.evaluation import simulate
from ahp.exchange.evaluation_events import read_events, shown_events, write_events
from ahp.exchange.evaluation_export import WeightsPanel, export_logged_evaluation
from ahp.exchange.reproduction import Reproduction, reproduce
from ahp.messages import Message, Phrase
from ahp.process.evaluations.events import (
    CorrectionProposed,
    File,
    PersonAdded,
    PersonChanged,
    Rated,
    RatingAttached,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    ReportWritten,
    Row,
    UnitAdded,
    ValuesRecorded,
)
from ahp.process.evaluations.judged import result_of
from ahp.process.evaluations.state import EvaluationState, fold
from ahp.process.events import Actor
from ahp.report.evaluation_evidence import EvaluationEvidence, evidence_of_state
from ahp.report.manifest import read_manifest
from ahp.resources import data_folder
from ahp.store import Store
from ahp.study import Answers
from tests.evaluation_case import PERIOD, Case, make_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    path = tmp_path_factory.mktemp("evaluation") / "ahp.db"
    return make_case(Store(f"sqlite:///{path}"))


NAMES = {"organizer": "王芳或李主任"}


def evidence_of(
    case: Case, language: str = "zh", problem: Message | None = None
) -> EvaluationEvidence:
    log = case.store.evaluation_log_state(case.id)
    return evidence_of_state(
        case.now,
        PERIOD,
        language,
        who=lambda actor: NAMES.get(actor.kind, ""),
        certainty=simulate(result_of(case.now, PERIOD), PERIOD, seed=1, draws=50, pairs=True),
        log=replace(log, problem=problem),
    )


def outcome(files: dict[str, bytes], folder: Path, report: str = "report.xlsx") -> Reproduction:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    manifest = read_manifest(files["manifest.json"], "manifest.json")
    (result,) = reproduce(manifest, folder, {report: folder / report})
    return result


def test_the_report_follows_from_what_happened(case: Case, tmp_path: Path) -> None:
    evidence = evidence_of(case, problem=Phrase("log_ends", book="x", seq=3, last=2))
    files = export_logged_evaluation(
        evidence,
        case.store.happened(case.id),
        "zh",
        form="analysis",
        forms=["docx", "xlsx"],
        edits={"average": "平均 99 分。"},
        outdated=["average", "coverage"],
        signed_by="李主任",
    )
    assert list(files) == ["report.docx", "report.xlsx", "evaluation.json", "manifest.json"]
    result = outcome(files, tmp_path)
    assert result.differences == ()
    assert (result.numbers, result.texts) == (121, 14)
    word = outcome(files, tmp_path, "report.docx")
    assert word.differences == ()
    assert (word.numbers, word.texts) == (121, 44)
    data = json.loads(files["manifest.json"])
    log = case.store.evaluation_log_state(case.id)
    assert data["log"] == {"events": log.events, "head": log.head_hash}
    told = data["settings"]["evaluation"]
    assert told["certainty"] == {"seed": 1, "draws": 50, "level": 0.95, "missing": "scheme"}
    assert (told["edits"], told["signed_by"]) == ({"average": "平均 99 分。"}, "李主任")
    assert told["outdated"] == ["average"]
    unmarked = json.loads(files["manifest.json"])
    unmarked["settings"]["evaluation"]["outdated"] = []
    other = {**files, "manifest.json": json.dumps(unmarked).encode()}
    assert outcome(other, tmp_path, "report.docx").differences != ()
    for change, problem in (
        ({"names": [["person", "7"]]}, "names[0]: has 2 entries, expected 3"),
        ({"certainty": {"draws": 5}}, "certainty.seed: missing"),
        (
            {"certainty": {**told["certainty"], "what": 2}},
            "certainty.what: unknown key, expected one of seed, draws, level, missing, panel",
        ),
        ({"certainty": "x"}, "certainty: is text, expected a table"),
        ({"signed_by": None}, "signed_by: is nothing, expected text"),
        ({"outdated": 3}, "outdated: is a whole number, expected an array of text"),
    ):
        wrong = json.loads(files["manifest.json"])
        wrong["settings"]["evaluation"] |= change
        with pytest.raises(ReportError) as refused:
            outcome({**files, "manifest.json": json.dumps(wrong).encode()}, tmp_path)
        assert str(refused.value) == f"manifest.json: settings.evaluation.{problem}"
    wrong = json.loads(files["manifest.json"])
    wrong["settings"]["evaluation"]["period"] = "2030Q1"
    with pytest.raises(EvaluationError) as unknown:
        outcome({**files, "manifest.json": json.dumps(wrong).encode()}, tmp_path)
    assert unknown.value.code == "period_not_evaluated"
    wrong = {**data, "log": None}
    with pytest.raises(ReportError) as logless:
        outcome({**files, "manifest.json": json.dumps(wrong).encode()}, tmp_path)
    assert str(logless.value) == "manifest.json: log: missing"
    changed = files["evaluation.json"].replace(b'\\"value\\":\\"90\\"', b'\\"value\\":\\"91\\"')
    assert changed != files["evaluation.json"]
    problems = outcome({**files, "evaluation.json": changed}, tmp_path).differences
    codes = {one.problem.code for one in problems}
    assert (problems[0].file, codes) == ("evaluation.json", {"file_changed", "cell_differs"})


def test_who_is_not_named_in_the_report_has_a_number(case: Case) -> None:
    events = case.store.happened(case.id)
    evidence = evidence_of(case)
    assert set(evidence.names.values()) == {"王芳或李主任"}
    content = write_events(shown_events(events, evidence.names))
    text = content.decode()
    assert not [name for name in ("赵评", "钱评", "甲中心联系人") if name in text]
    first = next(one for one in events if isinstance(one.action, UnitAdded))
    reached = replace(first.action, unit=replace(first.action.unit, contact="张三"))
    said = ReportWritten(PERIOD, "zh", {"average": "张三说。"}, {})
    more = [replace(one, action=reached) if one is first else one for one in events]
    more.append(replace(events[-1], seq=events[-1].seq + 1, action=said))
    assert "张三" in write_events(more).decode()
    assert "张三" not in write_events(shown_events(more, evidence.names)).decode()
    added = [one for one in events if isinstance(one.action, PersonAdded)]
    read = read_events(content, "evaluation.json")
    shown = [one.action.name for one in read if isinstance(one.action, PersonAdded)]
    assert shown == [f"#{one.seq}" for one in added]
    (rater, *_others) = added
    named = shown_events(events, [Actor("person", str(rater.person))])
    assert [one.action.name for one in named if isinstance(one.action, PersonAdded)][:2] == [
        "赵评",
        shown[1],
    ]
    assert result_of(fold(read, EvaluationState()), PERIOD).to_dict() == (
        result_of(case.now, PERIOD).to_dict()
    )


def test_nothing_in_the_file_tells_who_gave_which_grade(case: Case) -> None:
    events = list(case.store.happened(case.id))
    raters = [one for one in events if isinstance(one.action, PersonAdded)][:2]
    (k,) = [
        k
        for k, one in enumerate(events)
        if isinstance(one.action, RatingsSubmitted) and one.person == raters[0].person
    ]
    given = events[k - 1]
    assert isinstance(given.action, Rated)
    events[k - 1] = replace(given, action=replace(given.action, note="from 甲"))
    attached = RatingAttached(PERIOD, 1, "u1", "review", File("ab" * 32, "赵评.pdf", 3))
    events.insert(k, replace(given, action=attached))
    for one in raters:
        assert isinstance(one.action, PersonAdded)
        place = events.index(one)
        events[place] = replace(one, action=replace(one.action, organization="丁处"))
    # what was rated before the unit became the rater's own counts no more
    closing = next(k for k, one in enumerate(events) if isinstance(one.action, RatingClosed))
    changed = replace(
        events[closing], person=raters[1].person, action=PersonChanged("钱评", "", "u3")
    )
    events.insert(closing, changed)
    shown = shown_events(events, [])
    text = write_events(shown).decode()
    people = [str(one.person) for one in events if isinstance(one.action, PersonAdded)]
    assert not [hidden for hidden in (*people, "from 甲", "赵评", "丁处") if hidden in text]
    assert [one.action.unit for one in shown if isinstance(one.action, PersonChanged)] == [""]
    times = [one.time for one in shown if isinstance(one.action, Rated | RatingsSubmitted)]
    assert {time[10:] for time in times} == {"T00:00:00.000000+00:00"}
    before, after = (fold(log, EvaluationState()) for log in (events, shown))
    assert len(before.periods[PERIOD].ratings["u3", "review", ""]) == 1
    assert result_of(after, PERIOD) == result_of(before, PERIOD)


def test_ratings_of_an_open_round_and_names_in_files_are_left_out(case: Case) -> None:
    events = case.store.happened(case.id)
    rater = next(one.person for one in events if isinstance(one.action, RatingsSubmitted))
    rated = [one for one in events if isinstance(one.action, Rated)]
    actions = [
        (None, RatingOpened(PERIOD, 2, (("u1", "review", ""),), "2026-04-22")),
        (rater, Rated(PERIOD, 2, "u1", "review", "weak")),
        (rater, RatingsSubmitted(PERIOD, 2)),
        (
            None,
            ValuesRecorded(
                PERIOD,
                tuple(
                    Row("u1", "review", value, rater=name)
                    for name, value in (("Zhao", "average"), ("Ai", "strong"), ("Bo", "weak"))
                ),
            ),
        ),
        (None, ValuesRecorded(PERIOD, (), removed=(("u1", "review", "", "", "Zhao"),))),
    ]  # fmt: skip
    last = events[-1]
    more = [
        replace(last, seq=last.seq + k, person=person, action=action)
        for k, (person, action) in enumerate(actions, start=1)
    ]
    shown = shown_events([*events, *more], [])
    assert [one.seq for one in shown if isinstance(one.action, Rated)] == [one.seq for one in rated]
    recorded, taken_back = shown[-2].action, shown[-1].action
    assert isinstance(recorded, ValuesRecorded)
    assert isinstance(taken_back, ValuesRecorded)
    assert [row.rater for row in recorded.rows] == ["R1", "R2", "R3"]  # by what they gave
    assert taken_back.removed == (("u1", "review", "", "", "R1"),)
    assert isinstance(shown[-3].action, RatingsSubmitted)
    before, after = (fold(log, EvaluationState()) for log in ([*events, *more], shown))
    assert before.rater_codes == {"Zhao": "R1", "Ai": "R2", "Bo": "R3"}
    assert after.rater_codes == {"R1": "R1", "R2": "R2", "R3": "R3"}
    assert result_of(after, PERIOD) == result_of(before, PERIOD)
    # codes of a report that was written before, in the order of names, stay
    renamed = {"R1": "R3", "R2": "R1", "R3": "R2"}
    rows = tuple(replace(row, rater=renamed[row.rater]) for row in recorded.rows)
    earlier = [*shown[:-2], replace(shown[-2], action=replace(recorded, rows=rows))]
    assert fold(earlier, EvaluationState()).rater_codes == {"R1": "R1", "R2": "R2", "R3": "R3"}
    # of who comes later, and gave nothing that counts, there is a code; nobody else's changes
    later = CorrectionProposed(PERIOD, (Row("u1", "review", "weak", rater="Abe"),), "reason")
    gone_on = [*events, *more, replace(more[-1], seq=more[-1].seq + 1, action=later)]
    codes = {"Zhao": "R1", "Ai": "R2", "Bo": "R3", "Abe": "R4"}
    assert fold(gone_on, EvaluationState()).rater_codes == codes
    proposed = shown_events(gone_on, [])[-1].action
    assert isinstance(proposed, CorrectionProposed)
    assert proposed.rows[0].rater == "R4"


def test_numbers_of_staff_are_no_codes(case: Case) -> None:
    events = case.store.happened(case.id)
    rows = tuple(
        Row("u1", "review", value, rater=name)
        for name, value in (("R1023", "strong"), ("R2044", "average"))
    )
    recorded = replace(events[-1], seq=events[-1].seq + 1, action=ValuesRecorded(PERIOD, rows))
    [*_before, shown] = shown_events([*events, recorded], [])
    assert isinstance(shown.action, ValuesRecorded)
    assert [row.rater for row in shown.action.rows] == ["R2", "R1"]


def test_what_is_refused(case: Case) -> None:
    evidence, events = evidence_of(case), case.store.happened(case.id)
    for given, log in ((events[:-1], evidence.log), (events, None)):
        with pytest.raises(ReportError) as outrun:
            export_logged_evaluation(
                replace(evidence, log=log), given, "zh", form="notice", forms=["xlsx"]
            )
        assert str(outrun.value) == (
            "the evaluation went on while the report was made; please make it again"
        )
    before = case.now
    case.by(case.clerk).add_person(case.id, "rater", "孙评")
    gone_on = case.store.happened(case.id)
    now = case.store.evaluation_log_state(case.id)
    assert gone_on[-1].seq == now.events == before.seq + 1
    with pytest.raises(ReportError) as older:
        export_logged_evaluation(
            evidence_of_state(before, PERIOD, "zh", log=now),
            gone_on,
            "zh",
            form="notice",
            forms=["xlsx"],
        )
    assert older.value.code == "report_outrun_by_log"
    with pytest.raises(ReportError) as unreadable:
        read_events(b'{"format":1,"events":[{"seq":"x"}]}', "evaluation.json")
    assert str(unreadable.value).startswith("evaluation.json: events[0]")


@pytest.mark.slow
def test_weights_drawn_from_a_panel(tmp_path: Path) -> None:
    """The panel goes with the report, by codes."""
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    book = store.add_example("Example", "", "en").id
    demo = ahp.read_answers(data_folder("examples") / "supervision_demo" / "answers.csv")
    answers = Answers(tuple(replace(one, expert=f"Dr. {one.expert}") for one in demo.judgments))
    analysis = ahp.analyze(ahp.load_survey("supervision_effectiveness"), answers)
    state, log = store.evaluation_state(book), store.evaluation_log_state(book)
    certainty = simulate(
        result_of(state, "2026Q2"), "2026Q2", seed=1, draws=50, weights=analysis, pairs=True
    )
    evidence = evidence_of_state(state, "2026Q2", "en", certainty=certainty, log=log)
    given = evidence, store.happened(book), "en"
    with pytest.raises(ReportError) as missing:
        export_logged_evaluation(*given, form="notice", forms=["xlsx"])
    assert str(missing.value) == (
        "the judgments from which the weights were drawn can't be found; the report can't be made "
        "without them"
    )
    panel = WeightsPanel(analysis, answers)
    files = export_logged_evaluation(*given, form="notice", forms=["xlsx"], panel=panel)
    assert list(files)[1:4] == ["evaluation.json", "survey.toml", "answers.csv"]
    assert b"Dr." not in files["answers.csv"] + files["manifest.json"]
    assert outcome(files, tmp_path).differences == ()
    store.close()
