"""Pieces of HTML that occur more than once. Texts come escaped, or from data that is ours."""

from collections.abc import Iterable
from html import escape

from bluenoise_assets.report.page.views import Picture

TIMES, MINUS, NONE = "\u00d7", "\u2212", "\u2013"

LARGEST = 256
"""Pixels on a side to which small pictures are enlarged at most."""

MOST_TIMES = 16


def figure(inside: str, caption: str, kind: str = "") -> str:
    attributes = f' class="{kind}"' if kind else ""
    return f"<figure{attributes}>{inside}<figcaption>{caption}</figcaption></figure>"


def image(picture: Picture, alt: str, scale: int = 1, attributes: str = 'class="exact"') -> str:
    """A picture whose texels are squares of `scale` pixels."""
    sides = f'width="{scale * picture.width}" height="{scale * picture.height}"'
    return f'<img {attributes} data-scale="{scale}" {sides} alt="{escape(alt)}" src="{picture.uri}">'


def shared_image(name: str, picture: Picture, alt: str) -> str:
    """A picture that is once in the page, by its id, 1:1."""
    sides = f'width="{picture.width}" height="{picture.height}" viewBox="0 0 {picture.width} {picture.height}"'
    return (
        f'<svg class="exact" data-scale="1" {sides} role="img" aria-label="{escape(alt)}"><use href="#{name}"/></svg>'
    )


def scale_of(*sides: int) -> int:
    """How many pixels a texel gets: a power of two, so that a picture is not larger than `LARGEST`."""
    scale = 1
    while 2 * scale * max(sides) <= LARGEST and scale < MOST_TIMES:
        scale *= 2
    return scale


def times(scale: int) -> str:
    """A picture's scale in words."""
    return "1:1" if scale == 1 else f"{scale} times as large"


def scrolled(inside: str, label: str, kind: str = "scroll") -> str:
    """What may be wider than a phone: it scrolls by itself, also by keys."""
    return f'<div class="{kind}" role="region" tabindex="0" aria-label="{escape(label)}">{inside}</div>'


def table(caption: str, heads: Iterable[str], rows: Iterable[str]) -> str:
    """A table; its rows are those of `row`."""
    head = "".join(f'<th scope="col"{_kind(text)}>{text.removeprefix("#")}</th>' for text in heads)
    parts = [
        f"<table><caption><span>{caption}</span></caption>",
        f"<thead><tr>{head}</tr></thead>",
        "<tbody>",
        *rows,
        "</tbody></table>",
    ]
    return "\n".join(parts)


def _kind(text: str) -> str:
    """A column of numbers is marked by a `#` before its head."""
    return ' class="number"' if text.startswith("#") else ""


def row(head: str, cells: Iterable[str], kind: str = "") -> str:
    attributes = f' class="{kind}"' if kind else ""
    return f'<tr{attributes}><th scope="row">{head}</th>{"".join(cells)}</tr>'


def number(text: str) -> str:
    """A cell with a number."""
    return f'<td class="number">{text}</td>'


def details(summary: str, inside: str) -> str:
    return f"<details><summary>{summary}</summary>{inside}</details>"


def listing(text: str) -> str:
    """A text as it is, to be copied."""
    return f'<pre tabindex="0">{escape(text)}</pre>'


def decimal(value: float | None, digits: int) -> str:
    return NONE if value is None else f"{value:.{digits}f}".replace("-", MINUS)
