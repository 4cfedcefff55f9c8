import type { Dice } from '#server/demo/generator/random-source.ts'
import { pickOf } from './odd-values.ts'

type Headers = Record<string, string>

const odd: readonly Headers[] = [
  { accept: 'application/fhir+xml' },
  { accept: 'text/html' },
  { accept: 'application/fhir+json; fhirVersion=3.0' },
  { accept: '*/*;q=0' },
  { accept: '('.repeat(200) },
  { prefer: 'return=representation' },
  { prefer: 'return=representation' },
  { prefer: 'return=minimal' },
  { prefer: 'return=OperationOutcome' },
  { prefer: 'handling=strict' },
  { prefer: 'handling=strict, return=representation, respond-async' },
  { 'if-match': 'W/"1"' },
  { 'if-match': 'W/"2"' },
  { 'if-match': '*' },
  { 'if-match': 'x' },
  { 'if-none-match': '*' },
  { 'if-none-match': 'W/"1"' },
  { 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' },
  { 'if-none-exist': 'identifier=x' },
  { 'if-none-exist': '_id=x&name:contains=a' },
  { 'if-none-exist': '%' },
  { range: 'bytes=0-10' },
  { range: 'bytes=-18446744073709551616' },
  { 'x-forwarded-for': '127.0.0.1, ;;' },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
  { 'x-forwarded-prefix': '/evil', forwarded: 'host=evil.example' },
  { 'x-http-method-override': 'DELETE' },
  { 'x-request-id': 'x'.repeat(300) },
  { 'accept-encoding': 'gzip, br;q=0, *;q=0' },
  { 'content-encoding': 'gzip' },
  { 'accept-language': 'x-'.repeat(300) },
  { origin: 'https://evil.example' },
  { origin: 'null', 'access-control-request-method': 'PUT' },
  { dpop: 'eyJhbGciOiJub25lIn0.e30.' },
  { cookie: 'onpatient_sign_in=%; onpatient_form=x; __Host-x=1' },
  { host: 'evil.example' },
  { 'x-provenance': '{"resourceType":"Provenance"}' },
]

/** Most requests get none. */
export function oddHeaders(dice: Dice): Headers {
  if (dice.chance(55)) return {}
  return { ...pickOf(dice, odd), ...(dice.chance(30) ? pickOf(dice, odd) : {}) }
}

const mediaTypes = [
  ...['application/fhir+json', 'application/json', 'application/json-patch+json', 'text/plain', 'x', ';'],
  ...['application/x-www-form-urlencoded', 'application/fhir+json; charset=utf-16', 'multipart/form-data'],
  ...['application/fhir+xml', 'application/octet-stream'],
] as const

export function oddMediaType(dice: Dice, usual: string): string {
  return dice.chance(95) ? usual : pickOf(dice, mediaTypes)
}
