"""Prefect's server: the one `PREFECT_API_URL` names, else one of our own on this machine.

Our own listens on the loopback address only, keeps its records in a private folder and ends with
the process that started it, however that ends. It starts while Prefect is imported, which takes as
long.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

OFFLINE = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
DEFAULTS = {
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_LOGGING_LEVEL": "INFO",
    # failures reach the terminal as one message of ours; Prefect keeps its own in the run's log
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
PORT = 4200
STARTUP_SECONDS = 180.0


class UnusableServer(RuntimeError):
    """Prefect's server cannot be used; the message says why and what to do."""


def set_environment() -> None:
    """What Prefect reads when it is imported: no reporting, no proxy on the way to ourselves."""
    os.environ.update(OFFLINE)
    for name, text in DEFAULTS.items():
        os.environ.setdefault(name, text)
    for name in ("NO_PROXY", "no_proxy"):
        there = [host for host in os.environ.get(name, "").split(",") if host]
        if "127.0.0.1" not in there:
            os.environ[name] = ",".join([*there, "127.0.0.1", "localhost"])


def home(warehouse: Path) -> Path:
    """Prefect's folder: `PREFECT_HOME`, else our own under ~/.prefect, else beside the warehouse.

    Our own, because another Prefect's profile might send runs elsewhere and its database not fit.
    Created private (0700). Raises UnusableServer where nothing can be written.
    """
    given = os.environ.get("PREFECT_HOME")
    beside = warehouse.absolute().with_name(f"{warehouse.name}.prefect")
    folders = [Path(given).expanduser()] if given else [Path("~/.prefect/mohs"), beside]
    for folder in folders:
        with suppress(OSError, RuntimeError):
            path = folder.expanduser().absolute()
            if not path.is_dir():
                path.mkdir(parents=True, mode=0o700)
            elif not given:
                path.chmod(0o700)
            if os.access(path, os.W_OK | os.X_OK):
                return path
    raise UnusableServer(
        f"{folders[0]}: Prefect cannot write there; set PREFECT_HOME to a folder where it can"
    )


@contextmanager
def running(warehouse: Path, *, is_standing: bool = False) -> Iterator[Callable[[], str]]:
    """A server while the block runs; call what is yielded to wait until it answers and get its URL.

    A standing one has the user interface and the scheduler, and runs at `PREFECT_SERVER_API_PORT`,
    else at 4200 or where a port is free. `PREFECT_API_URL` is set inside the block. Raises
    UnusableServer.
    """
    before = dict(os.environ)
    set_environment()
    try:
        given = os.environ.get("PREFECT_API_URL")
        if given:
            yield lambda: _attached(given)
            return
        folder = home(warehouse)
        os.environ["PREFECT_HOME"] = str(folder)
        address = folder / "server.url"
        if is_standing:
            with _only_one(folder, address), _own(folder, is_standing=True) as ready:
                address.write_text(os.environ["PREFECT_API_URL"])
                yield ready
        elif standing := _standing(address):
            os.environ["PREFECT_API_URL"] = standing
            yield lambda: standing
        else:
            with _own(folder, is_standing=False) as ready:
                yield ready
    finally:
        os.environ.clear()
        os.environ.update(before)


def _attached(url: str) -> str:
    if not _answers(url):
        raise UnusableServer(
            f"{url}: no Prefect server answers there; start it, or unset PREFECT_API_URL"
        )
    return url


def _standing(address: Path) -> str | None:
    """The server of a `mohs serve` of the same user: two on one database disturb each other."""
    with suppress(OSError):
        url = address.read_text().strip()
        return url if _answers(url) else None
    return None


@contextmanager
def _only_one(folder: Path, address: Path) -> Iterator[None]:
    lock = FileLock(folder / "serve.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        where = f" ({address.read_text().strip()})" if address.exists() else ""
        raise UnusableServer(
            f"{folder}: another `mohs serve` keeps its schedule there{where}; stop it first, or "
            "set PREFECT_HOME to another folder"
        ) from None
    try:
        yield
    finally:
        address.unlink(missing_ok=True)
        lock.release()


@contextmanager
def _own(folder: Path, *, is_standing: bool) -> Iterator[Callable[[], str]]:
    wanted = os.environ.get("PREFECT_SERVER_API_PORT") if is_standing else "0"
    log = folder / "server.log"
    environment = {**os.environ, "PREFECT__SERVER_FINAL": "1"}
    for name in ("SERVER_LOGGING_LEVEL", "LOGGING_LEVEL", "LOGGING_HANDLERS_CONSOLE_LEVEL"):
        environment[f"PREFECT_{name}"] = "ERROR"
    if is_standing:
        interface = folder / "ui"
        interface.mkdir(mode=0o700, exist_ok=True)
        # it would unpack its pages among the installed packages
        environment.setdefault("PREFECT_UI_STATIC_DIRECTORY", str(interface))
    else:
        environment["PREFECT__SERVER_EPHEMERAL"] = "1"
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter, no shell)
            [sys.executable, "-m", "pipelines.server", *([wanted] if wanted else [str(PORT), "0"])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            # an interrupt from the keyboard is ours to handle, and the server hears how it ended
            start_new_session=True,
        )
    try:
        assert process.stdin is not None  # noqa: S101  (for the type checker)
        assert process.stdout is not None  # noqa: S101
        port = process.stdout.readline().decode().strip()
        if not port.isdigit():
            raise UnusableServer(
                f"port {wanted} is taken; set PREFECT_SERVER_API_PORT to a free one"
                if wanted and wanted != "0"
                else f"Prefect's server did not start; {log} says why"
            )
        url = f"http://127.0.0.1:{port}/api"
        os.environ["PREFECT_API_URL"] = url

        def ready() -> str:
            _wait(url, process, log)
            return url

        yield ready
    finally:
        _stop(process)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise UnusableServer(f"Prefect's server did not start; {log} says why")
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5):  # noqa: S310  (the user's URL or ours)
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False


def _serve(ports: list[int]) -> None:
    """Run the server at the first port that is free; say which on standard output."""
    import socket

    import uvicorn

    listener = None
    for port in ports:
        with suppress(OSError):
            listener = socket.create_server(("127.0.0.1", port))
            break
    if listener is None:
        sys.exit("no free port")
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    os.environ["PREFECT_UI_API_URL"] = os.environ["PREFECT_SERVER_UI_API_URL"] = f"{origin}/api"
    # by default a page of any web site that the browser visits may call the server
    os.environ["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = origin
    os.umask(0o077)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server = uvicorn.Server(
        uvicorn.Config("prefect.server.api.server:create_app", factory=True, log_level="error")
    )
    threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


def _end_with_parent(server: object) -> None:
    """The parent never writes to our standard input: it ends when the parent does."""
    sys.stdin.buffer.read()
    server.should_exit = True  # type: ignore[attr-defined]
    # a stop asked for while starting is not heard
    time.sleep(10)
    os._exit(1)


if __name__ == "__main__":
    _serve([int(port) for port in sys.argv[1:]])
