import { createLlamaEngine } from '@poai/inference'
import { generationSuite } from '@poai/testing/generation-suite'
import { inferenceEngineSuite } from '@poai/testing/inference-engine-suite'
import { afterAll } from 'vitest'
import { createTestModel } from '../test-model.ts'

const model = await createTestModel()
afterAll(async () => await model.remove())

inferenceEngineSuite('llama.cpp engine', () => createLlamaEngine(model.options))
inferenceEngineSuite('llama.cpp engine with two workers', () => createLlamaEngine({ ...model.options, workers: 2 }))
generationSuite('llama.cpp engine', () => createLlamaEngine(model.options))
