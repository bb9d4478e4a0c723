"""Names of other scripts written in Latin letters, in every way that lists are known to write them.

Cyrillic is written as on charts (BGN/PCGN 1947) and as in passports (ICAO 9303). Hangul is written by the letters of the Revised
Romanization of 2000. Chinese characters are read twice: in Mandarin (pinyin) and in Korean, since a North Korean ship
is written with the same characters as a Chinese one. Every other script is written by the table of the package
anyascii. Known limit: a character has one Mandarin and one Korean reading here, the commonest.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

from anyascii import anyascii

CHART = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya i yi ye g u".split(),  # noqa: SIM905
        strict=True,
    )
)
PASSPORT = CHART | {"ё": "e", "й": "i", "ю": "iu", "я": "ia", "ї": "i", "є": "ie", "ъ": "ie"}

_INITIALS = tuple("g kk n d tt r m b pp s ss _ j jj ch k t p h".split())  # noqa: SIM905
_VOWELS = tuple("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split())  # noqa: SIM905
_FINALS = tuple("_ k k ks n nj nh t l lk lm lb ls lt lp lh m p ps t t ng j ch k t p h".split())  # noqa: SIM905
_ASCII_SIGNS = re.compile(r"[^a-z0-9]")
_HANGUL_FIRST, _HANGUL_LAST = 0xAC00, 0xD7A3
_HAN_FIRST, _HAN_LAST = 0x4E00, 0x9FFF


def has_hangul(text: str) -> bool:
    """Whether a Korean syllable stands in the text."""
    return any(_HANGUL_FIRST <= ord(char) <= _HANGUL_LAST for char in text)


def has_han(text: str) -> bool:
    """Whether a Chinese character stands in the text."""
    return any(_HAN_FIRST <= ord(char) <= _HAN_LAST for char in text)


def is_latin(text: str) -> bool:
    """Whether every letter of the text is Latin."""
    return text.isascii() or all(not char.isalpha() or "LATIN" in unicodedata.name(char, "") for char in text)


def is_cyrillic(text: str) -> bool:
    """Whether a letter of the text is Cyrillic."""
    return any("\u0400" <= char <= "\u052f" for char in text)


def hanja_as_hangul(text: str) -> str:
    """Chinese characters replaced by the Korean syllable with which they are read; one without a reading stays."""
    table = _hanja()
    return "".join(
        reading
        if _HAN_FIRST <= ord(char) <= _HAN_LAST and (reading := table[ord(char) - _HAN_FIRST]) != "_"
        else char
        for char in text
    )


def latin(text: str, cyrillic: dict[str, str] = CHART, weak_vowel: str = "eu") -> str:
    """Fold case and accents, write other scripts in Latin, turn every other sign into one space."""
    if text.isascii():
        return " ".join(
            _ASCII_SIGNS.sub(
                " ", text.lower().replace("'", "").replace("`", "").replace("&", " and ")
            ).split()
        )
    letters = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)).casefold()
    written = "".join(_letter(char, cyrillic, weak_vowel) for char in letters)
    folded = "".join(
        char for char in unicodedata.normalize("NFKD", written) if not unicodedata.combining(char)
    )
    kept = re.sub(r"['’`´ʼ]", "", folded)
    return " ".join(re.sub(r"[^\w]|_", " ", kept.replace("&", " and ")).split())


def _letter(char: str, cyrillic: dict[str, str], weak_vowel: str) -> str:
    if char.isascii():
        return char
    if char in cyrillic:
        return cyrillic[char].replace("_", "")
    if _HANGUL_FIRST <= ord(char) <= _HANGUL_LAST:
        initial, rest = divmod(ord(char) - _HANGUL_FIRST, len(_VOWELS) * len(_FINALS))
        vowel, final = divmod(rest, len(_FINALS))
        sound = weak_vowel if _VOWELS[vowel] == "eu" else _VOWELS[vowel]
        return (_INITIALS[initial] + sound + _FINALS[final]).replace("_", "")
    # Accented Latin letters lose their accents in the next step; spelling them out here would keep a trace.
    if not char.isalpha() or "LATIN" in unicodedata.name(char, ""):
        return {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ə": "a"}.get(char, char)
    return anyascii(char).lower()


@cache
def _hanja() -> str:
    return (resources.files("rubicon.screen") / "data" / "hanja.txt").read_text(encoding="utf-8").strip()
