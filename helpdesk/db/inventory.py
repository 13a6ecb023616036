"""What a database holds that a migration must not lose: rows and indexes."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helpdesk.db.transaction import Transaction

__all__ = ["IndexShape", "Inventory", "expected_indexes", "take_inventory"]

_SQLITE_TABLES = """SELECT name FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"""
_POSTGRES_TABLES = """SELECT tablename FROM pg_tables
    WHERE schemaname = current_schema() ORDER BY tablename"""
_SQLITE_INDEXES = """SELECT m.name, i.name, i."unique", c.name
    FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) c
    WHERE m.type = 'table' ORDER BY i.name, c.seqno"""
_POSTGRES_INDEXES = """SELECT t.relname, i.relname, x.indisunique, a.attname
    FROM pg_index x
    JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(attnum, place)
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
    WHERE n.nspname = current_schema() AND NOT x.indisprimary
    ORDER BY i.relname, k.place"""


@dataclass(frozen=True, slots=True)
class IndexShape:
    """An index by what it does; two indexes of one shape can stand in for each other."""

    table: str
    columns: tuple[str, ...]
    unique: bool

    @property
    def name(self) -> str:
        """The name tortoise would give it, so that a later migration finds it."""
        prefix = "uid" if self.unique else "idx"
        digest = sha256(";".join((self.table, *self.columns)).encode()).hexdigest()[:6]
        return f"{prefix}_{self.table[:11]}_{self.columns[0][:7]}_{digest}"

    @property
    def create_sql(self) -> str:
        """The statement that makes it."""
        kind = "UNIQUE INDEX" if self.unique else "INDEX"
        columns = ", ".join(f'"{column}"' for column in self.columns)
        return f'CREATE {kind} IF NOT EXISTS "{self.name}" ON "{self.table}" ({columns})'


@dataclass(frozen=True, slots=True)
class Inventory:
    """Rows in each table, and the shapes of all indexes but primary keys."""

    rows: Mapping[str, int]
    indexes: frozenset[IndexShape]


async def take_inventory(tx: Transaction, dialect: str) -> Inventory:
    """Count and list, inside the transaction that migrates."""
    sqlite = dialect == "sqlite"
    tables = await tx.fetch(_SQLITE_TABLES if sqlite else _POSTGRES_TABLES)
    rows = {}
    for (table,) in tables:
        ((rows[table],),) = await tx.fetch(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - from the catalogue
    found = await tx.fetch(_SQLITE_INDEXES if sqlite else _POSTGRES_INDEXES)
    return Inventory(rows, frozenset(_shapes(found)))


def _shapes(found: list[tuple[Any, ...]]) -> Iterator[IndexShape]:
    columns: dict[tuple[str, str, bool], list[str]] = {}
    for table, index, unique, column in found:
        columns.setdefault((table, index, bool(unique)), []).append(column or "(expression)")
    for (table, _, unique), names in columns.items():
        yield IndexShape(table, tuple(names), unique)


def expected_indexes(apps: Mapping[str, Mapping[str, Any]]) -> frozenset[IndexShape]:
    """Return what the models (app -> name -> class) of a migration state declare."""
    return frozenset(
        shape for models in apps.values() for model in models.values() for shape in _of_model(model)
    )


def _of_model(model: Any) -> Iterator[IndexShape]:
    meta = model._meta  # noqa: SLF001 - tortoise's documented place for a model's description
    columns: Mapping[str, str] = meta.fields_db_projection
    for name, column in columns.items():
        field = meta.fields_map[name]
        if field.pk:
            continue
        if field.unique:
            yield IndexShape(meta.db_table, (column,), unique=True)
        elif field.index:
            yield IndexShape(meta.db_table, (column,), unique=False)
    for group in meta.unique_together or ():
        yield _grouped(meta, group, unique=True)
    for constraint in meta.constraints or ():
        if getattr(constraint, "fields", None) and not constraint.condition:
            yield _grouped(meta, constraint.fields, unique=True)
    for index in meta.indexes or ():
        fields = getattr(index, "fields", index)
        if fields:
            yield _grouped(meta, fields, unique=False)


def _grouped(meta: Any, names: Any, *, unique: bool) -> IndexShape:
    columns = tuple(meta.fields_db_projection.get(name, name) for name in names)
    return IndexShape(meta.db_table, columns, unique=unique)
