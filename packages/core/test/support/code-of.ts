import { RuleError } from '../../src/index.ts'

/** The rule that `action` broke, or what else it did. */
export function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof RuleError) return error.code
    throw error
  }
  return 'accepted'
}
