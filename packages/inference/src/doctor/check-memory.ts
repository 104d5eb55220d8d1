import { type DoctorCheck, toDoctorCheck } from './doctor-check.ts'
import { formatMebibytes } from './format-mebibytes.ts'

/**
 * What a worker process takes besides the model: Node, the context and its buffers (measured: 110 MB with a small
 * model).
 */
export const WORKER_OVERHEAD_BYTES: number = 192 * 1024 * 1024

export interface MemoryNeeds {
  readonly workers: number
  /** The model's file is mapped, so all workers share one copy of it. */
  readonly modelSizeBytes: number
}

/** Whether the workers fit into the free memory. */
export function checkMemory(
  { workers, modelSizeBytes }: MemoryNeeds,
  availableBytes: number = process.availableMemory(),
): DoctorCheck {
  const neededBytes = workers * WORKER_OVERHEAD_BYTES + modelSizeBytes
  return toDoctorCheck({
    name: 'memory',
    ok: availableBytes >= neededBytes,
    found: `${formatMebibytes(availableBytes)} available`,
    expected: `${formatMebibytes(neededBytes)} for ${workers} workers`,
    hint: 'Run fewer workers, or free memory.',
  })
}
