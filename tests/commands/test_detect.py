import csv
import json
from pathlib import Path

import pytest

import project
from commands.options.declared import OPTIONS
from verdict.certificates import CertificateDatabase
from verdict.document_json import from_json

from ..verdict.synthetic import BEACON, CLIENT, PLAIN, SITE

pytestmark = pytest.mark.usefixtures("stub_detectors")
Output = pytest.CaptureFixture[str]


def detect(*arguments: object) -> int:
    return project.main(["detect", *map(str, arguments)])


def test_malicious_address_in_the_classic_form(logs: Path, capsys: Output) -> None:
    assert detect(logs, "--ip", BEACON) == 1
    assert "the FINAL predict result is MALICIOUS!\n" in capsys.readouterr().out


def test_normal_address(logs: Path, capsys: Output) -> None:
    assert detect(logs, "--ip", SITE) == 0
    assert "the FINAL predict result is NORMAL!\n" in capsys.readouterr().out


def test_several_addresses_each_get_a_verdict(logs: Path, capsys: Output) -> None:
    assert detect(logs, "--ip", SITE, "--ip", CLIENT) == 1
    assert capsys.readouterr().out.count("the FINAL predict result is") == 2


def test_without_address_all_servers_are_ranked(logs: Path, capsys: Output) -> None:
    assert detect(logs) == 1
    first = capsys.readouterr().out
    assert "3 servers, 1 malicious" in first
    detect(logs, "--all")
    assert capsys.readouterr().out == first


def test_all_servers_and_one_address_exclude_each_other(logs: Path) -> None:
    with pytest.raises(SystemExit) as left:
        detect(logs, "--all", "--ip", SITE)
    assert left.value.code == 2


def test_json_alone_goes_to_standard_output(logs: Path, capsys: Output) -> None:
    detect(logs, "--json")
    assert len(from_json(capsys.readouterr().out).targets) == 3


def test_json_and_csv_to_files_beside_the_report(
    logs: Path, tmp_path: Path, capsys: Output
) -> None:
    paths = tmp_path / "v.json", tmp_path / "v.csv"
    detect(logs, "--json", paths[0], "--csv", paths[1])
    assert "3 servers" in capsys.readouterr().out
    assert json.loads(paths[0].read_text(encoding="utf-8"))["schema"] == 1
    assert len(list(csv.DictReader(paths[1].read_text(encoding="utf-8").splitlines()))) == 3


def test_two_runs_give_the_same_bytes(logs: Path, capsys: Output, certificates: Path) -> None:
    detect(logs, "--json")
    first = capsys.readouterr().out
    assert certificates.exists()
    detect(logs, "--json")
    assert capsys.readouterr().out == first


def test_malicious_certificate_is_learned(logs: Path, certificates: Path) -> None:
    detect(logs, "--ip", BEACON)
    assert [entry.state for entry in CertificateDatabase(certificates).entries()] == ["learned"]


def test_certificate_database_can_be_named(logs: Path, tmp_path: Path, certificates: Path) -> None:
    other = tmp_path / "other.sqlite"
    detect(logs, "--ip", BEACON, "--certificates", other)
    assert other.exists()
    assert not certificates.exists()


def test_damaged_database_is_one_line_and_no_obstacle(
    logs: Path, certificates: Path, capsys: Output
) -> None:
    certificates.write_bytes(b"nonsense" * 1000)
    assert detect(logs, "--ip", BEACON) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert "going on without it" in errors[0]


def test_database_that_cannot_be_written_is_one_line(logs: Path, capsys: Output) -> None:
    assert detect(logs, "--ip", BEACON, "--certificates", "/proc/nowhere/c.sqlite") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "nothing was learned" in line


def test_unreadable_input_among_others_is_told(logs: Path, tmp_path: Path, capsys: Output) -> None:
    broken = tmp_path / "broken.pcap"
    broken.write_bytes(b"")
    assert detect(logs, broken, "--ip", SITE) == 0
    output = capsys.readouterr()
    assert "broken.pcap" in output.err
    assert "broken.pcap:notread" in "".join(output.out.split())  # wherever the line was wrapped


@pytest.mark.usefixtures("quiet")
def test_unreadable_input_among_others_is_told_to_the_quiet_too(
    logs: Path, tmp_path: Path, capsys: Output
) -> None:
    broken = tmp_path / "broken.pcap"
    broken.write_bytes(b"")
    detect(logs, broken, "-q")
    assert "broken.pcap" in capsys.readouterr().err


def test_folder_without_ssl_log_is_told(logs: Path, capsys: Output) -> None:
    (logs / "ssl.log").unlink()
    assert detect(logs) == 0
    output = capsys.readouterr()
    assert output.err == f"{logs}: no ssl.log, so no TLS can be seen in it\n"
    assert output.out.startswith("no TLS server was seen")


@pytest.mark.parametrize("content", [b"", b"just some text\n"])
def test_nothing_readable(tmp_path: Path, content: bytes, capsys: Output) -> None:
    path = tmp_path / "text.pcap"
    path.write_bytes(content)
    assert detect(path) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert str(path) in line


def test_folder_without_captures(tmp_path: Path, capsys: Output) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert detect(empty) == 3
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_path_that_does_not_exist(tmp_path: Path, capsys: Output) -> None:
    assert detect(tmp_path / "nowhere.pcap") == 3
    assert "nowhere.pcap" in capsys.readouterr().err


def test_text_that_is_no_address(logs: Path, capsys: Output) -> None:
    assert detect(logs, "--ip", "example.com") == 2
    assert capsys.readouterr().err == "'example.com' is no IP address\n"


def test_address_that_is_in_no_capture(logs: Path, capsys: Output) -> None:
    assert detect(logs, "--ip", "192.0.2.200") == 0
    output = capsys.readouterr()
    assert output.err == "192.0.2.200 is in no capture\n"
    assert "the FINAL predict result is NOT ASSESSED!\n" in output.out


def test_address_without_tls(logs: Path, capsys: Output) -> None:
    assert detect(logs, "--ip", PLAIN) == 0
    assert "no TLS connection" in capsys.readouterr().out


def test_json_option_does_not_overwrite_a_capture(
    logs: Path, tmp_path: Path, capsys: Output
) -> None:
    capture = tmp_path / "precious.pcap"
    capture.write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
    before = capture.read_bytes()
    assert detect(logs, "--json", capture) == 2
    assert capture.read_bytes() == before
    assert "not to be overwritten" in capsys.readouterr().err


def test_result_that_cannot_be_written_is_refused_before_the_work(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr("capture.read.read_logs", lambda *_, **__: pytest.fail("was read"))
    assert detect(logs, "--json", tmp_path / "nowhere" / "v.json") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_two_results_cannot_share_standard_output(logs: Path, capsys: Output) -> None:
    assert detect(logs, "--json", "-", "--csv", "-") == 2
    assert "name a file" in capsys.readouterr().err


def test_models_folder_that_is_empty(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.undo()
    assert detect(logs, "--models", tmp_path / "nothing") == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert "train again with" in line


def test_table_can_be_cut_and_sorted(logs: Path, capsys: Output) -> None:
    assert detect(logs, "--top", 1, "--sort", "name", "--min-probability", 0.01) == 1
    out = capsys.readouterr().out
    assert f"{SITE} www.example.com" in out
    assert "2 servers more not shown" in out


def test_settings_stand_for_options(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    (tmp_path / "allow.txt").write_text(f"{BEACON}\n", encoding="utf-8")
    settings = tmp_path / "settings.toml"
    settings.write_text('allow = ["allow.txt"]\ntop = 1\n', encoding="utf-8")
    monkeypatch.setenv("DETECTOR_SETTINGS", str(settings))
    assert detect(logs) == 0
    assert "1 server hidden by the allowlist" in capsys.readouterr().out


@pytest.mark.parametrize("asked", [(), ("--ip", CLIENT)])
def test_what_is_allowed_is_not_learned(
    logs: Path, tmp_path: Path, certificates: Path, asked: tuple[str, ...]
) -> None:
    allow = tmp_path / "allow.txt"
    allow.write_text(f"{BEACON}\n", encoding="utf-8")
    detect(logs, "--allow", allow, *asked)
    assert CertificateDatabase(certificates).entries() == ()


@pytest.mark.usefixtures("quiet")
def test_results_are_printed_to_the_quiet_beside_files(
    logs: Path, tmp_path: Path, capsys: Output
) -> None:
    files = ("--csv", tmp_path / "a.csv", "--json", tmp_path / "a.json")
    detect(logs, *files)
    loud = capsys.readouterr().out
    detect(logs, "-q", *files)
    assert capsys.readouterr().out == loud
    assert "printed too" in OPTIONS["quiet"].help


def test_quiet_leaves_results_and_errors(logs: Path, capsys: Output) -> None:
    (logs / "x509.log").unlink()
    detect(logs, "-q")
    output = capsys.readouterr()
    assert output.err == ""
    assert "3 servers" in output.out
    assert detect(logs, "-q", "--ip", "nonsense") == 2
    assert capsys.readouterr().err == "'nonsense' is no IP address\n"


def test_verbose_tells_what_servers_are_found_by(logs: Path, capsys: Output) -> None:
    detect(logs, "-v")
    assert "  Wireshark: ip.addr == 203.0.113.66 && tcp.port == 443\n" in capsys.readouterr().out
