"""Figures: round ticks, names that do not lie on each other, text that cannot break out, the same shapes as a picture."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cleaning.command_line.shared.png_picture import MARGIN, SCALE, dashed, png
from cleaning.drawing.axes import MOST_TICKS, Axis, Plot, round_ticks
from cleaning.drawing.curves_drawn import LETTER, NAMES_APART, Trace, drawn, short, spread
from cleaning.drawing.rows_drawn import PointSeries, rows_of_points, tinted
from cleaning.drawing.shapes import Dot, Filled, Way, Words
from cleaning.drawing.svg_text import (
    DARK,
    LIGHT,
    STYLE,
    TEXT_DARK,
    TEXT_LIGHT,
    colour_on_paper,
    side_by_side,
    svg,
)

EVIL = '</text><script>alert(1)</script>"&'


def a_figure(name: str = "this run"):
    x = np.linspace(0, 1, 11)
    plot = Plot("Precision", Axis("detection rate"), Axis("precision"), right=120)
    return drawn(
        plot, [Trace(name, x, 1 - x, low=0.9 - x, high=1.1 - x), Trace("other", x, x / 2, "rust", dash="dashed")]
    )


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_few_inside_and_equally_far_apart(low, reach):
    ticks = round_ticks(low, low + reach)
    assert 1 <= len(ticks) <= MOST_TICKS
    assert all(low - 1e-6 * reach <= tick <= low + reach * (1 + 1e-6) for tick in ticks)
    if len(ticks) > 2:
        assert np.diff(ticks) == pytest.approx(ticks[1] - ticks[0], rel=1e-6, abs=1e-9 * max(1, abs(low)))


def test_ticks_of_a_share_by_hand():
    assert round_ticks(0, 1) == pytest.approx((0, 0.2, 0.4, 0.6, 0.8, 1))
    axis = Axis("share")
    assert [axis.told(tick) for tick in (0, 0.2, 0.025)] == ["0 %", "20 %", "2.5 %"]


@pytest.mark.parametrize("many", [1, 6, 12])
def test_a_line_of_many_names_stays_within_its_drawing(many):
    series = [PointSeries(f"method {n}", np.array([0.5])) for n in range(many)]
    drawing = rows_of_points("", ["swin_base_patch4_window7_224 and another"], series, Axis("ECE"))
    told = [shape for shape in drawing.shapes if isinstance(shape, Words) and shape.text.startswith("method")]
    assert len(told) == many and min(shape.x for shape in told) > 4
    assert max(shape.x + LETTER * len(shape.text) for shape in told) <= drawing.width


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12))
def test_names_do_not_lie_on_each_other(heights):
    found = spread(sorted(heights), 0.0, 300.0)
    assert (np.diff(found) >= NAMES_APART - 1e-6).all()
    assert found[-1] <= 300 + 1e-6


def test_a_long_name_is_cut_in_the_middle():
    assert short("resnet", 20) == "resnet" and short("swin_base_patch4_window7_224", 12) == "swin_bas…224"


def test_every_shape_becomes_an_element_and_names_stay_text():
    figure = a_figure(EVIL)
    for alone in (True, False):
        text = svg(figure, alone)
        root = ElementTree.fromstring(text)
        assert "<script" not in text and (STYLE in text) == alone
        tags = [element.tag.rpartition("}")[2] for element in root.iter()]
        assert tags.count("path") == sum(isinstance(s, Way) for s in figure.shapes)
        assert tags.count("polygon") == sum(isinstance(s, Filled) for s in figure.shapes)
        assert tags.count("text") == sum(isinstance(s, Words) for s in figure.shapes)
    assert "http" not in svg(figure, alone=False)


def luminance(code: str) -> float:
    """Relative luminance of a colour (WCAG 2.2)."""
    parts = [int(code[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize(
    ("words", "lines", "papers"),
    [
        (LIGHT | TEXT_LIGHT, LIGHT, ("#FCFBF9", "#FFFFFF")),
        (LIGHT | DARK | TEXT_DARK, LIGHT | DARK, ("#15181B", "#1A1E22")),
    ],
)
def test_words_and_lines_can_be_told_from_the_paper(words, lines, papers):
    def contrast(code: str, paper: str) -> float:
        low, high = sorted((luminance(code), luminance(paper)))
        return (high + 0.05) / (low + 0.05)

    for paper in papers:
        assert all(contrast(words[name], paper) >= 4.5 for name in ("ink", "soft", "teal", "rust", "blue"))
        assert all(contrast(lines[name], paper) >= 3 for name in ("ink", "soft", "teal", "rust", "blue", "grey"))


def test_points_that_are_no_numbers_are_left_out():
    x = np.array([0.0, 0.5, 1.0])
    figure = drawn(Plot("", Axis("x"), Axis("y")), [Trace("a", x, np.array([0.0, np.nan, 1.0]), mark="circle")])
    assert sum(isinstance(shape, Dot) for shape in figure.shapes) == 2
    assert "nan" not in svg(figure)


def test_rows_and_cells_hold_what_they_are_given():
    value, low, high = np.array([0.1, np.nan]), np.array([0.05, np.nan]), np.array([0.2, np.nan])
    rows = rows_of_points("ECE", ["a", "b"], [PointSeries("after", value, low=low, high=high)], Axis("ECE", 0, 0.25))
    assert sum(isinstance(shape, Dot) for shape in rows.shapes) == 2  # the legend's, and that of the one known value
    cells = tinted("c", ["a"], ["x", "y"], np.array([[0.5, np.nan]]), [["0.50", "–"]])
    assert sum(isinstance(shape, Filled) for shape in cells.shapes) == 1
    assert {"0.50", "–"} <= {shape.text for shape in cells.shapes if isinstance(shape, Words)}


def test_parts_side_by_side_keep_their_shapes():
    one = a_figure()
    three = side_by_side("all", [one, one, one], columns=2)
    assert len(three.shapes) == 3 * len(one.shapes)
    assert three.width > 2 * one.width and three.height > 2 * one.height


def test_a_picture_shows_the_line_where_the_drawing_has_it():
    figure = a_figure()
    picture = Image.open(io.BytesIO(png(figure)))
    assert picture.size == tuple(round(SCALE * (side + 2 * MARGIN)) for side in (figure.width, figure.height))
    line = next(s for s in figure.shapes if isinstance(s, Way) and s.colour == "teal")
    x, y = line.places[5]
    seen = picture.getpixel((round(SCALE * (x + MARGIN)), round(SCALE * (y + MARGIN))))
    assert np.abs(np.array(seen) - colour_on_paper("teal")).max() < 40
    assert picture.getpixel((1, 1)) == (255, 255, 255)


def test_dashes_are_as_long_as_they_say():
    parts = dashed([(0, 0), (6, 0), (10, 0)], "3 2", 1)
    assert parts == [[(0, 0), (3, 0)], [(5, 0), (6, 0), (8, 0)]]
    assert dashed([(0, 0), (1, 0)], "", 1) == [[(0, 0), (1, 0)]] and dashed([], "3 2", 1) == []
