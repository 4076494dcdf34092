"""A library as Django makes it, with the tables of its own applications. Run: pip install -r ../requirements.txt && python make.py library.db"""
import datetime as dt
import decimal
import os
import shutil
import sys
import tempfile
import uuid

import django
from django.conf import settings
from django.core.management import call_command

folder = tempfile.mkdtemp()
os.mkdir(os.path.join(folder, "library"))
sys.path.insert(0, folder)
MODELS = '''
import uuid
from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Lower

class Author(models.Model):
    name = models.CharField(max_length=100)
    born = models.DateField(null=True, blank=True)
    mentor = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="author_name_ci")]

class Book(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.CharField(max_length=20)
    slug = models.SlugField(unique=True)
    authors = models.ManyToManyField(Author, related_name="books")
    price = models.DecimalField(max_digits=6, decimal_places=2)
    pages = models.PositiveIntegerField(default=0)
    rating = models.FloatField(null=True)
    in_print = models.BooleanField(default=True)
    loan_time = models.DurationField(null=True)
    opens = models.TimeField(null=True)
    meta = models.JSONField(default=dict)
    cover = models.BinaryField(null=True)
    address = models.GenericIPAddressField(null=True)
    added = models.DateTimeField()
    total = models.GeneratedField(expression=models.F("pages") * 2, output_field=models.IntegerField(), db_persist=True)
    class Meta:
        indexes = [models.Index(fields=["-added", "title"], name="book_added"), models.Index(fields=["price"], name="book_cheap", condition=models.Q(price__lt=10))]
        constraints = [models.CheckConstraint(condition=models.Q(price__gte=0), name="price_not_negative")]

class Loan(models.Model):
    book = models.ForeignKey(Book, on_delete=models.PROTECT)
    reader = models.ForeignKey(User, on_delete=models.CASCADE)
    at = models.DateTimeField()
    class Meta:
        unique_together = [("book", "reader", "at")]
'''
for name, text in (("__init__.py", ""), ("models.py", MODELS)):
    with open(os.path.join(folder, "library", name), "w") as file:
        file.write(text)

settings.configure(
    SECRET_KEY="invented for this fixture",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    INSTALLED_APPS=[f"django.contrib.{app}" for app in ("contenttypes", "auth", "sessions", "admin", "messages")] + ["library"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]}}],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
)
django.setup()
call_command("makemigrations", "library", verbosity=0)
call_command("migrate", verbosity=0)

from django.contrib.auth.models import Group, User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from library.models import Author, Book, Loan  # noqa: E402

utc = dt.timezone.utc
readers = [User.objects.create_user(f"reader{n}", f"reader{n}@example.org", "secret", last_login=dt.datetime(2024, 1, n, 8, tzinfo=utc)) for n in (1, 2, 3)]
User.objects.filter(pk=1).update(is_staff=True)
Group.objects.create(name="librarians").user_set.add(readers[0])
first = Author.objects.create(name="Ada Example", born=dt.date(1815, 12, 10))
second = Author.objects.create(name="Žofie Vymyšlená", mentor=first)
for n in range(1, 9):
    book = Book.objects.create(
        id=uuid.UUID(int=n * 104729),
        title=f"Volume {n} 📚",
        slug=f"volume-{n}",
        price=decimal.Decimal("9.99") + n,
        pages=n * 100,
        rating=None if n == 4 else n / 3,
        in_print=n != 5,
        loan_time=dt.timedelta(days=14, seconds=n),
        opens=dt.time(9, 0, n),
        meta={"keywords": ["a", "é"], "n": n, "none": None},
        cover=b"\x89PNG\x00\xff" if n == 1 else None,
        address="192.0.2.7" if n == 2 else None,
        added=dt.datetime(2024, 6, n, 10, 0, 0, n * 1001, tzinfo=utc),
    )
    book.authors.add(first, *([second] if n % 2 else []))
    Loan.objects.create(book=book, reader=readers[n % 3], at=dt.datetime(2024, 7, n, tzinfo=utc))
session = SessionStore()
session["cart"] = [1, 2]
session.create()
# Django takes the moment; a fixture must be the same each time.
from django.db import connection  # noqa: E402

with connection.cursor() as cursor:
    cursor.execute("UPDATE django_migrations SET applied = '2024-01-01 00:00:00.000001'")
    cursor.execute("UPDATE auth_user SET date_joined = '2024-01-01 00:00:00.5', password = 'md5$salt$0123456789abcdef0123456789abcdef'")
    cursor.execute("UPDATE django_session SET session_key = 'k', session_data = 'e30:invented', expire_date = '2030-01-01 00:00:00'")
shutil.rmtree(folder)
