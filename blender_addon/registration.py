"""What the extension registers, in order; taken back in the other order."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import bpy

__all__ = ["MODULES", "classes", "register", "unregister"]

MODULES = (
    "props",
    "prefs",
    "host.images",
    "host.fingerprint",
    "host.overlay",
    "ops.production",
    "ops.demo",
    "ops.generate",
    "ops.queue",
    "ops.shots",
    "ops.brief",
    "ops.takes",
    "ops.bring",
    "ops.explored",
    "ops.library",
    "ops.project",
    "ops.coverage",
    "ops.bake",
    "ops.blocks",
    "ops.setup",
    "ops.resolve",
    "ui.production",
    "ui.shots",
    "ui.brief",
    "ui.look",
    "ui.model",
    "ui.queue",
    "ui.takes",
    "ui.project",
    "ui.projection_more",
    "ui.directions",
    "ui.blocks",
    "ui.sequencer",
)
"""Modules with a tuple CLASSES; some also have `start()` and `stop()` for what is not a class."""


def _modules() -> list[Any]:
    return [import_module(f"{__package__}.{name}") for name in MODULES]


def classes() -> tuple[type, ...]:
    """All classes that are registered with Blender."""
    return tuple(cls for module in _modules() for cls in module.CLASSES)


def register() -> None:
    """Register classes, properties, handlers and the timer."""
    from . import props, runtime

    done: list[type] = []
    try:
        for cls in classes():
            bpy.utils.register_class(cls)
            done.append(cls)
    except Exception:
        for cls in reversed(done):  # half an add-on must not stay
            bpy.utils.unregister_class(cls)
        raise
    props.attach()
    runtime.start()
    for module in _modules():
        getattr(module, "start", _nothing)()


def unregister() -> None:
    """Take all of it back. Jobs and the engine go on."""
    from . import props, runtime

    for module in reversed(_modules()):
        getattr(module, "stop", _nothing)()
    runtime.stop()
    props.detach()
    for cls in reversed(classes()):
        bpy.utils.unregister_class(cls)


def _nothing() -> None:
    pass
