"""Time stamps of an authority (RFC 3161): asked for when a checkpoint is signed, and verified."""

from __future__ import annotations

import http.client
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from socket import gaierror
from ssl import SSLError
from urllib.parse import urlsplit

from cryptography.x509 import Certificate, InvalidVersion, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from ..datafile import system_problem
from ..errors import LogError, StoreError
from ..messages import Phrase
from .checkpoint import Checkpoint

PATIENCE = 10.0
"""Seconds for which an authority is waited for, with one answer."""

LARGEST = 2**17
"""Bytes of an answer: with all certificates it has some thousand."""


def ask(url: str, text: str, end: float | None = None) -> bytes:
    """An authority's answer about a text, DER.

    Args:
        url: of the authority.
        text: what is stamped.
        end: when it is waited for no longer, by `time.monotonic()`; None = after `PATIENCE`.

    Raises:
        StoreError: it doesn't answer, or not with a stamp of this text.
    """
    try:
        scheme = urlsplit(url).scheme
    except ValueError:  # a bracket that isn't closed, say
        scheme = ""
    if scheme not in ("http", "https"):
        raise StoreError("stamp_url", url=url)
    # with a hash of 256 bits every authority can do
    builder = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.build()
    post = urllib.request.Request(
        url,
        data=request.as_bytes(),
        headers={"Content-Type": "application/timestamp-query"},
    )
    seconds = PATIENCE if end is None else min(PATIENCE, end - time.monotonic())
    try:
        content = _answer(post, seconds)
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused(url, Phrase("stamp_status", status=error.code)) from error
    except urllib.error.URLError as error:
        raise _refused(url, _problem(error.reason)) from error
    except (OSError, ValueError) as error:  # the latter of a host that can't be looked up
        raise _refused(url, _problem(error)) from error
    except http.client.HTTPException as error:  # what answers there speaks something else
        raise _refused(url, Phrase("stamp_unreadable")) from error
    try:
        answer = decode_timestamp_response(content)
        granted = answer.status == PKIStatus.GRANTED
        stamped = granted and (answer.tst_info.nonce, answer.tst_info.message_imprint.message) == (
            request.nonce,
            request.message_imprint.message,
        )
    except ValueError as error:
        raise _refused(url, Phrase("stamp_unreadable")) from error
    if not stamped:
        code = "stamp_of_another" if granted else "stamp_not_granted"
        raise _refused(url, Phrase(code))
    return content


def _answer(post: urllib.request.Request, seconds: float) -> bytes:
    """What is answered within so many seconds, from looking up the name to the last byte: an
    authority that sends byte after byte is waited for no longer than one that sends none.

    Raises:
        OSError, http.client.HTTPException: nothing is.
    """
    answer: Future[bytes] = Future()

    def go() -> None:
        try:
            with urllib.request.urlopen(post, timeout=PATIENCE) as response:
                answer.set_result(response.read(LARGEST))
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=go, daemon=True).start()
    return answer.result(max(seconds, 0))


def _problem(error: BaseException | str) -> Phrase:
    """Why nothing was answered, in words."""
    if isinstance(error, TimeoutError):
        return Phrase("stamp_late")
    if isinstance(error, SSLError | gaierror):  # whose numbers are not those of the system
        return Phrase("stamp_unreachable", reason=error.strerror or str(error))
    if isinstance(error, OSError) and error.errno is not None:
        return system_problem(error)
    return Phrase("stamp_unreachable", reason=str(error))


def _refused(url: str, problem: Phrase) -> StoreError:
    return StoreError("stamp_missing", url=url, problem=problem)


def read_certificates(pem: bytes, source: str) -> list[Certificate]:
    """The certificates in a PEM file, of an authority and of those who stand for it.

    Raises:
        StoreError: there is none, or none that stands for itself.
    """
    try:
        found = load_pem_x509_certificates(pem)
        roots = [one for one in found if _is_root(one)]  # their names are read here
    except (ValueError, InvalidVersion):
        roots = []
    if not roots:
        raise StoreError("certificate_is_none", source=source)
    return found


def _is_root(certificate: Certificate) -> bool:
    return certificate.issuer == certificate.subject


def stamped_time(checkpoint: Checkpoint, certificates: Sequence[Certificate]) -> datetime:
    """When an authority saw a checkpoint that has its stamp.

    Raises:
        LogError: the stamp is not one of this authority over this checkpoint.
    """
    verifier = VerifierBuilder(
        roots=[one for one in certificates if _is_root(one)],
        intermediates=[one for one in certificates if not _is_root(one)],
    ).build()
    try:
        answer: TimeStampResponse = decode_timestamp_response(checkpoint.stamp or b"")
        verifier.verify_message(answer, checkpoint.text.encode())
    except (ValueError, VerificationError) as error:
        raise LogError(
            "stamp_wrong", source=checkpoint.source, line=checkpoint.line, problem=str(error)
        ) from error
    return answer.tst_info.gen_time
