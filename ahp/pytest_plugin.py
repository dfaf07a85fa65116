"""Pytest plugin: every `*.ahp.toml` is collected as tests, one for each printed number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .errors import PublishedError
from .published import Check, load_table, verify

REMARK = "ahp_remark"
"""Property of a test report: how printed judgments of its table were read."""


class UnreproducedError(Exception):
    """A printed number is not what its judgments give."""


class TableFile(pytest.File):
    """A published weight table."""

    def collect(self) -> Iterator[TableItem]:
        """One item for each check."""
        try:
            verified = verify(load_table(self.path))
        except PublishedError as error:
            raise self.CollectError(str(error)) from error
        remarks = [f"{self.path}:{remark.line}: {remark.message}" for remark in verified.remarks]
        for check in verified.checks:
            yield TableItem.from_parent(self, name=check.place, check=check, remarks=remarks)


class TableItem(pytest.Item):
    """One printed number, order or claim."""

    def __init__(self, *, check: Check, remarks: list[str], **named: Any) -> None:
        super().__init__(**named)
        self.check = check
        self.user_properties += [(REMARK, text) for text in remarks]

    def runtest(self) -> None:
        """Fail when the print is not reproduced."""
        if not self.check.reproduced:
            raise UnreproducedError(f"{self.path}:{self.check.line}: {self.check.message}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message alone, without a traceback."""
        if isinstance(excinfo.value, UnreproducedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """File, line from 0 and headline: no end of the node id, whose points pytest would change
        in its list of results.
        """
        return self.path, self.check.line - 1, f"{self.name} = {self.check.printed}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> TableFile | None:
    """Collect published tables."""
    if file_path.name.endswith(".ahp.toml"):
        return TableFile.from_parent(parent, path=file_path)
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which printed judgments were read how."""
    remarks = dict.fromkeys(
        text
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, text in getattr(report, "user_properties", ())
        if name == REMARK
    )
    if remarks:
        terminalreporter.section("published tables")
        for text in remarks:
            terminalreporter.line(text)
