"""Choices of the person who exports that are no policy: they change what a file shows, never what was decided."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExportOptions:
    """show_given: whether tasks for annotators show the given label; hidden it cannot sway them. image_prefix: put
    before the pictures' paths, where another program finds them. with_pictures: whether a Hugging Face dataset holds
    the pictures themselves. source_needed: whether such a dataset may not be made without the files that it was read
    from, which alone have its other splits and its columns in their own types. own_paths: whether the table of the
    samples as they were read, which its owner joins with the own files, keeps paths of the owner's disk."""

    show_given: bool = False
    image_prefix: str = ""
    with_pictures: bool = False
    source_needed: bool = True
    own_paths: bool = True

    def address(self, image: str) -> str:
        """A picture's path as the other program asks for it."""
        return self.image_prefix + image if image else ""


DEFAULT_OPTIONS = ExportOptions()
