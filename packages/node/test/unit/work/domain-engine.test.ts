import { type DeterminismDomain, findDomain, type PortableProgram } from '@poai/inference'
import { createDomainEngine } from '@poai/node'
import { expect, it } from 'vitest'

const INSTALLATION = {
  home: '/nowhere',
  models: '/nowhere/models',
  modelStore: '/nowhere/store',
  cache: '/nowhere/cache',
}

function create(name: string, program: PortableProgram): () => void {
  const domain = findDomain(name) as DeterminismDomain
  return () => createDomainEngine(INSTALLATION, { modelPath: '/nowhere/model.gguf', domain }, { program })
}

it('gives a network of portable-1 the engine that was asked for', () => {
  expect(create('portable-1', 'wasm')).not.toThrow()
  expect(create('portable-1', 'native')).not.toThrow()
})

it('refuses WebAssembly in a domain of prebuilt code', () => {
  expect(create('x64-avx2', 'wasm')).toThrow('no WebAssembly engine')
  expect(create('x64-avx2', 'auto')).not.toThrow()
})
