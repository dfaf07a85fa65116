"""Seconds a matrix in other programs; runs in an environment of their own.

Arguments: a .npy file of 5×5 matrices, and one with NaN for three missing judgments. Each line
read names a program, the line written in answer is its seconds for one matrix.
"""

import contextlib
import io
import sys
import time
import warnings

import ahpy
import numpy as np
from pyanp.priority import incon_std, pri_eigen
from pyDecision.algorithm import ahp_method

warnings.simplefilter("ignore")


def seconds_each(work, matrices):
    """Time for one matrix."""
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        for matrix in matrices:
            work(matrix)
    return (time.perf_counter() - start) / len(matrices)


def judgments(matrix):
    """AHPy's way to write a matrix."""
    i, j = np.triu_indices(len(matrix), 1)
    return {
        (str(a), str(b)): float(matrix[a, b])
        for a, b in zip(i, j, strict=True)
        if not np.isnan(matrix[a, b])
    }


def ahpy_weights(matrix):
    """Weights and CR; completes the matrix first where judgments are missing."""
    compared = ahpy.Compare("c", judgments(matrix), precision=8)
    return compared.local_weights, compared.consistency_ratio


def pyanp_weights(matrix):
    """Weights and CR."""
    return pri_eigen(matrix), incon_std(matrix)


def pydecision_weights(matrix):
    """Weights and CR."""
    return ahp_method(matrix, wd="max_eigen")


def main():
    """Answer until there is no further line."""
    complete, incomplete = (np.load(path) for path in sys.argv[1:])
    programs = {
        "AHPy": (ahpy_weights, complete[:100]),
        "pyanp": (pyanp_weights, complete[:200]),
        "pyDecision": (pydecision_weights, complete[:500]),
        "AHPy completion": (ahpy_weights, incomplete[:20]),
    }
    for line in sys.stdin:
        print(seconds_each(*programs[line.strip()]), flush=True)


if __name__ == "__main__":
    main()
