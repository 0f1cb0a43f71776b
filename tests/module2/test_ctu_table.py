from pathlib import Path

import polars as pl
import pytest

from module2.ctu_table import read_ctu_table, with_implied
from module2.labelled_rows import TABLE_SCHEMA
from module2.make_tables import main
from training.tables import read_table


def test_the_ctu_table_comes_into_our_columns(tmp_path: Path) -> None:
    header = (
        "label,number_of_flows,avg_duration,percent_of_std_duration,ssl_flow_ratio,avg_size,"
        "recv_sent_size_ratio,avg_pkts,recv_sent_pkts_ratio,percent_of_established_state,"
        "tls_version_ratio,avg_key_length,avg_cert_valid_day,number_of_cert_serial,"
        "number_of_domains_in_cert,avg_valid_cert_percent,avg_cert_path,x509_ssl_ratio,"
        "SNI_ssl_ratio,self_signed_ratio,is_SNIs_in_SAN_dns,is_CNs_in_SAN_dns"
    )
    rows = (
        "1,1,5.5,0.0,1.0,100.0,2.0,9.0,1.0,1.0,0.8,9000,365,1,2,0.5,2,1,1,0,1,1\n"
        "0,4,5.5,0.75,1.0,100.0,2.0,9.0,1.0,1.0,0,2048,,0,0,,,0.5,1,0,,\n"
        "0,9,5.5,0.75,1.0,100.0,2.0,9.0,1.0,1.0,0,2048,,0,0,,,0,1,0,,\n"
    )
    (tmp_path / "ctu.csv").write_text(f"{header}\n{rows}")
    table = read_ctu_table(tmp_path / "ctu.csv")
    assert main(["--ctu", str(tmp_path / "ctu.csv"), "--data", str(tmp_path)]) == 0
    assert read_table(tmp_path / "data_model/ctu.csv.gz", TABLE_SCHEMA).equals(table)
    normal, without_certificate, malicious = table.rows(named=True)
    assert dict(table.schema) == TABLE_SCHEMA
    assert (malicious["label"], malicious["number_of_flows"]) == (1, 1)
    assert malicious["percent_of_std_duration"] == 1.0
    assert malicious["ssl_tls_ratio"] == pytest.approx(0.25)
    assert malicious["avg_key_length"] is None
    assert malicious["avg_TTL"] is None
    assert malicious["capture"] == malicious["family"] == "ctu-https-2017"
    assert (normal["percent_of_std_duration"], normal["avg_key_length"]) == (0.75, 2048.0)
    assert (normal["number_of_cert_serial"], normal["ssl_tls_ratio"]) == (0, None)
    for name in ("number_of_cert_serial", "self_signed_ratio", "avg_key_length"):
        assert without_certificate[name] is None


def test_what_was_sent_and_received_follows_from_means_and_ratios() -> None:
    flows = pl.DataFrame(
        {
            "number_of_flows": [3, 2],
            "avg_size": [1000 / 3, 50.0],
            "recv_sent_size_ratio": [3.0, None],
            "avg_pkts": [4.0, 2.5],
            "recv_sent_pkts_ratio": [0.5, None],
            "avg_duration": [0.33, 1.0],
            "avg_cert_valid_day": [100.0, None],
            "avg_valid_cert_percent": [0.25, None],
        }
    )
    first, silent = with_implied(flows).rows(named=True)
    assert (first["sent_bytes_sum"], first["recv_bytes_sum"]) == (250, 750)
    assert (first["sent_bytes_per_packet"], first["recv_bytes_per_packet"]) == (31.25, 187.5)
    assert first["sent_recv_total_ratio"] == pytest.approx(251 / 751)
    assert first["bytes_per_second"] == pytest.approx(1000)
    assert (first["avg_cert_age_day"], first["avg_cert_day_left"]) == (25, 75)
    assert (silent["sent_bytes_sum"], silent["recv_bytes_sum"]) == (0, 100)
    assert silent["sent_bytes_per_packet"] is None
    assert silent["avg_cert_age_day"] is None
