"""The publications behind a study's methods, for a list of references and for BibTeX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..process.study_evidence import StudyEvidence


@dataclass(frozen=True)
class Publication:
    """A publication.

    Attributes:
        authors: as (family name, initials).
        year: of publication.
        title: of the article or book.
        journal: of an article; empty for a book.
        volume: with the issue in brackets.
        pages: of an article.
        publisher: of a book.
    """

    authors: tuple[tuple[str, str], ...]
    year: int
    title: str
    journal: str = ""
    volume: str = ""
    pages: str = ""
    publisher: str = ""

    @property
    def line(self) -> str:
        """As a line of a list of references."""
        who = ", ".join(f"{family} {initials}" for family, initials in self.authors)
        where = f"{self.journal} {self.volume}: {self.pages}" if self.journal else self.publisher
        return f"{who} ({self.year}). {self.title}. {where}."

    def bibtex(self, key: str) -> str:
        """As a BibTeX entry."""
        volume, _bracket, issue = self.volume.removesuffix(")").partition("(")
        fields = {
            "author": " and ".join(f"{family}, {initials}" for family, initials in self.authors),
            "title": f"{{{self.title}}}",
            "journal": self.journal,
            "publisher": self.publisher,
            "volume": volume,
            "number": issue,
            "pages": self.pages.replace("-", "--"),
            "year": str(self.year),
        }
        kind = "article" if self.journal else "book"
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        return "\n".join([f"@{kind}{{{key},", *lines, "}"]) + "\n"


_EJOR = "European Journal of Operational Research"
_JMP = "Journal of Mathematical Psychology"
_MCM = "Mathematical and Computer Modelling"
_SAATY = (("Saaty", "T. L."),)

PUBLICATIONS: Mapping[str, Publication] = {
    "saaty1977": Publication(
        _SAATY,
        1977,
        "A scaling method for priorities in hierarchical structures",
        _JMP,
        "15(3)",
        "234-281",
    ),
    "saaty1980": Publication(
        _SAATY, 1980, "The Analytic Hierarchy Process", publisher="McGraw-Hill, New York"
    ),
    "saaty1994": Publication(
        _SAATY,
        1994,
        "How to make a decision: the analytic hierarchy process",
        "Interfaces",
        "24(6)",
        "19-43",
    ),
    "saaty2005": Publication(
        _SAATY,
        2005,
        "Theory and Applications of the Analytic Network Process",
        publisher="RWS Publications, Pittsburgh",
    ),
    "crawford1985": Publication(
        (("Crawford", "G."), ("Williams", "C.")),
        1985,
        "A note on the analysis of subjective judgment matrices",
        _JMP,
        "29(4)",
        "387-405",
    ),
    "aczel1983": Publication(
        (("Aczél", "J."), ("Saaty", "T. L.")),
        1983,
        "Procedures for synthesizing ratio judgements",
        _JMP,
        "27(1)",
        "93-102",
    ),
    "forman1998": Publication(
        (("Forman", "E."), ("Peniwati", "K.")),
        1998,
        "Aggregating individual judgments and priorities with the Analytic Hierarchy Process",
        _EJOR,
        "108(1)",
        "165-169",
    ),
    "bozoki2010": Publication(
        (("Bozóki", "S."), ("Fülöp", "J."), ("Rónyai", "L.")),
        2010,
        "On optimal completion of incomplete pairwise comparison matrices",
        _MCM,
        "52(1-2)",
        "318-333",
    ),
    "aullhyde2006": Publication(
        (("Aull-Hyde", "R."), ("Erdogan", "S."), ("Duke", "J. M.")),
        2006,
        "An experiment on the consistency of aggregated comparison matrices in AHP",
        _EJOR,
        "171(1)",
        "290-295",
    ),
    "goepel2018": Publication(
        (("Goepel", "K. D."),),
        2018,
        "Implementation of an online software tool for the Analytic Hierarchy Process (AHP-OS)",
        "International Journal of the Analytic Hierarchy Process",
        "10(3)",
        "469-487",
    ),
    "kendall1939": Publication(
        (("Kendall", "M. G."), ("Babington Smith", "B.")),
        1939,
        "The problem of m rankings",
        "Annals of Mathematical Statistics",
        "10(3)",
        "275-287",
    ),
    "schmidt1997": Publication(
        (("Schmidt", "R. C."),),
        1997,
        "Managing Delphi surveys using nonparametric statistical techniques",
        "Decision Sciences",
        "28(3)",
        "763-774",
    ),
    "efron1979": Publication(
        (("Efron", "B."),),
        1979,
        "Bootstrap methods: another look at the jackknife",
        "Annals of Statistics",
        "7(1)",
        "1-26",
    ),
    "butler1997": Publication(
        (("Butler", "J."), ("Jia", "J."), ("Dyer", "J.")),
        1997,
        "Simulation techniques for the sensitivity analysis of multi-criteria decision models",
        _EJOR,
        "103(3)",
        "531-546",
    ),
    "triantaphyllou1997": Publication(
        (("Triantaphyllou", "E."), ("Sánchez", "A.")),
        1997,
        "A sensitivity analysis approach for some deterministic multi-criteria decision-making "
        "methods",
        "Decision Sciences",
        "28(1)",
        "151-194",
    ),
    "hsu1996": Publication(
        (("Hsu", "H.-M."), ("Chen", "C.-T.")),
        1996,
        "Aggregation of fuzzy opinions under group decision making",
        "Fuzzy Sets and Systems",
        "79(3)",
        "279-285",
    ),
    "alonso2006": Publication(
        (("Alonso", "J. A."), ("Lamata", "M. T.")),
        2006,
        "Consistency in the analytic hierarchy process: a new approach",
        "International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems",
        "14(4)",
        "445-459",
    ),
    "donegan1991": Publication(
        (("Donegan", "H. A."), ("Dodd", "F. J.")),
        1991,
        "A note on Saaty's random indexes",
        _MCM,
        "15(10)",
        "135-137",
    ),
    "aguaron2003": Publication(
        (("Aguarón", "J."), ("Moreno-Jiménez", "J. M.")),
        2003,
        "The geometric consistency index: approximated thresholds",
        _EJOR,
        "147(1)",
        "137-145",
    ),
}
"""Key in BibTeX -> publication."""

_RANDOM_INDEX = {
    "saaty": "saaty1980",
    "saaty_2005": "saaty2005",
    "donegan_dodd": "donegan1991",
    "alonso_lamata": "alonso2006",
    "alonso_lamata_line": "alonso2006",
    "aguaron_moreno_2003": "aguaron2003",
}


def cited(evidence: StudyEvidence) -> tuple[str, ...]:
    """Keys of the publications that a study's methods rest on, in the order of `PUBLICATIONS`."""
    analysis = evidence.analysis
    keys = {"saaty1980", "triantaphyllou1997"}
    if analysis.random_index in _RANDOM_INDEX:
        keys.add(_RANDOM_INDEX[analysis.random_index])
    by_method = {"eigenvector": "saaty1977", "geometric_mean": "crawford1985"}
    if analysis.method in by_method:
        keys.add(by_method[analysis.method])
    if len(analysis.panel.experts) > 1:
        keys |= {"forman1998", "aullhyde2006"}
        if analysis.how == "aij":
            keys.add("aczel1983")
        if analysis.weighting == "distance":
            keys.add("hsu1996")
    if isinstance(analysis.cr_limit, str):
        keys.add("saaty1994")
    if np.isnan(analysis.panel.judgments).any():
        keys.add("bozoki2010")
    if evidence.agreement is not None:
        keys |= {"goepel2018", "kendall1939", "schmidt1997"}
    certainty = evidence.certainty
    if certainty is not None:
        keys |= {"efron1979"} if certainty.experts is not None else set()
        keys |= {"butler1997"} if certainty.judgments is not None else set()
    return tuple(key for key in PUBLICATIONS if key in keys)


def bibtex(keys: tuple[str, ...]) -> str:
    """BibTeX of some of `PUBLICATIONS`.

    >>> from ahp.report.references import bibtex
    >>> print(bibtex(("saaty1980",)))
    @book{saaty1980,
      author = {Saaty, T. L.},
      title = {{The Analytic Hierarchy Process}},
      publisher = {McGraw-Hill, New York},
      year = {1980},
    }
    <BLANKLINE>
    """
    return "\n".join(PUBLICATIONS[key].bibtex(key) for key in keys)
