"""The settings of a running wangge, from the environment (``WANGGE_*``) or ``.env``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gis.accounts import Lifetimes
from gis.disclosure import Policy
from gis.errors import SettingsError
from gis.rules import OfficeRules
from maps.basemaps import Basemap, chosen_basemap
from maps.site.permission import Permission

SAMPLE_FOLDER = Path(__file__).resolve().parent.parent / "data"


class Settings(BaseSettings):
    """Everything that can be set; each is read from ``WANGGE_`` and its name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="WANGGE_", env_file=".env", extra="ignore", frozen=True
    )

    database_url: str = Field("sqlite:///var/wangge.db", min_length=1)
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    sample: Literal["auto", "never"] = "auto"
    sample_folder: Path = SAMPLE_FOLDER
    poll_s: float = Field(0.5, gt=0, le=60)
    leader_households: int = Field(0, ge=0, le=10_000_000)
    office_name: str = Field("", max_length=100)
    map_title: str = Field("", max_length=100)
    map_maker: str = Field("", max_length=100)
    map_approval_no: str = Field("", max_length=60)
    map_exemption_reason: str = Field("", max_length=500)
    map_exemption_by: str = Field("", max_length=100)
    hotline: str = Field("", max_length=40)
    public_url: str = Field("", max_length=300, pattern=r"^(https?://[^\s#]+)?$")
    basemap: str = "none"
    basemap_token: str = Field("", max_length=200)
    basemap_url: str = Field("", max_length=500)
    basemap_datum: str = ""
    basemap_attribution: str = Field("", max_length=200)
    basemap_max_zoom: int = 18
    publish_downloads: str = Field("", max_length=100)
    public_names: bool = True
    public_phones: bool = True
    public_businesses: bool = True
    public_organisations: bool = True
    rule_least_households: int = Field(300, ge=0, le=1_000_000)
    rule_least_buildings: int = Field(3, ge=1, le=1000)
    rule_most_buildings: int = Field(5, ge=1, le=1000)
    rule_least_shopfronts: int = Field(5, ge=1, le=1000)
    rule_most_shopfronts: int = Field(10, ge=1, le=1000)
    rule_load_factor: float = Field(2.0, gt=1, le=1000)
    session_idle_minutes: int = Field(120, ge=1, le=1440)
    session_hours: int = Field(12, ge=1, le=168)
    token_minutes: int = Field(15, ge=1, le=1440)
    one_time_hours: int = Field(72, ge=1, le=8760)
    trusted_proxies: str = Field("", max_length=1000)
    allowed_hosts: str = Field("", max_length=1000)
    metrics_from: str = Field("127.0.0.1,::1", max_length=1000)
    rate_lookup: str = Field("100000/minute", max_length=40)
    rate_write: str = Field("6000/minute", max_length=40)
    rate_sign_in: str = Field("60/minute", max_length=40)
    connections_per_address: int = Field(200, ge=1, le=100_000)
    rate_work: str = Field("20000/minute", max_length=40)
    log_requests: Literal["errors", "all"] = "errors"
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None

    @property
    def lifetimes(self) -> Lifetimes:
        """How long sessions and tokens last."""
        return Lifetimes(
            idle_s=self.session_idle_minutes * 60,
            session_s=self.session_hours * 3600,
            token_s=self.token_minutes * 60,
            one_time_s=self.one_time_hours * 3600,
        )

    @property
    def rules(self) -> OfficeRules:
        """The numbers of the office's rules; the seed's by default."""
        return OfficeRules(
            self.rule_least_households,
            (self.rule_least_buildings, self.rule_most_buildings),
            (self.rule_least_shopfronts, self.rule_most_shopfronts),
            self.rule_load_factor,
            self.leader_households or None,
        )

    def chosen_basemap(self) -> Basemap | None:
        """Return the tiles that lie under the grids; None for none.

        Raises
        ------
        SettingsError
            Naming what is missing: a token, a URL, a datum.
        """
        return chosen_basemap(
            self.basemap,
            token=self.basemap_token,
            url=self.basemap_url,
            datum=self.basemap_datum,
            attribution=self.basemap_attribution,
            max_zoom=self.basemap_max_zoom,
        )

    @property
    def permission(self) -> Permission:
        """What the office has on record for publishing: the approval number or an exemption."""
        return Permission(
            self.map_approval_no.strip(),
            self.map_exemption_reason.strip(),
            self.map_exemption_by.strip(),
        )

    @property
    def policy(self) -> Policy:
        """What the office lets the public see."""
        return Policy(
            names=self.public_names,
            phones=self.public_phones,
            businesses=self.public_businesses,
            organisations=self.public_organisations,
        )


def read_settings(**given: object) -> Settings:
    """Return the settings; those given win over the environment.

    Raises
    ------
    SettingsError
        Naming the first variable that is not acceptable.
    """
    try:
        settings = Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
        settings.chosen_basemap()
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        name = f"WANGGE_{'_'.join(map(str, first['loc'])).upper()}"
        raise SettingsError(
            f"{name}: {first['msg']}", f"{name}：设置无效（{first['msg']}）"
        ) from None
    return settings
