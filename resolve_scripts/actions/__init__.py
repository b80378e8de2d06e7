"""One action a file: read, plan, apply, check, tell."""
