import { blockNumber, type Method, MODEL_PASS_COST, method, RpcError, required, SCHEMAS, toQuantity } from '@poai/api'
import { bytesToHex, type JsonValue } from '@poai/core'
import type { ExamDesk } from '../../exams/exam-desk.ts'
import type { MethodContext } from '../method-context.ts'

/** Each block is a pass of the model: some ten milliseconds of a core, which replays of new blocks may need. */
const MAX_BLOCKS = 256n
/** Exams in the engine's queue at a time. */
const CHUNK = 4

interface Score {
  asked: number
  right: number
  lossMicroNats: bigint
}

/** How well the network's model answers. */
export function accuracyMethods({ view }: MethodContext, desk: ExamDesk): readonly Method[] {
  return [
    method({
      name: 'poai_getAccuracy',
      summary: `How many quizzes of each family the model answered right in a range of at most ${MAX_BLOCKS} blocks`,
      cost: MODEL_PASS_COST,
      params: [required('from', blockNumber), required('to', blockNumber)],
      result: SCHEMAS.accuracy,
      run: async ([first, last], call) => {
        const [from, to] = [view.heightOf(first) || 1n, view.heightOf(last)]
        if (to < from) throw new RpcError('invalidParams', 'invalid block range: from is after to')
        if (to - from >= MAX_BLOCKS) throw new RpcError('limitExceeded', `a range has at most ${MAX_BLOCKS} blocks`)
        const families = new Map<string, Score>()
        const blocks: JsonValue[] = []
        for (let start = from; start <= to; start += BigInt(CHUNK)) {
          call.signal.throwIfAborted()
          const rest = call.pause()
          if (rest !== undefined) await rest
          const heights = Array.from({ length: CHUNK }, (_, index) => start + BigInt(index)).filter(
            (height) => height <= to,
          )
          const named = heights
            .map((number) => view.header({ kind: 'number', number }))
            .filter((found) => found !== undefined)
          const answers = await Promise.all(named.map((found) => desk.answer(found)))
          for (const [index, { graded }] of answers.entries()) {
            const block = named[index]
            if (block === undefined) continue
            blocks.push({
              number: toQuantity(block.header.number),
              hash: bytesToHex(block.hash),
              asked: graded.length,
              right: graded.filter(({ isRight }) => isRight).length,
              lossMicroNats: toQuantity(block.header.lossMicroNats),
            })
            for (const { quiz, isRight, lossMicroNats } of graded) {
              const score = families.get(quiz.family) ?? { asked: 0, right: 0, lossMicroNats: 0n }
              score.asked++
              if (isRight) score.right++
              score.lossMicroNats += lossMicroNats
              families.set(quiz.family, score)
            }
          }
        }
        return {
          from: toQuantity(from),
          to: toQuantity(to),
          families: [...families].sort(byName).map(showScore),
          blocks,
        }
      },
    }),
  ]
}

function byName([a]: readonly [string, Score], [b]: readonly [string, Score]): number {
  return a < b ? -1 : 1
}

function showScore([family, { asked, right, lossMicroNats }]: readonly [string, Score]): JsonValue {
  return { family, asked, right, meanLossMicroNats: toQuantity(lossMicroNats / BigInt(asked)) }
}
