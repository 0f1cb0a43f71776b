"""The document of a comparison of two classifiers, with made-up figures."""

from typing import Any

FIGURES = ("f1", "precision", "recall", "average_precision", "f1_weighted", "f1_balanced")


def classifier(name: str, title: str, value: float) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "counts": {
            "dangerous_found": 6,
            "dangerous_missed": 2,
            "safe_flagged": 10,
            "safe_left_alone": 1090,
        },
        **{each: {"value": value, "interval": [value - 0.1, value + 0.1]} for each in FIGURES},
        "curve": {
            "false_positive_rate": [0.0, 0.1, 1.0],
            "recall": [0.2, 0.8, 1.0],
            "precision": [1.0, 0.5, 0.1],
        },
        "fit_seconds": 1.234,
        "predict_seconds_per_1000": 0.0567,
        "chosen": [{"tokens": "tf", "alpha": 0.1}, {"tokens": "tf-idf", "alpha": 1.0}],
    }


def comparison() -> dict[str, Any]:
    splits = [
        {
            "name": name,
            "description": f"Rows are held out: {name} <&>.",
            "always_safe": dict.fromkeys(FIGURES, 0.0) | {"f1_weighted": 0.9933},
            "classifiers": [
                classifier("random_forest", "random forest", value),
                *(classifier(f"c{n}", f"classifier {n}", 0.5) for n in range(4)),
            ],
        }
        for name, value in (("grouped", 0.625), ("random", 0.875))
    ]
    return {
        "schema": 1,
        "conversations": {"dangerous": 8, "safe": 1100, "families": 3, "captures": 40},
        "settings": {"folds": 2, "inner_folds": 3},
        "splits": splits,
        "without": [
            {"name": "all features", "average_precision": 0.61},
            {"name": "without times", "average_precision": 0.41},
        ],
    }
