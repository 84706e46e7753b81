"""A fault of a texture, in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`name` is for machines; `text` says what is wrong and how that shows, `hint` how to mend it: a sentence each."""

    name: str
    text: str
    hint: str
