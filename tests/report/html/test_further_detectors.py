from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from report.html.features import FeatureTable
from report.html.further_detectors import further_detectors
from report.html.ranges import Ranges
from report.html.target import body
from report.language import ENGLISH
from report.selection import Shown
from report.triage import triage_row
from verdict.document import Detectors, Target

from ...verdict.synthetic import SITE
from ..documents import target


@dataclass(frozen=True)
class Flow:
    ts: float
    attack_class: str
    probability: float | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class AttackClasses:
    verdict: str
    flows: tuple[Flow, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class MoreDetectors(Detectors):
    attack_class: AttackClasses = AttackClasses("NOT ASSESSED")


def with_classes(found: AttackClasses) -> Target:
    site = target(SITE)
    known = {name: getattr(site.detectors, name) for name in Detectors.__dataclass_fields__}
    known["attack_class"] = found
    return replace(site, detectors=MoreDetectors(**known))


def test_detector_of_a_later_program_has_its_section() -> None:
    flows = (Flow(0.0, "SSH-Bruteforce", 0.75, ("a", "b")), Flow(1.0, "<odd>", None))
    site = with_classes(AttackClasses("SSH-Bruteforce", flows, {"SSH-Bruteforce": 2}))
    ((title, text),) = further_detectors(site, ENGLISH)
    assert title == "Attack classes"
    assert "<dd>SSH-Bruteforce: 2</dd>" in text
    assert ">1970-01-01 00:00:00</th><td>SSH-Bruteforce</td><td>0.750</td><td>a, b</td>" in text
    assert "<td>&lt;odd&gt;</td><td>-</td>" in text
    assert "<h3>Attack classes</h3>" in body(
        Shown(site, triage_row(site)), ENGLISH, FeatureTable(Ranges({}, {}), ENGLISH)
    )


def test_what_was_not_assessed_has_none() -> None:
    site = with_classes(AttackClasses("NOT ASSESSED"))
    assert list(further_detectors(site, ENGLISH)) == []
    assert list(further_detectors(target(SITE), ENGLISH)) == []
