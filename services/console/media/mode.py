"""The modes of thumbnails, as people write them in a URL."""

import re

from libs.images.shape import WHITE, Fit, Shape
from libs.rpc.errors import FieldInvalid

MOST_PX = 2048
EXPECTED = (
    "p_50 (percent, 1 to 100), w_200 or h_100 (width or height), m_fill,w_200,h_100 or m_fixed,w_200,h_100 or "
    f"m_pad,w_200,h_100,color_FFFFFF (hex; white without it); sizes are 1 to {MOST_PX}"
)

_NUMBER = r"([1-9]\d{0,3})"
_SIDE = re.compile(rf"([pwh])_{_NUMBER}")
_BOX = re.compile(rf"m_(pad|fill|fixed),w_{_NUMBER},h_{_NUMBER}(?:,color_([0-9A-Fa-f]{{6}}))?")
_FITS = {"pad": Fit.PAD, "fill": Fit.FILL, "fixed": Fit.FIXED}


def parse_mode(text: str) -> Shape:
    """The shape that a mode names. No side gets more than MOST_PX, by a narrow image or a percentage either.

    Raises FieldInvalid.
    """
    if match := _SIDE.fullmatch(text):
        side, number = match[1], int(match[2])
        if side == "p" and number <= 100:
            return Shape(Fit.INSIDE, MOST_PX, MOST_PX, percent=number)
        if side == "w" and number <= MOST_PX:
            return Shape(Fit.INSIDE, number, MOST_PX)
        if side == "h" and number <= MOST_PX:
            return Shape(Fit.INSIDE, MOST_PX, number)
    elif match := _BOX.fullmatch(text):
        fit, width, height, colour = _FITS[match[1]], int(match[2]), int(match[3]), match[4]
        if width <= MOST_PX and height <= MOST_PX and (colour is None or fit is Fit.PAD):
            return Shape(fit, width, height, colour=_colour(colour))
    raise FieldInvalid(field="mode", value=text, expected=EXPECTED)


def _colour(text: str | None) -> tuple[int, int, int]:
    if text is None:
        return WHITE
    red, green, blue = bytes.fromhex(text)
    return red, green, blue
