import { signal } from '@preact/signals'

/** Where the page is: the parts of what stands behind `#/`. */
export const route = signal<readonly string[]>(read())

function read(): readonly string[] {
  return window.location.hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
}

window.addEventListener('hashchange', () => {
  route.value = read()
  window.scrollTo(0, 0)
})

/** The address of a place. */
export function to(...parts: readonly (string | number)[]): string {
  return `#/${parts.map((part) => encodeURIComponent(String(part))).join('/')}`
}

/** Goes there. */
export function go(...parts: readonly (string | number)[]): void {
  window.location.hash = to(...parts)
}
