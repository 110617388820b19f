"""The page around the map: one HTML file that asks nothing outside and runs only its own scripts.

Two laws hold here (docs/adr, EVIDENCE "folium and branca"):

*No text is ever templated or injected.* branca parses rendered text as a Jinja template a second
time, and folium writes texts into JavaScript. So what people typed travels as JSON in a block
that no parser but ``JSON.parse`` reads, and reaches the screen by ``textContent`` only.

*The page asks nothing outside.* Leaflet comes from the XStatic-Leaflet wheel, inlined, and the
page's Content-Security-Policy lets nothing load and only these very scripts and styles run.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib import metadata
from typing import Any

from branca.element import Element, Figure, MacroElement

from maps.bundle import as_block, bundle, static_text, words

_STYLES = ("page.css", "panel.css", "controls.css", "print.css")
_LANGUAGES = {"zh-CN": "zh-CN", "en": "en"}


class RawText(Element):
    """Text that comes out as it went in: an ordinary Element would run it as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_: Any) -> str:
        """Return the text, untouched."""
        return self.text


class RawRender(MacroElement):
    """Stands before MacroElement in the method order, so that rendered text stays text.

    ``macros`` are the parts of folium's template that are used.
    """

    macros: tuple[str, ...] = ("html", "script")

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Put the rendered macros into the figure."""
        figure = self.get_root()
        for part in self.macros:
            macro = getattr(self._template.module, part, None)
            if macro is not None:
                getattr(figure, part).add_child(RawText(macro(self, kwargs)), name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)


class MapPage(Figure):
    """The figure that holds the map and writes the file.

    Parameters
    ----------
    title
        The document's title.
    language
        ``zh-CN`` or ``en``.
    block
        Everything the scripts read, as plain JSON values.
    origins
        Schemes and hosts of the basemap's tiles: pictures may come from there.
    """

    def __init__(
        self, title: str, language: str, block: dict[str, Any], origins: Sequence[str] = ()
    ) -> None:
        super().__init__(height="640px", title=title)
        self.language = _LANGUAGES.get(language, "zh-CN")
        self.block = block
        self.origins = tuple(origins)

    def render(self, **kwargs: Any) -> str:
        """Return the whole page; the same map gives the same text."""
        self._number()
        for part in (self.html, self.script):
            part._children.clear()
        for child in self._children.values():
            child.render(**kwargs)
        return self._document(self.html.render(), self.script.render())

    def _number(self) -> None:
        """Give elements the numbers of their order in place of branca's random identities."""
        elements = list(_walk(self))
        used = sum(len(e._id) < 32 for e in elements)
        for number, element in enumerate(e for e in elements if len(e._id) == 32):
            element._id = str(used + number)

    def _document(self, body: str, drawing: str) -> str:
        styles = [leaflet("leaflet.css"), *(static_text(name) for name in _STYLES)]
        scripts = [leaflet("leaflet.js"), f"{_program()}{drawing.strip()}\n"]
        policy = _policy(scripts, styles, self.origins)
        return "\n".join(
            [
                "<!DOCTYPE html>",
                f'<html lang="{self.language}">',
                "<head>",
                '<meta charset="utf-8">',
                f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                '<meta name="referrer" content="no-referrer">',
                f"<title>{html.escape(_writable(self.title or ''))}</title>",
                *(f"<style>{text}</style>" for text in styles),
                "</head>",
                "<body>",
                body.strip(),
                f"<noscript>{_NOSCRIPT}</noscript>",
                _json_block("wangge-data", self.block),
                _json_block("wangge-words", words()),
                *(f"<script>{text}</script>" for text in scripts),
                "</body>",
                "</html>",
                "",
            ]
        )


def _json_block(identity: str, value: Any) -> str:
    return f'<script type="application/json" id="{identity}">{as_block(value)}</script>'


_NOSCRIPT = "本页需要启用 JavaScript 才能显示地图。 This map needs JavaScript."


def _walk(element: Any) -> Any:
    yield element
    for child in element._children.values():
        yield from _walk(child)


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


# --- Leaflet and our own program -----------------------------------------------------------------


@cache
def leaflet(name: str) -> str:
    """Return a file of Leaflet from the XStatic-Leaflet wheel, without references to others."""
    files = metadata.files("XStatic-Leaflet") or []
    found = next(f for f in files if f.parts[-3:] == ("leaflet", "data", name))
    text = found.read_text("utf-8").replace("\r\n", "\n")
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"url\((?:images/[^)]*|#default#VML)\)", "none", text)


@cache
def _program() -> str:
    return bundle("main.js", "wangge")


# --- the policy ----------------------------------------------------------------------------------


def _policy(scripts: list[str], styles: list[str], origins: Sequence[str]) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(scripts)}",
            f"style-src {_hashes(styles)}",
            " ".join(("img-src data:", *origins)),
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hashes(texts: list[str]) -> str:
    digests = (b64encode(sha256(t.encode()).digest()).decode() for t in texts)
    return " ".join(f"'sha256-{d}'" for d in digests)


def content_security_policy(page: bytes) -> str:
    """Return the policy a page carries, for the HTTP header of the same name.

    The header may say what a page cannot say of itself: who may show it in a frame.
    """
    found = re.search(rb'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', page)
    if found is None:
        raise ValueError("this page carries no Content-Security-Policy")
    return f"{found[1].decode()}; frame-ancestors 'self'"
