from pathlib import Path

import polars as pl
import pytest

from module3.public_tables import read_flows
from tests.module3.labelled_flows import labelled_flows
from training.tables import TableError, write_table


def written(folder: Path, unit: float, *, name: str = "flows.csv.gz") -> Path:
    """Write the small table with times in a unit (seconds: 1)."""
    packets = pl.col("Tot Fwd Pkts") + pl.col("Tot Bwd Pkts")
    times = pl.col("Flow Duration", "^.*IAT.*$")
    flows = labelled_flows().with_columns((packets / pl.col("Flow Duration")).alias("Flow Pkts/s"))
    path = folder / name
    if path.suffix == ".parquet":
        flows.write_parquet(path)
    else:
        write_table(path, flows.with_columns(times * unit))
    return path


@pytest.mark.parametrize("unit", [1.0, 1e6])
def test_times_come_in_seconds_from_tables_of_either_unit(tmp_path: Path, unit: float) -> None:
    found = read_flows(written(tmp_path, unit), pytest.fail)
    assert found["Flow Duration"].to_list() == labelled_flows()["Flow Duration"].to_list()


def test_parquet_is_read_too(tmp_path: Path) -> None:
    found = read_flows(written(tmp_path, 1.0, name="flows.parquet"), pytest.fail)
    assert len(found) == len(labelled_flows())


def test_rows_of_other_labels_and_without_one_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    flows = (
        labelled_flows()
        .head(3)
        .with_columns(
            pl.Series("Label", ["Heartbleed", None, "DoS attacks-Hulk"]),
            pl.lit(1.0).alias("Flow Pkts/s"),
        )
    )
    write_table(path, flows)
    warnings: list[str] = []
    assert read_flows(path, warnings.append)["Label"].to_list() == ["DoS"]
    assert warnings == [
        f"{path}: left out 2 of 3 rows, whose Label is no class that the models know: "
        "Heartbleed (1), no label (1)"
    ]


@pytest.mark.parametrize("rows", [0, 3])
def test_a_table_without_a_row_of_a_known_class(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "flows.csv"
    flows = labelled_flows().head(rows)
    write_table(path, flows.with_columns(pl.lit(1.0).alias("Flow Pkts/s"), Label=pl.lit("?")))
    with pytest.raises(TableError, match="no row whose Label is a class"):
        read_flows(path, pytest.fail)


def test_a_table_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(TableError, match="no column Protocol"):
        read_flows(path, pytest.fail)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="not a readable table"):
        read_flows(tmp_path / "flows.csv", pytest.fail)
