"""A live look as a host uses it: push what changes, take the newest picture. Standard library only.

with LiveLook.start(client, LookRequest(blend=path)) as look:
    look.update(view=camera)            # from a timer: returns at once, the newest wins
    found = look.picture()              # PNG bytes when there is a newer one, else None
"""

from __future__ import annotations

from types import TracebackType

from rushes.client.client import Client
from rushes.contracts.camera import CameraFrame
from rushes.contracts.look import LookRequest, LookStatus, LookUpdate
from rushes.errors import InputError, RushesError, from_dict

__all__ = ["LiveLook"]


class LiveLook:
    """One session. Calls block no longer than they say; use it from one thread at a time."""

    def __init__(self, client: Client, status: LookStatus) -> None:
        self._client = client
        self.status = status
        """As last heard."""
        self.number = 0
        """Of the newest picture taken."""

    @classmethod
    def start(cls, client: Client, request: LookRequest) -> LiveLook:
        """Start a session; the first picture comes when Blender and the model are up."""
        return cls(client, client.start_look(request))

    @property
    def page(self) -> str:
        """Address of the look's page on this machine; a secret."""
        return self._client.look_page(self.status.id)

    def update(
        self,
        *,
        view: CameraFrame | None = None,
        camera: str | None = None,
        frame: int | None = None,
        brief: dict[str, str] | None = None,
        seed: int | None = None,
        object_seeds: dict[str, int] | None = None,
        reload: bool = False,
    ) -> None:
        """Change what is given; see `LookUpdate`. InputError when the session has ended."""
        change = LookUpdate(camera, frame, view, brief, seed, object_seeds, reload)
        self.status = self._client.update_look(self.status.id, change)

    def picture(self, wait: float = 0.0) -> bytes | None:
        """The newest picture (PNG) if there is one that was not taken yet, at most `wait` seconds later; else None."""
        found = self._client.look_picture(self.status.id, after=self.number, wait=wait)
        if found is None:
            return None
        self.number = found[0]
        return found[1]

    def refresh(self, wait: float = 0.0) -> LookStatus:
        """How it stands; with `wait`, as soon as anything changed. Raises the error that ended it."""
        after = self.status.sequence if wait else -1
        self.status = self._client.look_status(self.status.id, after=after, wait=wait)
        if self.status.error is not None:
            raise from_dict(self.status.error)
        return self.status

    def stop(self) -> None:
        """End it. One that has ended already is no error."""
        try:
            self.status = self._client.stop_look(self.status.id)
        except InputError:
            pass  # the engine has forgotten it

    def __enter__(self) -> LiveLook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        except RushesError:
            if value is None:
                raise
