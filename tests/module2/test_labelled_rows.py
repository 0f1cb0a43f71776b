from pathlib import Path

import polars as pl
import pytest

from capture.errors import UnreadableInputError
from capture.logs import Logs
from module2.labelled_rows import TABLE_SCHEMA, rows_of_input, rows_of_inputs
from tests.module2.small_logs import SERVER, certificate, flow, logs_of, tls
from training.manifest import Kind, LabelledInput, ServerLabel

OTHER = "203.0.113.99"
LABELS = {(SERVER, 443): ServerLabel(True, "F", "c2")}


def labelled(kind: Kind = "capture", name: str = "a") -> LabelledInput:
    return LabelledInput(name, Path(name), kind, LABELS)


def logs() -> Logs:
    ends = [{"uid": "C1"}, {"uid": "C2", "id_resp_h": OTHER}, {"uid": "C3", "id_resp_p": 444}]
    records = [tls(**each, cert_chain_fps=["f1"]) for each in ends]
    return logs_of([flow(**each) for each in ends], records, [certificate()])


def test_only_servers_with_a_label_give_rows() -> None:
    rows = rows_of_input(labelled(), logs())
    assert rows.select("label", "server", "port", "family", "role", "capture").rows() == [
        (1, SERVER, 443, "F", "c2", "a")
    ]
    assert dict(rows.schema) == TABLE_SCHEMA


def test_a_table_of_tls_records_does_not_tell_the_length_of_the_chain() -> None:
    assert rows_of_input(labelled(), logs())["avg_cert_path"].to_list() == [1.0]
    assert rows_of_input(labelled("table"), logs())["avg_cert_path"].to_list() == [None]


def test_rows_are_in_order_whatever_the_order_of_the_inputs() -> None:
    inputs = [labelled(name="b"), labelled(name="a")]
    rows = rows_of_inputs(inputs, pytest.fail, lambda each: logs())
    assert rows["capture"].to_list() == ["a", "b"]
    assert rows.equals(rows_of_inputs(inputs[::-1], pytest.fail, lambda each: logs()))


def test_an_unreadable_input_is_told_of_by_name() -> None:
    def read(each: LabelledInput) -> Logs:
        if each.name == "bad":
            raise UnreadableInputError("empty file")
        return logs()

    failures: list[str] = []
    rows = rows_of_inputs([labelled(name="bad"), labelled(name="a")], failures.append, read)
    assert failures == ["bad: empty file"]
    assert rows.height == 1


def test_no_inputs_give_an_empty_table() -> None:
    assert rows_of_inputs([], pytest.fail).equals(pl.DataFrame(schema=TABLE_SCHEMA))
