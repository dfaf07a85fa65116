"""Second factors of accounts: codes of an app (TOTP, RFC 6238), and recovery codes."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import secrets
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pyotp
from cryptography.fernet import Fernet, InvalidToken

from . import clock, signing
from .models import AccountRow

WINDOW = 1
"""Steps of 30 seconds by which the clock of a phone may be wrong (RFC 6238, 5.2)."""

MOST_WRONG = 100
"""Wrong codes in a row, after which only recovery codes are accepted (NIST SP 800-63B, 5.2.2)."""

RECOVERY_CODES = 8
"""How many recovery codes an account has; each is of use once."""

_PURPOSE = "ahp second factor"
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 signs that nobody takes for another."""

_log = logging.getLogger(__name__)


def new_secret() -> str:
    """A secret for an authenticator app: 160 bits in base32 (RFC 4226, 4)."""
    return pyotp.random_base32()


def app_address(secret: str, name: str, issuer: str) -> str:
    """What an authenticator app reads as a QR code.

    Args:
        secret: of `new_secret`.
        name: of the account.
        issuer: what the account is for.
    """
    return pyotp.TOTP(secret, name=name, issuer=issuer).provisioning_uri()


def step_of(secret: str, code: str, after: int | None = None) -> int | None:
    """The step of 30 seconds of a code of this moment; None for another code, and for one that is
    no newer than the step given: a code is of use once (RFC 6238, 5.2).
    """
    totp = pyotp.TOTP(secret)
    now = totp.timecode(clock.now())
    fitting = [
        step
        for step in range(now - WINDOW, now + WINDOW + 1)
        if secrets.compare_digest(totp.generate_otp(step), plain(code))
    ]
    return next((step for step in fitting if after is None or step > after), None)


def use(row: AccountRow, code: str, folder: Path) -> bool:
    """Whether a code, or a recovery code, is one of an account with a second factor; it is used up.
    A wrong one is counted until the next that fits; recovery codes are too long to be guessed.

    Args:
        row: the account, locked.
        code: as typed.
        folder: where the server's key lies.
    """
    assert row.totp is not None
    hashes: list[str] = json.loads(row.recovery or "[]")
    if (own := _hash(code)) in hashes:
        row.recovery = json.dumps([one for one in hashes if one != own])
        row.wrong_codes = 0
        return True
    if row.wrong_codes >= MOST_WRONG:
        return False
    try:
        secret = _cipher(folder).decrypt(row.totp).decode()
    except InvalidToken:
        _log.error(
            "codes for the account %s can't be checked: its second factor was set up with another "
            "signing key; recovery codes still work, and an administrator can reset it",
            row.id,
        )
        return False
    if (step := step_of(secret, code, row.totp_step)) is None:
        row.wrong_codes += 1
        if row.wrong_codes == MOST_WRONG:
            _log.error(
                "%s wrong codes in a row for the account %s: somebody may know its password; "
                "recovery codes still work, and an administrator can reset the second factor",
                row.wrong_codes,
                row.id,
            )
        return False
    row.totp_step, row.wrong_codes = step, 0
    return True


def set_up(row: AccountRow, secret: str, step: int, folder: Path) -> tuple[str, ...]:
    """Give an account a second factor.

    Args:
        row: the account, locked.
        secret: of `new_secret`.
        step: of the code that the app has shown.
        folder: where the server's key lies.

    Returns:
        Its recovery codes, of which only hashes are stored.
    """
    row.totp, row.totp_step = _cipher(folder).encrypt(secret.encode()).decode(), step
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    row.recovery = json.dumps([_hash(code) for code in codes])
    return codes


def forget(row: AccountRow) -> None:
    """Take the second factor from an account."""
    row.totp = row.totp_step = row.recovery = None
    row.wrong_codes = 0


def left(row: AccountRow) -> int:
    """How many recovery codes are left."""
    return len(json.loads(row.recovery or "[]"))


def plain(code: str) -> str:
    """A code without what people put between its signs, or can't leave out; Chinese input methods
    write wide digits.
    """
    narrow = unicodedata.normalize("NFKC", code).lower()
    return "".join(sign for sign in narrow if sign.isascii() and sign.isalnum())


def _recovery_code() -> str:
    """80 random bits, in four parts."""
    signs: Sequence[str] = [secrets.choice(_ALPHABET) for _ in range(16)]
    return "-".join("".join(signs[k : k + 4]) for k in range(0, 16, 4))


def _hash(code: str) -> str:
    """As random and long as a token: it needs neither salt nor a slow hash."""
    return hashlib.sha256(plain(code).encode()).hexdigest()


def _cipher(folder: Path) -> Fernet:
    key = signing.derived(signing.signing_key(folder), _PURPOSE)
    return Fernet(base64.urlsafe_b64encode(key))
