"""SciPy's product of a sparse matrix with a dense one, without importing SciPy.

``import scipy.sparse`` takes twice as long as NumPy itself, for one function in C, which lies in
an extension module that needs nothing but NumPy. Only that module is loaded.
"""

from __future__ import annotations

from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@cache
def _tools() -> Any:  # noqa: ANN401 - an extension module, untyped
    found = find_spec("scipy")
    assert found is not None and found.origin is not None  # scikit-learn depends on it
    for suffix in EXTENSION_SUFFIXES:
        place = Path(found.origin).parent / "sparse" / f"_sparsetools{suffix}"
        spec = spec_from_file_location("_sparsetools", place)
        if place.is_file() and spec is not None and spec.loader is not None:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    from scipy.sparse import _sparsetools  # where a release keeps it elsewhere

    return _sparsetools


def sums_of_rows(
    table: NDArray[np.float32], places: NDArray[np.int32], ends: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Sums of a table's rows, group by group, added up in order.

    SciPy sums in C without a table of all the rows between: three times as fast as NumPy.

    Parameters
    ----------
    table : float32 (rows, columns)
        Contiguous.
    places : int32 (entries,)
        Rows of the table, a group's together; they are not checked.
    ends : int32 (groups + 1,)
        Where each group's entries begin, and behind the last one.

    Returns
    -------
    float32 (groups, columns)

    Examples
    --------
    >>> table = np.array([[1, 2], [3, 4]], np.float32)
    >>> sums_of_rows(table, np.array([0, 1, 1], np.int32), np.array([0, 2, 3], np.int32)).tolist()
    [[4.0, 6.0], [3.0, 4.0]]
    """
    rows, columns = table.shape
    total = np.zeros((len(ends) - 1, columns), np.float32)
    _tools().csr_matvecs(
        len(total),
        rows,
        columns,
        ends,
        places,
        np.ones(len(places), np.float32),
        table.reshape(-1),
        total.reshape(-1),
    )
    return total
