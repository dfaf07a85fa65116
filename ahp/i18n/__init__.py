"""Languages: gettext catalogs, and the choice of one of them.

The source texts are English. A catalog lies at `<language>/LC_MESSAGES/ahp.po`, compiled to `.mo`
beside it; `make translations` extracts, updates and compiles.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

LANGUAGES = {"zh": "中文", "en": "English"}
"""Languages of the interface: code -> own name. The first is the default."""

FOLDER = Path(__file__).parent
Translate = Callable[[str], str]


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalog of a language of `LANGUAGES`."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("ahp", FOLDER, languages=[language])


def translator(language: str) -> Translate:
    """The function that turns an English source text into a language of `LANGUAGES`."""
    return translations(language).gettext


def best_language(tags: Iterable[str], default: str = "zh") -> str:
    """The first language of the interface among tags such as `"zh-CN"` or `"en_US.UTF-8"`."""
    for tag in tags:
        code = re.split(r"[-_.;]", tag)[0].strip().lower()
        if code in LANGUAGES:
            return code
    return default


def terminal_language() -> str:
    """The language of the terminal, by the environment; English where it says nothing."""
    tags = (os.environ.get(name, "") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return best_language((part for tag in tags for part in tag.split(":") if part), default="en")
