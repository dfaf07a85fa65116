"""The manifest of an export: which files, made from what, with which settings, and which tables are
in them, so that anybody can compute their numbers again.

It stands beside the reports as `manifest.json`, JSON in the one spelling of RFC 8785.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from ..codec import structure, unstructure
from ..datafile import jcs, parse_json, read_bytes
from ..errors import ReportError
from ..messages import Phrase
from ..study import Analysis
from ..study.standing import COMPUTED_WEIGHTINGS
from ..version import __version__
from .document import Document, bookmark
from .document_texts import document_texts, table_texts

FORMAT: Literal[1] = 1

FORMS = ("docx", "html", "xlsx")
"""Endings of the files from which tables are read back."""


def _plain_name(name: str) -> str:
    """A file beside the manifest; nothing else is read."""
    if not name or name.startswith(".") or "/" in name or "\\" in name or ":" in name:
        raise ReportError("manifest_file_name", name=name)
    return name


FileName = Annotated[str, _plain_name]


@dataclass(frozen=True, kw_only=True)
class HashedFile:
    """A file beside the manifest.

    Attributes:
        name: of the file.
        sha256: of its bytes.
    """

    name: FileName
    sha256: str


@dataclass(frozen=True, kw_only=True)
class KeyedTable:
    """A table of a report.

    Attributes:
        key: of the table in the document.
        mark: by which a file has it: a bookmark around its caption (DOCX), an id (HTML), a defined
            name (XLSX).
        title: without a number.
    """

    key: str
    mark: str
    title: str


@dataclass(frozen=True, kw_only=True)
class ReportFile:
    """A report that was exported.

    Attributes:
        name, sha256: of the file.
        form: what kind of file it is; one without tables to be read back, such as a PDF, has no
            tables here.
        report: which report it is, a key of `ahp.exchange.reproduction.REPORTS` or `WORKBOOKS`;
            empty for another file that belongs to it, such as the references.
        language: of its texts.
        tables: in reading order, those that can be computed from the inputs.
        beyond: texts with numbers outside the tables that can't, and what follows from the inputs
            in their place.
    """

    name: FileName
    sha256: str
    form: str
    report: str
    language: str
    tables: tuple[KeyedTable, ...] = ()
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LogPosition:
    """Where the log stood.

    Attributes:
        events: how many events it had.
        head: hash of the last one.
    """

    events: int
    head: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What was exported, from what.

    Attributes:
        format: 1.
        version: of `ahp`.
        title: of the study or evaluation.
        reports: the files.
        inputs: what they were computed from: `"survey"`, `"answers"`, `"evaluation"` … -> file.
        settings: what was chosen, see `settings_of`.
        log: of the study; None = it has none, as answers from a file.
    """

    format: Literal[1]
    version: str
    title: str
    reports: tuple[ReportFile, ...]
    inputs: Mapping[str, HashedFile]
    settings: Mapping[str, Any] = field(default_factory=dict)
    log: LogPosition | None = None

    def __post_init__(self) -> None:
        names = [one.name for one in self.reports]
        names += [one.name for one in self.inputs.values()]
        for k, name in enumerate(names):
            if name in names[:k]:
                raise ReportError("manifest_file_twice", name=name)

    def report(self, name: str) -> ReportFile:
        """The report in the file of this name.

        Raises:
            ReportError: the manifest has none.
        """
        for one in self.reports:
            if one.name == name:
                return one
        valid = tuple(one.name for one in self.reports)
        raise ReportError("report_not_in_manifest", name=name, valid=valid)


@dataclass(frozen=True)
class Inputs:
    """What a report was computed from.

    Attributes:
        manifest: of the export.
        folder: that it stands in, with the files.
    """

    manifest: Manifest
    folder: Path

    def path(self, role: str) -> Path:
        """The file of an input.

        Raises:
            ReportError: the manifest doesn't name it.
        """
        if role not in self.manifest.inputs:
            raise ReportError("manifest_input_missing", role=role)
        return self.folder / self.manifest.inputs[role].name

    def content(self, role: str) -> tuple[bytes, str]:
        """Content and name of an input.

        Raises:
            ReportError: the manifest doesn't name it, or it can't be read.
        """
        path = self.path(role)
        return read_bytes(path, ReportError), path.name


def sha256(content: bytes) -> str:
    """SHA-256 of the bytes of a file, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def report_file(
    name: str,
    content: bytes,
    document: Document,
    *,
    report: str,
    with_tables: bool = True,
    again: Document | None = None,
) -> ReportFile:
    """The entry of a file of an export.

    Args:
        name: of its file; the ending tells what kind of file it is.
        content: of the file.
        document: that was written.
        report: key of `ahp.exchange.reproduction.REPORTS` or `WORKBOOKS`; empty where the file is
            another one.
        with_tables: whether the file has the tables and texts of the document.
        again: the document as it follows from the inputs; None = the same.
    """
    form = name.rpartition(".")[2].lower()
    read = with_tables and form in FORMS
    following = (document if again is None else again).tables()
    return ReportFile(
        name=name,
        sha256=sha256(content),
        form=form,
        report=report,
        language=document.language,
        tables=tuple(
            KeyedTable(key=key, mark=_mark(key, form), title=table.title)
            for key, table in document.tables().items()
            if read and key in following
        ),
        beyond=_differing_texts(document, again) if read and again is not None else (),
    )


def _differing_texts(document: Document, again: Document) -> tuple[str, ...]:
    """The texts with digits that only one of two documents has."""
    own, other = (
        {one.words for one in (*document_texts(each), *table_texts(each))}
        for each in (document, again)
    )
    return tuple(sorted(words for words in own ^ other if re.search(r"\d", words)))


def _mark(key: str, form: str) -> str:
    """By what a file has the table of a key."""
    from .html_file import anchor  # noqa: PLC0415 - the app is optional

    return anchor("table", key) if form == "html" else bookmark("table", key)


def build_manifest(
    title: str,
    reports: Sequence[ReportFile],
    inputs: Mapping[str, tuple[str, bytes]],
    settings: Mapping[str, Any],
    *,
    log: LogPosition | None = None,
) -> Manifest:
    """The manifest of an export.

    Args:
        title: of the study or evaluation.
        reports: the files, see `report_file`.
        inputs: what they were computed from -> name and content of the file beside them.
        settings: what was chosen, see `settings_of`.
        log: where the log stood.

    Raises:
        ReportError: a name of a file comes twice.
    """
    return Manifest(
        format=FORMAT,
        version=__version__,
        title=title,
        reports=tuple(reports),
        inputs={
            role: HashedFile(name=name, sha256=sha256(content))
            for role, (name, content) in inputs.items()
        },
        settings=settings,
        log=log,
    )


def settings_of(analysis: Analysis) -> dict[str, Any]:
    """What `ahp.analyze` was told, as plain data: with the same answers it makes this result."""
    computed = analysis.weighting in COMPUTED_WEIGHTINGS
    weights = analysis.weighting if computed else dict(analysis.expert_weights)
    return {
        "method": analysis.method,
        "random_index": analysis.random_index,
        "how": analysis.how,
        "trim": analysis.trim,
        "expert_weights": weights,
        "weighting": analysis.weighting,
        "recused": [list(pair) for pair in analysis.recused],
        "incoherent": analysis.incoherent,
        "cr_limit": analysis.cr_limit,
        "invited": analysis.invited,
        "round": analysis.round,
        "running": analysis.running,
        **({"anonymous": analysis.anonymous} if analysis.anonymous else {}),
    } | ({"mended": list(map(list, mended))} if (mended := analysis.survey.mended) else {})


def manifest_bytes(manifest: Manifest) -> bytes:
    """The content of `manifest.json`."""
    return jcs(unstructure(manifest)).encode()


def read_manifest(content: bytes, source: str) -> Manifest:
    """Read back what `manifest_bytes` wrote.

    Args:
        content: of the file.
        source: its name, for messages.

    Raises:
        ReportError: names the file and the path inside it.
    """
    data = parse_json(content, source, ReportError)
    if isinstance(data, dict) and isinstance(number := data.get("format"), int) and number > FORMAT:
        newer = Phrase("manifest_newer", number=number, expected=FORMAT)
        raise ReportError("at_place", place=source, problem=newer)
    return structure(data, Manifest, source, ReportError)
