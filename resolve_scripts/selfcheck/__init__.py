"""Runs inside a real Resolve and tells where it behaves otherwise than our double of it.

Whoever has a Resolve runs the menu entry Self-Check; the report says which rules held. `rules.json` are the double's
rules, written by `tools/resolve_selfcheck.py`.
"""
