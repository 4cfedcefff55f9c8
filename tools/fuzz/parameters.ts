import { parametersOf } from '#fhir/search/parameters.ts'
import type { Dice } from '#server/demo/generator/random-source.ts'
import type { World } from './fill-database.ts'
import { oddText, pickOf } from './odd-values.ts'
import type { QueryKind } from './routes.ts'

/** A parameter as text of the address: encoded, or badly encoded on purpose. */
export type Pair = [name: string, value: string]

const modifiers = [
  ...[':missing', ':exact', ':contains', ':not', ':text', ':in', ':not-in', ':above', ':below', ':of-type'],
  ...[':identifier', ':Patient', ':Practitioner', ':iterate', ':', ':x', '.name', '.family', ':Patient.name'],
  ...['.identifier', '.patient.name', ':Patient.general-practitioner.name', '.organization.name'],
] as const
const prefixes = ['', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap', 'xx'] as const
const dates = [
  ...['2020', '2024-05', '2024-02-30', '2025-01-01', '2025-06-01T10:00:00Z', '0000', '9999-12-31'],
  ...['2024-01-01T00:00:00+14:00', '-1', '2024-13', '1583', '2024-01-01T25:00', '+275760-09-13'],
] as const
const results = [
  ...['_count', '_sort', '_summary', '_elements', '_total', '_format', '_pretty', '_include', '_revinclude'],
  ...[
    '_contained',
    '_containedType',
    '_score',
    '_at',
    '_since',
    '_type',
    '_list',
    '_filter',
    '_query',
    'cursor',
  ],
  ...['_content', '_text', '_lastUpdated', '_id', '_profile', '_security', '_tag', '_source', 'access_token'],
] as const

/** Parameters of a request by the grammar of its kind. Most are meaningful; some are odd, doubled or badly encoded. */
export function makeParameters(dice: Dice, world: World, asked: { kind: QueryKind; type: string }): Pair[] {
  if (asked.kind === 'none') return []
  const most = asked.kind === 'search' ? 4 : 2
  const pairs = Array.from({ length: dice.whole(0, most) }, () => makePair(dice, world, asked))
  const [first] = pairs
  if (first && dice.chance(8)) pairs.push(first, first)
  return pairs
}

/** The text behind the question mark. */
export function writeQuery(dice: Dice, pairs: readonly Pair[]): string {
  const encode = (text: string) => {
    if (dice.chance(2)) return text.replace(/[^\x21-\x7e]|#/g, '%')
    if (dice.chance(3)) return encodeURIComponent(encodeURIComponent(text.toWellFormed()))
    return encodeURIComponent(text.toWellFormed())
  }
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join(dice.chance(1) ? '&&' : '&')
}

function makePair(dice: Dice, world: World, { kind, type }: { kind: QueryKind; type: string }): Pair {
  if (dice.chance(4)) return [oddText(dice), oddText(dice)]
  switch (kind) {
    case 'search':
      return dice.chance(35) ? resultPair(dice, world, type) : searchPair(dice, world, type)
    case 'list':
      return listPair(dice, world)
    case 'history':
    case 'read':
      return resultPair(dice, world, type)
    case 'oauth':
      return oauthPair(dice, world)
    default:
      return pagePair(dice, world)
  }
}

function searchPair(dice: Dice, world: World, type: string): Pair {
  const [code, parameterType] = codeOf(dice, type)
  const value = valueFor(dice, world, parameterType)
  if (dice.chance(10)) return [hasPath(dice, world), valueFor(dice, world, undefined)]
  const name = dice.chance(30) ? `${code}${pickOf(dice, modifiers)}` : code
  return [name, dice.chance(10) ? `${value},${valueFor(dice, world, parameterType)}` : value]
}

function hasPath(dice: Dice, world: World): string {
  const other = pickOf(dice, world.records).type
  const [link] = codeOf(dice, other)
  const [code] = codeOf(dice, other)
  const deeper = dice.chance(15) ? `_has:${pickOf(dice, world.records).type}:subject:` : ''
  return `_has:${other}:${dice.chance(70) ? pickOf(dice, ['subject', 'patient', 'target', 'encounter']) : link}:${deeper}${code}`
}

function codeOf(dice: Dice, type: string): [code: string, type: string | undefined] {
  const parameters = parametersOf(type)
  if (parameters.length === 0) return ['patient', 'reference']
  const found = pickOf(dice, parameters)
  return [found.code, found.type]
}

function valueFor(dice: Dice, world: World, type: string | undefined): string {
  const record = pickOf(dice, world.records)
  if (dice.chance(6)) return oddText(dice)
  switch (type) {
    case 'date':
      return `${pickOf(dice, prefixes)}${pickOf(dice, dates)}`
    case 'reference':
      return pickOf(dice, [
        `${record.type}/${record.id}`,
        record.id,
        `Patient/${record.patientId}`,
        `http://x/${record.id}`,
      ])
    case 'number':
    case 'quantity':
      return `${pickOf(dice, prefixes)}${pickOf(dice, ['5.4', '1e3', '-0', '1e400', '72||/min', '5|http://unitsofmeasure.org|mg'])}`
    case 'string':
      return pickOf(dice, [...record.markers].concat('a', 'Street', 'e'))
    case 'token':
      return pickOf(dice, [
        'final',
        'http://loinc.org|',
        '|x',
        'laboratory',
        'active',
        record.id,
        'true',
        'female',
        '||',
      ])
    default:
      return pickOf(dice, [record.id, `${record.type}/${record.id}`, ...record.markers, 'final', 'ge2020'])
  }
}

function resultPair(dice: Dice, world: World, type: string): Pair {
  const name = pickOf(dice, results)
  const other = pickOf(dice, world.records)
  switch (name) {
    case '_include':
    case '_revinclude': {
      const from = name === '_include' ? type : other.type
      const [code] = codeOf(dice, from)
      return [
        dice.chance(20) ? `${name}:iterate` : name,
        pickOf(dice, [
          `${from}:${code}`,
          `${from}:*`,
          '*',
          `${from}:${code}:${other.type}`,
          'Provenance:target',
          `${from}:subject`,
        ]),
      ]
    }
    case '_count':
      return [name, pickOf(dice, ['0', '1', '2', '50', '1000', '-1', '99999999999', 'x'])]
    case '_sort':
      return [
        name,
        pickOf(dice, ['-date', '_id', '-_lastUpdated', codeOf(dice, type)[0], `-${codeOf(dice, type)[0]}`]),
      ]
    case '_summary':
      return [name, pickOf(dice, ['true', 'false', 'text', 'data', 'count', 'x'])]
    case '_elements':
      return [
        name,
        pickOf(dice, [
          'id',
          'name',
          'subject,code',
          'text',
          'resourceType',
          'contained',
          '-name',
          'meta.tag',
        ]),
      ]
    case '_total':
      return [name, pickOf(dice, ['none', 'estimate', 'accurate', 'x'])]
    case '_format':
      return [name, pickOf(dice, ['json', 'xml', 'application/fhir+json', 'html', 'ttl'])]
    case '_type':
      return [name, pickOf(dice, [`${other.type},${type}`, other.type, 'Nothing', 'Patient,Patient'])]
    case '_id':
      return [name, pickOf(dice, [other.id, `${other.id},${pickOf(dice, world.records).id}`])]
    case '_lastUpdated':
    case '_since':
    case '_at':
      return [name, `${pickOf(dice, prefixes)}${pickOf(dice, dates)}`]
    default:
      return [name, dice.chance(50) ? oddText(dice) : valueFor(dice, world, undefined)]
  }
}

function listPair(dice: Dice, world: World): Pair {
  const record = pickOf(dice, world.records)
  return pickOf<Pair>(dice, [
    ['patient', record.patientId ?? record.id],
    ['patient', `Patient/${record.patientId}`],
    ['page-size', pickOf(dice, ['1', '5', '500', '0', 'x'])],
    ['page_size', '2'],
    ['date', `${pickOf(dice, prefixes)}${pickOf(dice, dates)}`],
    ['since', pickOf(dice, dates)],
    ['_id', record.id],
    ['cursor', oddText(dice)],
    ['start', pickOf(dice, dates)],
  ])
}

function oauthPair(dice: Dice, { application, practices }: World): Pair {
  return pickOf<Pair>(dice, [
    ['client_id', application.id],
    ['client_secret', dice.chance(70) ? application.secret : oddText(dice)],
    ['response_type', pickOf(dice, ['code', 'token', 'code id_token', 'none'])],
    [
      'redirect_uri',
      pickOf(dice, [
        'http://localhost:9999/done',
        'http://localhost:1/done',
        'javascript:1',
        'https://evil.example',
      ]),
    ],
    [
      'scope',
      pickOf(dice, [
        'patient/*.read',
        'patient/*.*',
        'PATIENT/*.READ',
        'openid fhirUser',
        'system/*.cruds',
        'user/Patient.rs?name=x',
        'launch',
      ]),
    ],
    ['grant_type', pickOf(dice, ['authorization_code', 'refresh_token', 'client_credentials', 'password'])],
    ['code', oddText(dice)],
    ['refresh_token', oddText(dice)],
    ['token', oddText(dice)],
    ['state', oddText(dice)],
    ['nonce', oddText(dice)],
    ['code_challenge', 'x'.repeat(dice.whole(0, 130))],
    ['code_challenge_method', pickOf(dice, ['S256', 'plain', 'x'])],
    ['prompt', pickOf(dice, ['none', 'login', 'consent', 'select_account', 'none login'])],
    ['max_age', pickOf(dice, ['0', '-1', '1e9', 'x'])],
    ['request', 'eyJhbGciOiJub25lIn0.e30.'],
    ['request_uri', pickOf(dice, ['urn:ietf:params:oauth:request_uri:x', 'http://127.0.0.1/'])],
    ['claims', pickOf(dice, ['{}', '{"userinfo":{"a":null}}', '[]', '{'])],
    ['id_token_hint', 'eyJhbGciOiJub25lIn0.e30.'],
    ['post_logout_redirect_uri', 'https://evil.example/'],
    ['launch', oddText(dice)],
    ['aud', pickOf(dice, ['http://localhost/fhir/r4', 'https://evil.example/fhir/r4'])],
    ['practice', pickOf(dice, practices).practiceId],
    ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
    ['client_assertion', pickOf(dice, ['x', 'eyJhbGciOiJub25lIn0.e30.', 'eyJhbGciOiJFUzM4NCJ9.e30.AAAA'])],
    ['response_mode', pickOf(dice, ['query', 'fragment', 'form_post', 'web_message'])],
    ['dpop_jkt', oddText(dice)],
  ])
}

function pagePair(dice: Dice, world: World): Pair {
  const record = pickOf(dice, world.records)
  return pickOf<Pair>(dice, [
    [
      'next',
      pickOf(dice, [
        '/',
        '//evil.example',
        '/\\evil.example',
        'javascript:1',
        '/ä',
        '/%0d%0aset-cookie:x',
        '/signin?next=/',
      ]),
    ],
    ['token', oddText(dice)],
    ['patient', record.patientId ?? record.id],
    ['cursor', oddText(dice)],
    ['search', pickOf(dice, [...record.markers].concat('a'))],
    ['email', pickOf(dice, ['a@fuzz.example', 'x', 'patient-of-elm@fuzz.example'])],
    ['_csrf', oddText(dice)],
    ['kind', oddText(dice)],
    ['application', world.application.id],
    ['practice', pickOf(dice, world.practices).practiceId],
  ])
}
