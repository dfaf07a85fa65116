"""What headings, totals and notes of lists of names look like, and what surrounds them."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

_DONE = "评价|考核|评估|测评|考评|评审|检查|审计|监测|绩效|具体"
_ASKED = f"(?:{_DONE})*"

NAMES = re.compile(
    rf"(?:总?目标|能力|方案|(?:[一二三四五1-5]级|第[一二三四五1-5][级层])?{_ASKED}[子次分大小]?"
    r"(?:准则|指标|因[素子]|要素|维度|内容|项目|事项|方面|类别?|领域|模块|板块|环节|风险点|观测点|考核点|评价点|控制点)"
    r"|[一二三四五1-5]级|(?:业务|风险|问题)(?:类[型别]|点))(?:体系)?[层项]?(?:名称)?[A-Za-z]?"
    r"|goals?|objectives?|(?:(?:level\d|(?:first|second|third)-?level)?(?:evaluation)?"
    r"(?:criteri(?:a|on)|sub-?criteri(?:a|on)|indicators?|factors?|dimensions?|metrics?))|level[1-5]|items?|alternatives?",
    re.IGNORECASE,
)
"""The heading of a column of names."""

EXPLAINED = re.compile(
    rf"(?:指标|计分|评分|打分|扣分|加分|赋分|统计|计算|工作|简要|解释|及其?|和|与|、|/|{_DONE})*"
    "(?:说明|解释|含义|释义|备注|描述|定义|内涵|要点|标准|细则|办法|方法|公式|口径|规则|要求|依据)"
    r"|explanations?|descriptions?|definitions?|notes?|remarks?|standards?",
    re.IGNORECASE,
)
"""The heading of a column of explanations."""

_WHOSE = "(?:责任|牵头|主管|配合|承办|实施|归口|管理|提供|被?考核|被?评价|检查|填报)"

LEFT_OUT = re.compile(
    r"(?:指标)?(?:序号|编[号码]|代[号码])|[行项栏]次|"
    "(?:指标|[一二三]级|自[评查]|评价|考核|测评|实际|最终|单项|标准|基[准本]|组合|综合|相对)*"
    "(?:权重|权数|分[值数]?|得分|评分|打分|赋分|扣分|加分|减分|满分|总分)[值数]?(?:原因|情况|系数)?"
    rf"|{_WHOSE}?(?:部门|单位|处室|科室|责任人)|{_WHOSE}(?:主体|对象|机构|人员?)"
    "|(?:数据|资料|信息)?来源|(?:考核|评价|统计|上报|更新|监测|检查|完成)*(?:周期|频[率次度]|时[间限])"
    "|指标(?:类型|性质|属性|方向|级别)|(?:目标|标准|参考|实际|完成|计划|预警|阈)值|完成情况"
    "|(?:评价|考核|检查|评估|采集)(?:方式|结果)|(?:风险|重要)(?:等级|程度|性)|原因|签[字名]|计量单位"
    "|(?:[很较不]|非常|极其|比较|不太)?(?:重要|满意|同意)|一般|优秀?|良好?|中等?|差|不?合格"
    r"|no\.?|number|weights?|(?:max(?:imum)?)?(?:scores?|points?)|units?|(?:data)?sources?"
    r"|departments?|owners?|frequency",
    re.IGNORECASE,
)
"""The heading of a column with neither."""

NAME_IN_LIST = re.compile(
    "时[间限]|周期|频[率次度]|原因|单位|[^:：]{0,2}(?:重要|满意|同意)|一般|优秀?|良好?|中等?|差|不?合格"
)
"""Which of these are names where they stand in a list."""

_NO_HEADING = re.compile(r"[(（【\[][^()（）【】\[\]]*[)）】\]]|[\s；:：*]")
"""What is no part of a heading."""

INDICATOR = re.compile("指标|因[素子]|要素")
"""What a heading says beside which another one, of contents, is of explanations."""

OF_TABLE = re.compile("指标|准则|因素|要素|维度|名称|项目")
"""What the heading of a list says that stands above it as one more name."""

PERSONS = re.compile("[人员者长]$|姓名|签|person|people|staff|manager|leader|responsible|contact")
"""What the heading of a column of people says."""

_TITLE_ROWS = 10
"""How many rows are looked through for headings."""

NUMBER = re.compile(r"[-+]?\d+([.．,，]\d+)?\s*[%％‰分]?")
"""A cell of a column of numbers."""

BOXES = re.compile("[□☐]")
"""What people tick."""

CODE = re.compile(r"[A-Za-z]{1,2}\d{1,3}(?:[.．-]\d{1,3})*|\d{1,3}(?:[.．-]\d{1,3})+")
"""A cell of a column of codes."""

_SIZE = r"\d+(?:[.．]\d+)?\s*(?:分|points?|[%％])"

POINTS = re.compile(
    rf"(?<!\s)\s*+[(（【\[]\s*(?:(?:共|计|占比?|满分|分值|权重|权数|合计|weight)\s*[:：为]?\s*)?"
    rf"(?:{_SIZE}|(?<=[重数值分占比t:：为 ])\d+(?:[.．]\d+)?|[01]?[.．]\d+)\s*[)）】\]]$"
    rf"|(?<=\S)\s+{_SIZE}$"
)
"""Points or a weight behind a name."""

LIMIT = re.compile(r"(?:[≥≤＞＜><=]|\b[前后]|达到?|[低高大小多少]于|超过?)$")
"""The end of a name that goes on with a number: `及时率≥（95%）`."""

JUST_POINTS = re.compile(
    rf"(?:权重|分值|满分|weight)?\s*+(?:[:：为]\s*+)?(?:{_SIZE}|[01]?[.．]\d+)[。；;]?"
)
"""Nothing but points or a weight."""

TOTAL = re.compile(
    r"(?P<of>.{0,8}?)(?:合\s*计|小\s*计)|总\s*计|共\s*计|(?:grand |sub-?)?total"
    r"|(?P<points>总\s*分|总得分|满\s*分|sum)",
    re.IGNORECASE,
)
"""The beginning of what may be one; `is_total` tells."""

_SUMMED = re.compile(rf"\s*+(?:[:：]\s*+)?(?:[(（]?\s*+({NUMBER.pattern})\s*+[)）]?)?")
_ALL = ("", "总", "本页", "本项", "以上", "各项", "分项")


def is_total(text: str, above: Container[str], *, numbers: bool, alone: bool = True) -> bool:
    """Whether a text stands in place of a name where there is a sum.

    Args:
        text: it.
        above: the names above it, which it may be the sum of.
        numbers: whether there are numbers beside it; others may be in it.
        alone: whether nothing else is beside it: `满分10分` may be said of a name.
    """
    word = TOTAL.match(text)
    summed = word and _SUMMED.fullmatch(text, word.end())
    if not word or not summed:
        return False
    numbers = numbers or (bool(summed[1]) and (alone or not word["points"]))
    of = (word["of"] or "").strip()
    return (numbers or not (word["points"] or of)) and (of in _ALL or (of in above and numbers))


NOTE = re.compile(
    r"[(（【]?(?:注|附注|(?:填[表写报]|使用|评分)说明|note)[】]?\s*\d?\s*[:：]", re.IGNORECASE
)
"""The beginning of a note, wherever it stands."""

LAST_NOTE = re.compile(r"(?:备注|说明)\s*[:：]")
"""The same at the end alone: elsewhere it is said of a name."""

_FIELD = (
    r"(?:(?:填[表报写]|制表|审[核定]|复核|编制|打分|被?考核|被?评价|负责)"
    r"(?:人|者|单位|部门|机构|专家|日期|时间|期间?)|专家(?:姓名|签[字名])|日\s*期|年\s*[度份])"
    r"(?:[(（][^)）]*[)）])?\s*[:：].*"
)

SURROUNDINGS = re.compile(
    rf"附(?:件|表|录)\s*[\d一二三四五六七八九十]+(?:[-—]\d+)?\s*[:：]?|续表"
    r"|第\s*\d+\s*页(?:[\s,，/、]*共\s*\d+\s*页)?"
    r"|[(（【]?\s*(?:计量)?单位\s*[:：][^:：]{0,16}"
    rf"|[(（【](?:\d{{4}}|[二〇○零]{{2}}..)\s*年.{{0,9}}[)）】]|{_FIELD}",
    re.IGNORECASE,
)
"""What stands around lists and belongs to none: attachments, units, years, who filled it in."""

ATTACHED = re.compile(r"附(?:件|表|录)\s*[:：]?")
"""What stands above them, and is a name elsewhere."""

NUMBERED_TABLE = re.compile(
    r"^(?:附?表|附件)\s*[\d一二三四五六七八九十]+(?:[-—.．]\d+)*\s*[:：]?\s*(?=\S)"
)
"""What stands before the title of a table."""

LABEL = re.compile(
    rf"(?:第[一二三四五1-5]层\s*)?((?:{NAMES.pattern})\s*)(?:[一二三四五六七八九十]+|\d{{1,2}})?\s*[:：]\s*(?=\S)",
    re.IGNORECASE,
)
"""What says of a name that is written behind it which level it is on, as `一级指标：`."""

_JUST_HEADING = re.compile(
    "[一二三四五1-5]级|层|指标|准则|序号|编[号码]|criteri|indicator|level|no\\.", re.IGNORECASE
)
"""What is said in headings alone; other words of theirs could be names."""

RANKED = re.compile(
    "级|层|目标|准则|指标|因[素子]|要素|维度|goal|objective|criteri|indicator|factor|dimension|level"
)
"""What such a label says, of which others could be names: contents, items, kinds."""

ALTERNATIVES = re.compile("方案|alternative")
"""What is said of the lowest level, which no survey has."""

LEVEL = re.compile("[一二三四五1-5]级指标|(?:目标|准则|指标|因素|方案)层")
"""A heading that parts the names of a level from those of another one."""

WEIGHED = re.compile(r"(.*[\u4e00-\u9fff)）])\s+(\d+(?:[.．]\d+)?)")
"""A name with a number that could be its own."""

LEADS = re.compile(
    r"如下.{0,12}[:：。]?$|(?:以下|下列).{0,12}[:：。]$|(?:包括|包含|分为|共有?)[^:：]{0,24}[:：]$"
)
"""The end of a sentence that leads to a list."""

SENTENCE = re.compile("^[^，]*，.*。$|.{20}。$")
"""One that does so where it stands above numbered lines."""

CLOSES = re.compile(r"以上|上述|谢谢|感谢")
"""The beginning of one that speaks of the list above it, or takes leave."""

SPOKEN = re.compile(r"[。，]|是否|[扣得加]\d*[.．]?\d+分|\. ")
"""What sentences have, and names do not."""


def last_name(texts: Sequence[str]) -> int:
    """The last of these texts that could be a name, and is no note behind a list or a table."""
    told = (SPOKEN.search, NOTE.match, SURROUNDINGS.fullmatch)
    return max(
        (number for number, text in enumerate(texts) if not any(find(text) for find in told)),
        default=-1,
    )


def heading_key(cell: str) -> str:
    """What a heading is known by: without spaces, and what stands in brackets."""
    return _NO_HEADING.sub("", cell) or cell


def is_header(cells: Sequence[str], *, all_known: bool = False) -> bool:
    """Whether a row has headings: most of its cells are known ones, one of them of names."""
    named = [heading_key(cell) for cell in cells if cell]
    known = [cell for cell in named if EXPLAINED.fullmatch(cell) or LEFT_OUT.fullmatch(cell)]
    levels = [cell for cell in named if NAMES.fullmatch(cell)]
    count = len(known) + len(levels)
    enough = count == len(named) if all_known else 2 * count > len(named)
    return bool(levels or (named and len(known) == len(named))) and enough


def is_further_header(cells: Sequence[str], above: Sequence[str]) -> bool:
    """Whether a row goes on with the headings in the one above: it names levels, or fills in what
    is empty there or spread over several columns. Others are names that sound like headings.
    """
    if not is_header(cells, all_known=True):
        return False
    above = [*above, *[""] * (len(cells) - len(above))]
    spread = [not above[k] or above[k + 1 : k + 2] == [""] for k in range(len(above))]
    filled = [k for k, cell in enumerate(cells) if cell]
    return any(map(_JUST_HEADING.search, cells)) or all(
        spread[k] or cells[k] == above[k] for k in filled
    )


def _is_held(rows: Sequence[Sequence[str]], number: int) -> bool:
    """Whether what looks like headings is the first row of names: the next one, no heading, stands
    below its first cell.
    """
    cells, below = rows[number], rows[number + 1 : number + 2]
    headings = any(map(_JUST_HEADING.search, cells)) or not below
    return not headings and bool(
        cells[0] and not below[0][0] and not is_further_header(below[0], cells)
    )


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Which row has the headings: the first that has several, below what stands above tables."""
    several = any(sum(map(bool, cells)) > 1 for cells in rows)
    for number, cells in enumerate(rows[:_TITLE_ROWS]):
        filled = [cell for cell in cells if cell]
        headings = is_header(cells) and not _is_held(rows, number)
        if headings and (len(filled) > 1 or not several):
            return number
        if len(filled) > 1 and not SURROUNDINGS.fullmatch(" ".join(filled)):
            return None
    return None
