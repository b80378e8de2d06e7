"""Cuts as files: what goes to an editor who cannot be reached by a script, and what comes back."""
