"""Where a benchmark's tables stand in a page of the docs."""

from pathlib import Path

START, END = "<!-- benchmark: start -->", "<!-- benchmark: end -->"


def publish(text: str, page: Path, part: str = "") -> None:
    """Puts the tables between START and END of a page, or of that part of it, in place of those that stand there."""
    start, end = (mark.replace("benchmark", f"benchmark {part}".strip()) for mark in (START, END))
    written = page.read_text(encoding="utf-8")
    before, after = written.split(start)[0], written.split(end)[1]
    page.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")
