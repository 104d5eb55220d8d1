import type { Body, Header, Rules } from '@poai/core'

/** A body with the rules of its height. */
export interface RuledBody {
  /** Of the header's height. */
  readonly rules: Rules
  readonly header: Header
  readonly body: Body
}
