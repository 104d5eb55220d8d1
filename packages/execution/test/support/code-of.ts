import { RuleError } from '@poai/core'

/** The rule that `action` broke, or 'accepted'. */
export async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action()
  } catch (error) {
    if (error instanceof RuleError) return error.code
    throw error
  }
  return 'accepted'
}
