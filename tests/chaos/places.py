"""Networks and disks of a test's own, to be cut and filled up."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def run(*command: str | Path) -> None:
    subprocess.run([str(one) for one in command], check=True)


class Machine:
    """A network namespace with one cable to the network of this machine.

    Attributes:
        address: where it is.
        within: in front of a command, has it run there.
    """

    def __init__(self, network: Network, number: int) -> None:
        self.name, self.address = f"{network.bridge}-{number}", network.address(number)
        self.cable = f"{network.bridge}v{number}"
        self.within = ("ip", "netns", "exec", self.name)
        run("ip", "netns", "add", self.name)
        peer = ("peer", "name", "eth0", "netns", self.name)
        run("ip", "link", "add", self.cable, "type", "veth", *peer)
        run("ip", "link", "set", self.cable, "master", network.bridge)
        run("ip", "-n", self.name, "address", "add", f"{self.address}/24", "dev", "eth0")
        run("ip", "-n", self.name, "link", "set", "lo", "up")
        run("ip", "-n", self.name, "link", "set", "eth0", "up")
        self.mend()

    def cut(self) -> None:
        """Pull the cable."""
        run("ip", "link", "set", self.cable, "down")

    def mend(self) -> None:
        run("ip", "link", "set", self.cable, "up")


class Network:
    """Machines at a bridge, at which this one is the first."""

    def __init__(self) -> None:
        _remove_leftovers()
        self.bridge = f"ahp{os.getpid()}"
        self.machines: list[Machine] = []
        run("ip", "link", "add", self.bridge, "type", "bridge")
        run("ip", "address", "add", f"{self.address(1)}/24", "dev", self.bridge)
        run("ip", "link", "set", self.bridge, "up")

    @staticmethod
    def address(number: int) -> str:
        return f"10.213.77.{number}"

    def machine(self) -> Machine:
        made = Machine(self, len(self.machines) + 2)
        self.machines.append(made)
        return made

    def remove(self) -> None:
        for machine in self.machines:
            run("ip", "netns", "delete", machine.name)
        run("ip", "link", "delete", self.bridge)


def _remove_leftovers() -> None:
    """The networks of runs that were killed: they have the same addresses."""
    for name in listed("ip", "netns", "list"):
        if _is_left(name):
            run("ip", "netns", "delete", name)
    for name in listed("ip", "-brief", "link", "show", "type", "bridge"):
        if _is_left(name):
            run("ip", "link", "delete", name)


def _is_left(name: str) -> bool:
    of_run = re.fullmatch(r"ahp(\d+)(-\d+)?", name)
    return of_run is not None and not Path(f"/proc/{of_run[1]}").exists()


def listed(*command: str) -> list[str]:
    """The first word of each line that a command prints."""
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [line.split()[0] for line in lines]


class Disk:
    """A small disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filling = folder / "filling"

    def fill(self) -> None:
        """Leave no byte of it."""
        with self._filling.open("wb", buffering=0) as file:
            for size in (2**20, 2**12, 1):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def make_room(self) -> None:
        self._filling.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder)
    try:
        yield Disk(folder)
    finally:
        run("umount", folder)
