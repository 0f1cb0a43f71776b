from pathlib import Path

import polars as pl
import pytest

from capture.zeek_format import write_logs
from module1.features import connection_rows
from module1.features import main as features_main
from module1.label import labelled_rows, main, rows_of_inputs
from module1.tables import CONNECTIONS, CONNECTIONS_SCHEMA, read_connections
from tests.module1.synthetic import connection, logs, one_of_each
from training.manifest import LabelledInput, ServerLabel

C2 = ServerLabel(malicious=True, family="Beacon", role="c2")
NORMAL = ServerLabel(malicious=False, family="", role="")


def labelled(servers: dict[tuple[str, int | None], ServerLabel]) -> LabelledInput:
    return LabelledInput("some__capture", Path("capture.pcap"), "capture", servers)


def test_connections_have_the_label_of_their_server() -> None:
    rows = labelled_rows(connection_rows(one_of_each()), labelled({("203.0.113.9", 443): C2}))
    assert dict(rows.schema) == CONNECTIONS_SCHEMA
    assert rows.select("label", "capture", "family", "role").unique().rows() == [
        (1, "some__capture", "Beacon", "c2")
    ]
    assert rows.select("client", "server", "port").unique().rows() == [
        ("10.0.0.5", "203.0.113.9", 443)
    ]
    assert rows["eventId"].to_list() == ["C3", "C1", "C2"]


def test_connections_to_other_ports_and_servers_are_left_out() -> None:
    rows = connection_rows(
        logs(
            ssl=[
                connection("C1"),
                connection("C2", **{"id.resp_p": 8443}),
                connection("C3", **{"id.resp_h": "203.0.113.10"}),
            ]
        )
    )
    found = labelled_rows(rows, labelled({("203.0.113.9", 443): NORMAL}))
    assert found.select("eventId", "label").rows() == [("C1", 0)]


def test_an_input_that_cannot_be_read_gives_a_warning_and_loses_no_other(tmp_path: Path) -> None:
    write_logs(one_of_each(), tmp_path / "logs")
    servers: dict[tuple[str, int | None], ServerLabel] = {("203.0.113.9", None): C2}
    inputs = [
        LabelledInput("broken", tmp_path / "missing.csv.gz", "table", servers),
        LabelledInput("whole", tmp_path / "logs", "logs", servers),
    ]
    warnings: list[str] = []
    rows = rows_of_inputs(inputs, warnings.append)
    assert rows["capture"].to_list() == ["whole"] * 3
    assert len(warnings) == 1
    assert "missing.csv.gz" in warnings[0]


def write_manifest(folder: Path) -> Path:
    write_logs(one_of_each(), folder / "logs" / "one")
    (folder / "manifest.csv").write_text("path\nlogs/one/ssl.log\n")
    (folder / "servers.csv").write_text(
        "path,server_ip,server_port,label,role,family\n"
        "logs/one/ssl.log,203.0.113.9,443,malicious,c2,Beacon\n"
    )
    return folder / "manifest.csv"


@pytest.mark.parametrize("command", [main, features_main])
def test_a_manifest_gives_the_same_bytes_each_time(
    command: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(command)
    manifest = write_manifest(tmp_path)
    for name in ("first", "second"):
        argv = ["--manifest", str(manifest), "--data", str(tmp_path / name)]
        assert command(argv) == 0
    first, second = (tmp_path / name / CONNECTIONS for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
    assert read_connections(tmp_path / "first")["family"].to_list() == ["Beacon"] * 3
    assert capsys.readouterr().err == ""


def test_labelled_folders_give_added_connections(tmp_path: Path) -> None:
    folder = tmp_path / "Malicious" / "beacon" / "bro"
    write_logs(one_of_each(), folder)
    conn = (folder / "conn.log").read_text().splitlines()
    labelled_lines = [
        line + {"#fields": "\tlabel", "#types": "\tstring"}.get(line.split("\t")[0], "")
        if line.startswith("#")
        else line + ("\tMalicious" if "C1" in line else "\tBackground")
        for line in conn
    ]
    (folder / "conn_label.log").write_text("\n".join(labelled_lines) + "\n")
    assert main(["--data", str(tmp_path)]) == 0
    rows = read_connections(tmp_path)
    assert rows.select("eventId", "label", "family").rows() == [("C1", 1, "beacon")]


def test_a_labelled_folder_without_labels_gives_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_logs(one_of_each(), tmp_path / "Normal" / "office" / "bro")
    assert main(["--data", str(tmp_path)]) == 0
    assert "IPadr.txt: cannot be read (no such file" in capsys.readouterr().err
    assert read_connections(tmp_path).is_empty()


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (["--data", "{folder}"], "no Malicious/<name>/bro"),
        (["--manifest", "{folder}/none.csv"], "none.csv: no such file"),
        (["--contest", "{folder}/none.csv"], "none.csv"),
    ],
)
def test_what_is_not_there_is_one_line_and_exit_status_3(
    argv: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([each.format(folder=tmp_path) for each in argv]) == 3
    message = capsys.readouterr().err
    assert reason in message
    assert message.count("\n") == 1


def test_labelled_captures_of_the_corpus_give_rows_of_both_classes(shared_data: Path) -> None:
    from training.inputs import read_input
    from training.manifest import read_labelled

    wanted = "tables__2022-02-23-Emotet-FormBook__tls.csv.gz"
    (source,) = (
        each for each in read_labelled(shared_data / "manifest.csv") if each.name == wanted
    )
    rows = labelled_rows(connection_rows(read_input(source)), source)
    assert rows.filter(pl.col("label") == 1).height == 74
    assert rows["label"].unique().sort().to_list() == [0, 1]
