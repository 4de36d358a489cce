"""Where the deals of a portfolio are replayed: threads of this process, processes of this machine, or a Dask cluster.

All three run the same function over the same values and are mappers as :class:`replay.portfolio.lines.Mapper`
describes; the choice is a parameter. Processes and clusters need ``pip install 'indenture[cluster]'``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ledger import LedgerError, __version__
from replay.portfolio.lines import Mapper

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
R = TypeVar("R")

THREADS = "threads"
PROCESSES = "processes"
CONNECTING = 15
"""Seconds that a scheduler has to answer, and then to have a worker."""

SCHEMES = ("tcp", "tls", "ucx", "ucxx", "ws", "wss", "inproc")
"""How the address of a scheduler may begin."""


class ClusterFault(LedgerError):
    """A cluster cannot be reached, started or used."""


def available_cores() -> int:
    """Return how many processors this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ThreadMapper:
    """Runs a function in threads of this process."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def __call__(self, function: Callable[[T], R], items: Sequence[T], /) -> Iterator[tuple[int, R | Exception]]:
        """Yield results as they are finished."""
        with ThreadPoolExecutor(self._workers, thread_name_prefix="replay") as pool:
            futures = {pool.submit(function, item): position for position, item in enumerate(items)}
            try:
                for future in as_completed(futures):
                    fault = future.exception()
                    if fault is not None and not isinstance(fault, Exception):
                        raise fault
                    yield futures[future], future.result() if fault is None else fault
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


class ClusterMapper:
    """Runs a function on the workers of a Dask cluster.

    What a lost worker was at, or held, is done again by another; an item that was being worked on when four workers
    in a row were lost is given up, and what is yielded for it says so.
    """

    def __init__(self, client: Client) -> None:
        self._client: Any = client

    def __call__(self, function: Callable[[T], R], items: Sequence[T], /) -> Iterator[tuple[int, R | Exception]]:
        """Yield results as they arrive."""
        if not items:
            return
        distributed = _distributed()
        # Not pure: the same call may be answered otherwise when the ledger has grown.
        futures = self._client.map(function, list(items), pure=False)
        positions = {future.key: position for position, future in enumerate(futures)}
        try:
            finished = distributed.as_completed(futures, loop=self._client.loop, with_results=True, raise_errors=False)
            for future, result in finished:
                yield positions[future.key], _told(result[1] if future.status == "error" else result)
        finally:
            self._client.cancel(futures)


def _told(result: Any) -> Any:
    """Say of what Dask raises itself what it means here."""
    if type(result).__name__ == "KilledWorker":
        return ClusterFault("the workers that took it up were lost, one after the other; is their memory enough?")
    return result


@contextmanager
def connected(cluster: str = THREADS, *, workers: int | None = None) -> Iterator[Mapper]:
    """Open the mapper that ``cluster`` names and close what was started for it.

    ``threads`` and ``processes`` take ``workers`` (None: one for each processor; never more than are of use). Anything
    else is the address of a Dask scheduler, such as ``tcp://host:8786``, whose workers have this release installed and
    reach the ledgers at the same addresses. Raises :class:`ClusterFault`.
    """
    if cluster == THREADS:
        yield ThreadMapper(workers or available_cores())
        return
    if cluster == PROCESSES:
        with _local(workers or available_cores()) as mapper:
            yield mapper
        return
    if "://" not in cluster:
        raise ClusterFault(f"{cluster!r} is no cluster: give threads, processes, or an address such as tcp://host:8786")
    scheme, _, rest = cluster.partition("://")
    if scheme not in SCHEMES or not rest:
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise ClusterFault(f"{cluster!r} is no address of a scheduler: it begins with {known}, as in tcp://host:8786")
    distributed = _distributed()
    try:
        client = distributed.Client(cluster, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as fault:
        told = str(fault) or f"it did not answer in {CONNECTING} seconds"
        raise ClusterFault(f"there is no scheduler at {cluster}: {told}") from fault
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECTING)
        except TimeoutError as fault:
            raise ClusterFault(f"the scheduler at {cluster} has no worker") from fault
        _compare_releases(client, cluster)
        yield ClusterMapper(client)


def release() -> str:
    """Return the release of this process."""
    return __version__


def _compare_releases(client: Any, cluster: str) -> None:
    """Refuse a cluster that runs another release: its figures could differ and nothing would say so."""
    told = f"; install indenture {__version__} for the scheduler at {cluster} and every worker"
    try:
        held = {client.run_on_scheduler(release), *client.run(release).values()}
    except Exception as fault:
        raise ClusterFault(f"the cluster cannot load this program ({fault}){told}") from fault
    if held != {__version__}:
        raise ClusterFault(f"the cluster runs {', '.join(sorted(held))}{told}")


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as missing:
        raise ClusterFault(f"clusters need {missing.name}: pip install 'indenture[cluster]'") from missing
    return distributed


@contextmanager
def _local(workers: int) -> Iterator[ClusterMapper]:
    """Start worker processes that listen on loopback alone."""
    distributed = _distributed()
    # Polars makes threads of its own in every process: together no more than there are processors.
    threads = str(max(1, available_cores() // workers))
    with (
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            silence_logs="CRITICAL",
            env={"POLARS_MAX_THREADS": threads},
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield ClusterMapper(client)


__all__ = ["PROCESSES", "THREADS", "ClusterFault", "ClusterMapper", "ThreadMapper", "available_cores", "connected"]
