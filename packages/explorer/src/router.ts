import { signal } from '@preact/signals'

const PREFIX = '#/'

/** The place that the page shows: the parts of the text after `#/`. */
export const route = signal<readonly string[]>(read() ?? [])

/** Undefined for text that names no place: a jump within the page, or text that cannot be decoded. */
function read(): readonly string[] | undefined {
  const { hash } = window.location
  if (hash === '' || hash === '#') return []
  if (!hash.startsWith(PREFIX)) return undefined
  try {
    return hash
      .slice(PREFIX.length)
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent)
  } catch {
    return undefined
  }
}

window.addEventListener('hashchange', () => {
  const place = read()
  if (place === undefined) return
  route.value = place
  window.scrollTo(0, 0)
  // Users of screen readers and keyboards continue in the new page, not after the link that is gone.
  document.getElementById('main')?.focus({ preventScroll: true })
})

/** The address of a place. */
export function to(...parts: readonly (string | number)[]): string {
  return `${PREFIX}${parts.map((part) => encodeURIComponent(String(part))).join('/')}`
}

/** Goes there. */
export function go(...parts: readonly (string | number)[]): void {
  window.location.hash = to(...parts)
}
