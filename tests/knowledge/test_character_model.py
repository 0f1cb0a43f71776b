from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.character_model import CharacterModel

ORDINARY = CharacterModel.fit(["google", "mozilla", "goggles", "googly", "mode", "model"])


def test_names_like_those_fitted_are_likelier_than_random_letters() -> None:
    assert ORDINARY.likelihood("google") > ORDINARY.likelihood("moogle")
    assert ORDINARY.likelihood("moogle") > ORDINARY.likelihood("xqzkvj")


def test_case_makes_no_difference() -> None:
    assert ORDINARY.likelihood("Google") == ORDINARY.likelihood("google")


def test_the_likelihood_is_the_mean_logarithm_of_smoothed_shares() -> None:
    model = CharacterModel.fit(["a"])
    seen, unseen = log(1.5 / 21), log(0.5 / 20)
    assert model.likelihood("a") == pytest.approx(seen)
    assert model.likelihood("b") == pytest.approx((log(0.5 / 21) + unseen) / 2)


@given(st.text(max_size=80))
def test_every_text_has_a_likelihood_below_zero(text: str) -> None:
    assert -8 < ORDINARY.likelihood(text) < 0
