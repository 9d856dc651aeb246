"""Known troubles: what a person is told, in one message without a traceback."""

from __future__ import annotations

import duckdb

from pipelines.dated import ReferenceFileError
from pipelines.dismissals import NothingToDismiss
from pipelines.exporting import UnusableExport
from pipelines.identity import UnusableKey
from pipelines.landing import Unbalanced, UnusableFile
from pipelines.peer_fees import UnpricedYear
from pipelines.peers import UnusablePeers
from pipelines.pricing import PriceFileError
from pipelines.questions import UnusableQuestion
from pipelines.readers import UnreadableFile
from pipelines.readers.mapping import MappingError
from pipelines.rules import UnknownRule
from pipelines.sampling import UnusableSample
from pipelines.server import UnusableServer
from pipelines.sheets import UnusableSheet
from pipelines.templates import UnusableTemplate
from pipelines.warehouse import UnusableWarehouse
from reports.page import UnusablePage
from reports.printing import NoChromium

KNOWN = (
    NoChromium,
    NothingToDismiss,
    MappingError,
    ReferenceFileError,
    Unbalanced,
    UnknownRule,
    UnreadableFile,
    UnusableFile,
    UnusableQuestion,
    PriceFileError,
    UnusableExport,
    UnusableKey,
    UnusablePage,
    UnpricedYear,
    UnusablePeers,
    UnusableSample,
    UnusableServer,
    UnusableSheet,
    UnusableTemplate,
    UnusableWarehouse,
)


def message(error: BaseException) -> str | None:
    """What to print for an error we know; None for a defect of ours."""
    if isinstance(error, KNOWN):
        return str(error)
    if isinstance(error, duckdb.OperationalError | duckdb.FatalException | OSError):
        return (
            f"{_first_line(error)}; check free disk space and permissions, then run the same command again: "
            "what was finished is kept"
        )
    return None


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
