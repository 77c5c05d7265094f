"""One kind of export: its names, for whom it is, and how it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Template
from typing import Literal

from cleaning.export.formats.archive import Content, Made, held_files, zip_files
from cleaning.export.formats.row_texts import whole
from cleaning.export.handover import Handover

Files = Mapping[str, Content]


@dataclass(frozen=True)
class ExportKind:
    """One thing that can be exported. name: as on the command line. title, words: for people. make: the
    file, whole or block by block.

    questions_only, pictures_only: makes sense only for a dataset of these. files: what a folder of it holds, by name,
    where it is several files; ``write`` then gives them zipped. command: what takes the file in elsewhere,
    in that program's words; pages show it, so it is none of ours. named: gives what stands in the command for its
    ``$names``. put_in: sentences on what only the reader knows. answers: whether it makes sense for free answers too,
    or for them only.
    """

    name: str
    title: str
    file_name: str
    words: str
    make: Callable[[Handover], Made]
    questions_only: bool = False
    pictures_only: bool = False
    files: Callable[[Handover], Files] | None = None
    command: str = ""
    named: Callable[[Handover], Mapping[str, str]] = lambda handover: {}
    put_in: tuple[str, ...] = ()
    answers: Literal["", "too", "only"] = ""

    def write(self, handover: Handover) -> bytes:
        """The whole file."""
        return whole(self.make(handover))

    def told(self, handover: Handover) -> tuple[str, tuple[str, ...]]:
        """(the command with all that is known of a dataset, sentences on what to do first and what to put in)"""
        known = self.named(handover)
        first = (f"Unzip {self.file_name} first.",) if self.files else ()
        return Template(self.command).substitute(known), tuple(
            Template(one).substitute(known) for one in (*first, *self.put_in)
        )

    def suits(self, shape: str) -> bool:
        """Whether it makes sense for a dataset of shape "image", "question" or "answers"."""
        if shape == "answers":
            return bool(self.answers) or not (self.pictures_only or self.questions_only)
        return self.answers != "only" and not (self.pictures_only if shape == "question" else self.questions_only)


def folder_kind(
    name: str, title: str, file_name: str, words: str, files: Callable[[Handover], Files], **more
) -> ExportKind:
    """A kind of several files; its ZIP holds one folder, called as the ZIP."""
    folder = file_name.removesuffix(".zip")

    def write(handover: Handover) -> bytes:
        return zip_files({f"{folder}/{inner}": data for inner, data in held_files(files(handover)).items()})

    return ExportKind(name, title, file_name, words, write, files=files, **more)
