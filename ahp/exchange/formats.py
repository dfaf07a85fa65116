"""The formats of surveys, answers and reports: what each is, what reads it and what writes it.

Command line and app know formats from here alone. What reads and writes them is loaded when it is
asked for: some of it comes with the app, some is slow to load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from ..datafile import MAX_TOML, check_size, decode_text
from ..errors import AnswersError, SurveyError
from ..i18n import translator
from ..messages import Phrase
from ..study import Answers, Survey
from ..study.answers import answers_from_table
from ..study.names import UNKNOWN_LANGUAGE
from ..study.survey import survey_from_toml
from ..tables.opened import TABLES, WORKBOOKS
from . import take_over
from .take_over import TakenOver

if TYPE_CHECKING:
    from .ahpsurvey import Side
    from .column_mapper import Coding, ColumnMapping

_ = translator("en")  # words of formats are translated where they are shown


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a file doesn't say of itself; a format takes those that its `options` name.

    Attributes:
        survey: what the answers answer.
        language: of the names, read or written.
        words: language of `ahp.i18n.LANGUAGES` for what is said of the file.
        sheets: of a workbook.
        negative_is: the side that matters more where a value is negative.
        expert_column: name of the column with the experts.
        mapping: what the columns mean; None = as their names suggest.
        coding: what the cells hold, where there is no mapping.
        answers: False reads what the columns mean, no more.
    """

    survey: Survey | None = None
    language: str | None = None
    words: str = "en"
    sheets: tuple[str, ...] = ()
    negative_is: Side | None = None
    expert_column: str | None = None
    mapping: ColumnMapping | None = None
    coding: Coding | None = None
    answers: bool = True

    @property
    def names(self) -> str:
        """The language of names that are read."""
        return self.language or UNKNOWN_LANGUAGE

    @property
    def sheet(self) -> str | None:
        """The only one of `sheets`."""
        return self.sheets[0] if self.sheets else None


Read = Callable[[bytes, str, Options], TakenOver]
"""Content and name of a file, and what it doesn't say."""

Write = Callable[[TakenOver, Options], bytes]


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        suffixes: endings of its files, without the point.
        words: what it is, in English, for `ahp.i18n.translator`.
        read: reads it; None where nothing does.
        write: writes it; None where nothing does.
        starts_study: whether a study can be made of a file alone.
        options: fields of `Options` that reading takes; `"language"` where names are all it has.
        keeps_weights: whether it holds weights that are given instead of comparisons.
    """

    suffixes: tuple[str, ...]
    words: str
    read: Read | None = None
    write: Write | None = None
    starts_study: bool = False
    options: frozenset[str] = frozenset()
    keeps_weights: bool = False

    def described(self, language: str) -> str:
        """What it is, and in which files it comes."""
        _ = translator(language)
        endings = _(", ").join(self.suffixes).upper()
        return _("{format} ({endings})").format(format=_(self.words), endings=endings)


def _read_survey(content: bytes, name: str, _options: Options) -> TakenOver:
    return TakenOver(survey_from_toml(content, name), Answers(()))


def _write_survey(taken: TakenOver, _options: Options) -> bytes:
    from .survey_text import survey_toml  # noqa: PLC0415

    return survey_toml(taken.known_survey).encode()


def _read_ahp_os(content: bytes, name: str, options: Options) -> TakenOver:
    from .ahp_os import read_project  # noqa: PLC0415

    project = read_project(content, name, language=options.names)
    own = {
        "given_weights": project.given_weights,
        "alternatives": project.alternatives,
        "alternative_answers": project.alternative_answers,
        "author": project.author,
    }
    taken = take_over.from_ahp_os(project, PurePath(name).name, options.words)
    return replace(taken, title=project.title, own=own)


def _write_ahp_os(taken: TakenOver, options: Options) -> bytes:
    from .ahp_os import write_project  # noqa: PLC0415

    about: dict[str, Any] = {"title": taken.title} if taken.title and not taken.own else {}
    return write_project(
        taken.known_survey, taken.answers, language=options.language, **about, **taken.own
    )


def _read_hierarchy_text(content: bytes, name: str, options: Options) -> TakenOver:
    from .survey_text import read_hierarchy_text  # noqa: PLC0415

    check_size(content, name, SurveyError, MAX_TOML)
    text = decode_text(content, name, SurveyError)
    tree = read_hierarchy_text(text, name, language=options.names)
    source = PurePath(name).name
    return take_over.from_hierarchy_text(tree.survey, tree.given_weights, source, options.words)


def _write_hierarchy_text(taken: TakenOver, options: Options) -> bytes:
    from .survey_text import hierarchy_text  # noqa: PLC0415

    weights = taken.own.get("given_weights")
    return hierarchy_text(taken.known_survey, options.language, weights).encode()


def _read_gluc(content: bytes, name: str, options: Options) -> TakenOver:
    from .gluc import read_gluc  # noqa: PLC0415

    project = read_gluc(content, name, language=options.names)
    return take_over.from_gluc(project, PurePath(name).name, options.words)


def _read_expert_sheets(content: bytes, name: str, options: Options) -> TakenOver:
    from .expert_sheets import read_expert_sheets  # noqa: PLC0415

    found = read_expert_sheets(
        content,
        name,
        survey=options.survey,
        language=options.names,
        sheets=options.sheets or None,
    )
    return take_over.from_expert_sheets(found, options.words)


def _read_long(content: bytes, name: str, options: Options) -> TakenOver:
    answers = answers_from_table(content, name, options.survey, sheet=options.sheet)
    return TakenOver(options.survey, answers)


def _write_long(taken: TakenOver, _options: Options) -> bytes:
    from .long_csv import write_answers  # noqa: PLC0415

    return write_answers(taken.answers)


def _read_ahpsurvey(content: bytes, name: str, options: Options) -> TakenOver:
    from .ahpsurvey import read_ahpsurvey, survey_of_columns  # noqa: PLC0415

    table: dict[str, Any] = {"expert_column": options.expert_column, "sheet": options.sheet}
    survey = options.survey or survey_of_columns(content, name, language=options.names, **table)
    side = cast("Side", options.negative_is)  # which is checked there
    return TakenOver(
        survey, read_ahpsurvey(content, name, survey=survey, negative_is=side, **table)
    )


def _write_ahpsurvey(taken: TakenOver, options: Options) -> bytes:
    from .ahpsurvey import write_ahpsurvey  # noqa: PLC0415

    side = cast("Side", options.negative_is)
    return write_ahpsurvey(taken.known_survey, taken.answers, negative_is=side)


def _read_platform(content: bytes, name: str, options: Options) -> TakenOver:
    from . import column_mapper  # noqa: PLC0415

    survey = options.survey
    if survey is None:
        raise TypeError("answers of a platform are read by their survey")
    table = column_mapper.read_columns(content, name, sheet=options.sheet)
    mapping = options.mapping or column_mapper.suggest_mapping(
        table, survey, coding=options.coding, negative_is=options.negative_is
    )
    answers = Answers((), table.remarks)
    if options.answers:
        answers = column_mapper.apply_mapping(table, mapping, survey)
    language = options.words if options.words in survey.languages else survey.languages[0]
    if options.answers and not mapping.pairs:
        _, *pair = survey.hierarchy.comparisons[0]
        example = " / ".join(survey.node_name(item, language) for item in pair)
        raise AnswersError("no_column_known", source=name, example=example)
    headers = dict(zip(table.letters, table.headers, strict=True))
    meant = [
        Phrase(
            "column_means",
            column=pair.column,
            header=headers[pair.column],
            left=survey.node_name(pair.left, language),
            right=survey.node_name(pair.right, language),
        )
        for pair in mapping.pairs
        if pair.column in headers
    ]
    if open_pairs := column_mapper.missing(mapping, survey):
        count, total = len(open_pairs), len(survey.hierarchy.comparisons)
        meant.append(Phrase("comparisons_without_column", count=count, total=total))
    return TakenOver(survey, answers, mapping=mapping, meant=tuple(meant))


def _write_mapping(taken: TakenOver, _options: Options) -> bytes:
    if taken.mapping is None:
        raise TypeError("only the export of a platform has columns with a meaning")
    return taken.mapping.to_json().encode()


_BOOKS = tuple(ending.removeprefix(".") for ending in WORKBOOKS)
_NAMES = frozenset({"language"})
_TABLE = frozenset({"survey", "sheets"})

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "survey-toml": Format(
            ("toml",),
            _("survey file"),
            read=_read_survey,
            write=_write_survey,
            starts_study=True,
            keeps_weights=True,
        ),
        "ahp-os": Format(
            ("json",),
            _("project of AHP-OS"),
            read=_read_ahp_os,
            write=_write_ahp_os,
            starts_study=True,
            options=_NAMES,
            keeps_weights=True,
        ),
        "hierarchy-text": Format(
            ("txt",),
            _("hierarchy text of AHP-OS"),
            read=_read_hierarchy_text,
            write=_write_hierarchy_text,
            starts_study=True,
            options=_NAMES,
            keeps_weights=True,
        ),
        "gluc": Format(
            ("ahp", "yaml", "yml"),
            _("file of the R package ahp"),
            read=_read_gluc,
            starts_study=True,
            options=_NAMES,
        ),
        "long-csv": Format(
            TABLES,
            _("table with a line for each judgment"),
            read=_read_long,
            write=_write_long,
            options=_TABLE,
        ),
        "ahpsurvey": Format(
            TABLES,
            _("wide table of ahpsurvey: a column for each pair"),
            read=_read_ahpsurvey,
            write=_write_ahpsurvey,
            options=_TABLE | _NAMES | {"negative_is", "expert_column"},
        ),
        "platform": Format(
            TABLES,
            _("export of a survey platform: say what the columns mean"),
            read=_read_platform,
            options=_TABLE | {"negative_is", "mapping", "coding"},
        ),
        "expert-sheets": Format(
            _BOOKS,
            _("workbook with one sheet an expert: judgment matrices"),
            read=_read_expert_sheets,
            starts_study=True,
            options=_TABLE | _NAMES,
        ),
        "column-mapping": Format(
            ("json",),
            _("what the columns of an export mean"),
            write=_write_mapping,
        ),
    }
)
"""Name -> format."""

UPLOADS: Mapping[str, Format] = MappingProxyType(
    {
        ending: one
        for one in FORMATS.values()
        if one.starts_study and one.read is not None
        for ending in one.suffixes
    }
)
"""Ending of a file of which a study can be made -> its format."""
