import type { Turn } from './dialogue.ts'
import type { Draw } from './draw.ts'
import { ANIMALS, CREATURES, capitalise, joinWords, PEOPLE, QUALITIES, THINGS, withArticle } from './words.ts'

const ROOMS = [
  'dark cave',
  'quiet forest',
  'small kitchen',
  'long hall',
  'dusty library',
  'old cellar',
  'green meadow',
  'narrow tunnel',
  'ruined tower',
  'wide beach',
  'cold crypt',
  'stone bridge',
  'busy market',
  'empty stable',
  'round chamber',
  'snowy pass',
  'deep mine',
  'wild garden',
  'silent temple',
  'muddy path',
  'throne room',
  'workshop',
  'wine cellar',
  'bell tower',
  'swamp',
  'crossroads',
  'clearing',
  'courtyard',
  'harbour',
  'attic',
  'dungeon',
  'guard room',
  'flooded cave',
  'rose garden',
  'abandoned mill',
  'hidden valley',
  'frozen lake',
  'kitchen garden',
  'treasure room',
  'cave of crystals',
] as const

const DETAILS = [
  'Water drips from the ceiling.',
  'The air smells of old books.',
  'A cold wind blows.',
  'It is very quiet here.',
  'Dust dances in the light.',
  'You hear steps far away.',
  'Moss covers the stones.',
  'A torch burns on the wall.',
  'Birds sing somewhere.',
  'The floor creaks.',
  'There are strange signs on the wall.',
  'It is warm and dry.',
  'Something moves in the shadows.',
  'You hear running water.',
  'The light is dim.',
  'It smells of bread.',
  'Leaves rustle.',
  'Spiders have been busy here.',
  'Far away a bell rings.',
  'Nobody has been here for years.',
] as const

const DIRECTIONS = ['north', 'south', 'east', 'west', 'up', 'down'] as const
type Direction = (typeof DIRECTIONS)[number]
const OPPOSITE: Readonly<Record<Direction, Direction>> = {
  north: 'south',
  south: 'north',
  east: 'west',
  west: 'east',
  up: 'down',
  down: 'up',
}

interface Room {
  readonly name: string
  readonly detail: string
  readonly exits: Map<Direction, Room | undefined>
  readonly things: string[]
  readonly being: string | undefined
}

function createRoom(draw: Draw, back: Direction | undefined, from: Room | undefined): Room {
  const exits = new Map<Direction, Room | undefined>()
  if (back !== undefined) exits.set(back, from)
  const flat = draw.percent(85) ? DIRECTIONS.slice(0, 4) : DIRECTIONS
  for (const direction of draw.several(flat, 1 + draw.below(2)))
    if (!exits.has(direction)) exits.set(direction, undefined)
  const things = draw.percent(65)
    ? [draw.percent(50) ? draw.entity(THINGS) : `${draw.pick(QUALITIES)} ${draw.entity(THINGS)}`]
    : []
  const being = draw.percent(30) ? draw.entity(draw.pick([ANIMALS, PEOPLE, CREATURES])) : undefined
  return { name: draw.pick(ROOMS), detail: draw.percent(60) ? draw.pick(DETAILS) : '', exits, things, being }
}

function exitsOf({ exits }: Room): string {
  const names = DIRECTIONS.filter((direction) => exits.has(direction))
  return names.length === 1
    ? `You can go ${names[0]}.`
    : `You can go ${names.slice(0, -1).join(', ')} or ${names.at(-1)}.`
}

function describe(room: Room, opening: string): string {
  const sentences = [`${opening} ${withArticle(room.name)}.`]
  if (room.detail !== '') sentences.push(room.detail)
  if (room.things.length > 0) sentences.push(`You see ${joinWords(room.things.map(withArticle))}.`)
  if (room.being !== undefined) sentences.push(`${capitalise(withArticle(room.being))} is here.`)
  sentences.push(exitsOf(room))
  return sentences.join(' ')
}

const SPEECHES = [
  '"Take care," says the @. "The way is dangerous."',
  'The @ smiles and says: "You are not the first to come here."',
  '"Have you seen my treasure?" asks the @.',
  'The @ says nothing and looks at you.',
  '"Go back while you can," says the @.',
  'The @ whispers: "The key lies where the water ends."',
  '"Welcome, traveller," says the @.',
  'The @ laughs and points to the door.',
  '"I am hungry," says the @. "Do you have some bread?"',
  'The @ tells you an old tale about a king.',
  '"I have been waiting for you," says the @.',
  'The @ nods and lets you pass.',
] as const

const LOOKS = [
  'look around',
  'Look around.',
  'look',
  'l',
  'Where am I?',
  'where am i',
  'what do i see',
  'I look around.',
  'look about',
  'examine the room',
  'What can I see here?',
] as const
const GOES = ['go @', 'Go @.', '@', 'walk @', 'I go @.', 'Go @, please.', 'I want to go @.', 'head @', 'run @'] as const
const TAKES = [
  'take the @',
  'Take the @.',
  'pick up the @',
  'get the @',
  'take @',
  'I take the @.',
  'grab the @',
] as const
const DROPS = ['drop the @', 'put down the @', 'Drop the @.', 'I drop the @.', 'leave the @ here'] as const
const INVENTORIES = [
  'inventory',
  'Inventory.',
  'i',
  'What do I have?',
  'what am i carrying',
  'show my inventory',
  'What do I carry?',
] as const
const TALKS = [
  'talk to the @',
  'Talk to the @.',
  'speak with the @',
  'ask the @',
  'say hello to the @',
  'greet the @',
  'I talk to the @.',
] as const
const EXAMINES = [
  'look at the @',
  'examine the @',
  'Look at the @.',
  'inspect the @',
  'I look at the @.',
  'what about the @',
] as const
const STARTS = [
  'start',
  'start the game',
  'Let us play an adventure.',
  "let's play a game",
  'new game',
  'Start an adventure.',
  'play an adventure',
  'I want to play.',
  'begin',
] as const

/** A text adventure from some point of it on, with a world that stays the same through the dialogue. */
export function drawAdventure(draw: Draw): readonly Turn[] {
  const turns: Turn[] = []
  const carried: string[] = []
  const say = (user: string, answer: string): void => void turns.push({ topic: 'adventure', user, answer })
  let here: Room
  const first = draw.below(100)
  if (first < 45) {
    here = createRoom(draw, undefined, undefined)
    say(draw.wording(LOOKS), describe(here, 'You are in'))
  } else if (first < 70) {
    const direction = draw.pick(DIRECTIONS)
    here = createRoom(draw, OPPOSITE[direction], createRoom(draw, direction, undefined))
    say(draw.wording(GOES).replace('@', direction), describe(here, `You go ${direction}. You are in`))
  } else if (first < 92) {
    here = createRoom(draw, undefined, undefined)
    say(
      draw.wording(STARTS),
      describe(
        here,
        draw.pick(['Welcome to the adventure. You are in', 'The adventure begins. You wake up in', 'You are in']),
      ),
    )
  } else {
    say(draw.wording(INVENTORIES), 'You carry nothing.')
    here = createRoom(draw, undefined, undefined)
    say(draw.wording(LOOKS), describe(here, 'You are in'))
  }
  const steps = draw.below(7)
  for (let step = 0; step < steps; step++) {
    const chance = draw.below(100)
    if (chance < 34) {
      const wanted = draw.percent(85) ? draw.pick([...here.exits.keys()]) : draw.pick(DIRECTIONS)
      const user = draw.wording(GOES).replace('@', wanted)
      if (!here.exits.has(wanted)) say(user, `There is no way ${wanted}. ${exitsOf(here)}`)
      else {
        const next: Room = here.exits.get(wanted) ?? createRoom(draw, OPPOSITE[wanted], here)
        here.exits.set(wanted, next)
        here = next
        say(user, describe(here, `You go ${wanted}. You are in`))
      }
    } else if (chance < 58) {
      const [thing] = here.things
      if (thing === undefined) {
        const other = draw.entity(THINGS)
        if (draw.percent(50)) say(draw.wording(TAKES).replace('@', other), `There is no ${other} here.`)
      } else {
        here.things.shift()
        carried.push(thing)
        const short = thing.split(' ').at(-1) as string
        say(draw.wording(TAKES).replace('@', draw.percent(70) ? short : thing), `You take the ${thing}.`)
      }
    } else if (chance < 70) {
      say(
        draw.wording(INVENTORIES),
        carried.length === 0 ? 'You carry nothing.' : `You carry ${joinWords(carried.map(withArticle))}.`,
      )
    } else if (chance < 80) {
      if (here.being === undefined) continue
      say(draw.wording(TALKS).replace('@', here.being), draw.pick(SPEECHES).replace('@', here.being))
    } else if (chance < 88) {
      const thing = here.things[0] ?? carried[0]
      if (thing === undefined) continue
      const short = thing.split(' ').at(-1) as string
      say(
        draw.wording(EXAMINES).replace('@', short),
        draw.pick([
          `It is ${withArticle(thing)}. Nothing more.`,
          `The ${short} looks old.`,
          `There is a name on the ${short}.`,
          `It is ${withArticle(thing)}. It could be useful.`,
        ]),
      )
    } else if (chance < 93 && carried.length > 0) {
      const thing = carried.shift() as string
      here.things.push(thing)
      say(draw.wording(DROPS).replace('@', thing.split(' ').at(-1) as string), `You drop the ${thing}.`)
    } else say(draw.wording(LOOKS), describe(here, 'You are in'))
  }
  return turns
}

const SINGLE: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    ['open the door', 'Open the door.', 'open door', 'i open the door', 'push the door', 'try the door'],
    [
      'The door opens with a creak. Behind it you see a long hall.',
      'The door is locked. You need a key.',
      'You push, and the door opens slowly.',
    ],
  ],
  [
    ['open the box', 'open the chest', 'Open the box.', 'look in the box', 'i open the chest'],
    ['Inside lies a small golden key.', 'It is empty.', 'It is locked. Perhaps there is a key somewhere.'],
  ],
  [
    ['help', 'Help.', 'what can i do here', 'which commands are there', 'how do i play'],
    ['You can look around, go north, south, east or west, take things, drop them, and talk to those you meet.'],
  ],
  [
    ['attack the @', 'fight the @', 'hit the @', 'kill the @', 'I attack the @.'],
    [
      'The @ is faster than you and jumps aside.',
      'The @ looks at you sadly. You lower your hand.',
      'You miss, and the @ runs away.',
    ],
  ],
  [
    ['climb the tree', 'climb up the tree', 'i climb the tree', 'climb', 'go up the tree'],
    ['From up here you see a river, a village and a tall tower.', 'The branches are wet. You slide down again.'],
  ],
  [
    ['wait', 'Wait.', 'sleep', 'rest', 'sit down'],
    ['Time passes.', 'You rest for a while. Nothing happens.', 'It gets dark slowly.'],
  ],
  [
    ['light the lamp', 'light the torch', 'turn on the lamp', 'use the lamp', 'light lamp'],
    ['Now there is light. You see a narrow passage to the east.', 'The flame is small, but you can see the walls.'],
  ],
  [
    ['swim', 'swim across the river', 'cross the river', 'jump into the water', 'go into the water'],
    ['The water is cold, but you reach the other side.', 'The current is too strong. You come back, wet and tired.'],
  ],
  [
    ['read the book', 'read the letter', 'read the sign', 'read it', 'Read the sign.'],
    [
      'It says: "Beware of the cellar."',
      'The writing is old. You can read only one word: north.',
      'It says: "The treasure lies below the tower."',
    ],
  ],
  [
    ['use the key', 'unlock the door', 'use the key on the door', 'open the door with the key', 'unlock door'],
    ['The key turns, and the door opens.', 'The key does not fit.'],
  ],
]

/** One command without what went before. */
export function drawCommand(draw: Draw): readonly Turn[] {
  const [users, answers] = draw.pick(SINGLE)
  const being = draw.entity(draw.pick([ANIMALS, CREATURES]))
  const fill = (text: string): string => text.replaceAll('@', being)
  return [{ topic: 'adventure', user: fill(draw.wording(users)), answer: fill(draw.pick(answers)) }]
}
