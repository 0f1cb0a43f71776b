"""One protocol that measures every detector: splits, baselines, ablations, and its page."""
