"""Trained models on disk, each folder with a card, and the code that saves and checks them."""
