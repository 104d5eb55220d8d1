import { join } from 'node:path'
import type { NetworkParams } from '@poai/core'
import {
  checkSelfTest,
  type DoctorCheck,
  EngineError,
  type EngineProgram,
  findCCompiler,
  findNativeProgram,
  findPortableLibrary,
  type InferenceEngine,
  type PortableProgram,
  withEngine,
  wordsOfEngine,
} from '@poai/inference'
import { createDomainEngine, type EngineSetup, type Installation } from '@poai/node'
import { type EngineTurnOptions, measureEngine } from './measure-engine.ts'

/** An engine of the network's domain that runs on this machine. */
export interface EngineFinding {
  readonly program: EngineProgram
  /** What it computes with, as it says. */
  readonly system: string | null
  /** The speed of one worker; null if it does not compute the network's bits. */
  readonly examsPerSecond: number | null
  /** Whether a node uses it by default. */
  readonly isChosen: boolean
}

/** What was found out about the engines of a machine. */
export interface EngineReport {
  readonly checks: readonly DoctorCheck[]
  readonly engines: readonly EngineFinding[]
}

export interface ExamineEnginesOptions {
  readonly installation: Installation
  readonly params: NetworkParams
  readonly work: EngineSetup
  readonly signal: AbortSignal
}

/** Long enough for two digits of precision. */
const MEASURE_MS = 1_000

const NAMES: Readonly<Record<PortableProgram, string>> = {
  auto: 'engine',
  native: 'native',
  wasm: 'WebAssembly',
  llama: 'llama.cpp',
}

/**
 * Lets every engine here replay the network's recorded exams, and measures it. The one that a node uses comes first.
 */
export async function examineEngines(options: ExamineEnginesOptions): Promise<EngineReport> {
  const { domain } = options.work
  const isPortable = domain.build.kind === 'portable'
  const programs = isPortable ? await findPrograms(options.installation) : (['llama'] as const)
  const checks: DoctorCheck[] = isPortable ? [await checkCompiler(programs.includes('native'))] : []
  const engines: EngineFinding[] = []
  for (const program of programs) {
    const { check, finding } = await examine(program, engines.length === 0, options)
    checks.push(check)
    if (finding !== undefined) engines.push(finding)
  }
  if (!programs.includes('llama')) checks.push(LLAMA_IS_NOT_BUILT)
  return { checks, engines }
}

/** llama.cpp is optional. */
const LLAMA_IS_NOT_BUILT: DoctorCheck = {
  ...{ name: 'llama.cpp', ok: true, expected: 'nothing', hint: '' },
  found: 'not built; an independent engine for the same bits: poai engine build --llama',
}

/** The engines of domain portable-1 on this machine, in the order in which a node prefers them. */
async function findPrograms({ cache }: Installation): Promise<readonly PortableProgram[]> {
  const cacheDirectory = join(cache, 'engine')
  const native = await findNativeProgram(cacheDirectory)
  // Some platforms have none to find.
  const library = await findPortableLibrary(cacheDirectory).catch(() => undefined)
  return [
    ...(native === undefined ? [] : (['native'] as const)),
    'wasm',
    ...(library === undefined ? [] : (['llama'] as const)),
  ]
}

/** A machine without a compiler is suitable too. */
async function checkCompiler(hasNative: boolean): Promise<DoctorCheck> {
  const check = { name: 'C compiler', ok: true, expected: 'one, for speed', hint: '' }
  try {
    const { version } = await findCCompiler()
    const use = hasNative ? '' : ': a node compiles its native engine with it while it runs; now: poai engine build'
    return { ...check, found: `${version}${use}` }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return { ...check, found: `none; the native engine is several times as fast as WebAssembly. ${error.hint ?? ''}` }
  }
}

async function examine(
  program: PortableProgram,
  isChosen: boolean,
  { installation, params, work, signal }: ExamineEnginesOptions,
): Promise<{ readonly check: DoctorCheck; readonly finding?: EngineFinding }> {
  const { model, domain, vectors, fingerprints } = work
  const name = NAMES[program]
  try {
    const engine = createDomainEngine(
      installation,
      { ...vectors, modelPath: model.path, domain },
      { workers: 1, program },
    )
    return await withEngine(engine, signal, async () => {
      const check = await checkSelfTest(wordsOfEngine(engine), vectors, fingerprints)
      const { exam } = params.work
      const requests = vectors.exams
        .map(({ request }) => request)
        .filter((request) => request.tokens.length === exam.tokens)
      const examsPerSecond = check.ok ? await speedOf(engine, { exam, requests, forMs: MEASURE_MS, signal }) : null
      const { status } = engine
      const finding = { program: status.program, system: status.model?.systemInfo ?? null, examsPerSecond, isChosen }
      return { check: { ...check, name, found: `${check.found}${describe(finding)}` }, finding }
    })
  } catch (error) {
    signal.throwIfAborted()
    return { check: engineDown(name, error) }
  }
}

async function speedOf(engine: InferenceEngine, options: EngineTurnOptions): Promise<number> {
  const { exams, seconds } = await measureEngine(engine, options)
  return Math.round((10 * exams) / seconds) / 10
}

function describe({ program, system, examsPerSecond, isChosen }: EngineFinding): string {
  const speed = examsPerSecond === null ? '' : `, ${Math.round(examsPerSecond)} exams/s a worker`
  const isTelling = system !== null && program !== 'llama.cpp'
  return `${speed}${isTelling ? ` (${system})` : ''}${isChosen ? ': what a node runs' : ''}`
}

function engineDown(name: string, error: unknown): DoctorCheck {
  const hint = error instanceof EngineError ? error.hint : undefined
  return {
    name,
    ok: false,
    found: error instanceof Error ? error.message : String(error),
    expected: 'an engine that starts and loads the model',
    hint: hint ?? 'see the message',
  }
}
