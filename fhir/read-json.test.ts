import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decimal, numbersOf } from '../test/support/decimals.ts'
import { stringifyExact } from './exact-json.ts'
import { type JsonFault, readJson } from './read-json.ts'

const filler = '"filler":"é,1.0{\\\\\\""'

const options = { deepest: 100, mostValues: 20_000, breathe: () => undefined, smallBytes: 0 }

async function read(text: string, more: Partial<Parameters<typeof readJson>[1]> = {}): Promise<unknown> {
  const read = await readJson(Buffer.from(text), { ...options, ...more })
  assert.ok('value' in read, JSON.stringify(read))
  return read.value
}

async function faultOf(text: string, more: Partial<Parameters<typeof readJson>[1]> = {}): Promise<JsonFault> {
  const read = await readJson(Buffer.from(text), { ...options, ...more })
  assert.ok('fault' in read, text.slice(0, 100))
  return read
}

/** What JSON.parse says of the place. */
function placeOf(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return /position \d+|end of JSON input/.exec(String(error))?.[0] ?? 'somewhere'
  }
}

const name = fc.oneof(
  fc.constantFrom('entry', 'a', '__proto__', 'é"'),
  fc.string({ maxLength: 4 }).filter((text) => !/^\d+$|^filler$/.test(text)),
)
const json = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    decimal,
    fc.constantFrom('0', 'true', 'null', '""', '"\\\\"', '"{"', '"[1.0,"'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[ ${items.join(' ,')}]`),
    fc
      .uniqueArray(fc.tuple(name, tie('value')), { maxLength: 4, selector: ([each]) => each })
      .map(
        (members) => `{${members.map(([each, value]) => `${JSON.stringify(each)} : ${value}`).join(',')}}`,
      ),
  ),
})).value

const outermost = fc.oneof(
  json.map((value) => `{"entry":[${value}],${filler}}`),
  fc
    .tuple(json, json, json)
    .map(([one, two, three]) => `{${filler},"entry":[${one}, {"a":${two}}],"é":${three}}`),
  fc.tuple(json, json).map(([one, two]) => `[${one},{${filler}},{"x":[${two}]}]`),
)

test('a large text read in pieces is what JSON.parse makes of the whole, with the numbers as they were written', async () => {
  await fc.assert(
    fc.asyncProperty(outermost, async (text) => {
      const value = await read(text)
      assert.deepEqual(JSON.parse(stringifyExact(value)), JSON.parse(text), text)
      assert.deepEqual(numbersOf(stringifyExact(value)), numbersOf(text))
    }),
    { numRuns: 300 },
  )
})

test('a text that JSON.parse refuses is refused', async () => {
  const signs = fc.constantFrom('', ',', '}', ']', '{', '1', '"', ' x ')
  await fc.assert(
    fc.asyncProperty(outermost, fc.nat(), signs, async (text, at, sign) => {
      const from = at % text.length
      const changed = text.slice(0, from) + sign + text.slice(from + 1)
      const result = await readJson(Buffer.from(changed), options)
      const isRefused = 'fault' in result && result.fault !== 'name-twice'
      assert.equal(isRefused, placeOf(changed) !== undefined, changed)
    }),
    { numRuns: 2000 },
  )
})

test('the place of a fault is its place in the whole text', async () => {
  const before = `{${filler},"entry":[{"é":1},{"b":"é"}`
  for (const text of [
    `${before},{"c":1,}]}`,
    `${before},5 5]}`,
    `${before}],"x":{"c":[1 2]}}`,
    `${before}]} x`,
    `[{"a":1},{"b":2}{"c":3}]`,
  ])
    assert.deepEqual(await faultOf(text), { fault: 'not-json', place: placeOf(text) }, text)
  const inPart = `${before},{"c":tru}]}`
  const place = `a place behind position ${inPart.indexOf('{"c"')}`
  assert.deepEqual(await faultOf(inPart), { fault: 'not-json', place })
})

test('the work is put down after each slice and each part', async () => {
  let breaths = 0
  const breathe = async () => void breaths++
  const entry = `{"text":"${'x'.repeat(1000)}"}`
  await read(`{"resourceType":"Bundle","entry":[${Array(500).fill(entry).join()}]}`, { breathe })
  assert.ok(breaths >= 500 + 7, String(breaths))
})

test('a resource has at most so many values; each entry of a Bundle counts by itself', async () => {
  const mostValues = 100
  const items = (count: number) => `[${Array(count).fill(0).join()}]`
  const bundle = (count: number) => `{"resourceType":"Bundle","entry":[{"x":[]},{"x":${items(count)}}]}`
  await read(`{"x":${items(90)}}`, { mostValues })
  assert.deepEqual(await faultOf(`{"x":${items(110)}}`, { mostValues }), {
    fault: 'too-many-values',
    path: '',
  })
  await read(`[${bundle(90)}]`, { mostValues })
  await read(
    `{"resourceType":"Bundle","entry":[${Array(20)
      .fill(`{"x":${items(80)}}`)
      .join()}]}`,
    { mostValues },
  )
  assert.deepEqual(await faultOf(bundle(110), { mostValues }), { fault: 'too-many-values', path: 'entry[1]' })
  const list = `{"resourceType":"List","entry":[${Array(20)
    .fill(`{"x":${items(80)}}`)
    .join()}]}`
  assert.deepEqual(await faultOf(list, { mostValues }), { fault: 'too-many-values', path: '' })
  const empty = `{"resourceType":"Bundle","entry":[${Array(110).fill('{}').join()}]}`
  assert.deepEqual(await faultOf(empty, { mostValues }), { fault: 'too-many-values', path: '' })
})

test('names that come twice are found around the parts and in them', async () => {
  const twice = async (text: string) => {
    const fault = await faultOf(text)
    return fault.fault === 'name-twice' ? fault.path : fault
  }
  assert.equal(await twice(`{"a":1,"a":2,${filler}}`), 'a')
  assert.equal(await twice(`{"entry":[{},{"b":{"c":1,"c":2}}],${filler}}`), 'entry[1].b.c')
  assert.equal(await twice(`{"entry":[],"entry":[{}],${filler}}`), 'entry')
})

test('levels are counted, and a text that ends early says so', async () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  await read(nested(100))
  assert.deepEqual(await faultOf(nested(101)), { fault: 'too-deep' })
  for (const text of ['{"a":[', '{"a":"b', '{"a":"b\\', '', ' '])
    assert.deepEqual(await faultOf(text), { fault: 'not-json', place: 'end of JSON input' }, text)
})
