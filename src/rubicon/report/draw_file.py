"""One figure of a case as a file: SVG, or PNG and PDF set by typst at a stated width."""

from __future__ import annotations

import importlib
import importlib.util
import tempfile
from importlib import resources
from pathlib import Path

from rubicon.errors import MissingExtra, OptionError, OutputFailed
from rubicon.report.figures import Plates
from rubicon.report.svg import standalone

FORMATS = ("svg", "png", "pdf")
WIDTHS_MM, DPIS = (20.0, 1200.0), (36, 1200)


def figure_file(
    plates: Plates, figure_id: str, about: str, format_: str, *, width_mm: float, dpi: int
) -> bytes:
    """Bytes of a figure that is `width_mm` wide on paper; `dpi` counts for png alone.

    Raises OptionError naming what there is, UnknownItem for an unknown ship, port or picture, MissingExtra for png and
    pdf without the extra `pdf`.
    """
    if format_ not in FORMATS:
        raise OptionError(f"no such format; there are {', '.join(FORMATS)}", place=format_)
    if not (WIDTHS_MM[0] <= width_mm <= WIDTHS_MM[1] and DPIS[0] <= dpi <= DPIS[1]):
        raise OptionError(
            "width is 20 to 1200 mm, resolution 36 to 1200 dpi", place=f"{width_mm} mm, {dpi} dpi"
        )
    svg = standalone(plates.svg(figure_id, about))
    if format_ == "svg":
        return sized(svg, width_mm).encode()
    return set_figure(svg, format_, width_mm, dpi)


def sized(svg: str, width_mm: float) -> str:
    """The figure with its width on paper stated, and its height in proportion."""
    head, rest = svg.split("<style>", 1)
    width, height = (float(head.split(f' {name}="', 1)[1].split('"', 1)[0]) for name in ("width", "height"))
    high_mm = width_mm * height / width
    head = head.replace(f' width="{width:g}"', f' width="{width_mm:g}mm"', 1)
    head = (
        head.split(' height="', 1)[0]
        + f' height="{high_mm:.2f}mm"'
        + head.split(' height="', 1)[1].split('"', 1)[1]
    )
    return f"{head}<style>{rest}"


def set_figure(svg: str, format_: str, width_mm: float, dpi: int) -> bytes:
    """A figure on a page of its own size.

    Raises MissingExtra without the extra `pdf`, OutputFailed with typst's reason.
    """
    if importlib.util.find_spec("typst") is None:
        raise MissingExtra("png and pdf need: pip install 'rubicon-osint[pdf]'")
    typst = importlib.import_module("typst")
    page = (
        f"#set page(width: {width_mm}mm, height: auto, margin: 0pt)\n"
        '#image("figure.svg", width: 100%, alt: "Figure of the case")\n'
    )
    fonts_of = resources.files("rubicon.report") / "fonts"
    with tempfile.TemporaryDirectory() as name, resources.as_file(fonts_of) as fonts:
        (Path(name) / "page.typ").write_text(page, encoding="utf-8")
        (Path(name) / "figure.svg").write_text(svg, encoding="utf-8")
        try:
            made: bytes = typst.compile(
                str(Path(name) / "page.typ"), root=name, font_paths=[str(fonts)], ignore_system_fonts=True,
                format=format_, ppi=float(dpi),
            )  # fmt: skip
        except RuntimeError as error:
            raise OutputFailed(f"the figure cannot be set: {error}", place="page.typ") from error
    return made
