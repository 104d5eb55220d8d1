import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeArtifacts, PACKAGE } from '../support/make-artifacts.ts'

it('compiles to the artifacts that are in the repository, byte for byte', async () => {
  const artifacts = await makeArtifacts()
  const generated = (await readdir(join(PACKAGE, 'src/generated'))).map((name) => `src/generated/${name}`)
  expect([...artifacts.keys()].sort(), 'make them anew: npm run contracts').toEqual(
    ['solidity/PoaiModels.sol', ...generated].sort(),
  )
  for (const [path, text] of artifacts) {
    expect(await readFile(join(PACKAGE, path), 'utf8'), `make ${path} anew: npm run contracts`).toBe(text)
  }
})
