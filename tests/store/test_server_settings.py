"""What processes that share a database have in common: the signing key, the organizer's link."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ahp.errors import StoreError
from ahp.i18n.errors import error_sentence
from ahp.store import Store
from ahp.store.database import place_of
from ahp.store.signing import key_id, signing_key
from ahp.study import Survey

from .conftest import databases

url = databases("sqlite", "postgresql")

LOST = (
    "if the database was copied from another folder or computer, {place}; if several processes "
    "share it, let AHP_SIGNING_KEY name the same file in all of them; if that key is lost, “ahp "
    "receipt key --accept” {does}: receipts signed until now then verify with the old public key "
    "only, and second factors have to be set up again"
)


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Two files with a key each, of which the first is the process's."""
    found = {name: tmp_path / name / "key.pem" for name in ("own", "other")}
    for path in found.values():
        monkeypatch.setenv("AHP_SIGNING_KEY", str(path))
        signing_key(tmp_path)
    monkeypatch.setenv("AHP_SIGNING_KEY", str(found["own"]))
    return found


def id_at(path: Path) -> str:
    key = load_pem_private_key(path.read_bytes(), None)
    return key_id(key.public_key())  # type: ignore[arg-type] # Ed25519


def test_another_key_and_none_are_refused(
    store: Store, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = id_at(keys["own"])
    store.claim_key()
    store.claim_key()
    monkeypatch.setenv("AHP_SIGNING_KEY", str(keys["other"]))
    other = id_at(keys["other"])
    with pytest.raises(StoreError) as raised:
        store.claim_key()
    assert str(raised.value) == (
        f"{keys['other']}: holds the signing key {other}, and the database knows the key {own}; "
        + LOST.format(place="put signing_key.pem from there in this place", does="takes this one")
    )
    keys["other"].unlink()
    with pytest.raises(StoreError) as raised:
        store.claim_key()
    assert str(raised.value) == (
        f"{keys['other']}: there is no signing key, and the database knows the key {own}; "
        + LOST.format(
            place="copy signing_key.pem from there to this place, too", does="makes a new one"
        )
    )
    assert not keys["other"].exists()
    assert error_sentence(raised.value, "zh") == (
        f"{keys['other']}：此处没有签名密钥，而数据库登记的密钥是 {own}。"
        "如数据库是从其他文件夹或另一台电脑复制来的，"
        "请将原文件夹中的 signing_key.pem 一并复制到此处；"
        "如有多个进程共用该数据库，请都用 AHP_SIGNING_KEY 指向同一密钥文件；如原密钥已丢失，"
        "可运行“ahp receipt key --accept”生成新密钥："
        "此前签发的回执只能用原公钥核验，两步验证须重新设置。"
    )
    store.accept_key()
    store.claim_key()
    monkeypatch.setenv("AHP_SIGNING_KEY", str(keys["own"]))
    with pytest.raises(StoreError, match=f"knows the key {id_at(keys['other'])}"):
        store.claim_key()


def test_nothing_is_signed_with_another_key(
    store: Store, survey: Survey, answer_all, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is one made, where a command doesn't know where the server's is."""
    own, here = tmp_path / "own.pem", tmp_path / "here.pem"
    monkeypatch.setenv("AHP_SIGNING_KEY", str(own))
    store.claim_key()
    study = store.create_study(survey, "Pilot")
    expert = store.add_expert(study.id, "Ada")
    answer_all(store, expert.id)
    store.submit(expert.id, event_id="submit")
    monkeypatch.setenv("AHP_SIGNING_KEY", str(here))
    checkpoints = tmp_path / "x.checkpoints"
    facts = {"path": str(here), "known": id_at(own), "variable": "AHP_SIGNING_KEY"}
    for problem in ("key_gone", "key_other"):
        for sign in (
            store.checkpointer([checkpoints]).write,
            lambda: store.receipt(expert.id),
            store.public_key,
        ):
            with pytest.raises(StoreError) as raised:
                sign()
            assert str(raised.value) == str(StoreError(problem, **facts))
        assert here.exists() == (problem == "key_other")
        signing_key(tmp_path)
        facts["found"] = id_at(here)
    assert not checkpoints.exists()
    monkeypatch.setenv("AHP_SIGNING_KEY", str(own))
    assert store.checkpointer([checkpoints]).write().checkpoints == 1
    assert store.receipt(expert.id).key_id == id_at(own)


def test_processes_that_start_at_once_have_one_key(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one link: none of them fails."""
    monkeypatch.setenv("AHP_SIGNING_KEY", str(tmp_path / "key.pem"))
    together, problems = threading.Barrier(4), []

    def start(number: int) -> None:
        together.wait()
        try:
            store.claim_key()
            store.set_organizer_link(f"link {number}")
        except StoreError as error:
            problems.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert [store.is_organizer_link(f"link {number}") for number in range(4)].count(True) == 1


def test_the_link_that_was_shown_last_opens(store: Store, database) -> None:
    assert not store.is_organizer_link("")
    for key in ("first", "last"):
        store.set_organizer_link(key)
        assert store.is_organizer_link(key)
    assert not store.is_organizer_link("first")
    [(kept,)] = database.rows("SELECT value FROM server_settings WHERE name = 'organizer_link'")
    assert kept == hashlib.sha256(b"last").hexdigest()


def test_ports_that_are_none() -> None:
    with pytest.raises(StoreError, match="^the database URL cannot be read, expected "):
        place_of("postgresql://ahp@10.0.0.1:5432,10.0.0.2:5432/db")
