"""Data frames by to_sql, whose tables have no keys. Run: pip install -r ../requirements.txt && python make.py frames.db"""
import datetime as dt
import sqlite3
import sys

import numpy as np
import pandas as pd

frame = pd.DataFrame(
    {
        "when": pd.to_datetime(["2024-01-01 00:00:00", "2024-01-01 10:00:00.123456", None], format="ISO8601"),
        "tz": pd.to_datetime(["2024-01-01T00:00Z", "2024-01-02T00:00Z", None]),
        "f": [1.5, np.nan, np.inf],
        "i": pd.array([1, None, 3], dtype="Int64"),
        "s": ["a", None, "ü"],
        "b": [True, False, True],
        "cat": pd.Categorical(["x", "y", "x"]),
        "d": [dt.date(2024, 1, 1)] * 3,
        "t": [dt.time(10, 0)] * 3,
        "u": np.array([1, 2, 2**40], dtype="uint64"),
        "obj": ["1", 2, 3.5],
    }
)
with sqlite3.connect(sys.argv[1]) as db:
    frame.to_sql("frame", db)
    frame.set_index(["s", "cat"]).to_sql("multi", db)
    frame[["f", "i", "u"]].describe().to_sql("stats", db)
