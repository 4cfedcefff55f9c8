import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isResourceId, listReferences, parseReference, visitReferences } from './reference.ts'

test('every form of a reference is distinguished from the others', () => {
  const base = 'https://api.example/fhir/r4'
  assert.deepEqual(parseReference('Patient/mia'), { kind: 'relative', type: 'Patient', id: 'mia' })
  assert.deepEqual(parseReference('Patient/mia/_history/3'), { kind: 'relative', type: 'Patient', id: 'mia' })
  assert.deepEqual(parseReference(`${base}/Patient/mia`, [base]), {
    kind: 'relative',
    type: 'Patient',
    id: 'mia',
  })
  assert.equal(parseReference(`${base}/Patient/mia`).kind, 'foreign')
  assert.equal(parseReference('https://api.example.evil/fhir/r4/Patient/mia', [base]).kind, 'foreign')
  assert.deepEqual(parseReference('Practitioner?identifier=x|1'), {
    kind: 'conditional',
    type: 'Practitioner',
    query: 'identifier=x|1',
  })
  assert.equal(parseReference('urn:uuid:0a').kind, 'urn')
  assert.equal(parseReference('#p1').kind, 'contained')
  for (const none of ['', undefined, null, 7, {}]) assert.equal(parseReference(none).kind, 'none')
  for (const odd of [
    'Patient',
    'patient/mia',
    'Patient/mia/x',
    '../Patient/mia',
    'Patient/a b',
    `Patient/${'x'.repeat(65)}`,
  ])
    assert.equal(parseReference(odd).kind, 'foreign', odd)
})

test('an id has 1 to 64 letters, digits, hyphens and points', () => {
  for (const id of ['a', 'A-1.b', 'x'.repeat(64)]) assert.ok(isResourceId(id))
  for (const id of ['', 'x'.repeat(65), 'a b', 'a/b', 'ä', 'a_b', 'a\n', undefined, 7])
    assert.ok(!isResourceId(id))
})

test('a relative reference is read back as it was written', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9\-.]{1,64}$/)
  fc.assert(
    fc.property(fc.constantFrom('Patient', 'Observation'), id, (type, text) => {
      assert.deepEqual(parseReference(`${type}/${text}`), { kind: 'relative', type, id: text })
    }),
  )
})

test('no text makes it fail', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseReference(text)))
})

test('references are found wherever they stand, in extensions and contained resources too', () => {
  const resource = {
    resourceType: 'Observation',
    subject: { reference: 'Patient/1' },
    extension: [{ url: 'x', valueReference: { reference: 'Location/2' } }],
    contained: [{ resourceType: 'Specimen', subject: { reference: 'Patient/1' } }],
    note: [{ text: 'reference' }],
    reference: null,
  }
  assert.deepEqual(listReferences(resource), ['Patient/1', 'Location/2', 'Patient/1'])
  visitReferences(resource, (element) => {
    element.reference = 'Patient/9'
  })
  assert.deepEqual(new Set(listReferences(resource)), new Set(['Patient/9']))
})
