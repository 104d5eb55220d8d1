import { concatBytes, type Hex, hex, uintToBytes } from '@poai/core'
import compiled from '../fixtures/contracts.json' with { type: 'json' }

/** An argument of a contract's function: a number, 20 or 32 bytes, or bytes of any length (`{ bytes }`). */
export type Argument = bigint | number | Uint8Array | { readonly bytes: Uint8Array }

const WORD = 32

function wordOf(value: bigint | number | Uint8Array): Uint8Array {
  if (!(value instanceof Uint8Array)) return uintToBytes(BigInt(value), WORD)
  return concatBytes(new Uint8Array(WORD - value.length), value)
}

/** Arguments in Solidity's ABI: a word each, dynamic ones as an offset to their length and content after them all. */
export function encodeArguments(args: readonly Argument[]): Uint8Array {
  const heads: Uint8Array[] = []
  const tails: Uint8Array[] = []
  let offset = args.length * WORD
  for (const argument of args) {
    if (argument instanceof Uint8Array || typeof argument !== 'object') {
      heads.push(wordOf(argument))
      continue
    }
    const { bytes } = argument
    const padding = new Uint8Array((WORD - (bytes.length % WORD)) % WORD)
    const tail = concatBytes(wordOf(bytes.length), bytes, padding)
    heads.push(wordOf(offset))
    tails.push(tail)
    offset += tail.length
  }
  return concatBytes(...heads, ...tails)
}

type Selectors<Name extends keyof typeof compiled> = keyof (typeof compiled)[Name]['selectors']

/** The data of a call to one of the compiled contracts. */
export function callData<Name extends keyof typeof compiled>(
  contract: Name,
  signature: Selectors<Name>,
  ...args: readonly Argument[]
): Uint8Array {
  const selectors = compiled[contract].selectors as Readonly<Record<string, string>>
  return concatBytes(hex(`0x${selectors[signature as string]}`), encodeArguments(args))
}

/** What a creation of one of the compiled contracts sends. */
export function initCode(contract: keyof typeof compiled, ...args: readonly Argument[]): Uint8Array {
  return concatBytes(hex(compiled[contract].initCode as Hex), encodeArguments(args))
}
