"""A tournament as Tortoise ORM makes it. Run: pip install -r ../requirements.txt && python make.py tournament.db"""
import datetime as dt
import decimal
import enum
import sys
import uuid

from tortoise import Tortoise, fields, run_async
from tortoise.models import Model


class Kind(enum.IntEnum):
    cup = 1
    league = 2


class Tournament(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=50, description="As printed; 'quoted'")
    kind = fields.IntEnumField(Kind, default=Kind.cup)
    starts = fields.DatetimeField()

    class Meta:
        table_description = "Every tournament"


class Team(Model):
    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=50, unique=True)
    captain = fields.CharField(max_length=20, null=True)


class Event(Model):
    id = fields.BigIntField(primary_key=True)
    tournament = fields.ForeignKeyField("models.Tournament", related_name="events")
    teams = fields.ManyToManyField("models.Team", related_name="events", through="event_team")
    day = fields.DateField(null=True)
    lasts = fields.TimeDeltaField(null=True)
    prize = fields.DecimalField(max_digits=12, decimal_places=3)
    ratio = fields.FloatField(null=True)
    rules = fields.JSONField(null=True)
    logo = fields.BinaryField(null=True)
    open = fields.BooleanField(default=True)
    notes = fields.TextField(default="")
    rank = fields.SmallIntField()

    class Meta:
        unique_together = (("tournament", "rank"),)
        indexes = (("day", "rank"),)


async def make() -> None:
    await Tortoise.init(db_url=f"sqlite://{sys.argv[1]}", modules={"models": ["__main__"]}, use_tz=True, timezone="UTC")
    await Tortoise.generate_schemas()
    utc = dt.timezone.utc
    cup = await Tournament.create(name="Cup — Żółw", starts=dt.datetime(2024, 8, 1, 9, 30, 0, 5, tzinfo=utc))
    league = await Tournament.create(name="League", kind=Kind.league, starts=dt.datetime(2024, 9, 1, 9, 30, tzinfo=utc))
    teams = [await Team.create(id=uuid.UUID(int=n * 97), name=f"Team {n}", captain=None if n == 1 else "Kim") for n in range(1, 5)]
    for n in range(1, 9):
        event = await Event.create(
            tournament=cup if n < 6 else league, day=dt.date(2024, 8, n), lasts=dt.timedelta(minutes=90, microseconds=n),
            prize=decimal.Decimal("1000.125") * n, ratio=n / 3, rules={"n": n, "é": ["x"]}, logo=bytes([0, n]), open=n % 2 == 0, rank=n,
        )
        await event.teams.add(*teams[: n % 4 + 1])
    await Tortoise.close_connections()


run_async(make())
