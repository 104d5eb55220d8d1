import { RpcError } from '@poai/api'
import type { Chain } from '@poai/chain'
import {
  createMerkleTree,
  createTranscript,
  deriveExamSeed,
  type Exam,
  type ExamEvaluation,
  type ExamEvaluator,
  type ExamVocabulary,
  examBuilderOf,
  examToRequest,
  type GradedQuiz,
  gradeExam,
  type MerkleTree,
  networkExamOptions,
  nextEpochKey,
  transcriptLeafHashes,
} from '@poai/consensus'
import {
  bytesToHex,
  equalBytes,
  type Hash32,
  type Header,
  type Hex,
  type NetworkParams,
  rulesAt,
  sealHash,
} from '@poai/core'
import type { NamedHeader } from '../chain-view.ts'

/** A block's exam, before it is answered. */
export interface BlockExam {
  readonly seed: Hash32
  readonly epochKey: Hash32
  readonly exam: Exam
  readonly vocabulary: ExamVocabulary
}

/** The answers of this node's model, and whether the header agrees with them. */
export interface AnsweredExam extends BlockExam {
  readonly evaluation: ExamEvaluation
  readonly graded: readonly GradedQuiz[]
  readonly leaves: readonly Hash32[]
  readonly tree: MerkleTree
  readonly agrees: boolean
}

/** Answers that are kept: people look at new blocks, many of them at the same ones. About 10 kB each. */
const MAX_KEPT = 512
/** Exams that are computed for clients at the same time; the node's own replays still go first. */
const MAX_RUNNING = 8

/** Rebuilds the exams of blocks, and has the model answer them again for people to look at. */
export class ExamAnswers {
  readonly #params: NetworkParams
  readonly #chain: Pick<Chain, 'queries'>
  readonly #evaluator: ExamEvaluator | undefined
  readonly #kept = new Map<Hex, Promise<AnsweredExam>>()
  #running = 0

  constructor(params: NetworkParams, chain: Pick<Chain, 'queries'>, evaluator: ExamEvaluator | undefined) {
    this.#params = params
    this.#chain = chain
    this.#evaluator = evaluator
  }

  get hasModel(): boolean {
    return this.#evaluator !== undefined
  }

  /** The exam that the block's miner had to answer. */
  examOf({ header }: NamedHeader): BlockExam {
    if (header.number === 0n) throw new RpcError('serverError', 'the genesis block has no exam')
    const epochKey = this.#epochKeyOf(header)
    const seed = deriveExamSeed({ epochKey, sealHash: sealHash(header), nonce: header.nonce })
    const rules = rulesAt(this.#params, header.number)
    const { vocabulary } = networkExamOptions(rules)
    return { seed, epochKey, exam: examBuilderOf(rules)(seed), vocabulary }
  }

  /** The answers of this node's model; each block is answered once. */
  answer(named: NamedHeader): Promise<AnsweredExam> {
    const name = bytesToHex(named.hash)
    const kept = this.#kept.get(name)
    if (kept !== undefined) return kept
    const answer = this.#evaluate(named)
    this.#kept.set(name, answer)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    // A failure may be gone the next time: the next client gets another try.
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
      const { work } = rulesAt(this.#params, header.number)
      const [evaluation] = await evaluator.evaluate([examToRequest(asked.exam)], { work, priority: 'mine' })
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
