"""TCP connections end to end: conn_state, history, sizes, times, and where a connection ends."""

from __future__ import annotations

import pytest

from tests.capture.builtin.flows.packet_blocks import Dialogue, connection, connections


def established(**ports: int) -> Dialogue:
    dialogue = Dialogue(**ports)
    dialogue.handshake()
    return dialogue


def exchanged() -> Dialogue:
    dialogue = established()
    dialogue.client(0.10, "PA", 1, 1, payload=b"q" * 100)
    dialogue.server(0.15, "A", 1, 101)
    dialogue.server(0.20, "PA", 1, 101, payload=b"a" * 300)
    dialogue.client(0.25, "A", 101, 301)
    return dialogue


def closed() -> Dialogue:
    dialogue = exchanged()
    dialogue.client(0.30, "FA", 101, 301)
    dialogue.server(0.40, "FA", 301, 102)
    dialogue.client(0.45, "A", 102, 302)
    return dialogue


def test_an_unanswered_syn_is_s0_without_duration() -> None:
    dialogue = Dialogue()
    dialogue.client(0, "S")
    row = connection(dialogue.packets)
    assert (row["conn_state"], row["history"], row["duration"]) == ("S0", "S", None)
    assert (row["orig_bytes"], row["resp_bytes"], row["orig_pkts"]) == (None, None, 1)


def test_a_syn_answered_by_a_reset_is_rejected() -> None:
    dialogue = Dialogue()
    dialogue.client(0, "S")
    dialogue.server(0.1, "RA", 0, 1)
    row = connection(dialogue.packets)
    assert (row["conn_state"], row["history"]) == ("REJ", "Sr")
    assert row["duration"] == pytest.approx(0.1)


def test_a_handshake_without_end_is_s1() -> None:
    row = connection(exchanged().packets)
    assert (row["conn_state"], row["history"]) == ("S1", "ShADad")
    assert (row["orig_bytes"], row["resp_bytes"]) == (100, 300)


def test_an_ordinary_connection_is_sf_and_its_last_acknowledgement_does_not_count() -> None:
    row = connection(closed().packets)
    assert (row["conn_state"], row["history"]) == ("SF", "ShADadFf")
    assert row["duration"] == pytest.approx(0.40)
    assert (row["orig_bytes"], row["resp_bytes"]) == (100, 300)
    assert (row["orig_pkts"], row["resp_pkts"]) == (6, 4)
    assert (row["orig_ip_bytes"], row["resp_ip_bytes"]) == (6 * 40 + 100, 4 * 40 + 300)


def test_a_connection_closed_by_one_side_is_s2_or_s3() -> None:
    by_client, by_server = exchanged(), exchanged()
    by_client.client(0.3, "FA", 101, 301)
    by_server.server(0.3, "FA", 301, 101)
    assert connection(by_client.packets)["conn_state"] == "S2"
    assert connection(by_server.packets)["conn_state"] == "S3"


def test_a_reset_names_the_side_that_sent_it() -> None:
    by_client, by_server = exchanged(), exchanged()
    by_client.client(0.3, "R", 101)
    by_server.server(0.3, "RA", 301, 101)
    assert connection(by_client.packets)["conn_state"] == "RSTO"
    assert connection(by_client.packets)["history"] == "ShADadR"
    assert connection(by_server.packets)["conn_state"] == "RSTR"


def test_an_attempt_given_up_by_a_reset_is_rstos0() -> None:
    dialogue = Dialogue()
    dialogue.client(0, "S")
    dialogue.client(1, "R", 1)
    assert connection(dialogue.packets)["conn_state"] == "RSTOS0"


def test_a_syn_and_fin_without_answer_is_sh() -> None:
    dialogue = Dialogue()
    dialogue.client(0, "S")
    dialogue.client(1, "F", 1)
    assert connection(dialogue.packets)["conn_state"] == "SH"


def test_only_the_servers_half_is_shr_with_roles_exchanged() -> None:
    dialogue = Dialogue()
    dialogue.server(0, "SA", 0, 1)
    dialogue.server(1, "FA", 1, 1)
    row = connection(dialogue.packets)
    assert (row["conn_state"], row["history"]) == ("SHR", "^hf")
    assert (row["id.orig_p"], row["id.resp_p"]) == (40000, 443)


def test_a_reset_after_a_lonely_syn_ack_is_rstrh() -> None:
    dialogue = Dialogue()
    dialogue.server(0, "SA", 0, 1)
    dialogue.server(1, "R", 1)
    assert connection(dialogue.packets)["conn_state"] == "RSTRH"


def test_traffic_without_a_beginning_is_oth() -> None:
    dialogue = Dialogue()
    dialogue.client(0, "PA", 7, 7, payload=b"mid")
    dialogue.server(1, "A", 7, 10)
    row = connection(dialogue.packets)
    assert (row["conn_state"], row["history"]) == ("OTH", "Da")
    assert (row["orig_bytes"], row["resp_bytes"]) == (3, 0)


def test_the_first_packet_from_a_known_server_port_exchanges_the_roles() -> None:
    dialogue = Dialogue(server_port=8080)
    dialogue.server(0, "PA", 7, 7, payload=b"mid")
    row = connection(dialogue.packets)
    assert (row["id.orig_p"], row["id.resp_p"], row["history"]) == (40000, 8080, "^d")


def test_retransmitted_payload_is_shown_at_the_first_and_tenth_time() -> None:
    dialogue = established()
    dialogue.client(0.1, "PA", 1, 1, payload=b"again")
    for number in range(10):
        dialogue.client(0.2 + number / 100, "PA", 1, 1, payload=b"again")
    row = connection(dialogue.packets)
    assert (row["history"], row["orig_bytes"]) == ("ShADTT", 5)


def test_a_closed_window_is_shown() -> None:
    dialogue = exchanged()
    dialogue.server(0.5, "A", 301, 101, window=0)
    assert connection(dialogue.packets)["history"] == "ShADadw"


def test_acknowledged_payload_that_is_not_captured_is_missed() -> None:
    dialogue = established()
    dialogue.client(0.1, "PA", 1, 1, payload=b"x" * 10)
    dialogue.client(0.2, "PA", 31, 1, payload=b"x" * 10)
    dialogue.server(0.3, "A", 1, 41)
    row = connection(dialogue.packets)
    assert (row["missed_bytes"], row["history"], row["orig_bytes"]) == (20, "ShADaG", 40)


def test_payload_cut_off_by_the_capture_is_missed_once_acknowledged() -> None:
    dialogue = established()
    dialogue.client(0.1, "PA", 1, 1, payload=b"x" * 10, captured=4)
    dialogue.server(0.3, "A", 1, 11)
    assert connection(dialogue.packets)["missed_bytes"] == 10


def test_reordered_payload_is_not_missed() -> None:
    dialogue = established()
    dialogue.client(0.1, "PA", 11, 1, payload=b"x" * 10)
    dialogue.client(0.2, "PA", 1, 1, payload=b"x" * 10)
    dialogue.server(0.3, "A", 1, 21)
    assert connection(dialogue.packets)["missed_bytes"] == 0


def test_sequence_numbers_may_wrap_around() -> None:
    dialogue = Dialogue(client_start=2**32 - 50)
    dialogue.handshake()
    dialogue.client(0.1, "PA", 1, 1, payload=b"x" * 100)
    dialogue.server(0.2, "A", 1, 101)
    assert connection(dialogue.packets)["orig_bytes"] == 100


def test_more_than_four_gibibytes_are_counted() -> None:
    dialogue = established()
    sent = 1
    for number in range(6):
        sent += 2**30
        dialogue.client(1 + number, "PA", sent, 1, payload=b"x")
        dialogue.server(1.5 + number, "A", 1, sent + 1)
    assert connection(dialogue.packets)["orig_bytes"] == 6 * 2**30 + 1


def test_syn_retries_after_five_seconds_are_new_attempts() -> None:
    dialogue = Dialogue()
    for at in (0, 1, 3, 7, 15):
        dialogue.client(at, "S")
    rows = connections(dialogue.packets)
    assert [row["orig_pkts"] for row in rows] == [3, 1, 1]
    assert {row["conn_state"] for row in rows} == {"S0"}


@pytest.mark.parametrize("size", [1, 10])
def test_a_bare_acknowledgement_is_no_answer_to_a_syn(size: int) -> None:
    dialogue = Dialogue()
    dialogue.client(0, "S")
    dialogue.server(0, "A", 0, 1)
    dialogue.client(6, "S")
    rows = connections(dialogue.packets, size)
    assert [row["history"] for row in rows] == ["Sa", "S"]


def test_a_packet_within_five_seconds_of_the_end_belongs_to_the_connection() -> None:
    dialogue = closed()
    dialogue.server(5.0, "R", 302)
    row = connection(dialogue.packets)
    assert (row["resp_pkts"], row["conn_state"]) == (5, "SF")


def test_a_packet_five_seconds_after_the_end_begins_another_connection() -> None:
    dialogue = closed()
    dialogue.server(5.5, "R", 302)
    rows = connections(dialogue.packets)
    assert [row["conn_state"] for row in rows] == ["SF", "RSTRH"]


def test_silence_of_five_minutes_ends_a_connection() -> None:
    dialogue = exchanged()
    dialogue.client(300.0, "A", 101, 301)
    assert len(connections(dialogue.packets)) == 1
    dialogue.client(600.0, "A", 101, 301)
    assert len(connections(dialogue.packets)) == 2


def test_an_interactive_service_may_be_silent_for_an_hour() -> None:
    dialogue = established(server_port=22)
    dialogue.client(3000, "A", 1, 1)
    assert len(connections(dialogue.packets)) == 1
    dialogue.client(6700, "A", 1, 1)
    assert len(connections(dialogue.packets)) == 2


@pytest.mark.parametrize("size", [1, 1000])
def test_an_interactive_service_without_its_handshake_may_be_silent_for_five_minutes(
    size: int,
) -> None:
    dialogue = Dialogue(server_port=22)
    dialogue.server(0, "PA", 1, 1, payload=b"x" * 20)
    dialogue.client(0.1, "A", 1, 21)
    dialogue.client(400, "PA", 1, 21, payload=b"y" * 20)
    assert len(connections(dialogue.packets, size)) == 2


def test_a_new_syn_reuses_the_ports_of_a_closed_connection() -> None:
    again = Dialogue(client_start=777_777)
    again.client(1.0, "S")
    again.server(1.1, "SA", 0, 1)
    rows = connections(closed().packets + again.packets)
    assert [row["conn_state"] for row in rows] == ["SF", "S1"]


def test_the_same_syn_after_a_reset_is_another_attempt() -> None:
    dialogue = Dialogue()
    for number in range(3):
        dialogue.client(number, "S")
        dialogue.server(number + 0.1, "RA", 0, 1)
    assert [row["conn_state"] for row in connections(dialogue.packets)] == ["REJ"] * 3


def test_a_syn_ack_captured_before_its_syn_is_still_a_handshake() -> None:
    dialogue = Dialogue(server_port=9999)
    dialogue.server(0.0, "SA", 0, 1)
    dialogue.client(0.001, "S")
    dialogue.client(0.002, "A", 1, 1)
    row = connection(dialogue.packets)
    assert (row["conn_state"], row["id.resp_p"]) == ("S1", 9999)
    assert "^" in row["history"]


@pytest.mark.parametrize("sender", ["client", "server"])
def test_what_follows_a_lone_syn_ack_tells_that_it_was_an_answer(sender: str) -> None:
    dialogue = Dialogue(server_port=9999)
    dialogue.server(0.0, "SA", 0, 1)
    getattr(dialogue, sender)(0.001, "A", 1, 1)
    dialogue.client(0.002, "PA", 1, 1, payload=b"question")
    dialogue.server(0.003, "FA", 1, 9)
    dialogue.client(0.004, "FA", 9, 2)
    row = connection(dialogue.packets)
    assert (row["id.orig_p"], row["id.resp_p"], row["orig_bytes"]) == (40000, 9999, 8)
    assert row["conn_state"] == "SF"
    assert row["history"] == {"client": "^hADfF", "server": "^haDfF"}[sender]
    assert row["orig_pkts"] + row["resp_pkts"] == 5


def test_a_lone_syn_ack_may_be_a_scan() -> None:
    dialogue = Dialogue(server_port=9999)
    dialogue.server(0.0, "SA", 0, 1)
    dialogue.client(0.001, "R", 1)
    row = connection(dialogue.packets)
    assert (row["id.orig_p"], row["conn_state"], row["history"]) == (9999, "REJ", "Hr")


def test_a_closing_side_waits_for_its_payload_to_arrive() -> None:
    dialogue = established()
    dialogue.server(0.1, "FA", 11, 1)
    dialogue.client(0.2, "FA", 1, 1)
    dialogue.server(0.3, "PA", 1, 2, payload=b"x" * 10)
    dialogue.client(0.4, "A", 2, 12)
    row = connection(dialogue.packets)
    assert row["conn_state"] == "SF"
    assert row["duration"] > 0.25


def test_packets_before_the_ones_seen_already_are_judged_by_the_latest_time() -> None:
    late, early = Dialogue(client_port=40001), Dialogue()
    late.client(1000, "S")
    early.client(0, "S")
    early.server(0.1, "SA", 0, 1)
    rows = connections(late.packets + early.packets)
    assert len(rows) == 3


@pytest.mark.parametrize("flags", ["", "FSRPAU", "FR", "SF", "SR"])
def test_odd_flags_make_a_row(flags: str) -> None:
    dialogue = Dialogue()
    dialogue.client(0, flags)
    dialogue.server(0.1, flags)
    assert sum(row["orig_pkts"] + row["resp_pkts"] for row in connections(dialogue.packets)) == 2
