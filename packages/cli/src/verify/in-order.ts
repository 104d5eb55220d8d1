/**
 * Works on the items of a stream, up to `limit` at a time, and yields the results in the order of the items. Takes no
 * more items after a failure, and throws it in its turn.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<{ readonly item: Item; readonly result: Result }, void, void> {
  const underWay: { readonly item: Item; readonly outcome: Promise<Result> }[] = []
  const begin = (item: Item): void => {
    const outcome = work(item)
    // It is awaited in its turn.
    outcome.catch(() => undefined)
    underWay.push({ item, outcome })
  }
  try {
    for await (const item of items) {
      begin(item)
      if (underWay.length < limit) continue
      const oldest = underWay.shift()
      if (oldest !== undefined) yield { item: oldest.item, result: await oldest.outcome }
    }
    for (let oldest = underWay.shift(); oldest !== undefined; oldest = underWay.shift()) {
      yield { item: oldest.item, result: await oldest.outcome }
    }
  } finally {
    await Promise.allSettled(underWay.map(({ outcome }) => outcome))
  }
}
