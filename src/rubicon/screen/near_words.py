"""Words that are few letters from a given one, found exactly: sets of letters rule most out before any distance is computed.

An edit changes the set of letters of a word by at most two, so that words whose sets differ by more than twice the edits allowed
are further apart. Sets are kept as bits, one for each Latin letter and digit and one for all other signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

LEAST_ALIKE = 0.75
"""Share of the letters of the longer word that must stay."""
_OTHER = np.uint32(1 << 31)


def _bits() -> NDArray[np.uint32]:
    bits = np.full(256, _OTHER, dtype=np.uint32)
    for at, char in enumerate("abcdefghijklmnopqrstuvwxyzSZC"):
        bits[ord(char)] = np.uint32(1 << at)
    bits[ord("0") : ord("9") + 1] = np.uint32(1 << 29)
    return bits


_BITS = _bits()
_BIT_LIST = _BITS.tolist()


def letter_sets(words: Sequence[str]) -> NDArray[np.uint32]:
    """The set of letters of each word as bits; an empty word has none."""
    sizes = np.array([len(word.encode()) for word in words], dtype=np.int64)
    found = np.zeros(len(words), dtype=np.uint32)
    signs = _BITS[np.frombuffer("".join(words).encode(), dtype=np.uint8)]
    full = np.flatnonzero(sizes)
    if len(full):
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))[full]
        found[full] = np.bitwise_or.reduceat(signs, starts)
    return found


def pair_sets(texts: Sequence[str]) -> NDArray[np.uint64]:
    """The set of pairs of neighbouring letters of each text as bits, several pairs to a bit; an edit changes at most six of them."""
    data = np.frombuffer("".join(texts).encode(), dtype=np.uint8).astype(np.uint64)
    sizes = np.array([len(text.encode()) for text in texts], dtype=np.int64)
    found = np.zeros(len(texts), dtype=np.uint64)
    full = np.flatnonzero(sizes > 1)
    if not len(full):
        return found
    mixed = (data[:-1] * np.uint64(31) + data[1:]) % np.uint64(61)
    pairs = np.concatenate((np.uint64(1) << mixed, np.zeros(1, dtype=np.uint64)))
    ends = np.cumsum(sizes)
    pairs[ends[ends > 0] - 1] = 0
    found[full] = np.bitwise_or.reduceat(pairs, (ends - sizes)[full])
    return found


def letter_set(word: str) -> np.uint32:
    """The set of letters of one word as bits."""
    found = 0
    for byte in word.encode():
        found |= _BIT_LIST[byte]
    return np.uint32(found)


def pair_set(text: str) -> np.uint64:
    """The set of pairs of neighbouring letters of one text as bits."""
    found = 0
    for one, other in pairwise(text.encode()):
        found |= 1 << ((one * 31 + other) % 61)
    return np.uint64(found)


class NearWords:
    """Words by length, with their sets of letters; `numbers` are those that it gives back for them."""

    def __init__(self, words: Sequence[str], numbers: Sequence[int]) -> None:
        sizes = np.array([len(word) for word in words], dtype=np.int32)
        order = np.argsort(sizes, kind="stable")
        self._words = [words[at] for at in order]
        self._numbers = [numbers[at] for at in order]
        self._sizes = sizes[order]
        self._longest = int(self._sizes[-1]) if len(self._sizes) else 0
        self._starts = np.searchsorted(self._sizes, np.arange(self._longest + 2)).tolist()
        self._sets = letter_sets(self._words) if words else np.empty(0, dtype=np.uint32)

    def near(self, word: str) -> list[tuple[int, float]]:
        """Words at least three quarters of whose letters are those of this word, in order: number and share that is the same."""
        size = len(word)
        shortest, longest = -int(-size * LEAST_ALIKE // 1), min(self._longest, int(size / LEAST_ALIKE))
        if shortest > longest:
            return []
        start, stop = self._starts[shortest], self._starts[longest + 1]
        most = (np.maximum(self._sizes[start:stop], size) * (1 - LEAST_ALIKE)).astype(np.int32)
        differ = np.bitwise_count(self._sets[start:stop] ^ letter_set(word))
        close = (np.flatnonzero(differ <= 2 * most) + start).tolist()
        found = process.extract(
            word,
            [self._words[at] for at in close],
            scorer=OSA.normalized_similarity,
            score_cutoff=LEAST_ALIKE,
            limit=None,
        )
        return [(self._numbers[close[number]], share) for _, share, number in found]
