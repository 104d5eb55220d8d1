/** What the user says and what the model should answer, each on one line. */
export interface Turn {
  readonly topic: Topic
  readonly user: string
  readonly answer: string
}

/** Topics, in the order in which the trainer reports them. */
export const TOPICS = [
  'talk',
  'story',
  'recall',
  'adventure',
  'terms',
  'colours',
  'animals',
  'weather',
  'food',
  'facts',
  'unknown',
] as const
export type Topic = (typeof TOPICS)[number]
