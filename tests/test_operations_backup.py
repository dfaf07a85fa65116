"""`ahp backup` and `ahp restore`, and what docs/operations.md says of them."""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import ahp
from ahp.cli import main
from ahp.errors import StoreError
from ahp.i18n.errors import error_sentence
from ahp.store import Store
from ahp.store.backup import STEPS
from ahp.store.signing import ENVIRONMENT_VARIABLE as VARIABLE

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Backup\n")[2].partition("\n## ")[0]
SURVEY = ROOT / "examples" / "dong_2010" / "survey.toml"


@pytest.fixture
def folder(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch, english_terminal: None
) -> Iterator[Path]:
    """A server's folder, with a study and an evaluation; the app is running."""
    path = tmp_path / "ahp"
    path.mkdir()
    (path / "ahp.db").write_bytes(migrated.read_bytes())
    monkeypatch.setenv("AHP_DATABASE_URL", f"sqlite:///{path / 'ahp.db'}")
    monkeypatch.chdir(tmp_path)
    store = Store()
    store.create_study(ahp.load_survey(SURVEY), "Which alternative?")
    store.create_evaluation("Branches")
    store.public_key()
    yield path
    store.close()


def same(said: str, folder: Path) -> str:
    """What is printed, without what is new every time."""
    plain = said.replace(f"{folder.parent}/", "/srv/")
    plain = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", "2026-11-30T18:00:00.000000+00:00", plain)
    plain = re.sub(r"\b([0-9a-f]{64}|[0-9a-f]{32})\b", "…", plain)
    plain = re.sub(r"\d+(?= bytes| events| 字节)", "…", plain)
    return re.sub(r"(events in them: |事件共 )\d+", r"\g<1>1234", plain)


def test_the_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```console\n(.*?)```", SECTION, re.DOTALL)
    assert len(blocks) == 3
    for command, printed in re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", "".join(blocks), re.M):
        if command.startswith("rm "):
            (folder / "trial.db").unlink()
            assert not list(folder.glob("trial*"))
            continue
        own = command.removeprefix("ahp ").replace("sqlite:////srv/", f"sqlite:///{folder.parent}/")
        assert main(shlex.split(own)) == 0
        captured = capsys.readouterr()
        assert same(captured.out, folder) == printed
        assert captured.err == ""
    [nightly] = re.findall(r"```sh\n *0 1 \* \* \* ahp (.*) && find .*\n *```", SECTION)
    (folder.parent / "backup").mkdir()
    [contained] = re.findall(r"```sh\n *0 1 \* \* \* .* exec -T app ahp (.*) && .*\n *```", SECTION)
    assert contained == nightly.replace("/srv/backup/", "/var/lib/ahp/")
    own = nightly.replace("/srv/", f"{folder.parent}/").replace(r"$(date +\%F)", "2026-11-30")
    assert main(shlex.split(own)) == 0
    assert (folder.parent / "backup" / "ahp-2026-11-30.zip").stat().st_mode & 0o777 == 0o600


def test_in_chinese(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "ahp.zip", "--language", "zh"]) == 0
    assert same(capsys.readouterr().out, folder).splitlines() == [
        "ahp.zip：/srv/ahp/ahp.db 的完整备份，已与数据库逐份日志核对一致",
        "  数据截至 2026-11-30T18:00:00.000000+00:00；日志 2 份，事件共 1234 个",
        "  含签名密钥：持有此文件者即可签发回执",
        "  SHA-256 …，… 字节",
    ]
    url = f"sqlite:///{folder.parent}/new/ahp.db"
    assert main(["restore", "ahp.zip", "--database", url, "--language", "zh"]) == 0
    assert same(capsys.readouterr().out, folder).splitlines() == [
        "/srv/new/ahp.db：已从 ahp.zip 恢复，所有日志核验通过",
        "  数据截至 2026-11-30T18:00:00.000000+00:00；日志 2 份，事件共 1234 个",
        "  签名密钥已放到 /srv/new/signing_key.pem，回执继续用它签发。",
        "  只要服务器仍使用专属链接中的地址，原有链接继续有效。",
        "  2026-11-30T18:00:00.000000+00:00 之后的操作不在此备份中。",
    ]
    assert main(["log", "verify", "--database", url, "--language", "zh"]) == 0
    assert same(capsys.readouterr().out, folder).splitlines()[2] == (
        "  本库于 2026-11-30T18:00:00.000000+00:00 由 2026-11-30T18:00:00.000000+00:00 的备份恢复，"
        "SHA-256 …"
    )
    assert main(["restore", "ahp.zip", "--language", "zh"]) == 2
    assert same(capsys.readouterr().err, folder) == (
        "ahp：错误：/srv/ahp/ahp.db：其中已有数据；备份只能恢复到新建的或空的数据库。\n"
    )
    assert main(["backup", "ahp.zip", "--language", "zh"]) == 2
    assert same(capsys.readouterr().err, folder) == (
        "ahp：错误：/srv/ahp.zip：该文件已经存在；备份不会覆盖任何文件。\n"
    )
    Path("ahp.zip").write_bytes(b"PK")
    assert main(["restore", "ahp.zip", "--database", f"{url}2", "--language", "zh"]) == 2
    assert same(capsys.readouterr().err, folder) == (
        "ahp：错误：/srv/ahp.zip：不是备份，或者已损坏：文件内容与写入时不一致。\n"
    )


def test_a_backup_without_the_key_in_chinese(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AHP_SIGNING_KEY", str(folder / "other.pem"))
    store = Store()
    store.claim_key()
    known = store.public_key()[0]
    store.close()
    monkeypatch.setenv("AHP_SIGNING_KEY", str(folder / "none.pem"))
    assert main(["backup", "ahp.zip", "--language", "zh"]) == 1
    captured = capsys.readouterr()
    problem = StoreError("key_gone", path=str(folder / "none.pem"), known=known, variable=VARIABLE)
    said = error_sentence(problem, "zh").removesuffix("。")
    assert captured.err == (
        "ahp：警告：ahp.zip：此备份不含签名密钥；没有该密钥，恢复后的服务器无法启动。"
        f"原因：{said}。\n"
    )
    assert captured.out.splitlines()[2] == "  不含数据库登记的签名密钥：请另行保存该密钥"


class Terminal(io.StringIO):
    """Where a person looks."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    assert main(["backup", "ahp.zip"]) == 0
    assert main(["restore", "ahp.zip", "--database", f"sqlite:///{folder}/trial.db"]) == 0
    lines = [line for line in terminal.getvalue().split("\r\x1b[K") if line]
    words = list(dict.fromkeys(line.partition(" …")[0] for line in lines))
    assert words == ["copying", "comparing", "packing", "restoring", "verifying"]
    assert len(words) == len(STEPS)
    assert "packing … 100%" in lines
    assert terminal.getvalue().endswith("\r\x1b[K")  # the line is gone
