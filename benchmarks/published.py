"""Where a benchmark's tables stand in a page of the docs."""

from pathlib import Path

START, END = "<!-- benchmark: start -->", "<!-- benchmark: end -->"


def publish(text: str, page: Path) -> None:
    """Puts the tables between START and END of a page, in place of those that stand there."""
    written = page.read_text(encoding="utf-8")
    before, after = written.split(START)[0], written.split(END)[1]
    page.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")
