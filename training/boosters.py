"""A model's boosters as LightGBM's Python package has them."""

from __future__ import annotations

from json import JSONDecodeError
from typing import TYPE_CHECKING

import lightgbm as lgb

if TYPE_CHECKING:
    from defiller.model.booster import Booster


def as_lightgbm(booster: Booster) -> lgb.Booster:
    """A booster that LightGBM can go on with: those of a model that was loaded only predict.

    Raises
    ------
    ValueError
        For parameters that LightGBM cannot read, which scoring has no use for.
    """
    if isinstance(booster, lgb.Booster):
        return booster
    try:
        return lgb.Booster(model_str=booster.model_to_string())
    except (lgb.basic.LightGBMError, JSONDecodeError) as error:
        raise ValueError(
            f"LightGBM cannot go on with the model's trees ({error}); make the model again"
        ) from error
