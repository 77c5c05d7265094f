"""Every path answers to allowed hosts alone, and binds the browser; decoding has bounds."""

import threading

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import config

from pages.shared.server import house, served_pictures
from pages.shared.server.decode_limits import OneMaker, PixelBudget
from pages.shared.server.guard import Guard, host_allowed
from pages.shared.server.served_pictures import find_picture, picture_file
from tests.pages.server.test_pictures import dataset_of


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setattr(config, "get_option", lambda name: ["localhost", "*.example"])
    metrics = Route("/_stcore/metrics", lambda request: PlainTextResponse("figures"))
    return TestClient(Starlette(routes=[metrics], middleware=[Middleware(Guard)]), base_url="http://localhost")


def test_streamlits_own_paths_are_closed_to_other_hosts(client):
    assert client.get("/_stcore/metrics").status_code == 200
    refused = client.get("/_stcore/metrics", headers={"Host": "evil.test"})
    assert refused.status_code == 403 and "figures" not in refused.text
    assert host_allowed("a.example:80") and not host_allowed("example.evil")


def test_a_host_that_is_no_address_is_refused_and_no_fault(client):
    assert not host_allowed("[x](javascript:alert(1))")
    assert client.get("/_stcore/metrics", headers={"Host": "[evil"}).status_code in (400, 403)


@pytest.mark.parametrize(
    ("reached_at", "opened", "sign_in", "status"),
    [
        (("127.0.0.1", 80), "", False, 200),
        (("::1", 80), "", False, 200),
        (("::ffff:127.0.0.1", 80), "", False, 200),
        (("/run/app.sock", None), "", False, 200),
        (None, "", False, 200),
        (("192.168.1.4", 80), "", False, 403),
        (("::ffff:192.168.1.4", 80), "", False, 403),
        (("fe80::1%eth0", 80), "", False, 403),
        (("192.168.1.4", 80), "1", False, 200),
        (("192.168.1.4", 80), "", True, 200),
    ],
)
def test_an_open_house_that_others_reach_answers_nobody(client, monkeypatch, reached_at, opened, sign_in, status):
    """However the server was started: Streamlit's own address option says nothing of uvicorn's."""
    monkeypatch.setenv(house.OPEN, opened)
    monkeypatch.setattr(house, "sign_in_configured", lambda: sign_in)
    house.signs_in.cache_clear()

    async def reached(scope, receive, send):
        await client.app(scope | {"server": reached_at}, receive, send)

    told = TestClient(reached, base_url="http://localhost").get("/_stcore/metrics")
    assert told.status_code == status and ("figures" in told.text) == (status == 200)
    assert status == 200 or "nobody has to sign in" in told.json()["problem"]
    house.signs_in.cache_clear()


def test_every_answer_binds_the_browser(client, monkeypatch):
    headers = client.get("/_stcore/metrics").headers
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert "object-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"
    monkeypatch.setenv("SECOND_OPINION_FRAMED_BY", "https://hub.example; script-src *")
    told = client.get("/_stcore/metrics").headers["Content-Security-Policy"]
    assert "frame-ancestors https://hub.example" in told and "; script-src *" not in told


def test_many_who_ask_for_one_picture_share_its_making(tmp_path, monkeypatch):
    (tmp_path / "images").mkdir()
    Image.new("RGB", (3_000, 2_000)).save(tmp_path / "images" / "a.png")
    picture = find_picture(dataset_of(tmp_path / "images", "a.png"), 0)
    decoded, real = [], served_pictures._decoded
    monkeypatch.setattr(served_pictures, "_decoded", lambda *a: decoded.append(a) or real(*a))
    asking = [threading.Thread(target=picture_file, args=(picture, 0, "full", tmp_path / "made")) for _ in range(12)]
    [t.start() for t in asking]
    [t.join() for t in asking]
    assert len(decoded) == 1 and not OneMaker()._making


def test_no_more_pixels_than_the_budget_are_decoded_at_once():
    budget, at_once, most = PixelBudget(100), [0], [0]
    lock = threading.Lock()

    def decode(pixels):
        with budget.spent(pixels):
            with lock:
                at_once[0] += min(pixels, 100)
                most[0] = max(most[0], at_once[0])
            with lock:
                at_once[0] -= min(pixels, 100)

    threads = [threading.Thread(target=decode, args=(pixels,)) for pixels in [60, 60, 40, 40, 900, 10] * 5]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert most[0] <= 100 and budget._used == 0
