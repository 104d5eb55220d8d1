import type { EvaluationRequest, InferenceEngine } from '@poai/inference'
import { MAX_PROBES, MAX_REQUESTS_PER_CALL } from '@poai/inference'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededExamRequests } from './exam-requests.ts'

/** Makes a fresh engine that has not been started, of a model with the byte vocabulary and room for 160 tokens. */
export type CreateEngine = () => InferenceEngine

const EXAMS = seededExamRequests('inference-engine-suite', 6)

/** What every `InferenceEngine` must do. Registers tests with the running test runner. */
export function inferenceEngineSuite(name: string, createEngine: CreateEngine): void {
  describe(name, () => {
    let engine: InferenceEngine

    beforeAll(async () => {
      engine = createEngine()
      await engine.start()
    })

    afterAll(async () => {
      await engine.stop()
    })

    describe('answers', () => {
      it('come in the order of the requests, with all positions and probes', async () => {
        const evaluations = await engine.evaluate(EXAMS)
        expect(evaluations).toHaveLength(EXAMS.length)
        evaluations.forEach(({ positions, finite }, index) => {
          const request = EXAMS[index]
          expect(positions).toHaveLength(request?.positions.length ?? 0)
          expect(positions.every(({ probes }) => probes.length === request?.probes.length)).toBe(true)
          expect(finite).toBe(true)
        })
      })

      it('hold no logit above the maximum and a total weight of at least one', async () => {
        for (const { positions } of await engine.evaluate(EXAMS)) {
          for (const { answer, maximum, totalWeight, argMax, probes } of positions) {
            const limit = toFloat(maximum)
            expect(Math.max(toFloat(answer), ...probes.map(toFloat))).toBeLessThanOrEqual(limit)
            expect(toFloat(totalWeight)).toBeGreaterThanOrEqual(1)
            expect(argMax).toBeLessThan(259)
          }
        }
      })

      it('lie flat in words as in positions', async () => {
        for (const { positions, words } of await engine.evaluate(EXAMS.slice(0, 2))) {
          const flat = positions.flatMap((p) => [p.answer, p.maximum, p.totalWeight, p.argMax, ...p.probes])
          expect([...words]).toEqual(flat)
        }
      })

      it('do not depend on order, company, priority or repetition', async () => {
        const together = await engine.evaluate(EXAMS)
        const reversed = await engine.evaluate(EXAMS.toReversed(), { priority: 'mine' })
        for (const [index, request] of EXAMS.entries()) {
          const [alone] = await engine.evaluate([request])
          expect(together[index]?.words).toEqual(alone?.words)
          expect(reversed[EXAMS.length - 1 - index]?.words).toEqual(alone?.words)
        }
      })

      it('are the same as a second opinion', async () => {
        const first = await engine.evaluate(EXAMS)
        const second = await engine.evaluate(EXAMS, { apartFrom: first })
        expect(second.map(({ words }) => words)).toEqual(first.map(({ words }) => words))
      })

      it('give a token the same logit as answer, as arg max and as probe', async () => {
        const [request] = EXAMS
        const answer = request?.tokens[request.positions[0] ?? 0] ?? 0
        const probed = { ...(request as EvaluationRequest), probes: Uint32Array.of(answer, 7, answer) }
        const [evaluation] = await engine.evaluate([probed])
        const [first] = evaluation?.positions ?? []
        expect(first?.probes[0]).toBe(first?.answer)
        expect(first?.probes[2]).toBe(first?.answer)
        if (first?.argMax === answer) expect(first.maximum).toBe(first.answer)
      })

      it('work without probes, and for no requests at all', async () => {
        const bare = { ...(EXAMS[0] as EvaluationRequest), probes: new Uint32Array() }
        const [evaluation] = await engine.evaluate([bare])
        expect(evaluation?.words).toHaveLength(4 * bare.positions.length)
        expect(await engine.evaluate([])).toEqual([])
      })
    })

    describe('bad requests', () => {
      const good = EXAMS[0] as EvaluationRequest
      const cases: Readonly<Record<string, EvaluationRequest>> = {
        'a token outside the vocabulary': { ...good, tokens: good.tokens.with(5, 259) },
        'a single token': { ...good, tokens: good.tokens.slice(0, 1) },
        'a sequence longer than any context': { ...good, tokens: new Uint32Array(1 << 20) },
        'no positions': { ...good, positions: new Uint32Array() },
        'position zero': { ...good, positions: Uint32Array.of(0, 5) },
        'positions that do not ascend': { ...good, positions: Uint32Array.of(9, 9) },
        'a position after the end': { ...good, positions: Uint32Array.of(good.tokens.length) },
        'a probe outside the vocabulary': { ...good, probes: Uint32Array.of(0xffffffff) },
        'too many probes': { ...good, probes: new Uint32Array(MAX_PROBES + 1) },
      }

      it.each(Object.entries(cases))('with %s are refused', async (_name, request) => {
        await expect(engine.evaluate([good, request])).rejects.toMatchObject({ code: 'INFERENCE_REQUEST_INVALID' })
      })

      it('with too many requests are refused', async () => {
        const many = new Array<EvaluationRequest>(MAX_REQUESTS_PER_CALL + 1).fill(good)
        await expect(engine.evaluate(many)).rejects.toMatchObject({ code: 'INFERENCE_REQUEST_INVALID' })
      })

      it('leave the engine as it was', async () => {
        await expect(engine.evaluate([good])).resolves.toHaveLength(1)
      })
    })

    it('rejects with the reason of a signal that is aborted already', async () => {
      const reason = new Error('no longer wanted')
      await expect(engine.evaluate(EXAMS, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    })

    it('counts what it answers', async () => {
      const before = engine.status.evaluations
      await engine.evaluate(EXAMS)
      expect(engine.status.evaluations).toBe(before + EXAMS.length)
      expect(engine.status).toMatchObject({ state: 'running', model: { vocabularySize: 259 } })
    })
  })

  describe(`${name}: life`, () => {
    it('refuses work before the start and after the stop, and stops twice', async () => {
      const engine = createEngine()
      await expect(engine.evaluate(EXAMS)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
      await engine.start()
      await expect(engine.start()).rejects.toThrow('cannot be started')
      await engine.stop()
      await engine.stop()
      expect(engine.status.state).toBe('stopped')
      await expect(engine.evaluate(EXAMS)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    })
  })
}

function toFloat(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0] ?? Number.NaN
}
