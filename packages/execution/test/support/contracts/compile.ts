// node --conditions=source packages/execution/test/support/contracts/compile.ts
//
// Compiles the contracts beside it to test/fixtures/contracts.json. Tests read only that file.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

interface SolidityCompiler {
  compile(input: string): string
}

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, CompiledContract>>>>
}

interface CompiledContract {
  readonly evm: {
    readonly bytecode: { readonly object: string }
    readonly methodIdentifiers: Readonly<Record<string, string>>
  }
}

const SOURCES = ['Token.sol', 'Workshop.sol']

const compiler = createRequire(import.meta.url)('solc') as SolidityCompiler
const sources = SOURCES.map((name) => [name, { content: readFileSync(join(import.meta.dirname, name), 'utf8') }])
const input = {
  language: 'Solidity',
  sources: Object.fromEntries(sources),
  settings: {
    evmVersion: 'cancun',
    optimizer: { enabled: true, runs: 200 },
    metadata: { appendCBOR: false, bytecodeHash: 'none' },
    outputSelection: { '*': { '*': ['evm.bytecode.object', 'evm.methodIdentifiers'] } },
  },
}
const output = JSON.parse(compiler.compile(JSON.stringify(input))) as CompilerOutput
const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))

const contracts = Object.values(output.contracts ?? {}).flatMap((file) => Object.entries(file))
const fixtures = contracts.map(([name, { evm }]) => [
  name,
  { initCode: `0x${evm.bytecode.object}`, selectors: evm.methodIdentifiers },
])
const path = join(import.meta.dirname, '..', '..', 'fixtures', 'contracts.json')
writeFileSync(path, `${JSON.stringify(Object.fromEntries(fixtures), undefined, 2)}\n`)
