"""What the desk asks of whoever knows how a browser shows a sample."""

from typing import Protocol


class CardMaker(Protocol):
    """Makes what a browser is told of a sample; the desk says which and when. Rows are places in the dataset."""

    def card(self, row: int, mode: str) -> dict:
        """All that is shown before the decision; in mode "open" the reveal too."""

    def cell(self, row: int) -> dict:
        """A thumbnail of the grid."""

    def reveal(self, row: int) -> dict:
        """What was hidden."""

    def details(self, row: int) -> dict:
        """What takes asking the experts again."""

    def picture_url(self, row: int, size: str) -> str | None:
        """Where the sample's picture is fetched; None where it has none."""
