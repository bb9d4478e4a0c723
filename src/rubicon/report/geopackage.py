"""Layers as a GeoPackage with styles: one file that QGIS opens with symbols, and with times for its temporal controller.

Styles lie in the table `layer_styles`, as QGIS writes it: the default style of a layer is loaded with it. A style holds
constants alone and no text of the case, so that nothing from an input is read as an expression or as markup. Times are
date-time fields in UTC. Fixed dates stand in for the clock.
"""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from rubicon.report.layers import TIMES, Feature
from rubicon.report.text import SIMULATED, clean
from rubicon.schema import Origin

FIXED_TIME = "1980-01-01T00:00:00Z"
SYMBOLS = {
    "ports": ("square", "0,0,0", 3.4), "looks": ("circle", "0,114,178", 3.0), "gaps": ("triangle", "213,94,0", 3.2),
    "port_calls": ("diamond", "0,158,115", 3.2), "positions": ("circle", "90,90,90", 1.2), "detections": ("cross2", "204,121,167", 3.0),
}  # fmt: skip
"""Shape, colour and size in millimetres of each layer; colours that stay apart for colour-blind readers (Okabe and Ito 2008)."""
OTHER = ("pentagon", "230,159,0", 3.0)
STYLE_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
    f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
    owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""


def geopackage(made: Mapping[str, list[Feature]], target: Path, origin: Origin) -> dict[str, int]:
    """Write one layer for each kind of feature and its style; gives features by layer. Needs the extra `gis`."""
    pyogrio = importlib.import_module("pyogrio")
    whole = target.with_name(f".{uuid4().hex[:12]}-{target.name}")
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        for i, (name, features) in enumerate(made.items()):
            _layer(whole, name, features, append=i > 0)
        if made:
            _styles(whole, made, origin)
            whole.replace(target)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
        whole.unlink(missing_ok=True)
    return {f"{target.name} {name}": len(features) for name, features in made.items()}


def _layer(path: Path, name: str, features: Sequence[Feature], *, append: bool) -> None:
    raw, numpy, shapely = (importlib.import_module(each) for each in ("pyogrio.raw", "numpy", "shapely"))
    fields = list(dict.fromkeys(key for each in features for key in each["properties"]))
    columns, masks, zones = [], [], {}
    for field in fields:
        values = [each["properties"].get(field) for each in features]
        columns.append(_column(numpy, field, values))
        masks.append(numpy.array([value is None for value in values]))
        if field in TIMES:
            # 100 is GDAL's mark of UTC.
            zones[field] = numpy.full(len(values), 100, dtype="int8")
    points = shapely.points([each["geometry"]["coordinates"] for each in features])
    raw.write(
        str(path), geometry=shapely.to_wkb(points), field_data=columns, fields=fields, field_mask=masks, layer=name,
        driver="GPKG", geometry_type="Point", crs="EPSG:4326", append=append, gdal_tz_offsets=zones,
    )  # fmt: skip


def _column(numpy: Any, field: str, values: list[Any]) -> Any:
    """Values as times, numbers or text."""
    if field in TIMES:
        times = [datetime.fromisoformat(value).replace(tzinfo=None) if value else "NaT" for value in values]
        return numpy.array(times, dtype="datetime64[ms]")
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        return numpy.array([0.0 if value is None else float(value) for value in values])
    if kinds == {bool}:
        return numpy.array([bool(value) for value in values])
    return numpy.array([None if value is None else clean(value) for value in values], dtype=object)


def _styles(path: Path, made: Mapping[str, list[Feature]], origin: Origin) -> None:
    """Add the table of styles; GeoPackage lists it among its contents as attributes."""
    rows = [
        (name, "geom", "rubicon", qml(name, features), sld(name), f"{SIMULATED}. {name}" if origin is Origin.SIMULATED else name)
        for name, features in made.items()
    ]  # fmt: skip
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(STYLE_TABLE)
        db.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, "
            "styleSLD, useAsDefault, description, owner, update_time) VALUES ('', '', ?, ?, ?, ?, ?, 1, ?, '', ?)",
            [(*row, FIXED_TIME) for row in rows],
        )
        db.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES ('layer_styles', 'attributes', "
            "'layer_styles', ?)",
            (FIXED_TIME,),
        )


def qml(name: str, features: Sequence[Feature]) -> str:
    """A QGIS style: one marker, and which fields say when a feature is to be shown."""
    shape, colour, size = SYMBOLS.get(name, OTHER)
    options = "".join(
        f'<Option name="{key}" type="QString" value="{value}"/>'
        for key, value in (
            ("name", shape), ("color", f"{colour},255"), ("outline_color", "255,255,255,255"), ("outline_width", "0.2"),
            ("outline_width_unit", "MM"), ("size", size), ("size_unit", "MM"),
        )
    )  # fmt: skip
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.34.0" styleCategories="Symbology|Temporal">{"".join(_temporal(features))}'
        '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0"><symbols>'
        '<symbol type="marker" name="0" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleMarker" enabled="1" locked="0" pass="0"><Option type="Map">{options}</Option></layer>'
        "</symbol></symbols></renderer-v2></qgis>"
    )


def _temporal(features: Sequence[Feature]) -> Iterator[str]:
    """Mode 1 shows a feature at an instant, mode 2 between two fields."""
    fields = {key for each in features for key in each["properties"]}
    if "time_utc" in fields:
        mode, start, end = 1, "time_utc", ""
    elif "start" in fields:
        mode, start, end = 2, "start", "end"
    else:
        return
    yield (
        f'<temporal enabled="1" mode="{mode}" startField="{start}" endField="{end}" limitMode="1" accumulate="0" '
        'durationField="" durationUnit="min" fixedDuration="0" startExpression="" endExpression="">'
        "<fixedRange><start></start><end></end></fixedRange></temporal>"
    )


def sld(name: str) -> str:
    """The same marker for tools that read OGC Styled Layer Descriptor."""
    shape, colour, size = SYMBOLS.get(name, OTHER)
    known = {"diamond": "square", "pentagon": "star", "cross2": "x"}.get(shape, shape)
    code = "#" + "".join(f"{int(part):02x}" for part in colour.split(","))
    return (
        '<StyledLayerDescriptor xmlns="http://www.opengis.net/sld" xmlns:se="http://www.opengis.net/se" version="1.1.0">'
        f"<NamedLayer><se:Name>{name}</se:Name><UserStyle><se:FeatureTypeStyle><se:Rule><se:PointSymbolizer><se:Graphic><se:Mark>"
        f'<se:WellKnownName>{known}</se:WellKnownName><se:Fill><se:SvgParameter name="fill">{code}</se:SvgParameter></se:Fill>'
        f"</se:Mark><se:Size>{round(size * 3.78)}</se:Size></se:Graphic></se:PointSymbolizer></se:Rule></se:FeatureTypeStyle>"
        "</UserStyle></NamedLayer></StyledLayerDescriptor>"
    )
