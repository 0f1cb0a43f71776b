"""Files that people write or change: labels, tables, lists of certificates, results, models."""

from __future__ import annotations

import gzip
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from capture.builtin.engine import analyse
from fuzz.seeds.corpus import Corpus
from fuzz.seeds.small_models import lightgbm_text, xgboost_binary
from fuzz.target import Input, Target, buffers, one
from models.card import MODELS
from models.errors import ModelError
from models.frequency import FrequencyCodes
from models.storage import load_lightgbm, load_xgboost
from module1.encoders import Encoders
from module1.word_vectors import WordVectors
from training.dataset_folders import DatasetError, read_address_list
from training.manifest import ManifestError, read_labelled
from training.tables import TableError, read_table
from training.tls_table import read_tls_table
from verdict.assess import assess
from verdict.certificate_csv import export, parse
from verdict.certificates import CertificateDatabase
from verdict.document_json import from_json, to_json
from verdict.errors import CertificateDatabaseError, DocumentError
from verdict.final import load
from verdict.known_certificates import Entry, Sighting
from verdict.scoring import load_models, score

_SHA1: Final = "0123456789abcdef0123456789abcdef01234567"
_ENCODER_FILES: Final = ("encoders.json", "word_vectors.npz")
_SHA256: Final = "0123456789abcdef" * 4
_CSV_TOKENS: Final = (
    *(b",", b'"', b"\n", b"\r", b"\r\n", b'""', b"\0", b"\xff", b"\xef\xbb\xbf", b"'", b"#", b";"),
    *(b"x" * 200, "\u0663".encode(), b"9" * 30, b"-1", b"malicious", b"2001:db8::1", b"."),
)
_JSON_TOKENS: Final = (
    *(b"{", b"}", b"[", b"]", b'"', b":", b",", b"null", b"true", b"1e400", b"-0", b"{}", b"[]"),
    *(b"[" * 2000, b'{"a":' * 2000, b"NaN", b"\\ud800", b"9" * 5000, b"\\u0000", b'"a"', b"0"),
)
_MANIFEST: Final = (
    b"path,label,source\na/one.pcap,malicious,x\nlogs/two/bro/ssl.log,benign,y\n"
    b"tables/three/tls.csv.gz,malicious,z\n"
)
_SERVERS: Final = (
    b"path,server_ip,server_port,label,role,family\n"
    b"a/one.pcap,192.0.2.1,443,malicious,c2,Family\n"
    b"logs/two/bro/ssl.log,2001:db8::1,,benign,,\n"
    b"tables/three/tls.csv.gz,192.0.2.3,8443,malicious,payload,Other\n"
)
_ADDRESSES: Final = (
    b"Malicious\n192.0.2.1\n2001:db8::1\n",
    b"\xef\xbb\xbfNormal\r\n\r\n198.51.100.7 \r\n",
)
_TABLE: Final = {"name": pl.String(), "count": pl.Int64(), "share": pl.Float64()}
_TABLE_CSV: Final = b'name,count,share\n"a, b",1,0.5\n,,\n"",3,1e-9\n'
_LIST: Final = f"# SSLBL\n2022-07-01 09:00:00,{_SHA1},Dridex C&C\n2022-07-01,{_SHA1[::-1]},x\n"
_ENTRIES: Final = (
    Entry("imported", None, _SHA1, None, None, None, "listed"),
    Entry(
        "learned",
        _SHA256,
        None,
        "CN=a",
        "CN=b",
        "a.example",
        None,
        (Sighting("0" * 64, "one.pcap", 1.5, 0.9),),
    ),
)
_TLS_TABLE: Final = (
    b"timestamp,src_ip,src_port,dest_ip,dest_port,proto,subject,issuerdn,serial,fingerprint,sni,"
    b"version,notbefore,notafter,ja3,ja3_string,ja3s,ja3s_string,alpn,session_resumed,"
    b"pkts_toserver,pkts_toclient,bytes_toserver,bytes_toclient,flow_start,flow_end,flow_state\n"
    b'2022-02-23T19:00:00.123456+0100,192.0.2.1,50000,192.0.2.2,443,TCP,"C=US, CN=a",CN=b,0A:0B,'
    b'aa:bb,a.example,TLS 1.2,2022-01-01T00:00:00,2023-01-01T00:00:00,x,x,x,"771,49200,0",h2,True,'
    b"10,11,1000,2000,2022-02-23T19:00:00.0+0100,2022-02-23T19:00:01.0+0100,closed\n"
)


def _file(name: str, read: Callable[[Path], object]) -> Callable[[Sequence[Input], Path], None]:
    """Return a ``run`` for a reader that takes a path."""

    def run(inputs: Sequence[Input], scratch: Path) -> None:
        path = scratch / name
        for parts in inputs:
            path.write_bytes(b"".join(parts))
            read(path)

    return run


def _table_file(
    name: str, read: Callable[[Path], object]
) -> Callable[[Sequence[Input], Path], None]:
    """Return a ``run`` that reads the rows of all inputs below the header of the first."""

    def run(inputs: Sequence[Input], scratch: Path) -> None:
        first, *others = inputs
        rows = b"".join(row for parts in others for row in parts[1:])
        (scratch / name).write_bytes(b"".join(first) + rows)
        read(scratch / name)

    return run


def _lines(table: bytes) -> Callable[[Corpus], list[Input]]:
    return lambda _: [tuple(table.splitlines(keepends=True))]


def _read_manifest(inputs: Sequence[Input], scratch: Path) -> None:
    for parts in inputs:
        content = [*parts, b"", b""]
        (scratch / "manifest.csv").write_bytes(content[0])
        (scratch / "servers.csv").write_bytes(content[1])
        read_labelled(scratch / "manifest.csv")


def _read_database(path: Path) -> None:
    database = CertificateDatabase(path)
    database.entries()
    database.learn(_ENTRIES)
    database.add(_ENTRIES)
    export(database.entries())


def _database_seeds(_: Corpus) -> list[Input]:
    """Return a database in small pages: most of the usual ones would be empty."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificates.sqlite"
        database = CertificateDatabase(path)
        database.learn(_ENTRIES)
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA page_size = 512")
            file.execute("VACUUM")
        return [(path.read_bytes(),)]


def _document_seeds(corpus: Corpus) -> list[Input]:
    scored = score(analyse(corpus.captures[-1]), load_models())
    document = assess(scored, None, None)
    target = document.targets[0]
    module1 = replace(
        target.detectors.module1, connections=target.detectors.module1.connections[:2]
    )
    small = replace(target, detectors=replace(target.detectors, module1=module1))
    return [(to_json(replace(document, targets=(small,))).encode(),)]


def _read_document(content: bytes) -> None:
    to_json(from_json(content.decode("utf-8", "replace")))


def _final_seeds(_: Corpus) -> list[Input]:
    folder = MODELS / "final"
    return [((folder / "card.json").read_bytes(), (folder / "combination.json").read_bytes())]


def _read_final(inputs: Sequence[Input], scratch: Path) -> None:
    """Read a model folder of which the card, the model or both were changed."""
    folder = scratch / "final"
    folder.mkdir(exist_ok=True)
    (folder / "out_of_fold.csv.gz").write_bytes((MODELS / "final/out_of_fold.csv.gz").read_bytes())
    for parts in inputs:
        content = [*parts, b"", b""]
        (folder / "card.json").write_bytes(content[0])
        (folder / "combination.json").write_bytes(content[1])
        load(scratch)


def _encoder_seeds(_: Corpus) -> list[Input]:
    """Return encoders as small as they can be: what is trained has thousands of values."""
    encoders = Encoders.load(MODELS / "module1")
    few = {
        name: FrequencyCodes(dict(list(codes.counts.items())[:2]), codes.rare_code)
        for name, codes in encoders.codes.items()
    }
    words = WordVectors(encoders.vectors.vocabulary[:3], encoders.vectors.vectors[:3])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Encoders(few, words, encoders.addresses).save(folder)
        return [tuple((folder / file).read_bytes() for file in _ENCODER_FILES)]


def _read_encoders(inputs: Sequence[Input], scratch: Path) -> None:
    for parts in inputs:
        content = [*parts, b"", b""]
        for file, octets in zip(_ENCODER_FILES, content, strict=False):
            (scratch / file).write_bytes(octets)
        Encoders.load(scratch)


def _given(*seeds: bytes) -> Callable[[Corpus], list[Input]]:
    return lambda _: buffers(seeds)


TARGETS: Final = (
    Target(
        "manifest",
        lambda _: [(_MANIFEST, _SERVERS)],
        _read_manifest,
        (ManifestError,),
        tokens=_CSV_TOKENS,
    ),
    Target(
        "address-list",
        _given(*_ADDRESSES),
        _file("IPadr.txt", read_address_list),
        (DatasetError,),
        tokens=_CSV_TOKENS,
    ),
    Target(
        "training-table",
        _lines(_TABLE_CSV),
        _table_file("table.csv", lambda path: read_table(path, _TABLE)),
        (TableError,),
        batch=4,
        tokens=_CSV_TOKENS,
    ),
    Target(
        "training-table-gzip",
        _given(gzip.compress(_TABLE_CSV, mtime=0)),
        _file("table.csv.gz", lambda path: read_table(path, _TABLE)),
        (TableError,),
    ),
    Target(
        "tls-table",
        _lines(_TLS_TABLE),
        _table_file("tls.csv", read_tls_table),
        (TableError,),
        batch=8,
        tokens=_CSV_TOKENS,
    ),
    Target(
        "certificate-list",
        _given(_LIST.encode(), export(_ENTRIES).encode().replace(b"learned", b"confirmed")),
        one(lambda content: parse(content.decode("utf-8", "replace"))),
        (CertificateDatabaseError,),
        tokens=_CSV_TOKENS,
        longest=1 << 19,
    ),
    Target(
        "certificate-database",
        _database_seeds,
        _file("certificates.sqlite", _read_database),
        (CertificateDatabaseError,),
    ),
    Target(
        "result-document",
        _document_seeds,
        one(_read_document),
        (DocumentError,),
        tokens=_JSON_TOKENS,
        longest=1 << 18,
    ),
    Target("model-folder", _final_seeds, _read_final, (ModelError,), tokens=_JSON_TOKENS),
    Target(
        "lightgbm",
        lambda _: buffers([lightgbm_text()]),
        _file("trees.txt", load_lightgbm),
        (ModelError,),
        tokens=(b"\n", b"=", b" ", b"Tree=", b"-1", b"1e400", b"nan", b"9" * 30),
        longest=1 << 19,
    ),
    Target(
        "xgboost",
        lambda _: buffers([xgboost_binary()]),
        _file("trees.ubj", load_xgboost),
        (ModelError,),
        tokens=(b"{", b"[", b"[$", b"#L", b"}", b"[" * 2000, b"\x7f" * 8, b"\xff" * 8),
        longest=1 << 19,
    ),
    Target(
        "encoders",
        _encoder_seeds,
        _read_encoders,
        (ModelError,),
        tokens=_JSON_TOKENS,
        longest=1 << 18,
    ),
)
