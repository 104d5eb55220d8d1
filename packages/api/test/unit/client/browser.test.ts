import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const IMPORT = /^(?:import|export) (?!type )[^']*from '([^']+)'$/gm

it('the client brings nothing of Node into a browser: only its own files and core', async () => {
  const seen = new Set<string>()
  const follow = async (file: URL): Promise<void> => {
    if (seen.has(file.href)) return
    seen.add(file.href)
    for (const [, name = ''] of (await readFile(file, 'utf8')).matchAll(IMPORT)) {
      if (name === '@poai/core') continue
      expect(name, file.pathname).toMatch(/^\.\.?\/[a-z/-]+\.ts$/)
      await follow(new URL(name, file))
    }
  }
  await follow(new URL('../../../src/client.ts', import.meta.url))
  expect(seen.size).toBeGreaterThan(5)
})
