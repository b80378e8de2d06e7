"""To be filled: methods of the render area."""

from __future__ import annotations

from rushes.testing.resolve.base import ApiObject


class RenderProject(ApiObject):
    """Methods of the render area."""

class RenderResolve(ApiObject):
    """Methods of the render area."""
