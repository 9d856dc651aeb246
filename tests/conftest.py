"""Fixtures every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The shared data folder: `$MOHS_SHARED_DATA`, else `../shared/data`; skipped where absent."""
    folder = Path(os.environ.get("MOHS_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"shared data folder not found at {folder} (set MOHS_SHARED_DATA)")
    return folder
