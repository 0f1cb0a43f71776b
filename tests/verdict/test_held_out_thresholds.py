import polars as pl
import pytest

from verdict.held_out_thresholds import shares


def table(benign: list[float], malicious: list[float]) -> pl.DataFrame:
    """Return a row a score, each of a capture, and if malicious a family, of its own."""
    labels = [0] * len(benign) + [1] * len(malicious)
    numbers = range(len(labels))
    return pl.DataFrame(
        {
            "label": labels,
            "capture": [f"{number}.pcap" for number in numbers],
            "family": [f"family {number}" if labels[number] else None for number in numbers],
            "server": [f"8.8.{number}.1" for number in numbers],
            "certificate": [f"{number:064x}" for number in numbers],
            "final": [*benign, *malicious],
        }
    )


def test_what_is_apart_is_told_apart() -> None:
    found = shares(table([0.1] * 10, [0.9] * 10), "final")
    assert found is not None
    assert (found.malicious, found.benign) == (1.0, pytest.approx(0.0))


def test_a_capture_does_not_set_the_threshold_it_is_measured_at() -> None:
    found = shares(table([0.1] * 9 + [0.8], [0.9] * 10), "final")
    assert found is not None
    assert found.malicious == 1.0
    assert found.benign == pytest.approx(0.1)  # the odd one, whose own threshold would spare it


def test_servers_that_a_detector_did_not_assess_do_not_count() -> None:
    rows = table([0.1] * 10, [0.9] * 10)
    unseen = rows.with_columns(final=pl.lit(None, pl.Float64), server=pl.lit("8.8.9.9"))
    assert shares(pl.concat([rows, unseen]), "final") == shares(rows, "final")


def test_too_few_captures_tell_nothing() -> None:
    assert shares(table([0.1] * 10, [0.9]), "final") is None
