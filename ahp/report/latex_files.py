r"""A report as LaTeX: `report.tex`, a PDF for each figure, all in one ZIP file.

Chinese is typeset by XeLaTeX with ctex, English by pdfLaTeX, or by XeLaTeX where a text has
characters that pdfLaTeX doesn't know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from ..i18n import translator
from ..plots.texts import unseen
from .archive import zip_bytes
from .document import (
    Document,
    Facts,
    Figure,
    Listing,
    Numbering,
    Paragraph,
    Progress,
    Reference,
    Section,
    TableBlock,
    bookmark,
    number,
    one_line,
)
from .page_layout import CELL_PADDING, MARGIN, UPRIGHT, Fit, Placed, place

ONE_PAGE = {False: 30, True: 18}
"""Lines of a table that is set in one piece, upright and across; a longer one goes over pages."""

_GREEK = {
    **{"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta"},
    **{"η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi"},
    **{"π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi"},
    **{"ω": "omega", "Δ": "Delta", "Ω": "Omega", "µ": "mu"},
}

_SPECIAL = {
    **{mark: rf"\{mark}" for mark in "#$%&_{}"},
    **{"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"},
    **{"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}"},
    **{"'": r"\textquotesingle{}", "`": r"\textasciigrave{}", "-": "-{}", "[": "{[}", "]": "{]}"},
    **{",": ",{}", "?": "?{}", "!": "!{}", "*": "{*}", "\N{NO-BREAK SPACE}": "~"},
    **{"\N{MINUS SIGN}": r"\ensuremath{-}", "\N{MULTIPLICATION SIGN}": r"\texttimes{}"},
    **{"≤": r"\ensuremath{\le}", "≥": r"\ensuremath{\ge}", "≠": r"\ensuremath{\ne}"},
    **{"≈": r"\ensuremath{\approx}", "√": r"\ensuremath{\surd}", "∞": r"\ensuremath{\infty}"},
    **{"→": r"\ensuremath{\rightarrow}", "←": r"\ensuremath{\leftarrow}"},
    **{"↑": r"\ensuremath{\uparrow}", "↓": r"\ensuremath{\downarrow}"},
    **{"Σ": r"\ensuremath{\Sigma}", "∑": r"\ensuremath{\sum}", "∏": r"\ensuremath{\prod}"},
    **{mark: rf"\ensuremath{{\{name}}}" for mark, name in _GREEK.items()},
}
"""Characters that mean something else in LaTeX, that make ligatures, or that a text font lacks."""

_KNOWN = frozenset("–—‘’“”„…†‡•‰€™°±·«»¡¿×÷¼½¾²³¹")
"""Characters beyond Latin letters that pdfLaTeX has in its fonts."""

_NOT_LATIN_MODERN = frozenset("ĸŉŦŧ")
"""Latin letters up to U+017F that Latin Modern lacks."""

_RARE = r"""\ExplSyntaxOn
\NewDocumentCommand{\rare}{mm}{{\xeCJK_select_font:
  \tex_iffontchar:D \tex_font:D "#2 \scan_stop: #1
  \else: \normalfont \tex_iffontchar:D \tex_font:D "#2 \scan_stop: #1
  \else: 〓{\tiny U+#2} \fi: \fi:}}
\ExplSyntaxOff
\pdfstringdefDisableCommands{\def\rare#1#2{#1}}
"""
"""A character, if the Chinese or the Latin font has it; else the printers' sign for a missing type,
and its code.
"""

_LONG = re.compile(r"[!-,.-~]{15,}")
"""A word that must be broken where a column is narrow, such as a hash."""

_PREAMBLE = r"""\usepackage{iftex}
\ifPDFTeX
  \usepackage[utf8]{inputenc}
  \usepackage[T1]{fontenc}
  \usepackage{textcomp}
  \usepackage{lmodern}
\fi
\usepackage[a4paper,margin=%(margin)spt]{geometry}
\usepackage{array,booktabs,longtable,pdflscape,float,graphicx,framed,xcolor,fancyhdr,lastpage}
\usepackage{caption}
\usepackage[hidelinks]{hyperref}
\setlength{\tabcolsep}{%(padding)spt}
\setlength{\LTleft}{0pt}
\setlength{\LTright}{0pt}
\setlength{\headheight}{14pt}
\setlength{\emergencystretch}{3em}
\setcounter{secnumdepth}{3}
\setcounter{tocdepth}{2}
\captionsetup{font=small,labelfont=bf}
\newcolumntype{L}[1]{>{\raggedright\arraybackslash}p{#1}}
\newcolumntype{R}[1]{>{\raggedleft\arraybackslash}p{#1}}
\makeatletter
\def\naturalwidth{\ifdim\Gin@nat@width>\linewidth\linewidth\else\Gin@nat@width\fi}
\def\naturalheight{\ifdim\Gin@nat@height>0.85\textheight 0.85\textheight\else\Gin@nat@height\fi}
\makeatother
%% bars and frames begin a page, and leave a heading behind: a heading needs room for lines below it
\newcommand{\headingroom}{\par\penalty-100\begingroup\dimen0=\pagegoal\advance\dimen0-\pagetotal
  \ifdim\dimen0<8\baselineskip\ifdim\dimen0>0pt\vfil\fi\break\fi\endgroup}
\setkeys{Gin}{width=\naturalwidth,height=\naturalheight,keepaspectratio}
\pagestyle{fancy}
\fancyhf{}
\renewcommand{\headrulewidth}{0pt}
"""

_CHINESE = r"""\documentclass[UTF8,a4paper,zihao=5]{ctexart}
\ctexset{
  section={name={,、},number=\chinese{section},aftername={},format+=\raggedright},
  subsection={name={（,）},number=\chinese{subsection},aftername={}},
  subsubsection={name={,.},number=\arabic{subsubsection},aftername={\ }},
  appendix={name={附录},number=\Alph{section}},
  tablename={表},figurename={图},contentsname={目录},
}
\AtBeginDocument{\captionsetup{labelsep=quad}}
"""

_CHINESE_IN_ENGLISH = r"""\usepackage{xeCJK}
\setCJKmainfont[BoldFont=FandolSong-Bold.otf]{FandolSong-Regular.otf}
\setCJKsansfont[BoldFont=FandolHei-Bold.otf]{FandolHei-Regular.otf}
"""

_ENGLISH = r"""\documentclass[11pt,a4paper]{article}
\AtBeginDocument{\captionsetup{labelsep=period}}
"""

_ANNEX = r"""\appendix
\addtocontents{toc}{\protect\setcounter{tocdepth}{1}}
"""

_CHINESE_ANNEX = _ANNEX + "\\ctexset{section/aftername=\\quad}\n"

_ENGLISH_ANNEX = (
    _ANNEX
    + r"""\makeatletter
\@namedef{annexbefore@section}{Annex~}
\@namedef{annexafter@section}{.}
\renewcommand{\@seccntformat}[1]{\csname annexbefore@#1\endcsname\csname the#1\endcsname
\csname annexafter@#1\endcsname\quad}
\makeatother
"""
)


def latex_zip(document: Document, progress: Progress | None = None) -> bytes:
    """A report as a ZIP file: `report.tex`, `figures/`, `references.bib` if the document has
    references, and a README that says how to compile.

    Numbers of sections, tables and figures are counted by LaTeX, and are those of `number`.

    Args:
        document: what is written.
        progress: told after each table and figure.

    Returns:
        The file; the same document gives the same bytes.

    Raises:
        ReportError: the document contradicts itself, as `number` says.
    """
    writer = _Writer(document, progress)
    text = writer.text()
    files = {"report.tex": text.encode(), **writer.figures}
    if document.references:
        files["references.bib"] = document.references.encode()
    _ = translator(document.language)
    command = f"{engine(document.language, text)} report.tex"
    told = _("Run this three times, until contents and numbers of pages stand: {command}")
    files["README.txt"] = f"{told.format(command=command)}\n".encode()
    return zip_bytes(files)


def escape(text: str) -> str:
    r"""A text for LaTeX: every character stands for itself, and makes no ligature. One that fonts
    may lack is looked up in them when the text is set (`\rare`).

    >>> print(escape("50 % of a_b -- $x"))
    50 \% of a\_b -{}-{} \$x
    """
    return "".join(
        _SPECIAL.get(mark) or (mark if _in_fonts(mark) else rf"\rare{{{mark}}}{{{ord(mark):X}}}")
        for mark in unicodedata.normalize("NFC", text)
        if not unseen(mark)
    )


def engine(language: str, text: str) -> str:
    """The program that typesets a text: `pdflatex` for English in Latin letters."""
    return "pdflatex" if language == "en" and all(map(_in_latin_fonts, text)) else "xelatex"


def _in_latin_fonts(mark: str) -> bool:
    letter = "\xa1" <= mark <= "\u017f" and mark.isalpha() and mark not in _NOT_LATIN_MODERN
    return mark < "\x80" or mark in _KNOWN or letter


def _in_fonts(mark: str) -> bool:
    """Whether Latin fonts have a character, or Chinese ones, all of which have those of GB 2312."""
    if _in_latin_fonts(mark):
        return True
    try:
        mark.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return mark >= "\u2e80"


class _Writer:
    """Writes a document from top to bottom, and its figures beside it."""

    def __init__(self, document: Document, progress: Progress | None) -> None:
        self.document = document
        self.progress = progress
        self.numbers: Numbering = number(document)
        self.placed = place(document)
        self.steps = sum(isinstance(one.block, TableBlock | Figure) for one in self.placed)
        self.done = 0
        self.figures: dict[str, bytes] = {}
        self._ = translator(document.language)

    def text(self) -> str:
        """The file."""
        body = "".join([*self._front(), *self._blocks(), *self._provenance()])
        chinese = self.document.language == "zh"
        measures = {"margin": f"{MARGIN:g}", "padding": f"{CELL_PADDING / 2:g}"}
        first = f"% {engine(self.document.language, body)} report.tex\n"
        head = (_CHINESE if chinese else _ENGLISH) + _PREAMBLE % measures
        if engine(self.document.language, body) == "xelatex":
            head += ("" if chinese else _CHINESE_IN_ENGLISH) + _RARE
        return f"{first}{head}{self._margins()}\\begin{{document}}\n{body}\\end{{document}}\n"

    def _margins(self) -> str:
        counted = self._("Page {page} of {count}")
        foot = "".join(
            {"{page}": r"\thepage{}", "{count}": r"\pageref{LastPage}"}.get(part, escape(part))
            for part in re.split(r"(\{page\}|\{count\})", counted)
        )
        head = " · ".join(filter(None, (self.document.title, self.document.subtitle)))
        return (
            f"\\fancyhead[C]{{\\small {escape(one_line(head))}}}\n"
            f"\\fancyfoot[C]{{\\small {foot}}}\n"
            f"\\hypersetup{{pdftitle={{{escape(one_line(self.document.title))}}}}}\n"
        )

    def _front(self) -> Iterator[str]:
        document = self.document
        title = escape(one_line(document.title))
        yield f"\\begin{{center}}\n{{\\LARGE\\bfseries {title}\\par}}\n"
        if document.subtitle:
            yield f"\\medskip\n{{\\large {escape(one_line(document.subtitle))}\\par}}\n"
        yield "\\end{center}\n\n"
        if document.contents:
            yield "\\thispagestyle{empty}\n"
        for text in document.warnings:
            yield self._paragraph(Paragraph(text, "warning"))
        if document.facts:
            yield self._facts(document.facts)
        if document.contents:
            yield "\\tableofcontents\n\\clearpage\n"

    def _blocks(self) -> Iterator[str]:
        across = annexes = False
        for one in self.placed:
            if one.across != across:
                yield "\\end{landscape}\n" if across else "\\begin{landscape}\n"
                across = one.across
                turned = True
            else:
                turned = False
            if isinstance(one.block, Section):
                annex = one.block.annex and self.numbers.depths[one.block.key] == 1
                if annex and not annexes:
                    yield _CHINESE_ANNEX if self.document.language == "zh" else _ENGLISH_ANNEX
                annexes = annexes or annex
                yield self._heading(one.block, new_page=not turned)
            else:
                yield from self._block(one)
        if across:
            yield "\\end{landscape}\n"

    def _block(self, one: Placed) -> Iterator[str]:
        block = one.block
        match block:
            case Paragraph():
                yield self._paragraph(block)
            case Listing():
                kind = "enumerate" if block.numbered else "itemize"
                items = "".join(f"\\item {self._words(item)}\n" for item in block.items)
                if items:
                    yield f"\\begin{{{kind}}}\n{items}\\end{{{kind}}}\n\n"
            case Facts():
                yield self._facts(block.pairs)
            case TableBlock():
                assert one.fit is not None
                yield from self._table(block, one.fit)
                self._step()
            case Figure():
                yield self._figure(block)
                self._step()

    def _heading(self, section: Section, *, new_page: bool) -> str:
        depth = self.numbers.depths[section.key]
        breaks = new_page and (section.new_page or (section.annex and depth == 1))
        command = ("section", "subsection", "subsubsection")[depth - 1]
        return (
            ("\\clearpage\n" if breaks else "\\headingroom\n")
            + f"\\{command}{{{escape(one_line(section.title))}}}"
            + f"\\label{{{bookmark('section', section.key)}}}\n\n"
        )

    def _paragraph(self, paragraph: Paragraph) -> str:
        words = self._words(paragraph.text)
        if paragraph.emphasis == "warning":
            word = escape(self._("Attention"))
            return f"\\begin{{framed}}\\noindent\\textbf{{{word}}} · {words}\\end{{framed}}\n\n"
        if paragraph.emphasis == "draft":
            word = escape(self._("[draft]"))
            return f"\\begin{{leftbar}}\\noindent\\textbf{{{word}}} {words}\\end{{leftbar}}\n\n"
        if paragraph.emphasis == "note":
            return f"{{\\noindent\\small {words}\\par}}\n\n"
        return f"{words}\n\n"

    def _facts(self, pairs: Sequence[tuple[str, str]]) -> str:
        widths = (110.0, UPRIGHT - 110.0)
        columns = "".join(f"L{{{width - CELL_PADDING:.1f}pt}}" for width in widths)
        rows = "".join(
            f"{_cell(one_line(label))} & {_breakable(self._words(value))} \\\\\n"
            for label, value in pairs
        )
        inside = f"\\begin{{longtable}}{{@{{}}{columns}@{{}}}}\n{rows}\\end{{longtable}}\n"
        return f"{inside}\\addtocounter{{table}}{{-1}}\n\n"

    def _table(self, block: TableBlock, fit: Fit) -> Iterator[str]:
        table = block.table
        title = escape(one_line(table.title))
        label = f"\\label{{{bookmark('table', block.key)}}}"
        long = fit.lines > ONE_PAGE[fit.across] * len(fit.parts)
        for count, part in enumerate(fit.parts, start=1):
            columns = "".join(
                f"{'R' if column in fit.numeric else 'L'}{{{width - CELL_PADDING:.1f}pt}}"
                for column, width in part
            )
            heads = " & ".join(
                f"\\bfseries {_cell(one_line(table.columns[k]))}" for k, _width in part
            )
            rows = "".join(
                " & ".join(_cell(row[column]) for column, _width in part) + " \\\\\n"
                for row in fit.shown
            )
            size = f"\\fontsize{{{fit.size:g}}}{{{fit.size * 1.2:.1f}}}\\selectfont"
            caption = f"\\caption{{{title}}}{label}"
            if count > 1:
                again = self._("{label} (continued)").format(
                    label=self.numbers.label("table", block.key)
                )
                caption = f"\\caption*{{{escape(again)} {title}}}"
            if long:
                again = "\\addtocounter{table}{-1}\n" if count > 1 else ""
                yield (
                    f"{{{size}\n\\begin{{longtable}}{{@{{}}{columns}@{{}}}}\n{caption}\\\\\n"
                    f"\\toprule\n{heads} \\\\\n\\midrule\n\\endfirsthead\n"
                    f"\\toprule\n{heads} \\\\\n\\midrule\n\\endhead\n"
                    f"\\bottomrule\n\\endfoot\n{rows}\\end{{longtable}}\n{again}}}\n"
                )
            else:
                yield (
                    f"\\begin{{table}}[H]\n\\centering\n{caption}\n{size}\n"
                    f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n\\toprule\n{heads} \\\\\n"
                    f"\\midrule\n{rows}\\bottomrule\n\\end{{tabular}}\n\\end{{table}}\n"
                )
        if table.note:
            yield f"{{\\noindent\\footnotesize {self._words(table.note)}\\par}}\n"
        yield "\n"

    def _figure(self, figure: Figure) -> str:
        from ..plots.printed import pdf  # noqa: PLC0415 - slow to load, needed here alone

        name = bookmark("figure", figure.key)
        self.figures[f"figures/{name}.pdf"] = pdf(figure.chart)
        return (
            f"\\begin{{figure}}[H]\n\\centering\n\\includegraphics{{figures/{name}.pdf}}\n"
            f"\\caption{{{escape(one_line(figure.chart.title))}}}\\label{{{name}}}\n"
            "\\end{figure}\n\n"
        )

    def _provenance(self) -> Iterator[str]:
        if self.document.provenance:
            yield f"\\section*{{{escape(self._('How the numbers came about'))}}}\n"
            yield self._facts(self.document.provenance)

    def _words(self, text: str) -> str:
        parts = self.numbers.parts(text)
        return "".join(
            escape(part) if isinstance(part, str) else self._reference(part) for part in parts
        ).strip()

    def _reference(self, part: Reference) -> str:
        label = escape(self.numbers.label(part.kind, part.key))
        return f"\\hyperref[{bookmark(part.kind, part.key)}]{{{label}}}"

    def _step(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.steps)


def _cell(text: str) -> str:
    """A text in a column, where long words may be broken."""
    return "".join(
        r"\allowbreak{}".join(map(escape, part)) if _LONG.fullmatch(part) else escape(part)
        for part in re.split(rf"({_LONG.pattern})", text)
    )


def _breakable(words: str) -> str:
    """LaTeX text whose long runs of letters and digits may be broken."""
    return re.sub(r"[0-9A-Za-z]{24,}", lambda match: r"\allowbreak{}".join(match.group()), words)
