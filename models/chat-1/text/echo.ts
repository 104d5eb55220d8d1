import type { Turn } from './dialogue.ts'
import type { Draw } from './draw.ts'
import {
  ANIMALS,
  CREATURES,
  capitalise,
  HE,
  inventWord,
  LOOKS,
  OBJECTS,
  PEOPLE,
  QUALITIES,
  SHE,
  THINGS,
} from './words.ts'

const ASKED = [
  'say @',
  'Say: @',
  'repeat @',
  'Repeat after me: @',
  'please say @',
  'write @',
  'can you say @?',
  'Say the words @',
] as const
const MOST_TURNS = 8

function drawWord(draw: Draw): string {
  const kind = draw.below(100)
  if (kind < 45) return draw.entity(draw.pick([ANIMALS, PEOPLE, CREATURES, OBJECTS, THINGS]))
  if (kind < 60) return draw.pick(draw.pick([LOOKS, QUALITIES]))
  if (kind < 75) return draw.entity(draw.pick([SHE, HE]))
  return draw.percent(50) ? inventWord(draw) : capitalise(inventWord(draw))
}

/** The user says words and the model repeats them: nothing else teaches copying as fast. */
export function drawEcho(draw: Draw): readonly Turn[] {
  const turns: Turn[] = []
  const count = 1 + draw.below(MOST_TURNS)
  for (let i = 0; i < count; i++) {
    const words = Array.from({ length: 1 + draw.below(4) }, () => drawWord(draw)).join(' ')
    turns.push({ topic: 'recall', user: draw.wording(ASKED).replace('@', words), answer: `"${words}"` })
  }
  return turns
}
