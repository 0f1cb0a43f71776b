"""Made-up out-of-fold probabilities of all detectors, for tests of FINAL's training."""

import gzip
from pathlib import Path

import numpy as np
import polars as pl

FAMILIES = [f"Family{number}" for number in range(8)]


def write_tables(models: Path, seed: int = 1) -> None:
    """Write the three tables: module 1 is good, the forest fair, gbdt no better than chance."""
    generator = np.random.default_rng(seed)
    malicious = [
        (1, f"bad-{family}.pcap", family, "c2" if number else "payload", f"203.0.113.{number}")
        for family in FAMILIES
        for number in range(4)
    ]
    benign = [
        (0, f"good-{capture}.pcap", None, None, f"198.51.100.{number}")
        for capture in range(40)
        for number in range(3)
    ]
    columns = ["label", "capture", "family", "role", "server"]
    servers = pl.DataFrame(malicious + benign, schema=columns, orient="row").with_columns(
        client=pl.lit("192.168.1.2"),
        port=pl.lit(443),
        proto=pl.lit("tcp"),
        certificate=pl.lit(None, dtype=pl.String),
    )
    label = servers["label"].to_numpy()
    for detector, strength in (("module1", 4.0), ("random_forest", 2.0), ("gbdt", 0.0)):
        odds = strength * (label - 0.5) + generator.normal(0, 1, len(label))
        table = servers.with_columns(probability=pl.Series(1 / (1 + np.exp(-odds))))
        if detector == "module1":
            twice = [table.with_columns(uid=pl.lit(uid)) for uid in ("C1", "C2")]
            table = pl.concat(twice).filter(pl.col("capture") != "good-0.pcap")
        write_table(models / detector, table)


def write_table(folder: Path, table: pl.DataFrame) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = table.write_csv().encode()
    (folder / "out_of_fold.csv.gz").write_bytes(gzip.compress(content, mtime=0))
