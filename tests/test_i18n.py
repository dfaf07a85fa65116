"""The catalogs: complete, current, compiled."""

import ast
import gettext
import io
import re
import string
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import ahp
from ahp import i18n
from ahp.errors import LinkError
from ahp.evaluation import load_scheme, shipped_schemes
from ahp.i18n import LANGUAGES, best_language, terminal_language, translator
from ahp.i18n.errors import error_sentence
from ahp.i18n.evaluation import measure_words, measured_words
from ahp.i18n.words import (
    consistency_sentence,
    judgment_sentence,
    middle_half,
)
from ahp.scale import SAATY_POSITIONS

TRANSLATED = [language for language in LANGUAGES if language != "en"]


def source_texts():
    found = extract_from_dir(
        i18n.FOLDER.parent, method_map=[("**.py", "python")], keywords={"_": None}
    )
    return {message for _file, _line, message, _comments, _context in found}


def catalog(language):
    with (i18n.FOLDER / language / "LC_MESSAGES" / "ahp.po").open("rb") as file:
        return read_po(file, locale=language)


def fields(text):
    return sorted(
        name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name
    )


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_no_translation_is_left_over(language):
    messages = {message.id: message for message in catalog(language) if message.id}
    assert set(messages) == source_texts()
    assert [id_ for id_, message in messages.items() if not message.string or message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_their_placeholders(language):
    for message in catalog(language):
        if message.id:
            assert fields(message.string) == fields(message.id)


def test_chinese_has_chinese_punctuation():
    """Marks of English stand in formulas, and in quoted examples of what is typed into a file."""
    wrong = []
    for message in catalog("zh"):
        text = re.sub(r"“[^”]*[:,][^”]*”|\[[^]]*\]", "", message.string)
        between = re.search(r"[一-鿿”）] ?[,;:?!.] ?[一-鿿“（]|[一-鿿][,;:?!.]$", text)
        around = re.search(r"\([^()]*[一-鿿][^()]*\)|[一-鿿][\"']|[\"'][一-鿿]", text)
        wrong += [text] if message.id and (between or around) else []
    assert wrong == []


def test_one_thing_has_one_chinese_word():
    """A place in a ranking is 名次, a log passes 核验, who stands for sentences signs (签名)."""
    other = re.compile("位次|易位|审定|通过校验|(达到|低于|高于)[{]")
    assert [one.string for one in catalog("zh") if one.id and other.search(str(one.string))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_catalog_is_current(language):
    compiled = io.BytesIO()
    write_mo(compiled, catalog(language))
    path = i18n.FOLDER / language / "LC_MESSAGES" / "ahp.mo"
    with path.open("rb") as file:
        stored = gettext.GNUTranslations(file)
    compiled.seek(0)
    current = gettext.GNUTranslations(compiled)
    for text in source_texts():
        assert stored.gettext(text) == current.gettext(text)


def test_no_text_escapes_extraction():
    """Only calls of a plain `_` are found; `translator(language)("text")` would be lost."""
    for path in i18n.FOLDER.parent.rglob("*.py"):
        assert not re.search(r"\b(translate|translator)\([^()]*\)\(", path.read_text("utf-8")), path


def test_where_nothing_is_chosen_no_page_says_so_in_english():
    asked = []
    for path in (Path(ahp.__file__).parent / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                words = {word.arg: ast.unparse(word.value) for word in node.keywords}
                kind = ast.unparse(node.func).removeprefix("st.")
                if kind == "multiselect" or (kind == "selectbox" and words.get("index") == "None"):
                    asked.append((path.name, words))
    assert len(asked) > 10
    assert [name for name, words in asked if "placeholder" not in words] == []


def test_best_language_takes_the_first_it_knows():
    assert best_language(["fr-FR", "zh-CN", "en"]) == "zh"
    assert best_language(["en_US.UTF-8"]) == "en"
    assert best_language(["en;q=0.8", "zh"]) == "en"
    assert best_language([]) == "zh"
    assert best_language(["fr"], default="en") == "en"


def test_terminal_language_follows_the_environment(monkeypatch):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert terminal_language() == "en"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert terminal_language() == "zh"
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert terminal_language() == "en"


def test_judgments_in_words():
    english, chinese = translator("en"), translator("zh")
    assert judgment_sentence("A", "B", "1", english) == "“A” and “B” are equally important (1)"
    assert judgment_sentence("A", "B", "5", english) == (
        "“A” is strongly more important than “B” (5)"
    )
    assert judgment_sentence("A", "B", "1/9", english) == (
        "“B” is extremely more important than “A” (9)"
    )
    assert judgment_sentence("A", "B", "1/6", english) == (
        "“B” is more important than “A”, between strong and very strong (6)"
    )
    assert judgment_sentence("甲", "乙", "3", chinese) == "“甲”比“乙”稍微重要（3）"
    assert judgment_sentence("甲", "乙", "1/8", chinese) == (
        "“乙”比“甲”重要，介于强烈与极端之间（8）"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_17_positions_have_17_sentences(language):
    _ = translator(language)
    assert len({judgment_sentence("A", "B", value, _) for value in SAATY_POSITIONS}) == 17


@pytest.mark.parametrize(
    ("middle", "chinese", "english"),
    [
        ((-1, 2), "：“甲”一侧 3～“乙”一侧 2。", ": 3 for “甲” to 2 for “乙”."),
        ((0, 4), "：“甲”一侧 5～同等重要。", ": 5 for “甲” to equally important."),
        ((0, 0), "：同等重要。", ": equally important."),
        ((-1, -2), "介于“乙”一侧 2和“乙”一侧 3之间。", " lies between 2 for “乙” and 3 for “乙”."),
    ],
)
def test_the_middle_half_in_words(middle, chinese, english):
    said = middle_half("甲", "乙", middle, translator("zh"))
    assert said == f"居中的一半回答{chinese}"
    said = middle_half("甲", "乙", middle, translator("en"))
    assert said == f"The middle half of the answers{english}"


def test_consistency_in_words():
    _ = translator("en")
    assert consistency_sentence(0.0, 2, _) == (
        "With two items there is only one comparison, so nothing can contradict it."
    )
    assert consistency_sentence(0.0994, 3, _) == (
        "Your judgments are consistent (CR = 0.099, below 0.1)."
    )
    assert consistency_sentence(0.09997, 3, _) == (
        "Your judgments are consistent (CR = 0.09997, below 0.1)."
    )
    assert consistency_sentence(0.10041, 3, _).startswith(
        "Some of your judgments contradict each other (CR = 0.1004, it should be below 0.1)."
    )
    assert consistency_sentence(0.1, 3, _).startswith(
        "Some of your judgments contradict each other (CR = 0.100, it should be below 0.1)."
    )


def test_link_problems_in_both_languages():
    assert error_sentence(LinkError("link_closed"), "en") == (
        "This round is closed, nothing more can be answered. Thank you for taking part. "
        "Should the organizer open another round, this link works again."
    )
    assert (
        error_sentence(LinkError("link_closed"), "zh")
        == "本轮已结束，不能再作答，感谢您的参与。如果组织者开启下一轮，此链接会重新生效。"
    )
    links = ("unknown", "revoked", "closed")
    assert len({error_sentence(LinkError(f"link_{reason}"), "zh") for reason in links}) == 3


def test_units_of_measure_of_shipped_schemes_are_said_in_chinese() -> None:
    measures = set()
    for name in shipped_schemes():
        for leaf in load_scheme(name).indicator.values():
            measures |= {leaf.unit, *(one.unit for one in getattr(leaf.rule, "inputs", ()))}
    said = {one: measure_words(one, "zh") for one in measures - {"", "%", "‱"}}
    assert len(said) == 25
    assert [one for one, words in said.items() if re.search("[A-Za-z]", words)] == []


@pytest.mark.parametrize(
    ("value", "measure", "language", "words"),
    [
        ("95", "grade", "zh", "95 分"),
        ("95", "grade", "en", "95 points"),
        ("36.36363636363637", "%", "zh", "36.3636 %"),
        ("0.947", "share", "zh", "0.947（94.7%）"),
        ("0.947", "share", "en", "0.947 (94.7%)"),
        ("1200.50", "万元", "en", "1200.5 × 10,000 yuan"),
        ("3", "杯", "en", "3 杯"),
        ("3", "", "zh", "3"),
    ],
)
def test_values_with_their_unit_of_measure(
    value: str, measure: str, language: str, words: str
) -> None:
    assert measured_words(Decimal(value), measure, language) == words
