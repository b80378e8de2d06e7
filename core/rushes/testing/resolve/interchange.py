"""To be filled: methods of the interchange area."""

from __future__ import annotations

from rushes.testing.resolve.base import ApiObject


class InterchangePool(ApiObject):
    """Methods of the interchange area."""

class InterchangeTimeline(ApiObject):
    """Methods of the interchange area."""

class InterchangeResolve(ApiObject):
    """Methods of the interchange area."""
