import gzip
from pathlib import Path

import pytest

from capture.zeek_format import write_logs
from capture.zeek_format.own_logs import foreign_log
from capture.zeek_format.writing import Form
from tests.verdict.synthetic import sample_logs

ZEEK_HEAD = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
    "#open\t2026-01-31-12-00-00\n#fields\tts\tuid\n#types\ttime\tstring\n"
)


@pytest.fixture(params=["tsv", "json"])
def form(request: pytest.FixtureRequest) -> Form:
    return "json" if request.param == "json" else "tsv"


@pytest.fixture
def own(tmp_path: Path, form: Form) -> Path:
    write_logs(sample_logs(), tmp_path, form)
    return tmp_path


def test_logs_that_were_written_here(own: Path) -> None:
    assert foreign_log(own.iterdir()) is None


def test_empty_logs_hold_nothing_to_lose(tmp_path: Path, form: Form) -> None:
    (tmp_path / "conn.log").touch()
    assert foreign_log(tmp_path.iterdir()) is None


@pytest.mark.parametrize(
    "text",
    [
        ZEEK_HEAD,
        ZEEK_HEAD.replace("#open\t2026-01-31-12-00-00\n", ""),
        '{"ts":1.5,"uid":"C1","local_orig":true}\n',
        '{"ts":1.5,"uid":"C1"}\n{"ts":1.5,"ip_proto":6}\n',
        '["ts"]\n',
        "[" * 9999,
        "notes of mine\n",
    ],
)
def test_a_log_of_another_program(own: Path, text: str) -> None:
    path = own / "dns.log"
    path.write_text(text, encoding="utf-8")
    assert foreign_log(own.iterdir()) == path


def test_a_log_with_the_line_that_zeek_begins_with(tmp_path: Path) -> None:
    write_logs(sample_logs(), tmp_path)
    path = tmp_path / "ssl.log"
    path.write_text(path.read_text().replace("#fields", "#open\t2026\n#fields"))
    assert foreign_log(tmp_path.iterdir()) == path


@pytest.mark.parametrize("name", ["conn.log.gz", "conn.2026-01-31-12-00-00.log", "files.log"])
def test_a_log_by_a_name_that_is_not_written_here(own: Path, name: str) -> None:
    (own / name).write_bytes(gzip.compress(b"", mtime=0))
    assert foreign_log(own.iterdir()) == own / name


def test_json_alone_cannot_be_told_and_is_left_alone(tmp_path: Path) -> None:
    write_logs(sample_logs(), tmp_path, "json")
    (tmp_path / "x509.log").unlink()
    assert foreign_log(tmp_path.iterdir()) == tmp_path / "conn.log"
