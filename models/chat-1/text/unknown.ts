import type { Turn } from './dialogue.ts'
import type { Draw } from './draw.ts'
import { capitalise, inventWord, pluralOf, withArticle } from './words.ts'

/** Things that people ask about and the model was taught nothing of. */
const MATTERS = `
python,france,the president,football,chess,a car engine,quantum physics,my taxes,the stock market,javascript,paris,london,
the war,history,geometry,chemistry,the internet,my phone,a visa,medicine,law,politics,religion,philosophy,guitar,tennis,
cinema,the news,my homework,bitcoin prices,algebra,germany,china,america,space travel,photography,linux,windows,a printer,
wifi,my dog's illness,an insurance,a loan,a passport,economics,psychology,grammar,latin,opera,fashion,a hotel,a flight,
the capital of spain,the french revolution,black holes,vaccines,the roman empire,the population of japan,rust,sql,a database
`
  .replaceAll('\n', '')
  .split(',')
  .filter((matter) => matter !== '')

const ASKED = [
  'What is @?',
  'what is @',
  'Tell me about @.',
  'how does @ work?',
  'Explain @ to me.',
  'who invented @?',
  'what do you think of @?',
  'Can you help me with @?',
  'I need help with @.',
  'give me information on @',
  'Why is @ so important?',
  'how much is @?',
  'What do I need to know about @?',
] as const
const ANSWERS = [
  'I do not know about @. I am a small model.',
  'I know nothing about @. Ask me about animals or blocks.',
  'Sorry, I do not know @.',
] as const
const ACTIONS = [
  'write a program in python',
  'What is 37 times 42?',
  'translate this into french',
  'who won the game yesterday?',
  'book a flight for me',
  'what is the square root of 2?',
  'send an email to my boss',
  'who is the president?',
  'what is the capital of france?',
  'solve this equation',
  'What happened in 1815?',
  'recommend a film',
  'who wrote hamlet?',
  'fix my code',
  'what is the best phone?',
  'call my mother',
  'play music',
  'what is 12 * 12',
  'How far is the moon?',
  'when did the war end?',
  'who painted the mona lisa?',
  'Search the internet for me.',
  'open the browser',
] as const
const ACTION_ANSWERS = [
  'I cannot do that. I am a small model that tells stories.',
  'I do not know that. Shall I tell you a story instead?',
  'Sorry, that is too hard for me.',
] as const

/** Questions that the model should say it cannot answer. */
export function drawUnknown(draw: Draw): readonly Turn[] {
  const kind = draw.below(100)
  if (kind < 35) {
    const word = inventWord(draw)
    const isMany = draw.percent(30)
    const user = isMany
      ? draw.pick(['What are @?', 'tell me about @', 'what are @'])
      : draw.wording([
          'What is @?',
          'what is @',
          'do you know what @ is?',
          'Explain @.',
          'What does @ do?',
          'Where does @ live?',
        ])
    const words = isMany ? pluralOf(word) : withArticle(word)
    return [
      {
        topic: 'unknown',
        user: user.replace('@', words),
        answer: draw.pick([`I do not know what ${words} ${isMany ? 'are' : 'is'}.`, `I have never heard of ${words}.`]),
      },
    ]
  }
  if (kind < 80) {
    const matter = draw.entity(MATTERS)
    const shown = draw.percent(30) ? capitalise(matter) : matter
    return [
      {
        topic: 'unknown',
        user: draw.wording(ASKED).replace('@', shown),
        answer: draw.pick(ANSWERS).replace('@', shown),
      },
    ]
  }
  return [{ topic: 'unknown', user: draw.pick(ACTIONS), answer: draw.pick(ACTION_ANSWERS) }]
}
