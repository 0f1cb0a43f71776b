from capture.builtin.tls.fingerprints.grease import GREASE, without_grease


def test_the_sixteen_values():
    assert len(GREASE) == 16
    assert all(value >> 8 == value & 0xFF and value & 0x0F == 0x0A for value in GREASE)


def test_order_and_repetitions_stay():
    assert without_grease([3, 0x0A0A, 1, 0xFAFA, 3, 0x0A1A]) == (3, 1, 3, 0x0A1A)
