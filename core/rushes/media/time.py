"""Exact rates and SMPTE timecode: see `rushes.contracts.timecode`, which hosts use too."""

from rushes.contracts.timecode import COMMON_RATES, Timecode, parse_rate, rate_from_blender

__all__ = ["COMMON_RATES", "Timecode", "parse_rate", "rate_from_blender"]
