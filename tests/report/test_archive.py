"""Files in one ZIP archive."""

from __future__ import annotations

import ast
import io
import zipfile
from pathlib import Path

import ahp
from ahp.report.archive import zip_bytes


def test_an_archive_has_the_files_in_their_order() -> None:
    files = {"b/报告.txt": b"1" * 1000, "a.txt": b"2"}
    packed = zip_bytes(files)
    assert packed == zip_bytes(iter(files.items()))
    assert len(packed) < 500
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert [(name, archive.read(name)) for name in archive.namelist()] == [*files.items()]
        assert [
            (one.date_time, one.external_attr >> 16, one.create_system, one.compress_type)
            for one in archive.infolist()
        ] == [((1980, 1, 1, 0, 0, 0), 0o644, 3, zipfile.ZIP_DEFLATED)] * 2


def test_nothing_else_writes_archives() -> None:
    """Uploaded workbooks, which are packed anew in memory to be read, aside; and backups, which are
    too large for memory.
    """
    folder = Path(ahp.__file__).parent
    writers = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if "ZipFile" in (text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "zipfile.ZipFile"
        and len(node.args) > 1
    }
    assert writers == {"report/archive.py", "store/backup.py", "tables/workbooks.py"}
