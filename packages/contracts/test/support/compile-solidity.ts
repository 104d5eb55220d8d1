import { createRequire } from 'node:module'
import type { Hex } from '@poai/core'

/** Sources by the paths that they import each other by. */
export type Sources = Readonly<Record<string, string>>

/** An entry of an ABI, as the compiler writes it. */
export type AbiEntry = Readonly<Record<string, unknown>>

/** What the compiler makes of a contract. */
export interface CompiledContract {
  readonly name: string
  /** The source that it is in. */
  readonly path: string
  readonly abi: readonly AbiEntry[]
  /** What a deployment sends, before the arguments of the constructor. */
  readonly bytecode: Hex
}

/** The version of the package `solc`, which the compiler must be. */
export const SOLC_VERSION = '0.8.37'
/** The rule set of the built-in networks; newer ones are experimental in this compiler. */
export const EVM_VERSION = 'osaka'

interface SolidityCompiler {
  version(): string
  compile(input: string): string
}

interface CompilerOutput {
  readonly errors?: readonly { readonly formattedMessage: string }[]
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, RawContract>>>>
}

interface RawContract {
  readonly abi: readonly AbiEntry[]
  readonly evm: { readonly bytecode: { readonly object: string } }
}

/**
 * Compiles with settings that make the same bytes everywhere: no hash of the sources at the end of the code. Warnings
 * are errors.
 */
export function compileSolidity(sources: Sources): readonly CompiledContract[] {
  const compiler = createRequire(import.meta.url)('solc') as SolidityCompiler
  if (!compiler.version().startsWith(`${SOLC_VERSION}+`)) throw new Error(`this is solc ${compiler.version()}`)
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(sources).map(([path, content]) => [path, { content }])),
    settings: {
      evmVersion: EVM_VERSION,
      optimizer: { enabled: true, runs: 200 },
      metadata: { appendCBOR: false, bytecodeHash: 'none' },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const { errors = [], contracts = {} } = JSON.parse(compiler.compile(JSON.stringify(input))) as CompilerOutput
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return Object.entries(contracts).flatMap(([path, inFile]) =>
    Object.entries(inFile).map(([name, { abi, evm }]) => ({
      name,
      path,
      abi,
      bytecode: `0x${evm.bytecode.object}` as const,
    })),
  )
}
