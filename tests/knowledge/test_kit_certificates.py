from pathlib import Path

import pytest

from knowledge.kit_certificates import kit_of, read_kits

EMOTET = "CN=example.com,OU=IT Department,O=Global Security,L=London,ST=London,C=GB"
METERPRETER = "emailAddress=parse@conn.info,CN=conn.info,OU=parse,O=Conn and Sons,ST=SC,C=US"


@pytest.mark.parametrize(
    ("subject", "issuer", "kit"),
    [
        ("CN=AsyncRAT Server", "CN=AsyncRAT Server", "AsyncRAT"),
        ("CN=DcRat", "C=CN,L=SH,O=DcRat By qwqdanchun,OU=qwqdanchun,CN=DcRat Server", "DcRat"),
        (EMOTET, EMOTET, "Emotet"),
        ("C=US", "C=US", "Empire"),
        (METERPRETER, METERPRETER, "Metasploit"),
        ("/C=XX/ST=1/L=1/O=1/OU=1/CN=*", "/C=XX/ST=1/L=1/O=1/OU=1/CN=*", "Gozi (ISFB)"),
    ],
)
def test_the_default_of_a_kit_is_known(subject: str, issuer: str, kit: str) -> None:
    assert kit_of(subject, issuer) == kit


@pytest.mark.parametrize(
    "name",
    [
        "CN=www.example.com,O=Example,C=US",
        "CN=example.com",
        "C=DE",
        "emailAddress=admin@example.com,CN=example.com,OU=web",
        "CN=",
        "no name at all",
        "",
    ],
)
def test_other_names_are_no_default(name: str) -> None:
    assert kit_of(name, name) is None


def test_every_entry_of_the_table_has_a_source_and_fits_its_own_name() -> None:
    for entry in read_kits():
        assert entry.source
        assert entry.attributes
        assert entry.fits(entry.attributes)


def test_attributes_beyond_those_listed_matter_only_where_the_table_says_so(tmp_path: Path) -> None:
    table = tmp_path / "kits.csv"
    table.write_text("kit,subject,source\nA,CN=a;O=b,s\nB,C=US only,s\n", encoding="utf-8")
    a, b = read_kits(table)
    assert a.fits(frozenset({("CN", "a"), ("O", "b"), ("C", "FR")}))
    assert not a.fits(frozenset({("CN", "a")}))
    assert not b.fits(frozenset({("C", "US"), ("CN", "x")}))
