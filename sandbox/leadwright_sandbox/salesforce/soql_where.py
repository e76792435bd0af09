"""Conditions of a query -> SQL with SOQL's own rules: no third truth value, no case, typed literals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date

from sqlglot import exp

from leadwright_sandbox.salesforce.errors import invalid_field, malformed_query
from leadwright_sandbox.salesforce.fields import ID_KINDS, NUMBER_KINDS, TEXT_KINDS
from leadwright_sandbox.salesforce.ids import full_id
from leadwright_sandbox.salesforce.periods import period
from leadwright_sandbox.salesforce.soql_paths import Paths, Resolved
from leadwright_sandbox.salesforce.soql_text import MARK_DATE, MARK_DATETIME, MARK_PERIOD
from leadwright_sandbox.salesforce.values import BadValueError, Stored, to_stored

OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "!=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
DATED = {(MARK_DATETIME, "datetime"), (MARK_DATE, "date")}
LONGEST_CHAIN = 400
Left = Callable[[exp.Expr], Resolved]


def path_of(node: exp.Expr) -> tuple[str, ...] | None:
    """The names of a field path, or None where the node is something else."""
    if isinstance(node, (exp.Column, exp.Dot)):
        return tuple(part.name for part in node.parts)
    return None


def _balanced(parts: list[str], word: str) -> str:
    """A long chain of conditions as a flat tree: SQLite takes no expression deeper than 1,000."""
    if len(parts) <= LONGEST_CHAIN:
        return word.join(parts)
    half = len(parts) // 2
    return f"({_balanced(parts[:half], word)}){word}({_balanced(parts[half:], word)})"


class Conditions:
    """Translates the conditions of one query; `left` resolves what stands before an operator."""

    def __init__(self, paths: Paths, left: Left, subselect: Callable[[exp.Select], str]) -> None:
        self.paths, self.left, self.subselect = paths, left, subselect

    def sql(self, node: exp.Expr) -> str:
        """The SQL of one condition."""
        if isinstance(node, (exp.And, exp.Or)):
            return self._joined(node)
        if isinstance(node, exp.Paren):
            return f"({self.sql(node.this)})"
        if isinstance(node, exp.Not):
            return self._negated(node.this)
        if isinstance(node, exp.Like):
            return self._like(node)
        if isinstance(node, exp.In):
            return self._in(node)
        for kind, operator in OPERATORS.items():
            if isinstance(node, kind):
                return self._compared(node, operator)
        raise malformed_query(f"unexpected token: '{node.sql()}'")

    def _joined(self, node: exp.And | exp.Or) -> str:
        other = exp.Or if isinstance(node, exp.And) else exp.And
        parts = list(node.flatten(unnest=False))
        if any(isinstance(part, other) for part in parts):
            raise malformed_query(
                f"unexpected token: '{other.__name__.upper()}' (AND with OR needs parentheses)"
            )
        word = " and " if isinstance(node, exp.And) else " or "
        return _balanced([self.sql(part) for part in parts], word)

    def _negated(self, node: exp.Expr) -> str:
        return f"not coalesce(({self.sql(node)}), 0)"

    def _like(self, node: exp.Like) -> str:
        left, right = self.left(node.this), node.expression
        if left.field.kind not in TEXT_KINDS:
            raise invalid_field(f"invalid operator on {left.field.kind} field '{left.field.name}'")
        if not (isinstance(right, exp.Literal) and right.is_string):
            raise malformed_query("LIKE needs a text in quotes")
        return f"{left.sql} like {self.paths.bind(right.name)} escape '\\'"

    def _in(self, node: exp.In) -> str:
        left, query = self.left(node.this), node.args.get("query")
        if query is not None:
            if left.field.kind not in ID_KINDS:
                raise malformed_query(f"The left operand '{left.field.name}' cannot have more than one level")
            return f"{left.sql} in ({self.subselect(query.this)})"
        if not node.expressions:
            raise malformed_query("unexpected token: ')'")
        values: list[Stored] = []
        nulls = False
        for each in node.expressions:
            if isinstance(each, exp.Null):
                nulls = True
            else:
                values += self._same(left, self._value(left, each))
        marks = ", ".join(self.paths.bind(value) for value in values)
        listed = f"{left.sql} in ({marks})"
        return f"({listed} or {left.sql} is null)" if nulls else listed

    def _compared(self, node: exp.Expr, operator: str) -> str:
        left, right = self.left(node.this), node.expression
        if isinstance(right, exp.Null):
            if operator not in ("=", "!="):
                raise malformed_query(f"null cannot be compared with {operator}")
            return f"{left.sql} is {'not ' if operator == '!=' else ''}null"
        days = self._period(left, right)
        if days is not None:
            return self._within(left, operator, *days)
        values = self._same(left, self._value(left, right))
        if len(values) > 1:  # an id in its short and its full spelling
            marks = ", ".join(self.paths.bind(value) for value in values)
            return f"{left.sql} {'not in' if operator == '!=' else 'in'} ({marks})"
        return f"{left.sql} {'is not' if operator == '!=' else operator} {self.paths.bind(values[0])}"

    def _same(self, left: Resolved, value: Stored) -> list[Stored]:
        if left.field.kind in ID_KINDS and isinstance(value, str) and full_id(value) != value:
            return [value, full_id(value)]
        return [value]

    def _period(self, left: Resolved, node: exp.Expr) -> tuple[date, date] | None:
        if isinstance(node, exp.Anonymous) and node.name == MARK_PERIOD:
            name, count = node.expressions[0].name, int(node.expressions[1].name)
            try:
                days = period(name, count, self._today())
            except (OverflowError, ValueError) as error:
                raise malformed_query(f"{name}:{count} is out of range") from error
        elif isinstance(node, exp.Column) and not node.table:
            name, days = node.name.upper(), period(node.name.upper(), None, self._today())
        else:
            return None
        if days is None:
            raise malformed_query(f"unexpected token: '{node.name}'")
        if left.field.kind not in ("date", "datetime"):
            raise invalid_field(f"value of filter criterion for field '{left.field.name}' must not be {name}")
        return days

    def _today(self) -> date:
        return self.paths.now.astimezone(UTC).date()

    def _within(self, left: Resolved, operator: str, first: date, after: date) -> str:
        tail = "T00:00:00.000Z" if left.field.kind == "datetime" else ""
        start, end = self.paths.bind(f"{first}{tail}"), self.paths.bind(f"{after}{tail}")
        sql = left.sql
        return {
            "=": f"({sql} >= {start} and {sql} < {end})",
            "!=": f"({sql} is null or {sql} < {start} or {sql} >= {end})",
            "<": f"{sql} < {start}",
            "<=": f"{sql} < {end}",
            ">": f"{sql} >= {end}",
            ">=": f"{sql} >= {start}",
        }[operator]

    def _value(self, left: Resolved, node: exp.Expr) -> Stored:
        kind, name = left.field.kind, left.field.name
        if not left.field.filterable:
            raise invalid_field(f"field '{name}' can not be filtered in a query call")
        if isinstance(node, exp.Anonymous) and (node.name, kind) in DATED:
            try:
                return to_stored(left.field, node.expressions[0].name, lenient=False)
            except BadValueError as error:
                raise malformed_query(f"unexpected token: '{node.expressions[0].name}'") from error
        if isinstance(node, exp.Boolean) and kind == "boolean":
            return int(bool(node.this))
        sign = -1 if isinstance(node, exp.Neg) else 1
        literal = node.this if isinstance(node, exp.Neg) else node
        if isinstance(literal, exp.Literal):
            if not literal.is_string and kind in NUMBER_KINDS:
                return sign * float(literal.name)
            if literal.is_string and kind in TEXT_KINDS | ID_KINDS:
                return literal.name
        quotes = "should be" if kind in TEXT_KINDS | ID_KINDS else "should not be"
        spelled = {"datetime": "dateTime", "reference": "ID"}.get(kind, kind)
        raise invalid_field(
            f"value of filter criterion for field '{name}' must be of type {spelled} and {quotes} enclosed in quotes"
        )
