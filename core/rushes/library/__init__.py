"""Productions on disk: shots, takes and ratings. `take.json` is the truth, SQLite only an index over it."""

from rushes.library.about import Source
from rushes.library.production import Production
from rushes.library.protocol import Library

__all__ = ["Library", "Production", "Source"]
