/**
 * Fixtures for the tests of the other packages. Compliance suites have entry points of their own, since they need a
 * running test runner.
 *
 * @example
 * import { seededExamRequests } from '@poai/testing'
 * const evaluations = await engine.evaluate(seededExamRequests('my test', 8))
 */

export { examToRequest, mixedExamRequests, seededExamRequests, seededExams } from './exam-requests.ts'
export { preparePortableCache } from './portable-cache.ts'
export { prepareProgramCache } from './program-cache.ts'
export { hasProgramForTests } from './program-for-tests.ts'
export {
  type RecordedModelVectors,
  type RecordModelVectorsOptions,
  recordModelVectors,
  vectorExamRequests,
} from './record-model-vectors.ts'
export {
  createReferenceAttempts,
  type ExamFormat,
  type ReferenceAttempt,
  type ReferenceAttempts,
  type ReferenceJob,
  type ReferenceTranscript,
} from './reference-attempts.ts'
