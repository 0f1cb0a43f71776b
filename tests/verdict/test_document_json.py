import json
import math
from dataclasses import replace
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from capture.schema import SCHEMAS
from verdict.assess import assess
from verdict.document import Document, Engine, Reason
from verdict.document_json import from_json, to_json
from verdict.errors import DocumentError
from verdict.known_certificates import Entry, KnownCertificates, Sighting
from verdict.scoring import score

from .synthetic import BEACON, BEACON_LEAF, CLIENT, PLAIN, sample_logs, stub_models


@pytest.fixture(scope="module")
def document() -> Document:
    known = KnownCertificates(
        (Entry("learned", BEACON_LEAF, sightings=(Sighting("d" * 64, "old.pcap", 1.5, 0.9),)),)
    )
    return assess(score(sample_logs(), stub_models()), [BEACON, CLIENT, PLAIN], known)


@pytest.fixture(scope="module")
def schema(repository: Path) -> dict[str, object]:
    text = (repository / "verdict" / "document.schema.json").read_text(encoding="utf-8")
    return json.loads(text)


def test_document_fits_its_schema(document: Document, schema: dict[str, object]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(to_json(document)), schema)


def test_empty_document_fits_the_schema(schema: dict[str, object]) -> None:
    jsonschema.validate(json.loads(to_json(Document(Engine("zeek", "7"), (), ()))), schema)


def test_schema_refuses_what_it_does_not_know(
    document: Document, schema: dict[str, object]
) -> None:
    content = json.loads(to_json(document))
    content["targets"][0]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schema)


def test_json_of_a_document_read_back_is_the_same_text(document: Document) -> None:
    text = to_json(document)
    assert to_json(from_json(text)) == text


def test_read_back_values_have_their_types(document: Document) -> None:
    target = from_json(to_json(document)).targets[0]
    assert target.final.server == document.targets[0].final.server
    assert target.detectors.gbdt.servers[0].port == 443
    assert isinstance(target.reasons[0], Reason)


def test_document_does_not_depend_on_order_of_rows(document: Document) -> None:
    logs = sample_logs()
    shuffled = replace(logs, ssl=logs.ssl.reverse(), conn=logs.conn.reverse(), dns=logs.dns)
    known = KnownCertificates(
        (Entry("learned", BEACON_LEAF, sightings=(Sighting("d" * 64, "old.pcap", 1.5, 0.9),)),)
    )
    again = assess(score(shuffled, stub_models()), [PLAIN, CLIENT, BEACON], known)
    assert to_json(again) == to_json(document)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_lacks_become_null(document: Document, odd: float) -> None:
    target = replace(document.targets[0], features={"avg_TTL": odd})
    content = json.loads(to_json(replace(document, targets=(target,))))
    assert content["targets"][0]["features"] == {"avg_TTL": None}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"schema": 2, "engine": {}, "captures": [], "targets": []}',
        '{"schema": 1}',
        '{"schema": 1, "engine": null, "captures": [], "targets": []}',
        '{"schema": 1, "engine": {"name": "a", "version": "b"}, "captures": 3, "targets": []}',
    ],
)
def test_text_that_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="result document"):
        from_json(text)


def test_document_of_an_earlier_program_is_read(document: Document) -> None:
    content = json.loads(to_json(document))
    for target in content["targets"]:
        del target["certificates"], target["dns_names"]
        for connection in target["detectors"]["module1"]["connections"]:
            del connection["community_id"], connection["ja3"]
    target = from_json(json.dumps(content)).targets[0]
    assert (target.certificates, target.detectors.module1.connections[0].ja3) == ((), None)


@pytest.mark.parametrize(
    ("path", "odd"),
    [
        (("ip",), 3),
        (("dns_names",), "text"),
        (("final", "threshold"), "0.5"),
        (("final", "probability"), True),
        (("final", "server"), "text"),
        (("features", "avg_TTL"), {"a": 1}),
    ],
)
def test_value_of_another_type_is_refused(
    document: Document, path: tuple[str, ...], odd: object
) -> None:
    content = json.loads(to_json(document))
    *parents, last = path
    place = content["targets"][0]
    for name in parents:
        place = place[name]
    place[last] = odd
    with pytest.raises(DocumentError, match="damaged"):
        from_json(json.dumps(content))


@pytest.mark.parametrize("ends", [[], [1.0], [1.0, 2.0, 3.0]])
@pytest.mark.parametrize("name", ["usual", "usual_of_malicious"])
def test_range_without_two_ends_is_refused(
    document: Document, name: str, ends: list[float]
) -> None:
    content = json.loads(to_json(document))
    content[name] = {"avg_TTL": ends}
    with pytest.raises(DocumentError, match="damaged"):
        from_json(json.dumps(content))


def test_unknown_verdict_is_refused(document: Document) -> None:
    text = to_json(document).replace('"MALICIOUS"', '"PERHAPS"')
    with pytest.raises(DocumentError, match="PERHAPS"):
        from_json(text)


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_logs_that_lack_any_column_give_a_valid_document(
    name: str, schema: dict[str, object]
) -> None:
    logs = sample_logs()
    validator = jsonschema.Draft202012Validator(schema)
    for column, kind in SCHEMAS[name].items():
        lacking = logs.table(name).with_columns(pl.lit(None, dtype=kind).alias(column))
        scored = score(replace(logs, **{name: lacking}), stub_models())
        text = to_json(assess(scored, [BEACON, CLIENT], KnownCertificates()))
        validator.validate(json.loads(text))


def test_features_are_as_precise_as_their_json(document: Document) -> None:
    again = from_json(to_json(document))
    assert [each.features for each in again.targets] == [each.features for each in document.targets]
