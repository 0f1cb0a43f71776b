import polars as pl
import pytest

from evaluation.lab_and_time import lab_and_time, main


def rows() -> pl.DataFrame:
    """Return two sources with pairs, in the second of which one is out of order, and a third."""
    return pl.DataFrame(
        [
            ("a__1.pcap", 1, 0.9, 10.0),
            ("a__2.pcap", 0, 0.1, 20.0),
            ("b__1.pcap", 1, 0.3, 30.0),
            ("b__1.pcap", 0, 0.2, 30.0),
            ("b__2.pcap", 0, 0.4, 40.0),
            ("c__1.pcap", 0, 0.95, None),
        ],
        schema=["capture", "label", "final", "start"],
        orient="row",
    )


def test_pairs_of_one_source_are_of_the_same_folder() -> None:
    found = lab_and_time(rows(), 0.35)
    assert found["pairs_in_order"] == {"pairs": 8, "share": 0.625}
    assert found["pairs_in_order_of_the_same_source"] == {"pairs": 3, "share": 0.6667}


def test_benign_rows_beside_malicious_ones_are_counted_at_the_threshold() -> None:
    assert lab_and_time(rows(), 0.35)["benign_beside_malicious"] == {
        "rows": 3,
        "called_malicious": 1,
    }


def test_scores_that_rise_with_time_are_correlated() -> None:
    found = lab_and_time(rows(), 0.5)["rank_correlation_with_time"]
    assert found["benign"]["rows"] == 3
    assert found["benign"]["coefficient"] == 1
    assert found["malicious"]["coefficient"] == -1


def test_equal_scores_are_half_in_order() -> None:
    equal = rows().with_columns(final=pl.lit(0.5) + pl.col("label") * 0)
    tied = equal.filter(pl.col("capture").str.starts_with("a"))
    found = lab_and_time(tied, 0.5)
    assert found["pairs_in_order"]["share"] == 0.5
    assert found["rank_correlation_with_time"] == {"benign": None, "malicious": None}


def test_shipped_scores_follow_neither(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert "pairs_in_order_of_the_same_source: {'pairs': 2810" in capsys.readouterr().out
