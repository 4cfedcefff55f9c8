import type { Resource } from 'fhir/r4'
import type { Dice } from '#server/demo/generator/random-source.ts'
import type { World } from './fill-database.ts'
import type { Pen } from './markers.ts'
import { oddText, oddValue, pickOf } from './odd-values.ts'
import type { MarkedRecord } from './people.ts'

export interface BodyDeps {
  dice: Dice
  world: World
  pen: Pen
  /** The patient of the actor; written records are about it. */
  practice: number
}

type Json = Record<string, unknown>

/** A record as the actor could have written it, with some mistakes. */
export function makeResource({ dice, world, pen, practice }: BodyDeps, type: string, id?: string): Json {
  const all = world.records.filter((record) => record.type === type)
  const own = all.filter((record) => record.practice === practice)
  const like = pickOf(dice, own.length > 0 && dice.chance(85) ? own : all.length > 0 ? all : world.records)
  const resource = pen.rewrite(structuredClone(like.resource), practice) as Json
  if (id !== undefined && dice.chance(95)) resource.id = id
  if (dice.chance(25)) pointElsewhere(dice, world, resource)
  for (let left = dice.chance(55) ? 0 : dice.whole(1, 3); left > 0; left--) mutate(dice, world, resource)
  return resource
}

/** Makes one reference name another record, of anybody or of nobody, in a random notation. */
function pointElsewhere(dice: Dice, world: World, resource: Json): void {
  const holders = collect(resource, (each) => typeof each.reference === 'string')
  const other = pickOf(dice, world.records)
  const holder = holders.length > 0 ? pickOf(dice, holders) : undefined
  if (holder) holder.reference = referenceTo(dice, other)
}

function referenceTo(dice: Dice, { type, id }: MarkedRecord): string {
  return pickOf(dice, [
    `${type}/${id}`,
    `${type}/${id}`,
    `${type}/${id}/_history/1`,
    `${type}/${id}x`,
    `${type}?identifier=${id}`,
    `${type}?_id=${id}`,
    `#${id}`,
    'urn:uuid:00000000-0000-4000-8000-000000000000',
    `Group/${id}`,
  ])
}

function mutate(dice: Dice, world: World, resource: Json): void {
  const holder = pickOf(
    dice,
    collect(resource, () => true),
  )
  const names = Object.keys(holder)
  const name = names.length > 0 ? pickOf(dice, names) : 'x'
  const other = pickOf(dice, world.records)
  pickOf<() => void>(dice, [
    () => delete holder[name],
    () => Object.assign(holder, { [name]: oddValue(dice) }),
    () => Object.assign(holder, { [oddText(dice)]: oddValue(dice) }),
    () => Object.assign(holder, { [name]: [holder[name], holder[name]] }),
    () =>
      Object.assign(holder, {
        extension: [{ url: 'http://x', valueReference: { reference: referenceTo(dice, other) } }],
      }),
    () =>
      Object.assign(resource, { contained: [{ resourceType: other.type, id: 'c', name: oddValue(dice) }] }),
    () =>
      Object.assign(resource, {
        text: {
          status: 'generated',
          div: `<div xmlns="http://www.w3.org/1999/xhtml">${oddText(dice)}</div>`,
        },
      }),
    () =>
      Object.assign(resource, {
        meta: { versionId: oddText(dice), tag: [{ code: oddText(dice) }], profile: [oddText(dice)] },
      }),
    () =>
      Object.assign(resource, {
        content: [{ attachment: { url: `Binary/${other.id}`, contentType: oddText(dice) } }],
      }),
    () => Object.assign(resource, { id: oddText(dice) }),
    () => Object.assign(resource, { resourceType: other.type }),
    () =>
      Object.assign(resource, {
        identifier: [{ system: oddText(dice), value: 'x'.repeat(dice.whole(1, 3000)) }],
      }),
  ])()
}

function collect(value: unknown, takes: (each: Json) => boolean): Json[] {
  if (typeof value !== 'object' || value === null) return []
  const below = Object.values(value).flatMap((each) => collect(each, takes))
  return !Array.isArray(value) && takes(value as Json) ? [value as Json, ...below] : below
}

/** A JSON Patch with paths that records of the type have. */
export function makePatch({ dice, world, pen, practice }: BodyDeps, type: string): unknown {
  if (dice.chance(4)) return oddValue(dice)
  const like = pickOf(dice, [
    ...world.records.filter((record) => record.type === type),
    pickOf(dice, world.records),
  ])
  const paths = pathsOf(like.resource)
  return Array.from({ length: dice.whole(1, 3) }, () => {
    const path = dice.chance(92) ? pickOf(dice, paths) : oddText(dice)
    const value = dice.chance(60) ? pen.word(practice) : oddValue(dice)
    return pickOf<Json>(dice, [
      { op: 'replace', path, value },
      { op: 'add', path, value },
      { op: 'remove', path },
      { op: 'test', path, value },
      { op: 'copy', from: path, path: pickOf(dice, paths) },
      { op: 'move', from: path, path: pickOf(dice, paths) },
      { op: 'copy', from: path, path: '/id' },
      { op: oddText(dice), path, value },
    ])
  })
}

function pathsOf(value: Resource, before = ''): string[] {
  return Object.entries(value as unknown as Json).flatMap(([name, each]) => {
    const path = `${before}/${name}`
    return typeof each === 'object' && each !== null ? [path, ...pathsOf(each as Resource, path)] : [path]
  })
}

export function makeParameters({ dice, world }: BodyDeps): unknown {
  const record = pickOf(dice, world.records)
  const parameter = pickOf<Json>(dice, [
    { name: 'patient', valueId: record.patientId ?? record.id },
    { name: 'patient', valueString: oddText(dice) },
    { name: '_count', valueInteger: dice.whole(-1, 2000) },
    { name: 'resource', resource: record.type },
    { name: oddText(dice), valueReference: { reference: `${record.type}/${record.id}` } },
    { name: 'mode', valueCode: pickOf(dice, ['create', 'update', 'delete', 'x']) },
  ])
  return {
    resourceType: 'Parameters',
    parameter: dice.chance(90) ? [parameter, parameter].slice(dice.whole(0, 1)) : oddValue(dice),
  }
}

/** A body of the portal's API or of dynamic registration. */
export function makeJson({ dice, world }: BodyDeps): unknown {
  if (dice.chance(5)) return oddValue(dice)
  const names = [
    ...[
      'displayName',
      'email',
      'password',
      'currentPassword',
      'newPassword',
      'name',
      'code',
      'kind',
      'scopes',
    ],
    ...[
      'redirectUris',
      'redirect_uris',
      'client_name',
      'scope',
      'logoUri',
      'jwks',
      'jwks_uri',
      'patientId',
      'role',
    ],
    ...[
      'practiceId',
      'applicationId',
      'isRequired',
      'relationship',
      'isListed',
      'website',
      'aliases',
      'grant_types',
    ],
    ...['token_endpoint_auth_method', 'authentication', 'launchUri', 'encounterId', 'relatedPersonId'],
  ]
  const record = pickOf(dice, world.records)
  // Names of accounts and practices are shown to others, and carry no marker.
  const word = `fuzzed${dice.whole(1, 9999)}`
  const values: unknown[] = [
    ...[word, `${word}@fuzz.example`, true],
    ...[
      ['https://app.example/done'],
      ['patient/*.read', 'system/*.rs'],
      'confidential',
      'patient',
      'proxy',
      'none',
    ],
    ...[
      'https://xn--;.example/logo.png',
      'http://127.0.0.1:9/keys',
      { keys: [{ kty: 'oct', k: 'x' }] },
      { keys: 1 },
    ],
    ...[pickOf(dice, world.practices).practiceId, world.application.id, 'private_key_jwt'],
  ]
  const valueFor = (name: string) =>
    name.endsWith('Id') ? pickOf(dice, [record.id, record.patientId ?? '', ...values]) : pickOf(dice, values)
  return Object.fromEntries(
    Array.from({ length: dice.whole(1, 7) }, () => pickOf(dice, names)).map((name) => [
      name,
      dice.chance(80) ? valueFor(name) : oddValue(dice),
    ]),
  )
}
