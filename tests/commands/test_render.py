import json
from dataclasses import replace
from pathlib import Path

import pytest

import project
from verdict.attack_class import AttackClasses
from verdict.document import Capture, Document, Engine
from verdict.document_json import from_json, to_json

from ..report.documents import changed, document, target, with_connections
from ..report.test_attack_class import FLOW
from ..verdict.synthetic import BEACON, CLIENT, HIDDEN, SITE

Output = pytest.CaptureFixture[str]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "result.json"
    path.write_text(to_json(document()), encoding="utf-8")
    return path


def render(*arguments: object) -> int:
    return project.main(["render", *map(str, arguments)])


def test_table_as_detect_prints_it(written: Path, capsys: Output) -> None:
    assert render(written) == 1
    golden = Path(__file__).parent.parent / "report" / "golden" / "ranking.txt"
    assert capsys.readouterr().out == golden.read_text(encoding="utf-8")


def test_one_address_in_full(written: Path, capsys: Output) -> None:
    assert render(written, "--ip", SITE) == 0
    assert "the FINAL predict result is NORMAL!\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("json", '{"schema": 1'),
        ("csv", "ip,tlsSubject"),
        ("jsonl", '{"capture": ""'),
        ("html", "<!DOCTYPE html>"),
        ("stix", '{\n "type": "bundle"'),
        ("misp", "category,type,value"),
    ],
)
def test_every_form_goes_to_a_file_or_to_standard_output(
    written: Path, tmp_path: Path, form: str, start: str, capsys: Output
) -> None:
    path = tmp_path / "out"
    assert render(written, f"--{form}", path) == 1
    assert "3 servers, 1 malicious" in capsys.readouterr().out
    render(written, f"--{form}")
    text = capsys.readouterr().out
    assert text.startswith(start)
    assert path.read_bytes() == text.encode()


def test_allowlist_is_applied_without_a_new_analysis(
    written: Path, tmp_path: Path, capsys: Output
) -> None:
    allow = tmp_path / "allow.txt"
    allow.write_text(f"{BEACON}\n", encoding="utf-8")
    assert render(written, "--allow", allow) == 0
    hidden = capsys.readouterr().out
    assert "3 servers, 0 malicious\n1 server hidden by the allowlist" in hidden
    assert BEACON not in hidden
    render(written, "--allow", allow, "--show-allowed")
    assert f"  allowed by {BEACON}\n" in capsys.readouterr().out
    render(written, "--allow", allow, "--json", "-")
    assert len(from_json(capsys.readouterr().out).targets) == 3


def test_address_that_is_asked_for_is_shown_though_allowed(
    written: Path, tmp_path: Path, capsys: Output
) -> None:
    allow = tmp_path / "allow.txt"
    allow.write_text("203.0.113.0/24\n", encoding="utf-8")
    assert render(written, "--allow", allow, "--ip", BEACON, "--top", "1") == 0
    out = capsys.readouterr().out
    assert "the FINAL predict result is MALICIOUS!\n" in out
    assert out.endswith(f"{BEACON} is allowed by 203.0.113.0/24\n")


def test_several_documents_are_shown_as_one(written: Path, tmp_path: Path, capsys: Output) -> None:
    other = tmp_path / "other.json"
    content = json.loads(written.read_text(encoding="utf-8"))
    content["engine"]["name"] = "zeek"
    content["captures"][0] |= {"path": "home.pcap", "sha256": "d" * 64}
    other.write_text(json.dumps(content), encoding="utf-8")
    render(written, other, "--json")
    both = from_json(capsys.readouterr().out)
    assert [each.ip for each in both.targets] == [BEACON, BEACON, SITE, SITE, HIDDEN, HIDDEN]
    assert [each.path for each in both.captures] == ["home.pcap", "office.pcap"]
    assert both.engine.name == "builtin + zeek"


def test_documents_of_the_same_captures_are_shown_as_the_first(
    written: Path, tmp_path: Path, capsys: Output
) -> None:
    (capture,) = document().captures
    moved = replace(document(), captures=(replace(capture, path="home.pcap"),))
    other = stored(tmp_path / "other.json", moved)
    assert render(written, written, other, "--json") == 1
    printed = capsys.readouterr()
    assert printed.out.encode() == written.read_bytes()
    assert printed.err.splitlines() == [
        f"{each}: the same captures as {written}; counted once" for each in (written, other)
    ]


def stored(path: Path, content: Document) -> Path:
    path.write_text(to_json(content), encoding="utf-8")
    return path


def test_document_alone_is_rendered_as_it_is(tmp_path: Path, capsys: Output) -> None:
    classes = AttackClasses("DoS", (), {"Benign": 3, "DoS": 1})
    path = stored(tmp_path / "one.json", replace(document(), attack_classes=classes))
    render(path, "--json")
    assert capsys.readouterr().out.encode() == path.read_bytes()


def test_attack_classes_of_several_documents_are_added_up(tmp_path: Path, capsys: Output) -> None:
    parts = [{"Benign": 3, "DoS": 1}, {"Benign": 2, "SQL Injection": 4}]
    (capture,) = document().captures
    paths = [
        stored(
            tmp_path / f"{number}.json",
            replace(
                document(),
                captures=(replace(capture, sha256=str(number) * 64),),
                attack_classes=AttackClasses("", (), counts),
            ),
        )
        for number, counts in enumerate(parts)
    ]
    without = stored(tmp_path / "without.json", document())
    render(*paths, without, paths[0], "--json")  # flows of one capture count once
    found = from_json(capsys.readouterr().out).attack_classes
    assert found == AttackClasses("SQL Injection", (), {"Benign": 5, "DoS": 1, "SQL Injection": 4})


def test_attacks_of_several_documents_are_kept_apart(tmp_path: Path, capsys: Output) -> None:
    (capture,) = document().captures
    classes = AttackClasses("SSH-Bruteforce", (FLOW,), {"SSH-Bruteforce": 1})
    paths = []
    for name in "ab":
        own = replace(capture, sha256=name * 64, path=f"{name}.pcap")
        found = replace(document(), captures=(own,), attack_classes=classes)
        paths.append(stored(tmp_path / name, found))
    render(*paths)
    told = " ".join(capsys.readouterr().out.split())
    pair = f"10.0.0.1 -> 192.0.2.7 port 22, 1 flow ({FLOW.evidence})"
    assert all(f"{pair} in {name}.pcap" in told for name in "ab")


def test_captures_of_one_name_and_other_bytes_stay_two(tmp_path: Path, capsys: Output) -> None:
    (capture,) = document().captures
    other = replace(document(), captures=(replace(capture, sha256="d" * 64),))
    paths = [stored(tmp_path / "a.json", document()), stored(tmp_path / "b.json", other)]
    render(*reversed(paths), paths[0], "--json")
    found = from_json(capsys.readouterr().out).captures
    assert [each.sha256 for each in found] == [capture.sha256, "d" * 64]


def test_ranges_are_kept_beside_a_capture_that_could_not_be_read(
    tmp_path: Path, capsys: Output
) -> None:
    unread = Capture("a.pcap", None, None, {"not a capture": 1}, None, None)
    failed = stored(tmp_path / "a.json", Document(Engine("auto", "unknown"), (unread,), ()))
    normal, malicious = {"avg_TTL": (0.5, 9.0)}, {"avg_TTL": (0.25, 2.0)}
    known = replace(document(), usual=normal, usual_of_malicious=malicious)
    render(failed, stored(tmp_path / "b.json", known), "--json")
    found = from_json(capsys.readouterr().out)
    assert (found.usual, found.usual_of_malicious) == (normal, malicious)


def test_address_that_is_in_no_document(written: Path, capsys: Output) -> None:
    assert render(written, "--ip", "192.0.2.1") == 2
    assert capsys.readouterr().err == (
        "192.0.2.1: no such address in the documents; ask their captures: "
        "python project.py detect CAPTURE --ip 192.0.2.1\n"
    )
    assert render(written, "--ip", "office") == 2
    assert capsys.readouterr().err == "'office' is no IP address\n"


def test_servers_of_a_client_that_the_document_has_no_verdict_on(
    tmp_path: Path, capsys: Output
) -> None:
    beacon, site = target(BEACON), target(SITE)
    others = (changed(each, client="192.0.2.9") for each in site.connections)
    of_two = replace(document(), targets=(beacon, with_connections(site, *others)))
    path = stored(tmp_path / "two.json", of_two)
    assert render(path, "--ip", CLIENT) == 1
    printed = capsys.readouterr()
    assert "1 server, 1 malicious" in printed.out
    assert BEACON in printed.out
    assert SITE not in printed.out
    assert (
        printed.err == f"{CLIENT}: a client; these are its servers, judged by all their clients\n"
    )
    assert render(path, "--ip", CLIENT, "--ip", SITE, "--top", "1") == 1
    assert "2 servers, 1 malicious" in capsys.readouterr().out


def test_client_that_the_document_is_about(tmp_path: Path, capsys: Output) -> None:
    path = stored(tmp_path / "client.json", document(CLIENT))
    assert render(path, "--ip", CLIENT) == 1
    printed = capsys.readouterr()
    assert f"address {CLIENT} as client\n" in printed.out
    assert printed.err == ""


def test_file_that_is_no_document(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html>", encoding="utf-8")
    assert render(path) == 3
    assert render(tmp_path / "nowhere.json") == 3
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_allowlist_that_is_none_is_wrong_use(written: Path, tmp_path: Path, capsys: Output) -> None:
    allow = tmp_path / "allow.txt"
    allow.write_text("not an entry\n", encoding="utf-8")
    assert render(written, "--allow", allow) == 2
    assert "line 1: 'not an entry' is no entry" in capsys.readouterr().err


def test_two_results_cannot_share_standard_output(written: Path, capsys: Output) -> None:
    assert render(written, "--html", "-", "--stix", "-") == 2
    assert "--html and --stix cannot both" in capsys.readouterr().err


def test_two_results_cannot_share_a_file(written: Path, tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "result"
    assert render(written, "--html", file, "--csv", file) == 2
    assert f"cannot both be written to {file}" in capsys.readouterr().err
    assert not file.exists()


@pytest.mark.parametrize("form", ["json", "csv", "html"])
def test_the_only_document_is_not_replaced(written: Path, form: str, capsys: Output) -> None:
    before = written.read_bytes()
    assert render(written, f"--{form}", written) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"{written}: is an input, not to be overwritten; name another file"
    assert written.read_bytes() == before


def test_the_allowlist_is_not_replaced(written: Path, tmp_path: Path) -> None:
    allow = tmp_path / "allow.txt"
    allow.write_text(f"{BEACON}\n", encoding="utf-8")
    assert render(written, "--allow", allow, "--csv", allow) == 2
    assert allow.read_text(encoding="utf-8") == f"{BEACON}\n"


def test_page_is_rendered_as_its_document(written: Path, tmp_path: Path) -> None:
    page, again = tmp_path / "report.html", tmp_path / "again.json"
    render(written, "--html", page)
    render(page, "--json", again)
    assert again.read_bytes() == written.read_bytes()
