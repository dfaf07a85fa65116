"""E-mails by a real mail server: how it is set, what it takes, and what keeps it from that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ahp.errors import AHPError
from ahp.i18n.errors import error_sentence
from ahp.web import mail
from ahp.web.mail import MailServer, Postman, compose
from ahp.web.server import check_settings
from tests.running_mail_server import (
    PASSWORD,
    REFUSED,
    USER,
    Kept,
    certificate,
    mail_server,
    silent_server,
)

TO = ("王芳", "wang@bank.example")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def kept() -> Iterator[tuple[MailServer, Kept]]:
    with mail_server() as (port, kept):
        yield server(port), kept


def server(port: int, security: str = "none", password: str = "", host: str = "") -> MailServer:
    sender = ("统计处", "survey@bank.example")
    user = USER if password else ""
    return MailServer(host or "localhost", port, security, user, password, sender)


def send(to: MailServer) -> None:
    with Postman(to) as postman:
        postman.send(compose(to, TO, "标题", "正文\n"))


def refused(change) -> str:
    with pytest.raises(AHPError) as raised:
        change()
    assert PASSWORD not in error_sentence(raised.value, "zh")
    return str(raised.value)


def set_variables(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name in mail._VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(f"AHP_SMTP_{name}", value)


def test_how_it_is_set(monkeypatch, tmp_path) -> None:
    set_variables(monkeypatch, SENDER="survey@bank.example")
    assert mail.mail_server() is None
    set_variables(monkeypatch, HOST="mail.bank.example", SENDER="统计处 <survey@bank.example>")
    assert mail.mail_server() == MailServer(
        "mail.bank.example", 587, "starttls", "", "", ("统计处", "survey@bank.example")
    )
    (tmp_path / "secret").write_text(f"{PASSWORD}\n", encoding="utf-8")
    set_variables(
        monkeypatch,
        HOST="mail.bank.example",
        SECURITY="tls",
        SENDER="survey@bank.example",
        USER=USER,
        PASSWORD_FILE=str(tmp_path / "secret"),
    )
    found = mail.mail_server()
    assert found is not None
    assert (found.port, found.password) == (465, PASSWORD)
    assert PASSWORD not in repr(found)


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        (
            {"SENDER": "统计处"},
            "AHP_SMTP_SENDER = '统计处', expected an address such as survey@example.org, or a name "
            "and an address: Survey <survey@example.org>",
        ),
        ({"SECURITY": "ssl"}, "AHP_SMTP_SECURITY = 'ssl', expected one of "),
        ({"PORT": "smtp"}, "AHP_SMTP_PORT = 'smtp', expected a number from 1 to 65535"),
        (
            {"USER": "ahp"},
            "AHP_SMTP_USER and AHP_SMTP_PASSWORD (or AHP_SMTP_PASSWORD_FILE): one is set, expected "
            "both or none",
        ),
        (
            {"USER": "ahp", "PASSWORD": "密码"},
            "AHP_SMTP_USER and the password: expected ASCII letters, digits and signs, which are "
            "all that can be sent",
        ),
        (
            {"USER": "ahp", "PASSWORD": PASSWORD, "SECURITY": "none"},
            "AHP_SMTP_SECURITY = none would send the password to mail.bank.example unencrypted: "
            "expected starttls or tls, or no AHP_SMTP_USER",
        ),
        (
            {"PASSWORD_FILE": "/nowhere/secret"},
            "AHP_SMTP_PASSWORD_FILE: /nowhere/secret cannot be read: No such file or directory",
        ),
    ],
)
def test_a_server_does_not_start_with_what_it_cannot_use(monkeypatch, variables, problem) -> None:
    usual = {"HOST": "mail.bank.example", "SENDER": "survey@bank.example"}
    set_variables(monkeypatch, **usual | variables)
    assert refused(check_settings).startswith(problem)


def test_what_arrives(kept) -> None:
    to, taken = kept
    send(to)
    (message,) = taken.messages
    assert taken.envelopes == [(["wang@bank.example"], False)]
    assert message["From"] == "统计处 <survey@bank.example>"
    assert message["To"] == "王芳 <wang@bank.example>"
    assert message["Subject"] == "标题"
    assert message["Message-ID"].endswith("@bank.example>")
    assert message.get_content().splitlines() == ["正文"]


def test_names_do_not_add_headers(kept) -> None:
    to, taken = kept
    evil = 'Li\r\nBcc: spy@x.example\r\n\r\n"<a@b>, c'
    with Postman(to) as postman:
        postman.send(compose(to, (evil, TO[1]), f"Title\n{evil}", "x\n"))
    (message,) = taken.messages
    assert taken.envelopes == [(["wang@bank.example"], False)]
    assert message["Bcc"] is None
    (address,) = message["To"].addresses
    assert (address.display_name, address.addr_spec) == (
        'Li Bcc: spy@x.example "<a@b>, c',
        "wang@bank.example",
    )
    assert message["Subject"] == 'Title Li Bcc: spy@x.example "<a@b>, c'
    assert message.get_content().splitlines() == ["x"]


def test_a_refused_recipient_does_not_keep_the_others_from_it(kept) -> None:
    to, taken = kept
    with Postman(to) as postman:
        problem = refused(lambda: postman.send(compose(to, ("N", REFUSED), "s", "t")))
        assert problem == "The mail server refuses this address: 550 5.1.1 no such mailbox"
        postman.send(compose(to, TO, "s", "t"))
    assert [whom for whom, _tls in taken.envelopes] == [["wang@bank.example"]]


def test_a_connection_that_ended_is_opened_anew(kept) -> None:
    to, taken = kept
    taken.hang_up_after = 1
    with Postman(to) as postman:
        problem = refused(lambda: postman.send(compose(to, TO, "s", "1")))
        assert problem == (
            "The connection to the mail server was lost (the server ended the connection). This "
            "e-mail may have been sent or not."
        )
        postman.send(compose(to, TO, "s", "2"))
    assert len(taken.messages) == 2


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_with_a_certificate_that_is_trusted(security, pem, monkeypatch) -> None:
    with mail_server(security, pem) as (port, taken):
        problem = refused(lambda: send(server(port, security, PASSWORD)))
        assert problem == (
            f"localhost:{port}: the certificate of the mail server is not trusted (self-signed "
            "certificate). Nothing was sent."
        )
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        problem = refused(lambda: send(server(port, security, PASSWORD, "127.0.0.1")))
        assert "IP address mismatch" in problem
        problem = refused(lambda: send(server(port, security, "wrong")))
        assert problem == (
            f"localhost:{port}: user or password is refused: 535 5.7.8 Authentication credentials "
            "invalid"
        )
        assert taken.messages == []
        send(server(port, security, PASSWORD))
        assert taken.envelopes == [(["wang@bank.example"], True)]


def test_nothing_is_sent_in_the_open_where_encryption_is_not_offered(kept) -> None:
    to, taken = kept
    assert refused(lambda: send(server(to.port, "starttls", PASSWORD))) == (
        f"localhost:{to.port} can't be reached: the server does not offer encryption, or signing "
        "in, as it is set"
    )
    assert taken.messages == []


def test_a_server_that_is_silent_or_away_fails_for_all_at_once(monkeypatch) -> None:
    monkeypatch.setattr(mail, "WAITED", 0.2)
    with silent_server() as port:
        to = server(port)
        said = f"localhost:{port} can't be reached: no answer within 0.2 seconds"
        assert refused(lambda: send(to)) == said
    with Postman(to) as postman:
        message = compose(to, TO, "s", "t")
        said = f"localhost:{port} can't be reached: nobody listens there"
        assert refused(lambda: postman.send(message)) == said
        monkeypatch.setattr(mail, "_connected", None)  # is not tried again
        assert refused(lambda: postman.send(message)) == said
    monkeypatch.undo()
    assert refused(lambda: send(server(25, host="mail.invalid"))) == (
        "mail.invalid:25 can't be reached: there is no server of this name"
    )
