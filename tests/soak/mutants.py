"""Small faults put into the modules that judge, one at a time: do the quick tests notice each?

`python tests/soak/mutants.py` tries a sample of them, the same at each run, and leaves with 1 where
fewer than 85 % are noticed; names of modules after it try these alone.
No file is changed: a fault is put into the syntax tree of a module as a forked process imports it.
"""

import argparse
import ast
import importlib.util
import os
import random
import re
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import islice
from pathlib import Path
from types import CodeType

import pytest

PROJECT = Path(__file__).parents[2]
SOURCE = PROJECT / "src" / "forecast"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
LEAST_KILLED, SAMPLE, SEED = 0.85, 36, 1
# The modules that judge and the tests that hold them; after a move, the new place is named here.
JUDGES = {
    "archive/targets.py": ("archive/test_targets.py",),
    "archive/commitments.py": ("archive/test_commitments.py",),
    "verification/outturn.py": ("verification/test_outturn.py",),
    "verification/record.py": ("verification/test_forecasts.py",),
    "outlook/attainment.py": ("outlook/test_attainment.py",),
    "outlook/commitments.py": ("outlook/test_commitments.py", "report/test_commitments.py"),
    "report/lights.py": ("report/test_lights.py",),
    "report/commitments.py": ("report/test_commitments.py",),
    "report/data_checks.py": (
        "report/test_data_checks_of_releases.py",
        "report/test_data_checks.py",
    ),
    "publishing/scheduled/alerts.py": (
        "publishing/scheduled/test_alert_rules.py",
        "publishing/scheduled/test_alerts.py",
    ),
    "publishing/scheduled/outbox.py": ("publishing/scheduled/test_outbox.py",),
    "publishing/scheduled/due.py": (
        "publishing/scheduled/test_due.py",
        "publishing/scheduled/test_backlog.py",
    ),
}
HEAVY = ("numpy", "pandas", "pyarrow", "pydantic", "scipy.stats", "jinja2", "matplotlib.figure")
SWAPPED_NAMES = (("min", "max"), ("any", "all"), ("floor", "ceil"), ("lower", "upper"))
SWAPPED_WORDS = (
    *(("attained", "missed"), ("green", "red"), ("first", "latest"), ("at_least", "at_most")),
    *(("done", "open"), ("final", "expected"), ("level", "growth_pct"), ("own", "pool")),
    *(("faster", "slower"), ("short", "over"), ("kept", "reached"), ("en", "zh")),
)
COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
RECKONED = {
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult},
    **{ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult},
    **{ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd},
}


def _swapped(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {**dict(pairs), **{second: first for first, second in pairs}}


NAMES, WORDS = _swapped(SWAPPED_NAMES), _swapped(SWAPPED_WORDS)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault: where it is, and the expression before and after.

    `place` counts the module's places, `other` what may stand in it by mistake.
    """

    module: str
    line: int
    text: str
    before: str
    after: str
    place: int
    other: int

    def tree(self) -> ast.Module:
        """Return the syntax tree of the module with the fault."""
        tree = ast.parse((SOURCE / self.module).read_text(encoding="utf-8"))
        place = next(islice(places(tree), self.place, None))
        place.put(list(faulty(place.node))[self.other])
        return ast.fix_missing_locations(tree)

    def __str__(self) -> str:
        return f"{self.module}:{self.line}  {self.before}  ->  {self.after}    in: {self.text}"


def faulty(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand by mistake in the place of a node."""
    match node:
        case ast.Compare():
            for number, operator in enumerate(node.ops):
                for other in COMPARED[type(operator)]:
                    made = deepcopy(node)
                    made.ops[number] = other()
                    yield made
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield ast.BoolOp(other, node.values)
        case ast.BinOp() if type(node.op) in RECKONED:
            yield ast.BinOp(node.left, RECKONED[type(node.op)](), node.right)
        case ast.AugAssign() if type(node.op) in RECKONED:
            yield ast.AugAssign(node.target, RECKONED[type(node.op)](), node.value)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.IfExp(test=ast.Name() | ast.Attribute() | ast.Call()):
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.If(test=ast.Name() | ast.Attribute() | ast.Call()):
            yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.Continue():
            yield ast.Break()
        case ast.Return() if not (node.value is None or _is_none(node.value)):
            yield ast.Return(ast.Constant(None))
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            yield ast.Call(ast.Name(NAMES[name], ast.Load()), node.args, node.keywords)
        case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in NAMES:
            swapped = ast.Attribute(owner, NAMES[name], ast.Load())
            yield ast.Call(swapped, node.args, node.keywords)
        case ast.Constant():
            yield from map(ast.Constant, _other_constants(node.value))


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _other_constants(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, float) and 0 < abs(value) < 1e-4:  # a slack: none, or far too much
        yield from (0.0, value * 1e6)
    elif isinstance(value, float):
        digits = len(repr(value).partition(".")[2])
        yield from (round(value + 10.0**-digits, digits), round(value - 10.0**-digits, digits))
    elif isinstance(value, str) and re.fullmatch("[a-z][a-z_]*", value):
        yield WORDS.get(value, f"no_{value}")


@dataclass(frozen=True, slots=True)
class Place:
    """A node that may be faulty, and how to put another in its place."""

    node: ast.AST
    owner: ast.AST
    field: str
    number: int | None

    def put(self, other: ast.AST) -> None:
        """Put another node in this place."""
        ast.copy_location(other, self.node)
        if self.number is None:
            setattr(self.owner, self.field, other)
        else:
            getattr(self.owner, self.field)[self.number] = other


def places(owner: ast.AST) -> Iterator[Place]:
    """Yield what is carried out below a node: no types, no decorators, no texts of errors."""
    for field, value in ast.iter_fields(owner):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for number, node in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(node, ast.AST) and not _is_left(node, owner):
                yield Place(node, owner, field, number if isinstance(value, list) else None)
                yield from places(node)


def _is_left(node: ast.AST, owner: ast.AST) -> bool:
    match node:
        case ast.Raise() | ast.Import() | ast.ImportFrom() | ast.Assert():
            return True
        case ast.Expr(value=ast.Constant()):  # a docstring
            return True
        case ast.Constant():
            return isinstance(owner, ast.JoinedStr)
        case ast.JoinedStr():  # how a number is written
            return isinstance(owner, ast.FormattedValue)
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name.startswith("__")
        case ast.Subscript(value=ast.Name(id=name)):
            return name == "Literal"
    return False


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Return all mutants of a module in the order of its text."""
    lines, found = source.splitlines(), []
    for number, place in enumerate(places(ast.parse(source))):
        shown = _shown(place.node)
        for kind, other in enumerate(faulty(place.node)):
            line = place.node.lineno
            text = lines[line - 1].strip()
            found.append(Mutant(module, line, text, shown, _shown(other), number, kind))
    return found


def _shown(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(deepcopy(node))).split("\n")[0]


def equivalents() -> list[dict[str, str]]:
    """Return the mutants that no test can notice, each with the reason."""
    return tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", [])


def is_equivalent(mutant: Mutant, entry: dict[str, str]) -> bool:
    """Return whether an entry of the list is about this mutant."""
    return all(
        str(getattr(mutant, key)) == entry[key] for key in ("module", "text", "before", "after")
    )


def absent() -> list[str]:
    """Return what the table and the list name and is not there."""
    files = [SOURCE / module for module in JUDGES]
    files += [PROJECT / "tests" / test for tests in JUDGES.values() for test in tests]
    return [
        f"{path.relative_to(PROJECT)} is not there; JUDGES in tests/soak/mutants.py names its place"
        for path in files
        if not path.is_file()
    ]


class Faulty(SourceFileLoader):
    """Loads a module with the fault of a mutant."""

    def __init__(self, spec: ModuleSpec, tree: ast.Module) -> None:
        super().__init__(spec.name, str(spec.origin))
        self.tree = tree

    def get_code(self, fullname: str) -> CodeType:
        """Return the faulty code, never a compiled file."""
        return compile(self.tree, self.path, "exec")


class Finder(PathFinder):
    """Finds a mutant's module in the place of the sound one."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        name = "forecast/" + mutant.module.removesuffix(".py").removesuffix("/__init__")
        self.name = name.replace("/", ".")

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def, override]
        """Return the spec of the one module that has a fault."""
        if name != self.name:
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None
        return importlib.util.spec_from_loader(name, Faulty(spec, self.mutant.tree()))


class OwnCache:
    """Keeps what faulty code computes out of every other cache."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
        """Name the folder after the tests' own fixture has named another."""
        result = yield
        if fixturedef.argname == "_own_cache":
            os.environ["FORECAST_CACHE"] = self.folder
        return result


def run_tests(module: str, mutant: Mutant | None, log: str) -> int:
    """Run the tests of a module in this process, and return what pytest says."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with open(log, "wb") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    if mutant is not None:
        sys.meta_path.insert(0, Finder(mutant))
    tests = [f"tests/{test}" for test in JUDGES[module]]
    more = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not slow and not system"]
    with tempfile.TemporaryDirectory() as folder:
        return int(pytest.main([*tests, *more, f"--basetemp={folder}/t"], [OwnCache(folder)]))


@dataclass(slots=True)
class Run:
    """A process that runs the tests of a module, with a fault or without."""

    module: str
    mutant: Mutant | None
    log: str
    pid: int
    since: float


def outcomes(
    work: list[tuple[str, Mutant | None]], limits: dict[str, float], n_workers: int
) -> Iterator[tuple[Run, int | None, float]]:
    """Yield each run with its exit code, None where it took too long, and its seconds."""
    waiting: list[tuple[str, Mutant | None]] = list(reversed(work))
    running: list[Run] = []
    try:
        while waiting or running:
            while waiting and len(running) < n_workers:
                running.append(_started(*waiting.pop()))
            time.sleep(0.02)
            for run in list(running):
                pid, status = os.waitpid(run.pid, os.WNOHANG)
                seconds = time.monotonic() - run.since
                if pid or seconds > limits.get(run.module, 600.0):
                    running.remove(run)
                    if not pid:
                        _stop(run)
                    yield run, os.waitstatus_to_exitcode(status) if pid else None, seconds
                    Path(run.log).unlink()
    finally:
        for run in running:
            _stop(run)


def _stop(run: Run) -> None:
    os.killpg(run.pid, signal.SIGKILL)
    os.waitpid(run.pid, 0)


def _started(module: str, mutant: Mutant | None) -> Run:
    handle, log = tempfile.mkstemp(prefix="mutant-")
    os.close(handle)
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 3
        try:
            code = run_tests(module, mutant, log)
        finally:
            os._exit(code)
    return Run(module, mutant, log, pid, time.monotonic())


def chosen(module: str, size: int) -> tuple[list[Mutant], int, int]:
    """Return the mutants of a module to be tried, how many there are, how many are equivalent."""
    listed = [entry for entry in equivalents() if entry["module"] == module]
    found = mutants_of(module, (SOURCE / module).read_text(encoding="utf-8"))
    left = [m for m in found if not any(is_equivalent(m, entry) for entry in listed)]
    sample = random.Random(f"{SEED} {module}").sample(left, min(size, len(left)))
    return sorted(sample, key=lambda m: m.line), len(found), len(found) - len(left)


def main() -> int:
    """Try the mutants and print the score; return the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("modules", nargs="*", help="as report/lights.py, or its end")
    options.add_argument("--sample", type=int, default=SAMPLE, help="how many of each module")
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = options.parse_args()
    if faults := absent():
        print(*faults, sep="\n", file=sys.stderr)
        return 2
    modules = [m for m in JUDGES if not given.modules or any(map(m.endswith, given.modules))]
    if not modules:
        options.error(f"no such module; known: {', '.join(JUDGES)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    os.chdir(PROJECT)
    sys.path.insert(0, str(PROJECT / "src"))
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    for name in HEAVY:
        import_module(name)  # once, before the forks
    limits = {}
    for run, code, seconds in outcomes([(m, None) for m in modules], {}, given.workers):
        if code != 0:
            print(Path(run.log).read_text(encoding="utf-8", errors="replace")[-3000:])
            print(f"the tests of {run.module} fail without a fault, exit code {code}")
            return 2
        limits[run.module] = 30 + 5 * seconds
    plans = {module: chosen(module, given.sample) for module in modules}
    work = [(module, mutant) for module, (tried, _, _) in plans.items() for mutant in tried]
    print(f"{len(work)} of {sum(n for _, n, _ in plans.values())} mutants", flush=True)
    survivors: dict[str, list[Mutant]] = {module: [] for module in modules}
    for run, code, _ in outcomes(work, limits, given.workers):
        if code == 0 and run.mutant is not None:
            survivors[run.module].append(run.mutant)
            print(f"survived  {run.mutant}", flush=True)
    for module, (tried, n_all, n_equal) in plans.items():
        killed = len(tried) - len(survivors[module])
        print(f"{module:40} {killed:4} of {len(tried):3} killed ({n_all}, {n_equal} equivalent)")
    n_killed = len(work) - sum(map(len, survivors.values()))
    print(f"mutation score: {n_killed} of {len(work)} killed, {100 * n_killed / len(work):.1f} %")
    return 0 if n_killed >= LEAST_KILLED * len(work) else 1


if __name__ == "__main__":
    sys.exit(main())
