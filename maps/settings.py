"""What an office has printed on its map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from gis.atlas import Atlas
from maps.basemaps import Basemap

Language = Literal["zh-CN", "en"]


@dataclass(frozen=True, slots=True)
class MapSettings:
    """What stands on a map beside the grids; every text is shown as it is.

    Parameters
    ----------
    title
        The heading; "" takes the division's title, else the subdistrict's name.
    maker
        Who made the map (制图).
    approval_no
        The map approval number (审图号), where there is one. None is ever made up.
    data_date
        The day the data are of; "" takes the division's, else the atlas's day.
    note
        The disclaimer; "" takes 示意图，不作为权属和划界依据 in the reader's language.
    language
        The language the page opens in; the reader can switch. Posters are printed in it.
    public_url
        Where the public page can be opened (``https://…``): notice boards carry a QR code to it.
    hotline
        The service hotline (服务热线) that notice boards print.
    basemap
        Tiles under the grids of the page; None asks nothing outside.
    """

    title: str = ""
    maker: str = ""
    approval_no: str = ""
    data_date: str = ""
    note: str = ""
    language: Language = "zh-CN"
    public_url: str = ""
    hotline: str = ""
    basemap: Basemap | None = None

    def filled_from(self, atlas: Atlas) -> MapSettings:
        """Return itself with title and data date taken from an atlas where they are empty."""
        return replace(
            self,
            title=self.title or atlas.division.title or f"{atlas.name}网格地图",
            data_date=self.data_date or atlas.division.data_date or atlas.as_of.isoformat(),
        )
