"""A university as Pony makes it. Run: pip install -r ../requirements.txt && python make.py university.db"""
import datetime as dt
import decimal
import os
import sys
import uuid

from pony.orm import *

db = Database()


class Faculty(db.Entity):
    number = PrimaryKey(int, auto=True)
    name = Required(str, 40, unique=True)
    groups = Set("Group")


class Group(db.Entity):
    name = Required(str)
    year = Required(int, size=16)
    PrimaryKey(name, year)
    faculty = Required(Faculty)
    students = Set("Student")


class Person(db.Entity):
    id = PrimaryKey(int, auto=True)
    name = Required(str)
    born = Optional(dt.date)


class Student(Person):
    group = Optional(Group)
    grant = Optional(decimal.Decimal, precision=10, scale=2)
    active = Optional(bool)
    token = Optional(uuid.UUID, unique=True)
    photo = Optional(buffer)
    settings = Optional(Json)
    wakes = Optional(dt.time)
    travels = Optional(dt.timedelta)
    seen = Optional(dt.datetime, 6)
    average = Optional(float)
    courses = Set("Course")
    essay = Optional(LongStr)


class Course(db.Entity):
    title = Required(str)
    credits = Required(int, unsigned=True)
    students = Set(Student)
    composite_key(title, credits)


db.bind("sqlite", os.path.abspath(sys.argv[1]), create_db=True)
db.generate_mapping(create_tables=True)
with db_session:
    maths = Faculty(name="Mathematics")
    groups = [Group(name=f"M-{n}", year=2024, faculty=maths) for n in (1, 2)]
    courses = [Course(title=title, credits=n + 3) for n, title in enumerate(("Algebra", "Topologie é"))]
    Person(name="A visitor", born=dt.date(1990, 5, 5))
    for n in range(1, 11):
        Student(
            name=f"Student {n}", born=dt.date(2000, 1, n), group=groups[n % 2], grant=decimal.Decimal("100.10") * n,
            active=n % 3 > 0, token=uuid.UUID(int=n * 31, version=4), photo=bytes([n, 0, 255]), settings={"n": n, "é": [None, True]},
            wakes=dt.time(6, n), travels=dt.timedelta(hours=1, minutes=n), seen=dt.datetime(2024, 2, n, 3, 4, 5, 678900),
            average=n / 7, courses=courses if n % 2 else courses[:1], essay="word " * n,
        )
