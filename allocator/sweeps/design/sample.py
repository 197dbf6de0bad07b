r"""Samples over the ranges of uncertain figures, and what the answer depends on most.

The designs are those of SALib, on the unit cube. A figure that is a whole number takes every whole number of its range
with equal probability, so two points of a design may coincide. Other figures are spread evenly over their range.
Figures are drawn independently of each other.

Indices refer to the values that the figures really take, not to the design before rounding: a Morris effect is the
change of the output divided by the step that was taken, as a share of the range,

$$ e_i = \frac{f(x') - f(x)}{(x'_i - x_i) / (high_i - low_i)}, $$

and a step that rounding made 0 gives no effect. Sobol indices need no correction: a rounded figure is a function of its
own column alone, so the shares of the variance belong to it.

**Toy.** Coverage is a tenth for each ten units of a pool, and the pool has 9 or 10 units. Every trajectory steps from 9
to 10 or back, which is the whole range, whatever share of the unit cube the design stepped over. So each effect is
0.01, and their mean is 0.01.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allocator.errors import BadUsage
from allocator.instance import Instance
from allocator.instance.cells import near
from allocator.statistics import SURE, Z, fisher
from allocator.sweeps.design.figures import Figure
from allocator.sweeps.design.parts import Point, counted, ranged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from allocator.sweeps.run.row import Row

METHODS = {
    "lhs": "Latin hypercube: N points; rank correlations",
    "sobol": "Saltelli's design: N (figures + 2) points, N a power of two; first-order and total Sobol indices",
    "morris": "trajectories of Morris: N (figures + 1) points; elementary effects over the range of a figure",
}
"""Methods, the points that they draw and the indices that they give."""

MOST = 1_000_000
"""Most points of a sample."""

LEVELS = 4
"""Levels of a Morris design."""

RESAMPLES = 1000
"""Resamples of a bootstrap."""

DIGITS = 9
"""Significant digits of a drawn value."""


@dataclass(frozen=True)
class Sample:
    """A sample over the ranges of figures.

    Attributes
    ----------
    method : str
        ``lhs``, ``sobol`` or ``morris``.
    figures : tuple of Figure
    n, seed : int
    unit : array
        The design on the unit cube: one row per point, one column per figure.
    """

    method: str
    figures: tuple[Figure, ...]
    n: int
    seed: int
    unit: NDArray[np.float64] = field(repr=False, compare=False)

    @property
    def kind(self) -> str:
        """The method."""
        return self.method

    @property
    def size(self) -> int:
        """Number of points."""
        return len(self.unit)

    @property
    def title(self) -> str:
        """One line for people."""
        return f"{self.method} sample of {counted(self.size, 'point')} over {counted(len(self.figures), 'figure')}"

    def rounds(self) -> Generator[list[Point], Sequence[Row], None]:
        """All points at once."""
        yield [self._point(row) for row in self.unit.tolist()]

    def _point(self, unit: list[float]) -> Point:
        values = [scaled(figure, share) for figure, share in zip(self.figures, unit, strict=True)]
        inputs = {figure.key: value for figure, value in zip(self.figures, values, strict=True)}
        settings = (figure.setting(value) for figure, value in zip(self.figures, values, strict=True))
        return Point(inputs, tuple(settings))

    def indices(self, rows: Sequence[Row], outputs: Sequence[str] = ("coverage", "cost")) -> list[dict[str, Any]]:
        """How strongly measures depend on each figure; the strongest comes first.

        Parameters
        ----------
        rows : sequence of Row
            The rows of the points, in their order.
        outputs : sequence of str
            Measures, see :func:`allocator.plan.measures.everything`.

        Returns
        -------
        list of dict
            ``output``, ``figure`` and

            - sobol: ``total``, ``total_conf``, ``first``, ``first_conf``: shares of the variance, and half the width of
              their 95 % confidence intervals;
            - morris: ``mu_star``, ``mu_star_conf``, ``mu``, ``sigma``: the mean size of the change of the output over
              the range of the figure, half the width of its 95 % confidence interval, the mean change, and its
              standard deviation; ``effects``, their number, and ``unmoved``, the steps that rounding made 0;
            - lhs: ``rank_correlation`` (Spearman's), ``low``, ``high`` (its 95 % confidence interval), ``points`` (with
              a plan) and ``without_plan``.

            None means not defined, for example if an output is the same everywhere.

        Raises
        ------
        BadUsage
            There is no such measure, or a point of a Sobol or Morris design has no plan; its indices are then not
            defined.
        """
        import numpy as np

        if len(rows) != self.size:
            raise BadUsage(f"{len(rows):,} rows, expected {self.size:,}: one for each point of the sample")
        table = np.array([_outputs(row.measures if row.found else None, outputs) for row in rows], dtype=float)
        planned = ~np.isnan(table).any(axis=1)
        missing = int((~planned).sum())
        if missing and self.method != "lhs":
            raise BadUsage(
                f"{self.method} indices need a plan at every point; {missing:,} of {self.size:,} have none "
                "(narrow the ranges, or use the method lhs, which leaves them out)"
            )
        taken = self._taken()[planned]
        entries: list[dict[str, Any]] = []
        for at, output in enumerate(outputs):
            columns = self._analysed(table[planned, at], taken)
            strength = [abs(value or 0.0) for value in next(iter(columns.values()))]
            for i in sorted(range(len(self.figures)), key=strength.__getitem__, reverse=True):
                figures = {name: values[i] for name, values in columns.items()}
                entries.append({"output": output, "figure": self.figures[i].key, **figures})
                if self.method == "lhs":
                    entries[-1] |= {"points": int(planned.sum()), "without_plan": missing}
        return entries

    def _analysed(self, output: NDArray[np.float64], taken: NDArray[np.float64]) -> dict[str, list[float | None]]:
        """Name of an index -> its values by figure; the first index ranks the figures."""
        import numpy as np

        if len(output) == 0 or np.ptp(output) <= 1e-12 * max(1.0, float(np.abs(output).max())):
            return {name: [None] * len(self.figures) for name in _COLUMNS[self.method]}
        if self.method == "lhs":
            return _correlations(taken, output)
        seeded = np.random.default_rng(self.seed)
        if self.method == "morris":
            return _elementary(self.unit, taken, output, seeded)
        problem = _problem(len(self.figures))
        analyze = _salib("analyze.sobol").analyze
        found = analyze(problem, output, calc_second_order=False, conf_level=SURE, seed=seeded)
        return {name: [_finite(value) for value in found[theirs]] for name, theirs in _SOBOL.items()}

    def _taken(self) -> NDArray[np.float64]:
        """The values of the figures as shares of their ranges: one row per point, one column per figure."""
        import numpy as np

        shares = [
            [(scaled(figure, share) - figure.low) / (figure.high - figure.low) for share in column]
            for figure, column in zip(self.figures, self.unit.T.tolist(), strict=True)
        ]
        return np.array(shares).T


_SOBOL = {"total": "ST", "total_conf": "ST_conf", "first": "S1", "first_conf": "S1_conf"}

_COLUMNS = {
    "sobol": tuple(_SOBOL),
    "morris": ("mu_star", "mu_star_conf", "mu", "sigma", "effects", "unmoved"),
    "lhs": ("rank_correlation", "low", "high"),
}


def sample(instance: Instance, n: int, method: str = "lhs", named: Sequence[str] = (), seed: int = 0) -> Sample:
    """A sample over the ranges of uncertain figures.

    Parameters
    ----------
    instance : Instance
    n : int
        ``lhs``: number of points; ``sobol``: N of Saltelli's design, a power of two; ``morris``: number of
        trajectories.
    method : str
        ``lhs``, ``sobol`` or ``morris``.
    named : sequence of str
        As in :func:`allocator.sweeps.design.figures.figures`; all figures by default.
    seed : int

    Raises
    ------
    BadInput
        A name has no figure with a range, or the instance has none.
    BadUsage
        The method is unknown, the method cannot use the number, or SALib is missing.
    """
    if method not in METHODS:
        raise BadUsage(f"method {method!r}, expected one of {', '.join(METHODS)}{near(method, METHODS)}")
    if n < 2:
        raise BadUsage(f"a sample of {n}, expected at least 2")
    if method == "sobol" and n & (n - 1):
        below = 1 << (n.bit_length() - 1)
        raise BadUsage(f"a sobol sample of {n}, expected a power of two, such as {below} or {2 * below}")
    if seed < 0:
        raise BadUsage(f"a seed of {seed}, expected at least 0")
    figures = tuple(ranged(instance, named, "--sample"))
    size = n * {"lhs": 1, "sobol": len(figures) + 2, "morris": len(figures) + 1}[method]
    if size > MOST:
        raise BadUsage(f"a sample of {size:,} points, expected at most {MOST:,}")
    problem = _problem(len(figures))
    if method == "lhs":
        unit = _salib("sample.latin").sample(problem, n, seed=seed)
    elif method == "sobol":
        unit = _salib("sample.sobol").sample(problem, n, calc_second_order=False, seed=seed)
    else:
        unit = _salib("sample.morris").sample(problem, n, num_levels=LEVELS, seed=seed)
    return Sample(method, figures, n, seed, unit)


def scaled(figure: Figure, share: float) -> int | float:
    """The value of a figure at a share of its range."""
    if figure.whole:
        skips = figure.nonzero and figure.low < 0 < figure.high
        last = int(figure.high) - skips
        drawn = int(min(math.floor(figure.low + share * (last - figure.low + 1)), last))
        return drawn + (skips and drawn >= 0)
    value = float(f"{figure.low + share * (figure.high - figure.low):.{DIGITS}g}")
    return min(max(value, figure.low), figure.high)


def _salib(name: str) -> Any:
    """A module of SALib, an optional dependency."""
    try:
        return importlib.import_module(f"SALib.{name}")
    except ImportError:
        raise BadUsage('a sample needs SALib; in the clone: pip install ".[sample]"') from None


def _problem(size: int) -> dict[str, Any]:
    return {"num_vars": size, "names": [f"x{i}" for i in range(size)], "bounds": [[0.0, 1.0]] * size}


def _outputs(measures: Mapping[str, float] | None, outputs: Sequence[str]) -> list[float]:
    if not measures:
        return [math.nan] * len(outputs)
    for name in outputs:
        if name not in measures:
            raise BadUsage(f"no measure {name} at every point{near(name, measures)}")
    return [measures[name] for name in outputs]


def _elementary(
    unit: NDArray[np.float64], taken: NDArray[np.float64], output: NDArray[np.float64], seeded: np.random.Generator
) -> dict[str, list[float | None]]:
    """Statistics of the elementary effects of each figure (Morris 1991, Technometrics 33(2), 161-174).

    In a trajectory each figure steps once. The interval of ``mu_star`` is a bootstrap interval, as in SALib.
    """
    import numpy as np

    size = unit.shape[1]
    moved = np.abs(np.diff(unit.reshape(-1, size + 1, size), axis=1)).argmax(axis=2)  # trajectory, step -> figure
    steps = np.take_along_axis(np.diff(taken.reshape(-1, size + 1, size), axis=1), moved[:, :, None], 2)[:, :, 0]
    changes = np.diff(output.reshape(-1, size + 1), axis=1)
    columns: dict[str, list[float | None]] = {name: [] for name in _COLUMNS["morris"]}
    for figure in range(size):
        own = (moved == figure) & (steps != 0)
        effects = changes[own] / steps[own]
        count = len(effects)
        sizes = np.abs(effects)
        again = sizes[seeded.integers(count, size=(RESAMPLES, count))].mean(axis=1) if count else sizes
        columns["mu_star"].append(float(sizes.mean()) if count else None)
        columns["mu_star_conf"].append(Z * float(again.std(ddof=1)) if count else None)
        columns["mu"].append(float(effects.mean()) if count else None)
        columns["sigma"].append(float(effects.std(ddof=1)) if count > 1 else None)
        columns["effects"].append(count)
        columns["unmoved"].append(int((moved == figure).sum()) - count)
    return columns


def _correlations(values: NDArray[np.float64], output: NDArray[np.float64]) -> dict[str, list[float | None]]:
    """Spearman's correlation of each figure with an output, with its confidence interval."""
    import numpy as np
    import pandas as pd

    ranks = pd.DataFrame(values).rank().to_numpy()
    y = pd.Series(output).rank().to_numpy()
    x, y = ranks - ranks.mean(axis=0), y - y.mean()
    scale = np.sqrt((x**2).sum(axis=0) * (y**2).sum())
    columns: dict[str, list[float | None]] = {"rank_correlation": [], "low": [], "high": []}
    for product, size in zip((x * y[:, None]).sum(axis=0).tolist(), scale.tolist(), strict=True):
        r = max(-1.0, min(1.0, product / size)) if size else None
        low, high = (None, None) if r is None or len(output) < 4 else fisher(r, len(output))
        for name, value in (("rank_correlation", r), ("low", low), ("high", high)):
            columns[name].append(value)
    return columns


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None
