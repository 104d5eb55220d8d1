/**
 * Records the model's vectors: exams as networks make them, and dialogues up to the whole context.
 * Usage: node --conditions=source record-vectors.ts [MODEL [DIRECTORY]]
 * To be run on a quiet machine, and read before it is committed: the SHA-256 it prints goes into network parameters.
 */
import { join } from 'node:path'
import { type EvaluationRequest, findDomain, KNOWN_DOMAINS, PORTABLE_DOMAIN_NAME } from '@poai/inference'
import { preparePortableCache, recordModelVectors, seededExamRequests } from '@poai/testing'
import { canRunDomain } from '../../packages/inference/test/model/runnable-domains.ts'
import { CONTEXT_TOKENS } from './answer-to.ts'
import { drawDialogue } from './text/draw-dialogue.ts'
import { encodeDialogue } from './text/encode-dialogue.ts'

const EXAMS = 24
const DIALOGUES = 40
/** Enough to see a difference anywhere in a dialogue, few enough for a file that can be read. */
const POSITIONS = 24
/** The letters e and t, the space and the end of the text. */
const PROBES = [104, 119, 35, 2]

/** A dialogue of the measurement's, judged at positions from the first answer to its end. */
function toRequest(index: number): EvaluationRequest {
  const { tokens, predicted } = encodeDialogue(drawDialogue(`poai/chat-1/vectors/${index}`, 'wordings'))
  const last = predicted.length - 1
  const chosen = Array.from({ length: POSITIONS }, (_, i) => Math.round((last * i) / (POSITIONS - 1)))
  const positions = [...new Set(chosen)].map((place) => predicted[place] as number)
  return {
    tokens: Uint32Array.from(tokens),
    positions: Uint32Array.from(positions),
    probes: Uint32Array.from(PROBES),
  }
}

const [modelPath = join(import.meta.dirname, 'chat-1.Q8_0.gguf'), directory = join(import.meta.dirname, 'vectors')] =
  process.argv.slice(2)
const domain = findDomain(PORTABLE_DOMAIN_NAME)
if (domain === undefined) throw new Error(`the domain ${PORTABLE_DOMAIN_NAME} is not known`)
const recorded = await recordModelVectors({
  modelPath,
  directory,
  cacheDirectory: await preparePortableCache(),
  domain,
  others: KNOWN_DOMAINS.filter((other) => other !== domain && canRunDomain(other)),
  requests: [...seededExamRequests('vectors', EXAMS), ...Array.from({ length: DIALOGUES }, (_, i) => toRequest(i))],
  contextSize: CONTEXT_TOKENS,
})
process.stdout.write(`${recorded.exams} exams in ${recorded.path}\nvectorsSha256 0x${recorded.sha256}\n`)
for (const { domain: name, sha256 } of recorded.fingerprints) process.stdout.write(`${name} ${sha256}\n`)
