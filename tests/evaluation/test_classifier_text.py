from evaluation.classifier_text import classifier_text

from .small_comparison import comparison


def test_figures_of_both_splits_fit_eighty_columns() -> None:
    lines = classifier_text(comparison()).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "8 dangerous conversations of 3 families, 1,100 safe ones, 40 captures"
    forests = [line.split() for line in lines if line.startswith("random forest ")]
    assert forests == [
        ["random", "forest", *[value] * 6, "1.23", "57"] for value in ("0.625", "0.875")
    ]
    assert sum(line.startswith("everything called safe") for line in lines) == 2
    assert "  without times           0.410" in lines


def test_figure_that_is_missing() -> None:
    document = comparison()
    document["splits"][0]["classifiers"][0]["recall"] = {"value": None, "interval": None}
    (line,) = (
        each
        for each in classifier_text(document).splitlines()
        if each.startswith("random forest ") and "0.625" in each
    )
    assert line.split()[4] == "-"
