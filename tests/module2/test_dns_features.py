from tests.module2.small_logs import SERVER, answer, flow, only_row, tls


def test_answers_that_name_the_server_count() -> None:
    records = [
        answer(query="abc.example", answers=[SERVER, "203.0.113.8"], TTLs=[60.0, 999.0]),
        answer(query="abcde.example", answers=[SERVER], TTLs=[120.0]),
        answer(query="other.example", answers=["203.0.113.9"], TTLs=[5.0]),
    ]
    row = only_row([flow()], [tls()], dns=records)
    assert row["avg_TTL"] == 90.0
    assert row["avg_domain_name_length"] == 12.0
    assert row["std_domain_name_length"] == 1.0
    assert row["avg_IPs_in_DNS"] == 1.5


def test_through_a_cname_the_name_that_was_asked_for_counts() -> None:
    record = answer(
        query="www.example", answers=["cdn.long-name.example", SERVER], TTLs=[300.0, 20.0]
    )
    row = only_row([flow()], [tls()], dns=[record])
    assert row["avg_domain_name_length"] == len("www.example")
    assert row["avg_TTL"] == 20.0
    assert row["avg_IPs_in_DNS"] == 1.0


def test_a_name_asked_for_twice_is_one_name() -> None:
    records = [answer(query="ab.example"), answer(query="AB.example"), answer(query="a.example")]
    row = only_row([flow()], [tls()], dns=records)
    assert row["avg_domain_name_length"] == 9.5


def test_a_server_that_no_answer_named_has_no_dns_features() -> None:
    records = [answer(answers=["203.0.113.9"]), answer(answers=None, TTLs=None)]
    row = only_row([flow()], [tls()], dns=records)
    for name in ("avg_TTL", "avg_domain_name_length", "std_domain_name_length", "avg_IPs_in_DNS"):
        assert row[name] is None


def test_an_ipv6_server_is_found_among_its_answers() -> None:
    ends = {"id_resp_h": "2001:db8::7"}
    record = answer(answers=["2001:db8::7", "2001:db8::8"], TTLs=[10.0, 10.0])
    row = only_row([flow(**ends)], [tls(**ends)], dns=[record])
    assert (row["avg_TTL"], row["avg_IPs_in_DNS"]) == (10.0, 2.0)


def test_answers_without_ttl_still_count() -> None:
    row = only_row([flow()], [tls()], dns=[answer(TTLs=[]), answer(TTLs=None)])
    assert row["avg_TTL"] is None
    assert row["avg_IPs_in_DNS"] == 1.0


def test_a_server_is_named_by_dns_or_not_or_nobody_can_tell() -> None:
    named = only_row([flow()], [tls()], dns=[answer(answers=["cdn.example", SERVER])])
    other = only_row([flow()], [tls()], dns=[answer(answers=["203.0.113.9"])])
    unanswered = only_row([flow()], [tls()], dns=[answer(answers=None)])
    without_dns = only_row([flow()], [tls()])
    rows = (named, other, unanswered, without_dns)
    assert [row["is_named_by_DNS"] for row in rows] == [1.0, 0.0, 0.0, None]
