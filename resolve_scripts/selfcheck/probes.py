"""One probe for each habit of Resolve that can be looked at without a user and without rendering."""

from resolve_scripts.selfcheck import probes_media, probes_timeline
from resolve_scripts.selfcheck.probing import PROBES, Probe, Seen, Untried

__all__ = ["PROBES", "Probe", "Seen", "Untried", "probes_media", "probes_timeline"]
