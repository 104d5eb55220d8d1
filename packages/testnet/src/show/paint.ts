/** The size of what is drawn on, and whether it has colours. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly hasColour: boolean
}

/** Colours and weights, by their codes in escape sequences. */
export const BOLD = 1
export const DIM = 2
export const RED = 31
export const GREEN = 32

/** Gives a line one of the codes above. */
export type Paint = (text: string, code: number) => string

/** Cuts lines to the width first, so that colours do not count. */
export function createPainter({ width, hasColour }: Canvas): Paint {
  return (text, code) => {
    const cut = text.length > width ? text.slice(0, width) : text
    return hasColour && code !== 0 ? `\u001b[${code}m${cut}\u001b[0m` : cut
  }
}
