"""Keys under which two spellings of one name meet although their letters differ.

Two folds, each made for the sounds that its romanisations confuse. Slavic: y, i and j are one, kh and h, x and ks, e and
ye; voiced and unvoiced stay apart (ANGARA is not ANKARA). Korean: McCune-Reischauer, the Revised Romanization and the
spellings of Pyongyang meet (CHONG CHON GANG, Cheongcheongang, CH'ONGCH'ON'GANG), for which voiced and unvoiced, r and
l must be one. English words that ships are often called are also known as Russian and Korean write them (Леди, 레이디).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

_SLAVIC = (
    ("shch", "S"), ("sch", "S"), ("sh", "S"), ("zh", "Z"), ("kh", "h"), ("tch", "C"), ("ch", "C"), ("ts", "z"),
    ("tz", "z"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("x", "ks"), ("qu", "kv"), ("w", "v"), ("yo", "e"), ("jo", "e"),
    ("ye", "e"), ("je", "e"), ("ie", "e"), ("c", "k"), ("q", "k"), ("y", "i"), ("j", "i"),
)  # fmt: skip
_KOREAN = (
    ("yeo", "io"), ("eo", "o"), ("yae", "ie"), ("ae", "e"), ("oe", "e"), ("oi", "e"), ("ye", "ie"), ("eui", "i"), ("ui", "i"), ("eu", "u"),
    ("shch", "s"), ("sch", "s"), ("sh", "s"), ("kh", "k"), ("gh", "k"), ("ch", "j"), ("zh", "j"), ("ph", "p"),
    ("th", "t"), ("ts", "j"), ("tz", "j"), ("x", "ks"), ("qu", "k"), ("q", "k"), ("c", "k"), ("g", "k"), ("d", "t"), ("b", "p"),
    ("f", "p"), ("v", "p"), ("z", "j"), ("l", "r"), ("y", "i"), ("w", "u"),
)  # fmt: skip
"""Pairs of sounds that romanisations swap, applied in this order."""

_WORDS = {
    "lady": ("ledi", "reidi"), "star": ("star", "seuta"), "ocean": ("okean", "osyeon"), "sea": ("si", "ssi"),
    "queen": ("kvin", "kwin"), "gold": ("gold", "goldeu"), "golden": ("golden", "goldeun"), "sun": ("san", "sseon"),
    "moon": ("mun", "mun"), "eagle": ("igl", "igeul"), "pearl": ("perl", "peol"), "light": ("lait", "raiteu"),
    "bright": ("brait", "beuraiteu"), "sky": ("skay", "seukai"), "wind": ("vind", "windeu"), "grace": ("greys", "geureiseu"),
    "hope": ("houp", "hopeu"), "spirit": ("spirit", "seupiriteu"), "pioneer": ("payonir", "paioniyeo"),
    "victory": ("viktori", "bikteori"), "glory": ("glori", "geullori"), "dream": ("drim", "deurim"), "blue": ("blyu", "beullu"),
    "green": ("grin", "geurin"), "red": ("red", "redeu"), "silver": ("silver", "silbeo"), "diamond": ("daymond", "daiamondeu"),
    "fortune": ("fortyun", "pochyun"), "lucky": ("laki", "reoki"), "happy": ("heppi", "haepi"), "new": ("nyu", "nyu"),
    "east": ("ist", "iseuteu"), "west": ("vest", "weseuteu"), "north": ("nort", "noseu"), "south": ("saut", "sauseu"),
    "pacific": ("pasifik", "peosipik"), "asia": ("aziya", "asia"), "bridge": ("bridzh", "beuriji"), "hill": ("hill", "hil"),
    "orient": ("orient", "orienteu"), "power": ("pauer", "pawo"), "eco": ("eko", "eko"), "sea star": ("si star", "ssi seuta"),
    "express": ("ekspress", "igseupeureseu"), "trader": ("treyder", "teureideo"), "energy": ("enerdzhi", "eneoji"), "leader": ("lider", "rideo"),
    "world": ("vorld", "woldeu"), "island": ("aylend", "aillaendeu"), "river": ("river", "ribeo"), "lion": ("layon", "raion"),
    "tiger": ("taygr", "taigeo"), "dragon": ("dragon", "deuraegon"), "prince": ("prints", "peurinseu"), "princess": ("printsessa", "peurinseseu"),
    "king": ("king", "king"), "flower": ("flauer", "peullawo"), "rose": ("roza", "rojeu"), "angel": ("angel", "enjel"),
    "champion": ("chempion", "chaempieon"), "hunter": ("khanter", "heonteo"), "captain": ("kapitan", "kaepten"), "polar": ("polar", "polla"),
    "wise": ("uayz", "waijeu"), "honest": ("onest", "eoniseuteu"), "house": ("khaus", "hauseu"), "talent": ("talent", "tallenteu"), "ace": ("eys", "eiseu"),
    "first": ("ferst", "peoseuteu"), "fresh": ("fresh", "peuresi"), "global": ("global", "geullobeol"), "marine": ("marin", "marin"), "navigator": ("navigator", "naebigeiteo"),
    "billions": ("billions", "billieonseu"), "petrel": ("petrel", "peteurel"), "smooth": ("smuz", "seumuseu"), "crystal": ("kristall", "keuriseutal"),
}  # fmt: skip
"""English words in ships' names: as written in Russian (romanised) and in Korean (romanised)."""

_LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "ei bi ssi di i epeu ji eichi ai jei kei el em en o pi kyu al eseu ti yu beui deobeuryu ekseu wai jeteu".split(),  # noqa: SIM905
        strict=True,
    )
)
"""Latin letters as Korean calls them."""

_SYLLABLE = re.compile(
    r"(?:ch|kk|tt|pp|ss|jj|sh|[gkndtrlmbpsjh])?(?:yeo|yae|wae|eui|yo|ya|ye|yu|eo|eu|ae|oe|oi|ui|wa|wo|we|wi|[aeiou])(?:ng|[nmlrkgptbd](?![aeiouyw]))?"
)
_MARKS = re.compile(r"ng|[mnkpl](?![aeiouywg])|eo|eu|ae|yo|ch|ry|hy|ky|my")


def closed(name: str) -> str:
    """The name without spaces, except between two numbers."""
    words = name.split()
    if len(words) < 2:
        return "".join(words)
    glue = (" " if left[-1].isdigit() and right[0].isdigit() else "" for left, right in pairwise(words))
    return "".join(part for pair in zip(words, [*glue, ""], strict=True) for part in pair)


@lru_cache(maxsize=50_000)
def slavic(name: str) -> str:
    """The name with the sounds that romanisations of Russian and Ukrainian confuse made one."""
    return _folded(name, _SLAVIC)


@lru_cache(maxsize=50_000)
def korean(name: str) -> str:
    """The name with the sounds that romanisations of Korean confuse made one."""
    return _folded(name, _KOREAN)


def reads_as_korean(name: str) -> bool:
    """Whether a Latin name can be cut into Korean syllables and shows at least three marks of Korean.

    Short and open names (MARIA, SERENA) do, or could, and are left out: for them the fold would join different ships.
    """
    letters = re.sub(r"[\d ]", "", name)
    if len(letters) < 6 or len(_MARKS.findall(name)) < 3:
        return False
    return all(
        word.isdigit() or "".join(_SYLLABLE.findall(word)) == word
        for word in re.sub(r"(\d+)", r" \1 ", name).split()
    )


def in_russian(name: str) -> str:
    """A Latin name with its English words as Russian writes them."""
    return " ".join(_WORDS[word][0] if word in _WORDS else word for word in name.split())


def in_korean(name: str, *, letters: bool = False) -> str:
    """A Latin name with its English words, and if asked its single letters, as Korean writes them."""
    spelt = _LETTERS if letters else {}
    return " ".join(_WORDS[word][1] if word in _WORDS else spelt.get(word, word) for word in name.split())


def _folded(name: str, sounds: tuple[tuple[str, str], ...]) -> str:
    for sound, stands_for in sounds:
        name = name.replace(sound, stands_for)
    return re.sub(r"([A-Za-z])\1+", r"\1", closed(name))
