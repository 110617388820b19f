"""wangge init: an office's own store, empty of sample data."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from api.commands.common import open_stored, operator, say
from gis.errors import InvalidInput


def init(
    name: Annotated[str, typer.Option(help="The subdistrict, such as 南京市鼓楼区宝塔桥街道")],
    code: Annotated[str, typer.Option(help="Its 9-digit division code, such as 320106012")],
) -> None:
    """Begin an office's own store: it holds no sample, and never takes one.

    It goes where WANGGE_DATABASE_URL says (var/wangge.db).
    """
    from gis.store import Identity

    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise InvalidInput(
            "name", "--name: must be the name of the subdistrict", "--name：应为街道名称"
        )
    if not re.fullmatch(r"\d{9}", code, re.ASCII):
        raise InvalidInput(
            "code",
            f"--code {code[:20]!r}: must be the 9 digits of the subdistrict",
            f"--code {code[:20]!r}：应为街道的 9 位区划代码",
            ("9 digits",),
        )
    store = open_stored()
    try:
        store.begin(Identity(name.strip(), code, synthetic=False), author=operator())
        where = store.path or "the database"
    finally:
        store.close()
    say(
        f"began the store of {name.strip()} ({code}) in {where}",
        f"已建立{name.strip()}（{code}）的数据库：{where}",
    )
    say(
        "next: wangge load BOUNDARIES, then people and places; or wangge serve and /desk/data",
        "下一步：wangge load 载入边界，再载入人员和地点；或运行 wangge serve，打开 /desk/data",
    )
