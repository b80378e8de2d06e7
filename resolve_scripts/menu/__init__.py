"""What the Scripts menu starts: `main(action, globals(), stamp)`."""

from resolve_scripts.menu.entry import main

__all__ = ["main"]
