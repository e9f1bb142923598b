"""Plots as SVG that stands in a page: in the colours of its scheme, and without inline styles.

matplotlib writes its SVG with ``style`` attributes, which the pages' Content-Security-Policy
forbids. Here each declaration becomes an attribute of its own, each colour the stylesheet's
custom property of that name, and what is not known to be needed is left out.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from defiller.training.report.palette import VARIABLES, style
from defiller.training.report.plotting import Plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from defiller.training.report.findings import Findings

_ELEMENTS = frozenset({"svg", "g", "path", "text", "defs", "clipPath", "rect", "use"})
_ATTRIBUTES = frozenset(
    {"d", "x", "y", "width", "height", "transform", "clip-path", "id", "href", "viewBox"}
)
_DECLARATIONS = frozenset(
    {
        *("fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity"),
        *("stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin"),
        *("opacity", "text-anchor", "font-size", "font-weight"),
    }
)
_FONT = re.compile(r"(?:(?P<weight>bold|\d{3}) )?(?P<size>[\d.]+px)")
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_REFERENCE = re.compile(r"#([^)]+)")


def drawn(plot: Plot, found: Findings) -> tuple[str, str]:
    """A plot as an SVG element, and a sentence on what can be seen, which is its name too."""
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(plot.width, plot.height), layout="constrained")
        told = plot.draw(figure, found)
        return svg_of(figure, plot.name, f"{plot.title}. {told}"), told


def svg_of(figure: Figure, name: str, told: str) -> str:
    """A figure as an SVG element.

    Parameters
    ----------
    figure : Figure
        Drawn in the colours of the palette only.
    name : str
        What its ids begin with: those of several plots of one page must differ.
    told : str
        What it says to those who cannot see it.
    """
    stream = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(stream, format="svg", transparent=True, metadata=nothing)
    root = ElementTree.fromstring(stream.getvalue())  # noqa: S314 - matplotlib wrote it
    box = root.get("viewBox")
    assert box is not None  # matplotlib writes one
    svg = _cleaned(root, name, _referred(root))
    assert svg is not None  # its name is among the known ones
    svg.attrib.clear()
    svg.attrib.update({"viewBox": box, "role": "img", "aria-label": told, "class": "drawing"})
    return ElementTree.tostring(svg, encoding="unicode")


def _referred(root: ElementTree.Element) -> set[str]:
    """The ids that something refers to."""
    values = (value for element in root.iter() for value in element.attrib.values())
    return {found[1] for value in values for found in _REFERENCE.finditer(value)}


def _cleaned(
    element: ElementTree.Element, name: str, referred: set[str]
) -> ElementTree.Element | None:
    tag = _bare(element.tag)
    if tag not in _ELEMENTS:
        return None
    clean = ElementTree.Element(tag)
    for key, value in _attributes(element).items():
        if key == "id" and value not in referred:
            continue
        if key == "id":
            clean.set(key, f"{name}-{value}")
        elif key in ("href", "clip-path"):
            clean.set(key, value.replace("#", f"#{name}-"))
        else:
            clean.set(key, _COLOUR.sub(_variable, value) if key in ("fill", "stroke") else value)
    clean.text = element.text if tag == "text" else None
    for child in element:
        inside = _cleaned(child, name, referred)
        if inside is not None:
            clean.append(inside)
    return clean


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    """Attributes and the declarations of ``style``, those that are known."""
    plain = {_bare(key): value for key, value in element.attrib.items()}
    found = {key: value for key, value in plain.items() if key in _ATTRIBUTES | _DECLARATIONS}
    for declaration in plain.get("style", "").split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font":
            font = _FONT.match(value)
            assert font is not None  # matplotlib gives a size
            found["font-size"] = font["size"]
            if font["weight"]:
                found["font-weight"] = font["weight"]
        elif key in _DECLARATIONS:
            found[key] = value
    return found


def _bare(name: str) -> str:
    """A name without its namespace: inside a page the parser knows it."""
    return name.rpartition("}")[2]


def _variable(colour: re.Match[str]) -> str:
    return f"var({VARIABLES[colour[0]]})"
