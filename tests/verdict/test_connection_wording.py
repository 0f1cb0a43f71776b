from module1.derived import NUMBERS
from verdict.connection_wording import CONNECTION


def test_every_number_of_module1_has_a_phrase_of_its_own() -> None:
    assert set(NUMBERS) <= CONNECTION.keys()
    assert len({wording.phrase for wording in CONNECTION.values()}) >= len(CONNECTION) - 1
