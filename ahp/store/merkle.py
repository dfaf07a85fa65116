"""Merkle trees over leaves that are only ever added (RFC 6962, section 2.1)."""

from __future__ import annotations

import hashlib


class Tree:
    """Keeps what the next root needs, not the leaves.

    Attributes:
        size: number of leaves.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # roots of the full trees the leaves make, the largest first

    def add(self, leaf: bytes) -> None:
        """One more leaf."""
        node = hashlib.sha256(b"\0" + leaf).digest()
        full = self.size
        while full & 1:
            node = hashlib.sha256(b"\1" + self._peaks.pop() + node).digest()
            full >>= 1
        self._peaks.append(node)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The hash over all leaves so far."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        *larger, node = self._peaks
        for peak in reversed(larger):
            node = hashlib.sha256(b"\1" + peak + node).digest()
        return node
