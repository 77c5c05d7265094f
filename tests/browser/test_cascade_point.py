"""The chosen point in the cascade's chart under hands: mouse, finger and keys; the server hears of it when let go."""

import pytest
from playwright.sync_api import Page, expect

SHARE = "() => Number(document.querySelector('.st-key-cascade_fraction input[type=range]').value)"
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
PLACE = """cost => {
  const plot = document.querySelector('.js-plotly-plot');
  const { left, width } = plot.querySelector('.nsewdrag').getBoundingClientRect();
  const [from, to] = plot.layout.xaxis.range;
  return left + (cost - from) / (to - from) * width;
}"""
HANDLE = """(() => {
  const { left, width } = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .map(one => one.shadowRoot?.querySelector('.handle')).find(Boolean).getBoundingClientRect();
  return left + width / 2;
})()"""

THROUGH_THE_NAME = """() => {
  const name = [...document.querySelectorAll('.js-plotly-plot text')].find(one => one.textContent === 'best alone');
  const { left, right, top, bottom } = name.getBoundingClientRect();
  const found = [];
  for (const line of document.querySelectorAll('.js-plotly-plot .scatterlayer path.js-line')) {
    if (getComputedStyle(line).strokeWidth === '0px') continue; // the edge of the band
    const [length, matrix] = [line.getTotalLength(), line.getScreenCTM()];
    for (let at = 0; at <= length; at += 2) {
      const { x, y } = line.getPointAtLength(at).matrixTransform(matrix);
      if (x > left && x < right && y > top && y < bottom) { found.push([x, y]); break; }
    }
  }
  return found;
}"""


def opened(context, server) -> Page:
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(f"{server.url}/cascade?workspace={server.workspace('image').id}")
    page.get_by_text("Send 50 % of the samples on").wait_for(timeout=60_000)
    handle(page).wait_for()
    return page


def handle(page: Page):
    return page.get_by_role("slider", name="Chosen point")


def middle(page: Page) -> tuple[float, float]:
    box = handle(page).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def share(page: Page) -> float:
    return float(handle(page).get_attribute("aria-valuenow"))


def figure(page: Page, name: str) -> str:
    return page.locator(f"[data-figure='{name}']").inner_text()


def settled(page: Page) -> None:
    """Waits until slider and point agree, and the sentence with them."""
    page.wait_for_function(f"({SHARE})() === {share(page)}")
    page.get_by_text(f"Send {share(page):.0f} % of the samples on").wait_for()


@pytest.fixture
def cascade(server, context) -> Page:
    return opened(context, server)


def test_a_mouse_drags_the_point_and_its_numbers(cascade):
    top = cascade.locator(".js-plotly-plot").bounding_box()["y"]
    was, y = middle(cascade)
    assert was == pytest.approx(cascade.evaluate(PLACE, 0.6 + 0.5 * 60), abs=1)  # the demo's experts cost 0.6 and 60
    cascade.mouse.move(was, y)
    cascade.mouse.down()
    seen = []
    for cost in (48.6, 6.6, 12.6):
        x = cascade.evaluate(PLACE, cost)
        cascade.mouse.move(x, y + 30)
        cascade.evaluate(DRAWN)
        assert middle(cascade)[0] == pytest.approx(x, abs=2) and share(cascade) == pytest.approx(
            100 * (cost - 0.6) / 60
        )
        seen.append((figure(cascade, "Cost saved"), figure(cascade, "Accuracy")))
    assert [saved for saved, _ in seen] == ["19 %", "89 %", "79 %"] and seen[0][1] > seen[1][1]
    assert cascade.get_by_text("Send 50 % of the samples on").count() == 1, "nothing is asked before it is let go"
    cascade.mouse.up()
    settled(cascade)
    assert share(cascade) == 20.0 and figure(cascade, "Cost saved") == "79 %"
    assert cascade.locator(".js-plotly-plot").bounding_box()["y"] == pytest.approx(top, abs=1) and not cascade.errors


def test_a_click_elsewhere_in_the_chart_brings_it_there(cascade):
    plot = cascade.locator(".nsewdrag").first.bounding_box()
    low = plot["y"] + 0.8 * plot["height"]
    cascade.mouse.click(cascade.evaluate(PLACE, 12.6), low)
    cascade.evaluate(DRAWN)
    assert middle(cascade)[0] == pytest.approx(cascade.evaluate(PLACE, 12.6), abs=2)
    settled(cascade)
    assert share(cascade) == pytest.approx(20, abs=0.5)
    cascade.wait_for_timeout(500)
    cascade.mouse.dblclick(cascade.evaluate(PLACE, 42.6), low)
    cascade.wait_for_timeout(1_000)
    assert share(cascade) == pytest.approx(20, abs=0.5), "a double click shows the whole figure again, and no more"
    cascade.locator(".st-key-cascade_ways").click()
    assert share(cascade) == pytest.approx(20, abs=0.5) and not cascade.errors


def test_a_tap_does_so_too(server, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = opened(context, server)
    page.locator(".js-plotly-plot").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    plot = page.locator(".nsewdrag").first.bounding_box()
    page.touchscreen.tap(page.evaluate(PLACE, 45.6), plot["y"] + 0.5 * plot["height"])
    page.wait_for_timeout(200)
    assert share(page) == pytest.approx(75, abs=1)
    settled(page)
    context.close()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_no_line_runs_through_the_name_of_the_best_expert(server, chromium, size):
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    page = opened(context, server)
    assert page.evaluate(THROUGH_THE_NAME) == []
    context.close()


def test_a_finger_drags_it_and_the_page_stays(server, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = opened(context, server)
    handle(page).scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    x, y = middle(page)
    box, before = handle(page).bounding_box(), page.locator(".js-plotly-plot").bounding_box()
    assert min(box["width"], box["height"]) >= 44
    fingers = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        told = [{"x": x, "y": y} for x, y in points]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    touch("touchStart", (x, y))
    goal = page.evaluate(PLACE, 45.6)
    for step in range(1, 9):
        touch("touchMove", (x + (goal - x) * step / 8, y + 12 * step))
        page.evaluate(DRAWN)
    assert share(page) == pytest.approx(75, abs=1) and page.evaluate(SHARE) == 50
    touch("touchEnd")
    settled(page)
    assert page.locator(".js-plotly-plot").bounding_box() == pytest.approx(before, abs=1), "neither scrolled nor zoomed"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 and not page.errors
    context.close()


def test_keys_move_it_and_escape_puts_it_back(cascade):
    handle(cascade).focus()
    for key, there in (("ArrowRight", 50.5), ("PageUp", 60.5), ("ArrowLeft", 60), ("End", 100), ("Home", 0)):
        cascade.keyboard.press(key)
        assert share(cascade) == there
    assert "cost 0.6 a sample" in handle(cascade).get_attribute("aria-valuetext")
    settled(cascade)
    expect(handle(cascade)).to_be_focused()
    x, y = middle(cascade)
    cascade.mouse.move(x, y)
    cascade.mouse.down()
    cascade.mouse.move(x + 200, y)
    cascade.evaluate(DRAWN)
    assert share(cascade) > 10
    cascade.keyboard.press("Escape")
    cascade.mouse.up()
    cascade.wait_for_timeout(500)
    assert (share(cascade), cascade.evaluate(SHARE)) == (0, 0)


def test_the_point_goes_where_slider_zoom_and_a_narrower_window_put_it(cascade):
    thumb = cascade.locator(".st-key-cascade_fraction input[type=range]")
    thumb.focus()
    cascade.keyboard.press("End")
    expect(handle(cascade)).to_have_attribute("aria-valuenow", "100")
    cascade.wait_for_function(f"Math.abs({HANDLE} - ({PLACE})(60.6)) < 2")
    cascade.set_viewport_size({"width": 820, "height": 1180})
    cascade.wait_for_timeout(800)
    cascade.wait_for_function(f"Math.abs({HANDLE} - ({PLACE})(60.6)) < 2")
    cascade.mouse.move(1, 1)
    cascade.locator(".js-plotly-plot").scroll_into_view_if_needed()
    box = cascade.locator(".nsewdrag").first.bounding_box()
    y = box["y"] + box["height"] / 2
    cascade.mouse.move(box["x"] + 10, y)
    cascade.mouse.down()
    cascade.mouse.move(box["x"] + box["width"] / 2, y, steps=5)
    cascade.mouse.up()
    expect(handle(cascade)).to_be_hidden()  # outside of what the zoomed chart shows
