import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

interface AxeResult {
  violations: Array<{ id: string; help: string; nodes: Array<{ html: string }> }>
}

/** axe on the page as it stands: WCAG 2.2 A and AA and axe's own best practices. */
export async function checkAccessibility(page: Page, name: string): Promise<void> {
  // Half-way through fading in, everything is pale.
  await page.evaluate(`Promise.allSettled(
    document.getAnimations().filter((each) => Number.isFinite(each.effect?.getComputedTiming().endTime)).map((each) => each.finished))`)
  // Playwright evaluates past the content security policy, which lets no script in.
  await page.evaluate(await readFile(axeFile, 'utf8'))
  const { violations } = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] })',
  )) as AxeResult
  const told = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html).join('\n  ')}`,
  )
  assert.deepEqual(told, [], `${name} at ${page.url()}`)
}

/** A phone must never scroll sideways. */
export async function checkWidth(page: Page, name: string): Promise<void> {
  const [content, window] = (await page.evaluate(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )) as [number, number]
  assert.ok(content <= window, `${name} is ${content - window} px wider than the screen`)
}
