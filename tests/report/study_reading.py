"""What the sentences on a study should say, place by place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from ahp.consensus import BAND_LIMITS
from ahp.consistency import CR_LIMIT
from ahp.i18n.numbers import show_beside
from ahp.process.study_evidence import StudyEvidence
from ahp.report.finding import Finding, percent
from tests.report.reading import Said, Words, misread

Says = Mapping[str, Any]

LIMIT = "0.1"
"""From which CR on a matrix is not consistent, as printed."""


class _Study(Words):
    """Names of a study, and the sentences on it."""

    def __init__(self, evidence: StudyEvidence, language: str) -> None:
        super().__init__("study", language)
        self.evidence, self.analysis = evidence, evidence.analysis
        self.comparisons = evidence.survey.hierarchy.comparisons

    def node(self, node: str) -> str:
        return f"“{self.evidence.survey.node_name(node, self.language)}”"

    def listed(self, texts: Iterable[str]) -> str:
        *others, last = texts
        first = self.of("comma").join(others)
        return self.of("and", first=first, second=last) if others else last

    def nodes(self, nodes: Iterable[str]) -> str:
        return self.listed(map(self.node, nodes))

    def with_shares(self, pairs: Iterable[tuple[str, str]]) -> str:
        return self.listed(
            self.of("share", name=self.node(node), share=share) for node, share in pairs
        )

    def experts(self, count: int) -> str:
        return self.of("expert" if count == 1 else "experts", count=count)

    @property
    def limit(self) -> str:
        limit = self.analysis.cr_limit
        return self.of("saaty") if isinstance(limit, str) else f"{limit:g}"

    def answered(self, says: Says) -> Said:
        count, invited = says["count"], says["invited"]
        said: Said = [("unknown", {"experts": self.experts(count)})]
        if invited is not None:
            places = {"count": count, "share": percent(count / invited)}
            said = [("response", {"invited": self.experts(invited), **places})]
        told = {"small": says["small"], "one": count == 1, "running": says["running"]}
        return [*said, *((form, {}) for form, so in told.items() if so)]

    def shares(self, says: Says) -> Said:
        first, *others = says["first"]
        weighting = self.of(self.analysis.weighting)
        if others:
            places = {"count": len(others) + 1, "share": says["share"]}
            return [("several", {"weighting": weighting, **places})]
        return [("one", {"weighting": weighting, "share": says["share"], "expert": first})]

    def gaps(self, says: Says) -> Said:
        asked, missing = says["asked"], says["missing"]
        places = {"asked": asked, "missing": missing, "share": percent(missing / asked)}
        filled: Said = [("filled", {"count": says["filled"]})] if says["filled"] else []
        return [("missing", places), *filled]

    def given(self, says: Says) -> Said:
        given = self.evidence.survey.given
        sources = dict.fromkeys(given[parent].source for parent in says["parents"])
        names = self.nodes(says["parents"])
        return [("given", {"names": names, "sources": self.of("semicolon").join(sources)})]

    def criteria(self, says: Says) -> Said:
        if "single" in says:
            return [("single", {"name": self.node(says["single"])})]
        hierarchy = self.evidence.survey.hierarchy
        first, count = says["first"], len(hierarchy.children[hierarchy.goal])
        places = {"count": count, "share": says["share"]}
        if len(first) == count:
            return [("same", places)]
        if len(first) > 1:
            return [("tied", {"names": self.nodes(first), **places})]
        (leader, _share), *others = says["order"]
        assert leader == first[0]
        return [
            ("leads", {"name": self.node(leader), "others": self.with_shares(others), **places})
        ]

    def first(self, says: Says) -> Said:
        first, count = says["first"], len(self.analysis.ranks)
        places = {"count": count, "share": says["share"]}
        if len(first) == count > 1:
            return [("same", places)]
        if len(first) > 1:
            return [("tied", {"names": self.nodes(first), **places})]
        return [("leads", {"name": self.node(first[0]), **places})]

    def head(self, says: Says) -> Said:
        order, total = says["order"], says["total"]
        places = {"count": len(order), "names": self.with_shares(order), "total": total}
        adds = math.isclose(sum(float(s[:-1]) for _leaf, s in order), float(total[:-1]))
        tied: Said = [("tied", {})] if len(order) > says["most"] else []
        return [("adds" if adds else "rounded", places), *tied]

    def tail(self, says: Says) -> Said:
        form = "one" if len(says["order"]) == 1 else "several"
        return [(form, {"names": self.with_shares(says["order"])})]

    def ratio(self, says: Says) -> Said:
        if says["zero"] == 1:
            (leaf,) = (k for k in self.analysis.ranks if self.analysis.global_weights[k] == 0)
            return [("zero", {"name": self.node(leaf)})]
        if says["zero"]:
            return [("zeros", {"count": says["zero"]})]
        return [("ratio", {"ratio": says["ratio"]})]

    def consistency(self, says: Says) -> Said:
        count, over = says["count"], says["over"]
        if not count:
            return [("none", {})]
        places = {"count": count, "limit": LIMIT}
        cr = {
            parent: show_beside(one.cr, CR_LIMIT)
            for parent, one in self.analysis.consistency.items()
        }
        said: Said = [
            ("all", {"cr": says["cr"], "name": self.node(says["largest"]), **places}),
        ]
        if over:
            named = self.listed(self.of("cr", name=self.node(p), cr=cr[p]) for p in over)
            said = [("over", {"over": len(over), "names": named, **places})]
        elif count == 1:
            said = [("one", {"cr": says["cr"], "limit": LIMIT})]
        joined = self.analysis.how.startswith("aip") and len(self.analysis.panel.experts) > 1
        return [*said, *([("joined", {})] if joined else [])]

    def total(self, says: Says) -> Said:
        form = "consistent" if says["acceptable"] else "inconsistent"
        return [(form, {"cr": says["cr"], "limit": LIMIT})]

    def coherence(self, says: Says) -> Said:
        experts, known = says["experts"], says["known"]
        if not experts:
            return [("one_sound" if known == 1 else "nobody", {"limit": self.limit})]
        if len(self.analysis.panel.experts) == 1:
            parents = self.nodes(case.parent for case in self.analysis.incoherences)
            return [("alone", {"names": parents, "limit": self.limit})]
        places = {"known": known, "limit": self.limit}
        places["treated"] = self.of(self.analysis.incoherent)
        if len(experts) == 1:
            return [("one", {"name": experts[0], **places})]
        places["count"] = len(experts)
        if len(experts) > 6:
            return [("many", places)]
        return [("some", {"names": self.listed(experts), **places})]

    def agreement(self, says: Says) -> Said:
        if says["experts"] < 2:
            return [("one" if says["experts"] else "few", {})]
        agreement = self.evidence.agreement
        assert agreement is not None
        s = show_beside(agreement.leaves.similarity, *BAND_LIMITS)
        places = {"band": self.of(says["band"].replace(" ", "_")), "s": s}
        places |= {"who": says["experts"], "count": len(self.analysis.panel.experts)}
        if says["order"] is None:
            return [("no_order", places)]
        p = says["p"] if says["p"].startswith("<") else f"= {says['p']}"
        order = self.of(f"order_{says['order'].replace(' ', '_')}")
        return [("both", {"order": order, "w": says["w"], "p": p, **places})]

    def sides(self, pair: int) -> dict[str, str]:
        _parent, left, right = self.comparisons[pair]
        return {"left": self.node(left), "right": self.node(right)}

    def dispute(self, says: Says) -> Said:
        if not says["count"]:
            return [("none", {})]
        pairs = self.listed(
            self.of("sides", **self.sides(pair), for_left=left, for_right=right)
            for pair, left, right in says["named"]
        )
        places = {"count": len(self.comparisons), "split": says["count"], "pairs": pairs}
        return [("one" if says["count"] == 1 else "several", places)]

    def organizations(self, says: Says) -> Said:
        count = len(self.evidence.groups)
        if says["leaf"] is None:
            return [("same", {"count": count})]
        places = {name: says[name] for name in ("high", "most", "low", "least")}
        return [("differ", {"count": count, "name": self.node(says["leaf"]), **places})]

    def movement(self, says: Says) -> Said:
        if not says["both"]:
            return [("nobody", {})]
        given, changed = says["given"], says["changed"]
        if not given:
            return [("nothing", {})]
        places = {"given": given, "both": self.experts(says["both"]), "changed": changed}
        said: Said = [("changed", {"share": percent(changed / given), **places})]
        if says["moved"] is None:
            return [*said, ("end", {})]
        return [*said, ("moved", {"moved": says["moved"], "count": len(self.analysis.ranks)})]

    def leader(self, says: Says) -> Said:
        certainty = self.evidence.certainty
        assert certainty is not None
        form = "judgments" if certainty.experts is None else "panels"
        places = {"name": self.node(says["leader"]), "share": says["share"]}
        said: Said = [(form, {"draws": certainty.draws, **places})]
        if says["low"] == says["high"]:
            return [*said, ("fixed", {})]
        level = f"{100 * certainty.level:g}%"
        return [*said, ("between", {"level": level, "low": says["low"], "high": says["high"]})]

    def neighbors(self, says: Says) -> Said:
        loose, ranks = says["loose"], list(self.analysis.ranks.values())
        if not loose:
            tied = len(set(ranks)) < len(ranks)
            return [("none_but_ties" if tied else "none", {"limit": "5%"})]
        pairs = self.listed(
            self.of("turned", behind=self.node(behind), ahead=self.node(ahead), share=share)
            for ahead, behind, share in loose[:5]
        )
        if len(loose) == 1:
            return [("one", {"limit": "5%", "pairs": pairs})]
        form = "many" if len(loose) > 5 else "some"
        return [(form, {"limit": "5%", "count": len(loose), "pairs": pairs})]

    def stability(self, says: Says) -> Said:
        leader, node = self.node(says["leader"]), says["node"]
        if node is None:
            return [("firm", {"name": leader})]
        hierarchy = self.evidence.survey.hierarchy
        parent = hierarchy.parent_of(node)
        assert parent is not None
        own = self.analysis.local_weights[parent][hierarchy.children[parent].index(node)]
        places = {"leader": leader, "node": self.node(node), "rival": self.node(says["rival"])}
        numbers = {"weight": percent(float(own)), "bound": percent(says["bound"])}
        return [("hangs", {**places, **numbers})]

    def choices(self, says: Says) -> Said:
        form = "alone" if len(self.analysis.panel.experts) == 1 else "all"
        first, count = says["first"], len(self.analysis.ranks)
        places = {"kept": says["kept"], "count": count, "firm": len(says["firm"])}
        made: Said = [(form, {"others": says["others"]})]
        if len(first) > 1:
            return [*made, ("tied", {"tied": len(first), **places})]
        return [*made, ("leads", {"name": self.node(first[0]), **places})]

    def worth(self, says: Says) -> Said:
        places = {"name": self.node(says["first"]), "last": self.node(says["last"])}
        return [("worth", {**places, "most": says["most"], "least": says["least"]})]

    def discuss(self, says: Says) -> Said:
        pairs = self.listed(self.of("against", **self.sides(pair)) for pair in says["pairs"])
        return [("discuss", {"pairs": pairs})]

    def recheck(self, says: Says) -> Said:
        if says["over"]:
            return [("matrices", {"names": self.nodes(says["over"])})]
        if says["experts"] == 1:
            return [("one", {})]
        return [("several", {"count": says["experts"]})]

    def ask_more(self, says: Says) -> Said:
        if says["missing"] is None:
            return [("alone", {})]
        return [("remind" if self.analysis.running else "again", {"missing": says["missing"]})]

    def unsettled(self, says: Says) -> Said:
        if len(says["leaves"]) > 5:
            return [("many", {"count": len(says["leaves"])})]
        return [("some", {"names": self.nodes(says["leaves"])})]

    def sound(self, says: Says) -> Said:
        assert not says
        return [("sound", {})]


def misread_of_study(evidence: StudyEvidence, found: Finding, language: str) -> list[str]:
    """Where a sentence on a study isn't what it should say."""
    words = _Study(evidence, language)
    said: Said = getattr(words, found.kind)(found.says)
    return misread(found, said, words)
