import { expect, it } from 'vitest'
import { poai, testFolder } from './support/program.ts'
import { recorded } from './support/recording.ts'

/** A row of the document: `flag`, `variable`, `place in a file`, the default in words, the meaning in words. */
const ROW = /^\| `--([^`]+)` \| `(\w+)` \| `([\w.]+)` \|/gm

it('every setting has its flag, its variable, its place in a file and its default', async () => {
  const home = await testFolder()
  const document = await poai(home, ['node', '--print-config-document'])
  const values = await poai(home, ['node', '--print-config'])
  const defaults = new Map([...values.matchAll(/^(\S+) +(.+?) +(\w+)$/gm)].map(([, path, value]) => [path, value]))
  const rows = [...document.matchAll(ROW)].map(([, flag, variable, path]) => ({
    ...{ flag, variable, path },
    default: path === 'node.home' ? '"the home"' : path === 'engine.workers' ? 'by cores' : defaults.get(path),
  }))
  expect(rows.map(({ path }) => path)).toEqual([...defaults.keys()])
  const settings = rows.sort((a, b) => (String(a.path) < String(b.path) ? -1 : 1))
  expect(settings).toEqual(await recorded('settings', settings))
})
