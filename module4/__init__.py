"""Module 4: one row a conversation (an unordered pair of addresses), judged safe or dangerous."""
