// Imports the blocks of a file into a database, one after the other, and says after each new one that it is acknowledged.
import { readFile } from 'node:fs/promises'
import { decodeRlp } from '@poai/core'
import { openChainFixture } from './chain-fixture.ts'

const [directory = '', file = ''] = process.argv.slice(2)
const { chain, close } = await openChainFixture({ directory })
for (const [index, encoded] of (decodeRlp(await readFile(file)) as readonly Uint8Array[]).entries()) {
  const { kind } = await chain.importEncoded(encoded)
  if (kind !== 'known') process.stdout.write(`${index}\n`)
}
await close()
