import { type BodyDeps, makePatch, makeResource } from './bodies.ts'
import { idFor, typeFor } from './names.ts'
import { oddText, oddValue, pickOf } from './odd-values.ts'
import { makeParameters, writeQuery } from './parameters.ts'

/** A batch or transaction whose entries are requests of the same grammar. */
export function makeBundle(deps: BodyDeps): unknown {
  const { dice } = deps
  const length = dice.whole(0, dice.chance(5) ? 210 : 5)
  const bundle = {
    resourceType: 'Bundle',
    type: pickOf(dice, ['batch', 'batch', 'transaction', 'transaction', 'history', 'x']),
    entry: Array.from({ length }, () => makeEntry(deps)),
  }
  return dice.chance(95)
    ? bundle
    : { ...bundle, [pickOf(dice, ['type', 'entry', 'resourceType'])]: oddValue(dice) }
}

function makeEntry(deps: BodyDeps): unknown {
  const { dice, world } = deps
  const type = typeFor(dice, world)
  const id = idFor(dice, world, type)
  const method = pickOf(dice, ['GET', 'GET', 'POST', 'PUT', 'PUT', 'PATCH', 'DELETE', 'HEAD'])
  const query = writeQuery(dice, makeParameters(dice, world, { kind: 'search', type }))
  const known = dice.chance(80) ? `${type}/${id}` : `${type}?${query}`
  return {
    ...(dice.chance(30)
      ? { fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${dice.whole(0, 9)}` }
      : {}),
    ...contentOf(deps, method, { type, id }),
    request: {
      method,
      url: dice.chance(3) ? oddText(dice) : method === 'POST' ? type : known,
      ...(dice.chance(10) ? { ifMatch: pickOf(dice, ['W/"1"', '*', 'x']) } : {}),
      ...(dice.chance(10) ? { ifNoneExist: query } : {}),
    },
  }
}

function contentOf(
  deps: BodyDeps,
  method: string,
  { type, id }: { type: string; id: string },
): { resource?: unknown } {
  if (method === 'POST' || method === 'PUT') return { resource: makeResource(deps, type, id) }
  if (method !== 'PATCH') return {}
  const data = Buffer.from(JSON.stringify(makePatch(deps, type))).toString('base64')
  return { resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data } }
}
