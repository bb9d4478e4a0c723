// Where the reader is. The address holds the whole state: the path names the page, the query its settings.

export interface Place {
  path: string
  query: Record<string, string>
}

function read(): Place {
  return { path: decodePath(location.pathname), query: Object.fromEntries(new URLSearchParams(location.search)) }
}

function decodePath(path: string): string {
  return path.replace(/\/+$/, '') || '/'
}

export const place: Place = $state(read())

function follow(): void {
  const now = read()
  place.path = now.path
  place.query = now.query
}

/** Open another page of the application. */
export function go(url: string): void {
  history.pushState(null, '', url)
  follow()
  window.scrollTo(0, 0)
}

/** Change settings of this page; an empty value removes one. */
export function set(changes: Record<string, string>): void {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  const text = query.toString()
  history.replaceState(null, '', location.pathname + (text ? `?${text}` : ''))
  follow()
}

/** Take clicks on links within the application; others go the browser's way. */
function click(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
  const link = (event.target as Element | null)?.closest('a')
  const href = link?.getAttribute('href') ?? link?.getAttributeNS('http://www.w3.org/1999/xlink', 'href')
  if (!link || !href?.startsWith('/') || link.hasAttribute('download') || link.getAttribute('target')) return
  event.preventDefault()
  go(href)
}

export function start(): void {
  // The token came with the first address and is a cookie now: it need not stay in the history.
  if ('token' in place.query) set({ token: '' })
  window.addEventListener('popstate', follow)
  document.addEventListener('click', click)
}
