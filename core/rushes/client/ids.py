"""Names that a client gives to jobs and takes before it asks for them, so that asking twice makes one."""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timezone

__all__ = ["new_job_id", "new_take_id"]

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: nothing that is misread aloud


def new_job_id() -> str:
    """A name for a job: its time, then chance; sorts by age and is legal in every file system."""
    return time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(4)


def new_take_id() -> str:
    """A fresh id that sorts by time to a millisecond: `261120-104553-7k2q9d`."""
    now = datetime.now(timezone.utc)
    part = now.microsecond * 1024 // 1_000_000
    tail = "".join(secrets.choice(_LETTERS) for _ in range(4))
    return f"{now:%y%m%d-%H%M%S}-{_LETTERS[part // 32]}{_LETTERS[part % 32]}{tail}"
