import { signal } from '@preact/signals'

const PREFIX = '#/'

/** Where the page is: the parts of what stands behind `#/`. */
export const route = signal<readonly string[]>(read() ?? [])

/** Undefined for what names no place: a jump within the page, or text that cannot be decoded. */
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
  // Whoever reads by ear or walks by keyboard goes on in the new page, not behind the link that is gone.
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
