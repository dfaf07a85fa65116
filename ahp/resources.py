"""Where shipped data lies: inside the package in a wheel, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """The root of the checkout this package runs from, None when it is installed."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "surveys").is_dir() else None


def data_folder(name: str) -> Path:
    """The folder `surveys`, `schemes` or `examples`."""
    return (checkout() or PACKAGE / "data") / name
