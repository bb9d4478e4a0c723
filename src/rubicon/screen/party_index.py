"""Every name of every company or person that is like a given one, found without comparing all of them.

The same answer as a comparison with each name (the tests hold the two against each other), from three observations:

- Two words are alike only when they fold to one, have the same consonants, or are few letters apart; words are few, so that the words of the
  lists that are alike to an asked one are found exactly. Sets of letters that differ too much rule most out before any distance is computed.
- A name whose words meet too few of the asked ones cannot reach the bar. What its words can reach at most is added up for all names at once.
- Names alike in all their letters but a few have letters in common and about the same length.

Only names that pass one of the bounds are compared in full. Arrays throughout: a name is a run of numbers of words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from rubicon.screen import spelling
from rubicon.screen.near_words import NearWords, letter_set, letter_sets, pair_set, pair_sets
from rubicon.screen.parties import (
    ACCEPT,
    LEAST_WORD,
    PARTICLE_WEIGHT,
    SHARE_OF_SLIPS,
    SHORT,
    Likeness,
    Party,
    bones,
    compare_parties,
    party,
    slips_forgiven,
    weights_of,
    words_of,
)

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
LIKE_FOLDED = 0.95
LIKE_INITIAL = 0.8
MOST_OWN = 0.5715
"""Most weight that both names of persons may leave unmet: more costs a fifth of the likeness."""
MARGIN = 1e-4
"""Bounds are computed in single precision."""


@dataclass(frozen=True)
class PartyNames:
    """All names of one kind: `entry` and `which` say whose name each is (-1 the main one, else the number of the alias)."""

    kind: str
    words: list[str]
    folds: list[str]
    bones: list[str]
    entry: Ints
    which: Ints
    legal: Ints
    """Number of the set of legal forms in `forms`."""
    offsets: Ints
    tokens: Ints
    forms: list[list[str]]


@dataclass(frozen=True)
class Like:
    """A name that is like the asked one: number of its entry, which of the entry's names, and how alike."""

    entry: int
    which: int
    likeness: Likeness


def gather(kind: str, entries: Iterable[tuple[int, Mapping[str, Any]]]) -> PartyNames:
    """The names of all entries of a kind, each set of words of an entry once."""
    numbers: dict[str, int] = {}
    forms: dict[tuple[str, ...], int] = {}
    entry, which, legal, sizes, tokens = [], [], [], [], []
    for at, row in entries:
        seen = set()
        for alias, text in enumerate((row["name"], *row["aliases"]), start=-1):
            words, stated = words_of(text, kind)
            key = (tuple(words), tuple(sorted(stated)))
            if not words or key in seen:
                continue
            seen.add(key)
            tokens += [numbers.setdefault(word, len(numbers)) for word in words]
            entry.append(at)
            which.append(alias)
            legal.append(forms.setdefault(key[1], len(forms)))
            sizes.append(len(words))
    words = list(numbers)
    return PartyNames(
        kind,
        words,
        folds=[spelling.slavic(word) for word in words],
        bones=[bones(word) for word in words],
        entry=np.array(entry, dtype=np.int32),
        which=np.array(which, dtype=np.int32),
        legal=np.array(legal, dtype=np.int32),
        offsets=np.cumsum([0, *sizes]).astype(np.int32),
        tokens=np.array(tokens, dtype=np.int32),
        forms=[list(key) for key in forms],
    )


class PartyIndex:
    """Looks for names of one kind that are like an asked one."""

    def __init__(self, names: PartyNames) -> None:
        self.names = names
        self._near: dict[str, tuple[Ints, Floats, dict[str, float]]] = {}

    def like(self, text: str) -> list[Like]:
        """The best name of each entry that is like the asked one, by number of entry."""
        asked = party(text, self.names.kind)
        best: dict[int, Like] = {}
        if not asked.words or not len(self.names.entry):
            return []
        met = {word: self._words_like(word)[2] for word in asked.words}

        def alike(one: str, other: str) -> float:
            """Of two words one was asked; those that do not meet need no number."""
            return met[one].get(other, 0.0) if one in met else met[other].get(one, 0.0)

        for at in sorted({*self._by_words(asked).tolist(), *self._by_letters(asked).tolist()}):
            found = compare_parties(asked, self._party(at), self.names.kind, alike)
            if found.score >= ACCEPT[self.names.kind]:
                one = Like(int(self.names.entry[at]), int(self.names.which[at]), found)
                before = best.get(one.entry)
                # The main name comes first among an entry's names and wins a tie.
                if before is None or found.score > before.likeness.score:
                    best[one.entry] = one
        return [best[entry] for entry in sorted(best)]

    def _party(self, at: int) -> Party:
        start, stop = self.names.offsets[at], self.names.offsets[at + 1]
        numbers = self.names.tokens[start:stop].tolist()
        words = tuple(self.names.words[number] for number in numbers)
        weights = tuple(self._weight_list[number] for number in numbers)
        return Party(words, weights, self._form_sets[self.names.legal[at]])

    def _by_words(self, asked: Party) -> Ints:
        """Names whose words could meet the asked ones well enough, at best."""
        reached = _Reached(self)
        light = max(asked.weights) <= PARTICLE_WEIGHT
        for word, weight in zip(asked.words, asked.weights, strict=True):
            if weight > PARTICLE_WEIGHT or light:
                numbers, likes, _ = self._words_like(word)
                reached.add(numbers, likes, weight)
            else:
                reached.granted += weight
        for (one, other), weight in zip(pairwise(asked.words), asked.weights, strict=False):
            if (number := self._number.get(one + other)) is not None:
                reached.add(np.array([number], dtype=np.int32), np.ones(1, dtype=np.float32), weight)
        for word, weight in zip(asked.words, asked.weights, strict=True):
            reached.grant(self._written_apart(word), weight)
        return reached.names(asked)

    def _by_letters(self, asked: Party) -> Ints:
        """Names of nearly the same letters."""
        size = len(asked.letters)
        most = slips_forgiven(int(size / (1 - SHARE_OF_SLIPS)) + 2, self.names.kind)
        starts = self._size_starts
        low, high = max(0, size - most), min(len(starts) - 2, size + most)
        if low > high:
            return np.empty(0, dtype=np.int32)
        at = self._by_size[starts[low] : starts[high + 1]]
        differ = np.bitwise_count(self._letter_sets[at] ^ letter_set(asked.letters))
        at = at[differ <= 2 * most]
        differ = np.bitwise_count(self._pair_sets[at] ^ pair_set(asked.letters))
        close = at[differ <= 6 * most].tolist()
        found = process.extract(
            asked.letters,
            [self._letters[one] for one in close],
            scorer=OSA.distance,
            score_cutoff=most,
            limit=None,
        )
        return np.array([close[number] for _, _, number in found], dtype=np.int32)

    def _words_like(self, word: str) -> tuple[Ints, Floats, dict[str, float]]:
        """Numbers of the words that meet this one, the least alike first, how alike each is, and the same by word."""
        found = self._near.get(word)
        if found is None:
            likes = sorted((like, at) for at, like in self._likes(word).items() if like > LEAST_WORD)
            found = (
                np.array([at for _, at in likes], dtype=np.int32),
                np.array([like for like, _ in likes], dtype=np.float32),
                {self.names.words[at]: like for like, at in likes},
            )
            if len(self._near) < 20_000:
                self._near[word] = found
        return found

    def _likes(self, word: str) -> dict[int, float]:
        """How alike each word of the lists is that can meet this one, as `parties.word_likeness` has it."""
        found: dict[int, float] = {}
        if len(word) == 1 and not word.isdigit():
            found = dict.fromkeys(self._by_initial.get(word, ()), LIKE_INITIAL)
        elif not word.isdigit():
            fold = spelling.slavic(word)
            if len(word) > SHORT:
                found = dict(self._spelt.near(word))
                for at, like in self._folded.near(fold):
                    found[at] = max(like, found.get(at, 0.0))
                found |= dict.fromkeys(self._by_bones.get(bones(word) or "~", ()), LIKE_FOLDED)
            found |= dict.fromkeys(self._by_fold.get(fold, ()), LIKE_FOLDED)
            if (initial := self._number.get(word[0])) is not None and not word[0].isdigit():
                found[initial] = LIKE_INITIAL
        if (same := self._number.get(word)) is not None:
            found[same] = 1.0
        return found

    @cached_property
    def _number(self) -> dict[str, int]:
        return {word: at for at, word in enumerate(self.names.words)}

    @cached_property
    def _by_fold(self) -> dict[str, list[int]]:
        words, folds = self.names.words, self.names.folds
        return _grouped(
            [
                "" if word.isdigit() or len(word) == 1 else fold
                for word, fold in zip(words, folds, strict=True)
            ]
        )

    @cached_property
    def _by_bones(self) -> dict[str, list[int]]:
        return _grouped(self.names.bones)

    @cached_property
    def _by_initial(self) -> dict[str, list[int]]:
        return _grouped(
            [word[:1] if len(word) > 1 and not word.isdigit() else "" for word in self.names.words]
        )

    @cached_property
    def _long(self) -> list[int]:
        words = self.names.words
        return [at for at, word in enumerate(words) if len(word) > SHORT and not word.isdigit()]

    @cached_property
    def _spelt(self) -> NearWords:
        return NearWords([self.names.words[at] for at in self._long], self._long)

    @cached_property
    def _folded(self) -> NearWords:
        return NearWords([self.names.folds[at] for at in self._long], self._long)

    @cached_property
    def _form_sets(self) -> list[frozenset[str]]:
        return [frozenset(one) for one in self.names.forms]

    @cached_property
    def _weight_list(self) -> list[float]:
        return weights_of(self.names.words, self.names.kind)

    @cached_property
    def token_weights(self) -> Floats:
        """Weight of each word of each name."""
        return np.array(self._weight_list, dtype=np.float32)[self.names.tokens]

    @cached_property
    def token_names(self) -> Ints:
        """Name to which each word belongs."""
        return np.repeat(
            np.arange(len(self.names.entry), dtype=np.int32), np.diff(self.names.offsets)
        ).astype(np.int32)

    @cached_property
    def weights(self) -> Floats:
        """Weight of all words of each name."""
        return np.add.reduceat(self.token_weights, self.names.offsets[:-1])

    @cached_property
    def particles(self) -> Floats:
        """Weight of the particles of each name, which are taken to meet."""
        light = np.where(self.token_weights <= PARTICLE_WEIGHT, self.token_weights, np.float32(0))
        return np.add.reduceat(light, self.names.offsets[:-1])

    @cached_property
    def posted(self) -> tuple[Ints, Ints]:
        """Where each word stands: positions in `tokens` by word, and where each word's run begins."""
        order = np.argsort(self.names.tokens, kind="stable").astype(np.int32)
        starts = np.searchsorted(self.names.tokens[order], np.arange(len(self.names.words) + 1))
        return order, starts.astype(np.int32)

    @cached_property
    def _letters(self) -> list[str]:
        words, tokens = self.names.words, self.names.tokens.tolist()
        return [
            "".join([words[number] for number in tokens[start:stop]])
            for start, stop in pairwise(self.names.offsets.tolist())
        ]

    @cached_property
    def _letter_sets(self) -> NDArray[np.uint32]:
        return letter_sets(self._letters)

    @cached_property
    def _pair_sets(self) -> NDArray[np.uint64]:
        return pair_sets(self._letters)

    @cached_property
    def _sizes(self) -> Ints:
        return np.array([len(text) for text in self._letters], dtype=np.int32)

    @cached_property
    def _by_size(self) -> Ints:
        return np.argsort(self._sizes, kind="stable").astype(np.int32)

    @cached_property
    def _size_starts(self) -> Ints:
        ordered = self._sizes[self._by_size]
        return np.searchsorted(ordered, np.arange(int(ordered[-1]) + 2)).astype(np.int32)

    def _written_apart(self, word: str) -> list[int]:
        """Names in which two neighbouring words spell this one together."""
        found: list[int] = []
        order, starts = self.posted
        for cut in range(1, len(word)):
            left, right = self._number.get(word[:cut]), self._number.get(word[cut:])
            if left is None or right is None:
                continue
            at = order[starts[left] : starts[left + 1]]
            at = at[at + 1 < len(self.names.tokens)]
            met = (self.names.tokens[at + 1] == right) & (self.token_names[at + 1] == self.token_names[at])
            found += self.token_names[at[met]].tolist()
        return found


class _Reached:
    """What the words of each name can reach at most against one asked name."""

    def __init__(self, index: PartyIndex) -> None:
        self.index = index
        self.granted = 0.0
        count = len(index.names.entry)
        self._asked = np.zeros(count, dtype=np.float32)
        self._listed = np.zeros(count, dtype=np.float32)
        # Of persons also how well the words meet, on each side.
        self._asked_alike = np.zeros(count, dtype=np.float32)
        self._listed_alike = np.zeros(count, dtype=np.float32)

    def add(self, words: Ints, likes: Floats, weight: float) -> None:
        """Let an asked word meet every place where a word like it stands; `likes` rise."""
        if not len(words):
            return
        order, starts = self.index.posted
        first, sizes = starts[words], starts[words + 1] - starts[words]
        ends = np.cumsum(sizes)
        positions = order[np.repeat(first - ends + sizes, sizes) + np.arange(ends[-1])]
        names, likes = self.index.token_names[positions], np.repeat(likes, sizes)
        # Of persons it counts whether a word meets, of companies how well: the likest of a name is written last.
        worth = likes if self.index.names.kind == "company" else np.ones_like(likes)
        self._asked[names] = self._asked[names] + worth * np.float32(weight)
        np.add.at(self._listed, names, self.index.token_weights[positions] * worth)
        if self.index.names.kind == "person":
            self._asked_alike[names] = self._asked_alike[names] + likes * np.float32(weight)
            np.add.at(self._listed_alike, names, self.index.token_weights[positions] * likes)

    def grant(self, names: Sequence[int], weight: float) -> None:
        """Let an asked word meet two neighbours of these names."""
        if names:
            at = sorted(set(names))
            self._asked[at] += np.float32(weight)
            self._listed[at] += np.float32(1)
            self._asked_alike[at] += np.float32(weight)
            self._listed_alike[at] += np.float32(1)

    def names(self, party: Party) -> Ints:
        """Names that can reach the bar."""
        index, found = self.index, np.flatnonzero(self._asked).astype(np.int32)
        asked, listed = (self._asked[found] + self.granted).astype(np.float32), self._listed[found]
        if index.names.kind == "company":
            return found[_companies(index, found, asked, listed, party)]
        alike = (self._asked_alike[found] + self.granted).astype(np.float32), self._listed_alike[found]
        return found[_persons(index, found, (asked, listed), alike, party)]


def _companies(
    index: PartyIndex, found: Ints, asked: Floats, listed: Floats, party: Party
) -> NDArray[np.bool_]:
    """Companies: the share of both names that is met."""
    whole, total = index.weights[found], np.float32(sum(party.weights))
    bar = np.float32(ACCEPT["company"] - MARGIN)
    kept: NDArray[np.bool_] = np.minimum(asked, total) + np.minimum(listed, whole) >= bar * (whole + total)
    return kept


def _persons(
    index: PartyIndex, found: Ints, met: tuple[Floats, Floats], alike: tuple[Floats, Floats], party: Party
) -> NDArray[np.bool_]:
    """Persons: one name is met but for particles, and well enough; two full words meet, or one and the longer name has no other."""
    whole, total = index.weights[found], np.float32(sum(party.weights))
    particles = index.particles[found]
    asked, listed = np.minimum(met[0], total), np.minimum(met[1] + particles, whole)
    unmet, alone = total - asked, whole - listed
    sizes, size = np.diff(index.names.offsets)[found], len(party.words)
    shorter = np.where(sizes > size, asked, np.where(sizes < size, listed, np.maximum(asked, listed)))
    longer = np.where(sizes > size, alone, np.where(sizes < size, unmet, np.minimum(unmet, alone)))
    enough = (shorter >= 1.5 - MARGIN) | ((shorter >= 1.0 - MARGIN) & (longer < 1.0))
    # When every full word of the shorter name meets, the likeness is at most the mean of what they reach.
    ours = np.minimum(alike[0], total) / total
    theirs = np.minimum(alike[1] + particles, whole) / whole
    mean = np.where(sizes > size, ours, np.where(sizes < size, theirs, np.maximum(ours, theirs)))
    reached = mean * (1 - 0.03 * np.minimum(4.0, longer)) >= ACCEPT["person"] - MARGIN
    well = reached | (longer <= MOST_OWN)
    kept: NDArray[np.bool_] = ((enough & well) | (total < 1.0)) & (np.minimum(unmet, alone) <= MOST_OWN)
    return kept


def _grouped(keys: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for at, key in enumerate(keys):
        if key:
            found[key].append(at)
    return found
