import type { Topic, Turn } from './dialogue.ts'
import type { Draw } from './draw.ts'
import { capitalise, joinWords, pluralOf, withArticle } from './words.ts'

/** thing with article or plural | is or are | colour. */
const COLOURED = `
the sky|is|blue;grass|is|green;snow|is|white;the sun|is|yellow;a banana|is|yellow;a lemon|is|yellow;blood|is|red;a tomato|is|red
a strawberry|is|red;a cherry|is|red;coal|is|black;the night|is|black;milk|is|white;a carrot|is|orange;an orange|is|orange
a pumpkin|is|orange;a plum|is|purple;the sea|is|blue;a leaf|is|green;a frog|is|green;a crow|is|black;a swan|is|white
a flamingo|is|pink;a pig|is|pink;an elephant|is|grey;a mouse|is|grey;chocolate|is|brown;a bear|is|brown;gold|is|yellow
silver|is|grey;salt|is|white;a polar bear|is|white;a fox|is|red;a raven|is|black;clouds|are|white or grey;sand|is|yellow
a cucumber|is|green;a blueberry|is|blue;an eggplant|is|purple;fire|is|red and yellow;a zebra|is|black and white
a penguin|is|black and white;a ladybird|is|red with black spots;a bee|is|yellow and black;a lime|is|green;spinach|is|green
earth|is|brown;bread|is|brown;a rose|is|often red;an apple|is|red, green or yellow;a violet|is|violet;rain|is|clear
water|is|clear;ice|is|clear or white;honey|is|golden;wood|is|brown;a panda|is|black and white;a tiger|is|orange with black stripes
cheese|is|yellow or white;a block|is|no colour at all, it is only bytes;a sunflower|is|yellow;an owl|is|often brown;a lobster|is|blue alive and red when cooked
`
const MIXES: readonly (readonly [string, string, string])[] = [
  ['red', 'yellow', 'orange'],
  ['blue', 'yellow', 'green'],
  ['red', 'blue', 'purple'],
  ['red', 'white', 'pink'],
  ['black', 'white', 'grey'],
  ['blue', 'white', 'light blue'],
  ['red', 'green', 'brown'],
  ['black', 'red', 'dark red'],
]
const COLOURS = [
  'red',
  'blue',
  'green',
  'yellow',
  'white',
  'black',
  'brown',
  'orange',
  'purple',
  'grey',
  'pink',
] as const

/** name | home | food | legs | can it fly | sound or - | description */
const ANIMALS = `
fox|in forests and fields|mice, birds and berries|4|no|barks|A fox is a clever animal with red fur and a long bushy tail.
wolf|in forests|deer and other animals|4|no|howls|A wolf looks like a big grey dog. Wolves live in packs.
bear|in forests and mountains|fish, berries and honey|4|no|growls|A bear is big and strong. It sleeps through the winter.
rabbit|in burrows|grass and carrots|4|no|-|A rabbit has long ears and a short tail. It is very fast.
mouse|in holes|grain and cheese|4|no|squeaks|A mouse is a tiny animal with a long tail.
cat|in houses with people|mice and fish|4|no|meows|A cat is a soft animal that sleeps a lot and hunts mice.
dog|in houses with people|meat and bones|4|no|barks|A dog is a friend of people. It likes to run and play.
cow|on farms|grass and hay|4|no|moos|A cow is a big farm animal that gives milk.
horse|on farms|grass, hay and oats|4|no|neighs|A horse is a strong and fast animal. People ride it.
goat|on farms and mountains|grass and leaves|4|no|bleats|A goat climbs well and eats nearly everything.
sheep|on farms|grass|4|no|bleats|A sheep is a farm animal with warm wool.
pig|on farms|nearly everything|4|no|oinks|A pig is a clever farm animal that loves mud.
hen|on farms|grain and worms|2|hardly|clucks|A hen is a bird that lays eggs.
duck|on ponds|plants and snails|2|yes|quacks|A duck is a bird that swims on ponds.
owl|in trees and old barns|mice|2|yes|hoots|An owl is a bird that hunts at night. It sees and hears very well.
eagle|in mountains|fish and rabbits|2|yes|screams|An eagle is a large bird with sharp eyes.
crow|in trees and towns|nearly everything|2|yes|caws|A crow is a black and very clever bird.
penguin|in the cold south|fish|2|no|-|A penguin is a bird that cannot fly, but it swims very well.
parrot|in warm forests|fruit and nuts|2|yes|screeches|A parrot is a bird with many colours. Some parrots can talk.
whale|in the sea|small crabs and fish|0|no|sings|A whale is the largest animal of all. It breathes air.
dolphin|in the sea|fish|0|no|clicks|A dolphin is a clever animal of the sea. It is not a fish.
shark|in the sea|fish|0|no|-|A shark is a big fish with many teeth.
octopus|in the sea|crabs|0|no|-|An octopus has eight arms and three hearts.
frog|near ponds|flies|4|no|croaks|A frog is a small green animal that jumps and swims.
snake|in grass and under stones|mice and eggs|0|no|hisses|A snake has no legs. It moves on its belly.
turtle|in the sea and on land|plants|4|no|-|A turtle carries its house on its back and lives very long.
snail|in gardens|leaves|0|no|-|A snail is slow and carries its house along.
bee|in hives|nectar|6|yes|buzzes|A bee is a small insect that makes honey.
ant|in nests in the earth|nearly everything|6|no|-|An ant is a tiny and strong insect. Thousands of ants live together.
spider|in webs|flies|8|no|-|A spider has eight legs and makes webs.
butterfly|in meadows|nectar|6|yes|-|A butterfly is an insect with four beautiful wings. It was a caterpillar first.
hedgehog|in gardens and hedges|snails and worms|4|no|-|A hedgehog has thousands of spines and rolls up into a ball.
squirrel|in trees|nuts|4|no|-|A squirrel climbs trees and hides nuts for the winter.
bat|in caves|insects|2|yes|squeaks|A bat is not a bird. It flies at night and finds its way by sound.
deer|in forests|grass and leaves|4|no|-|A deer is a shy animal of the forest. The males have antlers.
lion|in the plains of Africa|zebras and other animals|4|no|roars|A lion is a big cat. The males have a mane.
tiger|in the forests of Asia|deer and pigs|4|no|roars|A tiger is the largest cat. It is orange with black stripes.
monkey|in warm forests|fruit and leaves|4|no|chatters|A monkey climbs well and is very curious.
elephant|in Africa and Asia|grass, leaves and bark|4|no|trumpets|An elephant is the largest animal on land. It has a long trunk.
giraffe|in the plains of Africa|leaves|4|no|-|A giraffe has a very long neck and eats from high trees.
zebra|in the plains of Africa|grass|4|no|-|A zebra looks like a horse with black and white stripes.
camel|in deserts|dry grass and thorns|4|no|-|A camel has one or two humps and can go for a long time without water.
kangaroo|in Australia|grass|4|no|-|A kangaroo jumps on two strong legs and carries its young in a pouch.
crocodile|in warm rivers|fish and other animals|4|no|-|A crocodile is a large animal with a long mouth and many teeth.
fish|in water|plants and small animals|0|no|-|A fish lives in water and breathes with gills.
`

/** word | what it is | what it is like or good for */
const FOODS = `
an apple|fruits|An apple is a round fruit that grows on trees. It is sweet and crisp.
a pear|fruits|A pear is a sweet and soft fruit that grows on trees.
a banana|fruits|A banana is a long yellow fruit that grows in warm lands.
a lemon|fruits|A lemon is a yellow and very sour fruit.
an orange|fruits|An orange is a round and juicy fruit.
a cherry|fruits|A cherry is a small red fruit with a stone.
a plum|fruits|A plum is a purple fruit with a stone.
a strawberry|fruits|A strawberry is a red and sweet fruit of early summer.
a grape|fruits|A grape is a small fruit. Wine is made from it.
a melon|fruits|A melon is a large fruit that is full of water.
a carrot|vegetables|A carrot is an orange root. Rabbits like it too.
a potato|vegetables|A potato grows under the earth. You can boil, bake or fry it.
an onion|vegetables|An onion makes you cry when you cut it, but it makes soup taste good.
a cabbage|vegetables|A cabbage is a round vegetable with many leaves.
a pumpkin|vegetables|A pumpkin is a large orange vegetable of autumn.
a bean|vegetables|A bean is a seed that you cook. It makes you strong.
a pea|vegetables|A pea is a small, round and green vegetable.
spinach|vegetables|Spinach is a green leaf that you eat cooked or raw.
bread|foods|Bread is made from flour, water, salt and yeast, and baked in an oven.
butter|foods|Butter is made from cream. It is good on bread.
cheese|foods|Cheese is made from milk. There are hundreds of kinds.
milk|drinks|Milk is white and comes from cows, goats or sheep.
honey|foods|Honey is sweet and golden. Bees make it.
rice|foods|Rice is a grain that grows in water. Half of the world eats it every day.
soup|foods|Soup is a warm dish of water, vegetables and salt.
cake|foods|Cake is made from flour, eggs, sugar and butter.
a pancake|foods|A pancake is made from flour, eggs and milk, and fried in a pan.
an egg|foods|An egg comes from a hen. You can boil or fry it.
tea|drinks|Tea is made from leaves and hot water.
coffee|drinks|Coffee is made from roasted beans and hot water. It keeps you awake.
water|drinks|Water is the best drink when you are thirsty.
juice|drinks|Juice is pressed from fruit.
salt|spices|Salt comes from the sea or from mines. A little of it makes food taste good.
pepper|spices|Pepper is hot and black. It comes from a climbing plant.
sugar|spices|Sugar is sweet. It comes from beets or cane.
chocolate|foods|Chocolate is brown and sweet. It is made from cocoa.
pizza|foods|Pizza is a flat bread with tomatoes and cheese.
a sandwich|foods|A sandwich is bread with something good between.
pasta|foods|Pasta is made from flour and eggs, and boiled in water.
a nut|foods|A nut has a hard shell. Squirrels like it.
`
const RECIPES = `
soup|Cut carrots, potatoes and an onion, and boil them in water with salt for half an hour.
bread|Mix flour, water, salt and yeast. Let it rest for an hour, then bake it until it is brown.
pancakes|Mix flour, eggs and milk, and fry the batter in a hot pan.
tea|Boil water, pour it over the leaves and wait for three minutes.
coffee|Pour hot water over ground coffee and wait a little.
a cake|Mix butter, sugar, eggs and flour, and bake it for forty minutes.
a salad|Wash some leaves, cut a cucumber and add oil, salt and lemon.
a sandwich|Put cheese and a slice of tomato between two slices of bread.
rice|Boil one cup of rice in two cups of water until the water is gone.
pasta|Boil it in salted water for ten minutes and add tomatoes.
an egg|Boil it in water: five minutes for a soft egg, ten for a hard one.
pizza|Roll out dough, put tomatoes and cheese on it, and bake it very hot.
lemonade|Mix the juice of two lemons with water and some sugar.
`

const WEATHER = `
what is rain?/Why does it rain?/tell me about rain/Where does rain come from?/how does rain come about|Rain is water that falls from clouds. It comes from the sea and the lakes.
what is snow?/Why does it snow?/tell me about snow/Where does snow come from?/how does snow come about|Snow is frozen water. It falls from clouds when it is cold.
what is wind?/Why is there wind?/tell me about wind/Where does wind come from?/how does wind come about|Wind is moving air. It blows because some air is warmer than other air.
what is a cloud?/what are clouds/tell me about clouds/What are clouds made of?/how do clouds come about|A cloud is made of tiny drops of water.
what is fog?/what is mist/tell me about fog/Why is there fog?/how does fog come about|Fog is a cloud that lies on the ground.
what is thunder?/Why does it thunder?/tell me about thunder/What makes thunder?/where does thunder come from|Thunder is the sound of lightning.
what is lightning?/What is a thunderstorm?/tell me about lightning/What makes lightning?/where does lightning come from|Lightning is a big spark between clouds and the earth.
what is a rainbow?/how does a rainbow come about/tell me about rainbows/When is there a rainbow?/why is there a rainbow|A rainbow comes when the sun shines into the rain. It has seven colours.
what is ice?/When does water freeze?/tell me about ice/When is there ice?/how is ice made|Ice is frozen water. Water freezes at zero degrees.
what is hail?/tell me about hail/Why does it hail?/where does hail come from/what are hailstones|Hail is rain that froze high up in a cloud.
what is a storm?/tell me about storms/Why are there storms?/what are storms/where do storms come from|A storm is a very strong wind, often with rain.
what is the weather like?/How is the weather?/what's the weather today/is it raining?/Will it rain tomorrow?/how is the weather today|I have no window, so I cannot see it. Look outside!|I do not know. But any weather is good for a story.
what should i wear in the rain?/It is raining. What should I wear?/what do i need when it rains/do i need an umbrella?/what to wear in rain|Take an umbrella and a coat.
what should i wear in winter?/It is snowing. What should I wear?/what do i need when it is cold/what to wear in the snow/what to wear in winter|Wear a warm coat, a scarf, gloves and a hat.
what should i wear in summer?/It is hot. What should I wear?/what do i need when it is hot/what to wear in the sun/what to wear in summer|Wear something light, and a hat against the sun.
it is raining/It is raining today./so much rain/It rains all day./what a wet day|Then stay inside and read a book.|Rain is good for the flowers. Take an umbrella!
it is snowing/It is snowing!/there is snow outside/Everything is white outside./so much snow|How nice! You can build a snowman.
the sun is shining/It is sunny./what a sunny day/The weather is good today./it is warm outside|Go outside and enjoy it!|A good day for a walk.
it is windy/It is very windy./so much wind/What a storm!/the wind is strong|Hold on to your hat. Or fly a kite!
why is the sky blue?/Why is the sky blue/what makes the sky blue/How is the sky blue?/tell me why the sky is blue|Because the air scatters blue light more than red light.
which season is the coldest?/When is it cold?/what is the coldest season/when does it snow?/coldest season|Winter is the coldest season.
which season is the warmest?/When is it warm?/what is the warmest season/when is it hot?/warmest season|Summer is the warmest season.
what are the seasons?/Which seasons are there?/name the seasons/How many seasons are there?/the four seasons|The four seasons are spring, summer, autumn and winter.
what happens in spring?/tell me about spring/What is spring like?/why is spring nice/describe spring|In spring the flowers come out and the birds sing.
what happens in autumn?/tell me about autumn/What is autumn like?/why is autumn nice/describe autumn|In autumn the leaves turn red and yellow and fall.
what happens in winter?/tell me about winter/What is winter like?/why is winter nice/describe winter|In winter the days are short and cold, and sometimes it snows.
what happens in summer?/tell me about summer/What is summer like?/why is summer nice/describe summer|In summer the days are long and warm.
`

const OPPOSITES: readonly (readonly [string, string])[] = [
  ['big', 'small'],
  ['hot', 'cold'],
  ['day', 'night'],
  ['up', 'down'],
  ['left', 'right'],
  ['black', 'white'],
  ['fast', 'slow'],
  ['old', 'young'],
  ['happy', 'sad'],
  ['open', 'closed'],
  ['full', 'empty'],
  ['wet', 'dry'],
  ['hard', 'soft'],
  ['light', 'dark'],
  ['long', 'short'],
  ['high', 'low'],
  ['rich', 'poor'],
  ['strong', 'weak'],
  ['early', 'late'],
  ['good', 'bad'],
  ['loud', 'quiet'],
  ['near', 'far'],
  ['thick', 'thin'],
  ['first', 'last'],
  ['north', 'south'],
  ['east', 'west'],
  ['true', 'false'],
  ['always', 'never'],
  ['inside', 'outside'],
  ['clean', 'dirty'],
  ['sweet', 'sour'],
  ['friend', 'enemy'],
  ['buy', 'sell'],
  ['win', 'lose'],
  ['summer', 'winter'],
]
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
const NUMBERS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
] as const
/** From small to large. */
const SIZES = [
  'an ant',
  'a bee',
  'a mouse',
  'a frog',
  'a rabbit',
  'a cat',
  'a fox',
  'a dog',
  'a sheep',
  'a lion',
  'a cow',
  'a horse',
  'an elephant',
  'a whale',
  'a ship',
  'a mountain',
  'the moon',
  'the earth',
  'the sun',
] as const
const GENERAL = `
what is the sun?/tell me about the sun/What is the sun made of?/why does the sun shine/explain the sun|The sun is a star. It gives us light and warmth.
what is the moon?/tell me about the moon/What does the moon do?/why does the moon shine/explain the moon|The moon goes around the earth and shines at night.
what is a star?/what are stars/tell me about stars/Why do stars shine?/explain the stars|A star is a sun that is far away.
what is the earth?/where do we live/tell me about the earth/What is our planet?/explain the earth|The earth is our planet. It goes around the sun once a year.
how many days has a week?/how many days are in a week/Days in a week?/how long is a week/How many days does a week have?|A week has seven days.
how many months has a year?/how many months are in a year/Months in a year?/how long is a year/How many months does a year have?|A year has twelve months.
how many hours has a day?/how many hours are in a day/Hours in a day?/how long is a day/How many hours does a day have?|A day has twenty-four hours.
how many minutes has an hour?/how many minutes are in an hour/Minutes in an hour?/how long is an hour/How many minutes does an hour have?|An hour has sixty minutes.
what is a tree?/what are trees/tell me about trees/What is a tree made of?/explain trees|A tree is a large plant with a trunk of wood and many leaves.
what is a flower?/what are flowers/tell me about flowers/Why do flowers smell?/explain flowers|A flower is the part of a plant that makes seeds. Bees like it.
what is a river?/what are rivers/tell me about rivers/Where do rivers go?/explain rivers|A river is water that flows to the sea.
what is the sea?/what is the ocean/tell me about the sea/Why is the sea salty?/explain the sea|The sea is deep and salty. Most of the earth is covered by it.
what is a mountain?/what are mountains/tell me about mountains/How are mountains made?/explain mountains|A mountain is a very high hill. On top there is often snow.
what is a forest?/what are forests/tell me about forests/Who lives in a forest?/explain forests|A forest is a place with many trees. Foxes, deer and owls live there.
what is a desert?/what are deserts/tell me about deserts/Who lives in a desert?/explain deserts|A desert is a dry place with little rain. Camels live there.
what is an island?/what are islands/tell me about islands/How are islands made?/explain islands|An island is land with water all around.
what is a computer?/what are computers/tell me about computers/How does a computer work?/explain computers|A computer is a machine that works with numbers, very fast.
what is a book?/what are books/tell me about books/Why do people read books?/explain books|A book has many pages with stories or facts.
what is music?/tell me about music/why do people like music/What is a song?/explain music|Music is made of sounds that people like to hear.
what is a house?/what are houses/tell me about houses/What is a house made of?/explain houses|A house is where people live. It has walls, a roof, doors and windows.
what is a king?/what does a king do/tell me about kings/Who is a king?/explain kings|A king rules a country and wears a crown.
what is a dragon?/what are dragons/tell me about dragons/Are dragons real?/explain dragons|A dragon is a large animal in stories. It flies and breathes fire.
what is a robot?/what are robots/tell me about robots/What can robots do?/explain robots|A robot is a machine that does work by itself.
what is a ghost?/are there ghosts/tell me about ghosts/Are ghosts real?/explain ghosts|A ghost is a spirit in stories. I have never seen one.
what is a clock?/what are clocks/tell me about clocks/What does a clock do?/explain clocks|A clock shows the time.
what is a friend?/what are friends/tell me about friends/Who is a friend?/explain friendship|A friend is someone who likes you and helps you.
what is a school?/what are schools/tell me about schools/What do people do at school?/explain schools|A school is a place where children learn.
what is a castle?/what are castles/tell me about castles/who lives in a castle/explain castles|A castle is a large old house of stone with towers and thick walls.
what is a ship?/what are ships/tell me about ships/What does a ship do?/explain ships|A ship is a large boat that crosses the sea.
what is a train?/what are trains/tell me about trains/What does a train do?/explain trains|A train runs on rails and carries people and goods.
what is a car?/what are cars/tell me about cars/What does a car do?/explain cars|A car has four wheels and a motor, and takes people from place to place.
what is a bridge?/what are bridges/tell me about bridges/What is a bridge for?/explain bridges|A bridge leads a road over a river or a valley.
what is a garden?/what are gardens/tell me about gardens/What grows in a garden?/explain gardens|A garden is a place where flowers, fruit and vegetables grow.
what is a lake?/what are lakes/tell me about lakes/What lives in a lake?/explain lakes|A lake is still water with land all around. Fish and ducks live there.
what is a city?/what are cities/tell me about cities/Who lives in a city?/explain cities|A city is a place with many houses and many people.
what is a village?/what are villages/tell me about villages/Who lives in a village?/explain villages|A village is a small place with a few houses.
what is a farm?/what are farms/tell me about farms/What lives on a farm?/explain farms|A farm is a place where people grow food and keep animals.
what is a baker?/what does a baker do/tell me about bakers/What is the work of a baker?/explain bakers|A baker makes bread and cake.
what is a farmer?/what does a farmer do/tell me about farmers/What is the work of a farmer?/explain farmers|A farmer grows food and keeps animals.
what is a doctor?/what does a doctor do/tell me about doctors/What is the work of a doctor?/explain doctors|A doctor helps people who are ill.
what is a teacher?/what does a teacher do/tell me about teachers/What is the work of a teacher?/explain teachers|A teacher helps others to learn.
what is a sailor?/what does a sailor do/tell me about sailors/What is the work of a sailor?/explain sailors|A sailor works on a ship.
what is a pirate?/what does a pirate do/tell me about pirates/Are there pirates?/explain pirates|A pirate robs ships at sea. In stories pirates look for treasure.
what is a witch?/what does a witch do/tell me about witches/Are witches real?/explain witches|A witch can do magic in stories, and rides on a broom.
what is a lamp?/what are lamps/tell me about lamps/What does a lamp do?/explain lamps|A lamp gives light when it is dark.
what is a key for?/what is a door/tell me about doors/What does a door do?/explain doors|A door closes a room, and a key opens its lock.
what is a letter?/what are letters/tell me about letters/Who writes letters?/explain letters|A letter is a message on paper, or one sign of the alphabet.
what is a wheel?/what are wheels/tell me about wheels/What does a wheel do?/explain wheels|A wheel is round and turns. Cars and trains roll on wheels.
what is fire?/tell me about fire/why is fire hot/What does fire do?/explain fire|Fire is hot and bright. It burns wood and gives warmth.
what is a dream?/what are dreams/tell me about dreams/Why do we dream?/explain dreams|A dream is a story that you see while you sleep.
what is a bird?/what are birds/tell me about birds/What can birds do?/explain birds|A bird has feathers, two legs and two wings. Most birds can fly.
what is an insect?/what are insects/tell me about insects/How many legs has an insect?/explain insects|An insect is a small animal with six legs.
what is an animal?/what are animals/tell me about animals/What do animals need?/explain animals|An animal lives, moves and eats. Foxes, birds and fish are animals.
what is a plant?/what are plants/tell me about plants/What do plants need?/explain plants|A plant grows in the earth. It needs light and water.
what is a colour?/what are colours/tell me about colours/Which colours are there?/explain colours|Colours are what light looks like: red, yellow, green, blue and many more.
what is food?/tell me about food/why do we eat/What do people eat?/explain food|Food is what we eat: bread, fruit, vegetables and more. It keeps us alive.
what is the weather?/tell me about the weather/what is weather/Why does the weather change?/explain the weather|The weather is what the sky does: sun, rain, wind or snow.
what is bigger, the sun or the moon?/is the sun bigger than the moon/Which is bigger, the moon or the sun?/the sun or the moon, which is larger/Is the moon smaller than the sun?|The sun is much bigger than the moon.
`

type Pair = { readonly asked: readonly string[]; readonly answers: readonly string[] }
function readPairs(text: string): readonly Pair[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [asked = '', ...answers] = line.split('|')
      return { asked: asked.split('/'), answers }
    })
}
function readRows(text: string): readonly (readonly string[])[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.split('|'))
}
const coloured = COLOURED.trim()
  .split(/[;\n]/)
  .map((row) => row.split('|') as [string, string, string])
const animals = readRows(ANIMALS)
const foods = readRows(FOODS)
const recipes = readRows(RECIPES)
const weather = readPairs(WEATHER)
const general = readPairs(GENERAL)

type Asker = (draw: Draw) => readonly [user: string, answer: string]

const colour: Asker = (draw) => {
  const kind = draw.below(100)
  if (kind < 62) {
    const [thing, be, shade] = draw.pick(coloured)
    const answer = `${capitalise(thing)} ${be} ${shade}.`
    const asked = draw.wording([
      'What colour @ #?',
      'what colour @ #',
      'Which colour @ #?',
      'what color @ #?',
      'What color @ #?',
      'tell me the colour of #',
      'what is the colour of #?',
      'Which colour has #?',
    ])
    return [asked.replace('@', be).replace('#', thing), answer]
  }
  if (kind < 82) {
    const [a, b, mixed] = draw.pick(MIXES)
    const [first, second] = draw.percent(50) ? [a, b] : [b, a]
    const asked = draw.wording([
      'What do @ and # make?',
      'mix @ and #',
      'What is @ and # mixed?',
      'what happens if i mix @ and #',
      'What colour do @ and # make?',
      'which colour do i get from @ and #?',
    ])
    return [asked.replace('@', first).replace('#', second), `${capitalise(first)} and ${second} make ${mixed}.`]
  }
  const wanted = draw.pick(COLOURS)
  const fitting = coloured.filter(([, be, shade]) => shade === wanted && be === 'is').map(([thing]) => thing)
  if (fitting.length === 0)
    return [
      'Which colours are there?',
      'There are red, yellow, blue, green, orange, purple, brown, black, white and more.',
    ]
  const asked = draw.wording([
    'What is @?',
    'name something @',
    'Name a thing that is @.',
    'which things are @?',
    'What things are @?',
    'tell me something that is @',
  ])
  const some = draw.several(fitting, 2)
  return [asked.replace('@', wanted), `${capitalise(joinWords(some))} ${some.length > 1 ? 'are' : 'is'} ${wanted}.`]
}

const LEGS: Readonly<Record<string, string>> = {
  0: 'no legs',
  2: 'two legs',
  4: 'four legs',
  6: 'six legs',
  8: 'eight legs',
  10: 'ten legs',
}

const animal: Asker = (draw) => {
  const [name = '', home, food, legs = '', flies, sound = '', about = ''] = draw.pick(animals)
  const one = withArticle(name)
  const One = capitalise(one)
  const many = pluralOf(name)
  const fill = (text: string): string => text.replace('@', one).replace('#', many).replace('%', name)
  switch (draw.below(6)) {
    case 0:
      return [
        fill(
          draw.wording([
            'What is @?',
            'what is @',
            'Tell me about @.',
            'tell me about #',
            'What do you know about #?',
            'describe @',
            'Do you know what @ is?',
            'What kind of animal is @?',
          ]),
        ),
        about,
      ]
    case 1:
      return [
        fill(
          draw.wording([
            'Where does @ live?',
            'where do # live',
            'Where do # live?',
            'where can i find @?',
            'where is the home of the %?',
            'In which place does @ live?',
          ]),
        ),
        `${One} lives ${home}.`,
      ]
    case 2:
      return [
        fill(
          draw.wording([
            'What does @ eat?',
            'what do # eat',
            'What do # eat?',
            'what is the food of @?',
            'what should i feed @?',
            'Which food does @ like?',
          ]),
        ),
        `${One} eats ${food}.`,
      ]
    case 3:
      return [
        fill(
          draw.wording([
            'How many legs has @?',
            'how many legs does @ have',
            'How many legs do # have?',
            'how many legs has the %',
            'Number of legs of @?',
          ]),
        ),
        `${One} has ${LEGS[legs]}.`,
      ]
    case 4:
      return [
        fill(draw.wording(['Can @ fly?', 'can # fly', 'Can # fly?', 'does @ fly?', 'Is @ able to fly?'])),
        flies === 'yes' ? `Yes, ${one} can fly.` : flies === 'no' ? `No, ${one} cannot fly.` : `${One} can hardly fly.`,
      ]
    default:
      if (sound === '-') return animal(draw)
      return [
        fill(
          draw.wording([
            'What sound does @ make?',
            'what does @ say',
            'What does @ say?',
            'what sound do # make',
            'what does the % say?',
            'Which noise does @ make?',
          ]),
        ),
        `${One} ${sound}.`,
      ]
  }
}

const meal: Asker = (draw) => {
  const kind = draw.below(100)
  if (kind < 50) {
    const [name = '', , about = ''] = draw.pick(foods)
    return [
      draw
        .wording([
          'What is @?',
          'what is @',
          'Tell me about @.',
          'what do you know about @?',
          'Describe @.',
          'explain @',
          'do you know what @ is?',
        ])
        .replace('@', name),
      about,
    ]
  }
  if (kind < 75) {
    const [name = '', how = ''] = draw.pick(recipes)
    return [
      draw
        .wording([
          'How do I make @?',
          'how do i make @',
          'How do you make @?',
          'how to cook @',
          'Can you tell me how to make @?',
          'give me a recipe for @',
          'I want to make @.',
        ])
        .replace('@', name),
      how,
    ]
  }
  if (kind < 90) {
    const [name = '', group = ''] = draw.pick(foods)
    const wanted = draw.pick(['fruit', 'vegetable', 'drink'])
    const is = group === `${wanted}s`
    const what =
      {
        fruits: 'a fruit',
        vegetables: 'a vegetable',
        drinks: 'a drink',
        foods: 'something to eat',
        spices: 'something to season with',
      }[group] ?? 'food'
    return [
      draw
        .wording(['Is @ #?', 'is @ #', 'tell me, is @ #?', 'do you think that @ is #?', 'Would you call @ #?'])
        .replace('@', name)
        .replace('#', withArticle(wanted)),
      is ? `Yes, ${name} is ${what}.` : `No, ${name} is ${what}.`,
    ]
  }
  const group = draw.pick(['fruits', 'vegetables', 'drinks'])
  const some = draw.several(
    foods.filter(([, g]) => g === group).map(([name = '']) => name),
    3,
  )
  return [
    draw
      .wording(['Name some @.', 'which @ do you know?', 'name three @', 'What are @?', 'Give me three @.'])
      .replace('@', group),
    `${capitalise(joinWords(some))}.`,
  ]
}

const fact: Asker = (draw) => {
  switch (draw.below(8)) {
    case 6: {
      const [a, b] = [draw.below(7), draw.below(6)]
      const [first, second] = [NUMBERS[a] as string, NUMBERS[b] as string]
      const asked = draw.wording([
        'What is @ plus #?',
        'what is @ plus #',
        'how much is @ plus #?',
        '@ plus #',
        'How much are @ and #?',
      ])
      return [
        asked.replace('@', first).replace('#', second),
        `${capitalise(first)} plus ${second} is ${NUMBERS[a + b]}.`,
      ]
    }
    case 0: {
      const pair = draw.pick(OPPOSITES)
      const [from, to] = draw.percent(50) ? pair : [pair[1], pair[0]]
      return [
        draw
          .wording([
            'What is the opposite of @?',
            'opposite of @',
            'what is the opposite of @',
            'the opposite of @?',
            'Which word is the opposite of @?',
          ])
          .replace('@', from),
        `The opposite of ${from} is ${to}.`,
      ]
    }
    case 1: {
      const list = draw.percent(50) ? DAYS : MONTHS
      const index = draw.below(list.length)
      const day = list[index] as string
      if (draw.percent(50))
        return [
          draw
            .wording([
              'What comes after @?',
              'what comes after @',
              'which one follows @?',
              'what is after @?',
              'And what follows @?',
            ])
            .replace('@', day),
          `After ${day} comes ${list[(index + 1) % list.length]}.`,
        ]
      return [
        draw
          .wording([
            'What comes before @?',
            'what comes before @',
            'which one is before @?',
            'what is before @?',
            'And what precedes @?',
          ])
          .replace('@', day),
        `Before ${day} comes ${list[(index + list.length - 1) % list.length]}.`,
      ]
    }
    case 2: {
      const n = draw.below(NUMBERS.length - 1)
      return [
        draw
          .wording([
            'What comes after @?',
            'what number comes after @',
            'which number follows @?',
            'what is after @?',
            'And the number after @?',
          ])
          .replace('@', NUMBERS[n] as string),
        `After ${NUMBERS[n]} comes ${NUMBERS[n + 1]}.`,
      ]
    }
    case 3: {
      const i = draw.below(SIZES.length)
      const j = draw.below(SIZES.length)
      if (i === j) return fact(draw)
      const [big, small] = [SIZES[Math.max(i, j)] as string, SIZES[Math.min(i, j)] as string]
      const bigger = draw.percent(50)
      const asked = draw.wording([
        'Which is *, @ or #?',
        'what is *, @ or #',
        'What is *: @ or #?',
        '@ or #, which is *?',
        'Tell me which is *, @ or #.',
      ])
      return [
        asked
          .replace('*', bigger ? 'bigger' : 'smaller')
          .replace('@', SIZES[i] as string)
          .replace('#', SIZES[j] as string),
        bigger ? `${capitalise(big)} is bigger than ${small}.` : `${capitalise(small)} is smaller than ${big}.`,
      ]
    }
    default: {
      const { asked, answers } = draw.pick(general)
      return [draw.wording(asked), draw.pick(answers)]
    }
  }
}

const sky: Asker = (draw) => {
  const { asked, answers } = draw.pick(weather)
  return [draw.wording(asked), draw.pick(answers)]
}

/** Topics with more to learn are listed more often. */
const ASKERS: readonly (readonly [Topic, Asker])[] = [
  ['colours', colour],
  ['animals', animal],
  ['animals', animal],
  ['animals', animal],
  ['food', meal],
  ['food', meal],
  ['facts', fact],
  ['facts', fact],
  ['weather', sky],
]

/** Some questions and answers of one topic. */
export function drawFacts(draw: Draw): readonly Turn[] {
  const [topic, ask] = draw.pick(ASKERS)
  const turns: Turn[] = []
  const count = 1 + draw.below(5)
  for (let i = 0; i < count; i++) {
    const [user, answer] = ask(draw)
    turns.push({ topic, user, answer })
  }
  return turns
}
