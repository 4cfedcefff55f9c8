import { modifiersFor, prefixesFor } from '../fhir/search/modifiers.ts'
import { parametersOf, type SearchParameter, searchableTypes } from '../fhir/search/parameters.ts'
import { describeR4Types } from '../server/apis/r4/r4.ts'
import { markdownTable } from './markdown-table.ts'

const servedTypes = describeR4Types().map(({ type }) => type)
const forEveryType = new Set(
  parametersOf('Basic').flatMap(({ code, url }) => (url.includes('/Resource-') ? [code] : [])),
)

/** The reference of search, from the table that search itself reads. */
export function searchParametersPage(): string {
  const common = parametersOf('Basic').filter(({ code }) => forEveryType.has(code))
  return `
# Search parameters

What \`GET /fhir/r4/TYPE?…\` takes. A comma between values means any of them, a parameter that comes twice means both. The CapabilityStatement at
\`/fhir/r4/metadata\` says the same for programs. \`GET /fhir/r4/Patient/ID/TYPE?…\` takes the same, in the compartment of one patient;
\`GET /fhir/r4?_type=TYPE,TYPE\` and \`GET /fhir/r4/Patient/ID/*\` take what all of their types have.

- **Modifiers** stand behind the name: \`name:exact=Lee\`. References also take a type (\`subject:Patient=1\`) and chains (\`subject:Patient.name=lee\`).
- **Comparators** stand before the value: \`date=ge2024-03\`.
- **Includes**: each reference can be followed, \`_include=Observation:subject\`, with the type of its target if need be
  (\`Observation:subject:Patient\`), and backwards, \`_revinclude=Observation:subject\`; \`:iterate\` goes on from there. \`Type:*\` and \`*\` mean all.
- **How the answer looks**: \`_sort\` (up to five parameters, \`-\` turns round), \`_count\`, \`_summary\`, \`_elements\`, \`_total\`.
  Over a whole practice the total takes longer than the page: \`_total=none\` leaves it out.
- \`:in\` and \`:not-in\` know the value sets of FHIR R4 and US Core that list the codes which alone may stand in an element. \`:above\` and \`:below\`
  are for addresses, and for codes (\`system|code\`) of the systems that the definitions of R4 hold as a whole, such as condition-clinical or v3-ActCode;
  SNOMED CT, LOINC and their like are not among them.

## Every type

${parameterTable(common)}

${servedTypes.map(typeSection).join('\n\n')}
`
}

function typeSection(type: string): string {
  const own = parametersOf(type).filter(({ code }) => !forEveryType.has(code))
  const reverse = listReverse(type)
  const table = own.length === 0 ? 'None beside those of every type.' : parameterTable(own)
  return `## ${type}\n\n${table}${reverse.length === 0 ? '' : `\n\nReverse includes: ${reverse.join(', ')}`}`
}

function parameterTable(parameters: readonly SearchParameter[]): string {
  return markdownTable(
    ['Parameter', 'Kind', 'Modifiers', 'Comparators', 'Refers to'],
    parameters.map((parameter) => [
      `\`${parameter.code}\``,
      parameter.type,
      modifiersFor(parameter)
        .map((modifier) => `:${modifier}`)
        .join(' '),
      prefixesFor(parameter).join(' '),
      isOfAny(parameter) ? 'any type' : parameter.targets.join(', '),
    ]),
  )
}

function isOfAny({ targets }: SearchParameter): boolean {
  return targets.length === searchableTypes.length
}

/** References that name this type among a few; those that may name any type are left out. */
function listReverse(type: string): string[] {
  return servedTypes.flatMap((source) =>
    parametersOf(source)
      .filter((each) => each.targets.includes(type) && !isOfAny(each))
      .map(({ code }) => `\`${source}:${code}\``),
  )
}
