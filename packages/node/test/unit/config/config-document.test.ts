import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { configDocument } from '../../../src/config/config-document.ts'

it('docs/CONFIG.md is what the table of settings says', async () => {
  const document = await readFile(new URL('../../../../../docs/CONFIG.md', import.meta.url), 'utf8')
  expect(document, 'make it anew: poai node --print-config-document > docs/CONFIG.md').toBe(configDocument())
})
