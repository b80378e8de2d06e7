"""What moves: cranes, boats, traffic, people."""

from __future__ import annotations

import math
from typing import Any

import blocks as b
import mathutils
from stage import LENGTH, Stage, heading, keys, place

__all__ = ["PARTS"]


def _cranes(s: Stage) -> None:
    for k, (y, color, turn) in enumerate(
        ((52, "crane yellow", 78), (99, "crane blue", 118), (131, "crane yellow", 62))
    ):
        s.put(
            "Props",
            f"Crane {k + 1} Portal",
            (b.gantry(9.0, 6.4, 9.0), color),
            (5.0, y, 0),
            90,
            prompt="harbour crane",
            object_class="prop",
        )
        top = s.put(
            "Props",
            f"Crane {k + 1} Jib",
            (b.jib(18.0, 15.5), color),
            (5.0, y, 10.0),
            turn,
            prompt="harbour crane",
            object_class="prop",
        )
        cable = b.join(b.box(0.14, 0.14, 15.0, (0, 0, 2.6)), b.box(2.4, 5.2, 2.5))
        load = s.put("Props", f"Crane {k + 1} Load", (cable, "container red"), (0, 17.8, -2.2), object_class="prop")
        load.parent = top
        if k == 0:
            keys(top, "rotation_euler", {1: (0, 0, heading(turn)), 3 * LENGTH: (0, 0, heading(turn + 22))})
            keys(load, "location", {LENGTH + 1: (0, 17.8, -2.2), 2 * LENGTH: (0, 17.8, -3.4)})


def _boats(s: Stage) -> None:
    fleet: tuple[tuple[str, Any, str, tuple[float, float, float], float, str], ...] = (
        ("Trawler Red", b.boat(5.0, 16.5, 6.6), "boat red", (-3.7, 40.0, -2.7), 0, "red fishing trawler"),
        ("Cutter Teal", b.boat(3.9, 12.0, 5.0), "boat teal", (-10.4, 60.6, -2.5), -84, "teal fishing cutter"),
        ("Cutter White", b.boat(3.6, 11.0, 4.8), "boat white", (-3.0, 23.0, -2.5), 180, "white fishing cutter"),
        ("Cutter Ochre", b.boat(3.4, 10.5, 4.6), "ochre", (-3.0, -9.0, -2.5), 0, "fishing cutter"),
        ("Trawler Black", b.boat(5.6, 19.0, 7.4), "boat black", (-4.0, 92.0, -2.8), 0, "fishing trawler"),
        (
            "Barge",
            b.join(b.skiff(7.0, 34.0, 2.4), b.box(5.0, 4.5, 3.2, (0, -13, 2.4))),
            "rust",
            (-4.9, 128.0, -2.6),
            0,
            "river barge",
        ),
        ("Sloop", b.sloop(3.1, 10.0, 13.5), "boat white", (-15.5, 70.4, -2.4), 96, "sailing boat"),
        ("Sloop Far", b.sloop(3.1, 10.0, 12.5), "boat teal", (-38.0, 92.0, -2.4), 160, "sailing boat"),
        ("Skiff", b.skiff(1.7, 4.6, 0.8), "cream", (-20.6, 15.6, -2.25), -68, "rowing boat"),
        ("Skiff Grey", b.skiff(1.7, 4.4, 0.8), "car grey", (-1.6, 13.6, -2.25), 4, "rowing boat"),
        ("Tug", b.boat(5.2, 15.0, 7.0), "car green", (-34.0, 126.0, -2.8), 150, "harbour tug"),
        (
            "Ferry",
            b.join(
                b.skiff(13.0, 60.0, 6.0),
                b.box(11, 40, 5, (0, -4, 6)),
                b.box(8, 22, 3.5, (0, -2, 11)),
                b.box(3, 3, 4, (0, -10, 14.5)),
            ),
            "boat white",
            (-66.0, 236.0, -3.5),
            74,
            "ferry",
        ),
    )
    for k, (name, shape, color, at, yaw, words) in enumerate(fleet):
        made = s.put("Props", name, (shape, color), at, yaw, prompt=words, object_class="prop")  # not a car: no wheels
        turn = heading(yaw)
        if name in ("Tug", "Skiff"):
            way = mathutils.Vector((-math.sin(turn), math.cos(turn), 0.0)) * (9.0 if name == "Tug" else 4.0)
            keys(made, "location", {1: place(at), 3 * LENGTH: tuple(mathutils.Vector(place(at)) + way)}, "LINEAR")
            if name == "Skiff":
                rower = s.put(
                    "Characters",
                    "Rower",
                    (b.figure(1.25, 2), "mustard"),
                    (0, -0.6, 0.55),
                    prompt="rower",
                    object_class="character",
                )
                rower.parent = made
        elif name != "Ferry":
            # A slow roll, half a period a shot; neighbours out of step.
            sign = -1 if k % 2 else 1
            roll = {1 + LENGTH // 2 * n: (0.0, math.radians(1.4) * sign * (1 if n % 2 else -1), turn) for n in range(7)}
            keys(made, "rotation_euler", roll)


def _traffic(s: Stage) -> None:
    cars = (
        ("Saloon Grey", "car grey", 27.0, 7.6, 180),
        ("Saloon Green", "car green", 27.0, 21.0, 180),
        ("Saloon Cream", "car cream", 27.0, 33.4, 180),
        ("Saloon Red", "car red", 27.0, 92.0, 180),
        ("Saloon Navy", "navy", 20.9, 84.0, 0),
        ("Saloon White", "van white", 20.9, 66.0, 0),
        ("Saloon Ochre", "ochre", 27.0, -27.0, 180),
        ("Saloon Slate", "slate", 20.9, -20.8, 0),
        ("Saloon Teal", "boat teal", 20.9, 46.0, 0),
    )
    shape = b.car(1.8, 4.3, 1.5)
    for name, color, x, y, yaw in cars:
        s.put("Vehicles", name, (shape, color), (x, y, 0.05), yaw)
    van = s.put(
        "Vehicles",
        "Delivery Van",
        (b.truck(2.1, 5.6, 2.5), "van white"),
        (22.4, 13, 0.05),
        0,
        prompt="delivery van",
        object_class="vehicle",
    )
    keys(van, "location", {1: place((22.4, 13.0, 0.05)), 3 * LENGTH: place((22.4, 43.0, 0.05))}, "LINEAR")
    taxi = s.put("Vehicles", "Taxi", (shape, "crane yellow"), (25.2, 84, 0.05), 180)
    keys(taxi, "location", {1: place((25.2, 84.0, 0.05)), 3 * LENGTH: place((25.2, 49.0, 0.05))}, "LINEAR")
    flatbed = b.join(
        b.box(2.4, 6.2, 0.5, (0, -1.0, 0.6)),
        b.box(2.3, 1.9, 2.4, (0, 3.1, 0.25), 0.9),
        b.box(1.6, 7.0, 0.6, (0, 0, 0.0)),
    )
    lorry = s.put(
        "Vehicles",
        "Flatbed Lorry",
        (flatbed, "steel"),
        (16.9, 39.6, 0),
        205,
        prompt="flatbed lorry",
        object_class="vehicle",
    )
    for k, y in enumerate((-3.0, -1.5, 0.2)):
        crate = s.put("Props", f"Lorry Crate {k + 1}", (b.box(1.5, 1.3, 1.2), "crate"), (0, y, 1.1))
        crate.parent = lorry


def _people(s: Stage) -> None:
    walkers = (
        # name, height, form, colour, from, to over the whole scene
        ("Woman Mustard Coat", 1.70, 2, "mustard", (21.6, -1.6), (21.4, 4.6)),
        ("Docker Navy", 1.82, 1, "navy", (29.9, 5.4), (29.7, -0.8)),
        ("Clerk Grey", 1.76, 1, "coat grey", (30.0, 15.0), (29.6, 9.2)),
        ("Woman Burgundy", 1.66, 2, "burgundy", (29.1, 13.2), (29.0, 18.6)),
        ("Sailor", 1.80, 1, "navy", (18.4, 9.4), (15.8, 14.6)),
        ("Fishwife", 1.62, 2, "olive", (26.6, 37.4), (20.6, 39.0)),
        ("Porter", 1.78, 1, "olive", (4.6, 30.0), (4.2, 35.2)),
        ("Stroller", 1.72, 2, "coral", (20.0, -24.0), (20.0, -17.4)),
        ("Night Clerk", 1.80, 1, "coat grey", (29.4, -16.0), (29.6, -22.0)),
        ("Late Guest", 1.70, 2, "coral", (26.2, -17.8), (22.0, -10.2)),
        ("Mate", 1.84, 1, "tarred", (9.8, -4.4), (8.4, -10.4)),
    )
    for name, h, form, color, start, end in walkers:
        z = 0.05 if 20 < start[0] < 28 else 0.17 if start[0] >= 28 or start[0] > 18.6 else 0.0
        yaw = math.degrees(math.atan2(-(end[0] - start[0]), end[1] - start[1]))
        made = s.put(
            "Characters",
            name,
            (b.figure(h, form), color),
            (*start, z),
            yaw,
            prompt=name.lower(),
            object_class="character",
        )
        keys(made, "location", {1: place((*start, z)), 3 * LENGTH: place((*end, z))}, "LINEAR")
    standing = (
        ("Angler", 1.74, 0, "olive", 1.9, 27.5),
        ("Crane Foreman", 1.80, 1, "mustard", 9.4, 43.6),
        ("Deckhand", 1.76, 1, "coral", 1.8, 41.6),
        ("Boy", 1.34, 2, "slate", 2.3, 28.4),
        ("Couple Left", 1.80, 1, "tarred", 16.3, 10.6),
        ("Couple Right", 1.66, 2, "burgundy", 16.9, 10.2),
        ("Stall Keeper", 1.70, 1, "navy", 37.0, 70.6),
        ("Shopper 1", 1.66, 2, "cream", 35.8, 67.6),
        ("Shopper 2", 1.78, 0, "slate", 32.8, 66.4),
        ("Watchman", 1.80, 1, "navy", 18.4, 35.6),
    )
    for name, h, form, color, x, y in standing:
        s.put(
            "Characters",
            name,
            (b.figure(h, form), color),
            (x, y, 0.17 if x > 28 else 0.0),
            25 * len(name),
            prompt=name.lower(),
            object_class="character",
        )


PARTS = (_cranes, _boats, _traffic, _people)
"""What `make_demo` calls, in order."""
