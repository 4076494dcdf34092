"""A news site as Peewee makes it. Run: pip install -r ../requirements.txt && python make.py news.db"""
import datetime as dt
import decimal
import sys
import uuid

from peewee import *
from playhouse.sqlite_ext import FTSModel, JSONField, RowIDField, SearchField
from playhouse.migrate import SqliteMigrator, migrate

db = SqliteDatabase(sys.argv[1], pragmas={"foreign_keys": 1, "journal_mode": "wal"})


class Base(Model):
    class Meta:
        database = db


class Person(Base):
    name = CharField(max_length=60, unique=True)
    email = CharField(null=True, collation="NOCASE")
    boss = ForeignKeyField("self", null=True, backref="reports", on_delete="SET NULL")
    joined = DateField()


class Article(Base):
    key = UUIDField(primary_key=True)
    slug = FixedCharField(max_length=8)
    author = ForeignKeyField(Person, backref="articles", on_delete="CASCADE")
    title = CharField(default="untitled", constraints=[SQL("DEFAULT 'untitled'")])
    body = TextField()
    bits = BitField(default=0)
    stamp = TimestampField(resolution=1000, utc=True)
    at = DateTimeField(index=True)
    hour = TimeField(null=True)
    fee = DecimalField(max_digits=8, decimal_places=3)
    score = DoubleField(null=True)
    big = BigIntegerField()
    small = SmallIntegerField(constraints=[Check("small < 1000")])
    address = IPField(null=True)
    data = JSONField()
    raw = BlobField(null=True)
    public = BooleanField(default=False)

    class Meta:
        indexes = ((("author", "at"), True), (("title",), False))


class Seen(Base):
    person = ForeignKeyField(Person)
    article = ForeignKeyField(Article)

    class Meta:
        primary_key = CompositeKey("person", "article")
        without_rowid = True


class Search(FTSModel):
    rowid = RowIDField()
    title = SearchField()

    class Meta:
        database = db


db.create_tables([Person, Article, Seen, Search])
ann = Person.create(name="Ann", email="Ann@example.org", joined=dt.date(2020, 1, 1))
bob = Person.create(name="Bob", email=None, boss=ann, joined=dt.date(2021, 12, 31))
for n in range(1, 8):
    article = Article.create(
        key=uuid.UUID(int=n), slug=f"a{n}", author=ann if n % 2 else bob, body="line\n" * n, bits=n,
        stamp=dt.datetime(2024, 1, n, 6, 0, 0, 250000), at=dt.datetime(2024, 1, n, 7, 0, 0, n), hour=dt.time(7, n),
        fee=decimal.Decimal("10.125") * n, score=None if n == 2 else n / 9, big=2**62 + n, small=n,
        address="192.0.2.1", data={"n": n, "list": [1, "é"]}, raw=bytes([0, 255, n]), public=n == 1,
    )
    Seen.create(person=ann, article=article)
    Search.create(rowid=n, title=f"title {n}")
db.execute_sql("PRAGMA foreign_keys = OFF")
migrator = SqliteMigrator(db)
migrate(
    migrator.add_column("person", "nick", CharField(max_length=10, null=True)),
    migrator.drop_not_null("article", "body"),
    migrator.rename_column("person", "joined", "joined_on"),
)
db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
db.close()
