"""Lists of names that Resolve knows: colours, pages, settings, metadata fields, enum numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

__all__ = [
    "CLIP_COLORS",
    "CONSTANTS",
    "MARKER_COLORS",
    "METADATA",
    "PAGES",
    "PROPERTY_RANGES",
    "default_settings",
    "parse_rate_setting",
    "rate_setting",
    "typed_settings",
]

CLIP_COLORS = [
    "Orange",
    "Apricot",
    "Yellow",
    "Lime",
    "Olive",
    "Green",
    "Teal",
    "Navy",
    "Blue",
    "Purple",
    "Violet",
    "Pink",
    "Tan",
    "Beige",
    "Brown",
    "Chocolate",
]
MARKER_COLORS = [
    "Blue",
    "Cyan",
    "Green",
    "Yellow",
    "Red",
    "Pink",
    "Purple",
    "Fuchsia",
    "Rose",
    "Lavender",
    "Sky",
    "Mint",
    "Lemon",
    "Sand",
    "Cocoa",
    "Cream",
]
"""Of markers and flags."""
PAGES: dict[str, str] = {
    **dict.fromkeys(("media", "cut", "edit", "fusion", "color", "fairlight", "deliver"), "18.5"),
    "photo": "21.0",
}
"""Page → since."""

_FIELDS = """
Description, Comments, Keywords, People, Scene, Shot, Take, Angle, Move, Day / Night, Environment, Shot Type, Good
Take, Shoot Day, Date Recorded, Camera #, Roll Card #, Reel Number, Camera Type, Camera Manufacturer, Camera
Serial, Camera ID, Camera Notes, Camera TC Type, Camera Firmware, Shutter, Shutter Angle, ISO, White Point
(Kelvin), White Balance Tint, Lens Type, Lens Number, Lens Notes, Camera Aperture, Focal Point (mm), Distance,
Filter, ND Filter, Location, Unit Name, Unit Manager, Setup, Start Scene TC, Program Name, Episode #, Episode Name,
Production Name, Production Company, Director, Cinematographer, DOP, Producer, Script Supervisor, Location Manager,
Colorist, VFX Supervisor, VFX Shot #, VFX Notes, Reviewed By, Reviewers Notes, Review Date, Send to, Send to
Studio, Asset, Crew, Crew Comments, Dialog Notes, Sound Mixer, Sound Roll #, Audio Notes, Audio Media, Genre, Sub
Category, Group, Subclip, Aspect Ratio Notes, Color Space Notes, Gamma Notes, LUT Used, Compression Ratio, Format,
Codec Bitrate, Framing Chart, Monitor LUT, Continuity Reference, Category
"""
METADATA = frozenset(name.strip() for name in _FIELDS.replace("\n", " ").split(","))
"""Fields of the metadata panel that SetMetadata takes; a real panel has a few more."""

PROPERTY_RANGES: dict[str, tuple[Any, float | None, float | None]] = {
    "Pan": (0.0, -4.0, 4.0),
    "Tilt": (0.0, -4.0, 4.0),
    "ZoomX": (1.0, 0.0, 100.0),
    "ZoomY": (1.0, 0.0, 100.0),
    "ZoomGang": (True, None, None),
    "RotationAngle": (0.0, -360.0, 360.0),
    "AnchorPointX": (0.0, -4.0, 4.0),
    "AnchorPointY": (0.0, -4.0, 4.0),
    "Pitch": (0.0, -1.5, 1.5),
    "Yaw": (0.0, -1.5, 1.5),
    "FlipX": (False, None, None),
    "FlipY": (False, None, None),
    "CropLeft": (0.0, 0.0, 1.0),
    "CropRight": (0.0, 0.0, 1.0),
    "CropTop": (0.0, 0.0, 1.0),
    "CropBottom": (0.0, 0.0, 1.0),
    "CropSoftness": (0.0, -100.0, 100.0),
    "CropRetain": (False, None, None),
    "DynamicZoomEase": (0, 0, 3),
    "CompositeMode": (0, 0, 31),
    "Opacity": (100.0, 0.0, 100.0),
    "Distortion": (0.0, -1.0, 1.0),
    "RetimeProcess": (0, 0, 3),
    "MotionEstimation": (0, 0, 6),
    "Scaling": (0, 0, 4),
    "ResizeFilter": (0, 0, 12),
}
"""Key → default, least, most. Pan, Tilt, anchors and crops in widths or heights of the frame."""
IN_WIDTHS = frozenset({"Pan", "AnchorPointX", "CropLeft", "CropRight"})
IN_HEIGHTS = frozenset({"Tilt", "AnchorPointY", "CropTop", "CropBottom"})

_NAMES = """
 AUTO_CAPTION_AUTO AUTO_CAPTION_DANISH AUTO_CAPTION_DUTCH AUTO_CAPTION_ENGLISH AUTO_CAPTION_FRENCH
AUTO_CAPTION_GERMAN AUTO_CAPTION_ITALIAN AUTO_CAPTION_JAPANESE AUTO_CAPTION_KOREAN AUTO_CAPTION_MANDARIN_SIMPLIFIED
AUTO_CAPTION_MANDARIN_TRADITIONAL AUTO_CAPTION_NORWEGIAN AUTO_CAPTION_PORTUGUESE AUTO_CAPTION_RUSSIAN
AUTO_CAPTION_SPANISH AUTO_CAPTION_SWEDISH AUTO_CAPTION_SUBTITLE_DEFAULT AUTO_CAPTION_TELETEXT AUTO_CAPTION_NETFLIX
AUTO_CAPTION_LINE_SINGLE AUTO_CAPTION_LINE_DOUBLE CLOUD_SETTING_PROJECT_NAME CLOUD_SETTING_PROJECT_MEDIA_PATH
CLOUD_SETTING_IS_COLLAB CLOUD_SETTING_SYNC_MODE CLOUD_SETTING_IS_CAMERA_ACCESS CLOUD_SYNC_NONE
CLOUD_SYNC_PROXY_ONLY CLOUD_SYNC_PROXY_AND_ORIG AUDIO_SYNC_MODE AUDIO_SYNC_CHANNEL_NUMBER
AUDIO_SYNC_RETAIN_EMBEDDED_AUDIO AUDIO_SYNC_RETAIN_VIDEO_METADATA AUDIO_SYNC_WAVEFORM AUDIO_SYNC_TIMECODE
DLB_BLEND_SHOTS EXPORT_AAF EXPORT_DRT EXPORT_EDL EXPORT_FCP_7_XML EXPORT_FCPXML_1_8 EXPORT_FCPXML_1_9
EXPORT_FCPXML_1_10 EXPORT_HDR_10_PROFILE_A EXPORT_HDR_10_PROFILE_B EXPORT_TEXT_CSV EXPORT_TEXT_TAB
EXPORT_DOLBY_VISION_VER_2_9 EXPORT_DOLBY_VISION_VER_4_0 EXPORT_DOLBY_VISION_VER_5_1 EXPORT_OTIO EXPORT_ALE
EXPORT_ALE_CDL EXPORT_NONE EXPORT_AAF_NEW EXPORT_AAF_EXISTING EXPORT_CDL EXPORT_SDL EXPORT_MISSING_CLIPS
EXPORT_LUT_17PTCUBE EXPORT_LUT_33PTCUBE EXPORT_LUT_65PTCUBE EXPORT_LUT_PANASONICVLUT SUBTITLE_LANGUAGE
SUBTITLE_CAPTION_PRESET SUBTITLE_CHARS_PER_LINE SUBTITLE_LINE_BREAK SUBTITLE_GAP CACHE_AUTO_ENABLED CACHE_DISABLED
CACHE_ENABLED
"""
_TRANSFER = ("IN_QUEUE", "IN_PROGRESS", "SUCCESS", "FAIL", "NOT_FOUND")
_FIXED = {
    "KEYFRAME_MODE_ALL": 0,
    "KEYFRAME_MODE_COLOR": 1,
    "KEYFRAME_MODE_SIZING": 2,
    "AUDIO_SYNC_CHANNEL_AUTOMATIC": -1,
    "AUDIO_SYNC_CHANNEL_MIX": -2,
    **{
        f"CLOUD_SYNC_{name}": number
        for number, name in enumerate(
            (
                "DEFAULT",
                *(f"DOWNLOAD_{state}" for state in _TRANSFER),
                *(f"UPLOAD_{state}" for state in _TRANSFER),
                "SUCCESS",
            ),
            -1,
        )
    },
}
_SINCE = {"EXPORT_LUT": "19.0", "CACHE": "19.1"}

CONSTANTS: dict[str, tuple[int, str]] = {
    **{
        name: (4100 + number, next((since for start, since in _SINCE.items() if name.startswith(start)), "18.5"))
        for number, name in enumerate(_NAMES.split())
    },
    **{name: (number, "18.5") for name, number in _FIXED.items()},
    **{f"MARKER_{color.upper()}": (4400 + number, "19.0") for number, color in enumerate(MARKER_COLORS)},
}
"""`resolve.NAME` → (a number that nothing else has, since)."""

_RATES: dict[str, Fraction] = {
    **{
        str(rate): Fraction(rate)
        for rate in (16, 18, 24, 25, 30, 48, 50, 60, 72, 90, 95, 96, 100, 119.88, 120)
        if isinstance(rate, int)
    },
    "23.976": Fraction(24000, 1001),
    "29.97": Fraction(30000, 1001),
    "47.952": Fraction(48000, 1001),
    "59.94": Fraction(60000, 1001),
    "119.88": Fraction(120000, 1001),
}


def parse_rate_setting(text: str) -> tuple[Fraction, bool] | None:
    """ "29.97 DF" → (30000/1001, True); None for a rate that Resolve does not have."""
    drop = text.endswith(" DF")
    name = text[:-3] if drop else text
    rate = _RATES.get(name.removesuffix(".0"))
    if rate is None or (drop and rate.denominator == 1):
        return None
    return rate, drop


def rate_setting(rate: Fraction, drop: bool) -> str:
    """(30000/1001, True) → "29.97 DF". KeyError for a rate that Resolve does not have."""
    name = {value: key for key, value in _RATES.items()}[rate]
    return f"{name} DF" if drop else name


def default_settings(rate: str, size: tuple[int, int]) -> dict[str, Any]:
    """Settings of a new project; a real one has 158."""
    return {
        "timelineFrameRate": rate,
        "timelinePlaybackFrameRate": rate.removesuffix(" DF"),
        "timelineDropFrameTimecode": "1" if rate.endswith(" DF") else "0",
        "timelineResolutionWidth": str(size[0]),
        "timelineResolutionHeight": str(size[1]),
        "timelineOutputResMatchTimelineRes": "1",
        "timelineInputResMismatchBehavior": "scaleToFit",
        "superScale": 1,
        "colorScienceMode": "davinciYRGB",
        "rcmPresetMode": "Custom",
        "separateColorSpaceAndGamma": "0",
        "colorSpaceInput": "Rec.709 Gamma 2.4",
        "colorSpaceTimeline": "Rec.709 Gamma 2.4",
        "colorSpaceOutput": "Rec.709 Gamma 2.4",
        "colorAcesIDT": "No Input Transform",
        "colorAcesODT": "No Output Transform",
        "colorAcesGamutCompressType": "None",
        "colorVersion10Name": "",
        "audioPlayoutNumChannels": "2",
        "videoMonitorFormat": "HD 1080p 24",
        "perfProxyMediaMode": "1",
        "useCustomSettings": "0",
    }


def typed_settings(settings: dict[str, Any], *, drop_as_float: bool) -> dict[str, Any]:
    """Settings as GetSetting answers them (rule rate.float): the rate a number, unless "29.97 DF"."""
    rate = str(settings["timelineFrameRate"])
    plain = not rate.endswith(" DF") or drop_as_float
    return settings | {"timelineFrameRate": float(rate.removesuffix(" DF")) if plain else rate}
