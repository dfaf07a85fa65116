"""Patterns on long texts that repeat a few characters: no time grows with their square."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from types import FrameType, ModuleType

import pytest

import ahp

LONG = 200_000
"""Characters: files of a megabyte are gone through by a few patterns."""
MOST_SECONDS = 1.0
"""Of the processor's time, a hundred times what the slowest takes."""

USES = {"subn": "sub", "split": "sub", "findall": "sub", "finditer": "sub"}
"""Method -> one that looks at a text as it does."""

SHORT = {
    ("ahp.exchange.expert_list", "_MAILBOX"),  # cells of less than 1,000 characters
}


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(ahp.__path__, "ahp."):
        if not re.search(r"\.migrations|__main__|\.web\b", found.name):
            yield importlib.import_module(found.name)


def used(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str], str]]:
    """Names of patterns, they, and how a module uses them."""
    tree = ast.parse((module.__loader__ and module.__loader__.get_source(module.__name__)) or "")  # type: ignore[attr-defined] # of files
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        of, method = call.func.value, call.func.attr
        of = call.args[0] if isinstance(of, ast.Name) and of.id == "re" and call.args else of
        pattern = getattr(module, of.id, None) if isinstance(of, ast.Name) else None
        if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
            yield of.id, pattern, USES.get(method, method)


def pieces(pattern: str) -> set[str]:
    """What a text may repeat that a pattern is slow at: its own characters and words."""
    words = re.findall(r"[\w:：=<]{2,8}", re.sub(r"\\\w", " ", pattern))[:12]
    words += [one for one in re.split(r"\\.|[\^$*+?{}|()\[\]]", pattern) if len(one) > 1][:12]
    single = {*re.sub(r"\\\w|[\\^$*+?{}|]", "", pattern), *"a1九注 \t\n.,:：;/-=<>@%'\"([（【_"}
    paired = {first + second for first in words[:6] for second in " a1("}
    return single | {*words} | paired | {"a ", "1 ", "1.", "a.", "a-", "( ", "(1", "''", "([x]"}


def in_time(pattern: re.Pattern[str], method: str, text: str) -> bool:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    try:
        if method == "sub":
            pattern.sub("", text)
        else:
            getattr(pattern, method)(text)
    except TimeoutError:
        return False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return True


@pytest.mark.slow
def test_no_pattern_is_slow_at_a_long_text() -> None:
    tried, slow = set(), []
    for module in modules():
        for name, pattern, method in used(module):
            if (pattern, method) in tried or (module.__name__, name) in SHORT:
                continue
            tried.add((pattern, method))
            slow += [
                (module.__name__, name, method, piece)
                for piece in sorted(pieces(pattern.pattern))
                for end in ("", "\x01")
                if not in_time(pattern, method, piece * (LONG // len(piece)) + end)
            ]
    assert len(tried) > 100
    assert slow == []
