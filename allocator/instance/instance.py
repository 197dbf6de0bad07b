"""The public class of instances: facts, with methods to make and to change them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from allocator.arguments import text as a_text
from allocator.arguments import texts
from allocator.instance.coalition import coalition
from allocator.instance.facts import Facts
from allocator.instance.odd import warnings
from allocator.instance.override import changed
from allocator.instance.program import of_dict, of_frames
from allocator.instance.read import read_as, understood
from allocator.instance.write import write

if TYPE_CHECKING:
    import pandas as pd


class Instance(Facts):
    __doc__ = Facts.__doc__

    __slots__ = ()

    def warnings(self) -> list[str]:
        """The ``notes``, then one line for each thing that is legal but odd."""

        return [*self.notes, *warnings(self)]

    @classmethod
    def from_frames(cls, settings: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> Self:
        """An instance from one DataFrame per table; missing values are blanks, the index is not read.

        Values of numpy and pandas, decimals, dates, and fractions that equal a decimal number are read as plain values.

        Raises
        ------
        BadInput
            With every fault found; rows count from 1.
        BadUsage
            The settings are not a mapping, or the frames are not a mapping of DataFrames.

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
        """An instance from the object of the JSON carrier.

        Raises
        ------
        BadInput
            With every fault found; rows count from 1.
        BadUsage
            The content is not a mapping.

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
            and ``*=`` change an existing number in exact arithmetic; in a column of whole numbers, a fractional result
            is rounded down. ``=`` with the complete key of a row that does not exist adds the row:
            ``willingness[nation=DEU,objective=safe_skies].willingness=1``. A blank cell matches the value that it
            means: ``budgets[payer=FRA,last_period=4]`` is also a budget for the whole horizon of four periods.
            ``notes`` and :meth:`warnings` report what was rounded or added. A figure that is changed loses its range
            (``_low``, ``_high``).

        Raises
        ------
        BadInput
            A key matches no row and is not the complete key of a row to add, or the changed instance has faults.

        Examples
        --------
        >>> import allocator
        >>> fewer = allocator.read("toy-rotation").override("forces[nation=AAA].units*=0.25")
        >>> fewer.rows("forces")[0]["units"]
        2
        >>> fewer.notes
        ('forces[nation=AAA].units*=0.25: 10 * 0.25 = 2.5, rounded down to 2',)
        """

        return changed(self, texts("settings", settings))

    def case(self, name: str) -> Self:
        """The instance with figures at one end of their ranges, checked again.

        Parameters
        ----------
        name : str
            ``low`` or ``high``: each ``c_low`` (``c_high``) that is given replaces ``c``, and the companions are kept.
            ``favourable`` or ``adverse``: the same for figures of which one end can only help, or only hurt, coverage,
            at that end (such as ``units_high`` and ``quantity_low``); all other figures keep their values. ``base`` is
            the instance itself.

        Raises
        ------
        BadUsage
            The case does not exist.
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

        return changed(self, (), name)

    def coalition(self, text: str) -> Self:
        """The instance in which only a coalition takes part: all others have willingness 0 and no commitments.

        Parameters
        ----------
        text : str
            Groups and nations, read from left to right: ``+`` adds and ``-`` removes, as in ``JEF+FRA``; a text that
            starts with ``-`` starts from all nations.

        Raises
        ------
        BadInput
            A name is unknown, a part is empty, or no nation is left.

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
    <Instance toy-rotation: 1 nation, 1 pool>
    """
    return read_as(path, Instance)
