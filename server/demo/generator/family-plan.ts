import { addDays, addYears } from './calendar.ts'
import { idOf } from './ids.ts'
import { familyNames, givenNames } from './names.ts'
import { type Background, backgrounds, type Home, homeOf } from './origins.ts'
import { type Dice, diceFor } from './random-source.ts'

export interface Person {
  id: string
  /** The seed of the person's dice and ids. */
  place: string
  given: string
  middle: string
  family: string
  gender: 'female' | 'male'
  birth: Date
  role: 'parent' | 'child' | 'single' | 'elder'
  home: Home
  background: Background
  /** The index of the practitioner. */
  doctor: number
  /** For a child: the adults who look after it, patients of the practice or not. */
  guardians: Guardian[]
  /** The adult of the demo with the richest record. */
  isLongTermPatient: boolean
  /** The parent and the children of the demo. */
  isKnownParent: boolean
  isKnownChild: boolean
}

export interface Guardian {
  given: string
  family: string
  gender: 'female' | 'male'
  birth: Date
}

type Plan = Array<{ role: Person['role']; age: number; gender: Person['gender'] }>

/**
 * Who lives in family number `index`. The first is a parent of two children, the second an adult with long-term
 * illnesses: the people of the demo's sign-ins. Parents come before their children, so that a cut leaves a parent.
 */
export function planFamily(seed: number, index: number, asOf: Date): Person[] {
  const place = `${seed}/family/${index}`
  const dice = diceFor(place)
  const family = dice.pick(familyNames)
  const home = homeOf(dice)
  const background = dice.pick(backgrounds)
  const plan = knownPlans[index] ?? planOf(dice)
  const doctor = dice.whole(0, 2)
  const people: Person[] = plan.map(({ role, age, gender }, member) => ({
    id: idOf(`${place}/member/${member}`),
    place: `${place}/member/${member}`,
    ...{ given: nameFor(dice, role, gender), middle: nameFor(dice, role, gender), family, gender },
    birth: addDays(addYears(asOf, -age), -dice.whole(12, 340)),
    ...{ role, home, background, doctor },
    guardians: [],
    isLongTermPatient: index === 1,
    isKnownParent: index === 0 && role === 'parent',
    isKnownChild: index === 0 && role === 'child',
  }))
  return withGuardians(withDifferentNames(people), dice)
}

const knownPlans: readonly Plan[] = [
  [
    { role: 'parent', age: 39, gender: 'female' },
    { role: 'child', age: 12, gender: 'female' },
    { role: 'child', age: 5, gender: 'male' },
  ],
  [{ role: 'single', age: 61, gender: 'male' }],
]

function planOf(dice: Dice): Plan {
  const shape = dice.whole(1, 10)
  if (shape <= 2) return [{ role: 'single', age: dice.whole(24, 66), gender: eitherGender(dice) }]
  if (shape <= 4) return couple(dice, 'elder', dice.whole(66, 86))
  const parentAge = dice.whole(27, 46)
  const parents = couple(dice, 'parent', parentAge).slice(0, dice.chance(75) ? 2 : 1)
  return [...parents, ...childrenOf(dice, parentAge)]
}

function couple(dice: Dice, role: Person['role'], age: number): Plan {
  return [
    { role, age, gender: 'female' },
    { role, age: age + dice.whole(0, 4), gender: 'male' },
  ]
}

function childrenOf(dice: Dice, parentAge: number): Plan {
  const eldest = dice.whole(0, Math.min(17, parentAge - 23))
  const count = dice.whole(1, 3)
  const ages = Array.from({ length: count }, (_, each) => eldest - each * dice.whole(2, 3))
  return ages.filter((age) => age >= 0).map((age) => ({ role: 'child', age, gender: eitherGender(dice) }))
}

function eitherGender(dice: Dice): Person['gender'] {
  return dice.chance(50) ? 'female' : 'male'
}

function nameFor(dice: Dice, role: Person['role'], gender: Person['gender']): string {
  return dice.pick(givenNames[gender][role === 'child' ? 'child' : 'adult'])
}

/** Two people of one family never share a first name. The later one uses the middle name, or both names. */
function withDifferentNames(people: Person[]): Person[] {
  const taken = new Set<string>()
  return people.map((person) => {
    const given = !taken.has(person.given)
      ? person.given
      : taken.has(person.middle)
        ? `${person.given}-${person.middle}`
        : person.middle
    taken.add(given)
    return { ...person, given }
  })
}

/** A child whose second parent is no patient here still has one, most of the time. */
function withGuardians(people: Person[], dice: Dice): Person[] {
  const parents: Guardian[] = people.filter((person) => person.role === 'parent')
  const [first] = parents
  if (parents.length === 1 && first) {
    const gender = first.gender === 'female' ? 'male' : 'female'
    const other = { given: nameFor(dice, 'parent', gender), family: first.family, gender } as const
    parents.push({ ...other, birth: addDays(first.birth, -dice.whole(30, 900)) })
  }
  return people.map((person) => (person.role === 'child' ? { ...person, guardians: parents } : person))
}
