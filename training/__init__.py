"""Labelled captures, grouped folds and figures: what the training of every module shares."""
