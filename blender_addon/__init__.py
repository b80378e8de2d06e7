"""Rushes in Blender. Nothing is imported before Blender enables the extension."""

__all__ = ["register", "unregister"]


def register() -> None:
    """Called by Blender when the extension is enabled."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Called by Blender when the extension is disabled, and when Blender quits."""
    from . import registration

    registration.unregister()
