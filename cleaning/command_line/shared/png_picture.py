"""A drawing as a PNG: dark ink on white paper, twice its size in pixels."""

import io
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from cleaning.drawing.shapes import Dot, Filled, Shape, Way, Words
from cleaning.drawing.svg_text import DASHES, Drawing, colour_on_paper, corners

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageDraw import ImageDraw

SCALE, FINER = 2, 2  # pixels of the picture a pixel of the drawing; drawn FINER times as large and then shrunk
MARGIN = 10.0
PAPER = (255, 255, 255)
Place = tuple[float, float]


def png(drawing: Drawing) -> bytes:
    """The picture's file. The same drawing gives the same bytes on one installation."""
    from PIL import Image, ImageDraw

    scale = SCALE * FINER
    width, height = (round(scale * (side + 2 * MARGIN)) for side in (drawing.width, drawing.height))
    sheet = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(sheet, "RGBA")
    for shape in drawing.shapes:
        _put(pen, sheet, shape, scale)
    written = io.BytesIO()
    sheet.reduce(FINER).save(written, "PNG")
    return written.getvalue()


def _put(pen: "ImageDraw", sheet: "Image.Image", shape: Shape, scale: int) -> None:
    match shape:
        case Way():
            for part in dashed(_scaled(shape.places, scale), DASHES[shape.dash], scale):
                pen.line(part, fill=colour_on_paper(shape.colour), width=round(scale * shape.width), joint="curve")
        case Filled():
            fill = (*colour_on_paper(shape.colour), round(255 * shape.strength))
            if len(shape.places) > 2:
                pen.polygon(_scaled(shape.places, scale), fill=fill)
        case Dot():
            _put_dot(pen, shape, scale)
        case Words():
            _put_words(sheet, shape, scale)


def _scaled(places: Sequence[Place], scale: int) -> list[Place]:
    return [(scale * (x + MARGIN), scale * (y + MARGIN)) for x, y in places]


def dashed(places: list[Place], dash: str, scale: int) -> list[list[Place]]:
    """The parts of a line that are drawn. dash: lengths drawn and left out, in turn; "": all of it."""
    if not dash:
        return [places] if len(places) > 1 else []
    lengths = [scale * float(one) for one in dash.split()]
    parts, part, place, left = list[list[Place]](), [places[0]] if places else [], 0, lengths[0]
    for (x0, y0), (x1, y1) in pairwise(places):
        whole = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        done = 0.0
        while whole - done > left:
            done += left
            turn = (x0 + (x1 - x0) * done / whole, y0 + (y1 - y0) * done / whole)
            if place % 2 == 0:
                parts.append([*part, turn])
            part, place = [turn], place + 1
            left = lengths[place % len(lengths)]
        left -= whole - done
        part.append((x1, y1))
    return parts + ([part] if place % 2 == 0 and len(part) > 1 else [])


def _put_dot(pen: "ImageDraw", dot: Dot, scale: int) -> None:
    ((x, y),) = _scaled([(dot.x, dot.y)], scale)
    size, colour = scale * dot.size, colour_on_paper(dot.colour)
    fill, edge = (None, round(1.8 * scale)) if dot.hollow else (colour, 0)
    if dot.shape == "circle":
        pen.ellipse((x - size, y - size, x + size, y + size), fill=fill, outline=colour, width=edge)
    elif dot.shape == "tick":
        pen.line([(x, y - 6 * scale), (x, y + 6 * scale)], fill=colour, width=2 * scale)
    else:
        pen.polygon(corners(dot.shape, x, y, size), fill=fill, outline=colour, width=max(edge, 1))


def _put_words(sheet: "Image.Image", words: Words, scale: int) -> None:
    """Text is laid on as a picture of its own, so that it can be turned."""
    from PIL import Image, ImageDraw, ImageFont

    if not words.text:
        return
    font = ImageFont.load_default(scale * words.size)
    left, top, right, bottom = font.getbbox(words.text, anchor="ls")
    bold = 0.5 * scale if words.bold else 0.0
    room = Image.new("L", (int(right - left + 2 * bold) + 4, int(bottom - top + 2 * bold) + 4), 0)
    pen = ImageDraw.Draw(room)
    pen.text((2 - left + bold, 2 - top + bold), words.text, fill=255, font=font, anchor="ls", stroke_width=bold / 2)
    ((x, y),) = _scaled([(words.x, words.y)], scale)
    back = {"start": 0.0, "middle": 0.5, "end": 1.0}[words.anchor] * (right - left)
    if words.turned:
        room = room.rotate(90, expand=True)
        at = (round(x + top - 2), round(y + back - (right - left) - 2))
    else:
        at = (round(x - back - 2), round(y + top - 2))
    sheet.paste(colour_on_paper(words.colour), (*at, at[0] + room.width, at[1] + room.height), room)
