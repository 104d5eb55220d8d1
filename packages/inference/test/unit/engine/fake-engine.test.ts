import { createFakeEngine } from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import { generationSuite } from '@poai/testing/generation-suite'
import { inferenceEngineSuite } from '@poai/testing/inference-engine-suite'
import { expect, it } from 'vitest'

generationSuite('fake engine', () => createFakeEngine())
inferenceEngineSuite('fake engine', () => createFakeEngine())

it('disagrees with a fake engine of another seed', async () => {
  const [request] = seededExamRequests('fake', 1)
  const words = await Promise.all(
    [1, 2].map(async (seed) => {
      const engine = createFakeEngine({ seed })
      await engine.start()
      return (await engine.evaluate(request === undefined ? [] : [request]))[0]?.words
    }),
  )
  expect(words[0]).not.toEqual(words[1])
})
