import type { Fault, JsonField } from '../wire/field.ts'
import { listJson } from '../wire/list-field.ts'
import { nameField, uintField } from '../wire/scalar-fields.ts'
import { structJson } from '../wire/struct-field.ts'
import type { Fork } from './network-params.ts'
import { ruleChangesField } from './rule-fields.ts'

/** More than a network of this kind will see; every one is looked at for each height. */
const MAX_FORKS = 64

const forkField: JsonField<Fork> = structJson<Fork, object>(
  { name: nameField(32), number: uintField((1n << 64n) - 1n, 1n), changes: ruleChangesField },
  {},
)

/** A network's schedule in JSON. */
export const forksField: JsonField<readonly Fork[]> = listJson(forkField, MAX_FORKS)

/** What is wrong with the order of a schedule, or with a fork that changes nothing. */
export function scheduleFaults(forks: readonly Fork[]): readonly Fault[] {
  const faults: Fault[] = []
  forks.forEach(({ number, changes }, index) => {
    const path = `forks[${index}]`
    const before = forks[index - 1]?.number ?? 0n
    if (number <= before)
      faults.push({ path: `${path}.number`, expected: `above ${before}, in rising order`, actual: `${number}` })
    if (countMembers(changes) === 0)
      faults.push({ path: `${path}.changes`, expected: 'at least one rule', actual: 'none' })
  })
  return faults
}

function countMembers(value: object): number {
  let count = 0
  for (const member of Object.values(value)) {
    const isSection = typeof member === 'object' && member !== null && !(member instanceof Uint8Array)
    count += isSection ? countMembers(member) : 1
  }
  return count
}
