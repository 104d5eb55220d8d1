import { bytesToHex, type Hex } from '@poai/core'

/** What kind of thing is wrong. */
export type FaultKind =
  | 'missing'
  | 'undecodable'
  | 'wrong-hash'
  | 'wrong-link'
  | 'wrong-root'
  | 'wrong-index'
  | 'orphan'
  | 'wrong-history'

/** One thing wrong with a database, and under which key. */
export interface DatabaseFault {
  readonly kind: FaultKind
  /** One line for a person. */
  readonly message: string
  readonly key: Hex | undefined
}

/** Where a check puts what it finds; false once it has found enough. */
export interface FaultReport {
  add(kind: FaultKind, message: string, key?: Uint8Array): void
  readonly isFull: () => boolean
}

/** A report of at most `maxFaults`: a database that is all wrong does not need a million lines. */
export function createFaultReport(maxFaults: number): FaultReport & { readonly faults: readonly DatabaseFault[] } {
  const faults: DatabaseFault[] = []
  return {
    faults,
    isFull: () => faults.length >= maxFaults,
    add: (kind, message, key) => {
      if (faults.length < maxFaults)
        faults.push({ kind, message, key: key === undefined ? undefined : bytesToHex(key) })
    },
  }
}
