import { html, type SafeHtml } from '@remix-run/html-template'
import type { Addresses } from './addresses.ts'
import { codeBlock } from './code-example.ts'
import type { ClassicType, DocsFacts } from './docs-facts.ts'
import { code, table } from './table.ts'

/** Requests, lists, filters, data types and the types of the classic API. */
export function classicSection(addresses: Addresses, facts: DocsFacts): SafeHtml {
  return html`<section aria-labelledby="api">
<h2 id="api">The API</h2>
${requests(addresses)}
${lists(addresses, facts)}
${filters()}
${dataTypes()}
${types(facts.classicTypes)}
</section>`
}

function requests({ classic }: Addresses): SafeHtml {
  return html`<h3 id="requests">Requests</h3>
${codeBlock('API', classic)}
${table(
  'Forms of request',
  ['Request', 'Answer'],
  [
    [code('GET /onpatient_api/fhir/TYPE'), html`200 with a <a href="#lists">list</a>; 401; 403`],
    [code('GET /onpatient_api/fhir/TYPE/ID'), '200 with one resource; 401; 403; 404'],
  ],
)}
<ul>
<li>Send <code>Authorization: Bearer ACCESS_TOKEN</code>. A token in the address is not accepted.</li>
<li>Answers are JSON in UTF-8, with FHIR R4 resources. <code>Accept</code> may be <code>application/json</code>, <code>application/fhir+json</code>, <code>application/json+fhir</code>, <code>*/*</code> or absent.</li>
<li>A slash at the end of an address makes no difference. There are no redirects.</li>
<li>Every answer carries <code>X-Request-Id</code>. Quote it when you ask for help.</li>
</ul>`
}

function lists({ classic }: Addresses, { limits }: DocsFacts): SafeHtml {
  return html`<h3 id="lists">Lists and pages</h3>
${table(
  'Fields of a list',
  ['Field', 'Value'],
  [
    [code('count'), 'How many records match in all, not only on this page'],
    [code('next'), html`The address of the next page, complete; <code>null</code> on the last one`],
    [code('previous'), html`The same backwards; <code>null</code> on the first page`],
    [code('results'), 'The records of this page, each a FHIR R4 resource'],
  ],
)}
<p>A page holds ${limits.pageSize} records. <code>page-size</code> (or <code>page_size</code>, or <code>_count</code>) changes that number, from 1 to ${limits.maximumPageSize}. Follow <code>next</code> as it is, with the same access token. Its <code>cursor</code> is opaque. The pages from the first to the last hold each record exactly once. A list in which nothing matches answers 200 with no results.</p>
${codeBlock('Example', `GET ${classic}/Observation?patient=PATIENT_ID&date=ge2024-01-01&page-size=100`)}`
}

function filters(): SafeHtml {
  return html`<h3 id="filters">Filters</h3>
${table(
  'Filters of lists',
  ['Parameter', 'Value', 'Keeps'],
  [
    [
      code('patient'),
      html`<code>ID</code> or <code>Patient/ID</code>`,
      'Records of this patient; without it, of every patient that the token reaches',
    ],
    [
      code('date'),
      html`A date or time, such as <code>2024</code>, <code>2024-03-05</code>, <code>2024-03-05T08:00:00Z</code>, with <code>eq</code> <code>ne</code> <code>lt</code> <code>le</code> <code>gt</code> <code>ge</code> <code>sa</code> <code>eb</code> in front if you like`,
      'Records of what happened then. For a span give it twice: both must hold',
    ],
    [
      code('since'),
      'A date or time',
      html`Records of what happened then or later; of a type without <code>date</code>, those that were changed on this server then or later`,
    ],
    [code('_id'), 'One id, or several with commas', 'The records with these ids'],
    [code('page-size'), 'A whole number', html`As <a href="#lists">above</a>`],
  ],
)}
<p>A value that cannot be read answers 400 and names the parameter. A filter only narrows what a token reaches.</p>`
}

function dataTypes(): SafeHtml {
  return html`<h3 id="data-types">Data types</h3>
<p>Resources follow FHIR R4 and its <a href="https://hl7.org/fhir/R4/datatypes.html">data types</a>. These are the most common:</p>
${table(
  'Data types',
  ['Type', 'Looks like', 'Mind'],
  [
    ['id', code('f4b2-17'), 'Up to 64 letters, digits, hyphens and points; stays the same for ever'],
    ['date', code('1987-04-12'), html`May end early: <code>1987</code>, <code>1987-04</code>`],
    ['dateTime', code('2025-10-02T09:30:00-04:00'), 'As date, or with a time and its zone'],
    [
      'CodeableConcept',
      code('{"coding":[{"system":"…","code":"…","display":"…"}],"text":"…"}'),
      html`Show <code>text</code>; compute with <code>coding</code>`,
    ],
    ['Quantity', code('{"value":72,"unit":"kg"}'), 'Values are decimals'],
    ['Reference', code('{"reference":"Practitioner/ID"}'), 'Relative to the base of the API'],
    ['Period', code('{"start":"…","end":"…"}'), 'An absent end means that it goes on'],
  ],
)}`
}

function types(rows: readonly ClassicType[]): SafeHtml {
  return html`<h3 id="types">Types of record</h3>
<p>Each type has the two requests above. All lists take <code>_id</code>, <code>since</code> and <code>page-size</code>. The table says which lists take <code>patient</code> and <code>date</code>.</p>
${table(
  'Types of record and their filters',
  ['Type', 'Holds', 'Filters of its own'],
  rows.map((row) => [
    html`<a href="https://hl7.org/fhir/R4/${row.type.toLowerCase()}.html">${row.type}</a>`,
    row.description,
    filterNames(row),
  ]),
)}`
}

function filterNames({ hasPatient, hasDate }: ClassicType): SafeHtml | string {
  const names = [hasPatient ? 'patient' : '', hasDate ? 'date' : ''].filter((name) => name !== '')
  return names.length === 0 ? '–' : html`${names.map((name) => html`<code>${name}</code> `)}`
}
