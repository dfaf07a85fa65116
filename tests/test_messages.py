"""Errors are raised by code, and every code has its sentence in every language."""

from __future__ import annotations

import ast
import copy
import pickle
import string
from pathlib import Path

import pytest

from ahp import errors
from ahp.errors import AHPError, MatrixError, OptionError
from ahp.i18n import LANGUAGES, translations
from ahp.i18n.errors import error_sentence
from ahp.messages import MESSAGES, Cell, Phrase

PACKAGE = Path(__file__).parents[1] / "ahp"
FILES = sorted(PACKAGE.rglob("*.py"))
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type)} - {"SurveyWarning"}


def codes_in(path: Path) -> set[str]:
    """All texts of a file that could be codes, those with one part left open as a pattern."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_errors_are_raised_by_code(path: Path) -> None:
    """No error holds a sentence: what is not a code can't be said in another language."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name == "error" and len(node.args) == 2:  # of a table of a file: its key and the code
            code = node.args[1]
        elif name in KINDS | {"Phrase"} and node.args:
            code = node.args[0]
        else:
            continue
        place = f"{path.name}:{node.lineno}"
        if isinstance(code, ast.Constant):
            assert code.value in MESSAGES, f"{place}: no code {code.value!r}"
            given = {keyword.arg for keyword in node.keywords}
            fields = {
                field.split(".")[0].split("[")[0]
                for _, field, _, _ in string.Formatter().parse(MESSAGES[code.value])
                if field
            }
            assert None in given or fields <= given, f"{place}: {code.value!r} needs {fields}"
        elif isinstance(code, ast.JoinedStr):
            texts = [part.value for part in code.values if isinstance(part, ast.Constant)]
            assert not any(" " in str(text) for text in texts), f"{place}: a sentence, not a code"


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_every_code_is_said_in_every_language(language: str) -> None:
    catalog = translations(language)
    assert [code for code, text in MESSAGES.items() if not catalog._catalog.get(text)] == []  # type: ignore[attr-defined]


def test_every_code_is_used() -> None:
    texts = set().union(
        *(codes_in(path) for path in FILES if path.name != "messages.py"),
    )
    made = ("the_", "link_", "_not_a_line")  # their other part is a name
    unused = [
        code for code in MESSAGES if code not in texts and not any(part in code for part in made)
    ]
    assert unused == []


def test_an_error_is_said_in_both_languages() -> None:
    error = OptionError.unknown("how", "mean", ("aij", "aip"))
    assert str(error) == "how = 'mean', expected one of 'aij', 'aip'"
    assert error_sentence(error, "zh") == "how 的取值为 “mean”，应为以下之一：“aij”、“aip”"
    assert isinstance(error, ValueError)
    assert (error.code, error.parameters["value"]) == ("option_unknown", "mean")


def test_cells_are_counted_as_people_count() -> None:
    cell = Cell("a", (2, 0, 1))
    assert str(cell) == "a[2, 0, 1]"
    error = MatrixError("judgment_unreadable", text=cell)
    assert error_sentence(error, "zh").startswith("第 3 个矩阵第 1 行第 2 列")


def test_errors_and_phrases_can_be_copied_and_sent() -> None:
    inner = OptionError.unknown("how", "mean", ("aij",))
    error = MatrixError("judgment_unreadable", text=Phrase("the_name"), problem=inner)
    for twin in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert (type(twin), str(twin)) == (MatrixError, str(error))
        assert str(twin.parameters["problem"]) == str(inner)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(KeyError, match="'nonsense'"):
        AHPError("nonsense")
