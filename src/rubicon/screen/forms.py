"""Legal forms and common words of company names, in the spellings that lists use.

Forms are grouped by what they mean in their own law; forms of different groups (a GmbH and an AG) belong to
different companies more often than not, while a general one (company, corporation) says nothing against any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

GROUPS = {
    "limited": "ltd|limited|pte ltd|private limited|pvt ltd|co ltd|company limited|llc|l l c|limited liability company|ooo|o o o|"
    "obshchestvo s ogranichennoy otvetstvennostyu|tov|too|sarl|s a r l|srl|s r l|sia|uab|oy|gmbh|g m b h|bv|b v|"
    "besloten vennootschap|sp z o o|spzoo|sp zoo|sdn bhd|fze|fzc|fzco|fz llc|dmcc|limited liability partnership|llp|"
    "societatea cu raspundere limitata|gesellschaft mit beschrankter haftung|ogranichennoy otvetstvennostyu|kk|doo|d o o|eood|ood|kft|sro|s r o",
    "joint stock": "jsc|j s c|ojsc|cjsc|pjsc|joint stock company|joint stock co|open joint stock company|closed joint stock company|joynt stock company|joint stock compan|"
    "public joint stock company|private joint stock company|pjsc|pao|oao|zao|ao|p a o|a o|aktsionernoe obshchestvo|aktsionernoye obshchestvo|"
    "publichnoe aktsionernoe obshchestvo|otkrytoe aktsionernoe obshchestvo|zakrytoe aktsionernoe obshchestvo|ag|a g|akg|"
    "aktiengesellschaft|aktiengeselschaft|sa|s a|spa|s p a|nv|n v|plc|public limited company|ab|a s|oyj|se|tas|as|asa|pjs|psc|qsc|saog|kgaa",
    "incorporated": "inc|incorporated",
    "foundation": "ano|autonomous non profit organization|foundation|stiftung|trust|charity|fund",
    "state": "fgup|gup|federal state unitary enterprise|state unitary enterprise|fkp|fgbu|fgu|fgaou|federal state budgetary institution",
    "general": "co|company|corp|corporation|corporate|cie|compagnie|enterprise|firm",
}
"""Phrases of each group, longest tried first, compared after normalisation."""

COMMON = frozenset(
    [
        "the",
        "of",
        "and",
        "for",
        "in",
        "to",
        "a",
        "an",
        "trading",
        "trade",
        "traders",
        "shipping",
        "ship",
        "management",
        "maritime",
        "marine",
        "group",
        "holding",
        "holdings",
        "international",
        "global",
        "industries",
        "industry",
        "industrial",
        "services",
        "service",
        "systems",
        "technology",
        "technologies",
        "tech",
        "general",
        "development",
        "investment",
        "investments",
        "finance",
        "financial",
        "bank",
        "company",
        "corporation",
        "commercial",
        "logistics",
        "transport",
        "import",
        "export",
        "energy",
        "oil",
        "petroleum",
        "gas",
        "engineering",
        "construction",
        "enterprises",
        "enterprise",
        "plant",
        "factory",
        "works",
        "research",
        "institute",
        "center",
        "centre",
        "scientific",
        "production",
        "association",
        "organization",
        "organisation",
        "national",
        "state",
        "business",
        "solutions",
        "capital",
        "partners",
        "joint",
        "stock",
        "limited",
        "products",
        "materials",
        "equipment",
        "machinery",
        "electronics",
        "electronic",
        "aviation",
        "insurance",
    ]
)
COMMON_WEIGHT = 0.45
_SPELLINGS = {
    "organisation": "organization", "centre": "center", "intl": "international", "int": "international", "mgmt": "management",
    "mfg": "manufacturing", "bros": "brothers", "dept": "department", "tech": "technology", "technologies": "technology", "industries": "industry",
    "holdings": "holding", "services": "service", "systems": "system", "investments": "investment", "enterprises": "enterprise",
    "saint": "st", "zavod": "plant",
}  # fmt: skip
_NUMBERS = {
    word: str(number)
    for number, words in enumerate(
        [
            "zero",
            "one,first,1st",
            "two,second,2nd",
            "three,third,3rd",
            "four,fourth,4th",
            "five,fifth,5th",
            "six,sixth,6th",
            "seven,seventh,7th",
            "eight,eighth,8th",
            "nine,ninth,9th",
            "ten,tenth,10th",
        ]
    )
    for word in words.split(",")
}
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_PHRASES = sorted(
    ((tuple(phrase.split()), group) for group, text in GROUPS.items() for phrase in text.split("|")),
    key=lambda item: (-len(item[0]), item[0]),
)
_BY_FIRST: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _phrase, _group in _PHRASES:
    _BY_FIRST.setdefault(_phrase[0], []).append((_phrase, _group))


def spelt_out(text: str) -> str:
    """The name with dotted letters joined (A.B.C., G.m.b.H.) and int'l written out."""
    text = re.sub(r"\b[Ii]nt['’]l\b", "international", text)
    text = re.sub(r"\bU\.\s?S\.(?!\w)", "United States ", text)
    return re.sub(
        r"\b(?:[^\W\d_]{1,2}\.\s?){2,}",
        lambda found: found.group().replace(".", "").replace(" ", "") + " ",
        text,
    )


def unglued(text: str) -> str:
    """The name with a legal form in capitals set apart from the word that it is written to (SiemensAG)."""
    return re.sub(r"(?<=[a-z])(AG|GmbH|LLC|LTD|SA|JSC)$", r" \1", text)


def without_form(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words that are no legal form, and the groups of the forms found; a name of forms alone keeps them."""
    kept: list[str] = []
    groups: list[str] = []
    at = 0
    while at < len(words):
        size, group = _form_at(words, at)
        if size:
            groups += [group] if group != "general" else []
            at += size
        else:
            kept.append(_SPELLINGS.get(words[at], words[at]))
            at += 1
    return (kept, groups) if kept else (list(words), [])


def compatible(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether forms can belong to one company: a group in common, or an incorporated one beside a limited one."""
    return bool(set(one) & set(other))


def weight(word: str) -> float:
    """How much a word says about which company it is."""
    return COMMON_WEIGHT if word in COMMON else 1.0


def numbers_as_digits(words: Sequence[str]) -> list[str]:
    """Number words as digits: first and 1st are 1, forty four is 44, a Roman II after the first word is 2."""
    made: list[str] = []
    for word in words:
        digit = _NUMBERS.get(word, word if word.isdigit() else "")
        digit = digit or (_ROMAN.get(word, "") if made else "")
        if digit and len(digit) == 1 and made and made[-1] in _TENS:
            made[-1] = str(_TENS[made[-1]] + int(digit))
        else:
            made.append(digit or word)
    return made


def _form_at(words: Sequence[str], at: int) -> tuple[int, str]:
    for phrase, group in _BY_FIRST.get(words[at], ()):
        if tuple(words[at : at + len(phrase)]) == phrase:
            return len(phrase), group
    return 0, ""
