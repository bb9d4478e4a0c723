"""Keys under which two spellings of one name meet: case, punctuation, script.

Numbers are kept, because they tell hulls apart (SAM JONG 1, SAM JONG 2). Cyrillic is written in Latin twice (as on
charts, BGN/PCGN 1947, and as in passports, ICAO 9303), Hangul by the letters of the Revised Romanization of 2000. Both lose
what the Latin original had (an English "Lady" is neither Леди nor 레이디 letter by letter), so names in those scripts also
get a skeleton, in which sounds that romanisations confuse are one.

Known false positives: a skeleton cannot tell r from l, or voiced from unvoiced (앙가라 is ANGARA, but also ANKARA);
a hit that rests on it says so.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

MAX_NAME_CHARS = 500

_CHART = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya i yi ye g u".split(),  # noqa: SIM905
        strict=True,
    )
)
_PASSPORT = _CHART | {"ё": "e", "й": "i", "ю": "iu", "я": "ia", "ї": "i", "є": "ie", "ъ": "ie"}

_INITIALS = tuple("g kk n d tt r m b pp s ss _ j jj ch k t p h".split())  # noqa: SIM905
_VOWELS = tuple("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split())  # noqa: SIM905
_FINALS = tuple("_ k k ks n nj nh t l lk lm lb ls lt lp lh m p ps t t ng j ch k t p h".split())  # noqa: SIM905
_HANGUL_FIRST, _HANGUL_LAST = 0xAC00, 0xD7A3

_PREFIX = re.compile(r"^(?:m ?v|m ?t|s ?s) (?=.*[^\W\d]{3})")
"""A ship prefix before a name of at least three letters: MV ANGARA, M/T ANGARA; not MV 5."""

_SOUNDS = (
    ("yeo", "o"), ("eo", "o"), ("yae", "e"), ("ae", "e"), ("oe", "e"), ("ye", "e"),
    ("shch", "s"), ("sch", "s"), ("sh", "s"), ("kh", "k"), ("gh", "k"), ("ch", "j"), ("zh", "j"), ("ph", "p"),
    ("th", "t"), ("ts", "j"), ("x", "ks"), ("qu", "k"), ("q", "k"), ("c", "k"), ("g", "k"), ("d", "t"), ("b", "p"),
    ("f", "p"), ("v", "p"), ("z", "j"), ("l", "r"), ("y", "i"), ("w", "u"),
)  # fmt: skip
"""Pairs of sounds that romanisations of Russian and Korean swap, applied in this order."""


@dataclass(frozen=True)
class NameKeys:
    """Keys of one name: `exact` join whatever the script, `skeletons` only where a side is not Latin."""

    exact: tuple[str, ...]
    skeletons: tuple[str, ...]
    latin: bool


def normalise_name(text: str) -> str:
    """A name in lower-case Latin letters and numbers, one space between words; other scripts stay as they are.

    Cyrillic is written as on charts, Hangul in Revised Romanization.
    """
    return _normal(text, _CHART)


def name_keys(text: str) -> NameKeys:
    """Keys of a name of at most 500 characters (the rest is ignored).

    `exact` holds the name as normalised, again without a leading "M/V", and each without spaces except
    between numbers.
    """
    text = text[:MAX_NAME_CHARS]
    plain = tuple(dict.fromkeys(filter(None, (_normal(text, _CHART), _normal(text, _PASSPORT)))))
    called = [name for full in plain for name in (full, _PREFIX.sub("", full))]
    exact = tuple(dict.fromkeys(key for name in called for key in (name, _closed(name))))
    hangul = any(_HANGUL_FIRST <= ord(char) <= _HANGUL_LAST for char in text)
    sounded = (_normal(text, _CHART, ""), _normal(text, _CHART, "u")) if hangul else plain
    skeletons = tuple(dict.fromkeys(filter(None, (_skeleton(name) for name in sounded))))
    latin = all(not char.isalpha() or "LATIN" in unicodedata.name(char, "") for char in text)
    return NameKeys(exact, skeletons, latin)


def _normal(text: str, cyrillic: dict[str, str], weak_vowel: str = "eu") -> str:
    """Fold case and accents, write other scripts in Latin, turn every other sign into one space."""
    letters = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)).casefold()
    latin = "".join(_letter(char, cyrillic, weak_vowel) for char in letters)
    folded = "".join(char for char in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(char))
    kept = re.sub(r"['’`´]", "", folded)
    return " ".join(re.sub(r"[^\w]|_", " ", kept.replace("&", " and ")).split())


def _letter(char: str, cyrillic: dict[str, str], weak_vowel: str) -> str:
    if char in cyrillic:
        return cyrillic[char].replace("_", "")
    if not _HANGUL_FIRST <= ord(char) <= _HANGUL_LAST:
        return char
    initial, rest = divmod(ord(char) - _HANGUL_FIRST, len(_VOWELS) * len(_FINALS))
    vowel, final = divmod(rest, len(_FINALS))
    sound = weak_vowel if _VOWELS[vowel] == "eu" else _VOWELS[vowel]
    return (_INITIALS[initial] + sound + _FINALS[final]).replace("_", "")


def _closed(name: str) -> str:
    """The name without spaces, except between two numbers."""
    words = name.split()
    glue = (" " if left[-1].isdigit() and right[0].isdigit() else "" for left, right in pairwise(words))
    return "".join(part for pair in zip(words, [*glue, ""], strict=True) for part in pair)


def _skeleton(name: str) -> str:
    """The name with confused sounds made one and doubled letters single; numbers untouched."""
    for sound, stands_for in _SOUNDS:
        name = name.replace(sound, stands_for)
    return re.sub(r"([a-z])\1+", r"\1", _closed(name))
