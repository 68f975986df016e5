"""One picture of a soak: memory, counts, journal and logs over all days."""

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.soak.samples import Sample

_DAY_MINUTES = 8 * 60
_FIRST_MINUTE = 9 * 60
_INK, _MUTED, _RULE = "#1f2933", "#6b7785", "#e4e8ec"
_BLUE, _GREEN, _AMBER = "#2459c4", "#0f8a5f", "#b7791f"

Line = tuple[str, str, Callable[[Sample], float]]
_PANELS: tuple[tuple[str, tuple[Line, ...]], ...] = (
    (
        "memory, MB",
        (
            ("resident", _BLUE, lambda one: one.resident_kb * 1_024 / 1e6),
            ("proportional", _GREEN, lambda one: one.proportional_kb * 1_024 / 1e6),
        ),
    ),
    (
        "count",
        (
            ("descriptors", _BLUE, lambda one: one.descriptors),
            ("tasks", _GREEN, lambda one: one.tasks),
            ("threads", _AMBER, lambda one: one.threads),
        ),
    ),
    (
        "files, MB",
        (
            ("database", _BLUE, lambda one: one.database_bytes / 1e6),
            ("write-ahead log", _AMBER, lambda one: one.write_ahead_bytes / 1e6),
            ("logs", _GREEN, lambda one: one.log_bytes / 1e6),
        ),
    ),
    ("rows, thousands", (("journal and candles", _BLUE, lambda one: one.rows / 1e3),)),
)


def draw(samples: Sequence[Sample], marks: Sequence[tuple[int, int, str]], path: Path) -> None:
    """Write the picture as a PNG file."""
    figure = Figure(figsize=(14, 12), layout="constrained")
    panels = figure.subplots(len(_PANELS), sharex=True)
    for axes, (label, lines) in zip(panels, _PANELS, strict=True):
        _draw_panel(axes, samples, label, lines)
        for day, minute, name in marks:
            if name == "kill -9":
                axes.axvline(_at(day, minute), color="#c8372d", linewidth=1, linestyle=(0, (2, 2)))
    days = sorted({one.day for one in samples})
    panels[-1].set_xticks([_at(day, 12 * 60 + 30) for day in days], [f"day {day}" for day in days])
    figure.suptitle("The same times of each day; red: the process was killed", color=_INK, fontsize=11)
    figure.savefig(path, dpi=90)


def _draw_panel(axes: Axes, samples: Sequence[Sample], label: str, lines: Sequence[Line]) -> None:
    for name, colour, figure in lines:
        for process in sorted({one.process for one in samples}):
            run = [one for one in samples if one.process == process]
            axes.plot(
                [_at(one.day, one.minute) for one in run],
                [figure(one) for one in run],
                color=colour,
                linewidth=1.4,
                marker=".",
                markersize=4,
                label=name if process == samples[0].process else None,
            )
    for day in {one.day for one in samples}:
        axes.axvline(_at(day, _FIRST_MINUTE), color=_RULE, linewidth=1)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(label, color=_MUTED)
    axes.grid(axis="y", color=_RULE)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), frameon=False, ncols=3, fontsize=9)


def _at(day: int, minute: int) -> int:
    """Minutes from the first open; nights take no room."""
    return (day - 1) * _DAY_MINUTES + minute - _FIRST_MINUTE
