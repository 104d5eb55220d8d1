import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TOPICS } from '../../text/dialogue.ts'
import { Draw, type Split } from '../../text/draw.ts'
import { drawDialogue } from '../../text/draw-dialogue.ts'
import {
  decodeAnswer,
  encodeDialogue,
  encodePrompt,
  MAX_DIALOGUE_TOKENS,
  STOP_TOKENS,
} from '../../text/encode-dialogue.ts'
import { KNOWN_TERMS } from '../../text/terms.ts'
import { ANIMALS } from '../../text/words.ts'

const SPLITS: readonly Split[] = ['train', 'entities', 'wordings']
const DIALOGUES = 300

function dialogues(split: Split): readonly (readonly ReturnType<typeof drawDialogue>[number][])[] {
  return Array.from({ length: DIALOGUES }, (_, index) => drawDialogue(`test/${index}`, split))
}

/** The animals that stories begin with: `Once there was a red fox who lived …`. */
function heroesOf(split: Split): ReadonlySet<string> {
  const told = dialogues(split)
    .flat()
    .filter(({ topic }) => topic === 'story')
    .map(({ answer }) => /(\w+) (?:who )?lived/.exec(answer)?.[1] ?? '')
  return new Set(told.filter((hero) => ANIMALS.includes(hero)))
}

describe('drawDialogue', () => {
  it('draws the same for a label, and other dialogues for another', () => {
    expect(drawDialogue('a', 'train')).toEqual(drawDialogue('a', 'train'))
    expect(drawDialogue('a', 'train')).not.toEqual(drawDialogue('b', 'train'))
  })

  it.each(SPLITS)('%s: says one line of plain characters a turn, with every gap filled', (split) => {
    for (const { user, answer } of dialogues(split).flat()) {
      for (const text of [user, answer]) expect(text).toMatch(/^[ -~]+$/)
      expect(`${user}${answer}`).not.toMatch(/[@#%]|undefined| {2}/)
      expect(answer).toMatch(/^[A-Z"].*[.!?"]$/)
    }
  })

  it('draws every topic', () => {
    expect(new Set(dialogues('train').flatMap((turns) => turns.map(({ topic }) => topic)))).toEqual(new Set(TOPICS))
  })

  it('tells no story of the training about a held-out animal, and every story of the test', () => {
    const [trained, held] = [heroesOf('train'), heroesOf('entities')]
    expect(trained.size).toBeGreaterThan(20)
    expect(held.size).toBeGreaterThan(3)
    expect([...held].filter((animal) => trained.has(animal))).toEqual([])
  })

  it('holds out the last of five wordings or more', () => {
    const wordings = ['1', '2', '3', '4', 'held out']
    const drawn = (split: Split): ReadonlySet<string> =>
      new Set(Array.from({ length: 60 }, (_, index) => new Draw(`${index}`, split).wording(wordings)))
    expect(drawn('train')).toEqual(new Set(['1', '2', '3', '4']))
    expect(drawn('wordings')).toEqual(new Set(['held out']))
  })
})

describe('encodeDialogue', () => {
  const turns = [
    { topic: 'talk', user: 'hi', answer: 'Hello!' },
    { topic: 'terms', user: 'what is gas?', answer: 'Work.' },
  ] as const

  it('predicts the answers, the ends of their lines and the end of the text', () => {
    const { tokens, predicted, spans } = encodeDialogue(turns)
    expect(tokens[0]).toBe(1)
    expect(decodeAnswer(tokens)).toBe('U: hi\nA: Hello!\nU: what is gas?\nA: Work.')
    const said = String.fromCharCode(...predicted.map((at) => (tokens[at] as number) - 3))
    expect(said.slice(0, -1)).toBe(' Hello!\n Work.\n')
    expect(tokens[predicted.at(-1) as number]).toBe(2)
    expect(spans).toEqual([
      [0, 8],
      [4, 8],
    ])
  })

  it('leaves out the turns that do not fit', () => {
    const long = { topic: 'story', user: 'x'.repeat(100), answer: 'y'.repeat(200) } as const
    const { tokens, spans } = encodeDialogue([long, long, long])
    expect(spans.length).toBe(1)
    expect(tokens.length).toBeLessThanOrEqual(MAX_DIALOGUE_TOKENS)
  })

  it('gives prompts that are the beginnings of dialogues', () => {
    const { tokens } = encodeDialogue(turns)
    const [first, second] = turns
    expect([...encodePrompt(first.user)]).toEqual(tokens.slice(0, encodePrompt(first.user).length))
    const prompt = encodePrompt(second.user, [first])
    expect([...prompt]).toEqual(tokens.slice(0, prompt.length))
    expect(STOP_TOKENS).toEqual([2, 13])
  })
})

it('the card names every term that the model was taught', async () => {
  const card = await readFile(join(import.meta.dirname, '../../MODEL_CARD.md'), 'utf8')
  const text = card.replaceAll(/\s+/g, ' ')
  for (const term of KNOWN_TERMS) expect(text).toContain(term.replace(/^(an?|the) /, ''))
})
