"""Take new texts into the catalogs, drop old ones, compile; new texts are left to be translated."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "ahp"
HEADER = """# Texts of ahp. English is the source; make translations keeps this file up to date.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def update(path: Path) -> int:
    """Bring one catalog up to date; returns how many texts are not translated."""
    language = path.parents[1].name
    with path.open("rb") as file:
        old = read_po(file, locale=language)
    new = Catalog(locale=language)
    extracted = extract_from_dir(PACKAGE, method_map=[("**.py", "python")], keywords={"_": None})
    for _file, _line, text, _comments, _context in extracted:
        flags = ["python-brace-format"] if "{" in text else []
        new.add(text, old[text].string if text in old else "", flags=flags)
    body = io.BytesIO()
    write_po(body, new, omit_header=True, no_location=True, sort_output=True, width=90)
    path.write_bytes(HEADER.format(language=language).encode() + body.getvalue().lstrip())
    with path.open("rb") as file, path.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read_po(file, locale=language))
    return sum(not message.string for message in new if message.id)


if __name__ == "__main__":
    for catalog in sorted(PACKAGE.glob("i18n/*/LC_MESSAGES/ahp.po")):
        print(f"{catalog.relative_to(PACKAGE.parent)}: {update(catalog)} texts to translate")
