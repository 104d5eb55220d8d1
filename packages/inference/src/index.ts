/**
 * Deterministic inference: engines that run a model in workers, the determinism domains that say which bits count, and
 * model files.
 *
 * @example
 * import { createPortableEngine } from '@poai/inference'
 * const engine = createPortableEngine({ modelPath, cacheDirectory })
 * await engine.start()
 * const [evaluation] = await engine.evaluate([{ tokens, positions, probes }], { priority: 'verify' })
 * await engine.stop()
 */

export {
  type BuildPortableDependencies,
  type BuildPortableOptions,
  type BuildProgress,
  type BuiltPortable,
  buildPortable,
} from './build/build-portable.ts'
export {
  type BuildProgramDependencies,
  type BuildProgramOptions,
  type BuiltProgram,
  buildProgram,
} from './build/build-program.ts'
export { canBuildPortable } from './build/can-build-portable.ts'
export { type Compiler, findCCompiler } from './build/find-compiler.ts'
export { findNativeProgram, type NativeProgram, nativeVariants } from './build/native-program.ts'
export { findPortableLibrary, type PortableLibrary, type PortableRecord } from './build/portable-library.ts'
export { llamaForTest, nativeForTest, type TestModels, type TestOptions, testBuild } from './build/test-build.ts'
export { checkCLibrary } from './doctor/check-c-library.ts'
export { type ClockEvidence, checkClock } from './doctor/check-clock.ts'
export { checkCpuFeatures } from './doctor/check-cpu-features.ts'
export { checkDiskSpace } from './doctor/check-disk-space.ts'
export { checkMemory, type MemoryNeeds } from './doctor/check-memory.ts'
export { checkModelFile } from './doctor/check-model-file.ts'
export { checkPort } from './doctor/check-port.ts'
export { checkSelfTest } from './doctor/check-self-test.ts'
export type { DoctorCheck } from './doctor/doctor-check.ts'
export { admitByVectors } from './domain/admit-by-vectors.ts'
export { ADMISSION_SAMPLE, type CheckVectorsOptions, checkVectors } from './domain/check-vectors.ts'
export {
  DEFAULT_DOMAIN_NAME,
  type DeterminismDomain,
  findDomain,
  isDomainOfPlatform,
  KNOWN_DOMAINS,
  PORTABLE_DOMAIN_NAME,
} from './domain/determinism-domain.ts'
export {
  allExams,
  type DomainVectors,
  type ExamVector,
  formatVectors,
  hashVectors,
  MAX_VECTORS,
  MIN_VECTORS,
  parseVectors,
} from './domain/domain-vectors.ts'
export { type EvaluateWords, wordsOfEngine } from './domain/evaluate-words.ts'
export {
  type DomainFingerprint,
  findMachineDomain,
  fingerprintOf,
  formatFingerprints,
  parseFingerprints,
  requireMachineDomain,
} from './domain/fingerprint.ts'
export { recordVectors, type VectorsIdentity } from './domain/record-vectors.ts'
export type {
  NonceSpan,
  SearchAttempts,
  SearchJob,
  SearchOptions,
  SearchProgress,
  SearchResult,
  SearchSeal,
} from './engine/attempt-search.ts'
export { drawToken } from './engine/draw-token.ts'
export { EngineError, type EngineErrorCode } from './engine/engine-error.ts'
export {
  DEFAULT_CONTEXT_SIZE,
  DEFAULT_POOL_OPTIONS,
  type LlamaEngineOptions,
  type PoolOptions,
} from './engine/engine-options.ts'
export type { EngineEvent } from './engine/engine-pool.ts'
export { createAnswer, createEvaluation, positionWords, wordsPerPosition } from './engine/evaluation.ts'
export { createFakeEngine, type FakeEngineOptions } from './engine/fake-engine.ts'
export { areFiniteBits, bitsToFloat, CANONICAL_NAN_BITS, floatToBits } from './engine/float-bits.ts'
export type {
  EngineModel,
  EngineProgram,
  EngineState,
  EngineStatus,
  EvaluateOptions,
  Evaluation,
  EvaluationPriority,
  EvaluationRequest,
  GeneratedToken,
  GenerateOptions,
  Generation,
  GenerationRequest,
  InferenceEngine,
  PositionBits,
  Sampling,
  WorkerStatus,
} from './engine/inference-engine.ts'
export { BINDING_VERSION, findLlamaBinding, type LlamaBinding, llamaFolder } from './engine/llama-binding.ts'
export {
  buildVariant,
  type LlamaBuild,
  type PortableLlamaBuild,
  type PrebuiltLlamaBuild,
} from './engine/llama-build.ts'
export { createLlamaEngine, type LlamaEngineDependencies } from './engine/llama-engine.ts'
export { type BindingBinaries, locateBinaries, prebuiltPackage } from './engine/locate-prebuilt.ts'
export { MAX_STOP_TOKENS, MAX_TEMPERATURE } from './engine/validate-generation.ts'
export { MAX_PROBES, MAX_REQUESTS_PER_CALL } from './engine/validate-request.ts'
export { withEngine } from './engine/with-engine.ts'
export { describeModel, inspectModel, type ModelDescription } from './models/describe-model.ts'
export type { DownloadProgress } from './models/download-model.ts'
export { type ImportModelOptions, importModel } from './models/import-model.ts'
export { type ListedModel, listModels, type ModelState } from './models/list-models.ts'
export { ModelError, type ModelErrorCode } from './models/model-error.ts'
export { type ModelIdentity, modelIdentity } from './models/model-identity.ts'
export { type ManifestModel, type ModelManifest, readModelManifest } from './models/model-manifest.ts'
export type { ModelStore } from './models/model-store.ts'
export { type PullModelOptions, pullModel } from './models/pull-model.ts'
export { type ResolvedModel, resolveModel, verifyModel } from './models/resolve-model.ts'
export { createNativeEngine, createPortableEngine } from './program/portable-engine.ts'
export type {
  OwnPoolDependencies,
  OwnPoolOptions,
  OwnProgram,
  PortableEngineDependencies,
  PortableEngineOptions,
  PortableProgram,
} from './program/portable-options.ts'
export { WASM_MODULE_FILE } from './wasm/module-file.ts'
