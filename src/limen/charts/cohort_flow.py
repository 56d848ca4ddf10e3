"""How many people reached each stage, and who left in between."""

from collections.abc import Sequence
from dataclasses import dataclass

from limen.charts.model import Chart, Table
from limen.charts.scale import Scale
from limen.charts.svg import Drawing, shortened, words_px

STAGE_PX = 44
LEFT_PX = 24


@dataclass(frozen=True)
class FlowStage:
    """People at a stage, and why some of them did not reach the next one, as (reason, count)."""

    label: str
    n: int
    left: tuple[tuple[str, int], ...] = ()


def cohort_flow(*, title: str, stages: Sequence[FlowStage], width: int = 720) -> Chart:
    """Stages from first to last as bars in proportion to the first. People with no known reason are shown as such.

    Raises ValueError when there are no stages, a count is negative, a stage is larger than the one before, or more
    people left than are missing.
    """
    if not stages:
        raise ValueError("at least one stage is needed")
    leavings = _leavings(stages)
    drawing = Drawing(width, _height(leavings))
    x = Scale(0, max(stages[0].n, 1), 2, width - 2)
    y = 4.0
    for stage, left in zip(stages, leavings, strict=True):
        _draw_stage(drawing, x, y, stage, stages[0].n)
        y += STAGE_PX
        for reason, count in left:
            drawing.line("c-leave", 10, y - 2, 10, y + LEFT_PX - 6)
            words = f"{count} left: {reason}"
            drawing.text("c-text c-muted", 22, y + 13, shortened(words, width - 26))
            y += LEFT_PX
    sentence = _sentence(stages, leavings)
    return Chart(drawing.render("flow", title, sentence), title, sentence, _table(title, stages, leavings))


def _leavings(stages: Sequence[FlowStage]) -> tuple[tuple[tuple[str, int], ...], ...]:
    """Who left after each stage, with anyone unaccounted for named as such."""
    result = []
    for index, stage in enumerate(stages):
        if stage.n < 0 or any(count < 0 for _, count in stage.left):
            raise ValueError(f"stage {stage.label!r}: a count cannot be negative")
        known = sum(count for _, count in stage.left)
        following = stages[index + 1].n if index + 1 < len(stages) else stage.n - known
        lost = stage.n - following
        if lost < 0:
            raise ValueError(f"stage {stages[index + 1].label!r} has {following} people, more than {stage.n} before it")
        if known > lost:
            raise ValueError(f"stage {stage.label!r}: {known} people are said to have left but {lost} are missing")
        unknown = (("reason not recorded", lost - known),) if lost > known else ()
        result.append(tuple(pair for pair in stage.left if pair[1]) + unknown)
    return tuple(result)


def _height(leavings: Sequence[Sequence[tuple[str, int]]]) -> float:
    return 8 + STAGE_PX * len(leavings) + LEFT_PX * sum(len(left) for left in leavings)


def _draw_stage(drawing: Drawing, x: Scale, y: float, stage: FlowStage, first: int) -> None:
    count = _count_text(stage.n, first)
    drawing.text("c-text", 2, y + 13, shortened(stage.label, drawing.width - words_px(count) - 16))
    drawing.text("c-text c-strong", drawing.width - 2, y + 13, count, "end")
    drawing.rect("c-track", x.start, y + 20, x.end - x.start, 12, 3)
    if stage.n:
        drawing.rect("c-bar", x.start, y + 20, max(x(stage.n) - x.start, 2), 12, 3)


def _count_text(n: int, first: int) -> str:
    return f"{n} · {100 * n / first:.0f} %" if first else str(n)


def _sentence(stages: Sequence[FlowStage], leavings: Sequence[Sequence[tuple[str, int]]]) -> str:
    steps = ", ".join(f"{stage.n} {stage.label[:1].lower()}{stage.label[1:]}" for stage in stages)
    lost = sum(count for left in leavings for _, count in left)
    unknown = sum(count for left in leavings for reason, count in left if reason == "reason not recorded")
    return f"{steps}. {lost} left on the way, {unknown} of them without a recorded reason."


def _table(title: str, stages: Sequence[FlowStage], leavings: Sequence[Sequence[tuple[str, int]]]) -> Table:
    rows = []
    for stage, left in zip(stages, leavings, strict=True):
        share = f"{100 * stage.n / stages[0].n:.0f}" if stages[0].n else "–"
        rows.append((stage.label, "", str(stage.n), share))
        rows.extend((stage.label, f"left: {reason}", str(count), "–") for reason, count in left)
    return Table(caption=title, headers=("Stage", "Who left", "People", "% of first stage"), rows=tuple(rows))
