import { type Call, toQuantity } from '@poai/api'
import type { AccuracyJson } from '@poai/api/client'
import type { GradedQuiz } from '@poai/consensus'
import { bytesToHex } from '@poai/core'
import type { ChainView, NamedHeader } from '../chain-view.ts'
import type { ExamAnswers } from './exam-answers.ts'

/** Exams in the engine's queue at a time. */
const CHUNK = 4

/** Heights, both ends included. */
export interface BlockRange {
  readonly from: bigint
  readonly to: bigint
}

interface Score {
  asked: number
  right: number
  lossMicroNats: bigint
}

/** How well the model does in the exams of a range of blocks: by family, and block by block. */
export async function scoreBlocks(
  { answers, view }: { readonly answers: ExamAnswers; readonly view: Pick<ChainView, 'header'> },
  { from, to }: BlockRange,
  call: Pick<Call, 'signal' | 'pause'>,
): Promise<Pick<AccuracyJson, 'families' | 'blocks'>> {
  const families = new Map<string, Score>()
  const blocks: AccuracyJson['blocks'][number][] = []
  for (let start = from; start <= to; start += BigInt(CHUNK)) {
    call.signal.throwIfAborted()
    const rest = call.pause()
    if (rest !== undefined) await rest
    const named = headersOf(view, {
      from: start,
      to: start + BigInt(CHUNK) - 1n < to ? start + BigInt(CHUNK) - 1n : to,
    })
    const answered = await Promise.all(named.map(async (block) => ({ block, ...(await answers.answer(block)) })))
    for (const { block, graded } of answered) {
      blocks.push(blockScore(block, graded))
      for (const quiz of graded) addTo(families, quiz)
    }
  }
  return { families: [...families].sort(byName).map(familyScore), blocks }
}

function headersOf(view: Pick<ChainView, 'header'>, { from, to }: BlockRange): readonly NamedHeader[] {
  const heights = Array.from({ length: Number(to - from) + 1 }, (_, index) => from + BigInt(index))
  return heights.map((number) => view.header({ kind: 'number', number })).filter((found) => found !== undefined)
}

function blockScore({ header, hash }: NamedHeader, graded: readonly GradedQuiz[]): AccuracyJson['blocks'][number] {
  return {
    number: toQuantity(header.number),
    hash: bytesToHex(hash),
    asked: graded.length,
    right: graded.filter(({ isRight }) => isRight).length,
    lossMicroNats: toQuantity(header.lossMicroNats),
  }
}

function addTo(families: Map<string, Score>, { quiz, isRight, lossMicroNats }: GradedQuiz): void {
  const score = families.get(quiz.family) ?? { asked: 0, right: 0, lossMicroNats: 0n }
  score.asked++
  if (isRight) score.right++
  score.lossMicroNats += lossMicroNats
  families.set(quiz.family, score)
}

function byName([a]: readonly [string, Score], [b]: readonly [string, Score]): number {
  return a < b ? -1 : 1
}

function familyScore([family, score]: readonly [string, Score]): AccuracyJson['families'][number] {
  const { asked, right, lossMicroNats } = score
  return { family, asked, right, meanLossMicroNats: toQuantity(lossMicroNats / BigInt(asked)) }
}
