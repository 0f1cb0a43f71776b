import math
from dataclasses import replace

from verdict.assess import assess
from verdict.document import Capture
from verdict.document_json import from_json, to_json
from verdict.known_certificates import KnownCertificates
from verdict.precision import as_stored
from verdict.scoring import score

from .synthetic import BEACON, START, sample_logs, stub_models

LONG = START + 0.123456789


def test_document_is_the_one_that_is_read_back() -> None:
    document = assess(score(sample_logs(), stub_models()), [BEACON], KnownCertificates())
    capture = Capture("a.pcap", None, 1, {}, LONG, None)
    precise = replace(document, captures=(capture,), usual={"avg_size": (1 / 3, 2.0)})
    (target,) = precise.targets
    final = replace(target.final, probability=2 / 3)
    precise = replace(precise, targets=(replace(target, final=final),))
    stored = as_stored(precise)
    assert stored == from_json(to_json(precise))
    assert stored.captures[0].first_ts == START + 0.123457
    assert stored.usual == {"avg_size": (0.333333, 2.0)}
    assert stored.targets[0].final.probability == 0.666667


def test_what_is_stored_as_it_is_stays_the_same_object() -> None:
    document = assess(score(sample_logs(), stub_models()), [BEACON], KnownCertificates())
    stored = as_stored(document)
    (once,), (twice,) = stored.targets, as_stored(stored).targets
    assert twice.connections[0] is once.connections[0]
    assert stored.targets[0].features is document.targets[0].features  # rounded before


def test_what_is_no_number_stays_so() -> None:
    assert math.isnan(as_stored(math.nan))
    assert as_stored({"a": (None, True, "b", -math.inf)}) == {"a": (None, True, "b", -math.inf)}
