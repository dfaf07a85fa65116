"""Seconds a matrix in other programs, as JSON; runs in an environment of their own.

Input: a .npy file of 5×5 matrices, and one with NaN for three missing judgments.
"""

import contextlib
import io
import json
import sys
import time
import warnings

import ahpy
import numpy as np
from pyanp.priority import incon_std, pri_eigen
from pyDecision.algorithm import ahp_method

warnings.simplefilter("ignore")


def seconds_each(work, matrices, repeats=3):
    """Median over repeats of the time for one matrix."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            for matrix in matrices:
                work(matrix)
        found.append((time.perf_counter() - start) / len(matrices))
    return float(np.median(found))


def judgments(matrix):
    """AHPy's way to write a matrix."""
    i, j = np.triu_indices(len(matrix), 1)
    return {
        (str(a), str(b)): float(matrix[a, b])
        for a, b in zip(i, j, strict=True)
        if not np.isnan(matrix[a, b])
    }


def main():
    """Time the programs."""
    complete, incomplete = (np.load(path) for path in sys.argv[1:3])

    def ahpy_weights(matrix):
        compared = ahpy.Compare("c", judgments(matrix), precision=8)
        return compared.local_weights, compared.consistency_ratio

    print(
        json.dumps(
            {
                "AHPy": seconds_each(ahpy_weights, complete[:100]),
                "pyanp": seconds_each(
                    lambda matrix: (pri_eigen(matrix), incon_std(matrix)), complete[:200]
                ),
                "pyDecision": seconds_each(
                    lambda matrix: ahp_method(matrix, wd="max_eigen"), complete[:500]
                ),
                "AHPy completion": seconds_each(ahpy_weights, incomplete[:20]),
            }
        )
    )


if __name__ == "__main__":
    main()
