"""Timeline spaces: display-referred Rec.709 into them and back, with OpenColorIO's built-in ACES 1.3 studio config.

Takes are display-referred video, and their grades are judged on a Rec.709 display, so every space is reached from
"Rec.709 Gamma 2.4" by a transform that the project's output transform inverts:

- Rec.709: no transform.
- colorimetric (DaVinci YRGB Color Managed, Input DRT and Output DRT "None"): the code to the power 2.4, BT.709
  primaries to the space's (Bradford from D65 to ACES white for ACEScct), the space's log curve.
- ACES 1.x and 2.0 (colour science ACEScct): Resolve's Rec.709 input transforms are the inverse output transforms
  (it calls them InvRRTODT and InvOutput), so the code goes backwards through the ACES output transform.

The curve of a DRT other than "None" is not public: a project that uses one cannot be modelled, and hosts say so.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - the name its own documentation gives it
from numpy.typing import NDArray

from rushes.contracts import Rendering, TimelineSpace

__all__ = ["CONFIG", "REC709", "Colours", "Working", "apply", "config", "ocio", "processor"]

Colours = NDArray[np.float32]
"""(..., 3) float32 R, G, B codes of some space."""

CONFIG = "studio-config-v2.1.0_aces-v1.3_ocio-v2.3"
"""Built into OpenColorIO 2.3 and later; pinned, so that the same grade gives the same file."""

_NAMES = {TimelineSpace.DAVINCI: "DaVinci Intermediate WideGamut", TimelineSpace.ACESCCT: "ACEScct"}
_OUTPUTS = {
    Rendering.ACES_1: "ACES-OUTPUT - ACES2065-1_to_CIE-XYZ-D65 - SDR-VIDEO_1.0",
    Rendering.ACES_2: "ACES-OUTPUT - ACES2065-1_to_CIE-XYZ-D65 - SDR-100nit-REC709_2.0",
}
_FORWARD, _INVERSE = ocio.TRANSFORM_DIR_FORWARD, ocio.TRANSFORM_DIR_INVERSE


@functools.cache
def config() -> ocio.Config:
    """The studio config, without its processor cache: that knows a 3D table by its size and its corners alone, and
    would answer for one LUT with another."""
    made = ocio.Config.CreateFromBuiltinConfig(CONFIG)
    made.setProcessorCacheFlags(ocio.PROCESSOR_CACHE_OFF)
    return made


def processor(transform: ocio.Transform) -> ocio.CPUProcessor:
    """A transform ready for float32 pixels, without approximations."""
    made = config().getProcessor(transform)
    return made.getOptimizedCPUProcessor(ocio.BIT_DEPTH_F32, ocio.BIT_DEPTH_F32, ocio.OPTIMIZATION_LOSSLESS)


def apply(cpu: ocio.CPUProcessor, colours: NDArray[np.floating]) -> Colours:
    """The colours through the processor; what was given stays as it is."""
    out = np.array(colours, np.float32, order="C")
    cpu.applyRGB(out.reshape(-1, 3))
    return out


def _gamma(direction: ocio.TransformDirection) -> ocio.Transform:
    """Code to light by the power 2.4, mirrored below black so that nothing is lost on the way."""
    power = [2.4, 2.4, 2.4, 1.0]
    return ocio.ExponentTransform(value=power, negativeStyle=ocio.NEGATIVE_MIRROR, direction=direction)


@dataclass(frozen=True)
class Working:
    """A timeline space in a project of some rendering."""

    space: TimelineSpace
    rendering: Rendering = Rendering.COLORIMETRIC

    @classmethod
    def of(cls, space: TimelineSpace, rendering: Rendering | None = None) -> Working:
        """The pair, with what means nothing taken out: only ACEScct projects have output transforms of ACES."""
        if space is not TimelineSpace.ACESCCT or rendering is None:
            return cls(space)
        return cls(space, rendering)

    @property
    def display(self) -> bool:
        """True for Rec.709 itself."""
        return self.space is TimelineSpace.REC709

    @property
    def tone_mapped(self) -> bool:
        """True when an output transform lies between the space and the display."""
        return self.rendering is not Rendering.COLORIMETRIC

    @property
    def label(self) -> str:
        """For people: "acescct", "acescct (aces_2)"."""
        return f"{self.space.value} ({self.rendering.value})" if self.tone_mapped else self.space.value

    def transform(self) -> ocio.Transform:
        """Display-referred Rec.709 code → code of the space."""
        group = ocio.GroupTransform()
        if self.display:
            return group
        if self.tone_mapped:
            group.appendTransform(ocio.BuiltinTransform("DISPLAY - CIE-XYZ-D65_to_REC.1886-REC.709", _INVERSE))
            group.appendTransform(ocio.BuiltinTransform(_OUTPUTS[self.rendering], _INVERSE))
            group.appendTransform(ocio.ColorSpaceTransform(src="ACES2065-1", dst=_NAMES[self.space]))
            return group
        group.appendTransform(_gamma(_FORWARD))
        group.appendTransform(ocio.ColorSpaceTransform(src="Linear Rec.709 (sRGB)", dst=_NAMES[self.space]))
        return group

    def inverse(self) -> ocio.Transform:
        """Code of the space → Rec.709 code; not clipped unless an output transform does it."""
        group = self.transform()
        group.setDirection(_INVERSE)
        return group

    def from_display(self, codes: NDArray[np.floating]) -> Colours:
        """(..., 3) Rec.709 gamma 2.4 codes → codes of the space. Tone-mapped: the codes are clipped to 0..1."""
        return apply(_pair(self)[0], np.clip(codes, 0.0, 1.0) if self.tone_mapped else codes)

    def to_display(self, codes: NDArray[np.floating]) -> Colours:
        """(..., 3) codes of the space → Rec.709 gamma 2.4 codes, beyond 0..1 where the display would clip."""
        return apply(_pair(self)[1], codes)


REC709 = Working(TimelineSpace.REC709)


@functools.cache
def _pair(working: Working) -> tuple[ocio.CPUProcessor, ocio.CPUProcessor]:
    return processor(working.transform()), processor(working.inverse())
