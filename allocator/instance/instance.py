"""An instance as people use it: facts, with ways to make them and to get changed ones."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from allocator.arguments import text as a_text
from allocator.arguments import texts
from allocator.instance.case import case
from allocator.instance.coalition import coalition
from allocator.instance.facts import Facts
from allocator.instance.odd import warnings
from allocator.instance.override import override
from allocator.instance.program import of_dict, of_frames
from allocator.instance.read import read_as, understood
from allocator.instance.write import write

if TYPE_CHECKING:
    import pandas as pd


class Instance(Facts):
    __doc__ = Facts.__doc__

    __slots__ = ()

    def warnings(self) -> list[str]:
        """What is legal but odd, and before that the :attr:`notes`."""

        return [*self.notes, *warnings(self)]

    @classmethod
    def from_frames(cls, settings: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> Self:
        """An instance from DataFrames, one a table; missing values are blanks, the index is not read.

        Values of numpy and pandas, decimals, dates and fractions that are decimal numbers are read as plain values.

        Raises
        ------
        BadInput
            With every fault found; rows count from 1.
        BadUsage
            The settings are no mapping, or the frames are no mapping of DataFrames.

        Examples
        --------
        >>> import allocator
        >>> toy = allocator.read("toy-rotation")
        >>> frames = {table: toy.frame(table) for table in toy.tables}
        >>> allocator.Instance.from_frames(toy.settings, frames) == toy
        True
        """

        return understood(of_frames(settings, frames), None, cls)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """An instance from the JSON carrier's object.

        Raises
        ------
        BadInput
            With every fault found; rows count from 1.
        BadUsage
            The content is no mapping.

        Examples
        --------
        >>> import allocator
        >>> content = allocator.read("toy-rotation").to_dict()
        >>> content["forces"][0]["units"] = 20
        >>> allocator.Instance.from_dict(content).rows("forces")[0]["units"]
        20
        """

        return understood(of_dict(content), None, cls)

    def override(self, *settings: str) -> Self:
        """The instance with some cells changed, checked again.

        Parameters
        ----------
        settings : str
            ``horizon.periods=4``, ``events.us_backstop=true``, ``budgets[payer=common].amount*=0.8``. ``+=``, ``-=``
            and ``*=`` change a number that is there, in exact arithmetic; what they make fractional in a column of
            whole numbers is rounded down. ``=`` with a key that names a whole row which is not there adds it:
            ``willingness[nation=DEU,objective=safe_skies].willingness=1``. What was rounded or added is in
            :attr:`notes` and :meth:`warnings`. A figure that is set loses its range (``_low``, ``_high``).

        Raises
        ------
        BadInput
            A key matches nothing and names no row to add, or the changed instance has faults.

        Examples
        --------
        >>> import allocator
        >>> fewer = allocator.read("toy-rotation").override("forces[nation=AAA].units*=0.25")
        >>> fewer.rows("forces")[0]["units"]
        2
        >>> fewer.notes
        ('forces[nation=AAA].units*=0.25: 10 * 0.25 = 2.5, rounded down to 2',)
        """

        return override(self, texts("settings", settings))

    def case(self, name: str) -> Self:
        """The instance with every figure at one end of its range, checked again.

        Parameters
        ----------
        name : str
            ``low`` or ``high``: each ``c_low`` (``c_high``) that is given takes the place of ``c``, and the companions
            stay; ``base`` is the instance itself.

        Raises
        ------
        BadUsage
            There is no such case.
        BadInput
            The changed instance has faults.

        Examples
        --------
        >>> import allocator
        >>> toy = allocator.read("toy-rotation").to_dict()
        >>> toy["forces"][0]["units_low"] = 8
        >>> allocator.Instance.from_dict(toy).case("low").rows("forces")[0]["units"]
        8
        """

        return case(self, name)

    def coalition(self, text: str) -> Self:
        """The instance in which only a coalition takes part; whoever is not in it is willing to do nothing.

        Parameters
        ----------
        text : str
            Groups and nations, read from left to right: ``+`` adds, ``-`` takes out, as in ``JEF+FRA``; a text that
            starts with ``-`` starts from all nations.

        Raises
        ------
        BadInput
            A name is unknown, a part is empty, or nobody is left.

        Examples
        --------
        >>> import allocator
        >>> western = allocator.read("toy-pledges").coalition("WEST")
        >>> sorted({row["nation"] for row in western.rows("willingness")})
        ['BBB', 'CCC', 'EEE']
        """

        return coalition(self, a_text("coalition", text))

    def write(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the instance; see :func:`allocator.write`."""

        write(self, path, overwrite=overwrite)


def read(path: str | os.PathLike[str]) -> Instance:
    """Read and check an instance.

    Parameters
    ----------
    path : path
        A folder with ``instance.toml``, an ``.xlsx`` workbook, a ``.json`` file, or the name of a bundled instance.

    Raises
    ------
    BadInput
        With every fault found.

    Examples
    --------
    >>> import allocator
    >>> allocator.read("toy-rotation")
    <Instance toy-rotation: 1 nations, 1 pools>
    """
    return read_as(path, Instance)
