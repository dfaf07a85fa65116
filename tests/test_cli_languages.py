"""What the command refuses is said in the language asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ahp.cli import main

ROOT = Path(__file__).parents[1]
HEFA = str(ROOT / "examples" / "published" / "hefa.ahp.toml")
COMMANDS = (
    "'weights', 'surveys', 'analyze', 'sensitivity', 'evaluate', 'schemes', 'report', "
    "'evaluation-report', 'verify', 'reconstruct', 'reproduce', 'convert', 'serve', 'backup', "
    "'restore', 'log', 'receipt'"
)
METHODS = (
    "“eigenvector”、“geometric_mean”、“column_mean”、“row_sum”、“harmonic”、“least_squares”、"
    "“weighted_least_squares”、“log_least_absolute”、“chi_square”、“log_goal_programming”、"
    "“cosine”、“svd”、“fuzzy_preference”"
)
TABLES = (
    "“saaty”、“saaty_2005”、“donegan_dodd”、“alonso_lamata”、“aguaron_moreno_2003”、"
    "“alonso_lamata_line”、“simulated”"
)

USAGE = {
    "": "ahp：错误：缺少参数：COMMAND。",
    "foo": f"ahp：错误：参数 COMMAND：取值 'foo' 无效，可选：{COMMANDS}。",
    "weights": "ahp weights：错误：缺少参数：file。",
    "weights m.csv --bogus 3": "ahp：错误：无法识别的参数：--bogus 3。",
    "weights m.csv --method": "ahp weights：错误：参数 --method：后面须给出一个值。",
    "weights m.csv --json=3": "ahp weights：错误：参数 --json：不能带值，却给出了 '3'。",
    "evaluation-report s.toml": "ahp evaluation-report：错误：缺少参数：OBSERVATIONS。",
    "evaluation-report s o --for fun": (
        "ahp evaluation-report：错误：参数 --for：取值 'fun' 无效，可选："
        "'statistics', 'notice', 'analysis'。"
    ),
    "surveys validate": "ahp surveys validate：错误：缺少参数：FILE。",
    "backup": "ahp backup：错误：缺少参数：FILE。",
    "restore": "ahp restore：错误：缺少参数：FILE。",
    "log": "ahp log：错误：缺少参数：ACTION。",
    "log tell": (
        "ahp log：错误：参数 ACTION：取值 'tell' 无效，可选：'verify', 'import', 'checkpoint'。"
    ),
    "log verify --jobs many": "ahp log verify：错误：参数 --jobs：取值 'many' 无效，应为整数。",
    "receipt verify a b": "ahp receipt verify：错误：缺少参数：--key。",
    "analyze s a --in 3": "ahp analyze：错误：选项 --in 不明确，可能是：--incoherent, --invited。",
    "analyze s a --trim x": "ahp analyze：错误：参数 --trim：取值 'x' 无效，应为数字。",
    "analyze s a --invited x": "ahp analyze：错误：参数 --invited：取值 'x' 无效，应为整数。",
    "analyze s a --incoherent drop": (
        "ahp analyze：错误：参数 --incoherent：取值 'drop' 无效，可选："
        "'include', 'exclude', 'downweight'。"
    ),
    "analyze s a --expert-weights E1": (
        "ahp analyze：错误：参数 --expert-weights：“E1”无法识别，应写成“姓名=权重”，例如 E1=0.2。"
    ),
    "analyze s a --expert-weights E1=1,E1=2": (
        "ahp analyze：错误：参数 --expert-weights：“E1”有两个权重，只能有一个。"
    ),
    "serve --port 80000": (
        "ahp serve：错误：参数 --port：端口“80000”无效，应为 1 到 65535 的整数。"
    ),
    "serve --metrics-port 0": (
        "ahp serve：错误：参数 --metrics-port：端口“0”无效，应为 1 到 65535 的整数。"
    ),
    "convert x.csv": "ahp convert：错误：缺少参数：--from, --to。",
    "convert x.csv --from excel --to long-csv": (
        "ahp convert：错误：参数 --from：取值 'excel' 无效，可选："
        "'ahp-os', 'ahpsurvey', 'expert-sheets', 'gluc', 'hierarchy-text', 'long-csv', "
        "'platform', 'survey-toml'。"
    ),
}
"""Arguments that can't be read -> the line below the usage."""

REFUSALS = {
    "weights m.csv --method median": f"method 的取值为“median”，应为以下之一：{METHODS}。",
    "weights m.csv --random-index noble": f"random_index 的取值为“noble”，应为以下之一：{TABLES}。",
    f"verify {HEFA} --junit none/hefa.xml": (
        "无法访问 none/hefa.xml：没有这个文件或文件夹（系统错误 2）。"
    ),
    f"verify {HEFA} --junit folder": "无法访问 folder：它是文件夹，不是文件（系统错误 21）。",
    f"verify {HEFA} --junit m.csv/hefa.xml": (
        "无法访问 m.csv/hefa.xml：路径中有一段不是文件夹（系统错误 20）。"
    ),
    f"reconstruct {HEFA} --save": (f"{HEFA}：没有写明候选矩阵文件（candidates），无处保存。"),
    "log verify --jobs 0": "--jobs 的取值为 0，应为不小于 1 的整数。",
    "log verify --key k.pem": "--key 须与 --checkpoints 一起使用。",
    "evaluation-report s o": "请用 --output 指定存放报告文件的文件夹。",
    "evaluation-report s o --output .": ".：该位置已有内容，请指定新的或空的文件夹。",
    "convert x.csv --from ahpsurvey --to long-csv": (
        "从 ahpsurvey 转换为 long-csv 须给出 --negative-is："
        "ahpsurvey 表格用正负号表示偏向哪一方，须说明负号指哪一方。"
    ),
    "convert x.csv --from long-csv --to ahp-os": (
        "从 long-csv 转换为 ahp-os 须给出 --survey：回答文件里没有问卷。"
    ),
    "convert x.json --from ahp-os --to survey-toml": (
        "从 ahp-os 转换为 survey-toml 须给出 --language：问卷文件要写明名称所用的语言。"
    ),
    "convert x.csv --from long-csv --to long-csv --negative-is left": (
        "从 long-csv 转换为 long-csv 用不到 --negative-is left，请去掉。"
    ),
    "convert x.csv --from long-csv --to ahp-os --survey supervision_effectiveness --language fr": (
        "--language 的取值为“fr”，应为以下之一：“zh”、“en”。"
    ),
}
"""Arguments that are read, but not followed -> what is said behind `ahp：错误：`."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, english_terminal: None) -> None:
    """An English terminal in a folder with a matrix and a folder."""
    monkeypatch.chdir(tmp_path)
    Path("m.csv").write_text("1,3\n1/3,1\n", encoding="utf-8")
    Path("folder").mkdir()


_WORD = re.compile("[A-Za-z_]{2,}")


def english_words(said: str, typed: str) -> list[str]:
    """Words that are neither typed, options, names of arguments, formats nor lists to choose
    from.
    """
    said = re.split("可选：|以下之一：|可能是：|缺少参数：", said)[0]
    names = f"{typed} {typed.replace('--', '').replace('-', '_')}"
    allowed = {*_WORD.findall(names), "ahp", "COMMAND", "ACTION", "candidates"}
    words = _WORD.findall(re.sub(r"--[\w-]+", "", said))
    return [word for word in words if word not in allowed]


@pytest.mark.parametrize("arguments", USAGE)
@pytest.mark.parametrize("first", [True, False])
def test_usage_in_chinese(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: str, first: bool
) -> None:
    """The language may stand before the command or come from the environment."""
    if first:
        words = ["--language", "zh", *arguments.split()]
    else:
        monkeypatch.setenv("AHP_LANGUAGE", "zh")
        words = arguments.split()
    with pytest.raises(SystemExit) as raised:
        main(words)
    captured = capsys.readouterr()
    assert (raised.value.code, captured.out) == (2, "")
    usage, *_, line = captured.err.splitlines()
    assert usage.startswith("用法：ahp ")
    assert line == USAGE[arguments]
    assert english_words(line, arguments) == []


@pytest.mark.parametrize("arguments", REFUSALS)
def test_refusals_in_chinese(capsys: pytest.CaptureFixture[str], arguments: str) -> None:
    assert main(["--language", "zh", *arguments.split()]) == 2
    assert capsys.readouterr().err == f"ahp：错误：{REFUSALS[arguments]}\n"
    assert english_words(REFUSALS[arguments], arguments) == []


def test_the_language_may_follow_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "m.csv", "--method", "median", "--language", "zh"]) == 2
    said = REFUSALS["weights m.csv --method median"]
    assert capsys.readouterr().err == f"ahp：错误：{said}\n"
    with pytest.raises(SystemExit):
        main(["analyze", "s", "a", "--trim", "x", "--language=zh"])
    assert capsys.readouterr().err.splitlines()[-1] == USAGE["analyze s a --trim x"]
    assert main(["--language", "zh", "weights", "m.csv", "--language", "en", "--method", "x"]) == 2
    assert capsys.readouterr().err.startswith("ahp: error: method = 'x', expected one of 'eigen")


def test_errors_are_english_in_a_chinese_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs read them; tables are in the language of the terminal."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("LANGUAGE", "")
    assert main(["weights", "m.csv", "--random-index", "x"]) == 2
    assert capsys.readouterr().err.startswith("ahp: error: random_index = 'x', expected one of ")
    assert main(["weights", "m.csv"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "权重"
    assert main(["surveys"]) == 0
    assert ": 18 indicators, 35 comparisons, languages zh en, " in capsys.readouterr().out


def test_what_keeps_a_server_from_starting_is_in_the_language_of_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is for people alone."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("LANGUAGE", "")
    monkeypatch.setenv("AHP_BASE_URL", "nonsense")
    assert main(["serve"]) == 2
    assert capsys.readouterr().err.startswith("ahp：错误：AHP_BASE_URL")


def test_the_language_of_converted_names_is_another(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = "convert x.csv --from ahpsurvey --to long-csv --language zh"
    assert main(arguments.split()) == 2
    assert capsys.readouterr().err == (
        "ahp: error: --negative-is is missing, expected with ahpsurvey to long-csv: ahpsurvey "
        "tables have a sign convention\n"
    )


def test_an_unknown_language_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit):
        main(["--language", "fr", "surveys"])
    assert capsys.readouterr().err.splitlines()[-1] == (
        "ahp: error: argument --language: invalid choice: 'fr' (choose from 'zh', 'en')"
    )
    monkeypatch.setenv("AHP_LANGUAGE", "fr")
    assert main(["surveys"]) == 2
    assert capsys.readouterr() == (
        "",
        "ahp: error: AHP_LANGUAGE = 'fr', expected one of 'zh', 'en'\n",
    )


def test_surveys_and_warnings_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    survey = str(ROOT / "examples" / "dong_2010" / "survey.toml")
    assert main(["--language", "zh", "surveys", "validate", survey]) == 0
    assert capsys.readouterr().out.startswith(
        f"{survey}：无误，4 项指标，6 项比较，语言 en zh，哈希值 "
    )
    nodes = "".join(
        f'[[nodes]]\nid = "n{k}"\nparent = "goal"\nname.zh = "要素{k}"\nexplanation.zh = "说明"\n'
        for k in range(16)
    )
    Path("s.toml").write_text(
        'format = 1\nid = "s"\nlanguages = ["zh"]\nname.zh = "问卷"\ndescription.zh = "说明"\n'
        f'[goal]\nid = "goal"\nname.zh = "目标"\nexplanation.zh = "说明"\n{nodes}',
        encoding="utf-8",
    )
    assert main(["--language", "zh", "surveys", "validate", "s.toml"]) == 0
    assert capsys.readouterr().err == (
        "ahp：警告：s.toml：“goal”下有 16 个要素；一次比较超过 9 个，判断就不易可靠。\n"
        "ahp：警告：s.toml：随机一致性指标表“saaty”不含 16 阶的值，改用“simulated”。\n"
    )
    Path("w.csv").write_text("cult_fam\n-5\n", encoding="utf-8")
    arguments = "convert w.csv --from ahpsurvey --to long-csv --negative-is left"
    assert main(["--language", "zh", *arguments.split()]) == 0
    assert capsys.readouterr().err.endswith("：专家 1：“cult”比“fam”明显重要（5）\n")
    Path("w.ahp").write_text(
        "Version: 2.0\nGoal:\n  name: Day\n  decision-makers: {Ann: .5, Bo: .5}\n"
        "  preferences:\n    Ann: {pairwise: [[Cost, Rest, 1/3]]}\n"
        "    Bo: {priority: {Cost: .2, Rest: .8}}\n  children: {Cost: , Rest: }\n",
        encoding="utf-8",
    )
    arguments = "convert w.ahp --from gluc --to long-csv"
    assert main(["--language", "zh", *arguments.split()]) == 0
    assert capsys.readouterr().err == (
        "ahp：警告：w.ahp：未写入：决策者的权重，2 项\n"
        "ahp：警告：w.ahp：未写入：直接给定的权重，2 项\n"
    )
