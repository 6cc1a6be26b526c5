"""A Dask cluster of real processes on loopback: the same results, and faults that are survived."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from forecast.archive.archive import Archive
from forecast.backtest.replay import Plan, replay
from forecast.base.errors import WorkersLost
from forecast.base.parallel import SCHEDULER, WORKERS, executor, spread, use
from forecast.cli import main

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("short_past")]
PLAN = Plan(years=range(2016, 2018), months=(3, 6, 9), models=("pace", "drift", "borrowed"))
ASKED = ("--years", "2016:2017", "--months", "3:9", "--models", "pace,borrowed")
N_WORKERS, PATIENCE = 2, 30.0


class Cluster:
    """A scheduler and its workers, each a process, on a port of loopback."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, n_workers: int = N_WORKERS, n_threads: int = 1) -> None:
        at = ("--host", "127.0.0.1", "--no-dashboard")
        self._run("dask_scheduler", *at, "--port", str(self.port), "--no-show")
        for _ in range(n_workers):
            threads = ("--nthreads", str(n_threads))
            self._run("dask_worker", self.address, *at, *threads, "--no-nanny")
        self._wait(n_workers)

    def _run(self, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.processes.append(subprocess.Popen(command, **quiet))

    def _wait(self, n_workers: int) -> None:
        from distributed import Client

        with Client(self.address, timeout=PATIENCE, set_as_default=False) as client:
            if n_workers:
                client.wait_for_workers(n_workers, timeout=PATIENCE)

    def kill(self, number: int) -> None:
        """Kill the scheduler, number 0, or a worker, from 1 on."""
        self.processes[number].send_signal(signal.SIGKILL)
        self.processes[number].wait()

    def stop(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()
        self.processes.clear()


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    for name in (WORKERS, SCHEDULER):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    one = Cluster()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def alone(archive: Archive) -> pd.DataFrame:
    return replay(archive, archive.areas, PLAN).drop(columns="seconds")


def same_bytes(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return one.drop(columns="seconds", errors="ignore").to_csv() == other.to_csv()


def test_a_cluster_gives_the_same_bytes_though_a_worker_dies(
    cluster: Cluster, archive: Archive, alone: pd.DataFrame
):
    cluster.start()
    use(None, cluster.address)
    assert same_bytes(replay(archive, archive.areas, PLAN), alone)
    heard = []

    def kill(done: int, total: int) -> None:
        heard.append(done)
        if done == 1:
            cluster.kill(1)

    found = replay(archive, archive.areas, PLAN, on_progress=kill)
    assert cluster.processes[1].returncode == -signal.SIGKILL
    assert len(heard) > 3
    assert same_bytes(found, alone)


def backtest(folder: Path, out: Path, *more: str) -> Result:
    asked = ("--data", str(folder), "--area", "nation", "--out", str(out), *ASKED, *more)
    return CliRunner().invoke(main, ["backtest", *asked])


def test_a_scheduler_that_dies_is_a_clear_error_and_a_run_after_it_completes(
    cluster: Cluster, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out, local = tmp_path / "calls.parquet", tmp_path / "local.parquet"
    cluster.start()
    with monkeypatch.context() as patched:
        module = sys.modules["forecast.cli.record"]  # its name in the package is the command
        patched.setattr(module, "progress_bar", lambda *_, **__: lambda *_: cluster.kill(0))
        failed = backtest(data_folder, out, "--scheduler", cluster.address)
    assert failed.exit_code == 1
    lost = f"forecast: the scheduler at {cluster.address} was lost; nothing was published; run"
    assert lost in failed.output
    assert list(tmp_path.iterdir()) == []
    cluster.stop()
    cluster.start()
    assert backtest(data_folder, out, "--scheduler", cluster.address).exit_code == 0
    assert backtest(data_folder, local, "--workers", "1").exit_code == 0
    plain = pd.read_parquet(local).drop(columns="seconds")
    assert same_bytes(pd.read_parquet(out), plain)


def report(folder: Path, out: Path, *more: str) -> Result:
    asked = ("--data", str(folder), "--area", "district", "--as-of", "2018-03-31")
    return CliRunner().invoke(main, ["report", *asked, "--out", str(out), "--paths", "100", *more])


def files_of(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.is_file()]


def test_a_report_whose_scheduler_is_not_there_writes_nothing(
    cluster: Cluster, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("forecast.base.parallel._SECONDS_TO_CONNECT", 1)
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "cache"))
    failed = report(data_folder, tmp_path / "out", "--scheduler", cluster.address)
    assert failed.exit_code == 1
    assert f"forecast: no scheduler at {cluster.address}: " in failed.output
    assert files_of(tmp_path / "out") == []


def test_a_report_whose_scheduler_dies_writes_nothing_and_the_next_run_is_the_local_one(
    cluster: Cluster, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out, local = tmp_path / "out", tmp_path / "local"
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "cache"))
    cluster.start()
    with monkeypatch.context() as patched:
        patched.setattr(
            "forecast.publishing.production.progress_bar",
            lambda *_, **__: lambda *_: cluster.kill(0),
        )
        failed = report(data_folder, out, "--scheduler", cluster.address)
    assert failed.exit_code == 1
    assert f"forecast: the scheduler at {cluster.address} was lost" in failed.output
    assert files_of(out) == []
    cluster.stop()
    cluster.start()
    assert report(data_folder, out, "--scheduler", cluster.address).exit_code == 0
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "other"))
    monkeypatch.delenv(SCHEDULER)
    assert report(data_folder, local, "--workers", "1").exit_code == 0
    day = Path("district", "2018", "2018-03-31", "result.json")
    assert (out / day).read_bytes() == (local / day).read_bytes()


def test_a_cluster_without_workers_or_with_threads_is_refused(cluster: Cluster):
    cluster.start(n_workers=0)
    use(None, cluster.address)
    with pytest.raises(WorkersLost, match="no worker at the scheduler"), executor(1, 2):
        pass
    cluster.stop()
    cluster.start(n_workers=1, n_threads=2)
    message = r"cannot be used\nworker tcp://127\.0\.0\.1:\d+: 2 threads; allowed: 1"
    with pytest.raises(WorkersLost, match=message), executor(1, 2):
        pass


def test_items_may_be_made_one_by_one_and_a_fault_in_the_work_is_raised_here(cluster: Cluster):
    cluster.start(n_workers=1)
    use(None, cluster.address)
    with executor(1, 3) as pool:
        assert list(spread(pool, abs, (-n for n in range(3)))) == [0, 1, 2]
    with pytest.raises(FileNotFoundError, match="no such place"), executor(1, 2) as pool:
        list(spread(pool, os.listdir, ["/", "/no such place"]))
