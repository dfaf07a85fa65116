"""Weights of a scheme that come from elsewhere, and from where: a closed round, or a person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..datafile import parse_json
from ..errors import EvaluationError
from ..evaluation.judging import given_weights
from ..evaluation.scheme import Scheme, frozen_weights
from ..study.analysis import Analysis
from .evaluations.events import WeightsSource


@dataclass(frozen=True)
class WeightedScheme:
    """A scheme, and where its weights come from."""

    scheme: Scheme
    source: WeightsSource


def round_source(study: str, title: str, evidence: str) -> WeightsSource:
    """The source of weights that a closed round left.

    Args:
        study: id of the study.
        title: of the study.
        evidence: of the round, as it stands in the log.

    Raises:
        EvaluationError: it isn't JSON, or has no weights.
    """
    data = _read(evidence)
    summary = data.get("summary")
    if not isinstance(summary, Mapping):
        raise EvaluationError("no_weights_in_json")
    return WeightsSource(
        kind="round",
        study=study,
        title=title,
        round=summary["round"],
        counted=summary["experts"],
        asked=data.get("invited", 0),
        evidence=hashlib.sha256(evidence.encode()).hexdigest(),
    )


def with_weights(
    scheme: Scheme,
    weights: Analysis | Mapping[str, float | Fraction | Decimal] | str,
    source: WeightsSource,
    version: str,
) -> WeightedScheme:
    """A version of a scheme with other weights, frozen at its decimals.

    Args:
        scheme: the scheme.
        weights: an `Analysis`; the evidence of a closed round as it stands in the log; or each leaf
            with its weight in the whole, or each node with that inside its parent.
        source: where they come from.
        version: of the new scheme.

    Raises:
        EvaluationError: nodes without a weight, or that the scheme doesn't have; another hierarchy;
            weights that don't sum to 1.
    """
    given = _leaf_weights(scheme, weights) if isinstance(weights, str) else weights
    local, _kind = given_weights(scheme, given)
    digits = scheme.digits.weights
    frozen = {
        kid: Fraction(number, 10**digits)
        for kids in local.values()
        for kid, number in frozen_weights(kids, digits).items()
    }
    changed = replace(scheme, version=version, weights=frozen, full_marks={})
    return WeightedScheme(changed, source)


def _read(evidence: str) -> Mapping[str, Any]:
    data = parse_json(evidence, "evidence", EvaluationError)
    if not isinstance(data, dict) or not isinstance(data.get("global_weights"), dict):
        raise EvaluationError("no_weights_in_json")
    return data


def _leaf_weights(scheme: Scheme, evidence: str) -> dict[str, float]:
    """Leaf -> weight in the whole, by a round whose indicators are those of the scheme."""
    data = _read(evidence)
    found: dict[str, float] = {leaf: data["global_weights"][leaf] for leaf in data["ranking"]}
    if unknown := tuple(leaf for leaf in found if leaf not in scheme.leaves):
        raise EvaluationError("weights_unknown", nodes=unknown, valid=scheme.leaves)
    if missing := tuple(leaf for leaf in scheme.leaves if leaf not in found):
        raise EvaluationError("weights_missing", nodes=missing)
    return found
