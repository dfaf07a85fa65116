"""The types of the package reach those who use it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import ahp

A = ahp.PairwiseMatrix([[1, 3], ["1/3", 1]], ["cost", "quality"])
assert_type(ahp.weights(A), NDArray[np.float64])
assert_type(ahp.prioritize(A).to_dict(), dict[str, Any])
assert_type(ahp.Priorities.from_dict({}), ahp.Priorities)
ahp.check_consistency(A).ratio
ahp.wieghts
"""


@pytest.mark.slow
def test_a_script_is_checked_against_the_types(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    options = ("--strict", "--follow-imports", "silent", "--cache-dir", str(tmp_path / "cache"))
    command = [sys.executable, "-m", "mypy", *options, script.name]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.stdout.splitlines() == [
        'script.py:13: error: "Consistency" has no attribute "ratio"  [attr-defined]',
        'script.py:14: error: Module has no attribute "wieghts"; maybe "weights"?  [attr-defined]',
        "Found 2 errors in 1 file (checked 1 source file)",
    ]
