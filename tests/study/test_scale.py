"""A million experts, in a process that gets no more than 5 GB of addresses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.scale import write

ROOT = Path(__file__).parents[2]
EXPERTS = 1_000_000
LIMITED = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (5 * 2**30, 5 * 2**30))
from benchmarks.scale import analyze
analyze(Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("scale")
    write(made, EXPERTS)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_million_experts_in_little_memory(folder: Path, ending: str) -> None:
    path = folder / f"answers.{ending}"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    said = done.stdout.splitlines()
    assert said[0].startswith("  read 35,000,000 judgments of 1,000,000 experts: ")
    assert said[-2] == "  first by AIJ data_sharing, by AIP data_sharing"
