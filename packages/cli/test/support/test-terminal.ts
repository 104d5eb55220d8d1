import type { Terminal } from '../../src/index.ts'

/** A terminal that remembers. */
export interface TestTerminal extends Terminal {
  readonly outText: () => string
  readonly errText: () => string
}

export function createTestTerminal(
  settings: { readonly isInteractive: boolean; readonly width: number } = { isInteractive: false, width: 80 },
): TestTerminal {
  let out = ''
  let err = ''
  return {
    ...settings,
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    outText: () => out,
    errText: () => err,
  }
}
