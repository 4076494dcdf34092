"""A shop as SQLAlchemy declares it, brought to its present form by Alembic. Run: pip install -r ../requirements.txt && python make.py shop.db"""
import datetime as dt
import decimal
import enum
import sys
import uuid

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


class Status(enum.Enum):
    new = 1
    paid = 2
    sent = 3


tags = sa.Table(
    "product_tags",
    Base.metadata,
    sa.Column("product_id", sa.ForeignKey("products.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
)


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(30), unique=True)


class Category(Base):
    __tablename__ = "categories"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.Unicode(80))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("categories.id", ondelete="SET NULL"))


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (
        sa.CheckConstraint("price >= 0", name="price_not_negative"),
        sa.Index("ix_products_active_sku", "sku", unique=True, sqlite_where=sa.text("active = 1")),
        sa.Index("ix_products_lower_title", sa.text("lower(title)")),
    )
    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, unique=True)
    sku: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.Text, server_default="")
    price: Mapped[decimal.Decimal] = mapped_column(sa.Numeric(10, 2))
    weight: Mapped[float | None] = mapped_column(sa.Float)
    active: Mapped[bool] = mapped_column(sa.Boolean(create_constraint=True, name="active_is_boolean"), server_default=sa.true())
    attributes: Mapped[dict | None] = mapped_column(sa.JSON)
    picture: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    warranty: Mapped[dt.timedelta | None] = mapped_column(sa.Interval)
    available_from: Mapped[dt.date | None] = mapped_column(sa.Date)
    order_until: Mapped[dt.time | None] = mapped_column(sa.Time)
    extra: Mapped[object | None] = mapped_column(sa.PickleType)
    created_at: Mapped[dt.datetime] = mapped_column(sa.DateTime, server_default=sa.func.now())
    category_id: Mapped[int | None] = mapped_column(sa.ForeignKey("categories.id"), index=True)
    tags: Mapped[list[Tag]] = relationship(secondary=tags)


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (sa.PrimaryKeyConstraint("year", "number"),)
    year: Mapped[int] = mapped_column(sa.SmallInteger)
    number: Mapped[int] = mapped_column(sa.Integer)
    status: Mapped[Status] = mapped_column(sa.Enum(Status, create_constraint=True, name="order_status"))
    placed_at: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))


class Line(Base):
    __tablename__ = "order_lines"
    __table_args__ = (
        sa.ForeignKeyConstraint(["year", "number"], ["orders.year", "orders.number"], ondelete="CASCADE"),
        sa.UniqueConstraint("year", "number", "position"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    number: Mapped[int]
    position: Mapped[int]
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("products.id", ondelete="RESTRICT", deferrable=True, initially="DEFERRED"))
    quantity: Mapped[decimal.Decimal] = mapped_column(sa.Numeric)


def fill(session: Session) -> None:
    home, garden = Category(name="Home"), Category(name="Garden — Grün")
    session.add_all([home, garden])
    session.flush()
    session.add(Category(name="Chairs", parent_id=garden.id))
    new, sale = Tag(name="new"), Tag(name="sale")
    for number in range(1, 13):
        session.add(
            Product(
                id=number if number < 12 else 2**53 + 1,
                public_id=uuid.UUID(int=number * 7919),
                sku=f"S-{number:04}",
                title=f"Chair no. {number} 🪑",
                price=decimal.Decimal(number * 1999) / 100,
                weight=None if number == 3 else number / 7,
                active=number % 4 != 0,
                attributes=None if number == 2 else {"colour": "red", "sizes": [1, 2.5, None], "ü": True},
                picture=bytes(range(256)) if number == 1 else None,
                warranty=dt.timedelta(days=730, microseconds=5),
                available_from=dt.date(2024, 2, 29),
                order_until=dt.time(17, 30, 0, 250000),
                extra=("pickled", number),
                created_at=dt.datetime(2024, 3, 1, 12, 0, number, 123456),
                category_id=home.id,
                tags=[new, sale] if number % 2 else [],
            )
        )
    session.flush()
    for number in (1, 2):
        session.add(Order(year=2024, number=number, status=Status.paid, placed_at=dt.datetime(2024, 5, number, 8, 30)))
        session.flush()
        session.add(Line(year=2024, number=number, position=1, product_id=number, quantity=decimal.Decimal("2.5")))


def migrate(connection: sa.Connection) -> None:
    """What Alembic's batch mode does: SQLite's tables are copied to change them."""
    context = MigrationContext.configure(connection, opts={"render_as_batch": True, "target_metadata": Base.metadata})
    context._ensure_version_table()
    operations = Operations(context)
    with operations.batch_alter_table("products", naming_convention=NAMING) as batch:
        batch.add_column(sa.Column("stock", sa.Integer(), nullable=False, server_default="0"))
        batch.alter_column("sku", type_=sa.String(40), existing_type=sa.String(20))
    operations.add_column("orders", sa.Column("note", sa.String(length=200), nullable=True))
    connection.execute(sa.text("INSERT INTO alembic_version VALUES ('8f3c1d2e4a5b')"))


engine = sa.create_engine(f"sqlite:///{sys.argv[1]}")
Base.metadata.create_all(engine)
with Session(engine) as session:
    fill(session)
    session.commit()
with engine.begin() as connection:
    migrate(connection)
