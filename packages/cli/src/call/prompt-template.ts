import type { CallableModel } from '@poai/core'

/** How a model was taught to read what people type. */
interface PromptTemplate {
  readonly before: string
  readonly after: string
  /** The longest answer that it was taught, its end included. */
  readonly answerTokens: number
}

/** By the names of the models that come with poai. Others get what is typed. */
const TEMPLATES: Readonly<Record<string, PromptTemplate>> = {
  'quiz-1': { before: '\nQ: ', after: '\nA: ', answerTokens: 13 },
  'chat-1': { before: 'U: ', after: '\nA:', answerTokens: 160 },
}
const AS_TYPED: PromptTemplate = { before: '', after: '', answerTokens: 64 }

/** The template of a model; one that changes nothing if the model has none, or the user wants none. */
export function templateOf({ name }: Pick<CallableModel, 'name'>, isRaw: boolean): PromptTemplate {
  return (isRaw || !Object.hasOwn(TEMPLATES, name) ? undefined : TEMPLATES[name]) ?? AS_TYPED
}
