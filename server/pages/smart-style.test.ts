import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { smartStylePath } from '../http/smart-style-path.ts'
import { smartStyle } from './smart-style.ts'

test('the style for apps is the one of the pages, open to every origin', async () => {
  await using app = fastify()
  await app.register(smartStyle)
  const answer = await app.inject(smartStylePath)
  assert.equal(answer.headers['access-control-allow-origin'], '*')
  const style = answer.json() as Record<string, string>
  assert.equal(style.color_background, '#f3f7f6')
  assert.equal(style.dim_border_radius, '10px')
  for (const [name, value] of Object.entries(style)) {
    if (name.startsWith('color_')) assert.match(value, /^#[0-9a-f]{6}$/, name)
    if (name.startsWith('dim_')) assert.match(value, /^\d+px$/, name)
    if (name.startsWith('font_')) assert.match(value, /sans-serif$/, name)
  }
})
