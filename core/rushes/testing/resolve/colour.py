"""To be filled: methods of the colour area."""

from __future__ import annotations

from rushes.testing.resolve.base import ApiObject


class ColourItem(ApiObject):
    """Methods of the colour area."""

class ColourProject(ApiObject):
    """Methods of the colour area."""

class ColourTimeline(ApiObject):
    """Methods of the colour area."""

class ColourMedia(ApiObject):
    """Methods of the colour area."""
