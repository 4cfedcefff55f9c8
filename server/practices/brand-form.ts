import { OnpatientError } from '../errors.ts'

/** The data that a practice publishes about itself, so that apps find it. */
export interface BrandForm {
  isListed: boolean
  /** The name by which patients know it. */
  name: string
  aliases: string[]
  /** National Provider Identifier. */
  npi?: string | undefined
  website?: string | undefined
  logoUri?: string | undefined
  /** The things that patients find in the portal. */
  description?: string | undefined
  phone?: string | undefined
  addressLine?: string | undefined
  city?: string | undefined
  state?: string | undefined
  postalCode?: string | undefined
}

/**
 * Checks the form and returns it trimmed. Everybody can read it, and apps may show it without escaping. So it must be plain text, and its
 * addresses must lead to web pages. Throws `invalid-parameter` naming the field.
 */
export function checkBrandForm(form: BrandForm): BrandForm {
  return {
    isListed: form.isListed,
    name: checkName(form.name),
    aliases: checkAliases(form.aliases),
    npi: checkNpi(form.npi),
    website: checkAddress(form.website, 'website'),
    logoUri: checkAddress(form.logoUri, 'logoUri'),
    description: checkText(form.description, 'description', 500),
    phone: checkPhone(form.phone),
    addressLine: checkText(form.addressLine, 'addressLine', 100),
    city: checkText(form.city, 'city', 60),
    state: checkText(form.state, 'state', 60),
    postalCode: checkText(form.postalCode, 'postalCode', 20),
  }
}

function checkName(text: string): string {
  const name = checkText(text, 'name', 100)
  if (name === undefined) throw invalid('name', 'Give the name by which patients know the practice.')
  return name
}

function checkAliases(texts: readonly string[]): string[] {
  const aliases = texts.flatMap((text) => checkText(text, 'aliases', 100) ?? [])
  if (aliases.length > 10) throw invalid('aliases', 'At most 10 other names.')
  return [...new Set(aliases)]
}

function checkText(given: string | undefined, field: string, longest: number): string | undefined {
  const text = given?.trim().replaceAll(/\s+/g, ' ')
  if (!text) return undefined
  if (text.length > longest) throw invalid(field, `At most ${longest} characters.`)
  // Invisible and direction-changing characters could make a practice look like another one.
  if (/[\p{Cc}\p{Cf}\p{Co}<>]/u.test(text))
    throw invalid(field, 'Plain text only, without < and > and without invisible characters.')
  return text
}

function checkAddress(given: string | undefined, field: string): string | undefined {
  const address = given?.trim()
  if (!address) return undefined
  const isWhole =
    address.length <= 1000 && /^https:\/\/[^\s\\<>"'`\p{Cc}]+$/iu.test(address) && URL.canParse(address)
  if (!isWhole) throw invalid(field, 'Give an address that starts with https://.')
  const { username, password, hostname } = new URL(address)
  if (username !== '' || password !== '' || !hostname.includes('.'))
    throw invalid(field, 'Give the address of a public web site, without user name or password.')
  return address
}

/** The last digit is a check digit over the others with 80840 before them (45 CFR 162.406). */
function checkNpi(given: string | undefined): string | undefined {
  const npi = given?.trim()
  if (!npi) return undefined
  const digits = [...`80840${npi}`].reverse().map(Number)
  const sum = digits.reduce((total, digit, index) => {
    const weighted = index % 2 === 1 ? digit * 2 : digit
    return total + (weighted > 9 ? weighted - 9 : weighted)
  }, 0)
  if (!/^\d{10}$/.test(npi) || sum % 10 !== 0)
    throw invalid('npi', 'An NPI has ten digits, of which the last one checks the others.')
  return npi
}

function checkPhone(given: string | undefined): string | undefined {
  const phone = given?.trim()
  if (!phone) return undefined
  if (!/^\+?[\d ().x-]{5,40}$/i.test(phone))
    throw invalid('phone', 'Give a telephone number such as (555) 555-0100.')
  return phone
}

function invalid(field: string, message: string): OnpatientError {
  return new OnpatientError('invalid-parameter', message, { field })
}
