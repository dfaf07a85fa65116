"""Published examples with the results printed beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))[
        "cases"
    ]
}


def inputs(case: str) -> dict[str, Any]:
    return dict(CASES[case]["inputs"])


def assert_printed(found: Any, case: str, name: str) -> None:
    """Within half a unit of the last printed digit."""
    expected, digits = CASES[case]["expected"][name], CASES[case]["digits"]
    places = digits[name] if isinstance(digits, dict) else digits
    assert np.shape(found) == np.shape(expected)
    assert np.abs(np.asarray(found) - expected).max() <= 0.5 * 10**-places * (1 + 1e-9)


def assert_recomputed(found: Any, case: str, name: str, places: int = 9) -> None:
    """What another program gets, to half a unit of so many digits."""
    expected = CASES[case]["recomputed"][name]
    assert np.abs(np.asarray(found) - expected).max() <= 0.5 * 10**-places * (1 + 1e-6)
