"""The trained forest in service: safe or dangerous, for each conversation and for a capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from models.card import MODELS, Card, read_card, retrain
from models.errors import ModelError
from models.forest import forest_probabilities
from models.storage import load_forest
from models.trees import Trees
from module4.conversations import Conversations
from module4.encoding import joined
from module4.features import MEASURES, Matrix, measured, token_counts
from module4.templates import TemplateError, Templates, read_templates

FOLDER: Final = "conversation"
FOREST_FILE: Final = "forest.npz"
THRESHOLD: Final = "false_positive_rate_0.01"
CAPTURE_THRESHOLD: Final = "capture_false_positive_rate_0.01"
_AT_ONCE: Final = 1 << 15  # conversations, so that memory stays bounded


@dataclass(frozen=True)
class Detector:
    """The forest, the tokens that it knows, its thresholds, and the templates that it goes by.

    ``thresholds`` are the probabilities from which a conversation (``THRESHOLD``) and a whole
    capture (``CAPTURE_THRESHOLD``) are dangerous.
    """

    forest: Trees
    tokens: Sequence[str]
    thresholds: Mapping[str, float]
    templates: Templates

    @property
    def threshold(self) -> float:
        """The probability from which a conversation is dangerous."""
        return self.thresholds[THRESHOLD]

    @property
    def capture_threshold(self) -> float:
        """The highest probability of its conversations from which a capture is dangerous."""
        return self.thresholds[CAPTURE_THRESHOLD]

    def score(self, conversations: Conversations) -> Matrix:
        """Return the probability that each conversation is dangerous."""
        places = range(0, len(conversations), _AT_ONCE)
        found = (self._score(conversations.part(start, start + _AT_ONCE)) for start in places)
        return np.concatenate([np.empty(0), *found])

    def _score(self, conversations: Conversations) -> Matrix:
        rows = np.ascontiguousarray(self._matrix(conversations))
        # A scan is many conversations that are all alike.
        whole = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
        _, first, number = np.unique(whole, return_index=True, return_inverse=True)
        probabilities: Matrix = forest_probabilities(self.forest, rows[first])[number]
        return probabilities

    def _matrix(self, conversations: Conversations) -> Matrix:
        known, all_tokens = list(self.tokens), self.templates.tokens
        return joined(measured(conversations), token_counts(conversations, known, all_tokens))


def load(models: Path = MODELS, templates: Templates | None = None) -> Detector:
    """Return the detector of a models folder; raises ``ModelError`` when it is unusable.

    It is also unusable where a template was edited so that it no longer has a token of the model.
    """
    folder = models / FOLDER
    card = read_card(folder)
    tokens = card.features[len(MEASURES) :]
    _check(folder, card)
    known = templates or _templates(folder)
    lost = sorted(set(tokens) - set(known.tokens))
    if lost:
        raise ModelError(
            f"{folder}: the templates of module4/protocol no longer have {', '.join(lost)}, which "
            f"the model knows; make its tables again and {retrain(folder)}"
        )
    return Detector(load_forest(folder / FOREST_FILE), tokens, card.thresholds, known)


def _check(folder: Path, card: Card) -> None:
    if card.features[: len(MEASURES)] != MEASURES:
        raise ModelError(f"{folder}: the model was trained on other features; {retrain(folder)}")
    for name in (THRESHOLD, CAPTURE_THRESHOLD):
        if name not in card.thresholds:
            raise ModelError(f"{folder}: no threshold {name} in its card; {retrain(folder)}")


def _templates(folder: Path) -> Templates:
    try:
        return read_templates()
    except TemplateError as error:
        raise ModelError(f"{error}; restore the file, which the model in {folder} needs") from None
