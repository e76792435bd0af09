"""Shorter ways for work that dbt repeats for every node, with the same results: a third of a build's processor time.

For every node dbt makes an object for each of its 650 macros, twice, and uses a few of them. It looks through all
relations of a schema to find one, and makes a date parser for each empty table. In every build of a process it compiles
each model's text anew, and links all nodes to one graph, which takes longer than a small build.
`tests/unit/test_shortcuts.py` compares what is found this way with what dbt finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import CodeType
from typing import Any

from dbt.adapters.base import BaseAdapter
from dbt.adapters.cache import _make_ref_key  # a key as its cache spells it
from dbt.clients.jinja import MacroGenerator
from dbt.compilation import Compiler
from dbt.context.configured import ConfiguredContext
from dbt.context.macros import MacroNamespace
from dbt.context.manifest import ManifestContext
from dbt.flags import get_flags
from dbt.include.global_project import PROJECT_NAME
from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import MacroFuzzEnvironment

_Known = Mapping[str, Any]
_TEMPLATES, _GRAPHS = 2_000, "_leadwright_graphs"


@cache
def take() -> None:
    """Let dbt take them, in this process."""
    ManifestContext._build_namespace = build_namespace
    ManifestContext.to_dict = to_dict
    BaseAdapter.get_relation = _found_by_key(BaseAdapter.get_relation)
    agate_helper.build_type_tester = _made_once(agate_helper.build_type_tester)
    agate_helper.empty_table = cache(agate_helper.empty_table)
    Compiler.compile = _linked_once(Compiler.compile)
    setattr(MacroFuzzEnvironment, "compile", _compiled_once(MacroFuzzEnvironment.compile))  # noqa: B010


class OnDemand(dict[str, Any]):
    """A dict of what `known` names, each value made when it is first asked for."""

    def __init__(self, known: _Known, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self.known, self._make = known, make

    def __missing__(self, name: str) -> Any:
        made = self[name] = self._make(self.known[name])
        return made

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.known

    def __iter__(self) -> Iterator[str]:
        yield from self.known
        yield from (name for name in super().__iter__() if name not in self.known)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of `name`, else `default`."""
        return self[name] if name in self else default  # noqa: SIM401 - the advice is this very method


@dataclass(frozen=True, slots=True)
class _Macros:
    """The macros that a package sees, by name: its own, the root project's, dbt's own, and each package's."""

    own: _Known
    root: _Known
    internal: _Known
    packages: Mapping[str, _Known]

    def at_top(self) -> _Known:
        """What a name means to a model; of two of one name dbt takes the one of the package itself first."""
        packages = {name: _Package(name) for name in (*self.packages, PROJECT_NAME)}
        return {**self.internal, **packages, **self.root, **self.own}


@dataclass(frozen=True, slots=True)
class _Package:
    name: str


@lru_cache(maxsize=8)
def _macros(by_package: _Same, root: str, package: str, internal: tuple[str, ...]) -> tuple[_Macros, _Known]:
    everything: Mapping[str, _Known] = by_package.value
    ours = {name: {m.name: m for m in some.values()} for name, some in everything.items()}
    merged: dict[str, Any] = {}
    for name in reversed(internal):
        merged |= ours.get(name, {})
    found = _Macros(
        own={} if package in internal else ours.get(package, {}),
        root={} if root in internal or root == package else ours.get(root, {}),
        internal=merged,
        packages={name: some for name, some in ours.items() if name not in internal},
    )
    return found, found.at_top()


class _Same:
    """An object that is equal to itself alone."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def build_namespace(self: Any) -> Any:
    """The macros that a dbt context finds, none of them made yet; its own names become a dict of the same kind."""
    builder = self._get_namespace_builder()
    macros, at_top = _macros(
        _Same(self.manifest.get_macros_by_package()),
        builder.root_package,
        builder.search_package,
        tuple(builder.internal_package_names_order),
    )

    def make(macro: Any) -> Any:
        return MacroGenerator(macro, context, builder.node, builder.thread_ctx)

    def make_or_find(found: Any) -> Any:
        if not isinstance(found, _Package):
            return make(found)
        is_dbt = found.name == PROJECT_NAME and found.name not in namespace.packages
        return namespace.global_project_namespace if is_dbt else namespace.packages[found.name]

    context = OnDemand(at_top, make_or_find)
    context.update(self._ctx)
    self._ctx = context
    namespace = MacroNamespace(
        global_namespace=OnDemand(macros.root, make),
        local_namespace=OnDemand(macros.own, make),
        global_project_namespace=OnDemand(macros.internal, make),
        packages={name: OnDemand(some, make) for name, some in macros.packages.items()},
    )
    return namespace


_realize = ManifestContext.to_dict


def to_dict(self: Any) -> Any:
    """All that a template finds by name; a macro comes before what is built in."""
    context = self._ctx
    if not isinstance(context, OnDemand):
        return _realize(self)
    ConfiguredContext.to_dict(self)
    for name in [name for name in dict.keys(context) if name in context.known]:
        del context[name]
    return context


def _found_by_key(search: Callable[..., Any]) -> Callable[..., Any]:
    def get_relation(self: Any, database: str, schema: str, identifier: str) -> Any:
        if not self._schema_is_cached(database, schema):
            return search(self, database, schema, identifier)
        key = _make_ref_key(self.Relation.create(database, schema, identifier))
        with self.cache.lock:
            found = self.cache.relations.get(key)
        wanted = self._make_match_kwargs(database, schema, identifier)
        return found.inner if found and found.inner.matches(**wanted) else None

    return get_relation


def _made_once(make: Callable[..., Any]) -> Callable[..., Any]:
    made = lru_cache(maxsize=256)(make)

    def build_type_tester(
        text_columns: Iterable[str], string_null_values: Iterable[str] = ("null", "")
    ) -> Any:
        return made(tuple(sorted(text_columns)), tuple(string_null_values))

    return build_type_tester


def _compiled_once(compile_: Callable[..., Any]) -> Callable[..., Any]:
    codes: dict[tuple[type, str], CodeType] = {}

    def compiled(self: Any, source: Any, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs or not isinstance(source, str):
            return compile_(self, source, *args, **kwargs)
        key = type(self), source
        if key not in codes:
            if len(codes) >= _TEMPLATES:
                codes.clear()
            codes[key] = compile_(self, source)
        return codes[key]

    return compiled


def _linked_once(link: Callable[..., Any]) -> Callable[..., Any]:
    """The graph of a parsed project, kept with it: a build reads it, and takes its own part as a copy."""

    def compiled(self: Any, manifest: Any, write: bool = True, add_test_edges: bool = False) -> Any:
        if get_flags().WRITE_JSON:
            return link(self, manifest, write, add_test_edges)
        graphs: dict[tuple[bool, int], Any] = manifest.__dict__.setdefault(_GRAPHS, {})
        key = add_test_edges, len(manifest.nodes)
        if key not in graphs:
            graphs[key] = link(self, manifest, write, add_test_edges)
        self.initialize()
        return graphs[key]

    return compiled
