"""What hosts import: find or start the engine, submit jobs, poll them. Standard library only."""

from rushes.client.client import Client, result_of
from rushes.client.discovery import EngineRecord, discover, read_record
from rushes.client.home import EngineHome, rushes_home
from rushes.client.ids import new_job_id, new_take_id
from rushes.client.launcher import connect, ensure_engine
from rushes.client.look import LiveLook
from rushes.client.remote import remote
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
    "new_take_id",
    "read_record",
    "remote",
    "result_of",
    "rushes_home",
]
