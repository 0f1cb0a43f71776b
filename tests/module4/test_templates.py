import re
import shutil
from pathlib import Path

import pytest

from module4.templates import FOLDER, TemplateError, read_templates


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the templates that a test may edit."""
    return Path(shutil.copytree(FOLDER, tmp_path / "protocol"))


def edit(folder: Path, name: str, line: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def test_shipped_templates() -> None:
    templates = read_templates()
    assert templates.tcp[443] == templates.udp[443] == "https"
    assert templates.tcp[22] == "ssh"
    assert 22 not in templates.udp
    assert templates.ethernet[0x0806] == "ARP"
    assert templates.ip[58] == "ICMPv6"
    assert templates.files[b"MZ"] == "file exe"
    assert templates.warnings[12345] == "NetBus"
    assert {"DNS Qry", "DNS Ans", "TLS", "IP", "IPv6", "UDP"} <= set(templates.tokens)
    assert "NetBus" not in templates.tokens
    assert sorted(templates.codes.values()) == list(range(1, len(templates.tokens) + 1))


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_every_shipped_template_names_its_source_and_a_date(path: Path) -> None:
    comment = " ".join(
        line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")
    )
    assert "Source" in comment
    assert "https://" in comment or "http://" in comment
    assert re.search(r"\b20\d\d\b", comment)


def test_line_that_is_added_later_wins(folder: Path) -> None:
    edit(folder, "PORT", "443:web")
    assert read_templates(folder).tcp[443] == "web"


def test_file_that_an_editor_marked_as_unicode(folder: Path) -> None:
    (folder / "PORT").write_text("443:web\n", encoding="utf-8-sig")
    assert read_templates(folder).tcp[443] == "web"


def test_longest_signature_comes_first(folder: Path) -> None:
    edit(folder, "FILES", "4D5A90000300:file exe of a compiler")
    assert list(read_templates(folder).files)[-1] == b"MZ"


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("TCP", "https", "expected number:token"),
        ("TCP", "443:", "expected number:token"),
        ("UDP", "abc:x", "'abc' is no number"),
        ("UDP", "70000:x", "beyond 65535"),
        ("IP", "256:x", "beyond 255"),
        ("PORT", "80:mean_length", "another column"),
        ("PORT", "80:family", "another column"),
        ("FILES", "4D5:x", "not hexadecimal"),
        ("FILES", ":x", "1 to 16 bytes"),
    ],
)
def test_line_that_is_none(folder: Path, name: str, line: str, message: str) -> None:
    edit(folder, name, line)
    with pytest.raises(TemplateError, match=message) as error:
        read_templates(folder)
    assert f"{name}, line " in str(error.value)


def test_missing_template(folder: Path) -> None:
    (folder / "WARN").unlink()
    with pytest.raises(TemplateError, match="WARN: cannot be read"):
        read_templates(folder)


def test_too_many_tokens(folder: Path) -> None:
    for port in range(1000):
        edit(folder, "TCP", f"{20000 + port}:token {port}")
    with pytest.raises(TemplateError, match="more than 1000 tokens"):
        read_templates(folder)
