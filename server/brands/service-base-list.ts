import { type BrandUrls, baseUrlOf, type ListedBrand } from './brand-bundle.ts'

const columns = [
  'organization',
  'organization_id',
  'npi',
  'city',
  'state',
  'postal_code',
  'fhir_version',
  'base_url',
]

/** The same list as CSV (RFC 4180), for people with a spreadsheet. */
export function serviceBaseCsv(brands: readonly ListedBrand[], urls: BrandUrls): string {
  const rows = brands.map(({ name, practice, npi = '', city = '', state = '', postalCode = '' }) => [
    name,
    practice.organizationId,
    npi,
    city,
    state,
    postalCode,
    '4.0.1',
    baseUrlOf(urls),
  ])
  return [columns, ...rows].map((row) => `${row.map(toCell).join(',')}\r\n`).join('')
}

/** A spreadsheet runs a cell that begins like a formula, so such a cell gets an apostrophe. */
function toCell(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${inert.replaceAll('"', '""')}"`
}
