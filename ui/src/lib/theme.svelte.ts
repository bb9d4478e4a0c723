// Light or dark: as the system says, unless the reader chose. Kept in this browser alone.

const KEY = 'rubicon-theme'
const system = matchMedia('(prefers-color-scheme: dark)')

export const theme = $state({ choice: remembered(), dark: false })

function remembered(): string {
  try {
    return localStorage.getItem(KEY) ?? 'auto'
  } catch {
    return 'auto'
  }
}

function apply(): void {
  theme.dark = theme.choice === 'dark' || (theme.choice === 'auto' && system.matches)
  document.documentElement.dataset.theme = theme.dark ? 'dark' : 'light'
}

export function choose(choice: string): void {
  theme.choice = choice
  try {
    localStorage.setItem(KEY, choice)
  } catch {
    // A browser that keeps nothing still shows the choice until the page is left.
  }
  apply()
}

system.addEventListener('change', apply)
apply()
