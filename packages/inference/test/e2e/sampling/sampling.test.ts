import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { openWasmSession } from '@poai/inference/wasm'
import { hasProgramForTests } from '@poai/testing'
import { expect, it } from 'vitest'
import { ENGINE_FOLDER } from '../../../src/build/engine-recipe.ts'
import { encodeSampling } from '../../../src/engine/slice-codec.ts'
import { WASM_MODULE_FILE } from '../../../src/wasm/module-file.ts'
import { logitsOf, readSamplingVectors, samplingOf } from '../../strength/sampling-vectors.ts'

const MODEL = join(import.meta.dirname, '../../../../../models/quiz-1/quiz-1.Q8_0.gguf')
const CHECKS = ['-Wall', '-Wextra', '-Wno-unused-function', '-Werror', '-fsanitize=address,undefined']
const vectors = readSamplingVectors()
const expected = vectors.map(({ token }) => token)

/** The records of `draw-dump.c`, with so much between one logit and the next. */
function recordsOf(stride: number): Buffer {
  return Buffer.concat(
    vectors.flatMap((vector) => {
      const logits = logitsOf(vector)
      const floats = new Float32Array(logits.length * stride).fill(1e30)
      logits.forEach((logit, token) => {
        floats[token * stride] = logit
      })
      const head = Uint32Array.of(logits.length, stride, vector.index, ...encodeSampling(samplingOf(vector)))
      return [Buffer.from(head.buffer), Buffer.from(floats.buffer)]
    }),
  )
}

it.skipIf(!hasProgramForTests(['cc'], 'apt-get install gcc'))('draws the recorded tokens in C', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'poai-sampling-'))
  try {
    const program = join(folder, 'draw-dump')
    const source = join(import.meta.dirname, 'draw-dump.c')
    const strict = ['-std=gnu11', '-O2', '-ffp-contract=off']
    await promisify(execFile)('cc', [...strict, ...CHECKS, '-I', ENGINE_FOLDER, source, '-o', program])
    for (const stride of [1, 8]) {
      const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] })
      const ended = once(child, 'close')
      child.stdin.end(recordsOf(stride))
      const output = await buffer(child.stdout)
      expect((await ended)[0]).toBe(0)
      expect([...new Uint32Array(Uint8Array.from(output).buffer)]).toEqual(expected)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('draws the recorded tokens in WebAssembly', async () => {
  const [module, model] = await Promise.all([readFile(WASM_MODULE_FILE), readFile(MODEL)])
  const session = await openWasmSession({ module, model, contextSize: 8 })
  const drawn = vectors.map((vector) => session.draw(logitsOf(vector), samplingOf(vector), vector.index))
  expect(drawn).toEqual(expected)
  expect(() => session.draw(new Float32Array(260), { temperature: 0, seed: new Uint8Array(32) }, 0)).toThrow('260')
})
