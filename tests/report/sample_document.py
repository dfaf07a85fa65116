"""A report with everything that a report can have, in both languages, of made-up numbers."""

from __future__ import annotations

from ahp.plots.chart import Axis, Bars, Chart
from ahp.report.document import (
    Block,
    Document,
    Facts,
    Figure,
    Listing,
    Paragraph,
    Section,
    TableBlock,
    refer,
)
from ahp.report.table import Cell, Table

NASTY = r"50 % of a_b & {c} #1 ~ ^ \d $x$ <b>“q”</b> -- 'it'"
"""A text with what means something in one of the formats."""

WORDS = {
    "en": {
        "title": "Effectiveness of post-supervision",
        "subtitle": "Weights of five capabilities and 18 indicators",
        "warning": "The log of the study does not verify: event 17 was changed.",
        "intro": "Twenty experts compared the capabilities; {ranking} has the ranks, {bars} shows "
        "them, and {annex} lists every judgment.",
        "draft": "Problem finding leads with 26.8 %, ahead of rectification with 21.4 %.",
        "name": "Capability of indicator {k}",
        "short": "Indicator {k}",
        "sections": ("Rankings", "Single ranking", "Of the capabilities", "Judgments", "Experts"),
        "columns": ("Indicator", "Weight", "Rank", "CR", "Acceptable", "Remark"),
    },
    "zh": {
        "title": "事后监督效能评价指标权重研究报告",
        "subtitle": "五项能力、十八项指标",
        "warning": "本调查的日志未通过核验：第 17 条事件被改动。",
        "intro": "二十名专家对各项能力作了两两比较，排序见{ranking}，图示见{bars}，"
        "全部判断列于{annex}。",
        "draft": "问题发现能力居首，权重为 26.8 %，整改落实能力次之，为 21.4 %。",
        "name": "第{k}项指标的监督能力",
        "short": "指标{k}",
        "sections": ("总体情况", "单排序", "各项能力", "判断矩阵", "专家名单"),
        "columns": ("指标", "权重", "位次", "一致性比率", "是否可接受", "说明"),
    },
}


def ranking_table(language: str, rows: int = 18) -> Table:
    words = WORDS[language]
    name, columns, title = words["name"], words["columns"], words["sections"][0]
    assert isinstance(name, str)
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (name.format(k=k), 1 / (k + 2), k, 0.09997 if k == 3 else 0.01 * k, k % 2 == 0, NASTY)
        if k % 5
        else (name.format(k=k), 1 / (k + 2), k, None, None, "")
        for k in range(1, rows + 1)
    )
    limits = {3: (0.1,)}
    return Table(title, tuple(columns), body, language, limits=limits, note=words["draft"])


def matrix_table(language: str, size: int) -> Table:
    name = str(WORDS[language]["name"])
    names = tuple(name.format(k=k) for k in range(1, size + 1))
    body = tuple(
        (names[i], *(float(1 + j - i) if j >= i else 1 / (1 + i - j) for j in range(size)))
        for i in range(size)
    )
    judgments = frozenset(range(1, size + 1))
    return Table(str(WORDS[language]["sections"][3]), ("", *names), body, language, judgments)


def bars_chart(language: str) -> Chart:
    names = tuple(str(WORDS[language]["short"]).format(k=k) for k in range(1, 6))
    positions = tuple(float(k) for k in range(5))
    ends = tuple(0.3 - 0.04 * k for k in range(5))
    marks = (Bars(positions, ends, ("#1f5f99",) * 5),)
    alt = " ".join(names)
    shares = Axis(percent=True, low=0.0)
    down = Axis(names=names, reversed=True)
    title = str(WORDS[language]["sections"][2])
    return Chart(title, "n = 20", alt, shares, down, marks, language)


def sample(
    language: str, *, figures: bool = True, contents: bool = True, size: int = 24
) -> Document:
    """All kinds of blocks: a long table, one that needs a page across, one in parts."""
    words = WORDS[language]
    titles = words["sections"]
    intro = str(words["intro"]).format(
        ranking=refer("table", "ranking"),
        bars=refer("figure", "bars") if figures else "-",
        annex=refer("section", "experts"),
    )
    draft = str(words["draft"])
    picture: tuple[Block, ...] = (Figure(bars_chart(language), "bars"),) if figures else ()
    return Document(
        title=str(words["title"]),
        subtitle=str(words["subtitle"]),
        language=language,
        facts=((titles[4], "20 / 22"), (titles[3], NASTY)),
        warnings=(str(words["warning"]),),
        blocks=(
            Section(
                titles[0],
                (
                    Paragraph(intro),
                    Paragraph(draft, "draft"),
                    Paragraph(NASTY, "note"),
                    Listing((draft, NASTY), numbered=True),
                    Listing((intro, draft)),
                    Listing((draft, draft), numbered=True),
                    TableBlock(ranking_table(language, 60), "ranking"),
                    *picture,
                    Section(
                        titles[1],
                        (
                            Section(titles[2], (Facts((("λmax", "5.0731"),)),), "capabilities"),
                            TableBlock(matrix_table(language, 5), "matrix:goal"),
                        ),
                        "single",
                    ),
                ),
                "rankings",
            ),
            Section(
                titles[3],
                (
                    Paragraph(intro),
                    TableBlock(matrix_table(language, 12), "matrix:twelve"),
                    Paragraph(draft),
                    TableBlock(matrix_table(language, size), "matrix:large"),
                ),
                "judgments",
            ),
            Section(
                titles[4],
                (TableBlock(ranking_table(language, 3), "experts", wide=True),),
                "experts",
                annex=True,
            ),
        ),
        provenance=(("SHA-256", "0123456789abcdef" * 4), ("ahp", "1.0")),
        contents=contents,
        references="@book{saaty1980, title={The Analytic Hierarchy Process}, year={1980}}\n",
    )
