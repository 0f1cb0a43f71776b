from dataclasses import replace

import numpy as np
import polars as pl

from evaluation.combination import final_of_later, final_of_splits, scored_rows
from evaluation.splits import Origins, grouped
from evaluation.tables import LabelledTables
from tests.evaluation.small_tables import small_tables
from training.out_of_fold import Probabilities
from verdict.final import KIT

TABLES = small_tables()


def scores(tables: LabelledTables, noise: int = 1) -> dict[str, Probabilities]:
    """Return what fair detectors might say."""
    generator = np.random.default_rng(noise)

    def of(rows: pl.DataFrame) -> Probabilities:
        return np.clip(
            0.3 + 0.4 * rows["label"].to_numpy() + generator.normal(0, 0.1, rows.height), 0, 1
        )

    return {
        "module1": of(tables.connections),
        "random_forest": of(tables.servers),
        "gbdt": of(tables.servers),
    }


def test_final_of_every_server_comes_from_a_formula_that_did_not_see_it() -> None:
    splits = grouped(Origins.of(TABLES), 2, 1)
    said = scores(TABLES)
    final = final_of_splits(TABLES, said, splits)
    training, held_out = splits[0].servers
    changed = {**said, "gbdt": said["gbdt"].copy()}
    changed["gbdt"][held_out] = 0.5
    again = final_of_splits(TABLES, changed, splits)
    assert np.isfinite(final).all()
    assert not np.allclose(final[held_out], again[held_out])
    assert not np.allclose(final[training], again[training])  # which were fitted to the changed


def test_certificates_of_kits_count_unless_they_are_to_be_unknown() -> None:
    splits = grouped(Origins.of(TABLES), 2, 1)
    plain, shown = (
        replace(TABLES, servers=TABLES.servers.with_columns(pl.lit(share).alias(KIT)))
        for share in (0.0, 1.0)
    )
    without = final_of_splits(plain, scores(TABLES), splits)
    assert (final_of_splits(shown, scores(TABLES), splits) > without).all()
    unknown = final_of_splits(shown, scores(TABLES), splits, knows_kits=False)
    assert unknown.tolist() == without.tolist()


def test_changing_labels_of_held_out_rows_changes_none_of_their_scores() -> None:
    splits = grouped(Origins.of(TABLES), 2, 1)[:1]
    _, held_out = splits[0].servers
    said = scores(TABLES)
    turned = TABLES.servers.with_row_index("row").with_columns(
        label=pl.when(pl.col("row").is_in(held_out.tolist()))
        .then(1 - pl.col("label"))
        .otherwise("label")
    )
    other = LabelledTables(turned.drop("row"), TABLES.connections, None, TABLES.contest)
    final, again = (final_of_splits(each, said, splits) for each in (TABLES, other))
    assert final[held_out].tolist() == again[held_out].tolist()


def test_later_servers_are_scored_and_no_others() -> None:
    said = scores(TABLES)
    is_later = {
        name: rows["capture"].is_in(["m3", "n3"]).to_numpy()
        for name, rows in (("servers", TABLES.servers), ("connections", TABLES.connections))
    }
    of = {"module1": "connections", "random_forest": "servers", "gbdt": "servers"}
    earlier = {name: np.where(is_later[of[name]], np.nan, said[name]) for name in of}
    later = {name: np.where(is_later[of[name]], said[name], np.nan) for name in of}
    final = final_of_later(TABLES, earlier, later)
    assert (np.isfinite(final) == is_later["servers"]).all()


def test_both_levels_have_every_detector() -> None:
    said = scores(TABLES)
    found = scored_rows(TABLES, said, said["gbdt"])
    assert found.servers["final"].to_list() == said["gbdt"].tolist()
    assert found.connections["module1"].to_list() == said["module1"].tolist()
    assert found.connections["random_forest"].null_count() == 0
