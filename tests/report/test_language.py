import ast
import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest

from capture.builtin.decode import frames
from capture.builtin.decode.names import describe
from module3 import logins, scans, vain_logins, web_attacks
from module3.classes import CLASSES
from report.catalogue import messages
from report.console import classic_block, console, skipped_lines
from report.html.further_detectors import words_of
from report.html.page import page
from report.language import ENGLISH, FOLDER, Language
from report.notice_forms import NOTICES, SKIPPED, UNREAD
from report.ranking import ranking
from report.reason_forms import FORMS, LOGINS, REQUESTS, SCANS, VAIN_LOGINS
from report.selection import View, select
from report.text import display_width
from verdict.attack_class import AttackClasses, AttackFlow, Basis
from verdict.conversation_document import (
    Conversation,
    ConversationDetector,
    ConversationVerdict,
)
from verdict.document import Capture
from verdict.wording import CLASSIC, CONNECTION, DETECTORS

from ..verdict.synthetic import BEACON, CLIENT, HIDDEN, PLAIN, SITE
from .documents import document, target

CHINESE = Language("zh")
KNOWN = messages((FOLDER / "zh" / "LC_MESSAGES" / "detector.po").read_text(encoding="utf-8"))
REPORT = FOLDER.parent


def said_in(path: Path) -> set[str]:
    """Return the messages that a file says by name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        says = isinstance(node.func, ast.Name) and node.func.id == "language"
        counts = isinstance(node.func, ast.Attribute) and node.func.attr == "counted"
        word = node.args[1 if counts and len(node.args) > 1 else 0]
        if (says or counts) and isinstance(word, ast.Constant):
            found.add(f"{{number}} {word.value}s" if counts else word.value)
    return found


def test_every_message_has_a_translation() -> None:
    files = [*REPORT.rglob("*.py"), *(REPORT.parent / "commands").rglob("*.py")]
    said = {message for path in files for message in said_in(path)}
    assert len(said) > 50
    assert said - KNOWN.keys() == set()


@pytest.mark.parametrize(
    ("rule", "forms"),
    [(logins, LOGINS), (web_attacks, REQUESTS), (vain_logins, VAIN_LOGINS), (scans, SCANS)],
)
def test_every_text_on_repetition_has_its_form(rule: ModuleType, forms: tuple[str, ...]) -> None:
    rules = Path(str(rule.__file__)).read_text(encoding="utf-8")
    values = [node.value for node in ast.walk(ast.parse(rules)) if isinstance(node, ast.Constant)]
    texts = {value for value in values if isinstance(value, str) and value.startswith("{} ")}
    plain = {text.replace("{:,}", "{}") for text in texts}
    assert plain == {re.sub(r"\{\w+\}", "{}", form) for form in forms}


def headings_in(path: Path) -> set[str]:
    """Return the texts of the tuples and dictionaries of words that a file says one by one."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [each for each in getattr(node, "targets", [getattr(node, "target", None)]) if each]
        if {getattr(each, "id", "") for each in names} & {"headings", "_COLUMNS", "_LEGEND"}:
            found |= {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
    return found


def test_every_heading_has_a_translation() -> None:
    said = {word for path in (REPORT / "html").glob("*.py") for word in headings_in(path)}
    assert "normal servers" in said
    assert said - KNOWN.keys() == {"number", "text"}  # kinds of columns


@pytest.mark.parametrize("kind", [AttackClasses, AttackFlow, ConversationDetector, Conversation])
def test_fields_of_further_detectors_have_a_translation(kind: type[Any]) -> None:
    words = {words_of(each.name) for each in fields(kind)}
    assert words - KNOWN.keys() <= {"flows"}


def test_every_class_and_verdict_of_further_detectors_has_a_translation() -> None:
    verdicts = get_args(ConversationVerdict)
    assert {*CLASSES, *verdicts, *get_args(Basis), "models"} - KNOWN.keys() == set()


def test_every_line_for_the_user_has_a_translation() -> None:
    assert {*NOTICES, *UNREAD, *SKIPPED} - KNOWN.keys() == set()


def test_every_reason_to_leave_a_frame_out_has_a_form() -> None:
    named = [kind for name, kind in vars(frames).items() if name.isupper() and type(kind) is int]
    reasons = {describe(kind) for kind in named}
    assert {each for each in reasons if "(" not in each} <= {*SKIPPED}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("a.pcap: the file is empty; nothing to analyse", "a.pcap：文件为空，没有可分析的内容"),
        (
            "db: not readable; going on without it",
            "db: not readable；继续运行，不使用它",
        ),
        ("wrote 2 documents and summary.csv to out", "已将 2 份文档和 summary.csv 写入 out"),
        (
            "b: a.pcap: the file is empty; nothing to analyse",
            "b: a.pcap：文件为空，没有可分析的内容",
        ),
        ("a line of a later program", "a line of a later program"),
    ],
)
def test_lines_for_the_user(english: str, chinese: str) -> None:
    assert CHINESE.notice(english) == chinese
    assert ENGLISH.notice(english) == english


def test_reasons_for_skipping() -> None:
    assert CHINESE.skipped("not IP (ARP)") == "非 IP（ARP）"
    assert CHINESE.skipped("not IP (other EtherTypes)") == "非 IP（其他 EtherType）"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("a Zeek log; name the folder that holds it", "这是 Zeek 日志；请指定它所在的文件夹"),
        (
            "No such file or directory; check the path and its permissions",
            "没有这个文件或目录；请检查路径和权限",
        ),
        ("compressed data damaged or cut off", "压缩数据损坏或被截断"),
        ("a reason of a later program", "a reason of a later program"),
    ],
)
def test_reasons_why_an_input_was_not_read(english: str, chinese: str) -> None:
    assert CHINESE.unread(english) == chinese
    assert ENGLISH.unread(english) == english


def test_why_captures_were_not_read_is_told_below_the_table() -> None:
    empty = Capture("a.pcap", None, None, {"the file is empty; nothing to analyse": 1}, None, None)
    (line,) = skipped_lines([empty], CHINESE)
    assert line == "a.pcap: 未能读取（文件为空，没有可分析的内容）"


def test_ports_of_trojans_beyond_those_named() -> None:
    text = "further uses of ports that trojans are known to have used: 1,250"
    assert CHINESE.reason(text) == "已知木马用过的端口的其他使用次数：1,250"


@pytest.mark.parametrize(
    ("where", "there"),
    [
        ("client fe80::1", "客户端 fe80::1"),
        ("client 192.0.2.1, port 443/tcp", "客户端 192.0.2.1，端口 443/tcp"),
        ("server 192.0.2.2", "服务器 192.0.2.2"),
        ("server 192.0.2.2, port 443/udp", "服务器 192.0.2.2，端口 443/udp"),
        ("port 8443/tcp", "端口 8443/tcp"),
    ],
)
def test_evidence_on_one_row_of_several(where: str, there: str) -> None:
    text = f"{where}: self-signed certificate (O=a, port 5: b)"
    assert CHINESE.reason(text) == f"{there}：自签名证书（O=a, port 5: b）"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("certificate expired 7.03 seconds before the capture", "证书在捕获前 7.03 秒已过期"),
        ("certificate expired 1 day before the capture", "证书在捕获前 1 天已过期"),
        (
            "certificate expired less than a second before the capture",
            "证书在捕获前 不到一秒已过期",
        ),
        ("certificate not valid until 2 hours after the capture", "证书在捕获后 2 小时才生效"),
    ],
)
def test_spans_of_time(english: str, chinese: str) -> None:
    assert CHINESE.reason(english) == chinese


def test_place_of_a_place_is_not_looked_for() -> None:
    text = "client a: " * 5_000
    assert CHINESE.reason(text).endswith("client a: ")


def test_kind_of_a_match_may_be_words() -> None:
    text = "subject and issuer CN=a is known, learned in b.pcap (a hint, no proof)"
    assert CHINESE.reason(text).startswith("主体与颁发者 CN=a 已知")


def test_every_feature_detector_and_sentence_has_a_translation() -> None:
    phrases = {each.phrase for each in (*CLASSIC.values(), *CONNECTION.values())}
    verdicts = {"MALICIOUS", "NORMAL", "NOT ASSESSED", "FOUND", "NOT FOUND"}
    wanted = phrases | set(DETECTORS.values()) | set(FORMS) | verdicts
    assert wanted - KNOWN.keys() == set()


def test_translation_has_the_places_of_its_message() -> None:
    for message, text in KNOWN.items():
        places, translated = (sorted(re.findall(r"\{\w+\}", each)) for each in (message, text))
        assert places == translated or not message, message


@pytest.mark.parametrize("address", [BEACON, SITE, HIDDEN, PLAIN, CLIENT])
def test_every_sentence_of_a_document_is_translated(address: str) -> None:
    for each in document(address).targets:
        for item in (*each.reasons, *each.limits):
            assert CHINESE.reason(item.text) != item.text, item.text


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "no certificate visible in 1 of 2 TLS connections (TLS 1.3 encrypts them)",
            "2 个 TLS 连接中有 1 个看不到证书（TLS 1.3 加密了证书）",
        ),
        (
            "how often the country in the certificate's subject occurred in training: missing "
            "(towards normal, -0.30 log-odds)",
            "证书主体中的国家在训练中出现的频率：缺失（偏向正常，对数几率 -0.30）",
        ),
        (
            "mean time between connections: 60 s (usual: 0.5 s to 1,200 s; "
            "towards malicious, +0.10 probability)",
            "连接之间的平均间隔：60 秒（通常 0.5 秒 至 1,200 秒；偏向恶意，概率 +0.10）",
        ),
        ("a sentence of a later program", "a sentence of a later program"),
    ],
)
def test_sentences(english: str, chinese: str) -> None:
    assert CHINESE.reason(english) == chinese
    assert ENGLISH.reason(english) == english


def test_name_with_braces_is_no_place() -> None:
    text = "self-signed certificate (CN={0} {name})"
    assert CHINESE.reason(text) == "自签名证书（CN={0} {name}）"


def test_counted_words() -> None:
    assert (ENGLISH.counted(1, "server"), ENGLISH.counted(2000, "server")) == (
        "1 server",
        "2,000 servers",
    )
    assert CHINESE.counted(1, "server") == "1 台服务器"


def test_classic_block_stays_english() -> None:
    classic = "\n".join(classic_block(target(BEACON)))
    assert console(document(BEACON), CHINESE).startswith(classic)


def test_lines_of_wide_characters_fit_eighty_columns() -> None:
    overview = select(document(), View()).overview
    texts = [console(document(BEACON), CHINESE), ranking(overview, CHINESE, verbose=True)]
    for text in texts:
        assert max(map(display_width, text.splitlines())) <= 80


def test_page_names_its_language() -> None:
    text = page(select(document(), View()), CHINESE)
    assert '<html lang="zh">' in text
    assert "恶意加密流量：检测结果" in text
    assert "无法评估的部分" in text


def test_unknown_language_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        Language("xx")


def test_a_long_name_that_looks_like_another_sentence_is_matched_at_once() -> None:
    names = "CN=" + " is known, imported: " * 4_000
    text = f"subject and issuer {names} is known, learned in x.pcap (a hint, no proof)"
    assert CHINESE.reason(text).isascii() is False
    assert CHINESE.reason(
        "default certificate of " + "x (" * 20_000
    ) == "default certificate of " + ("x (" * 20_000)


def test_a_long_value_that_looks_like_the_sentence_around_it_is_said_all_the_same() -> None:
    value = ": Internet Widgits Pty Ltd (usual: AU to Some-State " * 80
    text = f"words in the subject of the certificate: {value} (towards normal, -0.10 log-odds)"
    said = CHINESE.reason(text)
    assert value in said
    assert said.isascii() is False
