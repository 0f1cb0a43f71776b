import json

import numpy as np
import polars as pl

from module2.columns import CATEGORICAL, FEATURES
from module2.encoding import Encoders
from tests.module2.small_table import training_table


def test_a_row_alone_has_the_code_it_has_among_others() -> None:
    rows = training_table()
    encoders = Encoders.fit(rows)
    whole = encoders.transform(rows)
    for number in (0, 7, rows.height - 1):
        np.testing.assert_array_equal(encoders.transform(rows[number]), whole[[number]])


def test_categories_are_coded_by_their_count_and_rare_or_unknown_ones_alike() -> None:
    rows = training_table()
    versions = pl.Series("ssl_version", ["x"] * 10 + ["rare"] * 2 + ["y"] * (rows.height - 12))
    encoders = Encoders.fit(rows.with_columns(versions))
    new = rows.head(4).with_columns(pl.Series("ssl_version", ["x", "rare", "never seen", None]))
    codes = encoders.transform(new)[:, FEATURES.index("ssl_version")]
    np.testing.assert_array_equal(codes, [10.0, 2.0, 2.0, np.nan])


def test_the_matrix_has_the_features_in_order_and_missing_is_not_a_number() -> None:
    rows = training_table()
    matrix = Encoders.fit(rows).transform(rows)
    assert matrix.shape == (rows.height, len(FEATURES))
    column = matrix[:, FEATURES.index("avg_TTL")]
    np.testing.assert_array_equal(np.isnan(column), rows["avg_TTL"].is_null().to_numpy())


def test_encoders_survive_json() -> None:
    rows = training_table()
    encoders = Encoders.fit(rows)
    again = Encoders.from_json(json.loads(json.dumps(encoders.to_json())))
    assert set(again.codes) == set(CATEGORICAL)
    np.testing.assert_array_equal(again.transform(rows), encoders.transform(rows))
