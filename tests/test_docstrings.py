"""The examples in docstrings are run, and what people use most has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import ahp

PACKAGE = Path(ahp.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))
NAMES = (
    *("PairwiseMatrix", "PairwiseMatrix.from_upper", "PairwiseMatrix.from_judgments"),
    *("apply_scale", "weights", "prioritize", "direct_weights"),
    *("eigenvector", "geometric_mean", "column_mean"),
    *("check_consistency", "all_indices", "geometric_consistency_index", "koczkodaj_index"),
    *("order_preservation", "circular_triads", "random_index_value", "reaching_random_index"),
    *("rank_judgments", "worst_triads", "fewest_changes", "smallest_adjustment"),
    *("complete_matrices", "check_incomplete_consistency", "next_pair", "components"),
    *("next_question", "short_form", "aggregate_judgments", "aggregate_priorities"),
    *("authority_coefficient", "consistency_weights", "distance_weights"),
    *("normalize_expert_weights", "group_consensus", "consensus_band", "kendall_w"),
    *("coefficient_of_variation", "judgment_spread", "cluster_experts"),
    *("Hierarchy", "total_consistency", "simulate_matrix", "one_at_a_time"),
    *("stability_interval", "critical_criteria", "synthesize", "ratings", "weighted_sum"),
    *("weighted_product", "rank_reversal_report", "published.reconstruct"),
    *("published.load_table", "published.verify", "shipped_surveys", "load_survey"),
    *("read_answers", "analyze", "panel_agreement", "leave_one_out", "compare_choices"),
    *(f"evaluation.{name}" for name in ahp.evaluation.__all__ if name[0].islower()),
)
"""Behind `ahp.`."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_examples_print_what_stands_there(path: Path) -> None:
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    module = importlib.import_module(name.removesuffix(".__init__"))
    found = doctest.testmod(module, extraglobs={"ahp": ahp})
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize("name", NAMES)
def test_what_people_use_most_has_an_example(name: str) -> None:
    thing: object = ahp
    for part in name.split("."):
        thing = getattr(thing, part)
    assert "\n>>> " in (inspect.getdoc(thing) or "")
