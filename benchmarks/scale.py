"""A million experts, from the file to the weights: time and memory of each step, in a process of
its own for each kind of file.

Experts with 35 judgments each on the home survey, of hidden weights with noise, written as Parquet
and as CSV; then read, analyzed (local and global weights, AIJ and AIP, CR of each expert, S*, W,
organizations left out). Exit status 1 if, without --report, a limit is missed.

    python benchmarks/scale.py
    python benchmarks/scale.py --experts 100000 --report
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import ahp  # noqa: E402
from ahp.scale import SAATY_POSITIONS, parse_judgment  # noqa: E402
from benchmarks.limits import memory  # noqa: E402

SECONDS = {".parquet": 10.0, ".csv": 60.0}
MEMORY = 2000
"""MB of a process at most."""
PART = 50_000
"""Experts that are written together."""


def write(folder: Path, experts: int) -> None:
    """The answers of so many experts, in a file of each kind."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import csv, parquet  # noqa: PLC0415

    survey = ahp.load_survey("supervision_effectiveness")
    comparisons = survey.hierarchy.comparisons
    rng = np.random.default_rng(2026)
    values = pa.array(SAATY_POSITIONS)
    logs = np.log([parse_judgment(text) for text in SAATY_POSITIONS])
    names = ("expert", "parent", "left", "right", "value")
    schema = pa.schema([(name, pa.string()) for name in names])
    heights = {node: rng.normal(0, 0.6) for node in survey.nodes}
    middle = np.array([heights[left] - heights[right] for _, left, right in comparisons])
    with (
        parquet.ParquetWriter(folder / "answers.parquet", schema) as columns,
        csv.CSVWriter(folder / "answers.csv", schema) as lines,
    ):
        for first in range(0, experts, PART):
            count = min(PART, experts - first)
            said = middle + rng.normal(0, 0.4, (count, len(middle)))
            nearest = np.abs(said.ravel()[:, None] - logs).argmin(axis=1).astype(np.int32)
            called = pa.array([f"E{number:07d}" for number in range(first, first + count)])
            who = np.repeat(np.arange(count, dtype=np.int32), len(middle))
            cells = [pa.DictionaryArray.from_arrays(who, called).cast(pa.string())]
            cells += [pa.array([*column] * count) for column in zip(*comparisons, strict=True)]
            cells.append(pa.DictionaryArray.from_arrays(nearest, values).cast(pa.string()))
            table = pa.table(cells, schema=schema)
            columns.write_table(table)
            lines.write_table(table)


def analyze(path: Path) -> None:
    """Read a file and analyze it; print what each step took."""
    survey = ahp.load_survey("supervision_effectiveness")
    begun = time.perf_counter()

    def step(name: str) -> None:
        nonlocal begun
        print(f"  {name}: {time.perf_counter() - begun:.2f} s, {memory():.0f} MB at most")
        begun = time.perf_counter()

    start = begun
    answers = ahp.read_answers(path, survey)
    step(f"read {len(answers.judgments):,} judgments of {len(answers.experts):,} experts")
    joined = ahp.analyze(survey, answers)
    step("joined judgments (AIJ): local and global weights, consistency of the panel")
    ratios = joined.panel.mean_cr
    step(f"CR of every expert, of every matrix; mean {np.nanmean(ratios):.3f}")
    own = ahp.analyze(survey, answers, how="aip_geometric")
    step("joined weights (AIP), with those of every expert")
    weights = own.panel.global_weights
    similarity = ahp.group_consensus(weights, scale_max=None).similarity
    step(f"S* of the global weights, {similarity:.3f}")
    step(f"Kendall's W of them, {ahp.kendall_w(weights).w:.3f}")
    organizations = {name: f"O{number % 100}" for number, name in enumerate(answers.experts)}
    left_out = ahp.leave_one_out(joined, organizations)
    step(f"{len(left_out)} organizations left out, one by one")
    seconds = time.perf_counter() - start
    most = memory()
    print(f"  first by AIJ {joined.ranking[0]}, by AIP {own.ranking[0]}")
    limit = SECONDS[path.suffix]
    met = seconds <= limit and most <= MEMORY
    said = "met" if met else "NOT met"
    print(
        f"  {seconds:.1f} s, {most:.0f} MB; limits {limit:.0f} s, {MEMORY} MB: {said}", flush=True
    )
    sys.exit(not met)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experts", type=int, default=1_000_000)
    parser.add_argument("--report", action="store_true", help="miss no limit")
    options = parser.parse_args()
    met = True
    with tempfile.TemporaryDirectory() as folder:
        spawn = multiprocessing.get_context("spawn")
        writing = spawn.Process(target=write, args=(Path(folder), options.experts))
        writing.start()
        writing.join()
        for path in sorted(Path(folder).iterdir(), reverse=True):
            print(f"{path.name}: {path.stat().st_size >> 20} MB", flush=True)
            reading = spawn.Process(target=analyze, args=(path,))
            reading.start()
            reading.join()
            met &= reading.exitcode == 0
    return 0 if met or options.report else 1


if __name__ == "__main__":
    sys.exit(main())
