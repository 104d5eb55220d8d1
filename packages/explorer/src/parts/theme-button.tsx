import { signal } from '@preact/signals'
import type { VNode } from 'preact'

type Theme = 'dark' | 'light'

const KEY = 'poai-theme'
const system: Theme = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
const stored = recall()

/** The theme of the page: the system's, until the user chooses. */
export const theme = signal<Theme>(stored === 'dark' || stored === 'light' ? stored : system)
document.documentElement.dataset['theme'] = theme.value

function toggle(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
  document.documentElement.dataset['theme'] = theme.value
  remember(theme.value)
}

/** Browsers that store nothing for a page throw when asked to: the choice then lasts for this visit. */
function recall(): string | null {
  try {
    return window.localStorage.getItem(KEY)
  } catch {
    return null
  }
}

function remember(chosen: Theme): void {
  try {
    window.localStorage.setItem(KEY, chosen)
  } catch {
    // As above.
  }
}

/** Changes between dark and light. */
export function ThemeButton(): VNode {
  const other = theme.value === 'dark' ? 'light' : 'dark'
  return (
    <button type="button" class="icon" onClick={toggle} aria-label={`Change to the ${other} theme`}>
      {theme.value === 'dark' ? '☀' : '☾'}
    </button>
  )
}
