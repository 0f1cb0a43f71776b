import numpy as np
import polars as pl

from training.folds import grouped_folds, groups, without_shared_origin


def labelled(*rows: tuple[int, str, str, str, str | None]) -> pl.DataFrame:
    columns = ["label", "capture", "family", "server", "certificate"]
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def many() -> pl.DataFrame:
    rows: list[tuple[int, str, str, str, str | None]] = []
    for number in range(12):
        rows.append((1, f"m{number}", f"F{number // 2}", f"8.8.4.{number}", f"c{number}"))
        rows.append((0, f"m{number}", "", f"8.8.5.{number}", None))
        rows.append((0, f"n{number}", "", f"8.8.6.{number}", f"d{number}"))
    return labelled(*rows)


def test_captures_of_one_family_are_one_group_with_their_normal_servers() -> None:
    rows = labelled(
        (1, "a", "F", "8.8.8.1", None),
        (0, "a", "", "8.8.8.2", None),
        (1, "b", "F", "8.8.8.3", None),
        (0, "c", "", "8.8.8.4", None),
        (0, "d", "F", "8.8.8.5", None),
    )
    group = groups(rows)
    assert group[0] == group[1] == group[2]
    assert len({group[0], group[3], group[4]}) == 3


def test_a_capture_with_two_families_joins_both() -> None:
    rows = labelled(
        (1, "a", "F", "8.8.8.1", None),
        (1, "a", "G", "8.8.8.2", None),
        (1, "b", "G", "8.8.8.3", None),
        (1, "c", "F", "8.8.8.4", None),
    )
    assert len(set(groups(rows).tolist())) == 1


def test_every_row_is_held_out_once_and_never_with_its_family_or_capture() -> None:
    rows = many()
    held = []
    for training, held_out in grouped_folds(rows, 3, seed=1):
        held.extend(held_out.tolist())
        for column in ("capture", "server"):
            assert not set(rows[column][training]) & set(rows[column][held_out])
        malicious = rows.with_row_index("row").filter(pl.col("label") == 1)
        families = [
            set(malicious.filter(pl.col("row").is_in(part.tolist()))["family"])
            for part in (training, held_out)
        ]
        assert not families[0] & families[1]
    assert sorted(held) == list(range(rows.height))


def test_folds_depend_on_the_seed_alone() -> None:
    first, again, other = (
        [held_out.tolist() for _, held_out in grouped_folds(many(), 3, seed)] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_training_rows_with_a_held_out_server_or_certificate_are_dropped() -> None:
    rows = labelled(
        (0, "a", "", "8.8.8.8", "c1"),
        (0, "b", "", "8.8.8.8", "c2"),
        (0, "c", "", "8.8.4.4", "c1"),
        (0, "d", "", "8.8.4.5", None),
        (0, "e", "", "8.8.4.6", "c3"),
    )
    kept = without_shared_origin(rows, np.array([1, 2, 3, 4]), np.array([0]))
    assert kept.tolist() == [3, 4]


def test_a_private_address_is_another_server_in_every_capture() -> None:
    rows = labelled((0, "a", "", "192.168.1.1", None), (0, "b", "", "192.168.1.1", None))
    assert without_shared_origin(rows, np.array([1]), np.array([0])).tolist() == [1]
