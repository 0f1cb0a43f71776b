from module3.figures import FIVE, Named, figures, table

TRUE = [*FIVE, "Benign", "Benign", "Bot"]
CALLED = [*FIVE, "Benign", "Bot", "Bot"]


def test_precision_and_recall_of_each_class() -> None:
    found = figures(Named(TRUE, CALLED))
    assert found["classes"]["Benign"] == {
        "precision": 1.0,
        "recall": 0.6667,
        "f1-score": 0.8,
        "support": 3,
    }
    assert found["accuracy"] == 0.875
    assert found["macro_f1_of_five"] == 0.96


def test_means_over_five_classes_need_all_five() -> None:
    assert figures(Named(["Benign"], ["Benign"]))["macro_f1_of_five"] is None


def test_the_table_has_the_form_of_the_classification_report() -> None:
    from sklearn.metrics import classification_report

    lines = [line.split() for line in table(figures(Named(TRUE, CALLED))).splitlines()]
    expected = classification_report(TRUE, CALLED, labels=sorted(set(TRUE)), zero_division=0.0)
    for line in expected.splitlines():
        if line.split()[:1] != ["micro"]:
            assert line.split() in lines or line.split()[:1] == ["accuracy"]
