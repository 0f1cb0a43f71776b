import polars as pl

from module1.addresses import OCTET_COLUMNS, octet_columns


def test_octets_of_ipv4_addresses_and_none_of_others() -> None:
    rows = pl.DataFrame(
        {
            "srcAddress": ["10.1.2.3", "2001:db8::1", None],
            "destAddress": ["203.0.113.9", "not an address", "198.51.100.7"],
        }
    )
    columns = octet_columns(rows)
    assert tuple(columns.columns) == OCTET_COLUMNS
    assert columns.row(0) == (10, 1, 2, 3, 203, 0, 113, 9)
    assert columns.row(1) == (None,) * 8
    assert columns.row(2) == (None,) * 4 + (198, 51, 100, 7)
