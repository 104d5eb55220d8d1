/** A mutation that no test can see, and why. */
export interface EquivalentMutation {
  readonly file: string
  /** The line of code, trimmed. */
  readonly code: string
  readonly from: string
  readonly to: string
  readonly reason: string
}

/** Mutations that change no result. Everything else must be caught. */
export const EQUIVALENT_MUTATIONS: readonly EquivalentMutation[] = [
  {
    file: 'src/difficulty/asert-target.ts',
    code: 'if (shift > LONGEST_SHIFT) return value << LONGEST_SHIFT',
    from: '>',
    to: '>=',
    reason: 'a shift of exactly the longest gives the same number on both ways',
  },
  {
    file: 'src/difficulty/asert-target.ts',
    code: 'if (shift < -LONGEST_SHIFT) return 0n',
    from: '<',
    to: '<=',
    reason: 'a factor times a target has at most 273 bits: shifted right by 273 it is 0 as well',
  },
  {
    file: 'src/difficulty/asert-target.ts',
    code: 'if (target > options.easiestTarget) return options.easiestTarget',
    from: '>',
    to: '>=',
    reason: 'returns the same number when both are equal',
  },
  {
    file: 'src/generation/judge-answer.ts',
    code: 'const firstWrong = end > 0 && end < verdict.firstWrong ? end : verdict.firstWrong',
    from: '<',
    to: '<=',
    reason: 'the smaller of two equal numbers is either',
  },
  {
    file: 'src/rewards/subsidy.ts',
    code: 'const blocks = rest < rewards.halvingBlocks ? rest : rewards.halvingBlocks',
    from: '<',
    to: '<=',
    reason: 'the smaller of two equal numbers is either',
  },
  {
    file: 'src/rules/gas-limit-before.ts',
    code: 'return parentLimit < gas.minLimit ? gas.minLimit : parentLimit',
    from: '<',
    to: '<=',
    reason: 'the larger of two equal numbers is either',
  },
  {
    file: 'src/context/median-timestamp.ts',
    code: 'return a < b ? -1 : 1',
    from: '<',
    to: '<=',
    reason: 'equal numbers have returned before',
  },
  {
    file: 'src/transcript/fixed-nats.ts',
    code: 'return shift >= 0n ? BigInt(significand) << shift : BigInt(significand) >> -shift',
    from: '>=',
    to: '<',
    reason: 'a shift of an integer by a negative distance goes the other way: both branches say the same',
  },
  {
    file: 'src/transcript/fixed-nats.ts',
    code: 'return shift >= 0n ? BigInt(significand) << shift : BigInt(significand) >> -shift',
    from: '>=',
    to: '>',
    reason: 'a shift of an integer by a negative distance goes the other way: both branches say the same',
  },
  {
    file: 'src/transcript/mean-loss.ts',
    code: 'return loss < MAX_TOKEN_LOSS ? loss : MAX_TOKEN_LOSS',
    from: '<',
    to: '<=',
    reason: 'the smaller of two equal numbers is either',
  },
]
