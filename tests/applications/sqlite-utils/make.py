"""Data as sqlite-utils makes it for Datasette: full-text search, a view, columns that are added later. Run: pip install -r ../requirements.txt && python make.py data.db"""
import sys

import sqlite_utils

db = sqlite_utils.Database(sys.argv[1], recursive_triggers=False)
db["plants"].insert_all(
    ({"id": n, "name": f"Plant {n}", "latin": f"Planta {n} L.", "height": n / 4, "seen": f"2024-05-{n:02}", "tags": ["green", n], "raw": bytes([n])} for n in range(1, 21)),
    pk="id",
    column_order=("id", "name"),
    not_null={"name"},
    defaults={"height": 0.5},
)
db["plants"].insert({"id": 21, "name": "later", "depth": 3}, alter=True)
db["places"].insert_all([{"code": "a/b", "title": "Bog"}, {"code": "ü", "title": "Übermoor"}], pk="code", strict=True)
db["plants"].add_column("place", str, fk="places", fk_col="code")
db["plants"].update(1, {"place": "ü"})
db["found"].insert_all(({"plant": n, "place": "a/b", "count": n * n} for n in range(1, 6)), pk=("plant", "place"), foreign_keys=[("plant", "plants", "id"), ("place", "places", "code")])
db["plants"].enable_fts(["name", "latin"], create_triggers=True, tokenize="porter")
db["plants"].create_index(["name"], unique=False)
db.create_view("tall", "select id, name, height from plants where height > 2 order by id")
db["plants"].transform(rename={"latin": "latin_name"}, types={"height": float}, drop={"raw"})
db["hashed"].insert_all([{"text": "one"}, {"text": "two"}], hash_id="id")
db.enable_counts()
db["no key"].insert_all([{"a b": 1, "c": None}, {"a b": 1, "c": None}])
