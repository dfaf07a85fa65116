"""Seconds a matrix in other programs; runs in an environment of their own.

Argument: a .npz file of matrices: `complete`, 5×5; `incomplete`, with NaN for three missing
judgments; `alone_3` and so on, those that are solved one by one. Each line read names a program,
the line written in answer is its seconds for one matrix.
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


def seconds_each(work, matrices, clock=time.perf_counter):
    """Time for one matrix."""
    start = clock()
    with contextlib.redirect_stdout(io.StringIO()):
        for matrix in matrices:
            work(matrix)
    return (clock() - start) / len(matrices)


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
    return ahpy_judgments(judgments(matrix))


def ahpy_judgments(compared):
    """The same, of a matrix that is written in AHPy's way already."""
    comparison = ahpy.Compare("c", compared, precision=8)
    return comparison.local_weights, comparison.consistency_ratio


def pyanp_weights(matrix):
    """Weights and CR."""
    return pri_eigen(matrix), incon_std(matrix)


def pydecision_weights(matrix):
    """Weights and CR."""
    return ahp_method(matrix, wd="max_eigen")


def main():
    """Answer until there is no further line."""
    arrays = dict(np.load(sys.argv[1]))
    complete, incomplete = arrays.pop("complete"), arrays.pop("incomplete")
    programs = {
        "AHPy": (ahpy_weights, complete[:100]),
        "pyanp": (pyanp_weights, complete[:200]),
        "pyDecision": (pydecision_weights, complete[:500]),
        "AHPy completion": (ahpy_weights, incomplete[:20]),
        **{
            f"AHPy {alone.shape[-1]}": (ahpy_judgments, [*map(judgments, alone)], time.process_time)
            for alone in arrays.values()
        },
    }
    for line in sys.stdin:
        print(seconds_each(*programs[line.strip()]), flush=True)


if __name__ == "__main__":
    main()
