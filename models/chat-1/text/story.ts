import type { Turn } from './dialogue.ts'
import type { Draw } from './draw.ts'
import {
  ANIMALS,
  CREATURES,
  capitalise,
  FOODS,
  HE,
  inventWord,
  LOOKS,
  OBJECTS,
  PEOPLE,
  PLACES,
  pluralOf,
  QUALITIES,
  SHE,
  SPOTS,
  THINGS,
  TIMES,
  withArticle,
} from './words.ts'

interface Pronouns {
  readonly it: string
  readonly him: string
  readonly its: string
}
const IT: Pronouns = { it: 'it', him: 'it', its: 'its' }
const SHE_WORDS: Pronouns = { it: 'she', him: 'her', its: 'her' }
const HE_WORDS: Pronouns = { it: 'he', him: 'him', its: 'his' }

/** Someone in a story: how it is introduced, how it is called from then on, and its pronouns. */
interface Figure {
  readonly noun: string
  readonly name: string | undefined
  /** `the fox` or `Anna`. */
  readonly called: string
  readonly pronouns: Pronouns
}

interface Question {
  readonly asked: readonly string[]
  readonly answer: string
}

interface Story {
  readonly hero: Figure
  readonly text: string
  readonly questions: readonly Question[]
}

const FEMALE = new Set(['queen', 'princess', 'witch', 'grandmother', 'girl', 'woman', 'mermaid', 'fairy', 'nurse'])
const MALE = new Set(['king', 'prince', 'wizard', 'grandfather', 'boy', 'man', 'fisherman', 'postman', 'snowman'])

function pronounsOf(draw: Draw, noun: string): Pronouns {
  if (FEMALE.has(noun)) return SHE_WORDS
  if (MALE.has(noun)) return HE_WORDS
  if (PEOPLE.includes(noun)) return draw.percent(50) ? SHE_WORDS : HE_WORDS
  return IT
}

function drawNoun(draw: Draw): string {
  const kind = draw.below(100)
  if (kind < 42) return draw.entity(ANIMALS)
  if (kind < 60) return draw.entity(PEOPLE)
  if (kind < 70) return draw.entity(CREATURES)
  if (kind < 90) return draw.entity(OBJECTS)
  return inventWord(draw)
}

function figureOf(draw: Draw, noun: string): Figure {
  return { noun, name: undefined, called: `the ${noun}`, pronouns: pronounsOf(draw, noun) }
}

function person(draw: Draw): Figure {
  const isShe = draw.percent(50)
  const name = draw.entity(isShe ? SHE : HE)
  return { noun: isShe ? 'girl' : 'boy', name, called: name, pronouns: isShe ? SHE_WORDS : HE_WORDS }
}

function drawFriend(draw: Draw, hero: Figure): Figure {
  for (;;) {
    const friend = figureOf(draw, draw.percent(75) ? draw.entity(ANIMALS) : draw.entity(PEOPLE))
    if (friend.noun !== hero.noun) return friend
  }
}

/** The middle and the end of a story, and what can be asked about them. */
interface Plot {
  readonly sentences: readonly string[]
  readonly questions: readonly Question[]
}

interface Cast {
  readonly hero: Figure
  readonly friend: Figure
  readonly one: string
  readonly Hero: string
  readonly It: string
  readonly it: string
  readonly him: string
  readonly its: string
  readonly thing: string
  readonly quality: string
  readonly food: string
  readonly spot: string
}

type PlotMaker = (draw: Draw, cast: Cast) => Plot

const metQuestion = ({ hero, friend, It }: Cast): Question => ({
  asked: [
    `Who did ${hero.called} meet?`,
    'Who came along?',
    `Who helped ${hero.called}?`,
    'Who was the friend?',
    'Whom did it meet on the way?',
  ],
  answer: `${It} met ${withArticle(friend.noun)}.`,
})

const lost: PlotMaker = (draw, cast) => {
  const { hero, friend, one, It, it, him, its, thing, quality, spot } = cast
  return {
    sentences: [
      `${one}, ${it} lost ${its} ${quality} ${thing}.`,
      draw.pick([
        `${It} looked everywhere and asked ${withArticle(friend.noun)} for help.`,
        `${withArticleUpper(friend.noun)} saw that ${it} was sad and helped to look for it.`,
        `${It} was very sad, until ${withArticle(friend.noun)} came along and helped.`,
      ]),
      draw.pick([
        `Together they found it ${spot}, and ${hero.called} was happy again.`,
        `They found the ${thing} ${spot}, and from then on they were friends.`,
        `It was ${spot}! ${capitalise(hero.called)} laughed and thanked ${friend.called}.`,
      ]),
    ],
    questions: [
      {
        asked: [
          `What did ${hero.called} lose?`,
          'What was lost?',
          'What was missing?',
          `What was ${hero.called} looking for?`,
          'Which thing got lost?',
        ],
        answer: `${It} lost ${its} ${quality} ${thing}.`,
      },
      {
        asked: [
          `Where was the ${thing}?`,
          `Where did they find the ${thing}?`,
          'Where was it?',
          'Where did they find it?',
          'And where was it found?',
        ],
        answer: `The ${thing} was ${spot}.`,
      },
      {
        asked: [`Who helped ${hero.called}?`, 'Who helped?', `Who helped ${him}?`],
        answer: `${withArticleUpper(friend.noun)} helped ${him}.`,
      },
    ],
  }
}

const found: PlotMaker = (draw, cast) => {
  const { hero, friend, one, It, it, thing, quality, spot } = cast
  const end = draw.below(3)
  return {
    sentences: [
      `${one}, ${it} found ${withArticle(`${quality} ${thing}`)} ${spot}.`,
      [
        `It belonged to ${withArticle(friend.noun)}, so ${hero.called} gave it back.`,
        `${It} showed the ${thing} to ${withArticle(friend.noun)}, who had never seen one before.`,
        `${It} did not know what to do with it, so ${it} asked ${withArticle(friend.noun)}.`,
      ][end] as string,
      [
        `${capitalise(friend.called)} was so glad that they had ${cast.food} together.`,
        `They played with it until the sun went down.`,
        `"Keep it," said ${friend.called}, "it will bring you luck." And it did.`,
      ][end] as string,
    ],
    questions: [
      {
        asked: [
          `What did ${hero.called} find?`,
          'What was found?',
          'What did it find?',
          `What did ${it} find?`,
          'Which thing was found?',
        ],
        answer: `${It} found ${withArticle(`${quality} ${thing}`)}.`,
      },
      {
        asked: [
          `Where was the ${thing}?`,
          `Where did ${it} find the ${thing}?`,
          'Where was it?',
          'Where was it found?',
          'In which place did it lie?',
        ],
        answer: `The ${thing} was ${spot}.`,
      },
    ],
  }
}

const hungry: PlotMaker = (draw, cast) => {
  const { hero, friend, one, It, it, him, food } = cast
  return {
    sentences: [
      `${one}, ${it} was very hungry, but there was nothing to eat.`,
      draw.pick([
        `Then ${withArticle(friend.noun)} came by with a basket of ${food}.`,
        `${It} met ${withArticle(friend.noun)} who had a lot of ${food}.`,
        `${It} walked and walked until ${it} smelled ${food}. ${withArticleUpper(friend.noun)} was sitting there.`,
      ]),
      draw.pick([
        `They shared it, and it was the best meal of the year.`,
        `"Eat with me," said ${friend.called}, and ${hero.called} was never hungry again.`,
        `${capitalise(friend.called)} gave ${him} half of it, and they became friends.`,
      ]),
    ],
    questions: [
      {
        asked: [
          'What did they eat?',
          `What did ${hero.called} eat?`,
          'What was in the basket?',
          `What did ${friend.called} have?`,
          'Which food was it?',
        ],
        answer: `They ate ${food}.`,
      },
      {
        asked: [
          `Why was ${hero.called} sad?`,
          'What was wrong?',
          'What was the problem?',
          `What did ${it} need?`,
          'What was the trouble?',
        ],
        answer: `${It} was hungry.`,
      },
      metQuestion(cast),
    ],
  }
}

const storm: PlotMaker = (draw, cast) => {
  const { hero, friend, one, It, it, him } = cast
  const weather = draw.pick(['a storm', 'heavy rain', 'thick fog', 'deep snow', 'a strong wind', 'a thunderstorm'])
  return {
    sentences: [
      `${one}, ${weather} came, and ${it} could not find the way home.`,
      draw.pick([
        `${withArticleUpper(friend.noun)} saw ${him} and called: "Come in, it is warm here!"`,
        `${It} heard a voice. It was ${withArticle(friend.noun)} with a small lamp.`,
        `"Follow me," said ${withArticle(friend.noun)}, "I know the way."`,
      ]),
      draw.pick([
        `They sat by the fire and told stories until morning.`,
        `Soon ${it} was safe and dry, and ${it} never forgot ${friend.called}.`,
        `In the morning the sky was blue, and they walked home together.`,
      ]),
    ],
    questions: [
      {
        asked: [
          'What was the weather like?',
          'What came?',
          `Why could ${it} not find the way?`,
          'What happened to the weather?',
          'How was the weather?',
        ],
        answer: `There was ${weather}.`,
      },
      {
        asked: [
          `Who helped ${hero.called}?`,
          'Who helped?',
          `Who helped ${him}?`,
          'Who saved the day?',
          'Who was the helper?',
        ],
        answer: `${withArticleUpper(friend.noun)} helped ${him}.`,
      },
    ],
  }
}

const dream: PlotMaker = (draw, cast) => {
  const { hero, friend, It, it, its } = cast
  const wish = draw.pick([
    'to fly',
    'to swim',
    'to sing',
    'to dance',
    'to see the sea',
    'to see the world',
    'to paint',
    'to read',
    'to find a friend',
    'to climb the highest hill',
    'to bake a cake',
    'to play the drum',
    'to count to a thousand',
    'to touch the moon',
    'to win a race',
    'to build a house',
    'to learn magic',
    'to tell stories',
  ])
  return {
    sentences: [
      draw.pick([
        `More than anything, ${it} wanted ${wish}.`,
        `${capitalise(its)} greatest wish was ${wish}.`,
        `Every day ${it} dreamed of one thing: ${wish}.`,
      ]),
      draw.pick([
        `"That is not hard," said ${withArticle(friend.noun)}, "I will show you how."`,
        `${withArticleUpper(friend.noun)} laughed at first, but then ${friend.pronouns.it} helped.`,
        `${It} asked ${withArticle(friend.noun)}, and ${friend.called} said: "Try it every day."`,
      ]),
      draw.pick([
        `It took a long time, but in the end the wish came true.`,
        `${capitalise(hero.called)} tried again and again, and one day it worked.`,
        `After many days ${it} could do it, and everybody clapped.`,
      ]),
    ],
    questions: [
      {
        asked: [
          `What did ${hero.called} want?`,
          `What did ${it} want?`,
          'What was the wish?',
          `What was ${its} dream?`,
          `What did ${it} dream of?`,
        ],
        answer: `${It} wanted ${wish}.`,
      },
      metQuestion(cast),
    ],
  }
}

const lonely: PlotMaker = (draw, cast) => {
  const { hero, friend, one, It, it, him, place } = { ...cast, place: draw.pick(PLACES) }
  return {
    sentences: [
      `${It} had no friends and was often alone.`,
      `${one}, ${it} met ${withArticle(friend.noun)} ${place}.`,
      draw.pick([
        `They talked all day, and ${hero.called} was never lonely again.`,
        `"Will you play with me?" asked ${friend.called}. They have been friends ever since.`,
        `${capitalise(friend.called)} smiled at ${him}, and the world looked bright again.`,
      ]),
    ],
    questions: [
      metQuestion(cast),
      {
        asked: [
          'Where did they meet?',
          `Where did ${it} meet ${friend.called}?`,
          'Where was that?',
          'Where were they?',
          'In which place did they meet?',
        ],
        answer: `They met ${place}.`,
      },
    ],
  }
}

const trick: PlotMaker = (draw, cast) => {
  const { hero, friend, one, It, it, him, food } = cast
  return {
    sentences: [
      `${one}, ${withArticle(friend.noun)} stole all of ${cast.its} ${food}.`,
      draw.pick([
        `${capitalise(hero.called)} was angry at first, but then ${it} had an idea.`,
        `${It} did not shout. ${It} sat down and thought.`,
      ]),
      draw.pick([
        `${It} asked ${friend.called} to dinner, and ${friend.called} felt sorry and brought everything back.`,
        `"If you are hungry, just ask," ${it} said, and ${friend.called} never stole from ${him} again.`,
        `${It} baked a new and better cake and shared it, and the two became friends.`,
      ]),
    ],
    questions: [
      {
        asked: [
          'What was stolen?',
          `What did ${friend.called} steal?`,
          'What was taken?',
          'What did the thief take?',
          'Which food was stolen?',
        ],
        answer: `${capitalise(friend.called)} stole the ${food}.`,
      },
      {
        asked: ['Who was the thief?', `Who stole the ${food}?`, 'Who did it?', 'Who took it?', 'And who was it?'],
        answer: `It was ${withArticle(friend.noun)}.`,
      },
    ],
  }
}

const journey: PlotMaker = (draw, cast) => {
  const { hero, friend, one, It, it, thing, quality } = cast
  const goal = draw.pick([
    'the sea',
    'the end of the rainbow',
    'a far city',
    'the highest mountain',
    'the moon',
    'a hidden lake',
    'the old castle',
    'the king',
    'the other side of the river',
  ])
  return {
    sentences: [
      `${one}, ${it} packed ${withArticle(`${quality} ${thing}`)} and set out for ${goal}.`,
      draw.pick([
        `On the way ${it} met ${withArticle(friend.noun)}, and they went on together.`,
        `The way was long, but ${withArticle(friend.noun)} kept ${cast.him} company.`,
      ]),
      draw.pick([
        `When they arrived, they sat down and looked around for a long time. It was beautiful.`,
        `After three days they were there, and ${hero.called} gave the ${thing} to ${friend.called}.`,
        `They never got there, but they had a wonderful time.`,
      ]),
    ],
    questions: [
      {
        asked: [
          `Where did ${hero.called} go?`,
          `Where did ${it} want to go?`,
          'Where did they go?',
          'Where was the journey to?',
          'What was the goal?',
        ],
        answer: `${It} set out for ${goal}.`,
      },
      {
        asked: [
          `What did ${hero.called} take along?`,
          `What did ${it} pack?`,
          'What was packed?',
          `What did ${it} carry?`,
          'What was in the bag?',
        ],
        answer: `${It} took ${withArticle(`${quality} ${thing}`)}.`,
      },
      metQuestion(cast),
    ],
  }
}

const helper: PlotMaker = (draw, cast) => {
  const { hero, friend, one, It, it, its } = cast
  const place = draw.pick([
    'in a hole',
    'in a net',
    'in the mud',
    'on a roof',
    'in a tree',
    'behind a locked door',
    'on a rock in the river',
  ])
  return {
    sentences: [
      `${one}, ${it} heard a cry. ${withArticleUpper(friend.noun)} was stuck ${place}.`,
      draw.pick([
        `${It} took a long rope and pulled with all ${its} strength.`,
        `"Do not be afraid," said ${hero.called}, and called the neighbours.`,
        `${It} thought for a moment and then knew what to do.`,
      ]),
      draw.pick([
        `Soon ${friend.called} was free. "Thank you," said ${friend.called}, "I will never forget it."`,
        `In the end ${friend.called} was free, and they danced until night.`,
        `From that day on, ${friend.called} and ${hero.called} helped each other.`,
      ]),
    ],
    questions: [
      {
        asked: ['Who was stuck?', 'Who cried?', 'Who needed help?', `Whom did ${it} help?`, `Who was in trouble?`],
        answer: `${withArticleUpper(friend.noun)} was stuck.`,
      },
      {
        asked: [
          `Where was ${friend.called}?`,
          `Where was ${friend.called} stuck?`,
          'Where was it stuck?',
          'And where?',
          'In which place?',
        ],
        answer: `${capitalise(friend.called)} was stuck ${place}.`,
      },
    ],
  }
}

const market: PlotMaker = (draw, cast) => {
  const { friend, one, It, it, its, thing, quality, food } = cast
  return {
    sentences: [
      `${one}, ${it} went to the market to buy ${food}.`,
      `There ${withArticle(friend.noun)} was selling ${withArticle(`${quality} ${thing}`)}, and ${it} forgot ${its} hunger.`,
      draw.pick([
        `${It} came home without ${food}, but very happy.`,
        `${It} bought it with ${its} last coin and never regretted it.`,
        `"It is yours for a song," said ${friend.called}. So ${it} sang, and everybody listened.`,
      ]),
    ],
    questions: [
      {
        asked: [
          'What was for sale?',
          `What did ${friend.called} sell?`,
          `What did ${it} see at the market?`,
          'What was sold?',
          'Which thing was for sale?',
        ],
        answer: `${capitalise(friend.called)} sold ${withArticle(`${quality} ${thing}`)}.`,
      },
      {
        asked: [
          `What did ${it} want to buy?`,
          'What was on the list?',
          `Why did ${it} go to the market?`,
          'What was to be bought?',
          'Which food was it?',
        ],
        answer: `${It} wanted to buy ${food}.`,
      },
    ],
  }
}

const afraid: PlotMaker = (draw, cast) => {
  const { hero, friend, one, It, it, him } = cast
  const fear = draw.pick([
    'the dark',
    'the water',
    'thunder',
    'loud noises',
    'high places',
    'strangers',
    'the big forest',
    'shadows',
  ])
  return {
    sentences: [
      `But ${it} was afraid of ${fear}.`,
      draw.pick([
        `${one}, ${withArticle(friend.noun)} took ${him} by the hand and said: "Look, there is nothing to fear."`,
        `${one}, ${withArticle(friend.noun)} needed help, and ${it} had no time to be afraid.`,
      ]),
      draw.pick([
        `Since then ${hero.called} has been brave.`,
        `${It} took one step, and then another, and the fear was gone.`,
        `"You are braver than you think," said ${friend.called}.`,
      ]),
    ],
    questions: [
      {
        asked: [
          `What was ${hero.called} afraid of?`,
          `What was ${it} afraid of?`,
          'What was the fear?',
          `Of what was ${it} afraid?`,
          `What did ${it} fear?`,
        ],
        answer: `${It} was afraid of ${fear}.`,
      },
      metQuestion(cast),
    ],
  }
}

const race: PlotMaker = (draw, cast) => {
  const { hero, friend, one, It, it } = cast
  const wins = draw.percent(50)
  return {
    sentences: [
      `${one}, ${withArticle(friend.noun)} said: "I am faster than you." So they ran a race.`,
      draw.pick([
        `${capitalise(friend.called)} ran fast, but soon stopped to rest.`,
        `At first they were side by side. Then it began to rain.`,
        `They ran over the hill and through the wood.`,
      ]),
      wins
        ? draw.pick([
            `In the end ${hero.called} won, and everybody was surprised.`,
            `${It} did not stop once, and so ${it} won.`,
          ])
        : draw.pick([
            `In the end ${friend.called} won, but they laughed and shook hands.`,
            `${capitalise(friend.called)} won. "Well done," said ${hero.called}.`,
          ]),
    ],
    questions: [
      {
        asked: ['Who won the race?', 'Who won?', 'Who was faster?', 'Who was the winner?', 'Who was first?'],
        answer: wins ? `${capitalise(hero.called)} won the race.` : `${capitalise(friend.called)} won the race.`,
      },
      {
        asked: [
          'With whom was the race?',
          `Who ran against ${hero.called}?`,
          'Who was the other runner?',
          `Who raced with ${hero.called}?`,
          'Who wanted to race?',
        ],
        answer: `${It} ran against ${withArticle(friend.noun)}.`,
      },
    ],
  }
}

const PLOTS: readonly PlotMaker[] = [
  lost,
  found,
  hungry,
  storm,
  dream,
  lonely,
  trick,
  journey,
  helper,
  market,
  afraid,
  race,
]

function withArticleUpper(words: string): string {
  return capitalise(withArticle(words))
}

/** A story about `hero`, in three or four sentences. */
function tell(draw: Draw, hero: Figure, look: string, friend = drawFriend(draw, hero)): Story {
  const home = draw.pick(PLACES)
  const { it, him, its } = hero.pronouns
  const one = draw.pick([`One ${draw.pick(TIMES)}`, `One ${draw.pick(TIMES)}`, 'One day', 'Then one day'])
  const cast: Cast = {
    hero,
    friend,
    one,
    it,
    him,
    its,
    It: capitalise(it),
    Hero: capitalise(hero.called),
    thing: draw.entity(THINGS),
    quality: draw.pick(QUALITIES),
    food: draw.pick(FOODS),
    spot: draw.pick(SPOTS),
  }
  const who = withArticle(`${look} ${hero.noun}`)
  const opening =
    hero.name === undefined
      ? draw.pick([
          `Once there was ${who} who lived ${home}.`,
          `Once upon a time, ${who} lived ${home}.`,
          `Long ago, ${who} lived ${home}.`,
          `There was once ${who} who lived ${home}.`,
        ])
      : draw.pick([
          `Once there was ${who} called ${hero.name} who lived ${home}.`,
          `${hero.name} was ${who} who lived ${home}.`,
          `${hero.name} lived ${home}. ${capitalise(it)} was ${who}.`,
        ])
  const plot = draw.pick(PLOTS)(draw, cast)
  return {
    hero,
    text: [opening, ...plot.sentences].join(' '),
    questions: [
      {
        asked: [
          `Where did ${hero.called} live?`,
          `Where did ${it} live?`,
          'Where was the home?',
          `Where was ${its} home?`,
          'In which place does the story begin?',
        ],
        answer: `${capitalise(it)} lived ${home}.`,
      },
      {
        asked: [
          'Who is the story about?',
          'Who was it about?',
          'Who was the hero?',
          'Who is the main figure?',
          'About whom is it?',
        ],
        answer: `It is about ${hero.name ?? withArticle(`${look} ${hero.noun}`)}.`,
      },
      {
        asked: [
          `What was ${hero.called} like?`,
          `How was ${hero.called}?`,
          `What was ${it} like?`,
          `Was ${hero.called} nice?`,
          `Describe ${hero.called}.`,
        ],
        answer: `${cast.Hero} was ${look}.`,
      },
      ...plot.questions,
    ],
  }
}

const REQUESTS = [
  'Tell me a story about @.',
  'tell me a story about @',
  'Tell me a story about @, please.',
  'Can you tell me a story about @?',
  'A story about @, please.',
  'I want a story about @.',
  'Please tell a story about @.',
  'story about @',
  'Do you know a story about @?',
  'Tell a short story about @.',
  'Write a story about @.',
  'I would like to hear a story about @.',
  'Could I have a tale about @?',
] as const
const PLAIN_REQUESTS = [
  'Tell me a story.',
  'tell me a story',
  'Tell me another story.',
  'Can you tell me a story?',
  'I want a story.',
  'A story, please.',
  'Once more, please.',
  'Tell me something nice.',
  'another one',
  'Do you know any stories?',
  'Please tell a story.',
  'Read me a story.',
] as const

/** A story, and questions about it in the turns that follow. */
export function drawStory(draw: Draw): readonly Turn[] {
  const turns: Turn[] = []
  const isPlain = draw.percent(15)
  const hero = draw.percent(25) ? person(draw) : figureOf(draw, drawNoun(draw))
  const friend = !isPlain && draw.percent(15) ? drawFriend(draw, hero) : undefined
  const look = draw.pick(LOOKS)
  const subject = hero.name ?? withArticle(draw.percent(15) ? `${look} ${hero.noun}` : hero.noun)
  const about = friend === undefined ? subject : `${subject} and ${withArticle(friend.noun)}`
  const asked =
    draw.percent(8) && friend === undefined && hero.name === undefined
      ? draw.pick([`the ${hero.noun}`, pluralOf(hero.noun)])
      : about
  const user = isPlain ? draw.wording(PLAIN_REQUESTS) : draw.wording(REQUESTS).replace('@', asked)
  const story = tell(draw, hero, look, friend)
  turns.push({ topic: 'story', user, answer: story.text })
  if (draw.percent(60)) {
    for (const { asked, answer } of draw.several(story.questions, 1 + draw.below(3))) {
      turns.push({ topic: 'recall', user: draw.wording(asked), answer })
    }
  }
  return turns
}
