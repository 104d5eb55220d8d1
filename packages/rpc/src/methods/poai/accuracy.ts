import { blockNumber, type Method, MODEL_PASS_COST, method, RpcError, required, SCHEMAS, toQuantity } from '@poai/api'
import type { ExamAnswers } from '../../exams/exam-answers.ts'
import { scoreBlocks } from '../../exams/score-blocks.ts'
import type { MethodContext } from '../method-context.ts'

/** Each block is a pass of the model: about ten milliseconds of a core that replays of new blocks may need. */
const MAX_BLOCKS = 256n

/** How well the network's model answers. */
export function accuracyMethods({ view }: Pick<MethodContext, 'view'>, answers: ExamAnswers): readonly Method[] {
  return [
    method({
      name: 'poai_getAccuracy',
      summary: `How many quizzes of each family the model answered right in a range of at most ${MAX_BLOCKS} blocks`,
      cost: MODEL_PASS_COST,
      params: [required('from', blockNumber), required('to', blockNumber)],
      result: SCHEMAS.accuracy,
      run: async ([first, last], call) => {
        // The genesis block has no exam.
        const [from, to] = [view.heightOf(first) || 1n, view.heightOf(last)]
        if (to < from) throw new RpcError('invalidParams', 'invalid block range: from is after to')
        if (to - from >= MAX_BLOCKS) throw new RpcError('limitExceeded', `a range has at most ${MAX_BLOCKS} blocks`)
        const scores = await scoreBlocks({ answers, view }, { from, to }, call)
        return { from: toQuantity(from), to: toQuantity(to), ...scores }
      },
    }),
  ]
}
