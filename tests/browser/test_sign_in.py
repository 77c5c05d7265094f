"""Sign-in by OpenID Connect against a provider of our own: who one is, how long it lasts, and how it ends."""

import json
import time
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from cleaning.keep.decisions import open_store
from cleaning.review.team import sessions
from cleaning.review.team.roles import ADMINS
from tests.browser.conftest import Served
from tests.browser.review_room import SHOWN, log_of
from tests.cleaning.review.reviewing import eventually
from tests.demo_workspaces import copy_demos
from tests.identity_provider import CLIENT, SECRET, IdentityProvider, providing
from tests.postgresql_server import free_port

ANN, LEAD = "ann@example.org", "lead@example.org"
SECRETS = """[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "a long text that is random enough for a test"
client_id = "{client}"
client_secret = "{secret}"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider():
    with providing() as one:
        yield one


@pytest.fixture(scope="module")
def signing_in(demo_template, tmp_path_factory, provider):
    """A server with sign-in."""
    folder = tmp_path_factory.mktemp("signing_in")
    root, port = folder / "workspaces", free_port()
    copy_demos(demo_template, root)
    secrets = folder / "secrets.toml"
    app = f"http://127.0.0.1:{port}"
    secrets.write_text(SECRETS.format(app=app, client=CLIENT, secret=SECRET, provider=provider.issuer))
    served = Served(root, port, ("--secrets.files", str(secrets)), {ADMINS: LEAD})
    served.start()
    yield served
    served.kill()


def enter(page: Page, served: Served, email: str) -> list[str]:
    """Signs in from the Review page; gives the tokens that the room sends from then on."""
    tokens: list[str] = []
    page.on(
        "request", lambda one: tokens.append(one.headers.get("authorization", "")) if "/api/review" in one.url else None
    )
    workspace = served.workspace("image").id
    page.goto(f"{served.url}/review?workspace={workspace}&reviewer=mallory")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Address").fill(email)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(f"{served.url}/**")
    return tokens


def review(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/review?workspace={served.workspace('image').id}&reviewer=mallory")
    page.wait_for_selector(SHOWN)


def ask(served: Served, token: str) -> int:
    asked = urllib.request.Request(
        f"{served.url}/api/review/cards", json.dumps({}).encode(),
        {"Content-Type": "application/json", "Authorization": token},
    )  # fmt: skip
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as problem:
        return problem.code


def test_who_signs_in_decides_under_that_name_and_an_ended_session_is_refused(context, signing_in, provider):
    page = context.new_page()
    tokens = enter(page, signing_in, ANN)
    review(page, signing_in)
    page.keyboard.press("u")
    eventually(lambda: log_of(signing_in.workspace("image")))
    before = log_of(signing_in.workspace("image"))
    assert {d.reviewer for d in before} == {ANN}, "the address says mallory, the provider says ann"
    assert provider.refused == [] and ask(signing_in, tokens[-1]) == 200
    sessions.end_all(sessions.house_store(signing_in.root), ANN, by=ANN)
    assert ask(signing_in, tokens[-1]) == 401
    page.wait_for_selector(SHOWN)
    page.keyboard.press("u")
    expect(page.get_by_text("Your session was ended").first).to_be_visible()
    assert log_of(signing_in.workspace("image")) == before, "the next request is refused"
    page.get_by_role("button", name="Mode").click()
    page.get_by_text("Open: given label and votes shown").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert mode_of(signing_in) is None, "and so is the next action on the page"


def mode_of(served: Served) -> object:
    workspace = served.workspace("image")
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return store.choice(workspace.latest_run().id, "mode")
    finally:
        store.close()


def test_who_has_no_role_changes_no_setting_and_who_signs_out_is_out(context, signing_in):
    page = context.new_page()
    time.sleep(1.1)  # sign-ins are told apart by the second
    tokens = enter(page, signing_in, "bob@example.org")
    review(page, signing_in)
    page.get_by_role("button", name="Mode").click()
    page.get_by_text("Open: given label and votes shown").click()
    expect(page.get_by_text("Only a maintainer may change settings")).to_be_visible()
    assert mode_of(signing_in) is None and ask(signing_in, tokens[-1]) == 200
    page.keyboard.press("Escape")
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert ask(signing_in, tokens[-1]) == 401


def test_a_session_that_has_lasted_its_time_is_over(context, signing_in, provider: IdentityProvider):
    provider.age = 13 * 3600
    try:
        page = context.new_page()
        enter(page, signing_in, "eve@example.org")
        expect(page.get_by_text("Your session has lasted its time")).to_be_visible()
    finally:
        provider.age = 0
