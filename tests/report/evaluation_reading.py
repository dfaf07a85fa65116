"""What the sentences on an evaluation should say, place by place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ahp.i18n.evaluation import bands_of, names_of
from ahp.i18n.evaluation_results import share_parts, signed
from ahp.report.evaluation_evidence import EvaluationEvidence
from ahp.report.finding import Finding
from tests.report.reading import Said, Words, misread

Says = Mapping[str, Any]

NAMED = 6
"""Units that a sentence names; of more it says how many."""


class _Evaluation(Words):
    """Names of an evaluation, and the sentences on it."""

    def __init__(self, evidence: EvaluationEvidence, language: str) -> None:
        super().__init__("evaluation", language)
        self.evidence = evidence
        self.names: dict[str, str] = {}
        for part in evidence.parts:
            self.names |= names_of(part.result.scheme, language)
        self.band_names = bands_of(evidence.scheme, language)

    def named(self, units: Sequence[str]) -> str:
        if len(units) > NAMED:
            return self.of("units", count=len(units))
        return self.of("comma").join(units)

    def items(self, pairs: Sequence[tuple[str, str]]) -> str:
        return self.joined(
            "item", [{"name": self.names[leaf], "number": number} for leaf, number in pairs]
        )

    def coverage(self, says: Says) -> Said:
        places = {"period": self.evidence.period, "evaluated": says["evaluated"]}
        if not says["without"]:
            return [("all", places)]
        units = self.named(says["without"])
        return [("some", {"rated": says["rated"], "units": units, **places})]

    def grouped(self, kind: str, said: Said, group: str) -> Said:
        """A sentence on a group, with its name before it where it has one."""
        groups = {one: name for one, name, _own in self.evidence.named_groups(self.language)}
        name = groups[group]
        if not name:
            return said
        return [("group", {"group": name, "sentence": self.text(kind, said)})]

    def leader(self, says: Says) -> Said:
        return self.grouped("leader", self.leading(says), says["group"])

    def leading(self, says: Says) -> Said:
        if not says["units"]:
            return [("nobody", {})]
        band = self.band_names[says["band"]]
        places = {"units": self.named(says["units"]), "total": says["total"]}
        shown = {"shown_band": band} if band else {}
        ending = "_band" if band else ""
        if says["all"] == 1:
            return [(f"only{ending}", {**places, **shown})]
        if says["count"] == 1:
            return [("alone", {"all": says["all"], **places})]
        places["count"] = says["count"]
        if len(says["units"]) > 1:
            return [("tied", places)]
        return [(f"leads{ending}", {**places, **shown})]

    def bands(self, says: Says) -> Said:
        parts = [
            self.of("band", band=self.band_names[band], count=count)
            for band, count in says["counts"].items()
        ]
        parts += [self.of("no_band", count=says["between"])] if says["between"] else []
        parts += [self.of("no_total", count=says["unrated"])] if says["unrated"] else []
        return [("bands", {"bands": self.of("comma").join(parts)})]

    def average(self, says: Says) -> Said:
        places = {"count": says["count"], "mean": says["mean"]}
        if says["low"] == says["high"]:
            return [("same", places)]
        return [("spread", {"low": says["low"], "high": says["high"], **places})]

    def average_change(self, says: Says) -> Said:
        places = {name: says[name] for name in ("before", "after", "now")}
        moved = {"then": says["then"]} if says["direction"] else {}
        if says["count"] == 1:
            return [("one_moved" if moved else "one_stayed", {**places, **moved})]
        form = {1: "rose", 0: "stayed", -1: "fell"}[says["direction"]]
        return [(form, {"count": says["count"], **places, **moved})]

    def mover(self, says: Says) -> Said:
        way = "rose" if says["sign"] > 0 else "fell"
        periods = {"before": says["before"], "after": says["after"]}
        if not says["units"]:
            return [(f"none_{way}", periods)]
        assert self.evidence.compared is not None
        then, now = (
            {unit for unit in part.result.units if part.result.total(unit, part.period) is not None}
            for part in self.evidence.compared
        )
        one = "only" if len(then & now) == 1 else "one"
        form = f"{one if len(says['units']) == 1 else 'tied'}_{way}"
        places = {"units": self.named(says["units"]), "size": says["size"], **periods}
        text = self.text("mover", [(form, places)])
        explained = {one.unit: one for one in self.evidence.movements}
        if len(says["units"]) == 1 and (change := explained.get(says["units"][0])):
            why = self.of("semicolon").join(share_parts(change, self.language))
            if says["top"]:
                size = signed(says["sign"] * Decimal(says["top_size"]))
                why = self.of("top", parts=why, indicator=self.names[says["top"]], size=size)
            text = self.text("mover", [("why", {"change": text, "why": why})])
        return [("end", {"sentence": text})]

    def capability(self, says: Says) -> Said:
        if says["end"] == "same":
            return [("same", {"mean": says["mean"]})]
        parts = self.of("comma").join(self.names[node] for node in says["nodes"])
        places = {"parts": parts, "mean": says["mean"]}
        if says["end"] == "strongest":
            return [("strongest", places)]
        text = self.text("capability", [("weakest", places)])
        if says["behind"]:
            behind = {"weakest": text, "indicators": self.items(says["behind"])}
            text = self.text("capability", [("behind", behind)])
        return [("end", {"sentence": text})]

    def events(self, says: Says) -> Said:
        kinds = self.whats((self.of(kind), units) for kind, units in says["units"].items() if units)
        return [("some", {"kinds": kinds})] if kinds else [("none", {})]

    def whats(self, pairs: Iterable[tuple[str, Sequence[str]]]) -> str:
        return self.joined(
            "what", [{"what": what, "units": self.named(own)} for what, own in pairs], "semicolon"
        )

    def missing(self, says: Says) -> Said:
        if not says["count"]:
            return [("none", {})]
        places = {"count": says["count"], "units": self.named(says["units"])}
        if not says["undecided"]:
            return [("settled", places)]
        form = "open_year" if self.evidence.is_year else "open"
        return [(form, {"undecided": self.named(says["undecided"]), **places})]

    def warnings(self, says: Says) -> Said:
        period = self.evidence.last.period
        if not says["units"]:
            return [("none", {"period": period})]
        by_word: dict[str, dict[str, None]] = {}
        for code, units in says["units"].items():
            by_word.setdefault(self.of(code), {}).update(dict.fromkeys(units))
        warned = self.whats((word, list(units)) for word, units in by_word.items())
        return [("some", {"period": period, "warnings": warned})]

    def corrections(self, says: Says) -> Said:
        names = ("unit", "period", "before", "after")
        found = says["totals"]
        totals = self.joined(
            "corrected", [dict(zip(names, one, strict=True)) for one in found[:NAMED]]
        )
        if len(found) > NAMED:
            return [("many", {"count": len(found), "totals": totals})]
        return [("all", {"totals": totals})]

    def alike(self, says: Says) -> Said:
        pairs = says["pairs"]
        places = {"neighbors": says["neighbors"], "count": len(pairs), "sure": "95"}
        said: Said = [("sure", {"sure": "95"})]
        if len(pairs) > NAMED:
            said = [("many", places)]
        elif pairs:
            listed = self.joined("pair", [{"unit": one, "other": other} for one, other in pairs])
            said = [("some", {"pairs": listed, **places})]
        return self.grouped("alike", said, says["group"])

    def costliest(self, says: Says) -> Said:
        indicators = self.items(says["lost"])
        return [("costliest", {"period": says["period"], "indicators": indicators})]

    def advice(self, says: Says) -> Said:
        if says["about"] == "veto":
            return [("veto", {"units": self.named(says["vetoed"])})]
        band = self.band_names[self.evidence.scheme.bands[-1].id]
        return [("low", {"band": band, "units": self.named(says["low"])})]


def misread_of_evaluation(evidence: EvaluationEvidence, found: Finding, language: str) -> list[str]:
    """Where a sentence on an evaluation isn't what it should say."""
    words = _Evaluation(evidence, language)
    said: Said = getattr(words, found.kind)(found.says)
    return misread(found, said, words)
