// `npm run contracts`: compiles solidity/ and writes what is made from it. See ADR 34.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeArtifacts, PACKAGE } from './make-artifacts.ts'

const GENERATED = join(PACKAGE, 'src/generated')

const artifacts = await makeArtifacts()
await mkdir(GENERATED, { recursive: true })
for (const name of await readdir(GENERATED)) {
  if (!artifacts.has(`src/generated/${name}`)) await rm(join(GENERATED, name))
}
for (const [path, text] of artifacts) await writeFile(join(PACKAGE, path), text)
process.stdout.write(`${[...artifacts.keys()].join('\n')}\n`)
