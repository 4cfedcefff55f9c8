import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { smartStyle, smartStylePath } from './smart-style.ts'

test('the style for apps is the one of the pages, open to every origin', async () => {
  const app = fastify()
  await app.register(smartStyle)
  const answer = await app.inject(smartStylePath)
  assert.equal(answer.headers['access-control-allow-origin'], '*')
  const style = answer.json() as Record<string, string>
  const css = await readFile(new URL('../pages/assets/tokens.css', import.meta.url), 'utf8')
  const [light = ''] = css.split('@media')
  const tokens = {
    color_background: 'ground',
    color_error: 'danger',
    color_highlight: 'accent',
    color_modal_backdrop: 'panel-deep',
    color_success: 'success',
    color_text: 'text',
    dim_border_radius: 'radius',
    font_family_body: 'font',
    font_family_heading: 'font',
  }
  for (const [name, token] of Object.entries(tokens))
    assert.ok(light.includes(`--${token}: ${style[name]};`), `${name} is --${token}`)
  await app.close()
})
