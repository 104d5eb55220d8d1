import type { BlockTemplate } from '@poai/chain'
import { bytesToHex, type Clock, type Hash32, type Hex, hash32, uintToBytes } from '@poai/core'
import type { MadeTemplate } from '../jobs/template-maker.ts'
import type { NonceRange } from '../nonce-ranges.ts'
import { OWN_CLIENT } from './desk-client.ts'

/** A job that was given out. */
export interface IssuedJob {
  readonly jobId: Hash32
  readonly worker: string
  /** The client that it was given to, by name. */
  readonly client: string
  readonly made: MadeTemplate
  readonly range: NonceRange
  /** The nonces that were submitted for it. */
  readonly submitted: Set<bigint>
}

/** Ten times the block time of the slowest built-in network. A template holds a body of up to 2 MiB. */
export const JOB_LIFE_MS = 60_000
/** How many templates have live jobs: two per second for as long as jobs live. */
const MAX_TEMPLATES = 128
/** How many jobs one template has: every worker asks once, and again after a restart. */
const MAX_JOBS = 4096
/**
 * How many names of finished jobs are kept, to tell a late answer from a foreign one, and a repeated one from a new
 * one.
 */
const MAX_PAST = 8192
/** A job is worth one block. */
export const MAX_SUBMISSIONS = 16

/** A job that is no longer worth a block. */
export interface PastJob extends Pick<IssuedJob, 'submitted'> {
  readonly made?: never
}

/** What one client holds of the book. */
interface Share {
  readonly jobs: Map<Hex, IssuedJob>
  /** Jobs of each template. */
  readonly templates: Map<BlockTemplate, number>
}

/**
 * The jobs of a desk: those that are worth a block, and the names of those that were. If there are too many, the client
 * that holds most of them loses its oldest, so whoever keeps asking takes no job from others.
 */
export class JobBook {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #jobs = new Map<Hex, IssuedJob>()
  readonly #past = new Map<Hex, PastJob>()
  /** Jobs of each template. */
  readonly #templates = new Map<BlockTemplate, number>()
  readonly #shares = new Map<string, Share>()

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock
  }

  get size(): number {
    return this.#jobs.size
  }

  issue(worker: string, made: MadeTemplate, range: NonceRange, client: string = OWN_CLIENT.name): IssuedJob {
    const { header } = made.template
    const jobId = hash32(header.parentHash, header.stateRoot, header.transactionsRoot, uintToBytes(range.first, 8))
    const job: IssuedJob = { jobId, worker, client, made, range, submitted: new Set() }
    this.#jobs.set(bytesToHex(jobId), job)
    const share = this.#shares.get(client) ?? { jobs: new Map(), templates: new Map() }
    this.#shares.set(client, share)
    share.jobs.set(bytesToHex(jobId), job)
    for (const counts of [this.#templates, share.templates])
      counts.set(made.template, (counts.get(made.template) ?? 0) + 1)
    this.#forgetOld()
    return job
  }

  find(jobId: Hash32): IssuedJob | PastJob | undefined {
    this.#forgetOld()
    const name = bytesToHex(jobId)
    return this.#jobs.get(name) ?? this.#past.get(name)
  }

  /** Ends all jobs on other parents. */
  keepOnly(isCurrent: (template: BlockTemplate) => boolean): void {
    for (const [name, { made }] of this.#jobs) if (!isCurrent(made.template)) this.#end(name)
  }

  /** Jobs are in the order in which they were issued, and so, give or take a moment, are their templates. */
  #forgetOld(): void {
    const oldestMs = this.#clock.nowMs() - JOB_LIFE_MS
    for (const [name, { made }] of this.#jobs) {
      if (made.madeAtMs >= oldestMs) break
      this.#end(name)
    }
    while (this.#templates.size > MAX_TEMPLATES) this.#endOldestOfMost(({ templates }) => templates.size)
    while (this.#jobs.size > MAX_JOBS) this.#endOldestOfMost(({ jobs }) => jobs.size)
  }

  #endOldestOfMost(holdingOf: (share: Share) => number): void {
    let most: Share | undefined
    for (const share of this.#shares.values()) {
      if (most === undefined || holdingOf(share) > holdingOf(most)) most = share
    }
    const [name] = most?.jobs.keys() ?? []
    if (name !== undefined) this.#end(name)
  }

  #end(name: Hex): void {
    const job = this.#jobs.get(name)
    if (job === undefined) return
    this.#jobs.delete(name)
    countDown(this.#templates, job.made.template)
    const share = this.#shares.get(job.client)
    if (share !== undefined) {
      share.jobs.delete(name)
      countDown(share.templates, job.made.template)
      if (share.jobs.size === 0) this.#shares.delete(job.client)
    }
    this.#past.set(name, { submitted: job.submitted })
    if (this.#past.size <= MAX_PAST) return
    const [oldest] = this.#past.keys()
    if (oldest !== undefined) this.#past.delete(oldest)
  }
}

function countDown(counts: Map<BlockTemplate, number>, template: BlockTemplate): void {
  const jobs = (counts.get(template) ?? 1) - 1
  if (jobs === 0) counts.delete(template)
  else counts.set(template, jobs)
}
