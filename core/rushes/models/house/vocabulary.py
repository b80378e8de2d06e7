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
    "weather": ("clear", "overcast", "fog", "rain"),
    "place": ("city", "harbour", "village", "desert", "forest", "snow"),
    "mood": ("neutral", "warm", "cold", "noir", "dreamlike"),
}
"""Field → tokens, in the order of the model's prompt."""

DEFAULTS: dict[str, str] = {"time_of_day": "day", "weather": "clear", "place": "city", "mood": "neutral"}
"""What stands in for a field that a brief leaves open."""

_SYNONYMS: dict[str, str] = {
    "dawn": "dawn", "sunrise": "dawn", "daybreak": "dawn", "early": "dawn",
    "day": "day", "daylight": "day", "daytime": "day", "noon": "day", "midday": "day", "morning": "day", "afternoon": "day", "sunlight": "day",
    "dusk": "dusk", "sunset": "dusk", "evening": "dusk", "twilight": "dusk", "golden": "dusk", "sundown": "dusk",
    "night": "night", "midnight": "night", "moonlight": "night", "moonlit": "night", "nighttime": "night", "nocturnal": "night",
    "clear": "clear", "sunny": "clear", "fair": "clear", "cloudless": "clear",
    "overcast": "overcast", "cloudy": "overcast", "clouds": "overcast", "grey": "overcast", "gray": "overcast", "gloomy": "overcast",
    "fog": "fog", "foggy": "fog", "mist": "fog", "misty": "fog", "haze": "fog", "hazy": "fog", "smoke": "fog", "smoky": "fog",
    "rain": "rain", "rainy": "rain", "wet": "rain", "storm": "rain", "stormy": "rain", "drizzle": "rain", "raining": "rain", "downpour": "rain",
    "city": "city", "street": "city", "urban": "city", "downtown": "city", "town": "city", "alley": "city", "metropolis": "city",
    "harbour": "harbour", "harbor": "harbour", "dock": "harbour", "docks": "harbour", "port": "harbour", "quay": "harbour", "pier": "harbour", "seaside": "harbour", "wharf": "harbour", "marina": "harbour",
    "village": "village", "hamlet": "village", "countryside": "village", "farm": "village", "rural": "village", "suburb": "village",
    "desert": "desert", "dunes": "desert", "sand": "desert", "sahara": "desert", "wasteland": "desert", "canyon": "desert",
    "forest": "forest", "wood": "forest", "woods": "forest", "jungle": "forest", "park": "forest", "woodland": "forest",
    "snow": "snow", "snowy": "snow", "winter": "snow", "wintry": "snow", "arctic": "snow", "ice": "snow", "icy": "snow", "mountains": "snow",
    "neutral": "neutral", "natural": "neutral", "plain": "neutral", "realistic": "neutral",
    "warm": "warm", "cosy": "warm", "cozy": "warm", "nostalgic": "warm", "romantic": "warm", "hopeful": "warm", "joyful": "warm",
    "cold": "cold", "bleak": "cold", "tense": "cold", "eerie": "cold", "sterile": "cold", "sad": "cold", "lonely": "cold", "melancholic": "cold",
    "noir": "noir", "monochrome": "noir", "black-and-white": "noir", "gritty": "noir",
    "dreamlike": "dreamlike", "dreamy": "dreamlike", "surreal": "dreamlike", "ethereal": "dreamlike", "pastel": "dreamlike", "magical": "dreamlike",
}  # fmt: skip

_STOP = frozenset(
    ["a", "an", "and", "as", "at", "be", "but", "by", "for", "from", "goes", "going", "has", "have", "he", "her", "his", "in", "into", "is", "it", "its", "light", "lighting", "little", "near", "next", "no", "not", "of", "on", "or", "our", "out", "over", "she", "so", "some", "that", "the", "their", "them", "then", "there", "they", "this", "through", "time", "to", "toward", "towards", "under", "up", "very", "was", "we", "were", "what", "when", "where", "which", "while", "who", "with", "without", "scene", "shot", "hour", "mood", "style", "weather", "sky", "place", "environment", "atmosphere"]
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
        for word in words(getattr(brief, name)):
            parts = [word] if _lookup(word) else word.split("-")
            for part in parts:
                token = _lookup(part)
                if token is not None and tokens.setdefault(_FIELD_OF[token], token) == token:
                    understood.append(part)
                elif part not in _STOP:
                    unknown.append(part)
    unknown += [w for w in words(brief.restrictions) if w not in _STOP]
    return HouseBrief(tokens, tuple(dict.fromkeys(understood)), tuple(dict.fromkeys(unknown)))
