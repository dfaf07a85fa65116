"""At which addresses others reach the server, and what the pages with personal links say of it."""

from __future__ import annotations

import asyncio
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import ifaddr
import pytest
import streamlit

from ahp.errors import AccessError, AHPError, StoreError
from ahp.i18n.errors import error_sentence
from ahp.process.events import Actor
from ahp.store import Store
from ahp.web import addresses, server, state
from tests.web.test_pages import keyed


@dataclass
class Adapter:
    """A network card as ifaddr shows it."""

    ips: list[ifaddr.IP] = field(default_factory=list)


def card(*texts: str) -> Adapter:
    """A card with these addresses."""
    return Adapter([ifaddr.IP((one, 0, 0) if ":" in one else one, 24, "card") for one in texts])


def unmarked(text: str) -> str:
    """A text without the signs that keep it from being Markdown."""
    return text.replace("\\", "").replace("\u200b", "").replace("\u2060", "")


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer with two cards."""
    cards = [card("127.0.0.1", "::1"), card("fd00::5", "192.168.1.5", "fe80::1"), card("10.0.0.7")]
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: cards)


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:8501", True),
        ("http://127.1.2.3", True),
        ("http://localhost:8501", True),
        ("http://ahp.localhost", True),
        ("http://0.0.0.0:8501", True),
        ("http://[::1]:8501", True),
        ("http://[::]:8501", True),
        ("://", True),
        ("http://192.168.1.5:8501", False),
        ("http://[fd00::5]:8501", False),
        ("https://survey.example.org", False),
    ],
)
def test_addresses_that_open_on_this_computer_alone(address: str, here: bool) -> None:
    assert addresses.only_here(address) is here


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    ("host", "others", "own"),
    [
        ("127.0.0.1", [], "http://127.0.0.1:8501"),
        ("localhost", [], "http://localhost:8501"),
        ("0.0.0.0", ["http://192.168.1.5:8501", "http://10.0.0.7:8501"], "http://127.0.0.1:8501"),
        (
            "::",
            ["http://192.168.1.5:8501", "http://10.0.0.7:8501", "http://[fd00::5]:8501"],
            "http://127.0.0.1:8501",
        ),
        ("10.0.0.7", ["http://10.0.0.7:8501"], "http://10.0.0.7:8501"),
        ("survey.local", ["http://survey.local:8501"], "http://survey.local:8501"),
    ],
)
def test_the_addresses_of_a_server(host: str, others: list[str], own: str) -> None:
    assert addresses.of_network(host, 8501) == others
    assert addresses.of_this_computer(host, 8501) == own


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        (["ahp", "serve", "--host", "0.0.0.0", "--port", "8080"], ("0.0.0.0", 8080)),
        (["/bin/uvicorn", "app:app"], ("127.0.0.1", 8000)),
        (["/lib/uvicorn/__main__.py", "app:app", "--host=::"], ("::", 8000)),
        (["/bin/uvicorn", "app:app", "--uds", "ahp.sock"], ("127.0.0.1", 8000)),
    ],
)
def test_where_the_server_listens(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], found: tuple[str, int]
) -> None:
    monkeypatch.setattr(sys, "argv", argv)
    assert addresses.listening() == found


def test_what_uvicorn_is_told_by_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/bin/uvicorn", "app:app"])
    monkeypatch.setenv("UVICORN_PORT", "8080")
    assert addresses.listening() == ("127.0.0.1", 8080)
    assert addresses.opened_later()
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    assert not addresses.opened_later()


@pytest.mark.parametrize(
    ("argv", "later"),
    [
        (["/srv/app.py"], False),
        (["ahp", "serve"], False),  # which looks itself
        (["/bin/uvicorn", "app:app", "--port", "8080"], True),
        (["/bin/uvicorn", "app:app", "--reload"], False),
        (["/bin/uvicorn", "app:app", "--workers", "2"], False),
        (["/bin/uvicorn", "app:app", "--fd", "0"], False),
        (["/bin/uvicorn", "app:app", "--uds", "ahp.sock"], False),
    ],
)
def test_who_opens_the_port_when(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], later: bool
) -> None:
    monkeypatch.setattr(sys, "argv", argv)
    assert addresses.opened_later() == later


def test_a_start_that_fails_leaves_the_organizer_s_link(
    monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    store.set_organizer_link("shown")

    async def start() -> None:
        async with server.lifespan(streamlit.App(server.MAIN), "en"):
            pass

    with socket.create_server(("127.0.0.1", 0)) as other, ThreadPoolExecutor(1) as thread:
        port = other.getsockname()[1]
        monkeypatch.setattr(sys, "argv", ["/bin/uvicorn", "app:app", "--port", str(port)])
        with pytest.raises(AHPError) as raised:
            thread.submit(asyncio.run, start()).result()
    assert str(raised.value) == (
        f"127.0.0.1:{port} cannot be opened (Address already in use); choose another --port"
    )
    assert store.is_organizer_link("shown")


@pytest.mark.parametrize(("told", "host"), [(None, "0.0.0.0"), ("10.0.0.7", "10.0.0.7")])
def test_where_streamlit_listens(
    monkeypatch: pytest.MonkeyPatch, told: str | None, host: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["/srv/app.py"])  # `streamlit run` leaves no more there
    options = {"server.address": told, "server.port": 8080}
    monkeypatch.setattr(addresses.config, "get_option", options.__getitem__)
    assert addresses.listening() == (host, 8080)


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch, network: None, store: Store) -> None:
    """The server listens at all addresses, and the organizer's browser is on the same computer."""
    monkeypatch.delenv("AHP_BASE_URL", raising=False)
    monkeypatch.setattr(sys, "argv", ["ahp", "serve", "--host", "0.0.0.0"])


@pytest.mark.usefixtures("serving")
def test_another_address_is_chosen_for_all_links(visit, store, organizer, survey) -> None:
    study = store.create_study(survey, "Office")
    store.add_experts(study.id, dict.fromkeys(["Ann", "Bo"]))
    app = visit(organizer, "experts")
    [warning] = [one.value for one in app.warning]
    assert "open on this computer alone. Choose the address that others open." in warning
    app.button(key="issue").click().run()
    [first, _second] = [one.value for one in app.code if "\n" not in one.value]
    offered = keyed(app.radio, "offered-")
    assert "http://192.168.1.5:8501" not in offered.options  # Markdown would make it a link
    assert [unmarked(one) for one in offered.options] == [
        "http://192.168.1.5:8501",
        "http://10.0.0.7:8501",
        "Another address",
    ]
    offered.set_value("http://10.0.0.7:8501")
    keyed(app.button, "use_address-").click().run()
    assert not app.warning[1:]  # but that links are shown once
    assert "Personal links begin with http://10.0.0.7:8501" in [
        unmarked(one.value) for one in app.caption
    ]
    token = first.rpartition("/")[2]
    assert f"http://10.0.0.7:8501/i/{token}" in [one.value for one in app.code]
    assert store.public_address() == "http://10.0.0.7:8501"


@pytest.mark.usefixtures("serving")
def test_no_address_is_refused(visit, store, organizer, survey) -> None:
    store.set_public_address("http://127.0.0.1:8080")
    study = store.create_study(survey, "Office")
    store.add_experts(study.id, dict.fromkeys(["Ann"]))
    app = visit(organizer, "experts")
    keyed(app.radio, "offered-").set_value("Another address")
    keyed(app.text_input, "written-").set_value(" ")
    keyed(app.button, "use_address-").click().run()
    assert [one.value for one in app.error] == ["Please write the address that people open."]
    assert store.public_address() == "http://127.0.0.1:8080"


@pytest.mark.usefixtures("serving")
def test_an_address_that_is_none_is_refused(visit, store, organizer, survey) -> None:
    study = store.create_study(survey, "Office")
    store.add_experts(study.id, dict.fromkeys(["Ann"]))
    app = visit(organizer, "experts")
    keyed(app.radio, "offered-").set_value("Another address")
    keyed(app.text_input, "written-").set_value("survey.example.org")
    keyed(app.button, "use_address-").click().run()
    assert [unmarked(one.value) for one in app.error] == [
        "survey.example.org: please write an address such as https://survey.example.org or "
        "http://192.168.1.5:8501, with nothing behind it"
    ]
    assert store.public_address() == ""


def test_nobody_else_is_let_in(visit, store, organizer, survey, monkeypatch) -> None:
    monkeypatch.delenv("AHP_BASE_URL", raising=False)
    monkeypatch.setattr(sys, "argv", ["ahp", "serve"])
    study = store.create_study(survey, "Office")
    store.add_experts(study.id, dict.fromkeys(["Ann"]))
    app = visit(organizer, "experts")
    [warning] = [unmarked(one.value) for one in app.warning]
    assert warning.endswith(
        "The server lets nobody else in. Stop it and start it with “make app HOST=0.0.0.0” or "
        "“ahp serve --host 0.0.0.0”, or reach it through a proxy."
    )


def test_all_links_are_renewed_at_once(visit, store, organizer, survey) -> None:
    study = store.create_study(survey, "Office")
    experts = store.add_experts(study.id, dict.fromkeys(["Ann", "Bo", "Cy"]))
    tokens = store.issue_links([one.id for one in experts[:2]])
    app = visit(organizer, "experts")
    button = keyed(app.button, "renew_all-")
    assert (button.label, button.disabled) == ("New links for all (2)", True)
    keyed(app.checkbox, "renew_sure-").check().run()
    keyed(app.button, "renew_all-").click().run()
    new = {one.value.rpartition("/")[2] for one in app.code if one.value.startswith("http")}
    assert len(new) == 2
    assert not new & set(tokens.values())
    assert [one.link for one in store.experts(study.id)] == ["active", "active", "none"]
    assert not keyed(app.checkbox, "renew_sure-").value
    assert keyed(app.button, "renew_all-").disabled


def test_whose_link_was_revoked_meanwhile_gets_none(visit, store, organizer, survey) -> None:
    study = store.create_study(survey, "Office")
    names = ["Ann", "Bo", "Cy", "Di"]
    experts = {one.name: one.id for one in store.add_experts(study.id, dict.fromkeys(names))}
    store.issue_links([*experts.values()])
    app = visit(organizer, "experts", "zh")
    keyed(app.checkbox, "renew_sure-").check().run()
    store.revoke_link(experts["Ann"])
    store.remove_expert(experts["Bo"])
    keyed(app.button, "renew_all-").click().run()
    assert app.error.values == []
    assert [one for one in app.info.values if "跳过" in one] == [
        "已跳过 1 人：其链接刚被作废，不再生成新链接。",
        "已跳过 1 人：刚被移除。",
    ]
    assert len([one for one in app.code if one.value.startswith("http")]) == 2
    links = {one.name: one.link for one in store.experts(study.id)}
    assert links == {"Ann": "revoked", "Cy": "active", "Di": "active"}


@pytest.mark.parametrize(
    "address",
    [
        "survey.example.org",
        "ftp://survey.example.org",
        "https://",
        "https://survey.example.org/path",
        "https://survey.example.org?x=1",
        "https://me@survey.example.org",
        "https://survey example.org",
        "https://survey.example.org:99999",
    ],
)
def test_what_is_no_address(store: Store, address: str) -> None:
    with pytest.raises(StoreError, match="please write an address such as"):
        store.set_public_address(address)


def test_an_address_is_set_and_taken_back(store: Store) -> None:
    store.set_public_address(" https://survey.example.org/ ")
    assert store.public_address() == "https://survey.example.org"
    store.set_public_address("")
    assert store.public_address() == ""
    store.add_account("Chief", "a long password", ["administrator"])
    reader = store.add_account("Reader", "a long password", ["reader"])
    with pytest.raises(AccessError):
        store.by(Actor("organizer", reader.id)).set_public_address("https://survey.example.org")


def test_the_environment_comes_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AHP_BASE_URL")
    store.set_public_address("https://survey.example.org")
    assert state.base_url() == "https://survey.example.org"
    monkeypatch.setenv("AHP_BASE_URL", "https://other.example.org/")
    assert state.base_url() == "https://other.example.org"


@pytest.mark.parametrize("address", ["survey.example.org", "https://survey.example.org/ahp"])
def test_no_server_starts_with_an_address_that_is_none(monkeypatch, address: str) -> None:
    monkeypatch.setenv("AHP_BASE_URL", address)
    with pytest.raises(AHPError) as caught:
        server.check_settings()
    assert str(caught.value) == (
        f"AHP_BASE_URL = {address}, expected an address such as https://survey.example.org, with "
        "nothing behind it"
    )
    assert error_sentence(caught.value, "zh") == (
        f"AHP_BASE_URL = {address}：应为 https://survey.example.org 这样的地址，后面不带其他内容。"
    )
