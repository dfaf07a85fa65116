"""The names of the package are loaded when they are asked for."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from ahp import evaluation


def test_the_names_of_the_package() -> None:
    source = Path(evaluation.__file__).read_text(encoding="utf-8")
    checked = {
        alias.name: statement.module
        for statement in ast.walk(ast.parse(source))
        if isinstance(statement, ast.ImportFrom) and statement.level == 1
        for alias in statement.names
    }
    assert checked == evaluation._MODULE_OF
    assert sorted(checked) == sorted(evaluation.__all__)
    for name, module in checked.items():
        home = importlib.import_module(f"ahp.evaluation.{module}")
        assert getattr(evaluation, name) is getattr(home, name)
    assert set(evaluation.__all__) <= set(dir(evaluation))
    with pytest.raises(AttributeError) as raised:
        evaluation.no_such_name  # noqa: B018 - that it is asked for is what counts
    assert str(raised.value) == "module 'ahp.evaluation' has no attribute 'no_such_name'"
