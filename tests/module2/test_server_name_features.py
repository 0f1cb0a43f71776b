from math import log10

import pytest

from module2.columns import FURTHER_FEATURES
from module2.server_name_features import FEATURES
from tests.module2.small_logs import flow, only_row, tls


def test_they_are_among_the_columns() -> None:
    assert set(FEATURES) <= set(FURTHER_FEATURES)


def test_a_popular_domain_has_a_low_rank_and_is_known() -> None:
    row = only_row([flow()], [tls(server_name="WWW.Google.com.")])
    assert row["SNI_domain_rank"] < log10(30)
    assert (row["SNI_domain_is_known"], row["SNI_is_com_net_org"]) == (1.0, 1.0)
    assert (row["SNI_length"], row["SNI_labels"], row["SNI_domain_length"]) == (14.0, 3.0, 6.0)


def test_a_domain_of_the_list_counts_for_all_hosts_below_it() -> None:
    row = only_row([flow()], [tls(server_name="de.m.wikipedia.org")])
    assert row["SNI_domain_is_listed"] == 1.0


def test_a_domain_that_nobody_knows_ranks_behind_all() -> None:
    row = only_row([flow()], [tls(server_name="a1.qxzkv7.example")])
    assert row["SNI_domain_rank"] == pytest.approx(5, abs=1e-3)
    assert (row["SNI_domain_is_known"], row["SNI_domain_is_listed"]) == (0.0, 0.0)
    assert row["SNI_digit_ratio"] == pytest.approx(2 / 17)


def test_ordinary_names_are_likelier_than_random_ones() -> None:
    ordinary = only_row([flow()], [tls(server_name="weatherstation.example")])
    random = only_row([flow()], [tls(server_name="xqkzvwjhtpqzgf.example")])
    assert ordinary["SNI_domain_likelihood"] > random["SNI_domain_likelihood"]


def test_several_names_count_once_each() -> None:
    names = ["abcd.example", "abcd.example", "abcdefgh.example"]
    ssl = [tls(uid=f"C{number}", server_name=name) for number, name in enumerate(names)]
    assert only_row([flow()], ssl)["SNI_domain_length"] == 6.0


@pytest.mark.parametrize(
    ("name", "is_one"), [("a.example.net", 1.0), ("a.example.org.", 1.0), ("com.example", 0.0)]
)
def test_com_net_and_org_are_told_from_other_top_level_domains(name: str, is_one: float) -> None:
    assert only_row([flow()], [tls(server_name=name)])["SNI_is_com_net_org"] == is_one


def test_entropy_is_that_of_the_registered_domain_s_first_label() -> None:
    row = only_row([flow()], [tls(server_name="xyz.abab.example")])
    assert row["SNI_domain_entropy"] == 1.0


def test_names_and_addresses_are_told_by_their_share() -> None:
    ssl = [tls(uid="C1", server_name="192.0.2.1"), tls(uid="C2", server_name="abcd.example")]
    row = only_row([flow()], ssl)
    assert (row["SNI_is_IP"], row["SNI_domain_length"]) == (0.5, 4.0)


def test_an_address_has_no_domain() -> None:
    row = only_row([flow()], [tls(server_name="192.0.2.1")])
    assert row["SNI_is_IP"] == 1.0
    assert [row[name] for name in FEATURES[1:]] == [None] * (len(FEATURES) - 1)


def test_a_name_of_one_label_has_a_length_but_no_domain() -> None:
    row = only_row([flow()], [tls(server_name="localhost")])
    assert (row["SNI_length"], row["SNI_domain_entropy"]) == (9.0, None)


def test_without_a_server_name_nothing_is_known() -> None:
    row = only_row([flow()], [tls()])
    assert [row[name] for name in FEATURES] == [None] * len(FEATURES)
