"""Values of every kind in diskcache's one column for all of them. Run: pip install -r ../requirements.txt && python make.py cache.db"""
import shutil
import sys
import tempfile

import diskcache

folder = tempfile.mkdtemp()
cache = diskcache.Cache(folder)
cache["text"] = "Grüße"
cache["int"] = 12345678901234567890 % 2**60
cache["float"] = 0.1
cache[b"bytes"] = b"\x00\xff"
cache["obj"] = {"a": [1, 2]}
cache[(1, "t")] = None
cache.set("exp", "v", expire=1e9, tag="t")
cache[5] = 1
cache[5.5] = 2
cache["big"] = "x" * 100000
cache.close()
shutil.copy(f"{folder}/cache.db", sys.argv[1])
