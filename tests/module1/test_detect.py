from pathlib import Path

import polars as pl
import pytest

from capture.builtin.engine import analyse
from models.errors import ModelError
from module1.detect import MODULE, Detector, load
from module1.features import FIELDS, connection_rows
from module1.fitting import Settings
from module1.tables import CONNECTIONS, in_table_form
from module1.train import train
from tests.module1.synthetic import labelled_connections, one_of_each
from training.tables import write_table

LABELLED = in_table_form(labelled_connections(families=4, per_capture=5))
ROWS = LABELLED.select(FIELDS.keys())


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("module1")
    write_table(folder / "data" / CONNECTIONS, LABELLED)
    train(folder / "data", folder, Settings(rounds=15), seeds=(1,))
    return folder


@pytest.fixture(scope="module")
def detector(models: Path) -> Detector:
    return load(models)


def test_malicious_connections_reach_the_threshold_and_normal_ones_do_not(
    detector: Detector,
) -> None:
    flagged = detector.score(ROWS) >= detector.threshold
    assert flagged.to_list() == [label == 1 for label in LABELLED["label"]]


def test_a_row_scores_alone_as_it_does_among_others(detector: Detector) -> None:
    together = detector.score(ROWS)
    alone = [detector.score(ROWS[number])[0] for number in (0, 7, ROWS.height - 1)]
    assert alone == [together[number] for number in (0, 7, ROWS.height - 1)]


def test_no_rows_have_no_scores(detector: Detector) -> None:
    assert detector.score(ROWS.clear()).to_list() == []


def test_rows_with_everything_missing_are_scored(detector: Detector) -> None:
    scores = detector.score(connection_rows(one_of_each()))
    assert scores.len() == 3
    assert scores.is_between(0, 1).all()
    blank = pl.DataFrame([dict.fromkeys(FIELDS)], schema=FIELDS)
    assert detector.score(blank).is_between(0, 1).all()


def test_contributions_are_sorted_and_sum_to_those_of_the_trees(detector: Detector) -> None:
    row = ROWS.head(1)
    (entries,) = detector.contributions(row)
    strengths = [abs(entry.contribution) for entry in entries]
    assert strengths == sorted(strengths, reverse=True)
    amounts = detector.boosters.contributions(detector.encoders.transform(row).to_numpy()[0])
    assert sum(e.contribution for e in entries) == pytest.approx(amounts.sum())


def test_words_of_a_name_are_one_contribution_with_the_name(detector: Detector) -> None:
    row = ROWS.filter(pl.col("tlsSni").is_not_null()).head(1)
    entries = {entry.feature: entry for entry in detector.contributions(row)[0]}
    assert entries["sni_words"].value == row["tlsSni"][0]
    assert entries["subject_words"].value == row["tlsSubject"][0]
    assert not [name for name in entries if name.startswith("sni_words_")]
    assert entries["port_frequency"].value == 20.0
    assert entries["subject_CN_frequency"].value == 5.0


def test_what_makes_a_malicious_connection_so_is_positive(detector: Detector) -> None:
    malicious = ROWS.filter(pl.Series(LABELLED["label"] == 1)).head(1)
    assert detector.contributions(malicious)[0][0].contribution > 0


def test_rows_have_the_same_contributions_together_as_one_by_one(detector: Detector) -> None:
    rows = ROWS.head(5)
    alone = [detector.contributions(row)[0] for row in rows.iter_slices(1)]
    assert detector.contributions(rows) == alone


def test_every_changed_file_is_refused(models: Path) -> None:
    for path in sorted((models / MODULE).iterdir()):
        content = path.read_bytes()
        path.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
        with pytest.raises(ModelError, match=path.name):
            load(models)
        path.write_bytes(content)


def test_no_model_says_how_to_train_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"project\.py train module1"):
        load(tmp_path)


def test_a_model_of_other_features_is_refused(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("module1.encoders.NUMBERS", ("bytes_out",))
    with pytest.raises(ModelError, match="other features"):
        load(models)


def test_the_shipped_model_knows_a_default_certificate_from_a_shop(repository: Path) -> None:
    detector = load(repository / "models")
    seen = {"srcAddress": "192.168.1.2", "destAddress": "203.0.113.1", "appProtocol": "tls"}
    default = "C=AU, ST=Some-State, O=Internet Widgits Pty Ltd"
    beacon = {
        **{"tlsSubject": default, "tlsIssuerDn": default, "tlsVersion": "TLS 1.0"},
        **{"destPort": 449, "bytesOut": 1900, "pktsOut": 7, "bytesIn": 900, "pktsIn": 8},
    }
    shop = {
        "tlsSubject": "C=US, ST=California, L=Mountain View, O=Google LLC, CN=*.google.com",
        "tlsIssuerDn": "C=US, O=Google Trust Services, CN=GTS CA 1O1",
        **{"tlsSni": "www.google.com", "tlsVersion": "TLS 1.2", "destPort": 443},
        **{"bytesOut": 50000, "pktsOut": 60, "bytesIn": 4000, "pktsIn": 40},
    }
    blank = dict.fromkeys(FIELDS)
    rows = pl.DataFrame([{**blank, **seen, **beacon}, {**blank, **seen, **shop}], schema=FIELDS)
    flagged = detector.score(rows) >= detector.threshold
    assert flagged.to_list() == [True, False]


def test_the_shipped_model_finds_the_sample_beacon_and_nothing_in_the_sample_browsing(
    repository: Path, pcaps: Path
) -> None:
    detector = load(repository / "models")
    beacon = connection_rows(analyse(pcaps / "beacon.pcap"))
    browsing = connection_rows(analyse(pcaps / "browsing.pcap"))
    flagged = beacon.filter(detector.score(beacon) >= detector.threshold)
    assert flagged["destAddress"].unique().to_list() == ["203.0.113.66"]
    assert (detector.score(browsing) < detector.threshold).all()
