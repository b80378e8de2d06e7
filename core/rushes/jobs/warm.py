"""Models stay loaded between jobs; this makes sure that what is loaded is what is on disk now."""

from __future__ import annotations

from rushes.contracts import ModelRef
from rushes.generators.protocol import Generator
from rushes.jobs.registry import Services

__all__ = ["current_model"]


def current_model(services: Services, generator: Generator) -> ModelRef:
    """Hashes of the weights. Weights that changed on disk since they were loaded are let go, to be loaded again.

    Else a recipe would name the new files while the old ones made the take. ModelError as `Generator.model_ref`.
    """
    found = generator.model_ref()
    key = f"loaded model {generator.descriptor.id}"
    before = services.cache.get(key)
    if before is not None and before != found:
        generator.unload()
    services.cache[key] = found
    return found
