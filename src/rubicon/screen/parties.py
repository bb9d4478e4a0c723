"""Companies and persons compared by name: how alike two names are, from 0 to 1, and why.

Words are aligned one to one, whatever their order. A word may differ by spelling (the longer, the more), by romanisation,
or in vowels alone (Usama, Osama). Companies: the legal form is set apart and only counts when both state one and the two
differ; common words (trading, shipping) weigh little; numbers must agree. Persons: titles are dropped, particles (al, bin)
weigh little, an initial may stand for a name, and the longer name may have words that the shorter lacks, but each may not have
words of its own. Known false positives: relatives with one name in common when a name is short; known misses:
nicknames and translated company names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from rubicon.screen import forms, scripts, spelling

ACCEPT = {"person": 0.80, "company": 0.84}
"""Least likeness of a hit; set on the tuning half of the published name bench, see docs/screen.md."""

TITLES = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "professor",
        "president",
        "prasident",
        "haji",
        "hajji",
        "sheikh",
        "shaikh",
        "shaykh",
        "sayyid",
        "sayed",
        "sayyed",
        "mullah",
        "maulana",
        "general",
        "gen",
        "colonel",
        "col",
        "captain",
        "capt",
        "sir",
        "lord",
        "minister",
        "ambassador",
        "king",
        "prince",
        "princess",
        "llc",
        "na",
    ]
)
PARTICLES = frozenset(
    [
        "al",
        "el",
        "bin",
        "ben",
        "ibn",
        "bint",
        "abu",
        "abou",
        "abd",
        "ul",
        "ur",
        "ud",
        "ad",
        "as",
        "de",
        "da",
        "do",
        "dos",
        "del",
        "della",
        "der",
        "den",
        "van",
        "von",
        "la",
        "le",
        "di",
        "du",
        "y",
        "e",
    ]
)
PARTICLE_WEIGHT = 0.25
SHORT = 4
"""Words up to this length must agree but for romanisation: one letter of four makes another name."""


@dataclass(frozen=True)
class Party:
    """A name made ready for comparison: words with weights, the legal form, and all letters in one."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    forms: frozenset[str]
    letters: str
    keys: frozenset[str]
    """Keys of the words: the word folded, its consonants, its first and last letters; and all letters."""


@dataclass(frozen=True)
class Likeness:
    """How alike two names are, and the reason in words."""

    score: float
    reason: str


@lru_cache(maxsize=100_000)
def party(text: str, kind: str) -> Party:
    """A name of at most 500 characters made ready; `kind` is person or company."""
    name = scripts.latin(forms.spelt_out(text[:500]))
    if kind == "person":
        words = [word for word in name.split() if word not in TITLES] or name.split()
        weights = [PARTICLE_WEIGHT if word in PARTICLES else 1.0 for word in words]
        return _party(words, weights, frozenset(), "".join(sorted(words)))
    words, legal = forms.without_form(forms.numbers_as_digits(name.split()))
    weights = [forms.weight(word) for word in words]
    return _party(words, weights, frozenset(legal), "".join(words))


def _party(words: list[str], weights: list[float], legal: frozenset[str], letters: str) -> Party:
    keys = {f"w{''.join(sorted(words))}", f"w{''.join(words)}"}
    for word, weight in zip(words, weights, strict=True):
        if weight > PARTICLE_WEIGHT and len(word) > 1:
            fold = spelling.slavic(word)
            keys |= {f"w{fold}", f"b{bones(word)}", f"p{fold[:4]}", f"e{fold[-4:]}"}
    return Party(tuple(words), tuple(weights), legal, letters, frozenset(keys - {"b", "w"}))


def likeness(one: str, other: str, kind: str) -> Likeness:
    """Compare two names of the same kind, person or company; symmetrical."""
    a, b = sorted(
        (party(one, kind), party(other, kind)),
        key=lambda name: (len(name.words), name.words, sorted(name.forms)),
    )
    if not a.words or not b.words:
        return Likeness(0.0, "a name without letters")
    if "".join(a.words) == "".join(b.words) or sorted(a.words) == sorted(b.words):
        return _with_forms(a, b, 1.0, "the same words")
    pairs = _aligned(a, b)
    return _person(a, b, pairs) if kind == "person" else _company(a, b, pairs)


def _person(a: Party, b: Party, pairs: list[tuple[int, int, float]]) -> Likeness:
    """The share of the shorter name that is met; words of their own on both sides make two persons."""
    if OSA.normalized_similarity("".join(a.words), "".join(b.words)) >= 0.92:
        return Likeness(0.92, "the same letters but for one in twelve")
    met_a, met_b = {i for i, _, _ in pairs}, {j for _, j, _ in pairs}
    alone_a = sum(w for i, w in enumerate(a.weights) if i not in met_a)
    alone_b = sum(w for j, w in enumerate(b.weights) if j not in met_b)
    weight = sum(a.weights[i] for i, _, _ in pairs)
    if weight < 1.0 or (len(b.words) > 1 and weight < 2 * 0.75 and alone_b >= 1):
        return Likeness(min(0.5, weight / 4), "too few words in common")
    met = sum(a.weights[i] * s for i, _, s in pairs) / weight
    own = min(alone_a, alone_b)
    score = (
        met * (1 - 0.35 * min(1.0, own)) * (1 - 0.03 * min(4.0, max(alone_a, alone_b)))
        if own
        else met * (1 - 0.03 * alone_b)
    )
    return Likeness(max(0.0, score), f"{len(pairs)} of {len(a.words)} and {len(b.words)} words agree")


def _company(a: Party, b: Party, pairs: list[tuple[int, int, float]]) -> Likeness:
    """The weighted share of both names that is met; numbers that differ make two companies."""
    if OSA.normalized_similarity(a.letters, b.letters) >= 0.93 and _numbers(a) == _numbers(b):
        return _with_forms(a, b, 0.93, "the same letters but for one in fifteen")
    if _numbers(a) != _numbers(b):
        return Likeness(0.3, "the numbers in the names differ")
    total = sum(a.weights) + sum(b.weights)
    met = sum((a.weights[i] + b.weights[j]) * s for i, j, s in pairs) / total
    return _with_forms(a, b, met, f"{len(pairs)} of {len(a.words)} and {len(b.words)} words agree")


def _with_forms(a: Party, b: Party, score: float, reason: str) -> Likeness:
    if a.forms and b.forms and not forms.compatible(a.forms, b.forms):
        stated = f"{'/'.join(sorted(a.forms))} and {'/'.join(sorted(b.forms))}"
        return Likeness(score * 0.8, f"{reason}; legal forms differ: {stated}")
    return Likeness(score, reason)


def _numbers(name: Party) -> list[str]:
    return sorted(word for word in name.words if word.isdigit())


def _aligned(a: Party, b: Party) -> list[tuple[int, int, float]]:
    """Pairs of words, the likest first, each word once; a word may also meet two neighbours written apart."""
    found = sorted(
        ((-word_likeness(x, y), i, j) for i, x in enumerate(a.words) for j, y in enumerate(b.words)),
    )
    pairs: list[tuple[int, int, float]] = []
    used_a: set[int] = set()
    used_b: set[int] = set()
    for negative, i, j in found:
        if negative < -0.7 and i not in used_a and j not in used_b:
            pairs.append((i, j, -negative))
            used_a.add(i)
            used_b.add(j)
    return pairs + _joined(a, b, used_a, used_b) + [(j, i, s) for i, j, s in _joined(b, a, used_b, used_a)]


def _joined(a: Party, b: Party, used_a: set[int], used_b: set[int]) -> list[tuple[int, int, float]]:
    """A word of `a` that two neighbouring words of `b` spell together; gives one pair and marks all three."""
    pairs = []
    for i, word in enumerate(a.words):
        for j in range(len(b.words) - 1):
            if (
                i not in used_a
                and j not in used_b
                and j + 1 not in used_b
                and word == b.words[j] + b.words[j + 1]
            ):
                pairs += [(i, j, 1.0)]
                used_a.add(i)
                used_b |= {j, j + 1}
    return pairs


@lru_cache(maxsize=200_000)
def word_likeness(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1."""
    if one == other:
        return 1.0
    if one.isdigit() or other.isdigit():
        return 0.0
    if min(len(one), len(other)) == 1:
        return 0.8 if one[0] == other[0] and max(len(one), len(other)) > 1 else 0.0
    folded = spelling.slavic(one), spelling.slavic(other)
    if folded[0] == folded[1] or bones(one) == bones(other) != "":
        return 0.95
    if min(len(one), len(other)) <= SHORT:
        return 0.0
    best = max(OSA.normalized_similarity(one, other), OSA.normalized_similarity(*folded))
    return best if best >= 0.75 else 0.0


@lru_cache(maxsize=200_000)
def bones(word: str) -> str:
    """First sound and consonants of a word of more than four letters: Mohammed, Muhammad; Usama, Osama."""
    bones = re.sub(r"[aeiouyw]", "", spelling.slavic(word))
    return ("A" if word[0] in "aeiou" else "") + bones if len(word) > SHORT and len(bones) > 1 else ""
