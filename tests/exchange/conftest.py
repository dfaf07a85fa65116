from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest
from openpyxl import Workbook

import ahp
from ahp.study import Survey, survey_from_content

Recalculate = Callable[[Mapping[str, bytes]], dict[str, bytes]]


class Office(Protocol):
    def __call__(
        self, files: Mapping[str, bytes], form: str, opened_as: str = ""
    ) -> dict[str, bytes]: ...


def make_survey(survey_id: str, tree: Mapping[str, str | None], names: Mapping[str, str]) -> Survey:
    """A survey in English and Chinese from child -> parent."""

    def node(node_id: str) -> dict[str, object]:
        name = names.get(node_id, node_id.capitalize())
        return {
            "id": node_id,
            "name": {"en": name, "zh": f"{name}项"},
            "explanation": {"en": f"What {node_id} means.", "zh": f"{node_id}的含义。"},
        }

    goal, *others = tree
    content = {
        "format": 1,
        "id": survey_id,
        "languages": ["en", "zh"],
        "method": "geometric_mean",
        "random_index": "saaty",
        "name": {"en": survey_id, "zh": survey_id},
        "description": {"en": "Three levels.", "zh": "三层。"},
        "goal": node(goal),
        "nodes": [{**node(child), "parent": tree[child]} for child in others],
    }
    return survey_from_content(json.dumps(content))


def saved(workbook: Workbook) -> bytes:
    """The file of a workbook."""
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def rezipped(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook with other parts: `change` gets the name and content of each."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


@pytest.fixture(scope="session")
def home() -> Survey:
    return ahp.load_survey("supervision_effectiveness")


@pytest.fixture(scope="session")
def small() -> Survey:
    """Four parents on three levels, with names that are hard on file formats."""
    tree = {
        **{"goal": None, "a": "goal", "b": "goal", "c": "goal", "a1": "a", "a2": "a"},
        **{"b1": "b", "b2": "b", "b3": "b", "b11": "b1", "b12": "b1"},
    }
    names = {
        "goal": "=1+1",
        "a": "[Cost]: 5/7 \\ 'high'?* & <low> \"net\"",
        "b": "A name that is longer than a sheet may be called 🏦🏦",
        "c": "'quoted'",
        "b1": "同名",
        "b2": "=HYPERLINK(\"x\")",
    }  # fmt: skip
    return make_survey("small", tree, names)


@pytest.fixture(scope="session")
def wide() -> Survey:
    """Twelve children under one parent."""
    kids = {f"item{k}": "goal" for k in range(1, 13)}
    return make_survey("wide", {"goal": None, **kids}, {})


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Opens files in LibreOffice, which calculates every formula, and saves them in another form:
    name of each file that was saved -> content.
    """
    program = shutil.which("soffice")
    if program is None:
        pytest.fail("soffice is missing: install libreoffice-calc-nogui (tools/system-packages)")

    def convert(files: Mapping[str, bytes], form: str, opened_as: str = "") -> dict[str, bytes]:
        folder: Path = tmp_path_factory.mktemp("office")
        for name, content in files.items():
            (folder / name).write_bytes(content)
        options = [
            f"-env:UserInstallation={(folder.parent / 'office-profile').as_uri()}",
            *([f"--infilter={opened_as}"] if opened_as else []),
            *("--headless", "--convert-to", form, "--outdir", "saved"),
        ]
        subprocess.run(
            [program, *options, *files], cwd=folder, check=True, capture_output=True, timeout=300
        )
        return {path.name: path.read_bytes() for path in (folder / "saved").iterdir()}

    return convert


@pytest.fixture(scope="session")
def recalculate(office: Office) -> Recalculate:
    """Workbooks as LibreOffice saves them, with every formula calculated."""

    def convert(workbooks: Mapping[str, bytes]) -> dict[str, bytes]:
        saved = office({f"{name}.xlsx": content for name, content in workbooks.items()}, "xlsx")
        return {name: saved[f"{name}.xlsx"] for name in workbooks}

    return convert
