"""`ahp receipt`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import ahp
from ahp.cli import main
from ahp.errors import StoreError
from ahp.process.receipt import Receipt
from ahp.report.receipt import receipt_html
from ahp.store import Store
from ahp.store.signing import read_public_key

SURVEY = Path(__file__).parents[1] / "examples" / "dong_2010" / "survey.toml"


@dataclass
class Kept:
    """What an expert, an organizer and the server hold."""

    store: Store
    folder: Path
    receipt: Receipt
    key_id: str

    @property
    def files(self) -> list[str]:
        return [f"{self.folder}/receipt.html", f"{self.folder}/study.json"]

    @property
    def key(self) -> str:
        return f"{self.folder}/key.pem"


@pytest.fixture
def kept(tmp_path: Path, english_terminal: None) -> Iterator[Kept]:
    survey = ahp.load_survey(SURVEY)
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    study = store.create_study(survey, "Which alternative?")
    expert = store.add_expert(study.id, "Wang")
    for k, pair in enumerate(survey.hierarchy.comparisons):
        store.answer(expert.id, *pair, "3", event_id=f"event-{k}")
    store.submit(expert.id, event_id="submit")
    receipt = store.receipt(expert.id)
    key_id, pem = store.public_key()
    (tmp_path / "receipt.html").write_text(receipt_html(receipt, survey, "zh"), encoding="utf-8")
    (tmp_path / "study.json").write_text(store.export_study(study.id), encoding="utf-8")
    (tmp_path / "key.pem").write_text(pem)
    yield Kept(store, tmp_path, receipt, key_id)
    store.close()


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        status = main(list(arguments))
        return status, *capsys.readouterr()

    return call


def test_a_receipt_that_verifies(run: Run, kept: Kept) -> None:
    status, out, err = run("receipt", "verify", *kept.files, "--key", kept.key)
    assert (status, err) == (0, "")
    checks, told = out.split("\n\n", 1)
    receipt, export = kept.files
    said = kept.receipt.statement
    assert checks.splitlines() == [
        f"{receipt}: verified",
        f"The signature is that of the key {kept.key_id}.",
        f"The log in {export} verifies.",
        f"Its event {said.seq} is this submission, with the same hash.",
        "All answers are those in the log.",
    ]
    lines = told.splitlines()
    assert lines[0] == "Expert             Wang"
    assert lines[1] == "Study              Which alternative?"
    assert lines[7] == f"Hash of the event  {said.hash}"
    assert lines[9:12] == [
        "Choice of an alternative",
        "  “Alternative x1” is moderately more important than “Alternative x2” (3)",
        "  “Alternative x1” is moderately more important than “Alternative x3” (3)",
    ]
    assert len(lines) == 10 + len(said.answers)


def test_a_receipt_that_verifies_in_chinese(run: Run, kept: Kept) -> None:
    status, out, err = run("receipt", "verify", *kept.files, "--key", kept.key, "--language", "zh")
    assert (status, err) == (0, "")
    receipt, export = kept.files
    assert out.split("\n\n", 1)[0].splitlines() == [
        f"{receipt}：核验通过",
        f"签名出自密钥 {kept.key_id}。",
        f"{export} 中的日志核验通过。",
        f"其中第 {kept.receipt.statement.seq} 号事件即本次提交，哈希值一致。",
        "全部回答与日志一致。",
    ]


def test_a_receipt_that_does_not(run: Run, kept: Kept) -> None:
    receipt = kept.folder / "receipt.txt"
    forged = replace(kept.receipt, content=kept.receipt.content.replace('"Wang"', '"Wong"'))
    receipt.write_text(forged.block)
    assert run("receipt", "verify", str(receipt), kept.files[1], "--key", kept.key) == (
        1,
        "",
        "ahp: error: signature: it is not that of the key over this content\n",
    )


def test_an_export_that_was_touched(run: Run, kept: Kept) -> None:
    export = Path(kept.files[1])
    content = export.read_text(encoding="utf-8").replace('"value": "3"', '"value": "5"', 1)
    export.write_text(content, encoding="utf-8")
    study = kept.receipt.statement.study
    assert run("receipt", "verify", *kept.files, "--key", kept.key) == (
        1,
        "",
        f"ahp: error: log: {export}: study {study} ('Which alternative?'), event 3 (event-0): "
        "its content does not match its hash\n",
    )


def test_files_that_are_something_else(run: Run, kept: Kept) -> None:
    receipt, export = kept.files
    assert run("receipt", "verify", receipt, export, "--key", receipt) == (
        2,
        "",
        f"ahp: error: {receipt}: holds no Ed25519 public key in PEM\n",
    )
    assert run("receipt", "verify", export, export, "--key", kept.key) == (
        2,
        "",
        f"ahp: error: {export}: has 0 receipts, expected one, from -----BEGIN AHP RECEIPT----- "
        "to -----END AHP RECEIPT-----\n",
    )
    status, out, err = run("receipt", "verify", receipt, receipt, "--key", kept.key)
    assert (status, out) == (2, "")
    assert err.startswith(f"ahp: error: {receipt}: line 1, column 1: not JSON; please check ")
    damaged = kept.folder / "damaged.pdf"
    damaged.write_bytes(
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer 9<\nstartxref\n9\n%%EOF\n"
    )
    status, out, err = run("receipt", "verify", str(damaged), export, "--key", kept.key)
    assert (status, out) == (2, "")
    assert err.startswith(f"ahp: error: {damaged}: cannot be read as PDF: ")
    status, out, err = run("receipt", "verify", "nowhere.pdf", export, "--key", kept.key)
    assert (status, out) == (2, "")
    assert err == "ahp: error: nowhere.pdf: cannot be read: No such file or directory\n"


def test_the_key(run: Run, kept: Kept) -> None:
    database = f"sqlite:///{kept.folder / 'ahp.db'}"
    status, out, err = run("receipt", "key", "--database", database)
    assert (status, err) == (0, "")
    assert out == f"key {kept.key_id}\n{Path(kept.key).read_text()}"
    read_public_key(out.encode(), "the output as it is")
    verified = kept.folder / "printed.pem"
    verified.write_text(out)
    assert run("receipt", "verify", *kept.files, "--key", str(verified))[0] == 0


def test_a_key_is_accepted(run: Run, kept: Kept) -> None:
    store, path = kept.store, kept.folder / "signing_key.pem"
    store.claim_key()
    path.unlink()
    command = ("receipt", "key", "--accept", "--database", f"sqlite:///{kept.folder / 'ahp.db'}")
    status, out, err = run(*command)
    assert (status, err) == (0, "")
    new, pem = store.public_key()
    assert new != kept.key_id
    assert out == f"key {new}\n{pem}"
    store.claim_key()
    path.unlink()
    with pytest.raises(StoreError, match=f"^{path}: there is no signing key, .* the key {new};"):
        store.claim_key()


def test_the_key_of_no_database(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mistyped" / "ahp.db"
    assert run("receipt", "key", "--database", f"sqlite:///{path}") == (
        2,
        "",
        f"ahp: error: {path}: there is no database\n",
    )
    assert not path.parent.exists()
