"""The label that says a clip is AI-generated, in words and in IPTC's vocabulary.

The same keys go into the MP4's metadata and into PNG text chunks. They are plain tags that anyone can strip;
they inform, they do not prove.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rushes import __version__
from rushes.contracts import Recipe

__all__ = [
    "COMPOSITE_SOURCE_TYPE",
    "SYNTHETIC_PARTS_SOURCE_TYPE",
    "DIGITAL_SOURCE_TYPE",
    "LABEL",
    "container_metadata",
    "is_labelled",
    "picture_text",
    "projection_text",
    "returned_metadata",
]

LABEL = "AI-generated"
DIGITAL_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""IPTC's term for media made by a trained model."""
COMPOSITE_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's term for media that such media are a part of."""
SYNTHETIC_PARTS_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"
"""IPTC's term for media of which a part is made by a computer, not by a trained model."""
_TYPES = (DIGITAL_SOURCE_TYPE, COMPOSITE_SOURCE_TYPE, SYNTHETIC_PARTS_SOURCE_TYPE)
_CARRIED = ("ai_generated", "digitalSourceType", "model", "generator", "model_sha256", "seed", "recipe_sha256", "take")


def container_metadata(recipe: Recipe, take_id: str, model_name: str) -> dict[str, str]:
    """Metadata of a take's clip: title, a sentence for people, and keys for programs."""
    keys = _keys(recipe, take_id, model_name)
    return {
        "title": f"{recipe.shot} · take {take_id}",
        "comment": f"{LABEL} video. Made with Rushes by {model_name}, seed {recipe.seed}, "
        f"from a 3D blockout. Recipe {recipe.hash}.",
        **keys,
    }


def picture_text(recipe: Recipe, take_id: str, model_name: str) -> dict[str, str]:
    """Text chunks for a PNG made from a take (poster, strip, frames)."""
    keys = _keys(recipe, take_id, model_name)
    return {
        "Title": f"{recipe.shot} · take {take_id}",
        "Description": f"{LABEL} picture, made by {model_name}, seed {recipe.seed}.",
        "Software": keys["software"],
        **{k: v for k, v in keys.items() if k != "software"},
    }


def projection_text(recipes: Sequence[tuple[Recipe, str]], title: str) -> dict[str, str]:
    """Metadata of a clip, and text chunks of a PNG, that show takes ((recipe, take id) of each) thrown onto a scene."""
    return {
        "title": title,
        "comment": f"{LABEL} pictures on a 3D scene. Made with Rushes.",
        "ai_generated": "true",
        "digitalSourceType": COMPOSITE_SOURCE_TYPE,
        "generator": ", ".join(dict.fromkeys(r.generator for r, _ in recipes)),
        "recipe_sha256": ", ".join(r.hash for r, _ in recipes),
        "take": ", ".join(take for _, take in recipes),
        "software": f"Rushes {__version__}",
    }


def returned_metadata(
    title: str, treatment: str, source: Mapping[str, str], made: str | None = None, **more: str
) -> dict[str, str]:
    """Metadata of a clip that was treated: the label of what was sent stays; `made` is the source type of what the
    treatment itself generated, None for nothing. `more` are keys for programs."""
    keys = {"title": title, "software": f"Rushes {__version__}", "treatment": treatment, **more}
    if is_labelled(source):
        keys.update({k: source[k] for k in _CARRIED if k in source})
        return {**keys, "comment": f"{LABEL} video, treated ({treatment}) with Rushes."}
    if made is None:
        return {**keys, "comment": f"Treated ({treatment}) with Rushes; nothing in it was generated."}
    words = f"{LABEL} frames" if made == SYNTHETIC_PARTS_SOURCE_TYPE else f"{LABEL} video"
    return {**keys, "comment": f"{words}: {treatment}, with Rushes.", "ai_generated": "true", "digitalSourceType": made}


def _keys(recipe: Recipe, take_id: str, model_name: str) -> dict[str, str]:
    return {
        "ai_generated": "true",
        "digitalSourceType": DIGITAL_SOURCE_TYPE,
        "model": model_name,
        "generator": recipe.generator,
        "model_sha256": recipe.model.sha256,
        "seed": str(recipe.seed),
        "recipe_sha256": recipe.hash,
        "take": take_id,
        "software": f"Rushes {__version__}",
    }


def is_labelled(metadata: Mapping[str, str]) -> bool:
    """Whether metadata read from a clip or picture says that it is AI-generated."""
    return metadata.get("ai_generated") == "true" and metadata.get("digitalSourceType") in _TYPES
