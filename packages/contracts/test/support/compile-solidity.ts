import { readFileSync } from 'node:fs'
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

const OUTPUT = ['abi', 'evm.bytecode.object']

interface SolidityCompiler {
  version(): string
  compile(input: string, callbacks: { readonly import: (path: string) => { readonly contents: string } }): string
}

interface CompilerOutput {
  readonly errors?: readonly {
    readonly severity: string
    readonly formattedMessage: string
    readonly sourceLocation?: { readonly file: string }
  }[]
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, RawContract>>>>
}

interface RawContract {
  readonly abi: readonly AbiEntry[]
  readonly evm: { readonly bytecode: { readonly object: string } }
}

const { resolve } = createRequire(import.meta.url)

/**
 * Compiles with settings that make the same bytes everywhere: no hash of the sources at the end of the code. Warnings
 * are errors. What the sources import besides each other is taken from npm's packages, whose warnings are not ours.
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
      outputSelection: Object.fromEntries(Object.keys(sources).map((path) => [path, { '*': OUTPUT }])),
    },
  }
  const { errors = [], contracts = {} } = JSON.parse(
    compiler.compile(JSON.stringify(input), { import: (path) => ({ contents: readFileSync(resolve(path), 'utf8') }) }),
  ) as CompilerOutput
  const faults = errors.filter(
    ({ severity, sourceLocation }) =>
      severity === 'error' || sourceLocation === undefined || sourceLocation.file in sources,
  )
  if (faults.length > 0) throw new Error(faults.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return Object.entries(contracts).flatMap(([path, inFile]) =>
    Object.entries(inFile).map(([name, { abi, evm }]) => ({
      name,
      path,
      abi,
      bytecode: `0x${evm.bytecode.object}` as const,
    })),
  )
}
