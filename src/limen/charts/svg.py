"""A small, strict SVG writer: every text and attribute is escaped, every number is short."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from zlib import crc32

# Average advance of a 13 px system sans-serif letter; generous, so that reserved room is never too small.
LETTER_PX = 7.0
TEXT_PX = 13


def number(value: float) -> str:
    """At most one decimal, no trailing zero: 12, 12.5."""
    text = f"{value:.1f}"
    return "0" if text in ("-0.0", "0.0") else text.removesuffix(".0")


def words_px(text: str) -> float:
    """About how wide `text` is drawn, in px."""
    return len(text) * LETTER_PX


@dataclass
class Drawing:
    """Collects elements in drawing order; `render` wraps them into one accessible picture."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def rect(self, css: str, x: float, y: float, width: float, height: float, radius: float = 0) -> None:
        rounded = f' rx="{number(radius)}"' if radius else ""
        self.parts.append(
            f'<rect class="{css}" x="{number(x)}" y="{number(y)}" width="{number(max(width, 0))}"'
            f' height="{number(max(height, 0))}"{rounded}/>'
        )

    def line(self, css: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self.parts.append(
            f'<line class="{css}" x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"/>'
        )

    def dot(self, css: str, x: float, y: float, radius: float) -> None:
        self.parts.append(f'<circle class="{css}" cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"/>')

    def path(self, css: str, points: Sequence[tuple[float, float]], closed: bool = False) -> None:
        if len(points) > 1:
            steps = "L".join(f"{number(x)} {number(y)}" for x, y in points)
            self.parts.append(f'<path class="{css}" d="M{steps}{"Z" if closed else ""}"/>')

    def text(self, css: str, x: float, y: float, words: str, anchor: str = "start") -> None:
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.parts.append(
            f'<text class="{css}" x="{number(x)}" y="{number(y)}"{place}>{escape(printable(words))}</text>'
        )

    def render(self, kind: str, title: str, sentence: str) -> str:
        """The whole picture. The ids come from its content, so two different charts can share a page."""
        body = "".join(self.parts)
        key = f"c{crc32((title + sentence + body).encode()):08x}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart chart-{kind}" role="img"'
            f' viewBox="0 0 {number(self.width)} {number(self.height)}"'
            f' aria-labelledby="{key}-t" aria-describedby="{key}-d">'
            f'<title id="{key}-t">{escape(printable(title))}</title>'
            f'<desc id="{key}-d">{escape(printable(sentence))}</desc>{body}</svg>'
        )


def printable(words: str) -> str:
    """`words` without the control characters that no XML document may hold."""
    return "".join(letter if letter.isprintable() else " " for letter in words)


def shortened(words: str, room_px: float) -> str:
    """`words`, cut with an ellipsis where they would not fit into `room_px`. The table keeps them whole."""
    letters = int(room_px / LETTER_PX)
    return words if len(words) <= letters else words[: max(letters - 1, 1)].rstrip() + "…"
