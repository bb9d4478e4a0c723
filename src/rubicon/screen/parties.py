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
from collections.abc import Callable, Sequence
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
LEAST_LETTERS = {"person": 6, "company": 8}
"""Shorter names forgive no letter: with one letter changed they are another name."""
SHARE_OF_SLIPS = 0.07
"""Longer names forgive one letter in fourteen; two from a letter above the least on."""
SLIP = {"person": 0.92, "company": 0.93}
"""Likeness of names that differ by slips alone, less 0.02 for each; set on the tuning half."""
LEAST_WORD = 0.7
"""Words less alike than this do not meet."""
SHORT = 4
"""Words up to this length must agree but for romanisation: one letter of four makes another name."""


@dataclass(frozen=True)
class Party:
    """A name made ready for comparison: words, their weights, and the groups of the legal forms that it states."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    forms: frozenset[str]

    @property
    def letters(self) -> str:
        """All words written together."""
        return "".join(self.words)


@dataclass(frozen=True)
class Likeness:
    """How alike two names are, and the reason in words."""

    score: float
    reason: str


@lru_cache(maxsize=20_000)
def party(text: str, kind: str) -> Party:
    """A name of at most 500 characters made ready; `kind` is person or company. "LAST, First" is read in the order of speech."""
    words, legal = words_of(text, kind)
    return Party(tuple(words), tuple(weights_of(words, kind)), legal)


def words_of(text: str, kind: str) -> tuple[list[str], frozenset[str]]:
    """Words of a name without titles or legal form, and the groups of the forms found."""
    text = text[:500]
    if kind == "person":
        last, comma, first = text.partition(", ")
        words = scripts.latin(forms.spelt_out(f"{first} {last}" if comma else text)).split()
        return [word for word in words if word not in TITLES] or words, frozenset()
    words, legal = forms.without_form(
        forms.numbers_as_digits(scripts.latin(forms.spelt_out(forms.unglued(text))).split())
    )
    return words, frozenset(legal)


def weights_of(words: Sequence[str], kind: str) -> list[float]:
    """What each word says about who it is."""
    if kind == "person":
        return [PARTICLE_WEIGHT if word in PARTICLES else 1.0 for word in words]
    return [forms.weight(word) for word in words]


def likeness(one: str, other: str, kind: str) -> Likeness:
    """Compare two names of the same kind, person or company; symmetrical."""
    return compare_parties(party(one, kind), party(other, kind), kind)


def compare_parties(
    one: Party, other: Party, kind: str, alike: Callable[[str, str], float] | None = None
) -> Likeness:
    """Compare two names that were made ready; symmetrical. `alike` stands in for `word_likeness` where that is known."""
    a, b = sorted((one, other), key=lambda name: (len(name.words), name.words, sorted(name.forms)))
    if not a.words or not b.words:
        return Likeness(0.0, "a name without letters")
    if a.letters == b.letters or sorted(a.words) == sorted(b.words):
        return _with_forms(a, b, 1.0, "the same words")
    if kind == "company" and _numbers(a) != _numbers(b):
        return Likeness(0.3, "the numbers in the names differ")
    pairs = _aligned(a, b, alike or word_likeness)
    by_words = _person(a, b, pairs) if kind == "person" else _company(a, b, pairs)
    slips = slips_forgiven(max(len(a.letters), len(b.letters)), kind)
    found = OSA.distance(a.letters, b.letters, score_cutoff=slips) if slips else 1
    if found > slips:
        return by_words
    by_letters = _with_forms(
        a, b, SLIP[kind] - 0.02 * found, f"the same letters but for {found} of {len(b.letters)}"
    )
    return max(by_letters, by_words, key=lambda one: one.score)


def slips_forgiven(letters: int, kind: str) -> int:
    """How many letters of the longer name may differ, be left out, added or swapped with the next."""
    if letters < LEAST_LETTERS[kind]:
        return 0
    return 1 if letters < LEAST_LETTERS[kind] + 1 else max(2, int(letters * SHARE_OF_SLIPS))


def _person(a: Party, b: Party, pairs: list[tuple[int, int, float]]) -> Likeness:
    """The share of the shorter name that is met; words of their own on both sides make two persons."""
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
    """The weighted share of both names that is met."""
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


def _aligned(a: Party, b: Party, alike: Callable[[str, str], float]) -> list[tuple[int, int, float]]:
    """Pairs of words, the likest first, each word once; a word may also meet two neighbours written apart."""
    found = [
        (-like, i, j)
        for i, x in enumerate(a.words)
        for j, y in enumerate(b.words)
        if (like := alike(x, y)) > LEAST_WORD
    ]
    found.sort()
    pairs: list[tuple[int, int, float]] = []
    used_a: set[int] = set()
    used_b: set[int] = set()
    for negative, i, j in found:
        if i not in used_a and j not in used_b:
            pairs.append((i, j, -negative))
            used_a.add(i)
            used_b.add(j)
    if len(used_a) == len(a.words) or len(used_b) == len(b.words):
        return pairs
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
