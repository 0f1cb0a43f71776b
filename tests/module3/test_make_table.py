from pathlib import Path

from module3.make_table import main
from module3.training_rows import TABLE, read_training_rows
from tests.module3.labelled_flows import labelled_flows
from tests.module3.test_public_tables import written


def test_a_table_is_made_from_public_ones(tmp_path: Path) -> None:
    source = written(tmp_path, 1e6)
    assert main([f"2017={source}", "--data", str(tmp_path / "data")]) == 0
    made = read_training_rows(tmp_path / "data" / TABLE)
    assert made["Source"].unique().to_list() == ["2017"]
    assert len(made) == len(labelled_flows(("2017",)))


def test_a_source_that_is_no_table(tmp_path: Path) -> None:
    assert main([f"2017={tmp_path / 'missing.csv'}", "--data", str(tmp_path)]) == 3
