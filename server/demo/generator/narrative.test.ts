import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Basic, Observation } from 'fhir/r4'
import { addNarrative, narrativeOf } from './narrative.ts'

const observation: Observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'Weight & <b>height</b>' },
  valueQuantity: { value: 36.7, unit: '°C' },
  effectiveDateTime: '2026-09-11T18:15:00Z',
}

test('a narrative says what the record says, escaped', () => {
  assert.deepEqual(narrativeOf(observation), {
    status: 'generated',
    div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Weight &amp; &lt;b&gt;height&lt;/b&gt;: 36.7 °C, 2026-09-11</p></div>',
  })
  assert.equal('text' in observation, false)
})

test('a record that has a narrative keeps it, and one that says nothing gets none', () => {
  const text = { status: 'additional', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' } as const
  const reported: Observation = { ...observation, text }
  addNarrative(reported)
  assert.equal(reported.text, text)
  const basic: Basic = { resourceType: 'Basic', code: {} }
  addNarrative(basic)
  assert.deepEqual(basic, { resourceType: 'Basic', code: {} })
})
