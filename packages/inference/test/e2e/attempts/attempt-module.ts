import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { webAssembly } from '../../../src/wasm/web-assembly.ts'
import { SEAL_BYTES } from './search-records.ts'

const run = promisify(execFile)
const ENGINE_FOLDER = join(import.meta.dirname, '../../../native/engine')
const EXPORTS = ['job_address', 'seal_address', 'try_nonce'] as const

/** The engine's attempts as a WebAssembly module. */
export interface AttemptModule {
  /** `job` is a `SearchJob` in memory. Answers the result and the `Seal` in memory, as `attempt-dump` does. */
  try(job: Buffer, nonce: bigint): Buffer
}

interface ModuleExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly job_address: () => number
  readonly seal_address: () => number
  readonly try_nonce: (nonce: bigint) => number
}

/** Compiles it without any library, and instantiates it without any import. */
export async function compileAttemptModule(): Promise<AttemptModule> {
  const { memory, job_address, seal_address, try_nonce } = (await instantiate()) as unknown as ModuleExports
  return {
    try: (job, nonce) => {
      const seal = Buffer.from(memory.buffer, seal_address(), SEAL_BYTES)
      seal.fill(0)
      job.copy(Buffer.from(memory.buffer, job_address(), job.length))
      const result = try_nonce(BigInt.asIntN(64, nonce))
      return Buffer.concat([Buffer.from(Int32Array.of(result).buffer), seal])
    },
  }
}

async function instantiate(): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-attempts-'))
  try {
    const module = join(folder, 'attempt.wasm')
    const target = ['--target=wasm32', '-ffreestanding', '-nostdlib', '-msimd128', '-mbulk-memory']
    const linking = ['-Wl,--no-entry', ...EXPORTS.map((name) => `-Wl,--export=${name}`)]
    const source = join(import.meta.dirname, 'attempt-module.c')
    await run('clang', [...target, '-std=gnu11', '-O3', '-I', ENGINE_FOLDER, ...linking, source, '-o', module])
    const { exports } = await webAssembly.instantiate(await webAssembly.compile(await readFile(module)), {})
    return exports
  } finally {
    await rm(folder, { recursive: true })
  }
}
