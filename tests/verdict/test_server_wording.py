from module2.columns import CLASSIC_FEATURES, FEATURES, FURTHER_FEATURES
from verdict.server_wording import CLASSIC, FURTHER


def test_every_column_has_a_phrase_of_its_own() -> None:
    assert tuple(CLASSIC) == CLASSIC_FEATURES
    assert tuple(FURTHER) == FURTHER_FEATURES
    phrases = {wording.phrase for wording in (*CLASSIC.values(), *FURTHER.values())}
    assert len(phrases) == len(FEATURES)
