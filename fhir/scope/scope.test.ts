import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  allowsInteraction,
  type ClinicalScope,
  coversScope,
  type Interaction,
  narrowToTypes,
  parseClinicalScope,
  reads,
  splitByWriting,
  splitScopes,
  writes,
} from './scope.ts'

const interactions: Interaction[] = ['c', 'r', 'u', 'd', 's']

function parse(text: string): ClinicalScope {
  const scope = parseClinicalScope(text)
  assert.ok(scope, text)
  return scope
}

test('both notations of SMART are read by one grammar', () => {
  const cases: Array<[string, string, string, string]> = [
    ['patient/*.read', 'patient', '*', 'rs'],
    ['patient/Immunization.read', 'patient', 'Immunization', 'rs'],
    ['user/Observation.write', 'user', 'Observation', 'cud'],
    ['system/*.*', 'system', '*', 'cruds'],
    ['patient/Immunization.rs', 'patient', 'Immunization', 'rs'],
    ['patient/Immunization.r', 'patient', 'Immunization', 'r'],
    ['user/*.cruds', 'user', '*', 'cruds'],
  ]
  for (const [text, context, type, allowed] of cases) {
    const scope = parse(text)
    assert.deepEqual(
      [scope.context, scope.type, [...scope.interactions].sort().join('')],
      [context, type, [...allowed].sort().join('')],
    )
    assert.equal(scope.text, text)
  }
})

test('what is no scope is refused: wrong order, unknown words, other cases, empty parts, endless text', () => {
  for (const text of [
    ...['', 'patient', 'patient/', 'patient/*', 'patient/*.', '/*.read', 'patient/.read', 'patient/*.reads'],
    ...['patient/*.sr', 'patient/*.rr', 'patient/*.READ', 'Patient/*.read', 'patient/immunization.read'],
    ...['clinic/*.read', 'patient/*.read ', ' patient/*.read', 'patient/*.read\npatient/*.write', 'openid'],
    ...[
      'patient/Obs ervation.read',
      'patient/**.read',
      `patient/${'A'.repeat(70)}.read`,
      'patient/*.constructor',
    ],
  ])
    assert.equal(parseClinicalScope(text), undefined, JSON.stringify(text))
})

test('no text makes the grammar fail', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), (text) => {
      parseClinicalScope(text)
      splitScopes(text)
    }),
  )
})

test('a list of scopes keeps its order and loses its doubles', () => {
  assert.deepEqual(splitScopes('  b a\tb\n c '), ['b', 'a', 'c'])
  assert.deepEqual(splitScopes(''), [])
})

const scopes = fc
  .tuple(
    fc.constantFrom('patient', 'user', 'system'),
    fc.constantFrom('*', 'Observation', 'Immunization'),
    fc.constantFrom('read', 'write', '*', 'r', 's', 'rs', 'c', 'cud', 'cruds'),
  )
  .map(([context, type, access]) => parse(`${context}/${type}.${access}`))

test('a scope that covers another allows all that the other allows', () => {
  fc.assert(
    fc.property(
      scopes,
      scopes,
      fc.constantFrom('Observation', 'Immunization', 'Patient'),
      (outer, inner, type) => {
        if (!coversScope(outer, inner)) return
        for (const interaction of interactions)
          if (allowsInteraction([inner], type, interaction))
            assert.ok(allowsInteraction([outer], type, interaction), `${outer.text} ${inner.text} ${type}`)
      },
    ),
  )
})

test('what a scope reads and what it writes are together what it gives, and neither is the other', () => {
  fc.assert(
    fc.property(scopes, (scope) => {
      const { reading, writing } = splitByWriting(scope)
      assert.equal(reading !== undefined && writes(reading), false)
      assert.equal(writing !== undefined && reads(writing), false)
      const both = [...(reading?.interactions ?? []), ...(writing?.interactions ?? [])]
      assert.deepEqual(both.toSorted(), [...scope.interactions].toSorted())
      for (const part of [reading, writing]) if (part) assert.ok(coversScope(scope, part))
    }),
  )
})

test('nothing covers a scope of another context', () => {
  assert.equal(coversScope(parse('user/*.*'), parse('patient/Observation.r')), false)
  assert.equal(coversScope(parse('system/*.*'), parse('user/Observation.r')), false)
})

test('narrowing to types never widens, and keeps the notation', () => {
  assert.deepEqual(narrowToTypes(parse('patient/*.read'), ['Goal']), ['patient/Goal.read'])
  assert.deepEqual(narrowToTypes(parse('user/*.rs'), ['Goal', 'Device']), ['user/Goal.rs', 'user/Device.rs'])
  fc.assert(
    fc.property(scopes, (scope) => {
      if (scope.type !== '*') return
      for (const text of narrowToTypes(scope, ['Goal', 'Patient']))
        assert.ok(coversScope(scope, parse(text)), text)
    }),
  )
})

test('without a scope nothing is allowed', () => {
  for (const interaction of interactions) assert.equal(allowsInteraction([], 'Patient', interaction), false)
  assert.equal(allowsInteraction([parse('patient/Immunization.read')], 'Patient', 'r'), false)
  assert.equal(allowsInteraction([parse('patient/*.r')], 'Patient', 's'), false)
})
