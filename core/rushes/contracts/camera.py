"""A shot's camera, frame by frame, as Blender has it (camera looks along its local -Z, Y up)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rushes.contracts.geometry import Matrix4, Size

__all__ = ["CameraFrame", "CameraTrack", "Intrinsics"]


@dataclass(frozen=True)
class Intrinsics:
    """Pinhole values in pixels, x right and y down, pixel centres at +0.5.

    Perspective: `u = cx + fx·X/depth`, `v = cy - fy·Y/depth` for a camera-space point (X, Y, -depth).
    Orthographic: `u = cx + fx·X`, `v = cy - fy·Y` (fx, fy in pixels per metre).
    """

    fx: float
    fy: float
    cx: float
    cy: float
    orthographic: bool = False


@dataclass(frozen=True)
class CameraFrame:
    """One frame of a camera."""

    frame: int
    """Scene frame."""
    matrix_world: Matrix4
    """Camera to world, scale removed."""
    type: Literal["PERSP", "ORTHO"]
    lens: float
    """Focal length in mm (perspective)."""
    ortho_scale: float
    """Width or height of the view in metres, per sensor fit (orthographic)."""
    sensor_width: float
    """mm"""
    sensor_height: float
    """mm"""
    sensor_fit: Literal["AUTO", "HORIZONTAL", "VERTICAL"]
    shift_x: float
    """Lens shift in units of the fitted sensor dimension."""
    shift_y: float
    clip_start: float
    """metres"""
    clip_end: float
    """metres"""

    def intrinsics(self, size: Size, pixel_aspect: tuple[float, float] = (1.0, 1.0)) -> Intrinsics:
        """Pixels per unit and principal point at `size`.

        Follows Blender's `BKE_camera_params_compute_viewplane`: the fitted side is the larger of
        width·ax and height·ay for AUTO; shift moves the view by `shift · fitted side`.
        """
        ax, ay = pixel_aspect
        wide = size.width * ax >= size.height * ay
        fit = self.sensor_fit if self.sensor_fit != "AUTO" else ("HORIZONTAL" if wide else "VERTICAL")
        sensor = self.sensor_height if self.sensor_fit == "VERTICAL" else self.sensor_width
        side = size.width * ax if fit == "HORIZONTAL" else size.height * ay
        ortho = self.type == "ORTHO"
        scale = side / self.ortho_scale if ortho else self.lens * side / sensor
        return Intrinsics(
            fx=scale / ax,
            fy=scale / ay,
            cx=size.width / 2 - self.shift_x * side / ax,
            cy=size.height / 2 + self.shift_y * side / ay,
            orthographic=ortho,
        )


@dataclass(frozen=True)
class CameraTrack:
    """camera.json: the camera of a shot over its frames."""

    name: str
    resolution: Size
    pixel_aspect: tuple[float, float]
    rate: Fraction
    frames: tuple[CameraFrame, ...]
