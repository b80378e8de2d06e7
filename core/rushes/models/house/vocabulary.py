"""The closed vocabulary of the house model, and the reading of a brief's free text.

A brief is read field by field; every content word either becomes a token or is reported as not understood. Nothing is
swallowed: what the model cannot show, the artist is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rushes.contracts import Brief

__all__ = ["DEFAULTS", "FIELDS", "HouseBrief", "read_brief", "words"]

FIELDS: dict[str, tuple[str, ...]] = {
    "time_of_day": ("dawn", "day", "dusk", "night"),
    "weather": ("clear", "overcast", "fog", "rain", "snowfall"),
    "place": ("city", "harbour", "village", "desert", "forest", "snow", "interior"),
    "mood": ("neutral", "warm", "cold", "noir", "dreamlike"),
    "style": ("cinematic", "pencil", "ink", "marker", "watercolour"),
}
"""Field → tokens, in the order of the model's prompt."""

DEFAULTS: dict[str, str] = {
    "time_of_day": "day",
    "weather": "clear",
    "place": "city",
    "mood": "neutral",
    "style": "cinematic",
}
"""What stands in for a field that a brief leaves open."""

_WORDS: dict[str, str] = {
    "dawn": "dawn sunrise daybreak early",
    "day": "day daylight daytime noon midday morning afternoon sunlight",
    "dusk": "dusk sunset evening twilight golden sundown",
    "night": "night midnight moonlight moonlit nighttime nocturnal",
    "clear": "clear sunny fair cloudless",
    "overcast": "overcast cloudy clouds grey gray gloomy",
    "fog": "fog foggy mist misty haze hazy smoke smoky",
    "rain": "rain rainy wet storm stormy drizzle raining downpour",
    "city": "city street urban downtown town alley metropolis",
    "harbour": "harbour harbor dock docks port quay pier seaside wharf marina",
    "village": "village hamlet countryside farm rural suburb",
    "desert": "desert dunes sand sahara wasteland canyon",
    "forest": "forest wood woods jungle park woodland",
    "snow": "snow snowy snowfield winter wintry arctic ice icy mountains tundra glacier",
    "interior": "interior interiors indoor indoors inside room kitchen bedroom apartment office hall hallway "
    "corridor lobby studio loft attic basement cellar bathroom",
    "snowfall": "snowfall snowing snowstorm blizzard snowflake flurry flurries",
    "cinematic": "cinematic film filmic photographic photorealistic photoreal",
    "pencil": "pencil pencils sketch sketched sketchy graphite",
    "ink": "ink inked lineart line-art linework pen",
    "marker": "marker markers felt-tip copic",
    "watercolour": "watercolour watercolor aquarelle",
    "neutral": "neutral natural plain realistic",
    "warm": "warm cosy cozy nostalgic romantic hopeful joyful",
    "cold": "cold bleak tense eerie sterile sad lonely melancholic",
    "noir": "noir monochrome black-and-white gritty",
    "dreamlike": "dreamlike dreamy surreal ethereal pastel magical",
}
_SYNONYMS = {word: token for token, text in _WORDS.items() for word in text.split()}

_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "be",
        "but",
        "by",
        "for",
        "from",
        "goes",
        "going",
        "has",
        "have",
        "he",
        "her",
        "his",
        "in",
        "into",
        "is",
        "it",
        "its",
        "light",
        "lighting",
        "little",
        "near",
        "next",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "out",
        "over",
        "she",
        "so",
        "some",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "through",
        "time",
        "to",
        "toward",
        "towards",
        "under",
        "up",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "with",
        "without",
        "scene",
        "shot",
        "hour",
        "mood",
        "style",
        "weather",
        "sky",
        "place",
        "environment",
        "atmosphere",
    ]
)
_FIELD_OF = {token: name for name, tokens in FIELDS.items() for token in tokens}
_READ = ("lighting", "environment", "mood", "style", "genre", "texture", "subject", "action", "camera")
"""Fields of a brief in the order in which they decide: the first to name a token wins."""


@dataclass(frozen=True)
class HouseBrief:
    """A brief as the house model understands it."""

    tokens: dict[str, str]
    """Field → token, for the fields that the brief names."""
    understood: tuple[str, ...]
    """The artist's words that became tokens, in order."""
    unknown: tuple[str, ...]
    """Content words that mean nothing to this model, in order, each once."""

    def resolved(self) -> dict[str, str]:
        """Token per field, defaults filled in."""
        return {name: self.tokens.get(name, DEFAULTS[name]) for name in FIELDS}

    def prompt(self) -> str:
        """What the text encoder gets: one token per field, defaults filled in."""
        return " ".join(self.resolved().values())


_SNOWFALL = re.compile(r"\b(?:falling|driving|whirling) snow\b|\bsnow (?:is |keeps )?(?:falls|falling|fell)\b")
"""Snow that falls is weather; snow that lies is a place."""


def words(text: str) -> list[str]:
    """Lower-case words of a text; hyphenated words stay whole."""
    return re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", text.lower())


def _lookup(word: str) -> str | None:
    if word in _SYNONYMS:
        return _SYNONYMS[word]
    for tail in ("'s", "s", "es"):
        if word.endswith(tail) and word[: -len(tail)] in _SYNONYMS:
            return _SYNONYMS[word[: -len(tail)]]
    return None


def read_brief(brief: Brief) -> HouseBrief:
    """Read a brief.

    Fields that name light, place and mood are read first; of two words for the same thing the first wins and the other
    is reported. Restrictions are never turned into tokens: all their content words are reported, since this model has
    no way to leave something out.
    """
    tokens: dict[str, str] = {}
    understood: list[str] = []
    unknown: list[str] = []
    for name in _READ:
        for word in words(_SNOWFALL.sub("snowfall", getattr(brief, name).lower())):
            parts = [word] if _lookup(word) else word.split("-")
            for part in parts:
                token = _lookup(part)
                if token is not None and tokens.setdefault(_FIELD_OF[token], token) == token:
                    understood.append(part)
                elif part not in _STOP:
                    unknown.append(part)
    unknown += [w for w in words(brief.restrictions) if w not in _STOP]
    return HouseBrief(tokens, tuple(dict.fromkeys(understood)), tuple(dict.fromkeys(unknown)))
