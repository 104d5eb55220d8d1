import type { TransactionRules } from '../transaction/transaction-rules.ts'
import { type Machine, MachineCore, type MachinePlace, type MachineTools } from './create-machine.ts'

/** Machines that wait for work: as many as the calls that usually run side by side. */
const MAX_IDLE = 32

/** Machines of one rule set for short work, used again: to make one costs ten times what most calls do. */
export class MachinePool {
  readonly #tools: MachineTools
  readonly #idle: MachineCore[] = []

  constructor(tools: MachineTools) {
    this.#tools = tools
  }

  get transactions(): TransactionRules {
    return this.#tools.rules.transactions
  }

  /** Lends a machine in a place to `work`. */
  async use<T>(place: MachinePlace, work: (machine: Machine) => Promise<T>): Promise<T> {
    const core = this.#idle.pop() ?? new MachineCore(this.#tools)
    const result = await work(core.moveTo(place))
    // Except one whose work threw: nobody knows where it stopped.
    core.leave()
    if (this.#idle.length < MAX_IDLE) this.#idle.push(core)
    return result
  }
}
