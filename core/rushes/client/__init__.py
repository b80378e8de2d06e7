"""What hosts import: find or start the engine, submit jobs, poll them. Standard library only."""

from rushes.client.client import Client, new_job_id, result_of
from rushes.client.discovery import EngineRecord, discover, read_record
from rushes.client.home import EngineHome, rushes_home
from rushes.client.launcher import connect, ensure_engine
from rushes.client.look import LiveLook
from rushes.client.transport import HttpTransport, Reply, Transport

__all__ = [
    "Client",
    "EngineHome",
    "EngineRecord",
    "HttpTransport",
    "LiveLook",
    "Reply",
    "Transport",
    "connect",
    "discover",
    "ensure_engine",
    "new_job_id",
    "read_record",
    "result_of",
    "rushes_home",
]
