import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import chromiumPack, { inflate } from '@sparticuz/chromium'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const root = join(import.meta.dirname, '../..')
const cache = join(root, 'node_modules/.cache/onpatient')

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** The sizes at which every page is looked at. */
export const sizes = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const satisfies Record<string, BrowserContextOptions>

/** A real Chromium: the system's, else the one that comes with npm; `CHROMIUM` names another. */
export async function launchChromium(): Promise<Browser> {
  const installed = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (path) => path && existsSync(path),
  )
  if (installed) return chromium.launch({ executablePath: installed, args: quiet })
  const folder = await unpack()
  const executablePath = join(folder, 'chromium')
  try {
    return await chromium.launch({ executablePath, args: quiet })
  } catch {
    // A bare machine lacks a few libraries and fonts, which the package brings along.
    const env = {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
    }
    return chromium.launch({ executablePath, args: quiet, env })
  }
}

/** Unpacked once; test files that start at the same time must never see half of it. */
async function unpack(): Promise<string> {
  const folder = join(cache, 'chromium')
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const own = await mkdtemp(join(cache, 'unpacking-'))
  // The package unpacks into the temporary folder of the process.
  const before = process.env.TMPDIR
  process.env.TMPDIR = own
  try {
    await chromiumPack.executablePath()
    await inflate(join(root, 'node_modules/@sparticuz/chromium/bin/al2023.tar.br'))
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  await rename(own, folder).catch(() => rm(own, { recursive: true, force: true }))
  return folder
}

export interface Opened {
  page: Page
  /** Errors of scripts and of the content security policy since the page was opened. */
  errors: string[]
}

/** A page in a browser profile of its own. */
export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<Opened> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    // Chromium also logs every refused request; what a refusal looks like is for the tests to say.
    if (message.type() === 'error' && !/with a status of 4\d\d/.test(message.text()))
      errors.push(`${page.url()}: ${message.text()}`)
  })
  return { page, errors }
}
