import type { BlockTemplate } from '@poai/chain'
import { type Address, bytesToHex, type Hex } from '@poai/core'
import type { MadeTemplate, TemplateMaker } from '../jobs/template-maker.ts'

/** How many templates a farm may have at one time: each beneficiary has its own. */
const MAX_BENEFICIARIES = 16

interface Slot {
  made: MadeTemplate | undefined
  making: Promise<MadeTemplate> | undefined
}

export interface TemplateBoardOptions {
  readonly templateAgeMs: number
}

export interface TemplateBoardDependencies {
  readonly maker: TemplateMaker
}

/** The newest template of each beneficiary, made when somebody asks for it. */
export class TemplateBoard {
  readonly #options: TemplateBoardOptions
  readonly #dependencies: TemplateBoardDependencies
  readonly #slots = new Map<Hex, Slot>()

  constructor(options: TemplateBoardOptions, dependencies: TemplateBoardDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  /** How long a template is still good enough. 0 if there is a reason to make another. */
  msLeft(template: BlockTemplate): number {
    const { maker } = this.#dependencies
    const made = this.#slots.get(bytesToHex(template.header.beneficiary))?.made
    if (made?.template !== template || !maker.isCurrent(template)) return 0
    return Math.max(0, maker.msLeft(made, this.#options.templateAgeMs))
  }

  /** The newest one, remade if it is not good enough. Those that ask at the same time share one. */
  async newest(beneficiary: Address, signal: AbortSignal): Promise<MadeTemplate> {
    const slot = this.#slotOf(beneficiary)
    if (slot.made !== undefined && slot.made.earlyMs === 0 && this.msLeft(slot.made.template) > 0) return slot.made
    slot.making ??= this.#make(slot, beneficiary, signal)
    return await slot.making
  }

  async #make(slot: Slot, beneficiary: Address, signal: AbortSignal): Promise<MadeTemplate> {
    try {
      slot.made = await this.#dependencies.maker.make(beneficiary, signal)
      return slot.made
    } finally {
      slot.making = undefined
    }
  }

  #slotOf(beneficiary: Address): Slot {
    const name = bytesToHex(beneficiary)
    const slot = this.#slots.get(name) ?? { made: undefined, making: undefined }
    this.#slots.delete(name)
    this.#slots.set(name, slot)
    if (this.#slots.size > MAX_BENEFICIARIES) {
      const [oldest] = this.#slots.keys()
      if (oldest !== undefined) this.#slots.delete(oldest)
    }
    return slot
  }
}
