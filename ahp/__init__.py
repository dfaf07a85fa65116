"""Analytic hierarchy process: from expert judgment to weights that stand up to an audit."""

import ast
from importlib import import_module
from typing import Any

with open(f"{__file__}i", encoding="utf-8") as _names:
    _MODULE_OF = {
        alias.name: statement.module or alias.name
        for statement in ast.parse(_names.read()).body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
"""Public name -> its module, as `__init__.pyi` has them. A module is imported when it or one of its
names is asked for, so that `import ahp` is quick."""

__all__ = list(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF.values():
        return import_module(f".{name}", __name__)
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    member = getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
    globals()[name] = member  # not asked again
    return member


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF, *_MODULE_OF.values()})
