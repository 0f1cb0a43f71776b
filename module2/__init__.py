"""Module 2: one row a server, judged by a random forest and by gradient-boosted trees."""
