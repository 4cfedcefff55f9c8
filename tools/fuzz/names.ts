import type { Dice } from '#server/demo/generator/random-source.ts'
import type { World } from './fill-database.ts'
import { oddText, pickOf } from './odd-values.ts'

export function typeFor(dice: Dice, world: World): string {
  if (dice.chance(90)) return pickOf(dice, world.records).type
  return pickOf(dice, [
    'Binary',
    'Group',
    'List',
    'Questionnaire',
    'Nothing',
    'Bundle',
    'Basic',
    'QuestionnaireResponse',
    oddText(dice),
  ])
}

/** Mostly the id of a stored record, else an id that this run makes up and uses again. */
export function idFor(dice: Dice, world: World, type: string): string {
  if (dice.chance(25)) return `scratch-${dice.whole(1, 40)}`
  const some = world.records.filter((record) => record.type === type)
  return pickOf(dice, some.length > 0 && dice.chance(95) ? some : world.records).id
}
