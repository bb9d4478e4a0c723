// Where a click lies: the nearest coast, its State, and the zone that the distance indicates. Indicative, no boundary.

import { feature } from 'topojson-client'
import type { FeatureCollection, MultiPolygon, Polygon, Position } from 'geojson'
import { load } from './api'
import { letters } from './countries'
import type { LonLat } from './types'
import countriesUrl from 'world-atlas/countries-50m.json?url'

export interface Coastal {
  state: string
  miles: number
  zone: string
  land: boolean
}

const NM_PER_DEG = 60.04
const TERRITORIAL_NM = 12
const EEZ_NM = 200

/** The nearest State with a coast within 200 nautical miles, and the zone; null on the high seas. */
export async function coastal(at: LonLat): Promise<Coastal | null> {
  const world = await load<any>(countriesUrl)
  const held = feature(world, world.objects.countries) as unknown as FeatureCollection<Polygon | MultiPolygon>
  let best: Coastal | null = null
  for (const one of held.features) {
    const state = letters(one.id)
    if (!state) continue
    for (const rings of one.geometry.type === 'Polygon' ? [one.geometry.coordinates] : one.geometry.coordinates) {
      const outer = rings[0]
      if (!outer || !near(outer, at)) continue
      if (inside(outer, at)) return { state, miles: 0, zone: `internal_waters:${state}`, land: true }
      const miles = distance(outer, at)
      if (miles <= EEZ_NM && (!best || miles < best.miles)) best = { state, miles, zone: zoneOf(miles, state), land: false }
    }
  }
  return best
}

function zoneOf(miles: number, state: string): string {
  return `${miles <= TERRITORIAL_NM ? 'territorial_sea' : 'eez'}:${state}`
}

function near(ring: Position[], [lon, lat]: LonLat): boolean {
  const reach = EEZ_NM / NM_PER_DEG
  const wide = reach / Math.max(0.05, Math.cos((lat * Math.PI) / 180))
  return ring.some(([x = 0, y = 0]) => Math.abs(y - lat) < reach + 2 && Math.abs(x - lon) < wide + 2)
}

function inside(ring: Position[], [lon, lat]: LonLat): boolean {
  let odd = false
  ring.forEach(([x = 0, y = 0], i) => {
    const [px = 0, py = 0] = ring[(i + ring.length - 1) % ring.length] ?? []
    if (y > lat !== py > lat && lon < ((px - x) * (lat - y)) / (py - y) + x) odd = !odd
  })
  return odd
}

/** Least distance to the ring's edges in nautical miles, on a plane around the point: good to a mile at this range. */
function distance(ring: Position[], [lon, lat]: LonLat): number {
  const shrink = Math.cos((lat * Math.PI) / 180)
  const flat = ring.map(([x = 0, y = 0]): LonLat => [(x - lon) * shrink * NM_PER_DEG, (y - lat) * NM_PER_DEG])
  let least = Infinity
  for (let i = 1; i < flat.length; i++) {
    const [ax, ay] = flat[i - 1] ?? [0, 0]
    const [bx, by] = flat[i] ?? [0, 0]
    const [dx, dy] = [bx - ax, by - ay]
    const along = dx || dy ? Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy))) : 0
    least = Math.min(least, Math.hypot(ax + along * dx, ay + along * dy))
  }
  return least
}
