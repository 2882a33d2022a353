"""The house's rules (ARCHITECTURE.md), read from the source: who imports whom, where SQL lives, who catches everything.

Each rule takes one file and yields complaints, so that the rule itself can be tried on a file that breaks it.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

import pytest

from contracts import catalogue
from contracts.message import Event, Request, owner_of
from deploy.choreography import load_services
from deploy.permissions import SERVICES

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 400
# The loops that must outlive whatever one request, event, timer or job does, and record it.
LOOPS = {"runtime", "answering", "batching", "following", "timers", "schedule", "operations"}
SQL = re.compile(r"\s*(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\b", re.IGNORECASE | re.DOTALL)
SELDOM_PURE = ("asyncio", "socket", "time", "random", "secrets", "os", "subprocess")
CLOCKS = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7"}


@dataclass(frozen=True)
class Source:
    """One Python file: where it is in the checkout, and what it says."""

    path: PurePosixPath
    text: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All parts of its syntax tree."""
        return list(ast.walk(ast.parse(self.text)))

    @property
    def service(self) -> str:
        """The service that it belongs to; empty for the plumbing and for everything outside."""
        parts = self.path.parts
        return parts[1] if parts[0] == "services" and len(parts) > 2 else ""

    @property
    def is_plumbing(self) -> bool:
        """Whether services share it."""
        return self.path.parts[0] == "services" and len(self.path.parts) == 2

    def imports(self, *packages: str) -> Iterator[str]:
        """The modules in these packages that it imports, wherever in it."""
        for node in self.nodes:
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom) and node.module:
                # `from services.companies import handlers` imports a module too.
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            yield from (name for name in names if any(is_in(name, package) for package in packages or (name,)))


Rule = Callable[[Source], Iterator[str]]


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def no_service_imports_another(source: Source) -> Iterator[str]:
    """They talk by messages alone."""
    if source.service:
        others = [f"services.{other}" for other in SERVICES if other != source.service]
        yield from (f"imports {name}" for name in source.imports(*others))


def the_plumbing_knows_no_service(source: Source) -> Iterator[str]:
    """What services share serves any of them."""
    if source.is_plumbing:
        yield from (f"imports {name}" for name in source.imports(*(f"services.{service}" for service in SERVICES)))


def contracts_know_nobody(source: Source) -> Iterator[str]:
    """What everybody agrees on depends on none of them, and opens no socket."""
    if source.path.parts[0] == "contracts":
        outside = source.imports(
            "services", "deploy", "tests", "asyncpg", "nats", "litestar", "httpx", "socket", "asyncio"
        )
        yield from (f"imports {name}" for name in outside)


def rules_are_pure(source: Source) -> Iterator[str]:
    """A rule decides from what it is given: of our code only other rules, no waiting, no clock, no chance."""
    if not source.path.name.endswith("rules.py"):
        return
    for name in source.imports():
        known = any(is_in(name, package) for package in (*sys.stdlib_module_names, "msgspec", "contracts"))
        if not known and not any(part.endswith("rules") for part in name.split(".")):
            yield f"imports {name}"
    yield from (f"imports {name}, which looks outside" for name in source.imports(*SELDOM_PURE))
    for node in source.nodes:
        if isinstance(node, ast.AsyncFunctionDef | ast.Await):
            yield f"waits in line {node.lineno}"
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            yield f"asks for {node.attr} in line {node.lineno}: take it as an argument"


def stores_know_no_handlers(source: Source) -> Iterator[str]:
    """The rooms have one direction: handlers use rules and stores."""
    if source.path.name.endswith("store.py"):
        yield from (f"imports {name}" for name in source.imports() if "handlers" in name.split("."))


def only_loops_catch_everything(source: Source) -> Iterator[str]:
    """Elsewhere an unexpected error has to reach the loop that records it."""
    if source.path.parts[0] == "deploy" or (source.is_plumbing and source.path.stem in LOOPS):
        return
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler):
            caught = (
                {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)} if node.type else {"Exception"}
            )
            if caught & {"Exception", "BaseException"}:
                yield f"catches everything in line {node.lineno}"


def sql_stays_in_stores(source: Source) -> Iterator[str]:
    """A capability's queries stand beside each other in its store, or in files of their own."""
    if source.service and not source.path.name.endswith("store.py"):
        for node in source.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
                yield f"writes SQL in line {node.lineno}"


def files_stay_short(source: Source) -> Iterator[str]:
    """One thing a file."""
    if (lines := source.text.count("\n")) > LONGEST_FILE:
        yield f"has {lines} lines, over {LONGEST_FILE}: split it by subject"


# Each rule with a file that breaks it.
RULES: dict[Rule, tuple[str, str]] = {
    no_service_imports_another: ("services/companies/service.py", "from services.matchmaker import service"),
    the_plumbing_knows_no_service: ("services/runtime.py", "import services.gateway.app"),
    contracts_know_nobody: ("contracts/place.py", "def f():\n    from services.bus import Bus"),
    rules_are_pure: ("services/companies/needs/rules.py", "from services.companies.needs import store"),
    stores_know_no_handlers: ("services/companies/needs/store.py", "from services.companies.needs import handlers"),
    only_loops_catch_everything: ("services/bus.py", "try:\n    f()\nexcept (OSError, Exception):\n    pass"),
    sql_stays_in_stores: ("services/companies/needs/handlers.py", "query = 'select document from need'"),
    files_stay_short: ("services/bus.py", "\n" * 401),
}
OTHER_BREACHES: tuple[tuple[Rule, str, str], ...] = (
    (rules_are_pure, "services/companies/needs/rules.py", "now = datetime.now(UTC)"),
    (rules_are_pure, "services/companies/needs/rules.py", "import random"),
    (rules_are_pure, "services/companies/needs/merge_rules.py", "async def decide(): ..."),
    (only_loops_catch_everything, "services/gateway/app.py", "try:\n    f()\nexcept:\n    pass"),
    (sql_stays_in_stores, "services/gateway/app.py", "run('''\n    insert into key (id) values ($1)''')"),
)


@cache
def sources(folder: str) -> list[Source]:
    """All our Python files in a folder."""
    files = sorted((ROOT / folder).rglob("*.py"))
    return [Source(PurePosixPath(file.relative_to(ROOT)), file.read_text(encoding="utf-8")) for file in files]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule):
    """Every file of services, contracts, deploy and tests, each complaint with its file."""
    folders = ("services", "contracts", "deploy", *(("tests",) if rule is files_stay_short else ()))

    checked = [source for folder in folders for source in sources(folder)]
    complaints = [f"{source.path} {complaint}" for source in checked for complaint in rule(source)]

    assert complaints == []


@pytest.mark.parametrize(
    ("rule", "path", "text"), [*((rule, *example) for rule, example in RULES.items()), *OTHER_BREACHES]
)
def test_a_rule_sees_what_breaks_it(rule, path, text):
    """A rule that never complains keeps nothing."""
    assert list(rule(Source(PurePosixPath(path), text)))


def test_every_request_is_answered_by_its_owner():
    """By that service alone; those about operations belong to the plumbing of each."""
    answered = {
        service.name: {*service.answers, *service.answers_together, *service.keeping_answers()}
        for service in load_services()
    }

    assert answered == {
        owner: {kind for kind in catalogue.of_owner(owner) if issubclass(kind, Request)} for owner in catalogue.OWNERS
    }


def test_every_service_follows_events_of_others():
    """An event is announced by its owner; to itself a service says nothing."""
    for service in load_services():
        for event in service.follows:
            assert issubclass(event, Event)
            assert owner_of(event) in set(SERVICES) - {service.name}, f"{service.name} follows {event.__name__}"


def test_every_event_is_announced_by_its_owner():
    """A message that nobody sends would be a promise that nobody keeps."""
    for owner in catalogue.OWNERS:
        said = "\n".join(source.text for source in sources(f"services/{owner}"))
        silent = [
            event.__name__ for event in catalogue.events() if owner_of(event) == owner and event.__name__ not in said
        ]

        assert silent == [], f"{owner} never announces {silent}"


def test_the_catalogue_knows_every_service():
    """Those that are deployed are those that own messages."""
    assert catalogue.OWNERS == SERVICES
