import type { Clock, Logger, Startable } from '@poai/core'

/** Something that starts and stops, with its name for messages. */
export interface Service extends Startable {
  readonly name: string
}

/** What a wing gives its services to. */
export type Services = Pick<ServiceStack, 'start' | 'push'>

/** Services that have been started. They stop in reverse order. */
export class ServiceStack {
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #logger: Logger
  readonly #services: Service[] = []

  constructor(dependencies: { readonly clock: Pick<Clock, 'sleep'>; readonly logger: Logger }) {
    this.#clock = dependencies.clock
    this.#logger = dependencies.logger
  }

  /** Starts a service. From now on it is stopped with the others, even if its start fails or is still under way. */
  async start(name: string, service: Startable): Promise<void> {
    this.push(name, () => service.stop())
    await service.start()
  }

  /** Adds something that is running already. */
  push(name: string, stop: () => Promise<void>): void {
    this.#services.push({ name, start: async () => undefined, stop })
  }

  /**
   * Stops all, the newest first. One that takes longer than `limitMs` is left behind, so that the others are closed,
   * and the database last.
   */
  async stop(limitMs: number): Promise<void> {
    for (let service = this.#services.pop(); service !== undefined; service = this.#services.pop()) {
      await this.#stopOne(service, limitMs)
    }
  }

  async #stopOne({ name, stop }: Service, limitMs: number): Promise<void> {
    const began = performance.now()
    const over = new AbortController()
    const late = this.#clock.sleep(limitMs, over.signal).then(
      () => true,
      () => false,
    )
    try {
      const isLate = await Promise.race([late, stop().then(() => false)])
      if (isLate) this.#logger.warn('A part of the node did not stop in time', { part: name, limitMs })
      else this.#logger.debug('Stopped', { part: name, ms: Math.round(performance.now() - began) })
    } catch (error) {
      this.#logger.error('A part of the node did not stop as it should', { part: name, error })
    } finally {
      over.abort()
    }
  }
}
