"""Rushes turns a 3D blockout into shots.

This module stays empty of imports on purpose: hosts (Blender, Resolve) import
`rushes.client` and `rushes.contracts` with the standard library alone.
"""

__version__ = "0.1.0"
