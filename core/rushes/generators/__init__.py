"""Generators: one family a file, behind one protocol, found through the registry."""
