/**
 * Units of UCUM that clinical quantities use, brought to one unit for each dimension, so that 0.5 g and 500 mg are found alike:
 * https://ucum.org/ucum. This is not all of UCUM. Other units are compared as they are written.
 */
export interface CanonicalUnit {
  /** Ours, made of g, m, s, L, mol, Pa and the like: `g/L`. */
  unit: string
  /** value in `unit` = value * factor + offset */
  factor: number
  offset: number
}

interface Atom {
  base: string
  factor: number
  /** Whether it takes milli, kilo and so on. */
  isMetric?: true
}

const inch = 0.0254
const pound = 453.59237

const atoms: Record<string, Atom> = {
  g: { base: 'g', factor: 1, isMetric: true },
  '[lb_av]': { base: 'g', factor: pound },
  '[oz_av]': { base: 'g', factor: pound / 16 },
  m: { base: 'm', factor: 1, isMetric: true },
  '[in_i]': { base: 'm', factor: inch },
  '[ft_i]': { base: 'm', factor: 12 * inch },
  '[mi_i]': { base: 'm', factor: 63_360 * inch },
  L: { base: 'L', factor: 1, isMetric: true },
  l: { base: 'L', factor: 1, isMetric: true },
  '[foz_us]': { base: 'L', factor: 0.0295735295625 },
  s: { base: 's', factor: 1, isMetric: true },
  min: { base: 's', factor: 60 },
  h: { base: 's', factor: 3600 },
  d: { base: 's', factor: 86_400 },
  wk: { base: 's', factor: 604_800 },
  mo: { base: 's', factor: 2_629_800 },
  a: { base: 's', factor: 31_557_600 },
  Hz: { base: 'Hz', factor: 1, isMetric: true },
  mol: { base: 'mol', factor: 1, isMetric: true },
  eq: { base: 'eq', factor: 1, isMetric: true },
  osm: { base: 'osm', factor: 1, isMetric: true },
  U: { base: 'U', factor: 1, isMetric: true },
  kat: { base: 'kat', factor: 1, isMetric: true },
  '[IU]': { base: '[IU]', factor: 1, isMetric: true },
  '[iU]': { base: '[IU]', factor: 1, isMetric: true },
  Pa: { base: 'Pa', factor: 1, isMetric: true },
  'm[Hg]': { base: 'Pa', factor: 133_322, isMetric: true },
  'm[H2O]': { base: 'Pa', factor: 9806.65, isMetric: true },
  bar: { base: 'Pa', factor: 100_000, isMetric: true },
  J: { base: 'J', factor: 1, isMetric: true },
  cal: { base: 'J', factor: 4.184, isMetric: true },
  V: { base: 'V', factor: 1, isMetric: true },
  K: { base: 'K', factor: 1, isMetric: true },
  '%': { base: '%', factor: 1 },
}

const prefixes: Record<string, number> = {
  k: 1e3,
  h: 1e2,
  d: 1e-1,
  c: 1e-2,
  m: 1e-3,
  u: 1e-6,
  n: 1e-9,
  p: 1e-12,
  f: 1e-15,
}

/** Written for people, where the code is missing. */
const alsoWritten = new Map(
  Object.entries({
    mmHg: 'mm[Hg]',
    cmH2O: 'cm[H2O]',
    mcg: 'ug',
    lb: '[lb_av]',
    lbs: '[lb_av]',
    oz: '[oz_av]',
    in: '[in_i]',
    ft: '[ft_i]',
    mEq: 'meq',
    'mEq/L': 'meq/L',
    IU: '[IU]',
    'IU/L': '[IU]/L',
  }),
)

/** A scale with a zero of its own cannot be combined with other units. */
const scales: Record<string, CanonicalUnit> = {
  Cel: { unit: 'Cel', factor: 1, offset: 0 },
  '[degF]': { unit: 'Cel', factor: 5 / 9, offset: -160 / 9 },
  K: { unit: 'Cel', factor: 1, offset: -273.15 },
}

const known = new Map<string, CanonicalUnit | undefined>()

/** Undefined for a unit that we do not know. */
export function findCanonicalUnit(code: string): CanonicalUnit | undefined {
  if (known.has(code)) return known.get(code)
  const unit = code.length > 50 ? undefined : readUnit(alsoWritten.get(code) ?? code)
  // Texts from outside must not fill the memory.
  if (known.size < 5000) known.set(code, unit)
  return unit
}

function readUnit(code: string): CanonicalUnit | undefined {
  const scale = Object.hasOwn(scales, code) ? scales[code] : undefined
  if (scale) return scale
  // An annotation names the counted thing and changes no value. An annotation alone is a unit that only its users know.
  const plain = code.replace(/[µμ]/g, 'u').replace(/\{[^{}]*\}/g, '')
  const [above = '', ...below] = plain.split('/')
  const terms = [...readProduct(above, 1), ...below.flatMap((part) => readProduct(part, -1))]
  const powers = new Map<string, number>()
  let factor = 1
  for (const term of terms) {
    if (!term) return undefined
    factor *= term.factor
    if (term.base !== '') powers.set(term.base, (powers.get(term.base) ?? 0) + term.exponent)
  }
  const unit = writeUnit(powers)
  return unit === '' ? undefined : { unit, factor: Number(factor.toPrecision(14)), offset: 0 }
}

/** `mol.m2`; an empty one is the annotation that was taken out. */
function readProduct(text: string, direction: 1 | -1): (Term | undefined)[] {
  return (text === '' ? [] : text.split('.')).map((part) => {
    const term = readTerm(part)
    return term && { ...term, factor: term.factor ** direction, exponent: term.exponent * direction }
  })
}

interface Term {
  base: string
  factor: number
  exponent: number
}

/** `kg`, `m2`, `10*3`, `1`. */
function readTerm(term: string): Term | undefined {
  const power = /^10[*^](-?\d{1,2})$/.exec(term)
  if (power) return { base: '', factor: 10 ** Number(power[1]), exponent: 0 }
  if (/^\d{1,6}(\.\d{1,6})?$/.test(term))
    return Number(term) > 0 ? { base: '', factor: Number(term), exponent: 0 } : undefined
  const [, name = '', digits] = /^(.*?[^\d+-])([+-]?\d)?$/.exec(term) ?? []
  const atom = findAtom(name)
  if (!atom) return undefined
  const exponent = digits === undefined ? 1 : Number(digits)
  return { base: atom.base, factor: atom.factor ** exponent, exponent }
}

function findAtom(name: string): Atom | undefined {
  if (Object.hasOwn(atoms, name)) return atoms[name]
  const prefix = prefixes[name.charAt(0)]
  const rest = name.slice(1)
  const atom = Object.hasOwn(atoms, rest) ? atoms[rest] : undefined
  return prefix !== undefined && atom?.isMetric
    ? { base: atom.base, factor: prefix * atom.factor }
    : undefined
}

function writeUnit(powers: Map<string, number>): string {
  const write = (sign: 1 | -1) =>
    [...powers]
      .filter(([, exponent]) => exponent * sign > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([base, exponent]) => (exponent === sign ? base : base + exponent * sign))
  const below = write(-1)
  return write(1).join('.') + below.map((each) => `/${each}`).join('')
}
