"""Takes are finished pictures: only the view transform Standard shows them as they are."""

from __future__ import annotations

from typing import Any

__all__ = ["colour_note", "use_standard_view"]


def colour_note(scene: Any) -> str:
    """What changes the takes' colours in this scene's renders; empty when nothing does."""
    view = scene.view_settings
    if view.view_transform != "Standard":
        return f"The view transform {view.view_transform} changes the take's colours; Standard shows them as they are."
    plain = view.look in ("None", "") and abs(view.exposure) < 1e-6 and abs(view.gamma - 1.0) < 1e-6
    if not plain or view.use_curve_mapping:
        return "Look, exposure, gamma or curves of the view change the take's colours."
    return ""


def use_standard_view(scene: Any) -> None:
    """View transform Standard, no look, exposure 0, gamma 1, no curves."""
    view = scene.view_settings
    view.view_transform = "Standard"
    view.look = "None"
    view.exposure, view.gamma, view.use_curve_mapping = 0.0, 1.0, False
