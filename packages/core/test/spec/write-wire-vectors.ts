/**
 * Writes the vectors of encodings, roots and genesis blocks anew, by hand, when the parameters of a built-in network or
 * an encoding change: `node --conditions=source packages/core/test/spec/write-wire-vectors.ts`. A changed vector is
 * another network, or a rule that networks which run the old one will not follow.
 */
import { writeFileSync } from 'node:fs'
import { computeWireVectors } from './wire-vectors.ts'

const file = new URL('vectors/wire.vectors.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(computeWireVectors(), undefined, 1)}\n`)
