import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILT_IN_NETWORKS, BYTE_TOKENS } from '@poai/core'
import { afterAll, describe, expect, it } from 'vitest'
import { modelPinsOf, setUpEngine } from '../../src/engine/engine-setup.ts'

const home = await mkdtemp(join(tmpdir(), 'poai-engine-setup-'))
afterAll(async () => await rm(home, { recursive: true, force: true }))
const models = join(import.meta.dirname, '../../../../models')
const installation = { models, home, modelStore: join(home, 'models'), cache: join(home, 'cache') }

describe.each(Object.entries(BUILT_IN_NETWORKS))('the models of %s', (_, params) => {
  const pins = modelPinsOf(params)

  it('are those that blocks are mined with and contracts may call, each once', () => {
    expect(pins.map(({ model, contextTokens }) => [model, contextTokens])).toEqual([
      ['quiz-1', 256],
      ['chat-1', 512],
    ])
  })

  it.each(pins.map((pin) => [pin.model, pin] as const))(
    '%s comes with the program, vectors and all',
    async (_, pin) => {
      const { model, vectors } = await setUpEngine(installation, { work: pin })
      expect(model.description.vocabularySize).toBe(BYTE_TOKENS)
      expect(vectors.contextSize).toBe((pin.contextTokens ?? 0) - 1)
    },
  )

  it.each(pins.map((pin) => [pin.model, pin] as const))(
    '%s refuses calls that are one token longer',
    async (_, pin) => {
      const contextTokens = (pin.contextTokens ?? 0) + 1
      await expect(setUpEngine(installation, { work: { ...pin, contextTokens } })).rejects.toMatchObject({
        code: 'INFERENCE_VECTORS_INVALID',
        actual: String(contextTokens),
      })
    },
  )
})
