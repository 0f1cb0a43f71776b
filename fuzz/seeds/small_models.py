"""Models of two small trees: those in ``models/`` take longer to read than to break."""

from __future__ import annotations

from typing import Final

import numpy as np

_ROUNDS: Final = 2
_ROWS: Final = np.array([[x, y] for x in (np.nan, 0.0, 1.0, 2.0) for y in range(8)], np.float64)
_LABELS: Final = (_ROWS.sum(axis=1) > 3).astype(np.float64)


def lightgbm_text() -> bytes:
    """Return a binary classifier in LightGBM's text format."""
    import lightgbm

    settings = {"objective": "binary", "verbosity": -1, "min_data_in_leaf": 2, "num_threads": 1}
    booster = lightgbm.train(settings, lightgbm.Dataset(_ROWS, _LABELS), _ROUNDS)
    return booster.model_to_string().encode()


def xgboost_binary() -> bytes:
    """Return a binary classifier in XGBoost's UBJ format."""
    import xgboost

    settings = {"objective": "binary:logistic", "max_depth": 2, "nthread": 1}
    return bytes(xgboost.train(settings, xgboost.DMatrix(_ROWS, _LABELS), _ROUNDS).save_raw("ubj"))
