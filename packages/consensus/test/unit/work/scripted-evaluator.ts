import type { EvaluateExamsOptions, Exam, ExamEvaluation, ExamEvaluator, ExamRequest } from '@poai/consensus'
import { bytesToHex, keccak256 } from '@poai/core'
import { plausibleEvaluation } from '../transcript/plausible-evaluation.ts'

/** An evaluator without a model: the same plausible numbers for the same request, always. */
export class ScriptedEvaluator implements ExamEvaluator {
  readonly calls: { readonly request: ExamRequest; readonly options: EvaluateExamsOptions | undefined }[] = []
  /** The answers to `calls`. */
  readonly answers: ExamEvaluation[] = []
  /** Changes an answer before it is given; counts calls from 0. */
  tamper: (evaluation: ExamEvaluation, call: number) => ExamEvaluation = (evaluation) => evaluation

  evaluateOne(request: ExamRequest): ExamEvaluation {
    const { tokens, positions, probes } = request
    const label = bytesToHex(keccak256(new Uint8Array(Uint32Array.from([...tokens, ...positions, ...probes]).buffer)))
    return plausibleEvaluation(examOfRequest(request), label)
  }

  async evaluate(requests: readonly ExamRequest[], options?: EvaluateExamsOptions): Promise<readonly ExamEvaluation[]> {
    options?.signal?.throwIfAborted()
    return requests.map((request) => {
      this.calls.push({ request, options })
      const answer = this.tamper(this.evaluateOne(request), this.calls.length - 1)
      this.answers.push(answer)
      return answer
    })
  }
}

/** As much of an exam as a request tells. */
function examOfRequest({ tokens, positions, probes }: ExamRequest): Exam {
  return { tokens, answerPositions: positions, probes, quizzes: [], text: '' }
}
