"""Tries everything that fits the description of the API, as each role: no fault of ours, ever.

``python scripts/fuzz_api.py [--examples N]`` (``make faults``) uses a copy of the sample that is
thrown away. Exit code 1 when an answer was a 5xx or a 422, or was not as it is described: another
status, another media type, JSON of another form.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from starlette.testclient import TestClient

from api import create_app
from gis.accounts import AccountRole
from tests import described
from tests.api.callers import as_caller
from tests.api.conftest import settings_for
from tests.api.test_schema_fuzz import fuzz


def main() -> int:
    """Try every operation as each role; print what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=30, help="for each operation and role")
    examples = parser.parse_args().examples
    faults = 0
    described.watch()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(Path(folder) / "wangge.db"))
        with TestClient(app):
            planner = TestClient(as_caller(app, AccountRole.PLANNER))
            for role in AccountRole:
                plan = planner.post("/plans", json={"title": f"模糊测试示例 {role}"}).json()["id"]
                tried, wrong = fuzz(app, role, examples, frozenset(), plan=plan)
                wrong += described.wrong()
                print(f"{role}: {tried} requests, {len(wrong)} faults", flush=True)
                print("\n".join(f"  {line}" for line in wrong[:20]), end="\n" if wrong else "")
                faults += len(wrong)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
