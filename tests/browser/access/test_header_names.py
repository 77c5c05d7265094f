"""Who reviews what, above the card and the grid: in a narrow window the dataset's name is cut, never the reviewer's."""

import json

import pytest

LONG = "Photographs of the northern harbour, spring 2031, second pass"
CUT = """who => {
  const room = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .map((one) => one.shadowRoot?.querySelector('.named')).find(Boolean);
  const texts = document.createTreeWalker(room, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const from = text.data.lastIndexOf(who);
    if (from < 0) continue;
    const range = document.createRange();
    range.setStart(text, from);
    range.setEnd(text, from + who.length);
    const [a, b] = [range.getBoundingClientRect(), room.getBoundingClientRect()];
    return !(a.width && a.left >= b.left - 1 && a.right <= b.right + 1 && b.right <= innerWidth);
  }
  return "not named";
}"""


@pytest.fixture
def long_named(own_workspaces):
    """The picture demo under a long name."""
    workspace = own_workspaces.workspace("image")
    about = workspace.folder / "workspace.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"name": LONG}))
    return f"{own_workspaces.url}/review?workspace={workspace.id}"


@pytest.mark.parametrize("who", ["anna", "Maximiliane von Habsburg-Lothringen, 2nd"])
@pytest.mark.parametrize("look", ["Cards", "Grid"])
def test_a_long_name_of_the_dataset_cuts_off_nobodys_own(long_named, context, who, look):
    page = context.new_page()
    for width, height in ((390, 844), (820, 1180), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{long_named}&reviewer={who}&review_look={look}")
        page.locator(".named").wait_for()
        page.wait_for_timeout(500)
        assert page.evaluate(CUT, who) is False, (width, page.locator(".named").inner_text())
        assert page.locator(".named").get_attribute("title") == f"{LONG}, reviewed by {who}"
        assert page.locator(".named").bounding_box()["height"] < 45
        assert page.evaluate("document.documentElement.scrollWidth") <= width
