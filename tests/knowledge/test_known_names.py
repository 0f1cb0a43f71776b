from pathlib import Path

import polars as pl

from knowledge.__main__ import make
from knowledge.character_model import CharacterModel
from knowledge.known_names import KnownNames, known_names


def contest() -> pl.DataFrame:
    records = [
        ("CN=a.example", "CN=CA 1,O=Trust", "www.a.example", 0),
        ("CN=b.example", "CN=CA 2,O=Trust", "www.a.example", None),
        ("CN=b.example", "CN=CA 2,O=Trust", "mail.a.example", None),
        ("CN=bad", "O=Internet Widgits Pty Ltd", "bad.example", 1),
        (None, None, "198.51.100.1", 0),
    ]
    columns = ["tlsSubject", "tlsIssuerDn", "tlsSni", "weakLabel"]
    return pl.DataFrame(records, schema=columns, orient="row")


def test_issuers_are_counted_by_subject_and_domains_by_server_name() -> None:
    names = make(["a.example"], ["a.example"], ["a.example"], contest())
    assert names.issuers == {"O=trust": 2}
    assert names.domains == {"a.example": 2}
    assert names.popularity == {"a.example": 0}


def test_names_of_known_malware_teach_nothing() -> None:
    names = make(["a.example"], ["a.example"], ["a.example"], contest())
    assert names.name_model == CharacterModel.fit(
        ["a.example", "b.example", "ca 1", "ca 2", "trust"]
    )


def test_tables_come_back_as_saved(tmp_path: Path) -> None:
    names = make(["b.example", "a.example"], ["a.example"], ["c.example"], contest())
    names.save(tmp_path)
    assert known_names(tmp_path) == names


def test_the_shipped_tables_know_common_issuers_and_domains() -> None:
    names: KnownNames = known_names()
    assert names.popularity["google.com"] < 10
    assert "wikipedia.org" in names.listed
    assert "never-registered.example" not in names.listed
    assert names.issuers["O=let's encrypt"] > 10
    assert names.domain_model.likelihood("weather") > names.domain_model.likelihood("xkqzvj")
