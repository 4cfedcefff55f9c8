import { isAbsolute, resolve } from 'node:path'

/** Where records are kept. */
export type StoreSetting = { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string }

/** What a setting takes, how a wrong value is refused, and what becomes of a right one. */
export interface SettingKind<Value> {
  /** Shown in the documentation and in error messages. */
  form: string
  /** The reason why a value is refused; undefined: it is right. */
  refuse(text: string): string | undefined
  /** Only for text that `refuse` lets pass. */
  parse(text: string): Value
}

export function oneOf<const Word extends string>(...words: readonly Word[]): SettingKind<Word> {
  const before = words.slice(0, -1).join(', ')
  return {
    form: `${before} or ${words.at(-1)}`,
    refuse: (text) =>
      (words as readonly string[]).includes(text) ? undefined : `is neither ${before} nor ${words.at(-1)}`,
    parse: (text) => text as Word,
  }
}

/** One of two words or more, of which `word` is true. */
export function isWord(word: string, ...others: readonly string[]): SettingKind<boolean> {
  return { ...oneOf(word, ...others), parse: (text) => text === word }
}

export function wholeNumber(least: number, most: number): SettingKind<number> {
  return {
    form: `a number from ${least} to ${most}`,
    refuse: (text) =>
      /^(0|[1-9]\d{0,9})$/.test(text) && Number(text) >= least && Number(text) <= most
        ? undefined
        : `is not a number from ${least} to ${most}`,
    parse: Number,
  }
}

export function port(example: number): SettingKind<number> {
  return {
    form: `a port from 0 to 65535, e.g. ${example}`,
    refuse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65535 ? undefined : 'is not a port'),
    parse: Number,
  }
}

/** A text that a pattern describes. `reason` follows the value, as in '"x y" is not an address'. */
export function matching(form: string, pattern: RegExp, reason: string): SettingKind<string> {
  return { form, refuse: (text) => (pattern.test(text) ? undefined : reason), parse: (text) => text }
}

/** A whole origin; read without the slash at its end. */
export function origin(example: string): SettingKind<string> {
  return {
    form: `an origin, e.g. ${example}`,
    refuse: refuseOrigin,
    parse: (text) => text.replace(/\/$/, ''),
  }
}

function refuseOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is not an address'
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'is not http:// or https://'
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    return 'has more than scheme, host and port'
  return undefined
}

export const database: SettingKind<StoreSetting> = {
  form: 'sqlite:PATH, e.g. sqlite:./data/onpatient.db, or postgres://USER:PASSWORD@HOST[:PORT]/NAME',
  refuse(text) {
    if (/^sqlite:.+/.test(text)) return undefined
    if (/^postgres(ql)?:\/\/\S+$/.test(text) && URL.canParse(text)) return undefined
    return 'is not a database address'
  },
  parse(text) {
    if (!text.startsWith('sqlite:')) return { kind: 'postgres', url: text }
    const path = text.slice('sqlite:'.length)
    return { kind: 'sqlite', file: path === ':memory:' || isAbsolute(path) ? path : resolve(path) }
  },
}

export const mailServer: SettingKind<string> = {
  form: 'smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…',
  refuse: (text) =>
    /^smtps?:\/\/\S+$/.test(text) && URL.canParse(text) ? undefined : 'is not an smtp:// address',
  parse: (text) => text,
}

export const folder: SettingKind<string> = {
  form: 'a folder, e.g. /var/backups/onpatient',
  refuse: () => undefined,
  parse: resolve,
}

/** A secret must be long and not one character many times. A secret that can be guessed is worse than none. */
export const secret: SettingKind<string> = {
  form: '32 to 200 characters, e.g. of "openssl rand -base64 32"',
  refuse(text) {
    if (!/^\S{32,200}$/.test(text)) return 'is not 32 to 200 characters without a space'
    return new Set(text).size < 10 ? 'has fewer than 10 different characters' : undefined
  },
  parse: (text) => text,
}

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const unitMs: Record<string, number> = { m: minuteMs, h: 60 * minuteMs, d: dayMs }

/** `30m`, `6h`, `1d`, read in milliseconds. */
export const timeSpan: SettingKind<number> = {
  form: 'a time such as 30m, 6h or 1d, up to 30d',
  refuse(text) {
    const span = parseSpan(text)
    return span >= minuteMs && span <= 30 * dayMs
      ? undefined
      : 'is not a time such as 6h, from 1 minute to 30 days'
  },
  parse: parseSpan,
}

function parseSpan(text: string): number {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  return Number(count) * (unitMs[unit] ?? Number.NaN)
}
