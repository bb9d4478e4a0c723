// What the twins say. Times are ISO 8601 UTC; units stand in the names.

export interface Head {
  id: string
  title: string
  origin: string
  simulated: boolean
  label: string
}
export interface CaseCard extends Head {
  summary: string
  period: { start: string; end: string }
}
export interface Finding {
  finding_id: string
  question_id: string
  question: string
  kind: string
  port: string
  start: string
  end: string
  vessel: string | null
  ship_key: string | null
  answer: string
  probability: number
  words: string
  truth: string | null
  missed: boolean
}
export interface Mark {
  kind: string
  start: string
  end: string | null
  words: string
  ref: [string, string] | null
}
export interface Lane {
  title: string
  group: string
  marks: Mark[]
  undated: number
  ship_key?: string
}
export interface CalendarPort {
  port: string
  utc_offset_h: number
  days: { date: string; states: string[]; words: string[] }[]
  series: [string, string][]
}
export interface CasePage {
  case: Head
  summary: string
  limits: string[]
  period: { start: string; end: string }
  first_evidence: string | null
  first_evidence_text: string
  counts: Record<string, number>
  ships: { key: string; name: string; imo: string; flag: string }[]
  findings: Finding[]
  timeline: Lane[]
  calendar: { words: Record<string, string>; ports: CalendarPort[] }
}
export type LonLat = [number, number]
export interface Track {
  key: string
  name: string
  focus: boolean
  t_s: number[]
  lat_deg: number[]
  lon_deg: number[]
}
export interface Gap {
  event_id: string
  key: string
  name: string
  start: string
  end: string | null
  hours: number | null
  from: LonLat
  to: LonLat | null
}
export interface Signal {
  event_id: string
  key: string
  name: string
  kind: string
  score: number
  start: string
  end: string | null
  at: LonLat
}
export interface Call {
  event_id: string
  key: string
  name: string
  port: string | null
  start: string
  end: string | null
  at: LonLat
}
export interface Port {
  name: string
  at: LonLat
  country: string
  country_name: string
  aliases: string[]
  approximate: boolean
  source: string
  asked: boolean
  berths: { name: string; counts: boolean; note: string }[]
}
export interface Layers {
  tracks: Track[]
  gaps: Gap[]
  calls: Call[]
  signals?: Signal[]
  ports: Port[]
  looks: { id: string; port: string; start: string; end: string }[]
  bounds: [number, number, number, number]
  density: { fixes: number; max_zoom: number } | null
}
export interface Coast {
  covers: [number, number, number, number]
  attribution: string
  resolution: string
  land: string
}
export interface Evidence {
  evidence_id: string
  kind: string
  text: string
  source: string
  url: string | null
  verification_words: string
  captured: boolean
  file: string | null
  sha256: string | null
  locator: string | null
  start: string | null
  end: string | null
  root: string | null
}
export type Excerpt =
  | { place: string; kind: 'line'; text: string }
  | { place: string; kind: 'row'; cells: [string, string][] }
export interface Weighed {
  evidence_id: string
  favours: string
  favours_text: string
  likelihood_ratio: number
  why: string
  evidence: Evidence
  excerpt: Excerpt | null
}
export interface Root {
  root: string
  items: Weighed[]
  probability_without: number | null
}
export interface FindingPage {
  case: Head
  finding: Finding & {
    hypotheses: { id: string; text: string; prior: number; probability: number; words: string }[]
    facts: string[]
    limits: string[]
    probability_low: number | null
    probability_high: number | null
  }
  matrix: { hypothesis: string; root: string; low: number; high: number; reading: string; diagnosticity: number }[]
  versions: { version: number; finding_id: string; probability: number; answer: string; changed: string | null }[]
  tree: Root[]
  background: Evidence[]
  gaps: Gap[]
  previous: string | null
  next: string | null
}
export interface EvidencePage {
  case: Head
  evidence: Evidence
  excerpt: Excerpt | null
  findings: Finding[]
  same_root: { evidence_id: string; text: string; source: string }[]
}
export interface ShipCard {
  key: string
  name: string
  of_case: boolean
  imo: string
  flag: string
  aliases: string[]
  gaps: number
  calls: number
  listed_by: string[]
  findings: number
  looks: number
}
export interface ShipsPage {
  case: Head
  ships: ShipCard[]
  left_out: number
}
export interface Statement {
  said: Record<string, string | number | null>
  imo_valid: boolean | null
  first: string | null
  last: string | null
  times: number
  source_id: string
  offset: number
}
export interface Claim {
  claim_id: string
  date_stated: string
  source: string
  source_type: string
  subject: string
  predicate: string
  value: string
  bound: string
  unit: string | null
  period_start: string | null
  period_end: string | null
  derived_from: string | null
  reliability: string | null
  credibility: string | null
  url: string | null
  note: string | null
}
export interface Observation {
  observation_id: string
  date_stated: string
  site: string
  quantity: string
  observer: string
  vessel_probable: boolean
  length_m: number | null
  url: string | null
}
export interface Hit {
  listing_id: string
  name: string
  authority: string
  class: string
  listed_from: string | null
  reasons: string[]
  evidence_ids: string[]
}
export interface Option {
  subject: string
  actor: string
  status: string
  date: string | null
  text: string
}
export interface ShipPage {
  case: Head
  ship: ShipCard & { names: string[]; max_speed_kn: number | null }
  identity: Statement[]
  listings: Hit[]
  coverage: Option[]
  findings: Finding[]
  looks: Observation[]
  claims: Claim[]
  gaps: Gap[]
  signals: { event_id: string; kind: string; start: string; end: string | null; score: number; detail: Record<string, unknown> }[]
  calls: Call[]
  tracks: Track[]
  ports: { name: string; at: LonLat }[]
}
export interface Reach {
  port: string
  feasible: boolean | null
  slack_h: number | null
  longest_stay_h: number | null
  speed_needed_kn: number | null
  probability: number | null
  reason: string | null
}
export interface ReachPage {
  case: Head
  gaps: Record<string, Reach[]>
}
export interface EnvelopePage {
  case: Head
  event_id: string
  speed_kn: number
  outline: GeoJSON.Geometry | null
}
export interface ZonePage {
  case: Head
  kind: string
  country: string
  code: string
  basis: string
  disputed: boolean
  distance_nm: number | null
}
export interface ClaimsPage {
  case: Head
  contradictions: { contradiction_id: string; cause: string; claims: string[]; reason: string }[]
  sources: { source: string; reliability: string | null; claims: number; roots: number; agreeing: number; contradicted: number; misread: number }[]
  counts: { claims: number; roots: number; sources: number }
  groups: { root: string; claims: Claim[] }[]
}
export interface AssessPage {
  case: Head
  counts: { count_id: string; port: string; seen: number; looks: number; low: number | null; median: number | null; high: number | null; text: string; limits: string[]; quoted: string[] }[]
  effects: { effect_id: string; event_date: string; kind: string; text: string; missing: string[]; limits: string[] }[]
  red_lines: {
    line_id: string; text: string; state: string; answer: string; claimed_first: string | null; observed_first: string | null
    next_indicator: string | null; alternatives: string[]
    indicators: { id: string; text: string; state: string; why: string | null; evidence_ids: string[] }[]
  }[]
  visits: { visit_id: string; port: string; status: string; text: string }[]
}
export interface Question {
  flag: string
  zone: string
  cargo: string
  date: string
  involvement: string
  regime: string
  ship_type: string
  origin_pier: string
  actor: string
}
export interface Cell {
  ship: string
  actor: string
  status: string
  date: string | null
  lag_days: number | null
  owners: unknown[]
  text: string
  verification_words: string
  evidence_ids: string[]
}
export interface RespondPage {
  case: Head
  disclaimer: string
  coverage: { ships: { name: string; key: string | null }[]; actors: string[]; cells: Cell[] }
  situations: { id: string; text: string; evidence: string[]; question: Question }[]
  first_evidence: string | null
  first_evidence_text: string
  asked: { flag: string; date: string; piers: string[] }
}
export interface Paragraph {
  id: string
  title: string
  verb_words: string
  actor: string
  text: string
  consent_needed: boolean | null
  consent: string
  obstacles: string[]
  missing: string[]
  verification_words: string
  source_url: string | null
}
export interface LawPage {
  case: Head
  question: Question
  applicable: Paragraph[]
  not_applicable: { id: string; title: string; reason: string }[]
}
export interface DossierPage {
  case: Head
  checks: { name: string; ok: boolean; reason: string }[]
  ok: boolean
  fingerprint: string
  files: { name: string; bytes: number }[]
  folder: string
}
export interface SearchPage {
  case: Head
  query: string
  count: number
  results: { kind: string; title: string; about: string; page: string; id: string }[]
}
