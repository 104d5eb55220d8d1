import { drawAdventure, drawCommand } from './adventure.ts'
import type { Turn } from './dialogue.ts'
import { Draw, type Split } from './draw.ts'
import { drawEcho } from './echo.ts'
import { drawFacts } from './facts.ts'
import { drawMemory, drawTalk } from './small-talk.ts'
import { drawStory } from './story.ts'
import { drawTerm } from './terms.ts'
import { drawUnknown } from './unknown.ts'

/** What dialogues are made of, and how often in a hundred. */
const PARTS: readonly (readonly [(draw: Draw) => readonly Turn[], number])[] = [
  [drawStory, 24],
  [drawAdventure, 14],
  [drawCommand, 3],
  [drawTerm, 8],
  [drawFacts, 16],
  [drawTalk, 12],
  [drawMemory, 12],
  [drawEcho, 6],
  [drawUnknown, 5],
]

/** What people leave out when they type. */
function retype(draw: Draw, user: string): string {
  let text = user
  if (draw.percent(14)) text = text.toLowerCase()
  if (draw.percent(14)) text = text.replace(/[.?!]$/, '')
  if (draw.percent(3)) text = text.toUpperCase()
  if (draw.percent(2)) text = `${text} please`
  return text
}

/** Another part than those that were drawn before: two adventures in one dialogue would contradict each other. */
function drawPart(draw: Draw, before: Set<unknown>): readonly Turn[] {
  for (;;) {
    let left = draw.below(100)
    const part = PARTS.find(([, share]) => {
      left -= share
      return left < 0
    })?.[0]
    if (part === undefined || before.has(part)) continue
    before.add(part)
    return part(draw)
  }
}

/** The dialogue of a label: turns on one topic, or on two or three one after the other. */
export function drawDialogue(label: string, split: Split): readonly Turn[] {
  const draw = new Draw(label, split)
  const before = new Set<unknown>()
  const turns = [...drawPart(draw, before)]
  while (before.size < PARTS.length && draw.percent(40)) turns.push(...drawPart(draw, before))
  return turns.map((turn) => (turn.answer.startsWith('"') ? turn : { ...turn, user: retype(draw, turn.user) }))
}
