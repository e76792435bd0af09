"""A SOQL query -> one SQLite statement and what is needed to spell its rows as the API does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlglot import exp

from leadwright_sandbox.salesforce.errors import ApiError, invalid_field, malformed_query, not_served
from leadwright_sandbox.salesforce.fields import NUMBER_KINDS, Field, ObjectType
from leadwright_sandbox.salesforce.schema import View
from leadwright_sandbox.salesforce.soql_functions import DATE_PARTS
from leadwright_sandbox.salesforce.soql_paths import Path, Paths, Resolved
from leadwright_sandbox.salesforce.soql_text import check_parts, parse
from leadwright_sandbox.salesforce.soql_where import Conditions, path_of
from leadwright_sandbox.salesforce.values import Stored, stamp
from leadwright_sandbox.store import quoted

MAX_OFFSET = 2000
AGGREGATES: dict[type[exp.Expr], str] = {exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max"}


@dataclass(frozen=True)
class Column:
    """One column of the answer: the path it is shown under, its type and its SQL."""

    path: Path
    kind: str
    sql: str
    children: Plan | None = None  # the rows of a sub-select, for one record of the outer query


@dataclass(frozen=True)
class Relation:
    """One parent in the answer: the SQL of its id and of its object, and whether it could be of several objects."""

    id: str
    object: str
    polymorphic: bool


@dataclass
class Plan:
    """A translated query."""

    object: ObjectType
    columns: list[Column]
    root_id: str  # the SQL of the record's own id
    tail: str  # everything after the select list
    filtered: bool = False  # whether the tail has conditions
    parameters: dict[str, Stored] = field(default_factory=dict)
    aggregate: bool = False
    count_only: bool = False
    relations: dict[Path, Relation] = field(default_factory=dict)
    limit: int | None = None
    offset: int | None = None

    def statement(self, expressions: list[str]) -> str:
        """The SQL that reads `expressions` for the rows of the query."""
        limits = "" if self.limit is None and self.offset is None else f" limit {_limit(self.limit)}"
        limits += "" if self.offset is None else f" offset {self.offset}"
        return f"select {', '.join(expressions)} {self.tail}{limits}"

    def of_one(self, expressions: list[str]) -> str:
        """The SQL that reads `expressions` of the record `:record`, in a query without an order or a limit."""
        return f"{self.statement(expressions)} {'and' if self.filtered else 'where'} {self.root_id} = :record"

    def count_statement(self) -> str:
        """The SQL that counts the rows of the query, no more than its LIMIT."""
        return f"select count(*) from ({self.statement(['1'])})"


def _limit(limit: int | None) -> int:
    return -1 if limit is None else limit


class Translator:
    """Translates one SELECT."""

    def __init__(
        self,
        tree: exp.Select,
        view: View,
        now: datetime,
        *,
        deleted: bool,
        prefix: str = "",
        parent: Translator | None = None,
    ) -> None:
        table = _table(tree)
        self.tree, self.view, self.deleted, self.parent = tree, view, deleted, parent
        if parent is None:
            self.object = view.object(table.name)
        else:  # a sub-select names its object as the parent calls it
            self.object, self.key = view.children(parent.object, table.name)
        self.paths = Paths(view, self.object, now, root_alias=table.alias or self.object.name, prefix=prefix)
        self.conditions = Conditions(self.paths, self.left, self._subselect)
        self.depth = 0

    def plan(self) -> Plan:
        """The translated query."""
        grouped = [self.left(each) for each in self._group()]
        count_only = self._is_bare_count()
        aggregate = bool(grouped) or any(_is_aggregate(_unaliased(e)) for e in self.tree.expressions)
        columns = [] if count_only else self._columns(aggregate, grouped)
        relations = {
            path: Relation(self.paths.id_of(path), self.paths.type_of(path), self.paths.is_polymorphic(path))
            for column in columns
            for path in (column.path[:depth] for depth in range(1, len(column.path)))
            if not aggregate
        }
        tail = self._tail(grouped)
        return Plan(
            self.object,
            columns,
            f'{self.paths.root_table}."Id"',
            tail,
            parameters=self.paths.parameters,
            filtered=" where " in tail,
            aggregate=aggregate and not count_only,
            count_only=count_only,
            relations=relations,
            limit=self._number("limit"),
            offset=self._number("offset"),
        )

    def left(self, node: exp.Expr) -> Resolved:
        """What stands before an operator: a field path, or a function of one."""
        path = path_of(node)
        if path is not None:
            return self.paths.resolve(path)
        if _is_aggregate(node):
            return self._aggregate(node)
        if isinstance(node, exp.Anonymous) and node.name.upper() in DATE_PARTS and len(node.expressions) == 1:
            inner = self.left(node.expressions[0])
            kind = "date" if node.name.upper() == "DAY_ONLY" else "int"
            return Resolved(
                inner.path, Field(inner.field.name, kind), DATE_PARTS[node.name.upper()].format(inner.sql)
            )
        if isinstance(node, exp.Anonymous) and node.name.upper() == "TOLABEL" and len(node.expressions) == 1:
            return self.left(node.expressions[0])  # every choice is called as it is stored
        if isinstance(node, exp.Func):
            raise not_served(f"the function {node.sql().partition('(')[0]} in a query")
        raise malformed_query(f"unexpected token: '{node.sql()}'")

    def _aggregate(self, node: exp.Expr) -> Resolved:
        distinct = isinstance(node, exp.Anonymous)
        if (distinct and len(node.expressions) != 1) or (not distinct and node.this is None):
            raise malformed_query("unexpected token: ')'")
        inner_node = node.expressions[0] if distinct else node.this
        inner = self.left(inner_node)
        if not inner.field.filterable:
            raise invalid_field(f"field {inner.field.name} does not support aggregate operator")
        if distinct or isinstance(node, exp.Count):
            sql = f"count({'distinct ' if distinct else ''}{inner.sql})"
            return Resolved(inner.path, Field(inner.field.name, "int"), sql)
        function = AGGREGATES[type(node)]
        if function in ("sum", "avg") and inner.field.kind not in NUMBER_KINDS:
            raise malformed_query(
                f"field {inner.field.name} does not support aggregate operator {function.upper()}"
            )
        kind = "double" if function in ("sum", "avg") else inner.field.kind
        return Resolved(inner.path, Field(inner.field.name, kind), f"{function}({inner.sql})")

    def _is_bare_count(self) -> bool:
        first = self.tree.expressions[0]
        if not (isinstance(first, exp.Count) and first.this is None):
            return False
        if len(self.tree.expressions) > 1 or self._group():
            raise malformed_query("COUNT() must be the only element in the select list")
        return True

    def _columns(self, aggregate: bool, grouped: list[Resolved]) -> list[Column]:
        columns: list[Column] = []
        unnamed = 0
        for node in self.tree.expressions:
            inner = _unaliased(node)
            if isinstance(inner, exp.Subquery):
                if aggregate:
                    raise malformed_query("unexpected token: 'SELECT' (a query of groups has no children)")
                columns.append(self._children(inner.this))
                continue
            if isinstance(inner, exp.Anonymous) and inner.name.upper() == "FIELDS":
                columns += self._all_fields(inner)
                continue
            found = self.left(inner)
            if not aggregate:
                columns.append(Column(found.path, found.field.kind, found.sql))
                continue
            alias = node.alias if isinstance(node, exp.Alias) else ""
            plain = path_of(inner) is not None
            if not _is_aggregate(inner) and found.sql not in {each.sql for each in grouped}:
                raise malformed_query(f"Field must be grouped or aggregated: {found.field.name}")
            name = alias or (found.path[-1] if plain else f"expr{unnamed}")
            unnamed += not alias and not plain
            columns.append(Column((name,), found.field.kind, found.sql))
        self._refuse_repeats(columns)
        return columns

    def _children(self, tree: exp.Expr) -> Column:
        """A sub-select among the fields: the children of each record."""
        if not isinstance(tree, exp.Select):
            raise malformed_query("unexpected token: '('")
        inner = Translator(
            tree, self.view, self.paths.now, deleted=self.deleted, prefix=self._prefix(), parent=self
        )
        plan = inner.plan()
        if plan.aggregate or plan.count_only:
            raise malformed_query("aggregate functions are not allowed in a sub-select of children")
        self.paths.parameters |= plan.parameters
        return Column((inner.key.children or "",), "children", "", plan)

    def _prefix(self) -> str:
        self.depth += 1
        return f"{self.paths.prefix}s{self.depth}"

    def _refuse_repeats(self, columns: list[Column]) -> None:
        seen: set[Path] = set()
        for column in columns:
            if column.path in seen:
                raise malformed_query(f"duplicate field selected: {'.'.join(column.path)}")
            seen.add(column.path)

    def _all_fields(self, node: exp.Anonymous) -> list[Column]:
        which = (path_of(node.expressions[0]) or ("",))[0].upper() if node.expressions else ""
        if which not in ("ALL", "STANDARD", "CUSTOM"):
            raise malformed_query("FIELDS takes ALL, STANDARD or CUSTOM")
        limit = self._number("limit")
        if which != "STANDARD" and (limit is None or limit > 200):
            raise malformed_query(f"The SOQL FIELDS function {which} must have a LIMIT of at most 200.")
        chosen = [
            f for f in self.view.fields(self.object) if which == "ALL" or f.custom == (which == "CUSTOM")
        ]
        found = [self.paths.resolve((each.name,)) for each in chosen]
        return [Column(each.path, each.field.kind, each.sql) for each in found]

    def _group(self) -> list[exp.Expr]:
        group = self.tree.args.get("group")
        return list(group.expressions) if group else []

    def _tail(self, grouped: list[Resolved]) -> str:
        where, having, order = (self.tree.args.get(part) for part in ("where", "having", "order"))
        conditions = self._unseen()
        if shared := self.view.shared(self.object, self.paths.root_table):
            conditions.append(shared)
        if self.parent is not None:
            reference = self.paths.column((), self.paths.reach(())[0], self.key)
            conditions.append(f'{reference} = {self.parent.paths.root_table}."Id"')
        if where:
            if any(
                _is_aggregate(node) for node in where.this.walk(prune=lambda n: isinstance(n, exp.Select))
            ):
                raise malformed_query("aggregate functions are allowed in HAVING, not in WHERE")
            conditions.append(f"({self.conditions.sql(where.this)})")
        group_sql = f" group by {', '.join(each.sql for each in grouped)}" if grouped else ""
        having_sql = f" having {self.conditions.sql(having.this)}" if having else ""
        order_sql = (
            f" order by {', '.join(self._ordered(each) for each in order.expressions)}" if order else ""
        )
        joins = " ".join(self.paths.joins)
        where_sql = f" where {' and '.join(conditions)}" if conditions else ""
        table = f"from {quoted(self.object.table)} as {self.paths.root_table} {joins}"
        return f"{table}{where_sql}{group_sql}{having_sql}{order_sql}"

    def _unseen(self) -> list[str]:
        """`query` leaves out deleted records and archived activities; `queryAll` does not."""
        if self.deleted:
            return self._purged()
        hiding = [name for name in ("IsDeleted", "IsArchived") if self.object.get(name)]
        return [f"not {self.paths.resolve((name,)).sql}" for name in hiding]

    def _purged(self) -> list[str]:
        """The recycle bin keeps deleted records for some days only, where that is set."""
        days = self.view.schema.recycle_bin_days
        if days is None or not (self.object.get("IsDeleted") and self.object.get("SystemModstamp")):
            return []
        oldest = self.paths.bind(stamp(self.paths.now - timedelta(days=days)))
        deleted, changed = (self.paths.resolve((name,)).sql for name in ("IsDeleted", "SystemModstamp"))
        return [f"not ({deleted} and {changed} < {oldest})"]

    def _ordered(self, node: exp.Expr) -> str:
        if not isinstance(node, exp.Ordered):
            raise malformed_query(f"unexpected token: '{node.sql()}'")
        found = self.left(node.this)
        if not found.field.filterable:
            raise malformed_query(f"field '{found.field.name}' can not be sorted in a query call")
        nulls = "nulls first" if node.args.get("nulls_first") else "nulls last"
        return f"{found.sql} {'desc' if node.args.get('desc') else 'asc'} {nulls}"

    def _number(self, part: str) -> int | None:
        node = self.tree.args.get(part)
        if node is None:
            return None
        text = node.expression.name if isinstance(node.expression, exp.Literal) else ""
        if not text.isdigit() or len(text) > 9:
            raise malformed_query(f"{part.upper()} needs a whole number")
        if part == "offset" and int(text) > MAX_OFFSET:
            raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
        return int(text)

    def _subselect(self, tree: exp.Select) -> str:
        inner = Translator(tree, self.view, self.paths.now, deleted=self.deleted, prefix=self._prefix())
        plan = inner.plan()
        if len(plan.columns) != 1 or plan.aggregate or plan.count_only or plan.columns[0].children:
            raise malformed_query("The inner select must have one field")
        self.paths.parameters.update(plan.parameters)
        return plan.statement([plan.columns[0].sql])


def _table(tree: exp.Select) -> exp.Table:
    table = tree.args["from_"].this if tree.args.get("from_") else None
    if not isinstance(table, exp.Table) or table.db:
        raise malformed_query("unexpected token: '<EOF>' (a query needs FROM and one object)")
    if not tree.expressions:
        raise malformed_query("unexpected token: 'FROM'")
    check_parts(tree)
    return table


def _unaliased(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Alias) else node


def _is_aggregate(node: exp.Expr) -> bool:
    named = isinstance(node, exp.Anonymous) and node.name.upper() == "COUNT_DISTINCT"
    return named or isinstance(node, (exp.Count, *AGGREGATES))


def translate(soql: str, view: View, now: datetime, *, deleted: bool = False) -> Plan:
    """`soql` as this user may run it at this moment; `deleted` = as queryAll."""
    try:
        return Translator(parse(soql), view, now, deleted=deleted).plan()
    except RecursionError as error:
        raise malformed_query("the query is too deeply nested") from error
