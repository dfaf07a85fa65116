"""Files as they get damaged, or as somebody makes them who means harm: one from another, the same
one for the same random numbers.
"""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from operator import xor
from random import Random
from typing import Any

MOST = 2**20
"""Bytes that a text may grow to."""

DOUBLED = 8
"""How often a megabyte is doubled in what a small part unpacks to."""

ODD = (
    *(
        "",
        " ",
        "0",
        "-0",
        "-1",
        "1e999",
        "-1e999",
        "1e-400",
        "1e308",
        "9" * 30,
        "9" * 400,
        "9" * 5000,
    ),
    *("0.1" + "0" * 500 + "1", "1/0", "0/0", "1/3", "3:1", "1/1e999", "NaN", "inf", "-Infinity"),
    *("0x1F", "0b1", "1_000", "1,000", "1.000,5", "١٢", "１／３", "½", "²", "九", "③", "−5", "+5"),
    *("A1:XFD1048576", "XFD1048577", "B3:A1", "A0", "A", "1048577", "16385", "4294967296"),
    *("-2147483649", "18446744073709551616", "2026-02-30", "0000-00-00", "9999-12-31", "10000-1-1"),
    *("2026Q5", "2026-13", "3月5日", "12:61", "25:00:00", "98%", "%", "1e5%", "#REF!", "#DIV/0!"),
    *("=1+1", '="', '="1/3"', "=HYPERLINK(1)", "+1", "@x", "true", "null", "None", "nan%"),
    *("{", "}", "{x}", "{0}", "{0.__class__}", "{{", "%s", "%(x)s", "\\", "\\u0000", "\\ud800"),
    *("'", '"', '"""', "'''", "“", "”", "[", "]", "[[", "]]", "<", ">", "&", "&x;", "&#0;"),
    *("&#xD800;", "&#x110000;", "<![CDATA[", "<![x[", "<!--", "<!x", "</", "<?x", "]]>", "\0"),
    *("\ufeff", "\ud800", "\udfff", "\ufffe", "\u202e", "\u2028", "\x85", "\x1f", "\x7f", "🏦"),
    *("e" + "\u0301" * 300, "ﬃ", "ß", "İ", "..", "../../etc/passwd", "C:\\x", "http://x/", "_ahp"),
    *("a" * 300, "a" * 40_000, "一" * 40_000, "\n", "\r", "\r\n", "\t", ",", ";", ":", "|", "—"),
    *(
        "-" * 3000,
        "(" * 3000,
        "1.",
        ".5",
        "1 2/3",
        "E",
        "e",
        "n/a",
        "NA",
        "不适用",
        "无",
        "*",
        "&a",
    ),
    *("*a", "!!python/object:os.system", "<<", "? ", "- ", "# ", "...", "---", "合计", "序号"),
)
"""What stands where it shouldn't."""

_TOKEN = re.compile(r"\d+(?:\.\d+)?|\w+|\s+|.", re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>|[^<]+|<")
_ATTRIBUTE = re.compile(r'([\w:.-]+)="([^"]*)"')
_CELL = re.compile(r"([\t,;])")
_LAUGHS = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 12))
_DOCTYPES = (
    f'<!DOCTYPE x [<!ENTITY a0 "ha">{_LAUGHS}]>',
    '<!DOCTYPE x [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>',
    f'<!DOCTYPE x [<!ENTITY a11 "{"a" * 100_000}">]>',
)


def mutated(rng: Random, seeds: Sequence[bytes]) -> bytes:
    """One of the seeds, changed in one place or several."""
    content = rng.choice(seeds)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        if content.startswith(b"PK") and rng.random() < 0.93:
            content = _archive(rng, content, seeds)
        elif content.startswith((b"PK", b"%PDF", b"SQLite")) or rng.random() < 0.1:
            content = _bytes(rng, content)
        else:
            content = _text(rng, content, rng.choice(seeds))
    return content


def _between(rng: Random, length: int, most: int = 40) -> slice:
    """A short part of something of this length."""
    start = rng.randrange(length + 1)
    return slice(start, start + rng.choice((1, 1, 2, 4, rng.randrange(1, most))))


def _bytes(rng: Random, content: bytes) -> bytes:
    data = bytearray(content)
    part = _between(rng, len(data), 2000)
    kind = rng.randrange(7)
    if kind == 0 and data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        data[part] = rng.randbytes(len(data[part]))
    elif kind == 2:
        data[part] = b""
    elif kind == 3:
        data[part] = data[part] * rng.choice((2, 3, 1000))
    elif kind == 4:
        del data[part.start :]
    elif kind == 5:
        data[part.start : part.start] = data[_between(rng, len(data), 2000)]
    else:
        ends = (b"\0" * 8, b"\xff" * 8, b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80")
        data[part.start : part.start] = rng.choice(ends)
    return bytes(data[:MOST])


def _text(rng: Random, content: bytes, other: bytes) -> bytes:
    text = content.decode("utf-8", "surrogateescape")
    begin = text.lstrip("\ufeff \r\n\t")[:1]
    kinds: list[Callable[[Random, str], str]] = [_lines, _cells, _tokens]
    if begin in ("{", "["):
        kinds = [_tokens, _json, _json, _json]
    elif begin == "<":
        kinds = [_tokens, _markup, _markup, _markup]
    if rng.random() < 0.05:
        text = _spliced(rng, text, other.decode("utf-8", "surrogateescape"))
    text = rng.choice(kinds)(rng, text)[:MOST]
    encoding = "utf-8"
    if rng.random() < 0.04:
        encoding = rng.choice(("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gb18030", "latin-1"))
    errors = "surrogatepass" if encoding.startswith("utf") else "replace"
    return text.encode(encoding, errors)


def _spliced(rng: Random, text: str, other: str) -> str:
    start, end = rng.randrange(len(text) + 1), rng.randrange(len(other) + 1)
    return text[:start] + other[end:]


def _moved(rng: Random, parts: list[str]) -> list[str]:
    """Parts that are dropped, doubled, swapped, repeated, put elsewhere, or odd."""
    part = _between(rng, len(parts))
    kind = rng.randrange(7)
    if kind == 0:
        parts[part] = []
    elif kind == 1:
        enough = MOST // max(1, sum(map(len, parts[part]))) + 1  # what is more is cut off again
        parts[part] = parts[part] * min(enough, rng.choice((2, 2, 3, 300)))
    elif kind == 2 and parts:
        one, other = rng.randrange(len(parts)), rng.randrange(len(parts))
        parts[one], parts[other] = parts[other], parts[one]
    elif kind == 3:
        parts[part.start : part.start] = parts[_between(rng, len(parts))]
    elif kind == 4:
        parts.insert(part.start, _odd(rng))
    elif parts:
        parts[rng.randrange(len(parts))] = _odd(rng)
    return parts


def _odd(rng: Random) -> str:
    odd = rng.choice(ODD)
    return odd * rng.choice((2, 1000, 20_000)) if len(odd) < 5 and rng.random() < 0.05 else odd


def _lines(rng: Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    if rng.random() < 0.1:
        rng.shuffle(lines)
    return "".join(_moved(rng, lines))


def _cells(rng: Random, text: str) -> str:
    lines = text.split("\n")
    for _ in range(rng.choice((1, 1, 3))):
        k = rng.randrange(min(len(lines), rng.choice((3, 10_000))))
        cells = _moved(rng, _CELL.split(lines[k]))
        lines[k] = "".join(cells)
    return "\n".join(lines)


def _tokens(rng: Random, text: str) -> str:
    start = rng.randrange(len(text) + 1)  # of a long text the tokens of a part are enough
    end = min(len(text), start + 2000)
    return text[:start] + "".join(_moved(rng, _TOKEN.findall(text[start:end]))) + text[end:]


def _json(rng: Random, text: str) -> str:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return _tokens(rng, text)
    top: list[Any] = [data]
    holder: Any = top
    key: Any = 0
    while isinstance(holder[key], list | dict) and holder[key] and rng.random() < 0.85:
        holder = holder[key]
        key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    kind = rng.randrange(6)
    if kind == 0 and holder is not top:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[_odd(rng)] = holder.pop(key) if rng.random() < 0.5 else holder[key]
    elif kind == 2 and isinstance(holder, list) and holder is not top:
        holder[key:key] = [holder[key]] * rng.choice((1, 2, 500))
    else:
        holder[key] = _other_value(rng, holder[key])
    written = json.dumps(top[0], ensure_ascii=rng.random() < 0.3)
    if rng.random() < 0.01:
        return written.replace("{", "[" * rng.choice((10, 100_000)) + "{", 1)
    return written


def _other_value(rng: Random, value: Any) -> Any:
    if isinstance(value, str) and rng.random() < 0.5:
        within = value.startswith(("{", "[")) and rng.random() < 0.7
        return _json(rng, value) if within else "".join(_moved(rng, _TOKEN.findall(value)))
    if rng.random() < 0.2:
        for _ in range(rng.choice((1, 2, 50))):
            value = [value] if rng.random() < 0.5 else {"a": value}
        return value
    numbers = (0, -1, 1.5, 1e308, 1e-320, 2**31, 2**53 + 1, 2**63, 10**19, 10**30)
    plain = (None, True, False, [], {}, "", [None], {"": None}, [[]], float("inf"), float("nan"))
    return rng.choice((_odd(rng), _odd(rng), rng.choice(numbers), rng.choice(plain)))


def _markup(rng: Random, text: str) -> str:
    parts = _MARKUP.findall(text)
    k = rng.randrange(len(parts) or 1)
    kind = rng.randrange(12)
    tagged = [n for n in range(len(parts)) if parts[n].startswith("<") and '="' in parts[n]]
    if kind < 6 and tagged:
        k = rng.choice(tagged)
        attributes = list(_ATTRIBUTE.finditer(parts[k]))
        if attributes:
            one = rng.choice(attributes)
            own = _ATTRIBUTE.search(parts[rng.choice(tagged)])
            value = own[2] if own and rng.random() < 0.2 else _escaped(_odd(rng))
            written = "" if rng.random() < 0.15 else f'{one[1]}="{value}"'
            parts[k] = parts[k][: one.start()] + written + parts[k][one.end() :]
    elif kind < 9 and parts:
        words = [n for n in range(len(parts)) if parts[n][:1] not in ("<", "\n")] or [k]
        parts[rng.choice(words)] = _escaped(_odd(rng))
    elif kind == 9 and rng.random() < 0.3:
        parts.insert(1, rng.choice(_DOCTYPES))
        parts.insert(rng.randrange(len(parts)), "&a11;")
    elif kind == 10 and rng.random() < 0.3:
        deep = rng.choice((100, 20_000))
        parts[k:k] = ["<a>" * deep, "</a>" * rng.choice((0, deep))]
    else:
        parts = _moved(rng, parts)
    return "".join(parts)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _archive(rng: Random, content: bytes, seeds: Sequence[bytes]) -> bytes:
    try:
        parts = _parts(content)
    except Exception:  # what was changed before is no archive any more
        return _bytes(rng, content)
    names = [*parts]
    kind = rng.randrange(40)
    twice = ""
    if not names or kind == 0:
        return _bytes(rng, content)
    if kind == 1:
        return _bomb(rng, content, names)
    name = rng.choice(names)
    if kind == 2:
        del parts[name]
    elif kind == 3:
        parts[rng.choice((*names, name.upper(), _odd(rng)[:1000]))] = parts.pop(name)
    elif kind == 4:
        parts[name] = parts[rng.choice(names)]
    elif kind == 5:
        other = _unpacked(rng.choice(seeds)) or parts
        parts[name] = other.get(name) or rng.choice([*other.values()])
    elif kind == 6:
        twice = name
    elif kind == 7:
        parts |= {f"{k}": b"" for k in range(rng.choice((10, 10, 10, 3000)))}
    else:
        weights = [
            4 if re.search("sheet|shared|document|content|workbook.xml$", n) else 1 for n in names
        ]
        name = rng.choices(names, weights)[0]
        change = _bytes if rng.random() < 0.05 else lambda r, c: _text(r, c, c)
        parts[name] = change(rng, parts[name])
    packed = _packed(parts, twice)
    return _lying(rng, packed) if kind == 8 else packed


def _unpacked(content: bytes) -> dict[str, bytes]:
    return _parts(content) if zipfile.is_zipfile(io.BytesIO(content)) else {}


def _parts(content: bytes) -> dict[str, bytes]:
    return dict(kept_parts(content))


@lru_cache(maxsize=64)
def kept_parts(content: bytes) -> tuple[tuple[str, bytes], ...]:
    """Name and content of the parts of an archive, of no more than 64 MB."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(info.file_size for info in archive.infolist()) > 64 * MOST:
            raise zipfile.LargeZipFile
        return tuple(_part(archive, info) for info in archive.infolist())


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[str, bytes]:
    with archive.open(info) as part:
        return info.filename, part.read(info.file_size)  # and no more, if that is a lie


def _packed(parts: dict[str, bytes], twice: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about names that stand twice
        for name, part in [*parts.items(), *([(twice, parts[twice])] if twice else [])]:
            written = name.encode("utf-8", "replace").decode()
            archive.writestr(zipfile.ZipInfo(written or "x"), part)
    return stream.getvalue()


def _lying(rng: Random, packed: bytes) -> bytes:
    """An archive whose directory says other sizes, ways of compressing and flags."""
    data = bytearray(packed)
    starts = [match.start() for match in re.finditer(b"PK\1\2|PK\3\4|PK\5\6", packed)]
    start = rng.choice(starts)
    for _ in range(rng.choice((1, 2))):
        place = start + rng.randrange(4, 46)
        data[place : place + 2] = rng.choice((b"\0\0", b"\xff\xff", b"\1\0", b"\x0c\0", b"\x63\0"))
    return bytes(data)


def _bomb(rng: Random, content: bytes, names: Sequence[str]) -> bytes:
    """An archive with a part that is small as long as it is packed, whatever its directory says."""
    name, fill = rng.choice((*names, "x")), rng.choice((b"\0", b" ", b"<a/>", b"<c><v>1</v></c>"))
    data, size = _bombed(content, name, fill)
    said = size.to_bytes(4, "little")
    return data.replace(said, (10).to_bytes(4, "little")) if rng.random() < 0.5 else data


def _bombed(content: bytes, name: str, fill: bytes) -> tuple[bytes, int]:
    """The archive, and what its part unpacks to."""
    stream = io.BytesIO()
    parts = _parts(content)
    head, _, _ = parts.pop(name, b"").rpartition(b"</")
    packed, size, sums = _filling(fill)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for other, part in parts.items():
            archive.writestr(zipfile.ZipInfo(other), part)
        info = zipfile.ZipInfo(name)
        archive.writestr(info, _deflated(head) + packed)  # called stored, until it is told below
        info.compress_type = zipfile.ZIP_DEFLATED
        info.CRC, info.file_size = _sum_of(sums, zlib.crc32(head)), len(head) + size
        stream.seek(info.header_offset)
        stream.write(info.FileHeader())
    return stream.getvalue(), info.file_size


@lru_cache
def _filling(fill: bytes) -> tuple[bytes, int, tuple[int, ...]]:
    """The end of a deflated part, what it unpacks to, and what it makes of the part's sum: deflated
    and summed up once, and doubled from there.
    """
    chunk = fill * (2**20 // len(fill))
    none = zlib.crc32(chunk)
    sums = (none, *(zlib.crc32(chunk, 1 << bit) ^ none for bit in range(32)))
    for _ in range(DOUBLED):
        none, *bits = sums
        sums = (_sum_of(sums, none), *(_sum_of((0, *bits), one) for one in bits))
    end = zlib.compressobj(wbits=-zlib.MAX_WBITS).flush()
    return _deflated(chunk) * 2**DOUBLED + end, len(chunk) * 2**DOUBLED, sums


def _sum_of(sums: Sequence[int], before: int) -> int:
    """A CRC after one before: what each of its bits adds to that after 0 (CRCs are affine)."""
    none, *bits = sums
    return reduce(xor, (one for k, one in enumerate(bits) if before >> k & 1), none)


def _deflated(content: bytes) -> bytes:
    """Blocks of a stream that may stand anywhere in it."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(content) + packing.flush(zlib.Z_FULL_FLUSH)
