import { type DeterminismDomain, findDomain, type InferenceEngine, type PortableProgram } from '@poai/inference'
import { createDomainEngine } from '@poai/node'
import { expect, it } from 'vitest'

const INSTALLATION = {
  home: '/nowhere',
  models: '/nowhere/models',
  modelStore: '/nowhere/store',
  cache: '/nowhere/cache',
}

function create(name: string, program: PortableProgram): () => InferenceEngine {
  const domain = findDomain(name) as DeterminismDomain
  return () => createDomainEngine(INSTALLATION, { modelPath: '/nowhere/model.gguf', domain }, { program })
}

it('gives a network of portable-1 the engine that was asked for', () => {
  const programs: readonly PortableProgram[] = ['auto', 'wasm', 'native', 'llama']
  for (const program of programs) {
    expect(create('portable-1', program)().status.program).toBe(
      program === 'llama' ? 'llama.cpp' : program === 'native' ? 'native' : 'wasm',
    )
  }
})

it('gives networks of other domains llama.cpp only', () => {
  expect(create('x64-avx2', 'wasm')).toThrow('llama.cpp only')
  expect(create('x64-avx2', 'native')).toThrow('llama.cpp only')
  expect(create('x64-avx2', 'auto')).not.toThrow()
  expect(create('x64-avx2', 'llama')).not.toThrow()
})
