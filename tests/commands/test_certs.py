import codecs
from pathlib import Path

import pytest

import project
from verdict.certificate_csv import export
from verdict.certificates import CertificateDatabase
from verdict.known_certificates import Entry, Sighting

FINGERPRINT = "a" * 64
SHA1 = "3784422d67a6ae0c82d60eeaf3850960a9896cb2"
Output = pytest.CaptureFixture[str]


@pytest.fixture
def certs(tmp_path: Path):
    """Return a function that runs certs on a database with one learned entry."""
    path = tmp_path / "certificates.sqlite"
    sighting = Sighting("d" * 64, "one.pcap", 1_790_000_000.0, 0.9)
    CertificateDatabase(path).learn(
        [Entry("learned", FINGERPRINT, None, "CN=\x1b[2Jx", "CN=y", None, None, (sighting,))]
    )

    def run(*arguments: object) -> int:
        return project.main(["certs", "--certificates", str(path), *map(str, arguments)])

    return run


def test_list_says_who_learned_what(certs, capsys: Output) -> None:
    assert certs("list") == 0
    assert capsys.readouterr().out == (
        f"{FINGERPRINT}  learned\n"
        "  subject: CN=\\x1b[2Jx\n"
        "  learned from one.pcap (dddddddddddd), 2026-09-21 14:13:20 UTC, FINAL 0.900\n"
        "1 certificate\n"
    )


def test_list_in_chinese(certs, capsys: Output) -> None:
    assert certs("list", "--lang", "zh") == 0
    assert capsys.readouterr().out == (
        f"{FINGERPRINT}  自动学习\n"
        "  主体：CN=\\x1b[2Jx\n"
        "  学习来源：one.pcap（dddddddddddd），2026-09-21 14:13:20 UTC，最终结论 0.900\n"
        "1 个证书\n"
    )


def test_what_was_done_is_told_in_the_language_of_the_settings(
    certs, capsys: Output, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DETECTOR_LANG", "zh")
    listed = tmp_path / "sslbl.csv"
    listed.write_text(f"2022-07-02 07:02:11,{SHA1},AsyncRAT C&C\nbroken\n", encoding="utf-8")
    certs("confirm", FINGERPRINT)
    certs("forget", "--capture", "one.pcap")
    certs("forget", FINGERPRINT)
    certs("import", listed)
    assert capsys.readouterr().out.splitlines() == [
        f"已确认 {FINGERPRINT}",
        "已删除 0 个证书；1 个另有来源的证书保留",
        f"已删除 {FINGERPRINT}",
        f"{listed}：1 个证书，其中 1 个为新增，跳过 1 行",
    ]


def test_confirm_then_forget(certs, capsys: Output) -> None:
    assert certs("confirm", "aaaaaaaa") == 0
    certs("list")
    assert f"{FINGERPRINT}  confirmed" in capsys.readouterr().out
    assert certs("forget", FINGERPRINT) == 0
    certs("list")
    assert capsys.readouterr().out.endswith("0 certificates\n")


def test_list_of_one_capture(certs, capsys: Output) -> None:
    assert certs("list", "--capture", "one.pcap") == 0
    assert capsys.readouterr().out.endswith("FINAL 0.900\n1 certificate\n")
    assert certs("list", "--capture", "two.pcap") == 2
    assert "nothing was learned from a capture two.pcap" in capsys.readouterr().err


def test_forget_what_a_capture_taught(certs, capsys: Output) -> None:
    assert certs("forget", "--capture", "dddddd") == 0
    assert capsys.readouterr().out == "forgot 1 certificate\n"
    certs("list")
    assert capsys.readouterr().out == "0 certificates\n"


def test_what_a_person_confirmed_stays_without_its_capture(certs, capsys: Output) -> None:
    certs("confirm", "aaaaaaaa")
    capsys.readouterr()
    assert certs("forget", "--capture", "one.pcap") == 0
    assert capsys.readouterr().out == "forgot 0 certificates; 1 known otherwise stay\n"


@pytest.mark.parametrize("arguments", [(), ("aaaaaa", "--capture", "one.pcap")])
def test_forget_takes_a_fingerprint_or_a_capture(certs, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ending:
        certs("forget", *arguments)
    assert ending.value.code == 2


def test_block_list_is_written_as_it_was_read(certs, tmp_path: Path, capsys: Output) -> None:
    text = (
        "# Listingdate,SHA1,Listingreason\n"
        f'2022-07-02 07:02:11,{SHA1},"AsyncRAT, C&C"\n'
        f"2022-07-03 07:02:11,{'0' * 40},Cobalt Strike\n"
    )
    (tmp_path / "sslbl.csv").write_text(text, encoding="utf-8")
    certs("import", tmp_path / "sslbl.csv")
    capsys.readouterr()
    assert certs("export", "--sslbl") == 0
    assert capsys.readouterr().out == text


def test_unknown_fingerprint_is_one_line(certs, capsys: Output) -> None:
    assert certs("confirm", "ffffffff") == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_import_of_a_block_list(certs, tmp_path: Path, capsys: Output) -> None:
    listed = tmp_path / "sslbl.csv"
    listed.write_text(
        f"# comment\n2022-07-02 07:02:11,{SHA1},AsyncRAT C&C\nbroken\n", encoding="utf-8"
    )
    assert certs("import", listed) == 0
    assert capsys.readouterr().out == f"{listed}: 1 certificate, 1 new, skipped 1 row\n"


def test_import_of_a_list_that_another_program_saved(certs, tmp_path: Path, capsys: Output) -> None:
    certs("confirm", FINGERPRINT)
    certs("export", tmp_path / "list.csv")
    saved = tmp_path / "saved.csv"
    saved.write_bytes(codecs.BOM_UTF8 + (tmp_path / "list.csv").read_bytes())
    certs("forget", FINGERPRINT)
    capsys.readouterr()
    assert certs("import", saved) == 0
    assert capsys.readouterr().out == f"{saved}: 1 certificate, 1 new\n"


def test_names_are_imported_with_their_line_ends(certs, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(export([Entry("confirmed", "c" * 64, subject="a\r\nb")]), newline="")
    certs("import", path)
    entries = CertificateDatabase(tmp_path / "certificates.sqlite").entries()
    assert entries[1].subject == "a\r\nb"


def test_import_of_something_else(certs, tmp_path: Path, capsys: Output) -> None:
    assert certs("import", tmp_path / "nowhere.csv") == 3
    other = tmp_path / "page.html"
    other.write_text("<html>", encoding="utf-8")
    assert certs("import", other) == 3
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_export_to_a_file_and_to_standard_output(certs, tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "certificates.csv"
    assert certs("export", path) == 0
    assert certs("export") == 0
    assert path.read_text(encoding="utf-8") == capsys.readouterr().out


def test_database_may_be_named_after_the_action(tmp_path: Path, capsys: Output) -> None:
    assert project.main(["certs", "list", "--certificates", str(tmp_path / "other.sqlite")]) == 0
    assert capsys.readouterr().out == "0 certificates\n"


def test_no_action_is_wrong_use(certs) -> None:
    with pytest.raises(SystemExit) as ending:
        certs()
    assert ending.value.code == 2
