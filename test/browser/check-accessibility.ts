import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

interface AxeResult {
  violations: Array<{ id: string; help: string; nodes: Array<{ html: string }> }>
}

/**
 * Half-way through fading in, everything is pale. What fades begins a frame or two after it is there, so that several frames without a
 * movement count, and a dialog that is not pale.
 */
const standsStill = `(async () => {
  const nextFrame = () => new Promise((done) => requestAnimationFrame(done))
  const isPale = (element) => getComputedStyle(element).opacity !== '1'
  // axe says what is wrong with a page that never comes to rest.
  const until = performance.now() + 10_000
  for (let still = 0; still < 5 && performance.now() < until; still++) {
    await nextFrame()
    const moving = document
      .getAnimations()
      .filter((each) => each.playState === 'running' && Number.isFinite(each.effect?.getComputedTiming().endTime))
    if (moving.length === 0 && ![...document.querySelectorAll('[role=dialog]')].some(isPale)) continue
    await Promise.allSettled(moving.map((each) => each.finished))
    still = -1
  }
})()`

/** axe on the page as it stands: WCAG 2.2 A and AA and axe's own best practices. */
export async function checkAccessibility(page: Page, name: string): Promise<void> {
  await page.evaluate(standsStill)
  // Playwright evaluates past the content security policy, which lets no script in.
  await page.evaluate(await readFile(axeFile, 'utf8'))
  const { violations } = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] })',
  )) as AxeResult
  const reported = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html).join('\n  ')}`,
  )
  assert.deepEqual(reported, [], `${name} at ${page.url()}`)
}

/** A phone must never scroll sideways. */
export async function checkWidth(page: Page, name: string): Promise<void> {
  const [content, window] = (await page.evaluate(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )) as [number, number]
  assert.ok(content <= window, `${name} is ${content - window} px wider than the screen`)
}
