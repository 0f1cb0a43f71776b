import numpy as np
import polars as pl

from module1.figures import brief_figures, figures, servers_of
from module1.tables import in_table_form
from tests.module1.synthetic import labelled_connections

ROWS = in_table_form(labelled_connections(families=2, per_capture=4))
MALICIOUS = ROWS["label"].to_numpy() == 1


def test_a_server_has_the_mean_of_its_connections() -> None:
    probabilities = np.where(ROWS["ts"].to_numpy() < 1001, 1.0, 0.2)
    servers = servers_of(ROWS, probabilities)
    assert servers.height == 4
    assert np.allclose(servers["probability"], 0.4)
    assert servers.filter(pl.col("label") == 1)["family"].to_list() == ["family-0", "family-1"]


def test_figures_by_connection_server_and_family() -> None:
    found_family = (ROWS["family"] == "family-0").to_numpy()
    card = figures(ROWS, np.where(found_family, 0.9, 0.1), 0.5)
    assert card["families"] == 2
    assert (card["connections"]["recall"]["count"], card["connections"]["recall"]["of"]) == (4, 8)
    assert (card["servers"]["recall"]["count"], card["servers"]["recall"]["of"]) == (1, 2)
    assert card["servers"]["false_positive_rate"]["count"] == 0
    assert card["mean_recall_by_family_at_fpr_0.01"] == 0.5


def test_brief_figures_of_perfect_scores_are_one() -> None:
    assert set(brief_figures(ROWS, np.where(MALICIOUS, 0.9, 0.1)).values()) == {1.0}
