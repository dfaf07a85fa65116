"""What benchmarks that keep limits share."""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Callable


def memory() -> float:
    """Most memory that this process has had so far, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def exit_code(about: str | None, run: Callable[[int, str], bool]) -> int:
    """Measure for so many experts and in a language, as the command line says; 1 if a limit is
    missed.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--experts", type=int, default=200)
    parser.add_argument("--language", default="zh")
    asked = parser.parse_args()
    return int(not run(asked.experts, asked.language))
