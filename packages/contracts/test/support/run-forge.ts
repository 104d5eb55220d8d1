import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { installedForge, writeSolc } from '@poai/testing/foundry'
import { EVM_VERSION } from './compile-solidity.ts'
import { PACKAGE } from './make-artifacts.ts'

/** How long forge looks for a fault. */
export interface ForgeSize {
  /** Inputs of each fuzz test. */
  readonly fuzzRuns: number
  /** Sequences of calls of each invariant. */
  readonly runs: number
  /** Calls of a sequence. */
  readonly depth: number
  /** Equal seeds give equal inputs. */
  readonly seed: number
  /** Forge is killed after this. */
  readonly limitMs: number
}

/** What became of one test of a suite. */
export interface ForgeTest {
  /** The file that it is in, without its ending. */
  readonly suite: string
  readonly name: string
  readonly failure?: string
  /** Of handlers, if it is an invariant. */
  readonly calls: number
  /** How many of them reverted: a suite whose calls all revert shows nothing. */
  readonly reverts: number
}

interface ToldTest {
  readonly status: string
  readonly reason: string | null
  readonly counterexample: unknown
  readonly kind: { readonly Invariant?: { readonly calls: number; readonly reverts: number } }
}

type Told = Readonly<Record<string, { readonly test_results: Readonly<Record<string, ToldTest>> }>>

/** Runs every suite of test/forge with forge, offline, in a temporary folder. */
export async function runForge({ fuzzRuns, runs, depth, seed, limitMs }: ForgeSize): Promise<readonly ForgeTest[]> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-forge-'))
  try {
    const { resolve } = createRequire(import.meta.url)
    const zeppelin = dirname(resolve('@openzeppelin/contracts/package.json'))
    await cp(join(PACKAGE, 'solidity'), join(folder, 'solidity'), { recursive: true })
    await cp(join(PACKAGE, 'test/forge'), join(folder, 'test'), { recursive: true })
    await cp(zeppelin, join(folder, 'lib/@openzeppelin/contracts'), { recursive: true })
    const solc = await writeSolc(folder, dirname(resolve('solc/package.json')))
    await writeFile(
      join(folder, 'foundry.toml'),
      `[profile.default]
src = "solidity"
solc = ${JSON.stringify(solc)}
evm_version = "${EVM_VERSION}"
optimizer = true
optimizer_runs = 200
offline = true
remappings = ["@openzeppelin/=lib/@openzeppelin/"]
[fuzz]
runs = ${fuzzRuns}
seed = "0x${seed.toString(16)}"
[invariant]
runs = ${runs}
depth = ${depth}
fail_on_revert = true
shrink_run_limit = 500
`,
    )
    return readResults(await forgeTest(folder, limitMs))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Everything that forge says, as JSON, whether tests fail or not. */
async function forgeTest(folder: string, limitMs: number): Promise<string> {
  const child = spawn(installedForge(), ['test', '--json', '--allow-failure'], {
    cwd: folder,
    env: { ...process.env, HOME: folder, FOUNDRY_DISABLE_NIGHTLY_WARNING: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  })
  const text = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk
  })
  const [code, signal] = await once(child, 'close')
  if (code !== 0) throw new Error(`forge ended with ${code ?? signal}: ${text.err}\n${text.out}`)
  return text.out
}

function readResults(text: string): readonly ForgeTest[] {
  const suites = Object.entries(JSON.parse(text) as Told)
  return suites.flatMap(([path, { test_results: tests }]) =>
    Object.entries(tests).map(([name, { status, reason, counterexample, kind }]) => ({
      suite: basename(path.slice(0, path.indexOf(':')), '.t.sol'),
      name,
      calls: kind.Invariant?.calls ?? 0,
      reverts: kind.Invariant?.reverts ?? 0,
      ...(status === 'Success' ? {} : { failure: `${reason} ${JSON.stringify(counterexample)}` }),
    })),
  )
}
