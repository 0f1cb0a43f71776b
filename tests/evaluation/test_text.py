from evaluation.document import DESCRIPTIONS
from evaluation.text import text

from .scored_tables import small_document


def test_text_fits_eighty_columns() -> None:
    assert max(map(len, text(small_document()).splitlines())) <= 80


def test_final_is_first_and_figures_are_in_their_columns() -> None:
    lines = text(small_document()).splitlines()
    heading = next(number for number, line in enumerate(lines) if "precis." in line)
    assert lines[heading - 2] == "3 malicious servers of 2 families, 8 benign, 6 captures"
    assert lines[heading + 1].split()[:2] == ["FINAL", "0.833"]
    assert lines[heading + 2].startswith("module 1 ")


def test_each_way_to_hold_rows_out_is_explained() -> None:
    content = " ".join(text(small_document()).split())
    assert DESCRIPTIONS["random split"] in content


def test_rows_whose_family_cannot_be_held_out_are_told() -> None:
    assert "on 3 more rows" in text(small_document())
    assert "more rows" not in text({**small_document(), "settings": {}})


def test_the_threshold_is_that_of_the_models_whoever_trained_them() -> None:
    assert "shipped" not in text(small_document())


def test_what_could_not_be_measured_is_said() -> None:
    content = text(small_document())
    assert "certificate list                      not available" in content
    assert "without intel                         no such features" in content
