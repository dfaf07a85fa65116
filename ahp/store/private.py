"""Files that nobody but their owner may read, and that are there completely or not: the database,
the server's key, backups.
"""

from __future__ import annotations

import logging
import os
import stat
from contextlib import suppress
from pathlib import Path

MODE = 0o600

_log = logging.getLogger(__name__)


def make_private(path: Path) -> None:
    """Make an empty file that its owner alone may read, unless there is one."""
    with suppress(OSError):  # who opens it next says what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, MODE))


def give_name(whole: Path, path: Path) -> None:
    """Give a file that is whole its name, under which there is none yet, so that it is still there
    after a power failure.

    Raises:
        FileExistsError: there is one.
        OSError: it can't be given.
    """
    try:
        os.link(whole, path)
    except FileExistsError:
        raise
    except OSError:  # sticks and shared folders have no links
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, MODE))  # whose name it is
        try:
            whole.replace(path)
        except BaseException:
            path.unlink()
            raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def keep_private(path: Path) -> None:
    """Let a file, if there is one, be read by its owner alone, and say in the log that others could
    read it so far.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return  # likewise
    if os.name != "posix" or not mode & 0o077:
        return
    try:
        path.chmod(mode & 0o700)
    except OSError as error:
        _log.warning("%s: others may read it (mode %04o), which stays so: %s", path, mode, error)
    else:
        _log.warning("%s: others could read it (mode %04o); now its owner alone can", path, mode)
