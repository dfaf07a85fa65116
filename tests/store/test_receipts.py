"""Receipts: made from the log, signed, verified against an export."""

from __future__ import annotations

import base64
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

import ahp
from ahp.errors import AnswersError, ReceiptError, StoreError
from ahp.process.asking import Asking
from ahp.process.receipt import Receipt, Statement
from ahp.store import Event, Store, signing
from ahp.store.receipts import verify_receipt
from ahp.study import Judgment

from .conftest import RULES, databases, rechained

url = databases(*RULES)

SOURCES = ("study.json", "key.pem")


@pytest.fixture(autouse=True)
def key_file(tmp_path, monkeypatch) -> Path:
    """The server's key, which is not there yet; PostgreSQL's would be in the user's folder."""
    path = tmp_path / "keys" / "own.pem"
    monkeypatch.setenv("AHP_SIGNING_KEY", str(path))
    return path


@pytest.fixture
def wang(store, study, frozen):
    """An expert who answered some pairs as displayed the other way, changed one, and submitted."""
    expert = store.add_expert(study.id, "王芳")
    pairs = [
        ("goal", "a", "b", "3"),
        ("goal", "c", "a", "1/5"),
        ("goal", "b", "c", "1"),
        ("a", "a1", "a2", "1/2"),
        ("goal", "b", "a", "7"),
    ]
    for k, pair in enumerate(pairs):
        store.answer(expert.id, *pair, event_id=f"answer-{k}")
    frozen.move(minutes=20)
    store.submit(expert.id, event_id="submit")
    return expert


ANSWERS = (
    ("goal", "a", "b", "1/7"),
    ("goal", "a", "c", "5"),
    ("goal", "b", "c", "1"),
    ("a", "a1", "a2", "1/2"),
)


def verify(receipt: Receipt, store: Store, study_id: str, export: str | None = None):
    exported = export or store.export_study(study_id)
    key = store.public_key()[1].encode()
    return verify_receipt(receipt, exported.encode(), key, sources=SOURCES)


def refusal(receipt: Receipt, store: Store, study_id: str, export: str | None = None) -> str:
    with pytest.raises(ReceiptError) as caught:
        verify(receipt, store, study_id, export)
    return str(caught.value)


def signed(store: Store, key_file: Path, statement: Statement) -> Receipt:
    """What the server never signs, signed with its key."""
    key = signing.signing_key(key_file.parent)
    return Receipt(statement.content, store.public_key()[0], signing.sign(key, statement.content))


def test_a_receipt_says_what_was_submitted(store, study, wang):
    receipt = store.receipt(wang.id)
    submit = store.events(study.id)[-1]
    assert (submit.kind, submit.seq) == ("submit", 8)
    assert receipt.statement == Statement(
        study=study.id,
        title="Pilot",
        survey="small",
        survey_hash=study.survey.content_hash,
        expert=wang.id,
        name="王芳",
        round=1,
        answers=ANSWERS,
        seq=8,
        hash=submit.hash,
        time="2026-03-01T12:20:00.000000+00:00",
    )
    assert receipt.content == (
        '{"answers":[["goal","a","b","1/7"],["goal","a","c","5"],["goal","b","c","1"],'
        f'["a","a1","a2","1/2"]],"expert":"{wang.id}","format":1,"hash":"{submit.hash}",'
        f'"kind":"ahp receipt","name":"王芳","round":1,"seq":8,"study":"{study.id}",'
        f'"survey":"small","survey_hash":"{study.survey.content_hash}",'
        '"time":"2026-03-01T12:20:00.000000+00:00","title":"Pilot"}'
    )
    assert verify(receipt, store, study.id) == (receipt.statement, study.survey)


def test_a_receipt_is_the_same_every_time(store, study, wang, url):
    first = store.receipt(wang.id)
    store.close_round(study.id)
    other = Store(url)
    assert other.receipt(wang.id) == store.receipt(wang.id) == first
    other.close()
    assert verify(first, store, study.id) == (first.statement, study.survey)


def test_the_signature_is_ed25519_over_the_content(store, wang, key_file):
    receipt = store.receipt(wang.id)
    key = signing.read_public_key(store.public_key()[1].encode(), "key.pem")
    key.verify(base64.b64decode(receipt.signature), receipt.content.encode())
    assert receipt.key_id == signing.key_id(key)
    # the key of RFC 8032, 7.1, test 1
    raw = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    known = Ed25519PrivateKey.from_private_bytes(raw)
    assert signing.key_id(known.public_key()) == "21fe31dfa154a261"
    assert base64.b64decode(signing.sign(known, "")).hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_no_receipt_before_submission(store, study):
    expert = store.add_expert(study.id, "Wang")
    for number, message in ((None, "in round 1"), (1, "in round 1"), (2, "in round 2")):
        with pytest.raises(ReceiptError) as caught:
            store.receipt(expert.id, round_number=number)
        assert str(caught.value) == f"expert 'Wang' has not submitted {message}"
    with pytest.raises(ReceiptError, match=r"^no expert 'nobody'$"):
        store.receipt("nobody")


def test_every_round_has_its_receipt(store, study, wang, answer_all):
    first = store.receipt(wang.id)
    store.close_round(study.id)
    store.open_round(study.id)
    with pytest.raises(ReceiptError, match="^expert '王芳' has not submitted in round 2$"):
        store.receipt(wang.id)
    assert store.receipt(wang.id, round_number=1) == first
    answer_all(store, wang.id, "1/9")
    store.submit(wang.id, event_id="again")
    second = store.receipt(wang.id)
    assert second == store.receipt(wang.id, round_number=2)
    assert {value for *_pair, value in second.statement.answers} == {"1/9"}
    for receipt in (first, second):
        assert verify(receipt, store, study.id) == (receipt.statement, study.survey)


def test_pairs_that_cannot_be_judged(store, study, database):
    """An abstention takes an answer back, a later answer replaces it; what is cleared is left out.

    The events are written as they are in the log, whatever a study lets its experts do.
    """
    expert = store.add_expert(study.id, "Wang")
    base = store.events(study.id)
    asked = [
        ("answer", "goal", "a", "b", "3"),
        ("abstain", "goal", "b", "a", None),
        ("abstain", "goal", "a", "c", None),
        ("answer", "goal", "c", "a", "5"),
        ("answer", "goal", "b", "c", "1/4"),
        ("answer", "a", "a1", "a2", "2"),
        ("clear", "a", "a1", "a2", None),
        ("submit", None, None, None, None),
    ]
    events = rechained(
        [
            *base,
            *(
                replace(
                    base[-1],
                    event_id=f"own-{k}",
                    expert_id=expert.id,
                    kind=kind,
                    parent=parent,
                    left=left,
                    right=right,
                    value=value,
                    detail=None,
                    source="web",
                )
                for k, (kind, parent, left, right, value) in enumerate(asked)
            ),
        ]
    )
    rewrite(database, events)
    store.verify_log()
    receipt = store.receipt(expert.id)
    assert receipt.statement.answers == (
        ("goal", "a", "b", "abstain"),
        ("goal", "a", "c", "1/5"),
        ("goal", "b", "c", "1/4"),
    )
    assert verify(receipt, store, study.id) == (receipt.statement, study.survey)


def test_an_expert_who_can_t_judge(store, study, answer_all):
    store.set_asking(study.id, Asking(cannot_judge=True))
    expert = store.add_expert(study.id, "Wang")
    answer_all(store, expert.id)
    store.abstain(expert.id, "goal", "c", "a", event_id="left-out")
    store.submit(expert.id, event_id="submit")
    receipt = store.receipt(expert.id)
    assert receipt.statement.answers == (
        ("goal", "a", "b", "3"),
        ("goal", "a", "c", "abstain"),
        ("goal", "b", "c", "3"),
        ("a", "a1", "a2", "3"),
    )
    assert verify(receipt, store, study.id) == (receipt.statement, study.survey)


def test_judgments_off_the_scale(store, survey):
    answers = ahp.Answers(
        tuple(
            Judgment("Bo", parent, right, left, "2.5", "")
            for parent, left, right in survey.hierarchy.comparisons
        )
    )
    info = store.import_study(survey, answers, "Imported")
    (bo,) = store.experts(info.id)
    receipt = store.receipt(bo.id)
    assert {value for *_pair, value in receipt.statement.answers} == {"1/2.5"}
    assert verify(receipt, store, info.id) == (receipt.statement, survey)


def rewrite(database, events: list[Event]) -> None:
    """Put other events into the log, as a forger does who can write to the database."""
    if database.url.startswith("sqlite"):
        for (name,) in database.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            database.execute(f"DROP TRIGGER {name}")
    study_id = events[0].study_id
    database.execute("DELETE FROM events WHERE study_id = :id", id=study_id)
    columns = ", ".join(f'"{name}"' for name in vars(events[0]))
    values = ", ".join(f":{name}" for name in vars(events[0]))
    for event in events:
        database.execute(f"INSERT INTO events ({columns}) VALUES ({values})", **vars(event))
    head = {"seq": events[-1].seq, "hash": events[-1].hash, "id": study_id}
    database.execute("UPDATE studies SET head_seq = :seq, head_hash = :hash WHERE id = :id", **head)


def test_who_may_look_back(store, study, wang, frozen):
    bo = store.add_expert(study.id, "Bo")
    own = store.open_link(store.issue_link(wang.id), None)
    other = store.open_link(store.issue_link(bo.id), None)
    organizer = store.open_organizer(None)
    sessions = (own, other, organizer, "guess", None)

    def allowed() -> list[bool]:
        return [store.may_look_back(session, wang.id) for session in sessions]

    assert allowed() == [True, False, True, False, False]
    store.close_round(study.id)
    assert allowed() == [True, False, True, False, False]
    frozen.move(days=29)
    assert allowed() == [True, False, True, False, False]
    frozen.move(days=1)
    assert allowed() == [False] * 5


def test_a_renewed_link_ends_looking_back(store, study, wang):
    old = store.open_link(store.issue_link(wang.id), None)
    new = store.open_link(store.issue_link(wang.id), None)
    assert not store.may_look_back(old, wang.id)
    assert store.may_look_back(new, wang.id)
    store.revoke_session(new)
    assert not store.may_look_back(new, wang.id)


# What is forged in the receipt

NOT_SIGNED = "signature: it is not that of the key over this content"


@pytest.mark.parametrize(
    "change",
    [
        {"study": "0" * 32},
        {"title": "Other"},
        {"survey": "large"},
        {"survey_hash": "0" * 64},
        {"expert": "0" * 32},
        {"name": "王方"},
        {"round": 2},
        {"answers": (("goal", "a", "b", "7"), *ANSWERS[1:])},
        {"answers": ANSWERS[1:]},
        {"seq": 7},
        {"hash": "0" * 64},
        {"time": "2026-03-01T12:20:00.000001+00:00"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_without_the_key(store, study, wang, change):
    receipt = store.receipt(wang.id)
    forged = replace(receipt, content=replace(receipt.statement, **change).content)
    assert refusal(forged, store, study.id) == NOT_SIGNED


@pytest.mark.parametrize("signature", ["", "AAAA", "=", "A" * 86 + "==", "签名"])
def test_another_signature(store, study, wang, signature):
    forged = replace(store.receipt(wang.id), signature=signature)
    assert refusal(forged, store, study.id) == NOT_SIGNED


def test_the_signature_of_another_receipt(store, study, wang, answer_all):
    bo = store.add_expert(study.id, "Bo")
    answer_all(store, bo.id)
    store.submit(bo.id, event_id="bo")
    forged = replace(store.receipt(wang.id), signature=store.receipt(bo.id).signature)
    assert refusal(forged, store, study.id) == NOT_SIGNED


def test_another_key(store, study, wang, key_file, monkeypatch):
    receipt = store.receipt(wang.id)
    monkeypatch.setenv("AHP_SIGNING_KEY", str(key_file.with_name("other.pem")))
    other = store.public_key()[0]
    assert refusal(receipt, store, study.id) == (
        f"key: key.pem holds the key {other}, the receipt was signed with {receipt.key_id}"
    )
    assert refusal(replace(receipt, key_id=other), store, study.id) == NOT_SIGNED
    anew = store.receipt(wang.id)
    assert (anew.content, anew.key_id) == (receipt.content, other)
    verify(anew, store, study.id)


@pytest.mark.slow
def test_what_the_key_signed_but_the_log_does_not_say(store, study, wang, key_file, answer_all):
    bo = store.add_expert(study.id, "Bo")
    answer_all(store, bo.id)
    said = store.receipt(wang.id).statement
    survey_hash, zeros = study.survey.content_hash, "0" * 64
    in_both = "is {!r} in the receipt, {!r} in the export".format
    changes = [
        ({"study": "0"}, f"study: study {in_both('0', study.id)}"),
        ({"title": "Other"}, f"study: title {in_both('Other', 'Pilot')}"),
        ({"survey": "large"}, f"survey: survey {in_both('large', 'small')}"),
        ({"survey_hash": zeros}, f"survey: survey_hash {in_both(zeros, survey_hash)}"),
        ({"expert": "0"}, "expert: no expert '0'"),
        ({"expert": bo.id}, "expert: expert 'Bo' has not submitted in round 1"),
        ({"round": 2}, "expert: expert '王芳' has not submitted in round 2"),
        ({"name": "Bo"}, f"expert: name {in_both('Bo', '王芳')}"),
        ({"seq": 7}, f"position: seq {in_both(7, 8)}"),
        ({"hash": zeros}, f"position: hash {in_both(zeros, said.hash)}"),
        ({"time": "now"}, f"position: time {in_both('now', said.time)}"),
        (
            {"answers": (("goal", "a", "b", "7"), *ANSWERS[1:])},
            f"answers: ('goal', 'a', 'b') {in_both('7', '1/7')}",
        ),
        ({"answers": ANSWERS[1:]}, f"answers: ('goal', 'a', 'b') {in_both(None, '1/7')}"),
        (
            {"answers": (*ANSWERS, ("goal", "a", "d", "2"))},
            f"answers: ('goal', 'a', 'd') {in_both('2', None)}",
        ),
        ({"answers": ANSWERS[::-1]}, f"answers: answers {in_both(ANSWERS[::-1], ANSWERS)}"),
    ]
    assert {name for change, _ in changes for name in change} == set(vars(said))
    for change, message in changes:
        receipt = signed(store, key_file, replace(said, **change))
        assert refusal(receipt, store, study.id) == message


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[", "it is damaged, or made by another program or version"),
        ("[]", "it is damaged, or made by another program or version"),
        ('{"format":1}', "it is damaged, or made by another program or version"),
        ('{"format":2,"kind":"ahp receipt"}', "expected kind 'ahp receipt' with format 1"),
        ('{"format":1,"kind":"ahp study"}', "expected kind 'ahp receipt' with format 1"),
    ],
)
def test_another_content_that_the_key_signed(store, study, key_file, content, problem):
    key = signing.signing_key(key_file.parent)
    receipt = Receipt(content, store.public_key()[0], signing.sign(key, content))
    with pytest.raises(AnswersError) as caught:
        verify(receipt, store, study.id)
    assert str(caught.value) == f"the content of the receipt cannot be read: {problem}"


def test_a_content_in_another_spelling(store, study, wang, key_file):
    content = store.receipt(wang.id).content.replace('":"', '": "', 1)
    key = signing.signing_key(key_file.parent)
    receipt = Receipt(content, store.public_key()[0], signing.sign(key, content))
    with pytest.raises(AnswersError, match=r"^the content of the receipt is not in canonical"):
        verify(receipt, store, study.id)


# What is forged in the export


def test_an_answer_changed_in_the_export(store, study, wang):
    receipt, data = store.receipt(wang.id), json.loads(store.export_study(study.id))
    data["events"][2]["value"] = "9"
    assert refusal(receipt, store, study.id, json.dumps(data)) == (
        f"log: study.json: study {study.id} ('Pilot'), event 3 (answer-0): "
        "its content does not match its hash"
    )


def test_an_answer_changed_and_all_hashes_made_anew(store, study, wang, database):
    receipt = store.receipt(wang.id)
    events = store.events(study.id)
    rewrite(database, rechained(replace(e, value=e.value and "9") for e in events))
    store.verify_log()
    assert refusal(receipt, store, study.id) == (
        f"position: hash is {events[-1].hash!r} in the receipt, "
        f"{store.events(study.id)[-1].hash!r} in the export"
    )


def test_the_export_of_another_study(store, study, wang, survey):
    other = store.create_study(survey, "Pilot")
    assert refusal(store.receipt(wang.id), store, other.id) == (
        f"study: study is {study.id!r} in the receipt, {other.id!r} in the export"
    )


def test_files_that_are_something_else(store, study, wang):
    receipt, export = store.receipt(wang.id), store.export_study(study.id).encode()
    public = store.public_key()[1].encode()
    private = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    curve = generate_private_key(SECP256R1()).public_key()
    for key in (b"", private, signing.public_pem(curve).encode()):
        with pytest.raises(StoreError, match=r"^key.pem: holds no Ed25519 public key in PEM$"):
            verify_receipt(receipt, export, key, sources=SOURCES)
    with pytest.raises(StoreError, match="^study.json: line 1, column 1: not JSON; please check "):
        verify_receipt(receipt, b"<html>", public, sources=SOURCES)


# The server's key


def test_the_key_is_made_beside_the_database(tmp_path, survey, monkeypatch):
    monkeypatch.delenv("AHP_SIGNING_KEY")
    opened = Store(f"sqlite:///{tmp_path / 'data' / 'ahp.db'}")
    path = tmp_path / "data" / "signing_key.pem"
    assert not path.exists()
    identity, pem = opened.public_key()
    assert path.read_text().startswith("-----BEGIN PRIVATE KEY-----\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.glob("*key*")] == [path.name]
    assert (identity, pem) == opened.public_key()
    assert pem.startswith("-----BEGIN PUBLIC KEY-----\n")
    opened.close()


def test_the_key_of_postgresql_lies_in_the_user_s_folder(postgres_url, tmp_path, monkeypatch):
    monkeypatch.delenv("AHP_SIGNING_KEY")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    opened = Store(postgres_url)
    opened.public_key()
    opened.close()
    assert [path.name for path in (tmp_path / "ahp").iterdir()] == ["signing_key.pem"]


@pytest.fixture
def postgres_url(request):
    from .conftest import fresh_schema  # noqa: PLC0415

    with fresh_schema(request.getfixturevalue("postgres_server")) as own:
        yield own


RACE = """
import sys
from pathlib import Path
from ahp.store import signing
print("ready", flush=True)
sys.stdin.readline()
print(signing.key_id(signing.signing_key(Path()).public_key()))
"""


def test_processes_that_start_at_once_share_one_key(spawn, key_file):
    processes = [spawn(RACE) for _ in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    found = [process.communicate(timeout=60) for process in processes]
    assert [errors for _, errors in found] == [""] * 4
    assert {out.strip() for out, _ in found} == {
        signing.key_id(signing.signing_key(key_file.parent).public_key())
    }
    assert [path.name for path in key_file.parent.iterdir()] == ["own.pem"]


def test_threads_that_start_at_once_share_one_key(tmp_path, monkeypatch):
    for k in range(20):
        monkeypatch.setenv("AHP_SIGNING_KEY", str(tmp_path / str(k) / "key.pem"))
        with ThreadPoolExecutor(8) as pool:
            keys = list(pool.map(signing.signing_key, [tmp_path] * 8))
        assert len({signing.key_id(key.public_key()) for key in keys}) == 1


def test_a_file_that_holds_no_key_is_never_replaced(store, wang, key_file):
    key_file.parent.mkdir()
    curve, own = generate_private_key(SECP256R1()), Ed25519PrivateKey.generate()
    pem, pkcs8 = Encoding.PEM, PrivateFormat.PKCS8
    contents = [
        b"",
        b"my secret",
        curve.private_bytes(pem, pkcs8, NoEncryption()),
        own.private_bytes(pem, pkcs8, BestAvailableEncryption(b"word")),
        signing.public_pem(own.public_key()).encode(),
    ]
    for content in contents:
        key_file.write_bytes(content)
        with pytest.raises(StoreError) as caught:
            store.receipt(wang.id)
        assert str(caught.value) == (
            f"{key_file}: holds no Ed25519 key in PKCS #8 PEM without a password; put the key "
            "back from its backup, or move the file away, so that a new key is made: receipts "
            "signed until now then verify with the old public key only"
        )
        assert key_file.read_bytes() == content


def test_a_key_that_cannot_be_read_or_made(store, wang, key_file, monkeypatch):
    key_file.parent.write_text("a file where the folder should be")
    advice = (
        "make the file readable and its folder writable, or set AHP_SIGNING_KEY to another file"
    )
    with pytest.raises(StoreError) as caught:
        store.receipt(wang.id)
    assert str(caught.value) == (
        f"{key_file}: the server's signing key cannot be read or made: File exists; {advice}"
    )
    monkeypatch.setenv("AHP_SIGNING_KEY", os.fspath(key_file.parents[1]))
    with pytest.raises(StoreError) as caught:
        store.receipt(wang.id)
    assert str(caught.value) == (
        f"{key_file.parents[1]}: the server's signing key cannot be read or made: "
        f"Is a directory; {advice}"
    )
