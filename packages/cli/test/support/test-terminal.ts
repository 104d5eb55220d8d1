import type { Terminal } from '../../src/index.ts'

/** A terminal that remembers. */
export interface TestTerminal extends Terminal {
  readonly outText: () => string
  readonly errText: () => string
}

export function createTestTerminal(
  settings: Partial<Pick<Terminal, 'isInteractive' | 'width' | 'height' | 'hasColour'>> = {},
): TestTerminal {
  let out = ''
  let err = ''
  return {
    ...{ isInteractive: false, width: 80, height: 24, hasColour: false },
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
