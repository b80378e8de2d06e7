"""The closed vocabulary of the house model, and the reading of a brief's free text.

A brief is read field by field; every content word either becomes a token or is reported as not understood. Nothing is
swallowed: what the model cannot show, the artist is told.
"""

from __future__ import annotations

from dataclasses import dataclass

from rushes.contracts import Brief, VocabularyField
from rushes.contracts.words import read_words

__all__ = ["DEFAULTS", "FIELDS", "VOCABULARY", "HouseBrief", "read_brief"]

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
_FALLS = [f"snow {how}{what}" for how in ("", "is ", "keeps ") for what in ("falls", "falling", "fell")]
_PHRASES = dict.fromkeys(["falling snow", "driving snow", "whirling snow", *_FALLS], "snowfall")
"""Snow that falls is weather; snow that lies is a place."""

_FIELD_OF = {
    "time_of_day": "lighting",
    "weather": "environment",
    "place": "environment",
    "mood": "mood",
    "style": "style",
}
"""Aspect → field of a brief that says it best."""


def _field(name: str, tokens: tuple[str, ...]) -> VocabularyField:
    said = [(word, token) for token in tokens for word in _WORDS[token].split() if word != token]
    said += [(phrase, token) for phrase, token in _PHRASES.items() if token in tokens]
    return VocabularyField(name, tokens, DEFAULTS[name], _FIELD_OF[name], tuple(said))


VOCABULARY: tuple[VocabularyField, ...] = tuple(_field(name, tokens) for name, tokens in FIELDS.items())
"""As the descriptor tells it."""


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


def read_brief(brief: Brief) -> HouseBrief:
    """Read a brief, as `rushes.contracts.words` does it with this vocabulary."""
    found = read_words(VOCABULARY, brief)
    return HouseBrief(found.tokens, found.understood, found.unknown)
