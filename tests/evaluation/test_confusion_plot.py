from evaluation.confusion_plot import confusion_plot

COUNTS = {
    "dangerous_found": 3,
    "dangerous_missed": 1,
    "safe_flagged": 250,
    "safe_left_alone": 750,
}


def test_counts_and_shares_of_rows() -> None:
    svg = confusion_plot("a & b", COUNTS)
    for text in ("3", "75.0 %", "25.0 %", "250", "750", "called dangerous", "called safe"):
        assert f">{text}<" in svg
    assert "Confusion matrix, a &amp; b" in svg


def test_class_without_rows() -> None:
    assert svg_of_nothing().count("0.0 %") == 4


def svg_of_nothing() -> str:
    return confusion_plot("none", dict.fromkeys(COUNTS, 0))
