import { Emitter, type Logger, type Subscribe } from '@poai/core'
import type { Stage } from '../ground.ts'
import type { NodeStateName } from '../status/node-state.ts'

/** The stage of a node's start and stop. */
export class NodeStage implements Stage {
  readonly #changes: Emitter<NodeStateName | undefined>
  #name: NodeStateName | undefined = 'opening'

  constructor(logger: Pick<Logger, 'error'>) {
    this.#changes = new Emitter('stage', logger)
  }

  get name(): NodeStateName | undefined {
    return this.#name
  }

  get onChange(): Subscribe<NodeStateName | undefined> {
    return this.#changes.subscribe
  }

  enter(name: NodeStateName | undefined): void {
    this.#name = name
    this.#changes.emit(name)
  }
}
