import pytest

from training.progress import tracked, warn


def test_items_come_through_and_nothing_is_shown_without_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(tracked([1, 2, 3], "work")) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")


def test_a_warning_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    warn("a.pcap: left out")
    assert capsys.readouterr() == ("", "warning: a.pcap: left out\n")
