/** The words that stories and adventures are made of. */
const list = (text: string): readonly string[] =>
  text
    .trim()
    .replaceAll('\n', ' ')
    .split(/\s*,\s*/)

export const ANIMALS: readonly string[] = list(`
fox, wolf, bear, rabbit, hare, mouse, rat, cat, dog, cow, horse, donkey, goat, sheep, pig, hen, duck, goose, swan, owl,
crow, eagle, hawk, sparrow, robin, parrot, penguin, seal, whale, dolphin, shark, octopus, crab, fish, frog, toad, snake,
lizard, turtle, snail, worm, bee, ant, spider, butterfly, beetle, fly, moth, cricket, hedgehog, squirrel, badger, beaver,
otter, mole, bat, deer, moose, camel, llama, lion, tiger, leopard, monkey, gorilla, elephant, giraffe, zebra, hippo,
rhino, kangaroo, koala, panda, raccoon, skunk, weasel, ferret, hamster, puppy, kitten, lamb, pony, chick, pigeon, seagull,
pelican, flamingo, peacock, turkey, ostrich, lobster, jellyfish, starfish, newt, gecko, crocodile, lynx, jackal, hyena`)

export const PEOPLE: readonly string[] = list(`
baker, miner, sailor, farmer, king, queen, prince, princess, knight, wizard, witch, doctor, nurse, teacher, painter,
singer, dancer, cook, gardener, fisherman, shepherd, tailor, carpenter, pirate, captain, astronaut, pilot, driver,
clockmaker, librarian, postman, soldier, hunter, thief, judge, poet, student, grandmother, grandfather, boy, girl,
child, woman, man, giant, dwarf, elf, fairy, traveller, merchant, blacksmith, potter, weaver, diver, explorer, inventor,
programmer, validator, scientist, musician, magician, clown, ranger, detective, plumber, builder`)

export const CREATURES: readonly string[] = list(`
dragon, robot, ghost, monster, unicorn, troll, goblin, mermaid, phoenix, griffin, snowman, scarecrow, alien, dinosaur,
sea serpent, gnome, ogre, sprite, golem, vampire, werewolf, zombie, mummy`)

export const OBJECTS: readonly string[] = list(`
clock, kite, cloud, lamp, boat, ship, train, car, bus, bicycle, balloon, tree, flower, rose, leaf, seed, stone, pebble,
star, moon, sun, river, mountain, hill, wave, snowflake, raindrop, candle, book, pencil, pen, chair, table, door, window,
house, tower, castle, bridge, road, wheel, spoon, cup, teapot, kettle, pot, button, hat, shoe, sock, coat, scarf, glove,
umbrella, drum, violin, piano, bell, toy, doll, puppet, ball, coin, key, map, letter, box, block, node, computer,
machine, engine, rocket, planet, comet, island, lake, pond, forest, garden, pumpkin, apple, potato, carrot, cake, cookie,
pancake, sandwich, pillow, blanket, mirror, ladder, rope, bucket, broom, wind, storm, shadow, rainbow, mushroom, acorn,
bottle, basket, lighthouse, windmill, telescope, statue, fountain, network, wallet`)

export const SHE: readonly string[] = list(`
Anna, Mia, Emma, Lily, Rosa, Clara, Nora, Ida, Ella, Lucy, Alice, Sara, Maya, Zoe, Eve, Ruby, Julia, Lena, Nina, Olga,
Hana, Amira, Fatima, Yuki, Mei, Priya, Leila, Ingrid, Marta, Greta, Elena, Sofia, Daisy, Molly, Wendy, Carol, Jane,
Mary, Kate, Helen, Ruth, Vera, Iris, Flora, Pearl`)

export const HE: readonly string[] = list(`
Tom, Ben, Max, Leo, Sam, Jack, Finn, Hugo, Oscar, Paul, Peter, Karl, Otto, Emil, Anton, Ivan, Omar, Ali, Kenji, Ravi,
Chen, Diego, Luis, Marco, Nils, Lars, Erik, Felix, Simon, Adam, David, Jonas, Noah, Henry, George, Frank, Walter, Bob,
Bill, Joe, Tim, Will, Theo, Victor, Martin`)

export const LOOKS: readonly string[] = list(`
little, small, big, old, young, brave, shy, clever, kind, lazy, hungry, lonely, happy, quiet, curious, gentle, proud,
tired, funny, silly, friendly, busy, careful, cheerful, grumpy, sleepy, tiny, round, red, white, grey, brown, black,
golden, blue, green, strange, patient, honest, poor, polite, noisy, nervous, wise, tall`)

export const PLACES: readonly string[] = list(`
in a forest, by a river, near the sea, on a hill, in a small village, in a big city, under an old bridge, in a quiet
valley, on a farm, in a garden, by a lake, at the edge of a desert, on an island, in a tall tower, behind a mill, in a
cave, on a mountain, in a red house, near a railway, under a hollow tree, beside a pond, in a narrow street, in an old
castle, next to a bakery, at the end of a long road, in a green meadow, in a harbour, in a library, on the moon, in a
snowy land, by a waterfall, in a market town, below a lighthouse`)

export const SPOTS: readonly string[] = list(`
under a stone, behind a door, in the grass, on the beach, in a box, under the bed, by the road, in a hollow log, at the
bottom of a well, on the roof, in the snow, between two rocks, beside the path, in the mud, on a bench, in a nest, under
a bush, behind the barn, in the attic, near the gate, on the bridge, in a basket, under the stairs`)

export const THINGS: readonly string[] = list(`
key, coin, map, lamp, bell, ring, book, letter, hat, kite, boat, drum, apple, cake, feather, shell, button, mirror, rope,
stone, seed, flower, box, clock, whistle, scarf, spoon, ball, lantern, crown, egg, bottle, candle, flute, ladder, wheel,
blanket, basket, compass, necklace, pearl, pumpkin, toy, cup, painting, umbrella, sword, shield, telescope, pebble`)

export const QUALITIES: readonly string[] = list(`
shiny, golden, silver, old, tiny, heavy, broken, magic, red, blue, green, yellow, white, wooden, strange, beautiful,
dusty, warm, round, bright, rusty, soft, smooth, glowing, lost, painted, striped, crooked, plain, precious`)

export const FOODS: readonly string[] = list(`
bread, soup, cheese, apples, berries, nuts, honey, cake, pancakes, porridge, carrots, rice, pie, cookies, milk, fish,
potatoes, grapes, pears, noodles, beans, corn, jam, plums, cherries, mushrooms, melons, salad, toast, dumplings`)

export const TIMES: readonly string[] = list(`
day, morning, evening, night, summer day, winter night, rainy day, sunny morning, cold evening, windy day, foggy morning,
spring day, autumn afternoon, snowy morning, Sunday, Monday, Friday, stormy night, warm afternoon, quiet evening`)

export const FEELINGS: readonly string[] = list(`
happy, glad, proud, surprised, sad, tired, brave, thankful, calm, excited, afraid, lonely, hopeful, cheerful, content`)

/** Words that mean nothing, so that the model learns to copy what it was asked about. */
const STARTS = list(
  'b, bl, br, c, cl, cr, d, dr, f, fl, fr, g, gl, gr, h, j, k, l, m, n, p, pl, pr, qu, r, s, sn, sp, st, t, tr, v, w, z',
)
const MIDDLES = list('a, e, i, o, u, oo, ee, ai, ou, a, e, i, o, u')
const ENDS = list(
  'b, ck, d, ff, g, l, m, n, nk, p, r, rk, rp, s, sh, st, t, x, zz, mble, ndle, nter, bbit, ppo, lly, ndo',
)

export function inventWord(draw: { pick<Item>(list: readonly Item[]): Item; percent(share: number): boolean }): string {
  const first = draw.pick(STARTS) + draw.pick(MIDDLES)
  const second = draw.percent(35) ? draw.pick(STARTS) + draw.pick(MIDDLES) : ''
  return first + second + draw.pick(ENDS)
}

/** `a fox`, `an owl`. */
export function withArticle(words: string): string {
  return `${/^([aeio]|u(?!ni))/i.test(words) ? 'an' : 'a'} ${words}`
}

/** `foxes`, `mice`. */
export function pluralOf(noun: string): string {
  const irregular: Readonly<Record<string, string>> = {
    mouse: 'mice',
    goose: 'geese',
    wolf: 'wolves',
    sheep: 'sheep',
    deer: 'deer',
    moose: 'moose',
    fish: 'fish',
    man: 'men',
    woman: 'women',
    child: 'children',
    snowman: 'snowmen',
    fisherman: 'fishermen',
    postman: 'postmen',
    thief: 'thieves',
    elf: 'elves',
    dwarf: 'dwarves',
    leaf: 'leaves',
    scarf: 'scarves',
    knife: 'knives',
    loaf: 'loaves',
  }
  const found = irregular[noun]
  if (found !== undefined) return found
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`
  return /(s|x|z|ch|sh)$/.test(noun) || /(potato|tomato|hero)$/.test(noun) ? `${noun}es` : `${noun}s`
}

export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
