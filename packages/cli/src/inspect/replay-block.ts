import { ask, type RpcClient } from '@poai/api/connect'
import {
  createReplayVerifier,
  deriveEpochKey,
  deriveExamSeed,
  type Exam,
  type ExamEvaluator,
  epochIndex,
  examBuilderOf,
  examToRequest,
  type GradedQuiz,
  gradeExam,
} from '@poai/consensus'
import {
  AppError,
  bytesToHex,
  type Hash32,
  type Header,
  headerCodec,
  headerHash,
  hexToBytes,
  type Logger,
  type NetworkParams,
  RuleError,
  rulesAt,
  sealHash,
  toHash32,
} from '@poai/core'
import { type BlockPlace, isHash, noBlock } from './block-place.ts'

/** A header decoded from its bytes, with the key of its exam. */
export interface FetchedHeader {
  readonly header: Header
  readonly hash: Hash32
  readonly epochKey: Hash32
}

/** What a replay on this machine found. */
export interface BlockReplay {
  /** Undefined if the block's claim is true. */
  readonly fault: RuleError | undefined
  readonly seconds: number
  readonly exam: Exam
  readonly graded: readonly GradedQuiz[]
}

/** The header of a block, from its bytes and not from what the node says about it. */
export async function fetchHeader(
  client: RpcClient,
  { place, params }: { readonly place: BlockPlace; readonly params: NetworkParams },
  signal: AbortSignal,
): Promise<FetchedHeader> {
  const raw = await ask(client, 'poai_getRawHeader', [place], { signal })
  const bytes = raw === null ? undefined : hexToBytes(raw)
  if (bytes === undefined) throw noBlock(place, client.address)
  const header = headerCodec.decode(bytes)
  const hash = headerHash(header)
  if (isHash(place) && bytesToHex(hash) !== place) {
    throw new AppError('CLI_NODE_LIES', `the node at ${client.address} gave a block other than ${place}`, {
      actual: bytesToHex(hash),
      hint: 'ask a node that you trust',
    })
  }
  return { header, hash, epochKey: await epochKeyOf(client, { header, params }, signal) }
}

/** Derives the key from the hash of the last block of the previous epoch. */
async function epochKeyOf(
  client: RpcClient,
  { header, params }: { readonly header: Header; readonly params: NetworkParams },
  signal: AbortSignal,
): Promise<Hash32> {
  const { epochBlocks } = rulesAt(params, header.number).work
  const epoch = epochIndex(header.number, epochBlocks)
  const seedNumber = epoch === 0n ? 0n : epoch * epochBlocks - 1n
  const block = await ask(client, 'eth_getBlockByNumber', [seedNumber, false], { signal })
  const hash = block === null ? undefined : hexToBytes(block.hash)
  if (hash === undefined) throw noBlock(String(seedNumber), client.address)
  return deriveEpochKey(toHash32(hash), epoch)
}

/** Replays a block's exam on this machine, as a validator does. */
export async function replayBlock(
  { header, epochKey }: FetchedHeader,
  params: NetworkParams,
  dependencies: {
    readonly evaluator: ExamEvaluator
    readonly logger: Pick<Logger, 'warn'>
    readonly signal: AbortSignal
  },
): Promise<BlockReplay> {
  const { evaluator, signal } = dependencies
  const startedMs = performance.now()
  const fault = await faultOf(() => createReplayVerifier(params, dependencies).verify(header, { epochKey, signal }))
  const seconds = (performance.now() - startedMs) / 1000
  const build = examBuilderOf(rulesAt(params, header.number))
  const exam = build(deriveExamSeed({ epochKey, sealHash: sealHash(header), nonce: header.nonce }))
  const [evaluation] = await evaluator.evaluate([examToRequest(exam)], { signal })
  return { fault, seconds, exam, graded: evaluation === undefined ? [] : gradeExam(exam, evaluation) }
}

async function faultOf(work: () => Promise<void>): Promise<RuleError | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof RuleError) return error
    throw error
  }
}
