// Small forms of dates, numbers and links that all pages share.

import { text } from '../strings'

/** Whole per cent, never 0 or 100. */
export function percent(probability: number): string {
  return `${Math.round(100 * Math.min(0.99, Math.max(0.01, probability)))} %`
}

export function day(time: string | null | undefined): string {
  return time ? time.slice(0, 10) : ''
}

export function moment(time: string | null | undefined): string {
  return time ? `${time.slice(0, 10)} ${time.slice(11, 16)} UTC` : ''
}

export function seconds(time: string): number {
  return Date.parse(time.length === 10 ? `${time}T00:00:00Z` : time) / 1000
}

export function isoDay(time_s: number): string {
  return new Date(time_s * 1000).toISOString().slice(0, 10)
}

export function number(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 1 })
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`
}

export interface Part {
  text: string
  ref?: string
}

const CITATION = /\s*\[([^[\]]+)\](?=\s*(?:\.|$))/gm

/** A sentence with its evidence ids in brackets split off, so that each id can be a link. */
export function cited(sentence: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const found of sentence.matchAll(CITATION)) {
    parts.push({ text: sentence.slice(at, found.index) })
    for (const id of (found[1] ?? '').split(',')) parts.push({ text: shortId(id.trim()), ref: id.trim() })
    at = found.index + found[0].length
  }
  parts.push({ text: sentence.slice(at) })
  return parts.filter((part) => part.text)
}

/** A hash prefix and offset as people can read it. */
export function shortId(id: string): string {
  const [hash, offset] = id.split('@')
  return offset && hash && hash.length === 16 ? `${hash.slice(0, 6)}…@${offset}` : id
}

/** The address of a thing of a case. */
export function href(caseId: string, page: string, id: string): string {
  if (page === 'port') return `/${caseId}?port=${encodeURIComponent(id)}`
  return `/${caseId}/${page}/${encodeURIComponent(id)}`
}

/** The part of a finding's answer after its probability, which is drawn beside it. */
export function statement(answer: string): string {
  const rest = answer.replace(/^[A-Z][a-z ]+ \(\d+ %\): /, '')
  return rest.charAt(0).toUpperCase() + rest.slice(1)
}

export function bytes(count: number): string {
  const units = text.units.bytes
  let at = 0
  while (count >= 1000 && at < units.length - 1) {
    count /= 1000
    at++
  }
  return `${number(count)} ${units[at]}`
}
