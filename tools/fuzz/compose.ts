import type { Dice } from '#server/demo/generator/random-source.ts'
import type { Actor } from './actors.ts'
import { type BodyDeps, makeJson, makeParameters, makePatch, makeResource } from './bodies.ts'
import { makeBundle } from './bundles.ts'
import type { World } from './fill-database.ts'
import { oddHeaders, oddMediaType } from './headers.ts'
import type { Pen } from './markers.ts'
import { idFor, typeFor } from './names.ts'
import { oddText, pickOf } from './odd-values.ts'
import { makeParameters as makeQuery, writeQuery } from './parameters.ts'
import { type BodyKind, type Method, type Route, routes } from './routes.ts'

/** A request to send. */
export interface Composed {
  actor: Actor
  route: Route
  method: Method
  /** Path and query. */
  path: string
  headers: Record<string, string>
  body: string | undefined
}

export interface ComposeDeps {
  dice: Dice
  world: World
  pen: Pen
  /** Links that the server gave out, to anybody. */
  links: readonly string[]
}

const hasBody = new Set<Method>(['POST', 'PUT', 'PATCH', 'DELETE'])
const weightOfAll = routes.reduce((sum, { weight }) => sum + weight, 0)

/** A random request of a random actor. */
export function compose(deps: ComposeDeps): Composed {
  const { dice, world, links } = deps
  const route = pickRoute(dice)
  const actor = pickActor(dice, world, route)
  const method = dice.chance(96)
    ? pickOf(dice, route.methods)
    : pickOf<Method>(dice, ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])
  const authorization: Record<string, string> =
    actor.token === undefined
      ? {}
      : { authorization: `${dice.chance(97) ? 'Bearer' : 'bearer '} ${actor.token}` }
  // Portal and pages are asked with a cookie, which is added where it is sent.
  const byToken = actor.email === undefined || !['portal', 'page'].includes(route.area)
  const headers = { ...(byToken ? authorization : {}), ...oddHeaders(dice) }
  if (links.length > 0 && route.area === 'r4' && method === 'GET' && dice.chance(8))
    return { actor, route, method, path: damage(dice, pickOf(dice, links)), headers, body: undefined }
  const type = typeFor(dice, world)
  const practice = actor.home ?? actor.practices[0] ?? dice.whole(0, 1)
  const { path, id } = fillPath({ dice, world, route, type, practice })
  const query = writeQuery(dice, makeQuery(dice, world, { kind: route.query, type }))
  const sent = hasBody.has(method)
    ? makeBody({ ...deps, practice }, { kind: route.body, type, id })
    : undefined
  return {
    actor,
    route,
    method,
    path: query === '' ? path : `${path}?${query}`,
    headers: { ...(sent ? { 'content-type': oddMediaType(dice, sent.mediaType) } : {}), ...headers },
    body: sent?.body,
  }
}

function pickRoute(dice: Dice): Route {
  let left = dice.between(0, weightOfAll, 3)
  for (const route of routes) {
    left -= route.weight
    if (left <= 0) return route
  }
  return pickOf(dice, routes)
}

function pickActor(dice: Dice, { actors }: World, { area, body }: Route): Actor {
  if (area === 'portal' || area === 'page')
    return pickOf(
      dice,
      actors.filter(({ email, token }) => email ?? !token),
    )
  const isWrite = ['resource', 'patch', 'bundle'].includes(body)
  return pickOf(dice, isWrite && dice.chance(90) ? actors.filter(({ canWrite }) => canWrite) : actors)
}

interface PathDeps {
  dice: Dice
  world: World
  route: Route
  type: string
  practice: number
}

function fillPath({ dice, world, route, type, practice }: PathDeps): { path: string; id: string } {
  const places = world.practices.map((_, index) => index)
  const named = route.isForeignOnly ? places.filter((place) => place !== practice) : places
  const at = world.practices[pickOf(dice, named)] ?? pickOf(dice, world.practices)
  const id = idFor(dice, world, type)
  const values: Record<string, () => string> = {
    type: () => type,
    id: () => id,
    patient: () => pickOf(dice, pickOf(dice, world.practices).patientIds),
    version: () => pickOf(dice, ['1', '1', '2', '3', '0', '99999999999999999999', 'x']),
    practice: () => at.practiceId,
    association: () => pickOf(dice, at.associationIds),
    application: () => world.application.id,
    operation: () => `$${pickOf(dice, ['meta', 'expunge', 'validate', 'everything', 'graphql', 'x'])}`,
    any: () => (dice.chance(50) ? id : oddText(dice)),
  }
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((values[name]?.() ?? '').toWellFormed()),
  )
  return { path, id }
}

interface BodyRequest {
  kind: BodyKind
  type: string
  id: string
}

function makeBody(
  deps: BodyDeps,
  { kind, type, id }: BodyRequest,
): { body: string; mediaType: string } | undefined {
  const { dice, world } = deps
  const json = (value: unknown, mediaType = 'application/fhir+json') => ({
    body: JSON.stringify(value) ?? '',
    mediaType,
  })
  if (dice.chance(2)) return { body: oddText(dice), mediaType: 'application/fhir+json' }
  switch (kind) {
    case 'none':
      return undefined
    case 'resource':
      return json(makeResource(deps, type, id))
    case 'patch':
      return json(makePatch(deps, type), 'application/json-patch+json')
    case 'bundle':
      return json(makeBundle(deps))
    case 'parameters':
      return json(makeParameters(deps))
    case 'json':
      return json(makeJson(deps), 'application/json')
    default: {
      const grammar = dice.chance(50) ? 'oauth' : 'page'
      const pairs = [
        ...makeQuery(dice, world, { kind: grammar, type }),
        ...makeQuery(dice, world, { kind: 'search', type }),
      ]
      return { body: writeQuery(dice, pairs), mediaType: 'application/x-www-form-urlencoded' }
    }
  }
}

/** A link of an earlier answer, unchanged or with one changed character. */
function damage(dice: Dice, link: string): string {
  if (dice.chance(60)) return link
  const at = dice.whole(0, link.length - 1)
  return `${link.slice(0, at)}${pickOf(dice, ['A', '_', '%', '=', ''])}${link.slice(at + 1)}`
}
