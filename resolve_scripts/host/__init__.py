"""Resolve in and out: reads it into plain data, applies plans."""
