import { RpcError } from '@poai/api'
import type { Chain } from '@poai/chain'
import {
  createExamBuilder,
  createMerkleTree,
  createTranscript,
  deriveExamSeed,
  type Exam,
  type ExamEvaluation,
  type ExamEvaluator,
  type ExamVocabulary,
  examToRequest,
  type GradedQuiz,
  gradeExam,
  type MerkleTree,
  networkExamOptions,
  nextEpochKey,
  transcriptLeafHashes,
} from '@poai/consensus'
import { bytesToHex, equalBytes, type Hash32, type Header, type Hex, type NetworkParams, sealHash } from '@poai/core'
import type { NamedHeader } from '../chain-view.ts'

/** A block's exam, before anybody answers it. */
export interface BlockExam {
  readonly seed: Hash32
  readonly epochKey: Hash32
  readonly exam: Exam
  readonly vocabulary: ExamVocabulary
}

/** What the model of this node said about it, and whether the header says the same. */
export interface AnsweredExam extends BlockExam {
  readonly evaluation: ExamEvaluation
  readonly graded: readonly GradedQuiz[]
  readonly leaves: readonly Hash32[]
  readonly tree: MerkleTree
  readonly agrees: boolean
}

/** Answers to keep: people look at new blocks, many at the same ones. About 10 kB each. */
const MAX_KEPT = 512
/** Exams that are computed at the same time for those who look; the node's own replays go first all the same. */
const MAX_RUNNING = 8

/** Finds the exams of blocks and has them answered again, for people to look at. */
export class ExamAnswers {
  readonly #params: NetworkParams
  readonly #chain: Pick<Chain, 'queries'>
  readonly #evaluator: ExamEvaluator | undefined
  readonly #build: (seed: Uint8Array) => Exam
  readonly #vocabulary: ExamVocabulary
  readonly #kept = new Map<Hex, Promise<AnsweredExam>>()
  #running = 0

  constructor(params: NetworkParams, chain: Pick<Chain, 'queries'>, evaluator: ExamEvaluator | undefined) {
    this.#params = params
    this.#chain = chain
    this.#evaluator = evaluator
    const options = networkExamOptions(params)
    this.#build = createExamBuilder(options)
    this.#vocabulary = options.vocabulary
  }

  get hasModel(): boolean {
    return this.#evaluator !== undefined
  }

  /** The exam that the block's miner had to answer. */
  examOf({ header }: NamedHeader): BlockExam {
    if (header.number === 0n) throw new RpcError('serverError', 'the genesis block has no exam')
    const epochKey = this.#epochKeyOf(header)
    const seed = deriveExamSeed({ epochKey, sealHash: sealHash(header), nonce: header.nonce })
    return { seed, epochKey, exam: this.#build(seed), vocabulary: this.#vocabulary }
  }

  /** Answers it with this node's model; the same block is answered once. */
  answer(named: NamedHeader): Promise<AnsweredExam> {
    const name = bytesToHex(named.hash)
    const kept = this.#kept.get(name)
    if (kept !== undefined) return kept
    const answer = this.#evaluate(named)
    this.#kept.set(name, answer)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    // A failure is of this moment: the next who asks gets another try.
    answer.catch(() => this.#kept.delete(name))
    return answer
  }

  async #evaluate({ header, hash }: NamedHeader): Promise<AnsweredExam> {
    const evaluator = this.#evaluator
    if (evaluator === undefined) throw new RpcError('unsupported', 'this node has no model: it cannot answer exams')
    if (this.#running >= MAX_RUNNING) throw new RpcError('limitExceeded', 'too many exams at once: try again')
    this.#running++
    try {
      const asked = this.examOf({ header, hash })
      const [evaluation] = await evaluator.evaluate([examToRequest(asked.exam)], { priority: 'mine' })
      if (evaluation === undefined) throw new RpcError('unavailable', 'the model did not answer')
      const transcript = createTranscript(asked.exam, evaluation)
      const leaves = transcriptLeafHashes(asked.exam, evaluation)
      const agrees =
        transcript.kind === 'finite' &&
        transcript.lossMicroNats === header.lossMicroNats &&
        equalBytes(transcript.transcriptRoot, header.transcriptRoot)
      return {
        ...asked,
        evaluation,
        graded: gradeExam(asked.exam, evaluation),
        leaves,
        tree: createMerkleTree(leaves),
        agrees,
      }
    } finally {
      this.#running--
    }
  }

  #epochKeyOf({ parentHash }: Header): Hash32 {
    const parent = this.#chain.queries.context(parentHash)
    if (parent === undefined)
      throw new RpcError('pruned', 'the block before it is not kept, and with it the exam’s key')
    return nextEpochKey(this.#params, parent)
  }
}
