"""How the matcher's time grows from a town to France's order: figures, powers of the classes, and a curve."""

from itertools import pairwise
from math import log
from pathlib import Path

import plotext

from tests.benchmarks.figures import Figure, informative
from tests.benchmarks.regions import SIZES, SIZES_BETWEEN

CURVE = Path("build/match_growth.txt")
WIDTH, HEIGHT = 80, 20


def grown(known: dict[str, float], between: dict[str, float]) -> list[Figure]:
    """Draw the curve of these seconds by size, print it, keep it as `CURVE`; give what is told beside it."""
    classes = {name: size.classes for name, size in (SIZES | SIZES_BETWEEN).items()}
    points = sorted((classes[name], seconds) for name, seconds in (known | between).items())
    drawn = draw(points)
    CURVE.parent.mkdir(exist_ok=True)
    CURVE.write_text(drawn + "\n")
    print(drawn)  # noqa: T201  a benchmark talks to whoever runs it
    names = sorted(known, key=classes.__getitem__)
    return [
        *(informative(f"match_seconds_{name}", seconds, "s") for name, seconds in between.items()),
        *(
            informative(
                f"match_growth_{small}_to_{large}",
                log(known[large] / known[small]) / log(classes[large] / classes[small]),
                "power of classes",
            )
            for small, large in pairwise(names)
        ),
    ]


def draw(points: list[tuple[int, float]]) -> str:
    """The curve as text, both axes logarithmic."""
    sizes, seconds = zip(*points, strict=True)
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(WIDTH, HEIGHT)
    plotext.title("Candidates to solution, floors included: seconds by classes")
    plotext.xscale("log")
    plotext.yscale("log")
    plotext.plot(sizes, seconds, marker="braille")
    plotext.xticks(sizes, [f"{size:,}" for size in sizes])
    plotext.yticks(seconds, [f"{second:.2f}" for second in seconds])
    return str(plotext.uncolorize(plotext.build()))
