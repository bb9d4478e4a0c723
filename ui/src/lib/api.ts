// Pages as JSON: the first one came with the HTML, the others are asked for at the address of their twin.

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly reason: string,
  ) {
    super(reason)
  }
}

const known = new Map<string, Promise<unknown>>()

/** Address of the twin of a page. */
export function twin(path: string, query = ''): string {
  return `${path === '/' ? '/index' : path}.json${query}`
}

/** Take the JSON that stands in the page under its address. */
export function adopt(): void {
  const held = document.getElementById('page')?.textContent
  const query = new URLSearchParams(location.search)
  query.delete('token')
  const rest = location.pathname.endsWith('/search') ? query.toString() : ''
  const path = location.pathname.replace(/\/+$/, '') || '/'
  if (held) known.set(twin(path, rest ? `?${rest}` : ''), Promise.resolve(JSON.parse(held)))
}

/** JSON at an address; asked for once, and again after a failure. */
export function load<T>(url: string): Promise<T> {
  let found = known.get(url)
  if (!found) {
    found = ask(url)
    known.set(url, found)
    found.catch(() => known.delete(url))
  }
  return found as Promise<T>
}

async function ask(url: string): Promise<unknown> {
  let answer: Response
  try {
    answer = await fetch(url, { headers: { accept: 'application/json' } })
  } catch {
    throw new Refused(0, 'Unreachable', 'the server does not answer: was `rubicon serve` ended?')
  }
  if (answer.ok) return answer.json()
  const told = await answer.json().catch(() => ({}))
  throw new Refused(answer.status, told.error ?? 'Error', told.reason ?? answer.statusText)
}
