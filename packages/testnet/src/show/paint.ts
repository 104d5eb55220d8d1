/** The size of a drawing, and whether it has colours. */
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

/** Applies one of the codes above to a line. */
export type Paint = (text: string, code: number) => string

/** A painter that cuts lines to the width before it colours them. */
export function createPainter({ width, hasColour }: Canvas): Paint {
  return (text, code) => {
    const cut = text.length > width ? text.slice(0, width) : text
    return hasColour && code !== 0 ? `\u001b[${code}m${cut}\u001b[0m` : cut
  }
}
