"""The text of a page as it is drawn: which string stands where, by pypdf's reading of fonts.

pypdf's public ``extract_text`` keeps the order of drawing and merges columns that are drawn row by row. Here the
operators are followed with the fonts of its layout mode, which know how wide a string is; ``extract_text`` is taken
where it sees more, as in forms that a page embeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pypdf import PageObject
from pypdf._text_extraction import mult
from pypdf._text_extraction._layout_mode._fixed_width_page import resolve_font
from pypdf._text_extraction._layout_mode._text_state_params import TextStateParams
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, ContentStream

from ingest.pdf.types import RawPage, Run

_JOINED = 1.2  # heights: a gap below it lies within a run, one above may be the gutter between two columns
_WORD_GAP = 0.15  # heights: a gap above it is a space
_SAME_LINE = 0.5  # heights that a subscript may stand off the baseline
_ENOUGH = 0.8  # share of the letters that ``extract_text`` sees
_LINE_HEIGHT = 12.0
_UNMOVED = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
_MOST_SAVED = 1000  # graphics states within each other
_NO_TEXT = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError)


def read_page(page: PageObject) -> RawPage:
    """Returns the text of a page with its places; where they are not known, line under line."""
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    try:
        strings = list(_strings(page))
    except _NO_TEXT:
        strings = []
    runs = list(_runs(string for string in strings if not string.rotated))
    plain = page.extract_text()
    if sum(len("".join(run.text.split())) for run in runs) < _ENOUGH * len("".join(plain.split())):
        runs = list(_lines_of(plain, height))
    margin = "".join(string.text for string in strings if string.rotated)
    return RawPage(tuple(runs), margin, width, height)


@dataclass(slots=True)
class _State:
    """What the operators of a page change: matrices, font and spacing."""

    page: list[float] = field(default_factory=lambda: list(_UNMOVED))
    line: list[float] = field(default_factory=lambda: list(_UNMOVED))
    text: list[float] = field(default_factory=lambda: list(_UNMOVED))
    font: Any = None
    size: float = 0.0
    Tc: float = 0.0
    Tw: float = 0.0
    Tz: float = 100.0
    TL: float = 0.0
    Ts: float = 0.0

    def string(self, value: bytes | str) -> TextStateParams:
        """Returns a string at the place that is reached."""
        spacing = (self.Tc, self.Tw, self.Tz, self.TL, self.Ts)
        return TextStateParams(value, self.font, self.size, *spacing, mult(self.text, self.page))

    def next_line(self, right: float, up: float) -> None:
        """Moves to the start of another line."""
        self.line = mult([1.0, 0.0, 0.0, 1.0, right, up], self.line)
        self.text = list(self.line)


def _strings(page: PageObject) -> Iterator[TextStateParams]:
    contents = page.get_contents()
    if contents is None:
        return
    fonts: dict[str, Any] = page._layout_mode_fonts()
    state, saved = _State(), list[_State]()
    for operands, operator in ContentStream(contents, page.pdf, "bytes").operations:
        if operator == b"q" and len(saved) < _MOST_SAVED:
            saved.append(replace(state))
        elif operator == b"Q" and saved:
            state = saved.pop()
        elif operator in (b"Tj", b"TJ", b"'", b'"'):
            yield from _shown(operator, operands, state)
        else:
            _obey(operator, operands, state, fonts)


def _shown(operator: bytes, operands: Sequence[Any], state: _State) -> Iterator[TextStateParams]:
    if state.font is None or not operands:
        return
    if operator in (b"'", b'"'):
        state.next_line(0.0, -state.TL)
    shown = operands[-1]
    for item in shown if isinstance(shown, ArrayObject) else [shown]:
        if isinstance(item, bytes | str):
            string = state.string(item)
            if string.font.interpretable:
                yield string
            state.text = mult(string.displacement_matrix(), state.text)
        elif isinstance(item, int | float):
            state.text = mult(state.string("").displacement_matrix(td_offset=float(item)), state.text)


def _obey(operator: bytes, operands: Sequence[Any], state: _State, fonts: dict[str, Any]) -> None:
    match operator:
        case b"cm":
            state.page = mult([float(number) for number in operands[:6]], state.page)
        case b"BT":
            state.line, state.text = list(_UNMOVED), list(_UNMOVED)
        case b"Td" | b"TD":
            if operator == b"TD":
                state.TL = -float(operands[1])
            state.next_line(float(operands[0]), float(operands[1]))
        case b"T*":
            state.next_line(0.0, -state.TL)
        case b"Tm":
            state.line = [float(number) for number in operands[:6]]
            state.text = list(state.line)
        case b"Tf":
            state.font, state.size = resolve_font(fonts, operands[0]), float(operands[1])
        case b"Tc" | b"Tw" | b"Tz" | b"TL" | b"Ts":
            setattr(state, operator.decode(), float(operands[0]))


def _runs(strings: Iterable[TextStateParams]) -> Iterator[Run]:
    """Joins strings that follow each other on one line."""
    held: Run | None = None
    for string in strings:
        if not string.text:
            continue
        run = Run(
            string.text, string.tx, max(string.tx, string.displaced_tx), string.ty, abs(string.font_height) or 1.0
        )
        if held is not None and _follows(held, run):
            held = _joined(held, run)
            continue
        if held is not None and held.text.strip():
            yield held
        held = run
    if held is not None and held.text.strip():
        yield held


def _follows(held: Run, run: Run) -> bool:
    height = max(held.height, run.height)
    gap = run.left - held.right
    return abs(run.bottom - held.bottom) < _SAME_LINE * height and -0.5 * height < gap < _JOINED * height


def _joined(held: Run, run: Run) -> Run:
    """Returns two runs as one; the baseline of the larger type is that of the line."""
    larger = held if held.height >= run.height else run
    gap = run.left - held.right > _WORD_GAP * larger.height
    space = " " if gap and not held.text.endswith(" ") else ""
    return Run(f"{held.text}{space}{run.text}", held.left, run.right, larger.bottom, larger.height)


def _lines_of(plain: str, height: float) -> Iterator[Run]:
    for number, line in enumerate(plain.split("\n"), start=1):
        if line.strip():
            yield Run(line.strip(), 0.0, 5.0 * len(line), height - _LINE_HEIGHT * number, _LINE_HEIGHT)
