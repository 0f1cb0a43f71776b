from dataclasses import replace

from report.console import classic_block
from report.html.features import FeatureTable, classic_table, contributions
from report.html.ranges import Ranges
from report.language import ENGLISH

from ...verdict.synthetic import BEACON, SITE
from ..documents import document, target

UNKNOWN = Ranges({}, {})


def test_bars_point_to_what_they_speak_for() -> None:
    (beacon,) = document(BEACON).targets
    text = contributions(beacon, ENGLISH)
    assert "+2.50" in text
    assert 'class="malicious"' in text
    (site,) = document(SITE).targets
    assert "-0.30" in contributions(site, ENGLISH)
    assert '<rect x="0.0" y="1" width="80.0" height="10" class="normal"/>' in contributions(
        site, ENGLISH
    )


def test_detector_of_a_later_program_has_its_own_name() -> None:
    (beacon,) = document(BEACON).targets
    (first, *_) = [each for each in beacon.reasons if each.contribution is not None]
    other = replace(beacon, reasons=(replace(first, detector="module9"),))
    assert ">module9<" in contributions(other, ENGLISH)


def test_without_contributions_there_is_no_table() -> None:
    assert contributions(replace(target(SITE), reasons=()), ENGLISH) == ""


def test_feature_has_its_name_value_and_meaning() -> None:
    text = FeatureTable(UNKNOWN, ENGLISH).of(target(BEACON))
    assert "<code>avg_time_diff</code>" in text
    assert "<td>60 s</td><td></td><td></td><td></td><td>mean time between connections</td>" in text
    assert "<td>missing</td>" in text


def test_feature_says_what_it_moved_towards() -> None:
    (beacon,) = document(BEACON).targets
    rows = FeatureTable(UNKNOWN, ENGLISH).of(beacon).splitlines()
    row = next(line for line in rows if "SNI_ssl_ratio" in line)
    assert "towards" in row


def test_classic_form_is_that_of_the_console() -> None:
    text = classic_table(target(BEACON))
    assert text.count("\n") == len(classic_block(target(BEACON))) - 1
    assert "the FINAL predict result is MALICIOUS!" in text


def test_value_outside_of_what_is_usual_is_emphasised() -> None:
    usual = {"avg_time_diff": (0.5, 30.0), "avg_key_length": (2048.0, 2048.0), "avg_TTL": (0, 9)}
    malicious = {"avg_time_diff": (50.0, 300.0), "avg_key_length": (1024.0, 1024.0)}
    text = FeatureTable(Ranges(usual, malicious), ENGLISH).of(target(BEACON))
    outside = "<strong>outside of 0.5 s to 30 s</strong>"
    assert f"</svg></td><td>{outside}</td><td>50 s to 300 s</td>" in text
    outside = "<strong>outside of 1,024 bits</strong>"
    assert f"<td>2,048 bits</td><td>{outside}</td>" in text
    assert "<td>0 s to 9 s</td><td></td>" in text


def test_value_is_not_outside_of_a_range_whose_end_is_written_alike() -> None:
    ranges = Ranges({"avg_duration": (0.0014014, 0.951)}, {"avg_duration": (0.0014026, 5.0)})
    beacon = replace(target(BEACON), features={"avg_duration": 0.001401})
    text = FeatureTable(ranges, ENGLISH).of(beacon)
    assert "<td>0.001401 s to 0.951 s</td>" in text
    assert "<strong>outside of 0.001403 s to 5 s</strong>" in text


def test_tables_of_several_servers_are_those_of_each_alone() -> None:
    ranges = Ranges({"avg_TTL": (0.0, 9.0)}, {})
    (beacon,) = document(BEACON).targets
    values = (0.0, -0.0, 0, False, 1, 1.0, True, "1", None)
    servers = [replace(beacon, features={"avg_TTL": each}) for each in values]
    servers += [replace(each, reasons=()) for each in servers]
    several = FeatureTable(ranges, ENGLISH)
    assert [several.of(each) for each in servers] == [
        FeatureTable(ranges, ENGLISH).of(each) for each in servers
    ]


def test_drawings_are_explained_where_there_are_any() -> None:
    assert "hollow" in FeatureTable(Ranges({"avg_TTL": (0, 9)}, {}), ENGLISH).of(target(BEACON))
    assert "hollow" not in FeatureTable(UNKNOWN, ENGLISH).of(target(BEACON))
