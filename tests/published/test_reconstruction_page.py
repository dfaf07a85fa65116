"""The page on reconstruction, and the example that completes the paper's tables."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reconstruction.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "supervision_effectiveness_reconstructed.py"


def test_the_code_prints_what_stands_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    code = "".join(re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.M | re.S))
    names: dict[str, object] = {}
    exec(compile(code, "docs/reconstruction.md", "exec"), names)
    beside = re.findall(r"^print\(.*\)  # (.*)$", code, flags=re.M)
    assert len(beside) == code.count("print(") == 6
    assert capsys.readouterr().out.splitlines() == beside


@pytest.fixture
def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> dict[str, list[str]]:
    """The lines of the example, by their first word."""
    monkeypatch.setattr("sys.argv", [str(EXAMPLE)])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    return {line.split("  ")[0]: line.split() for line in lines if line}


def test_the_example_completes_the_tables(printed: dict[str, list[str]]) -> None:
    assert printed["事后监督效能：唯一的矩阵"]
    assert printed["监督操作能力：21 个候选矩阵中最简明的一个"]
    assert printed["工作协调能力：2 个候选矩阵中最简明的一个"]
    assert printed["工作协调能力"][1:] == ["1/5", "1/2", "1", "3", "3", "0.14076"]
    assert printed["自学能力"][1:] == ["3", "1", "5", "0.63335", "0.63335"]
    assert printed["1"] == ["1", "监督管理模式", "0.3548", "0.3548"]
    assert printed["4"] == ["4", "与上级业务指导部门沟通情况", "0.0785"]
    assert printed["5–6"] == ["5–6", "监督流程", "0.0408–0.0620"]
    assert printed["16"] == ["16", "分工合作意识", "0.0094", "0.0094"]
    assert printed["18"] == ["18", "科研创新投入", "0.0064", "0.0064"]


def test_the_page_tells_what_the_example_prints(printed: dict[str, list[str]]) -> None:
    assert "0.56023, 0.17779, 0.14076, 0.06061, 0.06061; judgments 5 5 7 7, 2 3 3, 3 3, 1" in PAGE
    capabilities = ["组织设置能力", "监督操作能力", "工作协调能力", "成果转化能力", "学习创新能力"]
    assert [printed[name][-1] for name in capabilities] == [
        *("0.56023", "0.17779", "0.14076", "0.06061", "0.06061")
    ]
