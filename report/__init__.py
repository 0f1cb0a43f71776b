"""Renderings of the result document; nothing here computes a verdict."""
