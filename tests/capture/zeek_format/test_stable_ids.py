import polars as pl

from capture.logs import Logs, empty_table
from capture.schema import SCHEMAS
from capture.zeek_format.stable_ids import with_stable_ids

ENDPOINTS = {"id.orig_h": "10.0.0.1", "id.orig_p": 5000, "id.resp_h": "10.0.0.2", "id.resp_p": 443}


def table(name: str, *rows: dict[str, object]) -> pl.DataFrame:
    schema = SCHEMAS[name]
    return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)


def logs_with(uids: list[str], file_id: str) -> Logs:
    conn = [
        {"ts": 1.0, "uid": uids[0], **ENDPOINTS},
        {"ts": 1.0, "uid": uids[1], **ENDPOINTS},
        {"ts": 2.0, "uid": uids[2], **ENDPOINTS},
    ]
    ssl = [{"ts": 1.1, "uid": uids[1], **ENDPOINTS, "cert_chain_fps": [file_id, "c" * 64]}]
    dns = [{"ts": 5.0, "uid": uids[3], **ENDPOINTS}]
    x509 = [{"ts": 1.1, "fingerprint": file_id, "certificate.serial": "01"}]
    return Logs(
        conn=table("conn", *conn),
        ssl=table("ssl", *ssl),
        x509=table("x509", *x509),
        dns=table("dns", *dns),
        engine_name="zeek",
        engine_version="3.2.1",
    )


def test_two_runs_with_other_ids_give_the_same_tables() -> None:
    one = with_stable_ids(logs_with(["Ca", "Cb", "Cc", "Cd"], "FdW3aX1a"))
    other = with_stable_ids(logs_with(["Cz", "Cy", "Cx", "Cw"], "FzZzZzZz"))
    for name in SCHEMAS:
        assert one.table(name).equals(other.table(name))


def test_tables_join_as_before_and_no_two_connections_share_an_id() -> None:
    logs = with_stable_ids(logs_with(["Ca", "Cb", "Cc", "Cd"], "FdW3aX1a"))
    assert logs.conn["uid"].n_unique() == 3
    assert logs.ssl["uid"][0] == logs.conn["uid"][1]
    assert logs.dns["uid"][0] not in logs.conn["uid"].to_list()
    assert logs.ssl["cert_chain_fps"][0].to_list() == [logs.x509["fingerprint"][0], "c" * 64]
    assert logs.x509["fingerprint"][0] != "FdW3aX1a"


def test_digests_are_no_file_ids() -> None:
    digest = "F" + "a" * 63
    logs = with_stable_ids(logs_with(["Ca", "Cb", "Cc", "Cd"], digest))
    assert logs.x509["fingerprint"].to_list() == [digest]


def test_chain_of_certificates_that_no_x509_log_describes() -> None:
    logs = logs_with(["Ca", "Cb", "Cc", "Cd"], "FdW3aX1a")
    one = with_stable_ids(Logs(**{**vars(logs), "x509": empty_table("x509")}))
    other = logs_with(["Ca", "Cb", "Cc", "Cd"], "Fother1a")
    two = with_stable_ids(Logs(**{**vars(other), "x509": empty_table("x509")}))
    assert one.ssl.equals(two.ssl)
    assert one.ssl["cert_chain_fps"][0][0].startswith("F")
