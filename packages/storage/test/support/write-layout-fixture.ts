// Writes the fixture of the current layout. A fixture that was released is never written again: it is what databases
// out there look like.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LAYOUT_VERSION } from '../../src/layout.ts'
import { fixtureEntries } from './layout-fixture.ts'

const path = join(import.meta.dirname, '../spec/vectors', `layout-${LAYOUT_VERSION}.json`)
await writeFile(path, `${JSON.stringify(await fixtureEntries(), undefined, 2)}\n`, { flag: 'wx' })
