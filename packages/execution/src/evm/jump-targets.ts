const JUMPDEST = 0x5b
const PUSH1 = 0x60
const PUSH32 = 0x7f

/** What is known about code that jumps. */
export interface CodeAnalysis {
  /** 1 where a jump may go. */
  readonly targets: Uint8Array
  /** What PUSH instructions push, by the place after their opcode: read once. */
  readonly pushes: Map<number, bigint>
}

const analyses = new WeakMap<Uint8Array, CodeAnalysis>()

/**
 * Where the code may be jumped to: at a JUMPDEST that is not data of a PUSH. Made once for each code, since a call of a
 * large contract that jumps costs 100 gas and finding its targets a tenth of a millisecond: a block of such calls would
 * take minutes.
 */
export function analyseCode(code: Uint8Array): CodeAnalysis {
  const known = analyses.get(code)
  if (known !== undefined) return known
  const targets = new Uint8Array(code.length)
  for (let at = 0; at < code.length; at++) {
    const opcode = code[at] as number
    if (opcode === JUMPDEST) targets[at] = 1
    else if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1
  }
  const analysis: CodeAnalysis = { targets, pushes: new Map() }
  analyses.set(code, analysis)
  return analysis
}
