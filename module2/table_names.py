"""Names of the tables that module 2 makes in its dataset folder and trains on."""

from typing import Final

TABLES: Final = "data_model"
SHIPPED_TABLE: Final = "servers.csv.gz"
MERGED_TABLE: Final = "merged.csv"
CTU_TABLE: Final = "ctu.csv.gz"
COMPARISON: Final = "comparison.json"
