"""To be filled: methods of the gallery area."""

from __future__ import annotations

from rushes.testing.resolve.base import ApiObject


class GalleryProject(ApiObject):
    """Methods of the gallery area."""

class GalleryTimeline(ApiObject):
    """Methods of the gallery area."""
