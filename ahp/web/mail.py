"""E-mails to experts, by the organization's mail server."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from functools import cache
from pathlib import Path

from ..datafile import system_problem
from ..errors import AHPError
from ..messages import Phrase
from ..store.contacts import check_email
from .addresses import only_here

PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""How the connection is encrypted -> the usual port."""

WAITED = 15
"""Seconds that the mail server has for each step."""


@dataclass(frozen=True)
class MailServer:
    """Where e-mails are handed over.

    Attributes:
        host, port: its address.
        security: one of `PORTS`.
        user, password: to sign in with; empty = it asks nobody to.
        sender: name, may be empty, and address of who writes.
    """

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    sender: tuple[str, str]


def mail_server() -> MailServer | None:
    """The one that `AHP_SMTP_HOST` and what belongs to it name; None without.

    Raises:
        AHPError: something is missing, or can't be used.
    """
    return _mail_server(tuple(os.environ.get(name, "").strip() for name in _VARIABLES))


_VARIABLES = (
    *("AHP_SMTP_HOST", "AHP_SMTP_PORT", "AHP_SMTP_SECURITY", "AHP_SMTP_SENDER"),
    *("AHP_SMTP_USER", "AHP_SMTP_PASSWORD", "AHP_SMTP_PASSWORD_FILE"),
)


@cache
def _mail_server(said: tuple[str, ...]) -> MailServer | None:
    host, port, security, sender, user, password, password_file = said
    if not host:
        return None
    security = security or "starttls"
    if security not in PORTS:
        raise AHPError("mail_security", text=security, valid=tuple(PORTS))
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise AHPError("mail_port", text=port)
    name, address = parseaddr(sender)
    try:
        check_email(address)
    except AHPError as error:
        raise AHPError("mail_sender", text=sender) from error
    if password_file:
        try:
            password = Path(password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            problem = system_problem(error) if isinstance(error, OSError) else str(error)
            raise AHPError("mail_password", path=password_file, problem=problem) from error
    if bool(user) != bool(password):
        raise AHPError("mail_half_signed_in")
    if not (user + password).isascii():
        raise AHPError("mail_sign_in_ascii")
    if user and security == "none" and not only_here(f"//{host}"):
        raise AHPError("mail_password_in_the_open", host=host)
    return MailServer(host, int(port or PORTS[security]), security, user, password, (name, address))


def compose(server: MailServer, to: tuple[str, str], subject: str, text: str) -> EmailMessage:
    """An e-mail.

    Args:
        server: whose sender writes.
        to: name and address.
        subject: what it is about.
        text: what it says.
    """
    message = EmailMessage()
    name, sender = server.sender
    domain = sender.rpartition("@")[2]
    message["From"] = Address(_line(name), addr_spec=sender)
    message["To"] = Address(_line(to[0]), addr_spec=to[1])
    message["Subject"] = _line(subject)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=domain)
    message.set_content(text)
    return message


def _line(text: str) -> str:
    """A text as one line: nobody's name ends a header, or begins another one."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class Postman:
    """Hands over e-mails by one connection, which is opened anew where it was lost; once that
    fails, it fails for all that follow, without trying each.

    Attributes:
        server: takes them.
    """

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._connection: smtplib.SMTP | None = None
        self._closed: AHPError | None = None

    def __enter__(self) -> Postman:
        return self

    def __exit__(self, *_problem: object) -> None:
        if self._connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.quit()

    def send(self, message: EmailMessage) -> None:
        """Hand over an e-mail.

        Raises:
            AHPError: the server didn't take it, and why.
        """
        if self._closed is not None:
            raise self._closed
        try:
            connection = self._connection = self._living() or _connected(self.server)
        except AHPError as error:
            self._closed = error
            raise
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, reply),) = error.recipients.values()
            raise AHPError("mail_recipient_refused", reply=_reply(code, reply)) from error
        except smtplib.SMTPServerDisconnected as error:
            raise self._lost(error) from error
        except smtplib.SMTPResponseException as error:
            said = _reply(error.smtp_code, error.smtp_error)
            raise AHPError("mail_refused", reply=said) from error
        except (OSError, smtplib.SMTPException) as error:
            raise self._lost(error) from error

    def _living(self) -> smtplib.SMTP | None:
        """The connection, unless the server has ended it, say after so many e-mails."""
        with suppress(OSError, smtplib.SMTPException):
            if self._connection is not None and self._connection.noop()[0] == 250:
                return self._connection
        return None

    def _lost(self, error: Exception) -> AHPError:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        return AHPError("mail_lost", problem=_problem(error))


def _connected(server: MailServer) -> smtplib.SMTP:
    """A connection that is encrypted as it should be, and signed in.

    Raises:
        AHPError: there is none, and why.
    """
    where = f"{server.host}:{server.port}"
    context = ssl.create_default_context()
    connection: smtplib.SMTP | None = None
    try:
        if server.security == "tls":
            connection = smtplib.SMTP_SSL(server.host, server.port, timeout=WAITED, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=WAITED)
        if server.security == "starttls":
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
    except (OSError, smtplib.SMTPException) as error:
        if connection is not None:
            connection.close()
        raise _unconnected(error, where) from error
    return connection


def _unconnected(error: Exception, where: str) -> AHPError:
    """Why there is no connection to the mail server."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return AHPError("mail_certificate", where=where, problem=error.verify_message)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        reply = _reply(error.smtp_code, error.smtp_error)
        return AHPError("mail_sign_in", where=where, reply=reply)
    return AHPError("mail_unreachable", where=where, problem=_problem(error))


def _problem(error: Exception) -> Phrase | str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return Phrase("mail_no_answer", seconds=WAITED)
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    for kind, code in (
        (smtplib.SMTPNotSupportedError, "mail_not_offered"),
        (smtplib.SMTPServerDisconnected, "mail_hung_up"),
        (socket.gaierror, "mail_no_host"),
        (ConnectionRefusedError, "mail_nobody_listens"),
    ):
        if isinstance(error, kind):
            return Phrase(code)
    return _line(str(error))


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {_line(words)}"[:300]
