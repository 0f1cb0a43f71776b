from verdict.attack_class import LISTED, AttackClasses, AttackFlow, added_up


def flow(ts: float, client: str = "10.0.0.1") -> AttackFlow:
    return AttackFlow(ts, 0.5, client, 40000, "10.0.0.2", 80, 6, "DoS", 0.9, "model", None)


def test_flows_of_several_parts_stand_by_time() -> None:
    parts = [
        AttackClasses("DoS", (flow(1.0), flow(4.0)), {"DoS": 2}),
        None,
        AttackClasses("DoS", (flow(1.0, "10.0.0.0"), flow(2.0)), {"DoS": 2}),
    ]
    found = added_up(parts)
    assert found is not None
    assert [(each.ts, each.client[-1]) for each in found.flows] == [
        (1.0, "0"),
        (1.0, "1"),
        (2.0, "1"),
        (4.0, "1"),
    ]
    assert found.counts == {"DoS": 4}


def test_no_more_are_listed_than_of_one() -> None:
    part = AttackClasses("DoS", tuple(flow(float(at)) for at in range(LISTED)), {"DoS": LISTED})
    found = added_up([part, part])
    assert found is not None
    assert len(found.flows) == LISTED
    assert found.counts == {"DoS": 2 * LISTED}


def test_parts_without_flows_that_were_looked_at() -> None:
    assert added_up([None, None]) is None
