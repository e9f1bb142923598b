"""The language of an article, decided on its prose by the share of stop words.

The stop lists are jusText's, which comes with trafilatura; only its data files are read. A
document that is clearly English, as nearly all are, is settled by the English list alone.
Scripts that few languages share need no list: kana is Japanese, Hangul Korean, Thai Thai.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from defiller.features.document import Document, Role

LEAST_WORDS = 40
"""Words of prose below which no language is decided: a lead and its headline have more."""

ENGLISH_SHARE = 0.30
"""Share of English stop words from which a text is English without asking other lists.

Running English has 0.4 to 0.6; listings, recipes and stat-laden sport fall to 0.3; the other
languages of Latin script stay below 0.2 (shared words like "in", "die", "was")."""

FOREIGN_SHARE = 0.28
"""Share of its own stop words that running text in another language reaches.

Spanish and German have 0.4 to 0.5; Finnish and Turkish, which inflect, come to about 0.3."""

FOREIGN_LEAD = 1.5
"""How many times the English share another language must reach.

A text in another language full of English names stays well above it; English prose that is
poor in stop words stays below, whatever other list it happens to touch."""

SCRIPT_SHARE = 0.5
"""Share of the letters from which a script settles the matter: more than any quotation."""

SAMPLE_WORDS = 400
"""Words that are counted: the error of a share is then 0.025, and more cost time."""

# Tables of contents, menus and captions are lines of prose to a reader of plain text. They
# have few stop words in any language, so only lines of some length are asked.
_LEAST_LINE = 8

# ISO 639-1 code to jusText's list. English is asked apart; the close kin of a language that
# is here (Galician, Nynorsk, Bosnian) would only take its votes.
_LISTS = {
    "af": "Afrikaans",
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nb": "Norwegian_Bokmal",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "sw": "Swahili",
    "tl": "Tagalog",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
}

_ENGLISH = "English"

# Letters of a script, and the languages written in it. One language needs no list; where
# several share a script, its lists are asked, and the first is the answer if none stands out.
_SCRIPTS = (
    ("\u3040-\u30ff", ("ja",)),
    ("\uac00-\ud7a3\u1100-\u11ff", ("ko",)),
    ("\u4e00-\u9fff\u3400-\u4dbf", ("zh",)),
    ("\u0e00-\u0e7f", ("th",)),
    ("\u0370-\u03ff\u1f00-\u1fff", ("el",)),
    ("\u0590-\u05ff", ("he",)),
    ("\u0600-\u06ff\u0750-\u077f", ("ar", "fa", "ur")),
    ("\u0400-\u04ff", ("ru", "uk", "bg", "sr")),
    ("\u0900-\u097f", ("hi",)),
    ("\u0980-\u09ff", ("bn",)),
    ("\u0b80-\u0bff", ("ta",)),
    ("\u0c00-\u0c7f", ("te",)),
    ("\u10a0-\u10ff", ("ka",)),
    ("\u0530-\u058f", ("hy",)),
)
_IN_SCRIPT = tuple((re.compile(f"[{letters}]"), codes) for letters, codes in _SCRIPTS)
_OTHER_SCRIPTS = frozenset(code for _, codes in _SCRIPTS for code in codes)
_LATIN_LISTS = tuple(code for code in _LISTS if code not in _OTHER_SCRIPTS)
# Japanese mixes kana with Chinese characters; a tenth of kana is enough to know it.
_KANA_SHARE = 0.1

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def detect_language(document: Document) -> str | None:
    """Language of a document's prose.

    Parameters
    ----------
    document : Document

    Returns
    -------
    str or None
        ISO 639-1 code; None where there are under 40 words of prose or none stands out.
    """
    prose = _prose(document)
    # White space parts English well enough to know it, at a fifth of the expression's time;
    # what stays attached (punctuation, figures) only lowers the share.
    if _is_english([word for line in prose for word in line.lower().split()]):
        return "en"
    words = _words(prose)
    if _is_english(words):
        return "en"
    by_script = _by_script(" ".join(prose), words)
    if by_script is not None or len(words) < LEAST_WORDS:
        return by_script
    english = _share(words, _ENGLISH)
    best = max(_LATIN_LISTS, key=lambda code: _share(words, _LISTS[code]))
    share = _share(words, _LISTS[best])
    if share >= FOREIGN_SHARE and share >= FOREIGN_LEAD * english:
        return best
    return None


def _prose(document: Document) -> list[str]:
    """Contents of paragraphs of prose that are more than a label, until there are enough."""
    contents: list[str] = []
    enough = SAMPLE_WORDS
    for paragraph in document.paragraphs:
        if paragraph.role is Role.PROSE or paragraph.role is Role.QUOTE:
            content = paragraph.content
            words = content.count(" ") + 1
            # Chinese and its neighbours write no spaces: a line counts by its letters too.
            if words >= _LEAST_LINE or len(content) >= 8 * _LEAST_LINE:
                contents.append(content[: 8 * SAMPLE_WORDS])
                enough -= max(words, len(content) // 8)
                if enough <= 0:
                    break
    return contents


def _words(contents: Iterable[str]) -> list[str]:
    return [word for content in contents for word in _WORD.findall(content.lower())]


def _is_english(words: Sequence[str]) -> bool:
    return len(words) >= LEAST_WORDS and _share(words, _ENGLISH) >= ENGLISH_SHARE


def _by_script(text: str, words: Sequence[str]) -> str | None:
    letters = sum(character.isalpha() for character in text)
    # A language without spaces has long "words"; two letters a word is Chinese at its shortest.
    if letters < 2 * LEAST_WORDS:
        return None
    counts = [len(pattern.findall(text)) for pattern, _ in _IN_SCRIPT]
    kana, _, han = counts[:3]
    if kana >= _KANA_SHARE * letters and kana + han >= SCRIPT_SHARE * letters:
        return "ja"
    for count, (_, codes) in zip(counts, _IN_SCRIPT, strict=True):
        if count >= SCRIPT_SHARE * letters:
            if len(codes) == 1:
                return codes[0]
            return max(codes, key=lambda code: _share(words, _LISTS[code]))
    return None


def _share(words: Sequence[str], name: str) -> float:
    stop_words = _stop_words(name)
    return sum(map(stop_words.__contains__, words)) / len(words) if words else 0.0


@lru_cache(maxsize=len(_LISTS) + 1)
def _stop_words(name: str) -> frozenset[str]:
    """One of jusText's stop lists, lower-cased, read from its data without importing it.

    Importing jusText would load lxml.
    """
    found = find_spec("justext")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("jusText, which comes with trafilatura, is not installed")
    path = Path(found.submodule_search_locations[0]) / "stoplists" / f"{name}.txt"
    return frozenset(path.read_text(encoding="utf-8").lower().split())
