// Writes a model's vectors: npm run bench -- record-vectors MODEL.gguf DIRECTORY [DOMAIN] [MAX_SEQUENCES]
// To be run on a quiet machine, and read before it is committed: the SHA-256 it prints goes into network parameters.
import { DEFAULT_DOMAIN_NAME, findDomain, KNOWN_DOMAINS } from '@poai/inference'
import { recordModelVectors } from '@poai/testing'
import { canRunDomain } from '../model/runnable-domains.ts'
import { createBenchFolder } from './bench-models.ts'

const [modelPath, directory, domainName = DEFAULT_DOMAIN_NAME, maxSequences = '1'] = process.argv.slice(2)
const domain = findDomain(domainName)
if (modelPath === undefined || directory === undefined || domain === undefined) {
  console.error('npm run bench -- record-vectors MODEL.gguf DIRECTORY [DOMAIN] [MAX_SEQUENCES]')
  process.exitCode = 1
} else {
  const folder = await createBenchFolder()
  const recorded = await recordModelVectors({
    modelPath,
    directory,
    cacheDirectory: folder.cacheDirectory,
    domain,
    others: KNOWN_DOMAINS.filter((other) => other !== domain && canRunDomain(other)),
    maxSequences: Number(maxSequences),
  })
  await folder.remove()
  console.log(`${recorded.exams} exams in ${recorded.path}`)
  console.log(`vectorsSha256 0x${recorded.sha256}`)
  console.table(recorded.fingerprints)
}
