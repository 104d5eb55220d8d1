import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { hexToBytes, invariant } from '@poai/core'

/** A call of a precompile. */
export interface PrecompileVector {
  readonly precompile: number
  readonly name: string
  readonly input: Uint8Array
  /** Left out: the call fails. */
  readonly expected: Uint8Array | undefined
  readonly gas: bigint | undefined
}

const FILE: string = join(import.meta.dirname, '../fixtures/eip-precompile-vectors.ndjson.gz')

function bytesOf(text: string): Uint8Array {
  const bytes = hexToBytes(`0x${text}`)
  invariant(bytes !== undefined, 'vectors are hexadecimal')
  return bytes
}

/** The vectors of EIP-2537 and EIP-7951. */
export function readPrecompileVectors(): readonly PrecompileVector[] {
  const lines = gunzipSync(readFileSync(FILE)).toString('utf8').trimEnd().split('\n')
  return lines.map((line) => {
    const { precompile, name, input, expected, gas } = JSON.parse(line) as {
      readonly precompile: number
      readonly name: string
      readonly input: string
      readonly expected?: string
      readonly gas?: number
    }
    return {
      ...{ precompile, name, input: bytesOf(input) },
      expected: expected === undefined ? undefined : bytesOf(expected),
      gas: gas === undefined ? undefined : BigInt(gas),
    }
  })
}
