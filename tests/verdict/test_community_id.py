import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdict.community_id import community_id


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        # The examples of the specification (baseline, seed 0).
        (
            ("128.232.110.120", 34855, "66.35.250.204", 80, "tcp"),
            "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
        ),
        (("192.168.1.52", 54585, "8.8.8.8", 53, "udp"), "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
    ],
)
def test_examples_of_the_specification(flow: tuple[str, int, str, int, str], expected: str) -> None:
    assert community_id(*flow) == expected


@given(st.ip_addresses(), st.ip_addresses(v=4), st.integers(0, 65535), st.integers(0, 65535))
def test_both_directions_have_one_name(one: object, other: object, port: int, far: int) -> None:
    ends = str(one), port, str(other), far
    assert community_id(*ends, "tcp") == community_id(*ends[2:], *ends[:2], "tcp")


@pytest.mark.parametrize(
    ("client", "port", "proto"),
    [("a.b", 1, "tcp"), ("10.0.0.1", None, "tcp"), ("10.0.0.1", 1, "icmp"), ("::1", 1, None)],
)
def test_what_is_no_flow_with_ports_has_none(
    client: str, port: int | None, proto: str | None
) -> None:
    assert community_id(client, port, "10.0.0.2", 443, proto) is None
