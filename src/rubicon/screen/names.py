"""Keys under which two spellings of one name meet: case, punctuation, script, romanisation.

Numbers are kept, because they tell hulls apart (SAM JONG 1, SAM JONG 2), and Roman ones are written in digits. A name
has three kinds of key: the name as normalised (`exact`), folds within the Latin script (`spellings`), and folds across scripts
(`sounds`). Each says less than the one before it, and a hit says which one it rests on.

Known false positives: the Korean fold cannot tell r from l, or voiced from unvoiced (앙가라 is ANGARA, but also ANKARA).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from rubicon.screen import scripts, spelling

MAX_NAME_CHARS = 500
LEAST_LETTERS = 6
"""Shorter names are not folded within the Latin script: too many different ones meet."""
LEAST_SOUNDS = 7
"""Nor are shorter ones forgiven a sound across scripts."""
MISSPELT_LETTERS = 10
"""A single wrong letter is forgiven from this length on: shorter names differ by one letter and are two ships."""

_PREFIX = re.compile(r"^(?:m ?v|m ?t|s ?s|tanker|teplokhod|t kh) (?=.*[^\W\d]{3})")
"""A ship prefix before a name of at least three letters: MV ANGARA, M/T ANGARA, т/х Ангара; not MV 5.
Fleet prefixes (NS, SCF) stay: a PRIMORYE sails beside the SCF PRIMORYE."""
_SUFFIX = re.compile(r"(?<=[^\W\d]{3}) ho$")
_SHIP_SIGNS = re.compile(r"(?<=\w)\s*[호號号輪轮]\s*(?=\d*\s*$)")
"""The Korean and Chinese words for a ship, which follow its name or number."""
_ROMAN = {
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "xi": "11",
    "xii": "12",
}

_EMPTY = ("~s", "~k", "~o", "^s", "^k")


@dataclass(frozen=True)
class NameKeys:
    """Keys of one name: `exact` join whatever the script, `spellings` within Latin, `sounds` where a side is not Latin."""

    exact: tuple[str, ...]
    spellings: tuple[str, ...]
    sounds: tuple[str, ...]
    latin: bool


def normalise_name(text: str) -> str:
    """A name in lower-case Latin letters and numbers, one space between words.

    Cyrillic is written as on charts, Hangul in Revised Romanization, Chinese characters in pinyin.
    """
    return scripts.latin(text)


@lru_cache(maxsize=100_000)
def name_keys(text: str) -> NameKeys:
    """Keys of a name of at most 500 characters (the rest is ignored).

    `exact` holds the name as normalised, again without a leading "M/V", and each without spaces except
    between numbers.
    """
    text = text[:MAX_NAME_CHARS] if text.isascii() else _SHIP_SIGNS.sub(" ", text[:MAX_NAME_CHARS])
    latin = scripts.is_latin(text)
    plain = _unique((scripts.latin(text), *(() if latin else (scripts.latin(text, scripts.PASSPORT),))))
    called = _unique(name for full in plain for name in _called(full))
    exact = _unique(key for name in called for key in (name, spelling.closed(name)))
    folded = _unique(_called(name)[-1] for name in called)
    spellings = _spellings(folded) if latin else ()
    return NameKeys(exact, spellings, _sounds(text, folded, latin), latin)


def numbers_in(name: str) -> tuple[str, ...]:
    """The numbers in a normalised name, in order."""
    return tuple(number.lstrip("0") for number in re.findall(r"\d+", name))


def nearly_spelt(one: NameKeys, other: NameKeys) -> bool:
    """Whether two long Latin names differ by one letter, with the same numbers."""
    return any(
        min(len(a), len(b)) >= MISSPELT_LETTERS
        and numbers_in(a) == numbers_in(b)
        and OSA.distance(a, b, score_cutoff=1) <= 1
        for a in one.exact[:1]
        for b in other.exact[:1]
    )


def nearly_sounds(one: NameKeys, other: NameKeys) -> bool:
    """Whether two names of different scripts sound nearly alike: one sound in eight differs, numbers are the same."""
    return any(
        a[:2] == b[:2]
        and min(len(a), len(b)) >= LEAST_SOUNDS + 2
        and numbers_in(a) == numbers_in(b)
        and OSA.normalized_similarity(a[2:], b[2:], score_cutoff=0.85) > 0
        for a in one.sounds
        for b in other.sounds
    )


def _called(name: str) -> tuple[str, ...]:
    """The name, the name without ship's prefix and suffix, and with Roman numbers in digits."""
    bare = _SUFFIX.sub("", _PREFIX.sub("", name))
    digits = " ".join(_ROMAN.get(word, word) if at else word for at, word in enumerate(bare.split()))
    digits = re.sub(r"\b(?:no|num|je) (?=\d+\b)", "", digits) if re.search(r" no \d", digits) else digits
    return name, bare, digits


def _spellings(called: Iterable[str]) -> tuple[str, ...]:
    folds = []
    for name in called:
        slavic = spelling.slavic(name)
        if len(slavic) >= LEAST_LETTERS:
            folds.append(f"^s{slavic}")
        if spelling.reads_as_korean(name):
            folds.append(f"^k{spelling.korean(name)}")
    return _unique(folds)


def _sounds(text: str, called: tuple[str, ...], latin: bool) -> tuple[str, ...]:
    """Folds for comparison with other scripts: ~s with Cyrillic, ~k with Korean and Chinese, ~o between two of them."""
    if latin:
        russian = _unique(form for name in called for form in (name, spelling.in_russian(name)))
        korean = _unique(
            form
            for name in called
            for form in (name, spelling.in_korean(name), spelling.in_korean(name, letters=True))
        )
        return _unique(
            (*(f"~s{spelling.slavic(n)}" for n in russian), *(f"~k{k}" for n in korean for k in _initials(n)))
        )
    folds = []
    if scripts.is_cyrillic(text):
        folds += [f"~s{spelling.slavic(name)}" for name in called]
    else:
        hangul = scripts.hanja_as_hangul(text)
        sounded = (
            *called,
            scripts.latin(hangul),
            scripts.latin(hangul, weak_vowel=""),
            scripts.latin(hangul, weak_vowel="u"),
        )
        folds += [f"~k{key}" for name in sounded for key in _initials(_called(name)[-1])]
    return _unique((*folds, *(f"~o{spelling.korean(name)}" for name in called)))


def _initials(name: str) -> tuple[str, ...]:
    """Korean folds of a name; an initial r, which the South drops or writes n, is also dropped and written n."""
    key = spelling.korean(name)
    if not key.startswith("r"):
        return (key,)
    return (key, key[1:]) if key[1:2] == "i" else (key, f"n{key[1:]}")


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name and name not in _EMPTY))
