// What the map draws, made from the layers of a case: GeoJSON for a period, and the style in the colours of the page.

import type { Feature, FeatureCollection, LineString, Point } from 'geojson'
import type { StyleSpecification } from 'maplibre-gl'
import { seconds } from './words'
import type { Gap, Layers, LonLat, Track } from './types'

export interface Period {
  from_s: number
  to_s: number
}

export function collection<G extends LineString | Point>(features: Feature<G>[]): FeatureCollection<G> {
  return { type: 'FeatureCollection', features }
}

/** Whether a stretch of time touches the period; an open end goes on for ever. */
export function touches(period: Period, start: string, end: string | null): boolean {
  return seconds(start) <= period.to_s && (end === null || seconds(end) >= period.from_s)
}

/** Tracks as lines that break at each gap, so that silence is never drawn as a way. */
export function trackLines(layers: Layers, period: Period): FeatureCollection<LineString> {
  const silent = new Map<string, Gap[]>()
  for (const gap of layers.gaps) silent.set(gap.key, [...(silent.get(gap.key) ?? []), gap])
  return collection(layers.tracks.flatMap((track) => heard(track, silent.get(track.key) ?? [], period)))
}

function heard(track: Track, gaps: Gap[], period: Period): Feature<LineString>[] {
  const breaks = gaps.map((gap) => [seconds(gap.start), gap.from, gap.to] as const).sort((a, b) => a[0] - b[0])
  const lines: LonLat[][] = []
  let line: LonLat[] = []
  let next = 0
  const cut = () => {
    if (line.length > 1) lines.push(line)
    line = []
  }
  track.t_s.forEach((t, i) => {
    while (next < breaks.length && t > (breaks[next]?.[0] ?? Infinity)) {
      const [at, from, to] = breaks[next] ?? [0, null, null]
      if (from && at >= period.from_s && at <= period.to_s && line.length) line.push(from)
      cut()
      if (to && t >= period.from_s && t <= period.to_s) line.push(to)
      next++
    }
    if (t >= period.from_s && t <= period.to_s) line.push([track.lon_deg[i] ?? 0, track.lat_deg[i] ?? 0])
    else cut()
  })
  cut()
  return lines.map((coordinates) => ({
    type: 'Feature',
    properties: { key: track.key, name: track.name },
    geometry: { type: 'LineString', coordinates },
  }))
}

export function gapLines(gaps: Gap[]): FeatureCollection<LineString> {
  return collection(
    gaps.flatMap((gap) =>
      gap.to
        ? [{ type: 'Feature' as const, properties: about(gap), geometry: { type: 'LineString' as const, coordinates: [gap.from, gap.to] } }]
        : [],
    ),
  )
}

export function gapEnds(gaps: Gap[]): FeatureCollection<Point> {
  return collection(
    gaps.flatMap((gap) =>
      [gap.from, gap.to].flatMap((at) =>
        at ? [{ type: 'Feature' as const, properties: about(gap), geometry: { type: 'Point' as const, coordinates: at } }] : [],
      ),
    ),
  )
}

function about(gap: Gap) {
  return { event_id: gap.event_id, key: gap.key, name: gap.name, start: gap.start, end: gap.end, hours: gap.hours }
}

/** Ports with the number of dated looks in the period. */
export function portPoints(layers: Layers, period: Period): FeatureCollection<Point> {
  return collection(
    layers.ports.map((port) => ({
      type: 'Feature',
      properties: {
        name: port.name,
        country: port.country_name,
        approximate: port.approximate,
        asked: port.asked,
        looks: layers.looks.filter((look) => look.port === port.name && touches(period, look.start, look.end)).length,
      },
      geometry: { type: 'Point', coordinates: port.at },
    })),
  )
}

export function callPoints(layers: Layers, period: Period): FeatureCollection<Point> {
  return collection(
    layers.calls
      .filter((call) => touches(period, call.start, call.end))
      .map((call) => ({
        type: 'Feature',
        properties: { key: call.key, name: call.name, port: call.port, start: call.start, end: call.end },
        geometry: { type: 'Point', coordinates: call.at },
      })),
  )
}

/** Density tiles of a case with more fixes than lines can show. */
export interface Tiles {
  url: string
  max_zoom: number
}

/** What other detectors found, as points. */
export function signalPoints(layers: Layers, period: Period): FeatureCollection<Point> {
  return collection(
    (layers.signals ?? [])
      .filter((one) => touches(period, one.start, one.end))
      .map((one) => ({
        type: 'Feature',
        properties: { key: one.key, name: one.name, kind: one.kind, start: one.start },
        geometry: { type: 'Point', coordinates: one.at },
      })),
  )
}

export interface Colours {
  sea: string; land: string; shore: string; ink: string; paper: string; muted: string
  blue: string; vermilion: string; green: string; amber: string; grey: string
}

export function colours(): Colours {
  const held = getComputedStyle(document.documentElement)
  const of = (name: string) => held.getPropertyValue(`--${name}`).trim()
  return {
    sea: of('sea'), land: of('land'), shore: of('shore'), ink: of('ink'), paper: of('paper'), muted: of('muted'),
    blue: of('blue'), vermilion: of('vermilion'), green: of('green'), amber: of('amber'), grey: of('grey'),
  }
}

const empty: FeatureCollection = { type: 'FeatureCollection', features: [] }
const source = (data: FeatureCollection | Feature = empty) => ({ type: 'geojson' as const, data, tolerance: 0.2 })

// Names without quotes: the library quotes them, and takes weight and slant from the last word.
/** The style without data; glyphs are drawn from the reader's own fonts, so that nothing is fetched. */
export function style(c: Colours, simulated: boolean, seas: FeatureCollection, tiles: Tiles | null): StyleSpecification {
  const line = { 'line-join': 'round' as const, 'line-cap': 'round' as const }
  return {
    version: 8,
    sources: {
      world: source(), cover: source(), coast: source(), tracks: source(), gaps: source(), ends: source(),
      ...(tiles ? { density: { type: 'raster' as const, tiles: [tiles.url], tileSize: 256, maxzoom: tiles.max_zoom } } : {}),
      ports: source(), calls: source(), signals: source(), envelope: source(), picked: source(), seas: source(seas),
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': c.sea } },
      { id: 'world', type: 'fill', source: 'world', paint: { 'fill-color': c.land } },
      { id: 'cover', type: 'fill', source: 'cover', paint: { 'fill-color': c.sea, 'fill-antialias': false } },
      ...(simulated ? [{ id: 'hatch', type: 'background' as const, paint: { 'background-pattern': 'hatch', 'background-opacity': 1 } }] : []),
      { id: 'envelope', type: 'fill', source: 'envelope', paint: { 'fill-color': c.vermilion, 'fill-opacity': 0.13 } },
      { id: 'envelope-edge', type: 'line', source: 'envelope', paint: { 'line-color': c.vermilion, 'line-width': 1, 'line-opacity': 0.7 } },
      { id: 'coast', type: 'fill', source: 'coast', paint: { 'fill-color': c.land } },
      { id: 'shore', type: 'line', source: 'coast', paint: { 'line-color': c.shore, 'line-width': 0.7 } },
      ...(tiles ? [{ id: 'density', type: 'raster' as const, source: 'density', paint: { 'raster-resampling': 'nearest' as const, 'raster-fade-duration': 0 } }] : []),
      {
        id: 'seas', type: 'symbol', source: 'seas',
        layout: { 'text-field': ['get', 'name'], 'text-font': ['Noto Sans Italic'], 'text-size': 14, 'text-letter-spacing': 0.06 },
        paint: { 'text-color': c.muted, 'text-halo-color': c.sea, 'text-halo-width': 1 },
      },
      { id: 'tracks', type: 'line', source: 'tracks', layout: line, paint: { 'line-color': c.blue, 'line-width': 1.3, 'line-opacity': 0.62 } },
      { id: 'tracks-on', type: 'line', source: 'tracks', layout: line, filter: ['==', ['get', 'key'], ''], paint: { 'line-color': c.blue, 'line-width': 3 } },
      { id: 'gaps', type: 'line', source: 'gaps', paint: { 'line-color': c.vermilion, 'line-width': 1.5, 'line-dasharray': [3, 2.4], 'line-opacity': 0.85 } },
      { id: 'gaps-on', type: 'line', source: 'gaps', filter: ['==', ['get', 'event_id'], ''], paint: { 'line-color': c.vermilion, 'line-width': 3.6, 'line-dasharray': [1.6, 1.2] } },
      { id: 'ends', type: 'circle', source: 'ends', paint: { 'circle-radius': 3, 'circle-color': c.paper, 'circle-stroke-color': c.vermilion, 'circle-stroke-width': 1.5 } },
      { id: 'calls', type: 'circle', source: 'calls', layout: { visibility: 'none' }, paint: { 'circle-radius': 4, 'circle-color': c.green, 'circle-opacity': 0.7 } },
      { id: 'signals', type: 'circle', source: 'signals', paint: { 'circle-radius': 4.5, 'circle-color': c.amber, 'circle-stroke-color': c.ink, 'circle-stroke-width': 1 } },
      {
        id: 'looks', type: 'circle', source: 'ports', filter: ['>', ['get', 'looks'], 0],
        paint: {
          'circle-radius': ['+', 6, ['*', 3.4, ['sqrt', ['get', 'looks']]]], 'circle-color': c.vermilion, 'circle-opacity': 0.18,
          'circle-stroke-color': c.vermilion, 'circle-stroke-width': 1.4,
        },
      },
      {
        id: 'ports', type: 'circle', source: 'ports',
        paint: {
          'circle-radius': ['case', ['get', 'asked'], 5, 4], 'circle-stroke-width': 1.6,
          'circle-color': ['case', ['get', 'approximate'], c.paper, c.ink],
          'circle-stroke-color': ['case', ['get', 'approximate'], c.ink, c.paper],
        },
      },
      {
        id: 'port-names', type: 'symbol', source: 'ports',
        layout: {
          'text-field': ['case', ['>', ['get', 'looks'], 0],
            ['concat', ['get', 'name'], '\n', ['to-string', ['get', 'looks']], ['case', ['==', ['get', 'looks'], 1], ' look', ' looks']],
            ['get', 'name']],
          'text-font': ['Noto Sans Bold'], 'text-size': ['case', ['get', 'asked'], 15, 13],
          'text-variable-anchor': ['left', 'right', 'top', 'bottom', 'bottom-left', 'top-right'], 'text-radial-offset': 1.1, 'text-justify': 'auto',
          'symbol-sort-key': ['case', ['get', 'asked'], 0, 1],
        },
        paint: { 'text-color': c.ink, 'text-halo-color': c.paper, 'text-halo-width': 1.6 },
      },
      { id: 'picked', type: 'circle', source: 'picked', paint: { 'circle-radius': 8, 'circle-color': c.amber, 'circle-stroke-color': c.ink, 'circle-stroke-width': 2 } },
    ],
  }
}

/** Diagonal lines, as pixels: the mark of a simulated case. */
export function hatch(dark: boolean): ImageData {
  const size = 16
  const made = new ImageData(size, size)
  const [r, g, b, a] = dark ? [255, 210, 63, 46] : [120, 92, 0, 58]
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if ((x + y) % size < 2) made.data.set([r ?? 0, g ?? 0, b ?? 0, a ?? 0], 4 * (y * size + x))
    }
  }
  return made
}

export const SEAS: [string, LonLat][] = [
  ['east', [135.2, 40.3]],
  ['yellow', [123.6, 36.5]],
]
