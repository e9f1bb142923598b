"""LightGBM's own library without its Python package: loading a text model and predicting.

``import lightgbm`` imports scikit-learn where that is installed, and with it the whole of
``scipy.stats``: 1.4 s of CPU time and 80 MB before the first prediction. The library underneath
has a documented C interface (https://lightgbm.readthedocs.io/en/stable/C-API.html) of which a few
functions are all that scoring takes. Training goes through ``lightgbm`` itself.
"""

from __future__ import annotations

import ctypes
import platform
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typing import TypeAlias

    import lightgbm as lgb

    Booster: TypeAlias = "TextBooster | lgb.Booster"

# Values of the C interface's own constants (include/LightGBM/c_api.h).
_FLOAT32 = 0
_NORMAL, _RAW_SCORE, _CONTRIBUTIONS = 0, 1, 3
_ROW_MAJOR = 1

_NAMES = {"Windows": "lib_lightgbm.dll", "Darwin": "lib_lightgbm.dylib"}


class BoosterError(ValueError):
    """What LightGBM's library says went wrong."""


@cache
def _library() -> ctypes.CDLL:
    """The library of the installed package, which is not imported for it."""
    spec = find_spec("lightgbm")
    assert spec is not None and spec.origin is not None  # defiller depends on it
    home, name = Path(spec.origin).parent, _NAMES.get(platform.system(), "lib_lightgbm.so")
    for place in (home / "lib" / name, home / "bin" / name, home.parent / name):
        if place.is_file():
            library = ctypes.CDLL(str(place))
            break
    else:
        from lightgbm.libpath import _LIB as library  # noqa: N811 - it knows the rarer places
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    pointer, number, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    library.LGBM_BoosterLoadModelFromString.argtypes = (text, pointer, pointer)
    library.LGBM_BoosterFree.argtypes = (pointer,)
    library.LGBM_BoosterPredictForMat.argtypes = (
        *(pointer, pointer, number, ctypes.c_int32, ctypes.c_int32),
        *(number, number, number, number, text, pointer, pointer),
    )
    return library


def _checked(code: int) -> None:
    if code:
        raise BoosterError(_library().LGBM_GetLastError().decode("utf-8", "replace"))


class TextBooster:
    """A booster read from LightGBM's text; predicts as ``lightgbm.Booster`` does, to the bit.

    Parameters
    ----------
    model_str : str
        As ``lightgbm.Booster.model_to_string`` writes it.

    Raises
    ------
    BoosterError
        For a text that is no model.
    """

    def __init__(self, model_str: str) -> None:
        self._handle = ctypes.c_void_p()
        self._free = _library().LGBM_BoosterFree  # at exit this module's names go before it does
        self._text = model_str  # what copies and pickles are made of
        _checked(
            _library().LGBM_BoosterLoadModelFromString(
                model_str.encode("utf-8"),
                ctypes.byref(ctypes.c_int()),
                ctypes.byref(self._handle),
            )
        )
        self._features = self._count("LGBM_BoosterGetNumFeature")
        self._trees = self._count("LGBM_BoosterNumberOfTotalModel")
        self._outputs = self._count("LGBM_BoosterNumModelPerIteration")

    def __del__(self) -> None:
        if self._handle:
            self._free(self._handle)

    def __getstate__(self) -> dict[str, str]:
        return {"model_str": self._text}

    def __setstate__(self, state: dict[str, str]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def model_to_string(self) -> str:
        """The text that it was read from."""
        return self._text

    def num_feature(self) -> int:
        """Columns of the matrix that it takes."""
        return self._features

    def num_trees(self) -> int:
        """Trees of all rounds."""
        return self._trees

    def num_model_per_iteration(self) -> int:
        """Trees a round: 1, or one a class."""
        return self._outputs

    def _count(self, name: str) -> int:
        found = ctypes.c_int()
        _checked(getattr(_library(), name)(self._handle, ctypes.byref(found)))
        return found.value

    def predict(
        self,
        data: NDArray[np.float32],
        *,
        raw_score: bool = False,
        pred_contrib: bool = False,
        start_iteration: int = 0,
        num_iteration: int = -1,
        num_threads: int = 1,
    ) -> NDArray[np.float64]:
        """Predictions of rows.

        Parameters
        ----------
        data : float32 (rows, features)
        raw_score : bool
            Margins instead of probabilities.
        pred_contrib : bool
            TreeSHAP values and the base, features + 1 columns a class.
        start_iteration, num_iteration : int
            Rounds to use, from which on and how many; all of them by default.
        num_threads : int

        Returns
        -------
        float64 (rows,), or (rows, columns) where there are several

        Raises
        ------
        ValueError
            For a matrix of another width; the library would read beyond it.
        """
        rows = np.ascontiguousarray(data, np.float32)
        if rows.ndim != 2 or rows.shape[1] != self._features:
            raise ValueError(
                f"the matrix is {rows.shape}, the model takes {self._features} signals"
            )
        width = self._outputs * (self._features + 1 if pred_contrib else 1)
        found = np.empty(len(rows) * width, np.float64)
        if len(rows):
            _checked(
                _library().LGBM_BoosterPredictForMat(
                    self._handle,
                    rows.ctypes.data,
                    _FLOAT32,
                    rows.shape[0],
                    rows.shape[1],
                    _ROW_MAJOR,
                    _CONTRIBUTIONS if pred_contrib else _RAW_SCORE if raw_score else _NORMAL,
                    start_iteration,
                    num_iteration,
                    # The library writes what it warns of to the standard output.
                    b"verbosity=-1 num_threads=%d" % num_threads,
                    ctypes.byref(ctypes.c_int64()),
                    found.ctypes.data,
                )
            )
        return found.reshape(len(rows), width) if width > 1 else found
