import gc

from commands.garbage import collect_rarely


def test_a_process_with_many_results_rarely_looks_for_garbage() -> None:
    before = gc.get_threshold()
    try:
        collect_rarely()
        assert gc.get_threshold()[0] > 100 * before[0]
    finally:
        gc.set_threshold(*before)
