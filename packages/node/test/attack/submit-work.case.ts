import { sealBlock } from '@poai/chain'
import {
  claimedWorkHash,
  createAttempts,
  createExamBuilder,
  examToRequest,
  MAX_EVALUATIONS,
  meetsTarget,
  networkExamOptions,
} from '@poai/consensus'
import { createBlockCodecs, createTransactionCodec, hash32, type Seal, uintToBytes } from '@poai/core'
import { createFakeEngine, type InferenceEngine } from '@poai/inference'
import {
  type FarmJob,
  type FarmVerdict,
  farmRequestToJson,
  farmSolutionToJson,
  parseFarmAnswer,
  parseFarmJob,
  SOLUTION_DEFAULTS,
} from '@poai/miner'
import { testNetwork } from '@poai/testing/chain'
import { isInTime, type StrangerCase } from '@poai/testing/strangers'
import { type FarmNode, startFarmNode } from '../support/farm-node.ts'

const SOLUTIONS = 300
const NAMES = 200
/** Requests that the attacker has under way. */
const AT_ONCE = 8
/** Blocks of a neighbour while the attack lasts, and at least so many. */
const HONEST_BLOCKS = 40
const BLOCK_PAUSE_MS = 50
const NEIGHBOUR = '127.0.0.8'
const FARM = '127.0.0.7'
const MAX_IMPORT_MS = 250
/** In the full attack this many addresses bring so many each. */
const ADDRESSES = 12

const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))
const buildExam = createExamBuilder(networkExamOptions(testNetwork))

/** What failed solutions of an address may cost, and those of all of them. */
function allowedPasses(addresses: number): number {
  const { strangerFailures, allStrangersFailures } = SOLUTION_DEFAULTS
  return MAX_EVALUATIONS * Math.min(addresses * strangerFailures, allStrangersFailures)
}

/** Solutions that no model stands behind, through the door for farms. */
export const stranger: StrangerCase = {
  name: 'submit-work',
  attack: `${SOLUTIONS} ground solutions under ${NAMES} worker names by poai_submitWork from one address (in full: from ${ADDRESSES}, one after the other)`,
  before: '300 judged at the priority of the tip, 1,200 passes',
  bound:
    `at most ${allowedPasses(1)} passes for one address and ${allowedPasses(ADDRESSES)} for all, ` +
    `a farm beside them finds its block accepted, imports of the tip under ${MAX_IMPORT_MS} ms (99 of 100)`,
  run: async (size) => {
    const addresses = size === 'test' ? 1 : ADDRESSES
    const engine = createFakeEngine()
    await engine.start()
    const node = await startFarmNode()
    try {
      let isOver = false
      const attack = flood(node, addresses).finally(() => {
        isOver = true
      })
      const bringing = bringBlocks(node, engine, () => isOver)
      const [farm, verdicts, importsMs] = await Promise.all([farmUntilAccepted(node, engine), attack, bringing])
      const { evaluations, longestPauseMs } = await node.look()
      const inVain = evaluations - importsMs.length - farm.tries
      const [p99 = Number.NaN] = importsMs.sort((a, b) => a - b).slice(Math.ceil(importsMs.length * 0.99) - 1)
      const told = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`)
      return {
        measured: [
          `${inVain} passes in vain (${told.join(', ')})`,
          `the farm's block ${farm.verdict} after ${farm.tries} tries`,
          `imports p99 ${p99.toFixed(0)} ms, longest pause of the main thread ${longestPauseMs.toFixed(0)} ms`,
        ].join('; '),
        holds: inVain <= allowedPasses(addresses) && farm.verdict === 'accepted' && isInTime(size, p99, MAX_IMPORT_MS),
      }
    } finally {
      await node.stop()
      await engine.stop()
    }
  },
}

async function getWork(node: FarmNode, from: string, worker: string): Promise<FarmJob> {
  return parseFarmJob(await node.call(from, 'poai_getWork', [farmRequestToJson({ worker })]))
}

async function submit(
  node: FarmNode,
  from: string,
  { worker, jobId, seal }: { readonly worker: string; readonly jobId: FarmJob['jobId']; readonly seal: Seal },
): Promise<FarmVerdict> {
  const answer = await node.call(from, 'poai_submitWork', [farmSolutionToJson({ worker, jobId, seal })])
  return parseFarmAnswer(answer).verdict
}

/** What a neighbour mines on the head here comes in as by gossip. Milliseconds of each import. */
async function bringBlocks(node: FarmNode, engine: InferenceEngine, isOver: () => boolean): Promise<number[]> {
  const importsMs: number[] = []
  while (!isOver() || importsMs.length < HONEST_BLOCKS) {
    const job = await getWork(node, NEIGHBOUR, 'neighbour')
    const body = codecs.body.decode(job.body ?? new Uint8Array(0))
    const block = sealBlock({ ...job, body }, await solve(job, engine))
    importsMs.push(await node.importBlock(codecs.block.encode(block)))
    await new Promise((resolve) => setTimeout(resolve, BLOCK_PAUSE_MS))
  }
  return importsMs
}

/** Each address brings its solutions, some at a time, and goes on whatever it is told. */
async function flood(node: FarmNode, addresses: number): Promise<Readonly<Record<string, number>>> {
  const verdicts: Record<string, number> = {}
  for (let address = 0; address < addresses; address++) {
    const from = `127.0.66.${address + 1}`
    let next = 0
    const bring = async (): Promise<void> => {
      while (next < SOLUTIONS) {
        const index = next++
        const worker = `name-${index % NAMES}`
        const verdict = await getWork(node, from, worker)
          .then((job) => submit(node, from, { worker, jobId: job.jobId, seal: grind(job, index) }))
          .catch(() => 'turned away')
        verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, bring))
  }
  return verdicts
}

/** A seal that meets the target by hashing alone. */
function grind({ header, range }: FarmJob, salt: number): Seal {
  for (let round = 0; ; round++) {
    const seal = {
      nonce: range.first,
      lossMicroNats: 1n,
      transcriptRoot: hash32(uintToBytes(BigInt(salt), 8), uintToBytes(BigInt(round), 8)),
    }
    if (meetsTarget(claimedWorkHash({ ...header, ...seal }), header.target)) return seal
  }
}

/** An honest worker, as `poai mine` does it: a stale job is given up, a busy desk is asked again. */
async function farmUntilAccepted(
  node: FarmNode,
  engine: InferenceEngine,
): Promise<{ readonly verdict: FarmVerdict; readonly tries: number }> {
  let tries = 0
  for (;;) {
    const job = await getWork(node, FARM, 'shed-1')
    const seal = await solve(job, engine)
    let verdict = await submit(node, FARM, { worker: 'shed-1', jobId: job.jobId, seal })
    while (verdict === 'busy' || verdict === 'undecided') {
      await new Promise((resolve) => setTimeout(resolve, 50))
      verdict = await submit(node, FARM, { worker: 'shed-1', jobId: job.jobId, seal })
    }
    if (verdict === 'stale') continue
    tries++
    if (verdict !== 'side' || tries === 100) return { verdict, tries }
  }
}

async function solve({ header, epochKey, range }: FarmJob, engine: InferenceEngine): Promise<Seal> {
  const attempts = createAttempts({ header, epochKey, buildExam, firstNonce: range.first })
  for (;;) {
    for (const attempt of attempts.take(4)) {
      const [evaluation] = await engine.evaluate([examToRequest(attempt.exam)])
      if (evaluation === undefined) throw new Error('an engine answers')
      const finished = attempts.finish(attempt, evaluation)
      if (finished.kind === 'solved') return finished.seal
    }
  }
}
