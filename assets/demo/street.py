"""What stands still: ground, water, buildings, cargo, street furniture, trees."""

from __future__ import annotations

import blocks as b
from stage import WATER, Stage

__all__ = ["PARTS"]

_ROW: tuple[tuple[str, float, float, float, str, str], ...] = (
    # name, start along, length along, height, form, colour; fronts 31.5 m inland
    ("Ropery", -92.0, 14.0, 11.0, "box", "brick"),
    ("Gable House 1", -78.0, 9.0, 12.0, "gable", "ochre"),
    ("Chandlery", -69.0, 12.0, 10.0, "box", "pale grey"),
    ("Gable House 2", -57.0, 9.5, 14.0, "gable", "brick"),
    ("Counting House", -47.5, 12.0, 10.5, "box", "cream"),
    ("Gable House 3", -35.5, 9.0, 12.5, "gable", "rust"),
    ("Gable House 4", -26.5, 9.0, 14.0, "gable", "slate"),
    ("Seamens Home", -17.5, 15.5, 13.0, "stack", "ochre"),
    ("Gable House 5", -2.0, 8.5, 12.5, "gable", "cream"),
    ("Gable House 6", 6.5, 8.5, 14.5, "gable", "brick"),
    ("Gable House 7", 15.0, 8.5, 11.5, "gable", "sage"),
    ("Bonded Warehouse", 27.0, 15.0, 20.0, "box", "rust"),
    ("Sail Loft", 42.0, 11.0, 9.5, "box", "pale grey"),
    ("Gable House 8", 78.0, 9.0, 12.0, "gable", "ochre"),
    ("Gable House 9", 87.0, 9.0, 14.0, "gable", "slate"),
    ("Cold Store", 96.0, 18.0, 11.0, "box", "cream"),
    ("Harbour Trust", 114.0, 14.0, 26.0, "stack", "sage"),
    ("Gable House 10", 132.0, 9.0, 13.0, "gable", "rust"),
    ("Customs House", 141.0, 20.0, 15.0, "box", "pale grey"),
)

_BACK: tuple[tuple[float, float, float, float, float, str], ...] = (
    # inland, along, width, depth, height, colour
    (62, -70, 14, 18, 19, "pale grey"),
    (64, -42, 16, 14, 24, "slate"),
    (61, -18, 13, 16, 17, "brick"),
    (66, 6, 15, 15, 30, "concrete"),
    (62, 30, 14, 18, 22, "ochre"),
    (84, 62, 18, 20, 34, "haze grey"),
    (64, 92, 16, 14, 21, "brick"),
    (66, 118, 15, 18, 38, "concrete"),
    (63, 148, 16, 18, 24, "slate"),
    (92, -50, 20, 22, 28, "haze grey"),
    (94, 0, 18, 24, 40, "haze blue"),
    (92, 100, 20, 20, 46, "haze blue"),
)

_SKYLINE: tuple[tuple[float, float, float, float, float], ...] = (
    # inland (negative: over the water), along, width, depth, height; on the far shore
    (-330, 330, 34, 24, 13),
    (-286, 318, 26, 20, 20),
    (-252, 336, 22, 22, 15),
    (-222, 322, 20, 20, 34),
    (-198, 340, 26, 20, 24),
    (-172, 320, 18, 18, 46),
    (-150, 345, 24, 22, 30),
    (-128, 322, 16, 18, 62),
    (-110, 340, 20, 20, 40),
    (-92, 318, 18, 16, 28),
    (-74, 336, 18, 18, 72),
    (-54, 322, 22, 20, 36),
    (-32, 340, 16, 16, 54),
    (-14, 320, 20, 20, 24),
    (8, 338, 18, 18, 44),
    (30, 322, 26, 20, 20),
    (58, 336, 20, 20, 32),
    (86, 322, 30, 20, 16),
    (122, 334, 24, 22, 24),
    (160, 324, 34, 22, 13),
)


def _land(s: Stage) -> None:
    far = {"object_class": "ground"}
    s.put("Water", "Harbour Basin", (b.box(2400, 2000, 2), "water"), (-200, 350, WATER - 2), object_class="water")
    s.put("Ground", "Quay", (b.box(420, 330, 6), "quay stone"), (210, 25, -6), prompt="worn granite quay")
    s.put("Ground", "Quay Coping", (b.box(0.9, 330, 0.22), "coping"), (0.35, 25, 0))
    s.put("Ground", "Street", (b.box(8, 320, 0.05), "asphalt"), (24, 25, 0), prompt="harbour street")
    s.put("Ground", "House Pavement", (b.box(3.5, 320, 0.17), "pavement"), (29.75, 25, 0))
    s.put("Ground", "Quay Kerb", (b.box(1.4, 320, 0.17), "pavement"), (19.3, 25, 0))
    s.put("Ground", "Square", (b.box(26, 22, 0.12), "pavement"), (44.6, 66, 0))
    s.put("Ground", "Pier", (b.planks(22, 3.2), "planks"), (-10.7, 66, -0.75), object_class="ground")
    for k, x in enumerate((2.2, 7.8)):
        s.put("Ground", f"Crane Rail {k + 1}", (b.box(0.22, 240, 0.08), "steel"), (x, 60, 0))
    s.put("Ground", "Far Shore", (b.box(760, 240, 8), "far shore"), (-90, 420, -7.2), **far)
    bumps = [(260, 0, 150, 62), (60, 30, 170, 88), (-170, 0, 140, 48), (-330, 20, 120, 66)]
    s.put("Ground", "Hills", (b.hills(1100, 360, bumps, (44, 14)), "hill"), (-60, 640, WATER - 0.5), **far)


def _row(s: Stage) -> None:
    front = 31.5
    for name, start, length, height, form, color in _ROW:
        depth = 14.0 if form == "gable" else 17.0
        at = (front + depth / 2, start + length / 2, 0.0)
        if form == "gable":
            # The ridge runs away from the street, so the stepped row of gables faces it.
            s.put("Buildings", name, (b.gable(length, depth, height, 0.36), color), at, 90)
        elif form == "stack":
            s.put("Buildings", name, (b.box(depth, length, height * 0.62), color), at)
            upper = (b.box(depth * 0.7, length * 0.72, height * 0.38), color)
            s.put("Buildings", f"{name} Upper", upper, (at[0] + 1.5, at[1], height * 0.62))
        else:
            made = s.put("Buildings", name, (b.box(depth, length, height), color), at)
            s.put(
                "Buildings",
                f"{name} Roof Box",
                (b.box(4, 3.2, 2.0), "concrete"),
                (at[0] + 2, at[1] + 1.5, height),
                object_class="prop",
            )
            if name == "Customs House":
                bevel = made.modifiers.new("Soft Edges", "BEVEL")
                bevel.width, bevel.segments = 0.35, 2
    for k, (x, y, w, d, h, color) in enumerate(_BACK):
        s.put("Buildings", f"Back Block {k + 1:02}", (b.box(w, d, h), color), (x, y, 0))


def _landmarks(s: Stage) -> None:
    s.put("Buildings", "Church Nave", (b.gable(12, 24, 15, 0.45), "pale grey"), (64, 66, 0), 90)
    s.put("Buildings", "Church Tower", (b.box(7, 7, 27), "pale grey"), (49.5, 66, 0), prompt="church tower")
    s.put("Buildings", "Church Spire", (b.cone(9.6, 13, 4), "slate"), (49.5, 66, 27))
    sheds = ((-54, 34, 6.8, "shed green"), (78, 30, 7.2, "tarred"), (114, 32, 8.0, "shed green"))
    for k, (y, length, h, color) in enumerate(sheds):
        s.put(
            "Buildings",
            f"Transit Shed {k + 1}",
            (b.gable(8, length, h, 0.24), color),
            (14.2, y, 0),
            prompt="long timber shed",
        )
    s.put("Buildings", "Weigh House", (b.box(4.2, 5.4, 4.0), "rust"), (15.4, 33.0, 0))
    s.put("Buildings", "Weigh House Roof", (b.cone(8.2, 2.4, 4), "slate"), (15.4, 33.0, 4.0))
    s.put("Buildings", "Net Store", (b.gable(5.5, 8, 4.6, 0.3), "tarred"), (12.0, -19.0, 0))
    s.put("Buildings", "Kiosk", (b.cylinder(2.6, 2.7, 12), "sage"), (17.2, 13.0, 0))
    s.put("Buildings", "Kiosk Roof", (b.cone(3.5, 1.2, 12), "slate"), (17.2, 13.0, 2.7))
    for k in range(4):
        s.put(
            "Buildings",
            f"Silo {k + 1}",
            (b.cylinder(8, 25, 28), "concrete"),
            (10.5, 146 + 8.1 * k, 0),
            prompt="grain silo",
        )
    s.put("Buildings", "Silo Head House", (b.box(5, 33, 5), "concrete"), (10.5, 158, 25))
    s.put("Buildings", "Mill", (b.box(9, 12, 34), "haze grey"), (10.5, 180, 0))
    for k, (x, y, w, d, h) in enumerate(_SKYLINE):
        color = "haze blue" if k % 3 else "haze grey"
        s.put("Buildings", f"Skyline {k + 1:02}", (b.box(w, d, h), color), (x, y, 0.8), object_class="building")


def _cargo(s: Stage) -> None:
    kit = "Container Stack Kit"
    s.collection(kit, kit=True)
    shape = b.box(2.44, 6.06, 2.59)
    for k, color in enumerate(("container blue", "container red")):
        s.put(kit, f"Stack Container {k + 1}", (shape, color), (0, 0.12 * k, 2.6 * k), object_class="prop")
    spots = ((12.0, 48.6, 0), (14.8, 48.6, 180), (12.0, 55.6, 180), (14.8, 55.6, 0), (6.5, -31, 4), (15.4, 98.5, 90))
    for k, (x, y, yaw) in enumerate(spots):
        s.instance("Props", f"Container Stack {k + 1}", kit, (x, y, 0), yaw)
    loose = (
        (12.2, 2.5, 86, "container ochre"),
        (14.6, 23.5, 2, "container green"),
        (11.4, 24.0, 0, "container red"),
        (17.7, 56.2, 1, "container ochre"),
        (12.2, 40.6, 91, "container green"),
    )
    for k, (x, y, yaw, color) in enumerate(loose):
        s.put("Props", f"Container {k + 1}", (shape, color), (x, y, 0), yaw, prompt="shipping container")
    crate = s.mesh("Crate", b.box(1.1, 1.1, 1.0), "crate")
    small = s.mesh("Crate Small", b.box(0.7, 0.7, 0.65), "crate")
    tub = s.mesh("Barrel", b.barrel(), "barrel blue")
    heap = (
        (17.4, -3.4, 0, 12),
        (16.2, -3.0, 0, -6),
        (16.9, -3.2, 1.0, 30),
        (17.0, -1.6, 0, 4),
        (6.4, -17.0, 0, 3),
        (6.6, -15.6, 0, 14),
        (5.4, -16.4, 0, -8),
        (6.2, -16.4, 1.0, 22),
        (16.4, -14.6, 0, 7),
        (8.9, 16.5, 0, 9),
        (10.0, 17.1, 0, -14),
        (9.4, 16.7, 1.0, 20),
        (16.6, 28.6, 0, 3),
        (3.6, 42.0, 0, 8),
        (3.7, 40.7, 0, -11),
    )
    for k, (x, y, z, yaw) in enumerate(heap):
        s.put("Props", f"Crate {k + 1:02}", crate, (x, y, z), yaw)
    for k, (x, y, yaw) in enumerate(
        ((18.9, -2.3, 20), (16.3, -1.8, 41), (30.8, 8.6, 5), (30.7, 9.6, -8), (2.6, 36.0, 15))
    ):
        s.put("Props", f"Crate Small {k + 1}", small, (x, y, 0.17 if x > 18.7 else 0), yaw)
    for k, (x, y) in enumerate(
        (
            (17.6, 5.4),
            (16.9, 5.9),
            (17.5, 6.3),
            (12.2, 18.9),
            (12.9, 18.6),
            (3.4, 37.8),
            (4.1, 38.1),
            (3.6, 38.6),
            (18.1, 24.6),
        )
    ):
        s.put("Props", f"Barrel {k + 1}", tub, (x, y, 0))


def _furniture(s: Stage) -> None:
    bollard = b.join(b.cylinder(0.42, 0.5, 14), b.move(b.cylinder(0.6, 0.16, 14), z=0.5))
    row = s.put(
        "Props",
        "Bollards",
        (bollard, "boat black"),
        (1.35, -60, 0),
        prompt="iron mooring bollards",
        object_class="prop",
    )
    array = row.modifiers.new("Along The Quay", "ARRAY")
    array.use_relative_offset, array.use_constant_offset = False, True
    array.constant_offset_displace = (0.0, 8.0, 0.0)
    array.count = 30
    post = s.mesh("Lamp Post", b.lamp(5.6), "steel")
    for k in range(11):
        s.put("Props", f"Quay Lamp {k + 1:02}", post, (19.1, -46 + 20 * k, 0.17), -90)
        s.put("Props", f"Street Lamp {k + 1:02}", post, (28.7, -36 + 20 * k, 0.17), 90)
    bench = s.mesh("Bench", b.join(b.box(1.8, 0.5, 0.45), b.box(1.8, 0.1, 0.45, (0, -0.2, 0.45))), "planks")
    for k, (x, y, yaw) in enumerate(((2.6, 10, 90), (2.6, 20, 90), (30.9, 26, 90), (36.0, 58.5, 0), (42.0, 58.5, 0))):
        s.put("Props", f"Bench {k + 1}", bench, (x, y, 0.12 if x > 20 else 0), yaw)
    for k, (x, y, color) in enumerate(((34.5, 70.0, "coral"), (38.5, 72.5, "boat white"), (36.0, 74.6, "mustard"))):
        stall = b.join(
            b.box(2.4, 1.6, 0.9),
            *[b.box(0.1, 0.1, 2.2, (i * 1.1, j * 0.7, 0)) for i in (-1, 1) for j in (-1, 1)],
            b.box(3.0, 2.2, 0.25, (0, 0, 2.2), 0.7),
        )
        s.put(
            "Props",
            f"Market Stall {k + 1}",
            (stall, color),
            (x, y, 0.12),
            12 * k,
            prompt="market stall",
            object_class="prop",
        )
    for k, (x, y) in enumerate(((-28.8, 15.6), (-33, 60), (-26, 118))):
        buoy = b.join(
            b.move(b.crown(1.5, 1.1, 18), z=0), b.box(0.16, 0.16, 1.9, (0, 0, 0.9)), b.box(0.5, 0.5, 0.4, (0, 0, 2.4))
        )
        s.put(
            "Props",
            f"Buoy {k + 1}",
            (buoy, "buoy"),
            (x, y, WATER - 0.45),
            30,
            prompt="channel buoy",
            object_class="prop",
        )


def _trees(s: Stage) -> None:
    for kit, h, w, color in (("Plane Tree Kit", 8.0, 5.2, "leaves"), ("Lime Tree Kit", 6.4, 3.8, "leaves dark")):
        s.collection(kit, kit=True)
        s.put(kit, f"{kit[:-4]} Trunk", (b.cylinder(0.36, h * 0.5, 8), "trunk"), (0, 0, 0), object_class="vegetation")
        s.put(kit, f"{kit[:-4]} Crown", (b.crown(w, h * 0.66), color), (0, 0, h * 0.34), object_class="vegetation")
    places = (
        (35, 61.5),
        (40, 61.5),
        (45, 61.0),
        (35, 77 - 5.6),
        (41, 77 - 5.8),
        (30.6, 58.6),
        (30.6, 75.4),
        (30.5, 100),
        (30.5, 114),
        (30.5, 128),
    )
    for k, (x, y) in enumerate(places):
        s.instance("Vegetation", f"Plane Tree {k + 1:02}", "Plane Tree Kit", (x, y, 0.15), 37 * k % 360)
    for k, (x, y) in enumerate(
        ((30.4, 12.4), (30.4, 24.6), (30.4, 46.0), (17.9, 20.2), (10.6, 10.4), (16.6, -30.5), (17.2, 61.5))
    ):
        s.instance("Vegetation", f"Lime Tree {k + 1}", "Lime Tree Kit", (x, y, 0.1), 53 * k % 360)
    far = s.mesh("Far Tree", b.crown(11, 10.5, 14), "leaves dark")
    for k, x in enumerate((-312, -262, -238, -209, -186, -161, -139, -101, -83, -44, -3, 19, 46, 72, 101, 140)):
        s.put("Vegetation", f"Far Tree {k + 1:02}", far, (x, 305 + 7 * (k % 3), -0.5), object_class="vegetation")


PARTS = (_land, _row, _landmarks, _cargo, _furniture, _trees)
"""What `make_demo` calls, in order."""
