import fc from 'fast-check'
import { parametersOf, searchableTypes } from '#fhir/search/parameters.ts'

export interface OddRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer
}

/** What a running server gave out, to be sent back where it does not belong. */
export interface Given {
  token: string
  cursors: string[]
}

const words = fc.constantFrom(
  ...['Patient', 'Observation', 'Immunization', 'ana', 'ana-imm-0000', '_history', '1', '$everything'],
  ...[
    '$validate',
    'metadata',
    '_search',
    '..',
    '.',
    '%2e%2e',
    '%',
    '%00',
    '%ff',
    '%c0%af',
    '',
    ' ',
    'ä',
    '🙂',
  ],
  ...['x'.repeat(300), 'null', '-1', '1e999', '%ED%A0%80', 'constructor', '__proto__'],
)

const roots = fc.constantFrom(
  ...['/onpatient_api/fhir', '/fhir/r4', '/fhir', '/o/authorize', '/o/token', '/o/revoke', '/o/introspect'],
  ...[
    '/o/par',
    '/o/register',
    '/o/userinfo',
    '/o/interaction',
    '/signin',
    '/signup',
    '/signup/finish',
    '/reset',
  ],
  ...['/invitation', '/portal-api', '/portal-api/records', '/portal-api/me', '/portal-api/applications'],
  ...[
    '/demo/client',
    '/.well-known',
    '/api_fhir/api-docs',
    '/assets',
    '/account/settings',
    '//onpatient_api//fhir',
  ],
  ...['/', '/healthz', '/metrics', '/outbox'],
)

const names = fc.constantFrom(
  ...[
    'patient',
    'date',
    'since',
    '_id',
    'page-size',
    'page_size',
    '_count',
    'cursor',
    '_sort',
    '_include',
    '_at',
  ],
  ...['_revinclude', '_has:Observation:patient:code', 'patient.name', 'subject:Patient.family', 'name:exact'],
  ...[
    '_summary',
    '_elements',
    '_total',
    '_format',
    '_pretty',
    '_lastUpdated',
    'access_token',
    '_type',
    '_since',
  ],
  ...['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'code', 'grant_type', 'code_challenge'],
  ...[
    'next',
    'token',
    'request_uri',
    'start',
    'end',
    'constructor',
    '__proto__',
    'a b',
    '%',
    '',
    'a[b]',
    'a.b.c.d',
  ],
)

/** Nested choices over one letter, and runs that a pattern may go through again and again. */
const traps = fc
  .tuple(
    fc.constantFrom('a', '0', '.', '/', '|', ',', '$', '-', ' ', '\\', ':', '%2B', '(', '='),
    fc.nat(1900),
  )
  .map(([sign, count]) => encodeURIComponent(sign.repeat(count)) + encodeURIComponent('!'))

const dates = fc.constantFrom(
  ...[
    'ge2020',
    '2020-13-45',
    '0000',
    '9999999999999',
    '-0001-01-01',
    '2020-02-30',
    'ap9999-12-31T23:59:59.999Z',
  ],
  ...[
    'sa1583',
    'eb2020-01-01T25:61:61Z',
    '2020-01-01T00:00:00+99:99',
    'ne',
    'T',
    '2020-1-1',
    '+275760-09-13',
  ],
  ...['2020-01-01T00:00:00.00000000000000000001Z', 'lt1e3', 'ge-2020'],
)

const values = fc.oneof(
  fc.string({ maxLength: 40 }).map(encodeURIComponent),
  fc.string({ maxLength: 20, unit: 'binary' }).map((text) => encodeURIComponent(text.toWellFormed())),
  dates,
  traps,
  fc.constantFrom(
    ...[
      'ana',
      'Patient/ana',
      '-date',
      'Observation:subject',
      '*',
      'true',
      'gt5.4|http://unitsofmeasure.org|mg',
    ],
    ...['||', '|||', '$', '\\', 'code', 'patient/*.read', '%', '%zz', '%ed%a0%80', 'authorization_code'],
    ...[
      'refresh_token',
      'https://app.example.com/redirect_uri',
      'a,'.repeat(300),
      '('.repeat(50),
      '1e400',
      '-0',
    ],
    ...[
      'urn:oid:1',
      'http://hl7.org/fhir/ValueSet/resource-types',
      '%00',
      '1e-400',
      '0x10',
      'NaN',
      'ge1,le2',
    ],
    ...['patient/Observation.rs?code=1', 'system/*.*', 'launch/patient', "' or 1=1--", '%_%25', '999999999'],
  ),
)

const pairs = (name: fc.Arbitrary<string>) =>
  fc
    .array(fc.tuple(name, values), { maxLength: 5 })
    .map((list) => list.map(([key, value]) => `${encodeURIComponent(key)}=${value}`).join('&'))

const anywhere = fc
  .tuple(roots, fc.array(words, { maxLength: 4 }), pairs(names))
  .map(([root, parts, query]) => ({ path: [root, ...parts].join('/'), query }))

const modifiers = fc.constantFrom(
  ...['', '', '', ':missing', ':exact', ':contains', ':not', ':text', ':in', ':not-in', ':above', ':below'],
  ...[':of-type', ':identifier', ':Patient', ':x', ':', '.name', ':Patient.name', '.patient.name', '.'],
)

/** Searches by parameters that there are. */
const searches = fc
  .constantFrom(...['Patient', 'Observation', 'Immunization', 'Encounter', ...searchableTypes])
  .chain((type) => {
    const codes = parametersOf(type).map(({ code }) => code)
    const asked = fc.tuple(fc.constantFrom(...codes), modifiers).map((parts) => parts.join(''))
    const has = fc.constantFrom(...codes).map((code) => `_has:Observation:subject:${code}`)
    const name = fc.oneof({ arbitrary: asked, weight: 4 }, names, has)
    const place = fc.constantFrom('', '', 'Patient/ana/', 'Patient/nobody/')
    return fc
      .tuple(place, pairs(name))
      .map(([before, query]) => ({ path: `/fhir/r4/${before}${type}`, query }))
  })

const lists = fc
  .tuple(fc.constantFrom('Immunization', 'Patient', 'Observation', 'Condition', 'Nothing'), pairs(names))
  .map(([type, query]) => ({ path: `/onpatient_api/fhir/${type}`, query }))

/** A cursor that was given out for one list is sent to another, whole or damaged. */
const cursors = (given: Given) =>
  fc
    .tuple(
      fc.constantFrom(...given.cursors),
      fc.constantFrom(
        '/fhir/r4/Observation',
        '/fhir/r4/Patient/_history',
        '/fhir/r4/Patient/ana/$everything',
        '/fhir/r4/Patient/ana/Observation',
        '/fhir/r4/Patient/ana/*',
      ),
      fc.nat(200),
      fc.constantFrom('', 'A', '_', '%', '=', 'ä'),
    )
    .map(([cursor, path, at, sign]) => ({
      path,
      query: `cursor=${encodeURIComponent(cursor.slice(0, at) + sign + cursor.slice(at + 1))}`,
    }))

const paths = (given: Given) =>
  fc
    .oneof(
      { arbitrary: anywhere, weight: 3 },
      { arbitrary: searches, weight: 4 },
      { arbitrary: lists, weight: 2 },
      { arbitrary: cursors(given), weight: 1 },
    )
    .map(({ path, query }) => encodeURI(path).replaceAll('%25', '%') + (query === '' ? '' : `?${query}`))
    .map((text) => text.replace(/[^\x21-\x7e]/g, encodeURIComponent))

const deep = fc
  .tuple(fc.constantFrom('[', '{"a":', '{"resourceType":"Bundle","entry":[{"resource":'), fc.nat(400))
  .map(([open, count]) => Buffer.from(open.repeat(count)))

const bodies = fc.oneof(
  fc
    .constantFrom(
      ...[
        '',
        '{',
        '[]',
        'null',
        '1e999',
        '"x"',
        'grant_type=refresh_token&refresh_token=x',
        '_csrf=x&email=%ff',
      ],
      ...[
        '{"resourceType":"Patient","id":"ana","__proto__":{"a":1}}',
        '{"resourceType":"Bundle","type":"batch"}',
      ],
      ...[
        '[{"op":"copy","from":"","path":"/a"}]',
        '{"resourceType":"Observation","valueQuantity":{"value":1e999}}',
      ],
    )
    .map((text) => Buffer.from(text)),
  fc.string({ maxLength: 60 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  pairs(names).map((text) => Buffer.from(text)),
  deep,
)

const mediaTypes = fc.constantFrom(
  ...[
    'application/x-www-form-urlencoded',
    'application/json',
    'application/fhir+json',
    'text/plain',
    'x',
    ';',
  ],
  ...[
    'application/json-patch+json',
    'multipart/form-data',
    'application/json; charset=utf-16',
    'x'.repeat(500),
  ],
)

/** What a header may carry and Node sends. */
const hostile = fc.constantFrom<Record<string, string>>(
  {},
  {},
  { 'if-none-match': `W/"${'1,'.repeat(400)}"` },
  { 'if-modified-since': 'Thu, 99 Foo 99999 99:99:99 GMT' },
  { 'if-match': '*', 'if-none-exist': 'identifier=a|b&name=' },
  { 'if-none-exist': '%' },
  { host: 'evil.example.com:99999' },
  { host: '[::1' },
  {
    'x-forwarded-for': '1.1.1.1, ;;, 999.1.1.1',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'gopher',
  },
  { range: 'bytes=0-18446744073709551615', 'accept-encoding': 'gzip;q=9,br' },
  { dpop: 'eyJhbGciOiJub25lIn0.e30.' },
  { dpop: 'x'.repeat(3000) },
  { prefer: `return=${'('.repeat(500)}, handling=strict` },
  { cookie: `onpatient_sign_in=${'%'.repeat(900)}` },
  { origin: 'null', 'access-control-request-method': 'x'.repeat(300) },
  { 'content-encoding': 'gzip' },
  { 'x-http-method-override': 'DELETE', te: 'trailers' },
  { 'accept-language': 'x-'.repeat(500) },
)

/** Requests of every kind, mostly nearly right. */
export function oddRequests(given: Given): fc.Arbitrary<OddRequest> {
  const { token } = given
  return fc
    .record({
      method: fc.constantFrom(
        ...['GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'],
      ),
      path: paths(given),
      authorization: fc.constantFrom(
        ...[`Bearer ${token}`, `Bearer ${token}`, `Bearer ${token}`, `DPoP ${token}`, `bearer  ${token}`],
        ...['', 'Basic eDp5', 'Basic !!!', 'Bearer', 'x'.repeat(500), `Bearer ${token.slice(0, -1)}`],
      ),
      type: mediaTypes,
      accept: fc.constantFrom(
        '*/*',
        'text/html',
        'application/fhir+xml',
        ';;;',
        'application/json;q=x',
        '('.repeat(300),
      ),
      cookie: fc.constantFrom('', 'onpatient_sign_in=x; onpatient_form=%', '_interaction=x', '=;=;'),
      more: hostile,
      body: bodies,
    })
    .map(({ method, path, authorization, type, accept, cookie, more, body }) => ({
      method,
      path,
      headers: { authorization, 'content-type': type, accept, cookie, ...more },
      body,
    }))
}
