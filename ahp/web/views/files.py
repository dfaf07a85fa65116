"""Files of a study: questionnaires on paper and as spreadsheets, answers in and out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from ahp.errors import AHPError
from ahp.exchange.ahpsurvey import Side, expert_columns
from ahp.exchange.column_mapper import (
    CODINGS,
    Coding,
    ColumnMapping,
    ColumnTable,
    PairColumn,
    mapping_from_json,
    missing,
    read_columns,
    suggest_mapping,
)
from ahp.exchange.formats import FORMATS, Options
from ahp.exchange.questionnaire_docx import questionnaire_document
from ahp.exchange.take_over import TakenOver
from ahp.i18n.errors import place_words
from ahp.process.events import Actor
from ahp.report.answers import answer_in_words, telling_answer
from ahp.report.archive import zip_bytes
from ahp.store import ExpertInfo, StudyInfo
from ahp.study import Answers
from ahp.web import state
from ahp.web.desk import show_weights_question
from ahp.web.intake_files import choose_sheet
from ahp.web.keying import show_keying
from ahp.web.questionnaires import (
    download_questionnaire,
    file_name,
    questionnaire,
    upload_questionnaires,
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def all_questionnaires(study: StudyInfo, experts: list[ExpertInfo], language: str) -> bytes:
    """A ZIP with a workbook for each expert."""
    return zip_bytes(
        (
            f"{number:03}_{file_name(expert.name)}.xlsx",
            questionnaire(study, expert, state.desk().current(expert.id), language),
        )
        for number, expert in enumerate(experts, start=1)
    )


def show_questionnaires(study: StudyInfo) -> None:
    """Download empty questionnaires, upload filled ones."""
    _, language, database = state.translate(), state.language(), state.desk()
    st.write(
        _(
            "For experts who rather fill in a spreadsheet or a sheet of paper. A workbook belongs "
            "to one expert and one round, a paper form to one round: with a pen, or in Word, WPS "
            "or LibreOffice. Upload filled files here, or let the experts do so on their own page."
        )
    )
    experts = database.experts(study.id)
    with st.container(horizontal=True):
        st.download_button(
            _("Paper form (DOCX)"),
            state.guarded(
                partial(
                    questionnaire_document,
                    study.survey,
                    title=study.title,
                    study_id=study.id,
                    round_number=study.round,
                    self_rating=database.asking(study.id).self_rating != "off",
                    language=language,
                )
            ),
            file_name(study.title) + ".docx",
            DOCX,
            icon=":material/print:",
            key="paper",
            on_click="ignore",
        )
        if experts:
            st.download_button(
                _("All {count} workbooks (ZIP)").format(count=len(experts)),
                state.guarded(partial(all_questionnaires, study, experts, language)),
                file_name(study.title) + ".zip",
                "application/zip",
                icon=":material/folder_zip:",
                key="workbooks",
                on_click="ignore",
            )
    if not experts:
        st.info(_("No experts yet. Add them on the page “Experts and links”."))
        return
    names = {expert.id: expert for expert in experts}
    chosen = st.selectbox(_("Expert"), list(names), format_func=lambda key: names[key].name)
    download_questionnaire(study, names[chosen], database.current(chosen))
    if not state.may("run_studies"):
        return
    if study.open:
        upload_questionnaires(study, experts, for_them=True)
    else:
        st.info(_("Round {round} is closed: nothing can be uploaded.").format(round=study.round))


def choose_side(question: str, left: str, right: str) -> Side | None:
    """The sign convention of a file, in these words; None until it is said."""
    sides: dict[Side, str] = {"left": left, "right": right}
    return st.radio(
        question, list(sides), format_func=sides.__getitem__, index=None, key="negative_is"
    )


def ask_wide(study: StudyInfo, content: bytes, name: str, sheet: str) -> Options | None:
    """What a wide table of signed numbers doesn't say: its sign convention."""
    _ = state.translate()
    columns = [None, *expert_columns(content, name, sheet)]
    expert_column = st.selectbox(
        _("Column with the experts' names"),
        columns,
        index=len(columns) - 1,
        format_func=lambda one: one or _("none"),
        key="wide_expert_column",
    )
    side = choose_side(
        _("In a column “a_b”, a negative value such as -5 means that more important is"),
        _("the item named first (as in the R package ahpsurvey)"),
        _("the item named second"),
    )
    return Options(negative_is=side, expert_column=expert_column) if side else None


def ask_mapped(study: StudyInfo, content: bytes, name: str, sheet: str) -> Options | None:
    """What a table of a survey platform doesn't say: what every column means."""
    _, survey = state.translate(), study.survey
    table = read_columns(content, name, sheet=sheet)
    codings = {
        "signed": _("9 … 1 … -9"),
        "position": _("1 … 17, from the left end to the right end"),
        "ratio": _("3 or 1/3: how much the left item matters more"),
        "text": _("texts of the options"),
    }
    with st.container(horizontal=True):
        coding = st.selectbox(
            _("The cells hold"),
            [None, *CODINGS],
            format_func=lambda one: codings[one] if one else _("please choose"),
            key="coding",
        )
        side: Side | None = None
        if coding == "signed":
            side = choose_side(
                _("A negative value means that more important is"),
                _("the item on the left"),
                _("the item on the right"),
            )
    saved = st.file_uploader(
        _("A column mapping saved earlier (JSON), if you have one"), type="json", key="mapping_file"
    )
    if saved is not None:
        mapping = mapping_from_json(saved.getvalue(), saved.name)
    elif coding is None or (coding == "signed" and side is None):
        return None
    else:
        mapping = suggest_mapping(table, survey, coding=coding, negative_is=side)
    about = hashlib.sha256(content + mapping.to_json().encode()).hexdigest()
    mapping = edit_mapping(study, table, mapping, (coding, side), about)
    if open_pairs := missing(mapping, survey):
        st.warning(
            _("{count} of {total} comparisons have no column yet.").format(
                count=len(open_pairs), total=len(survey.hierarchy.comparisons)
            )
        )
    st.download_button(
        _("Save this column mapping (JSON)"),
        state.guarded(mapping.to_json),
        file_name(study.title, "columns") + ".json",
        "application/json",
        key="save_mapping",
        on_click="ignore",
    )
    return Options(mapping=mapping)


def edit_mapping(
    study: StudyInfo,
    table: ColumnTable,
    mapping: ColumnMapping,
    kind: tuple[Coding | None, Side | None],
    about: str,
) -> ColumnMapping:
    """Say of every column which comparison it holds; guesses are filled in.

    Args:
        study: what the table answers.
        table: the columns.
        mapping: what is known of them.
        kind: coding and sign convention of the columns that are added.
        about: file and mapping; edits of other ones do not stay.
    """
    coding, side = kind
    _, language, survey = state.translate(), state.language(), study.survey
    words = {
        pair: " · ".join(
            (
                survey.node_name(pair[0], language),
                f"{survey.node_name(pair[1], language)} ⟷ {survey.node_name(pair[2], language)}",
            )
        )
        for parent, left, right in survey.hierarchy.comparisons
        for pair in ((parent, left, right), (parent, right, left))
    }
    pairs = {text: pair for pair, text in words.items()}
    headers = dict(zip(table.letters, table.headers, strict=True))
    expert = st.selectbox(
        _("Column with the experts' names"),
        [None, *headers],
        index=[None, *headers].index(mapping.expert),
        format_func=lambda letter: f"{letter}: {headers[letter]}" if letter else _("none"),
        key=f"expert_column-{about}",
    )
    known = {one.column: one for one in mapping.pairs}
    column, comparison = _("Column"), _("Comparison, the left item first")
    edited = st.data_editor(
        [
            {
                column: f"{letter}: {header}",
                comparison: words[one.parent, one.left, one.right]
                if (one := known.get(letter))
                else None,
            }
            for letter, header in headers.items()
        ],
        column_config={
            column: st.column_config.TextColumn(disabled=True),
            comparison: st.column_config.SelectboxColumn(options=list(pairs), width="large"),
        },
        hide_index=True,
        key=f"mapping-{about}",
    )
    texts = option_texts(table, known, about) if coding == "text" else {}
    found = []
    for letter, row in zip(headers, edited, strict=True):
        if text := row[comparison]:
            before = known.get(letter)
            if before is not None and (before.parent, before.left, before.right) == pairs[text]:
                found.append(replace(before, texts=texts or before.texts))
            else:
                found.append(PairColumn(letter, *pairs[text], coding, side, texts))
    return replace(mapping, expert=expert, pairs=tuple(found))


def option_texts(table: ColumnTable, known: dict[str, PairColumn], about: str) -> dict[str, str]:
    """What each text of the options means, entered once for all columns."""
    _ = state.translate()
    columns = [k for k, letter in enumerate(table.letters) if letter in known]
    options = dict.fromkeys(cells[k] for _row, cells in table.rows for k in columns if cells[k])
    text, value = _("Option"), _("Value: 9 … 1 … 1/9")
    edited = st.data_editor(
        [{text: option, value: ""} for option in options],
        column_config={text: st.column_config.TextColumn(disabled=True)},
        hide_index=True,
        key=f"option_texts-{about}",
    )
    return {row[text]: row[value] for row in edited if row[value]}


ASKED: dict[str, Callable[[StudyInfo, bytes, str, str], Options | None]] = {
    "ahpsurvey": ask_wide,
    "platform": ask_mapped,
}
"""Format -> what asks for what its files don't say; None until it is said."""


def show_import(study: StudyInfo) -> None:
    """Answers from other programs into the open round of this study."""
    _ = state.translate()
    if not state.may("run_studies"):
        st.info(_("Your account may see everything here; recording answers takes an organizer."))
        return
    if not study.open:
        st.info(_("Round {round} is closed: nothing can be uploaded.").format(round=study.round))
        return
    kinds = {name: one for name, one in FORMATS.items() if "survey" in one.options}
    words = {name: one.described(state.language()) for name, one in kinds.items()}
    st.write(
        _(
            "For answers that were collected elsewhere: say what the file is, then choose it. You "
            "see how it is read before anything is recorded."
        )
    )
    kind = st.selectbox(_("Format"), list(kinds), format_func=words.__getitem__, key="import_kind")
    if kind == "long-csv":
        st.caption(
            _(
                "Its columns: expert, parent, left, right, value (or 专家, 上级, 左项, 右项, "
                "判断值); items by their names."
            )
        )
    attempt = st.session_state.setdefault("import_attempt", 0)
    # a file that was looked at in one round is not recorded in the next
    with st.container(key=f"answers_file-{kind}"):
        file = st.file_uploader(
            _("File"),
            type=list(kinds[kind].suffixes),
            key=f"answers_file-{kind}-{study.id}-{study.round}-{attempt}",
        )
    if recorded := st.session_state.pop("recorded_answers", None):
        st.success(recorded, icon=":material/check:")
    if file is None:
        return
    try:
        content = file.getvalue()
        key = f"answers_sheet-{hashlib.sha256(content).hexdigest()}"
        sheet = "" if kinds[kind].starts_study else choose_sheet(content, file.name, key)
        options: Options | None = None
        if sheet is not None:
            ask = ASKED.get(kind)
            options = ask(study, content, file.name, sheet) if ask else Options()
        if options is None:
            return
        if (read := kinds[kind].read) is None:
            raise TypeError("formats that are offered are read")
        sheets = (sheet,) if sheet else ()
        answers = read(
            content, file.name, replace(options, survey=study.survey, sheets=sheets)
        ).answers
        answers.shared_arrays(study.survey.hierarchy)
    except AHPError as error:
        state.show_error(error)
        return
    known = {expert.name: expert for expert in state.desk().experts(study.id)}
    rows = [
        {
            _("Expert"): name,
            _("Answers"): len(answers.only([name]).judgments),
            _("In the study"): _("yes") if name in known else _("no, will be added"),
        }
        for name in answers.experts
    ]
    st.dataframe(rows, hide_index=True, width="stretch")
    for remark in answers.remarks:
        st.caption(state.plain(state.in_words(remark)))
    show_sample(study, answers)
    submit = st.checkbox(
        _("Submit the answers of those who have answered everything"), value=True, key="submit_all"
    )
    if st.button(_("Record these answers"), type="primary", key="record_answers"):
        record(study, answers, Actor.file(file.getvalue()), submit=submit)


def show_sample(study: StudyInfo, answers: Answers) -> None:
    """One answer of a file in words, and all of its expert's, to check which way round it reads."""
    _, language = state.translate(), state.language()
    sample = telling_answer(answers)
    if sample is None:
        return
    st.info(
        _("{place}: “{value}” is read as: {sentence}. Is that what {expert} answered?").format(
            place=state.plain(place_words(sample.place, language)),
            value=state.plain(sample.value),
            sentence=state.plain(answer_in_words(sample, study.survey, language)),
            expert=state.plain(sample.expert),
        ),
        icon=":material/swap_horiz:",
    )
    title = _("All answers of {expert} in words")
    with st.expander(title.format(expert=state.plain(sample.expert))):
        st.dataframe(
            [
                {
                    _("Compared under"): study.survey.node_name(one.parent, language),
                    _("Answer"): answer_in_words(one, study.survey, language),
                    _("Read from"): place_words(one.place, language),
                }
                for one in answers.only([sample.expert]).judgments
            ],
            hide_index=True,
            width="stretch",
        )


def record(study: StudyInfo, answers: Answers, file: Actor, *, submit: bool) -> None:
    """Record answers from a file, all or none."""
    _ = state.translate()
    try:
        count = state.desk().import_answers(
            study.id, answers, submit=submit, round_number=study.round, actor=file
        )
    except AHPError as error:
        state.show_error(error)
        return
    st.session_state["recorded_answers"] = _("{count} answers recorded from the file.").format(
        count=count
    )
    st.session_state["import_attempt"] += 1
    st.rerun()


def show_export(study: StudyInfo) -> None:
    """Answers and the whole study for other programs."""
    _, language, database = state.translate(), state.language(), state.desk()
    number = st.number_input(
        _("Round"), 1, study.round, study.round, disabled=study.round == 1, key="export_round"
    )
    everybody = st.checkbox(_("Also answers that are not submitted"), key="export_all")
    answers = database.answers(study.id, round_number=number, only_submitted=not everybody)
    closing = {one.round: one.seq for one in database.closed_rounds(study.id)}
    invited = len(database.standings(study.id, before=closing.get(number)))
    st.caption(
        _("{count} answers of {experts} of {invited} experts").format(
            count=len(answers.judgments), experts=len(answers.experts), invited=invited
        )
    )
    if not answers.judgments:
        st.info(
            _(
                "There is nothing for other programs yet: answers come here once they are "
                "submitted, or with the tick above at once."
            )
        )
    name = file_name(study.title, str(number), f"{len(answers.experts)}of{invited}")
    taken = TakenOver(study.survey, answers, title=study.title)
    options = Options(language=language, negative_is="left")
    labels = {
        "long-csv": (_("Long CSV"), ".csv"),
        "ahpsurvey": (_("Wide CSV of ahpsurvey (negative: the item named first)"), "_wide.csv"),
        "ahp-os": (_("Project of AHP-OS (JSON)"), "_ahp-os.json"),
    }
    for key, (label, ending) in labels.items() if answers.judgments else ():
        write, file = FORMATS[key].write, name + ending
        if write is None:
            raise TypeError("formats that are offered are written")
        written = partial(write, taken, options)
        try:
            written()
        except AHPError as error:
            st.caption(
                _("{format} isn't possible: {problem}").format(
                    format=label, problem=state.plain(state.in_words(error, study.survey))
                )
            )
            continue
        st.download_button(
            label,
            state.guarded(written),
            file,
            icon=":material/download:",
            key=file,
            on_click="ignore",
        )
    st.download_button(
        _("Whole study with its log (JSON)"),
        state.guarded(partial(database.export_study, study.id)),
        file_name(study.title) + ".json",
        "application/json",
        icon=":material/download:",
        key="export_study",
        on_click="ignore",
    )


state.require_organizer()
_ = state.translate()
st.title(_("Files"))
picked = state.pick_study()
show_weights_question(picked.id)
tabs = st.tabs(
    [
        _("Questionnaires"),
        _("Paper, keyed in by two"),
        _("Answers from other programs"),
        _("Export"),
    ],
    on_change="rerun",
    key="files",
)
for tab, show in zip(
    tabs, (show_questionnaires, show_keying, show_import, show_export), strict=True
):
    if tab.open:
        with tab:
            show(picked)
