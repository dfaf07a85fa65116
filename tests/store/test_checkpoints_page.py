"""The program of docs/checkpoints.md and the verifier in another language find the same."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ahp.store import Store, signing
from ahp.store.checkpoint import read_checkpoints
from ahp.store.checkpointer import Place
from tests.evaluation_case import make_case

from .test_checkpoints import changed, forge

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "checkpoints.md").read_text(encoding="utf-8")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ahp.db'}"


@pytest.fixture
def files(store: Store, study, survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with five events of a study, checkpoints after one, four and five, and the key."""
    writer = store.checkpointer()
    writer.write()
    store.create_study(survey, "Other")
    for number in range(3):
        store.rename_study(study.id, f"Study {number}")
    writer.write()
    store.rename_study(study.id, "Pilot")
    writer.write()
    (tmp_path / "receipt-key.pem").write_text(store.public_key()[1])
    (tmp_path / "study.json").write_text(store.export_study(study.id), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(folder: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "docs/checkpoints.md", "exec"), {})


def node(name: str = "study.json") -> tuple[int, str]:
    if shutil.which("node") is None:
        pytest.fail("node is missing: install nodejs (tools/system-packages)")
    command = ["node", ROOT / "tools" / "verify_log.mjs", name, "ahp.db.checkpoints"]
    done = subprocess.run(
        [*command, "receipt-key.pem"], capture_output=True, encoding="utf-8", check=False
    )
    return done.returncode, (done.stderr or done.stdout).splitlines()[-1]


def test_the_program_of_the_page(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(files)
    assert capsys.readouterr().out == "3 checkpoints of this study hold\n"
    data = json.loads((files / "study.json").read_text(encoding="utf-8"))
    events = data["events"]
    for forged, problem in (
        (events[:-1], "only 4 of 5 events"),
        ([*events[:-1], {**events[-1], "hash": "0" * 64}], "not the first 5"),
        ([{**events[0], "hash": "0" * 64}, *events[1:]], "not the first 1"),
    ):
        text = json.dumps({**data, "events": forged})
        (files / "study.json").write_text(text, encoding="utf-8")
        with pytest.raises(AssertionError, match=f"^{problem}$"):
            run(files)
    data["study"]["id"] = "another"
    (files / "study.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(AssertionError, match="^none is of this study$"):
        run(files)


def test_what_was_cut_off_is_passed_over(
    files: Path, study, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever, in one file one after the other, and at its end."""
    place = files / "ahp.db.checkpoints"
    key = signing.signing_key(files)
    found = read_checkpoints(place.read_text(encoding="utf-8"), "f", [key.public_key()])
    last = found.checkpoints[-1]
    assert last.time is not None
    note = last.signed(key, last.time)
    whole = note.note.encode()
    for cut in range(1, len(whole)):
        with place.open("ab") as file:
            file.write(whole[:cut])
        Place(place).add([note])
    signed = whole.rindex("— ".encode())  # where one line of signatures is whole
    count = 3 + len(whole) - 1 + len(whole) - signed
    with place.open("ab") as file:
        file.write(whole[: signed - 20])
    run(files)
    assert capsys.readouterr().out == f"{count} checkpoints of this study hold\n"
    assert node() == (0, f"{count} checkpoints of it hold")


def test_the_verifier_in_another_language(files: Path, store: Store, study) -> None:
    assert node() == (0, "3 checkpoints of it hold")
    place = files / "ahp.db.checkpoints"
    held = place.read_text(encoding="utf-8")
    place.write_text(held.replace("\n4\n", "\n3\n"), encoding="utf-8")
    status, said = node()
    assert status == 1
    assert said.endswith("/3: the signature is not that of the key".replace("/3", " 3"))
    place.write_text(held, encoding="utf-8")
    store.rename_study(study.id, "Another")
    store.checkpointer().write()
    assert node() == (1, "a checkpoint has 6 events, the log 5")
    case = make_case(store)
    (files / "evaluation.json").write_text(store.export_evaluation(case.id), encoding="utf-8")
    assert node("evaluation.json") == (1, "no checkpoint is of this evaluation")
    store.checkpointer().write()
    assert node("evaluation.json") == (0, "1 checkpoints of it hold")


def test_the_verifier_finds_another_log(files: Path, store: Store, study, database) -> None:
    """Forged and exported, with all hashes made anew."""
    change = changed("study_renamed", detail='{"title":"Final"}')
    forge(store, study.id, change(store.events(study.id)))
    (files / "study.json").write_text(store.export_study(study.id), encoding="utf-8")
    assert node() == (1, "the first 4 events are not those of a checkpoint")
