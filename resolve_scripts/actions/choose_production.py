"""Which production the open Resolve project belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.desk import is_production
from resolve_scripts.host.choose import ask_folder
from resolve_scripts.host.session import Session
from resolve_scripts.store import Store
from rushes.errors import InputError, ProductionError

__all__ = ["ACTION", "production_folder"]


def production_folder(text: str) -> str:
    """The production that a folder is, or lies in, absolute. ProductionError `production.missing`."""
    folder = Path(text).expanduser()
    for place in (folder, *folder.parents):
        if is_production(str(place)):
            return str(place.absolute())
    raise ProductionError(
        f"{folder} holds no production.",
        code="production.missing",
        hint="Choose the folder that was made by Rushes in Blender or with `rushes new`; production.json lies in it.",
        details={"path": str(folder)},
    )


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """Ask, check, remember. The option "folder" replaces the dialog."""
    store: Store = getattr(desk, "store", None) or Store(Path(desk.home).parent.parent)
    project = session.project()
    settings = store.settings()
    known = settings.projects.get(project.GetUniqueId(), "")
    chosen = options.get("folder") or ask_folder(session, known or settings.last or str(Path.home()))
    if chosen is None:
        raise InputError(
            "No dialog could be opened here.",
            code="resolve.no_dialog",
            hint="Name the production in a terminal: rushes resolve production FOLDER",
        )
    if not chosen:
        return Outcome("No production was chosen; everything stays as it was.")
    folder = production_folder(chosen)
    if folder == known:
        return Outcome(f"{project.GetName()} belongs to {folder} already.")
    store.bind(project.GetUniqueId(), folder)
    return Outcome(
        f"{project.GetName()} now belongs to the production {folder}.", done=1, details={"production": folder}
    )


ACTION = Action(
    "choose_production",
    "Choose Production",
    "Sets which production the open Resolve project belongs to.",
    run,
    options={"folder": "Folder of the production [a dialog asks]"},
)
