"""`ahp verify`: what it prints, the JSON and JUnit files, the exit status."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ahp.cli import main
from ahp.version import __version__

from .tables import HEAD, PARENT, UPPER

GOOD = f'{HEAD}method = "eigenvector"\n{PARENT}{UPPER}weights = {{ a = "0.637" }}\ncr = "0.0332"\n'
BAD = GOOD.replace("0.0332", "0.0323")
WRONG = (
    "parents.goal.cr: printed 0.0323, computed 0.033199216 (difference 0.0009): "
    "printed CR 0.0323 has two digits of 0.0332 swapped"
)
REFUSED = f"{HEAD}parent = 1\n"
INPUTS = (
    f'{HEAD}goal = "g"\n[[parents]]\nid = "g"\nitems = ["a", "b"]\n'
    'weights = { a = "0.6", b = "0.4" }\n[composite]\nweights = { a = "0.6" }\n'
)
KEYS = (
    "format, id, title, source, parents, method, random_index, rounding, decimals, "
    "intermediate_decimals, lambda_by, about, note, goal, alternatives, mode, order, claims, "
    "candidates, composite, totals, errata"
)
REFUSAL = f"refused.ahp.toml: parent: unknown key, expected one of {KEYS}"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with files of all kinds, which is the current one."""
    monkeypatch.chdir(tmp_path)
    texts = {"good": GOOD, "bad": BAD, "refused": REFUSED, "inputs": INPUTS}
    for name, text in texts.items():
        Path(f"{name}.ahp.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("names", "status", "out", "err"),
    [
        (["good"], 0, ["good.ahp.toml: reproduced, 2 of 2 checks"], []),
        (
            ["bad"],
            1,
            ["bad.ahp.toml: not reproduced, 1 of 2 checks", f"bad.ahp.toml:11: {WRONG}"],
            [],
        ),
        (["refused"], 2, [], [f"ahp: error: {REFUSAL}"]),
        (
            ["absent"],
            2,
            [],
            ["ahp: error: absent.ahp.toml: cannot be read: No such file or directory"],
        ),
        (
            ["inputs"],
            0,
            ["inputs.ahp.toml: reproduced, 1 of 1 checks, 2 not checked, no matrix"],
            [],
        ),
        (
            ["refused", "bad", "good"],
            2,
            [
                "bad.ahp.toml: not reproduced, 1 of 2 checks",
                f"bad.ahp.toml:11: {WRONG}",
                "good.ahp.toml: reproduced, 2 of 2 checks",
            ],
            [f"ahp: error: {REFUSAL}"],
        ),
        (
            ["bad", "good"],
            1,
            [
                "bad.ahp.toml: not reproduced, 1 of 2 checks",
                f"bad.ahp.toml:11: {WRONG}",
                "good.ahp.toml: reproduced, 2 of 2 checks",
            ],
            [],
        ),
    ],
)
@pytest.mark.usefixtures("files")
def test_text(
    names: list[str],
    status: int,
    out: list[str],
    err: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = [f"{name}.ahp.toml" for name in names]
    assert main(["verify", "--language", "en", *files]) == status
    printed = capsys.readouterr()
    assert printed.out.splitlines() == out
    assert printed.err.splitlines() == err


@pytest.mark.usefixtures("files")
def test_the_line_that_is_named_has_the_number(capsys: pytest.CaptureFixture[str]) -> None:
    main(["verify", "--language", "en", "bad.ahp.toml"])
    line = int(capsys.readouterr().out.splitlines()[1].split(":")[1])
    assert BAD.splitlines()[line - 1] == 'cr = "0.0323"'


@pytest.mark.usefixtures("files")
def test_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    main(["verify", "--language", "zh", "bad.ahp.toml", "inputs.ahp.toml"])
    assert capsys.readouterr().out.splitlines() == [
        "bad.ahp.toml：未能复现，2 项检验中 1 项通过",
        "bad.ahp.toml:11: 上级要素 › goal › CR：原文为 0.0323，计算得 0.033199216（相差 0.0009）："
        "原文的 CR 0.0323 应为 0.0332，有两位数字写颠倒了",
        "inputs.ahp.toml：已复现，1 项检验中 1 项通过，另有 2 项无判断矩阵，未检验",
    ]


@pytest.mark.usefixtures("files")
def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--json", "bad.ahp.toml", "inputs.ahp.toml"]) == 1
    bad, inputs = json.loads(capsys.readouterr().out)
    assert set(bad) == {"file", "id", "reproduced", "checks", "unchecked", "remarks", "version"}
    assert (bad["file"], bad["id"], bad["reproduced"]) == ("bad.ahp.toml", "t", False)
    assert bad["version"] == __version__
    weight, cr = bad["checks"]
    assert (weight["reproduced"], weight["explanations"]) == (True, [])
    assert cr.pop("computed") == pytest.approx(0.0331992, abs=1e-7)
    assert cr.pop("difference") == pytest.approx(0.0008992, abs=1e-7)
    assert cr == {
        "place": "parents.goal.cr",
        "line": 11,
        "printed": "0.0323",
        "reproduced": False,
        "origin": "matrix",
        "explanations": ["printed CR 0.0323 has two digits of 0.0332 swapped"],
    }
    assert inputs["reproduced"]
    assert inputs["unchecked"] == ["parents.g.weights.a", "parents.g.weights.b"]


@pytest.mark.usefixtures("files")
def test_junit(capsys: pytest.CaptureFixture[str]) -> None:
    files = [f"{name}.ahp.toml" for name in ("refused", "bad", "good")]
    assert main(["verify", "--junit", "junit.xml", "--language", "en", *files]) == 2
    assert len(capsys.readouterr().out.splitlines()) == 3
    root = ElementTree.parse("junit.xml").getroot()
    assert root.tag == "testsuites"
    assert [
        tuple(suite.get(key) for key in ("name", "tests", "failures", "errors")) for suite in root
    ] == [
        ("bad.ahp.toml", "2", "1", "0"),
        ("good.ahp.toml", "2", "0", "0"),
        ("refused.ahp.toml", "1", "0", "1"),
    ]
    assert [
        tuple(case.get(key) for key in ("classname", "name", "line"))
        for case in root.findall("*/testcase")
    ] == [
        ("bad.ahp.toml", "parents.goal.weights.a", "10"),
        ("bad.ahp.toml", "parents.goal.cr", "11"),
        ("good.ahp.toml", "parents.goal.weights.a", "10"),
        ("good.ahp.toml", "parents.goal.cr", "11"),
        ("refused.ahp.toml", "file", None),
    ]
    (failure,) = root.findall("*/*/failure")
    assert failure.get("message") == failure.text == f"bad.ahp.toml:11: {WRONG}"
    (error,) = root.findall("*/*/error")
    assert error.get("message") == error.text == REFUSAL


@pytest.mark.usefixtures("files")
def test_junit_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--junit", "absent/junit.xml", "good.ahp.toml"]) == 2
    assert capsys.readouterr().err == (
        "ahp: error: [Errno 2] No such file or directory: 'absent/junit.xml'\n"
    )
