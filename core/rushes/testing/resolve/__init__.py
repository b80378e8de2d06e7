"""A double of DaVinci Resolve's scripting API. Not Resolve: see `rules` for what it plays and who measured it."""

from rushes.testing.resolve.profiles import FREE, PROFILES, SCRIPTED, STUDIO, Profile, Quirks, profile
from rushes.testing.resolve.rules import RULES, Rule
from rushes.testing.resolve.simulator import Simulator

__all__ = ["FREE", "PROFILES", "RULES", "SCRIPTED", "STUDIO", "Profile", "Quirks", "Rule", "Simulator", "profile"]
