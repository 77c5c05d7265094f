"""A walk over pages, commands and the card of one workspace: for one thing there is one number, wherever it stands."""

import re

import pytest

from tests.pages.conftest import words
from tests.pages.test_calibrate import look_at
from tests.pages.test_in_force import Scene, at_the_threshold, scene

__all__ = ["scene"]

PARTS = ("One expert", "All experts", "Groups and shift", "Which experts help")  # drawn once they are looked at
PAGES = ("threshold", "export", "calibrate", "cascade")
COMMANDS = (("threshold",), ("impact",), ("experts-report", "--quick"))
NUMBER = r"([\d.,]*\d)"
THINGS = {
    "random cards that count": (rf"(?<![Aa]bout ){NUMBER} random cards(?! more| will)", 5),
    "reviewed cards": (rf"{NUMBER} reviewed cards|{NUMBER} samples settled|{NUMBER} of 600 samples were reviewed", 4),
    "known exactly": (rf"{NUMBER} known exactly", 3),
    "flagged": (rf"{NUMBER} of 600 samples flagged|Compares the {NUMBER} most|\| *{NUMBER} samples with suspicion", 3),
    "wrong given labels found": (rf"{NUMBER} labels changed|{NUMBER} given labels were found wrong", 3),
    "independent experts": (rf"worth (?:about )?{NUMBER} (?:experts that|independent ones)", 3),
    "if 2 % are wrong": (r"[Ii]f 2 % of the verdicts are wrong: (.*? %, detection rate .*? and [\d.]+) %", 3),
    "if 5 % are wrong": (r"[Ii]f 5 % of the verdicts are wrong: (.*? %, detection rate .*? and [\d.]+) %", 3),
    "cards to halve the band": (rf"[Aa]bout {NUMBER} random cards more are|precision, {NUMBER} for the detection", 2),
    "the certificate": (rf"At most {NUMBER} % of the labels are wrong after review", 2),
    "cards for the certificate": (rf"About {NUMBER} more random cards will show that", 2),
    "finds of the next cards": (r"about \**([\d.]+\**(?: wrong labels)? \(\d+ to \d+)", 2),
    "the best expert on corrected labels": (r"top1\\?_2 alone ([\d.]+) %|top1_2 [\d.]+ \[.*?\] #1 (0\.\d+) ", 2),
}  # by thing what it looks like, and at how many places it has to stand
WHATEVER_THE_RULE = (
    "random cards that count",
    "reviewed cards",
    "known exactly",
    "flagged",
    "wrong given labels found",
)


def texts_of(scene: Scene, app, capsys, folder) -> dict[str, str]:
    """By place what a person reads there."""
    opened = {page: app(page, scene.workspace.id, run=scene.run.id) for page in PAGES}
    told = {page: words(test) for page, test in opened.items()}
    told["calibrate"] = "\n".join(words(look_at(opened["calibrate"], part)) for part in PARTS)
    told |= {f"command {command[0]}": scene.command(capsys, *command) for command in COMMANDS}
    scene.command(capsys, "card", f"--out={folder / 'card.html'}")
    whole = (folder / "card.html").read_text(encoding="utf-8")
    bare = re.sub(r"(?s)<style.*?</style>|<svg.*?</svg>", "", whole)
    return told | {"card": re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "|", bare))}


def as_one(found: str) -> str:
    """The same number in the same form: no marks of bold type, shares in percent."""
    plain = found.replace("*", "").replace(" wrong labels", "").replace(",", "" if found.count(",") == 1 else ",")
    return f"{100 * float(plain):.2f}" if re.fullmatch(r"0\.\d{4}", plain) else plain


def agree(numbers: set[str]) -> bool:
    """Whether they are one number, printed with as many digits or with fewer."""
    if len(numbers) < 2 or not all(re.fullmatch(r"\d+\.\d+", number) for number in numbers):
        return len(numbers) < 2
    digits = min(len(number.split(".")[1]) for number in numbers)
    values = [float(number) for number in numbers]
    return max(values) - min(values) <= 0.5 * 10**-digits + 1e-9


def said_of(pattern: str, texts: dict[str, str]) -> list[tuple[str, str]]:
    """(place, number) of each time something is said of a thing."""
    found = [(place, match) for place, text in texts.items() for match in re.finditer(pattern, text)]
    return [(place, as_one(next(filter(None, match.groups())))) for place, match in found]


@pytest.fixture
def texts(scene, app, capsys, tmp_path):
    scene.review(200)
    scene.run_again(scene.planted.experts[:-1])
    scene.review(150)
    return texts_of(scene, app, capsys, tmp_path)


@pytest.mark.parametrize("scene", ["default", "paper"], indirect=True)
def test_a_walk_finds_one_number_for_one_thing(texts, scene, app):
    for thing, (pattern, places) in THINGS.items():
        said = said_of(pattern, texts)
        everywhere = scene.settings.rule == "default" or thing in WHATEVER_THE_RULE
        assert len(said) >= (places if everywhere else 0), (thing, said)
        assert agree({number for _, number in said}), (thing, said)

    card, command, page = texts["card"], texts["command threshold"], at_the_threshold(scene.page(app))
    for name, quantity in (("precision", "Precision"), ("detection", "Detection rate")):
        on_card = re.search(rf"{quantity} [^|]*\|+([\d.]+) % \[([\d.]+), ([\d.]+)\]", card).groups()
        assert on_card == tuple(f"{100 * share:.1f}" for share in page[name]), quantity
        told = re.search(
            rf"{quantity.lower()}: ([\d.]+) %, (?:known exactly|between ([\d.]+) % and ([\d.]+) %)", command
        )
        assert [one for one in told.groups() if one] == list(dict.fromkeys(on_card)), quantity
    total = re.search(r"wrong labels in all: (\d+), between (\d+) and (\d+)", command).groups()
    assert f"|{total[0]} [{total[1]}, {total[2]}]|" in card
