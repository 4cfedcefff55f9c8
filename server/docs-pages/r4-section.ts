import { html, type SafeHtml } from '@remix-run/html-template'
import type { Addresses } from './addresses.ts'
import { codeBlock } from './code-example.ts'
import { type DocsFacts, formatMegabytes } from './docs-facts.ts'
import { code, table } from './table.ts'

/** The FHIR R4 API, with every type and search parameter. */
export function r4Section({ r4 }: Addresses, { r4Types: types, limits }: DocsFacts): SafeHtml {
  return html`<section aria-labelledby="r4">
<h2 id="r4">The FHIR R4 API</h2>
<p>The same records by the rules of <a href="https://hl7.org/fhir/R4/http.html">FHIR R4</a>. Tokens and scopes are those of the API above and reach the same records. The CapabilityStatement lists what the API can do, and needs no token.</p>
${codeBlock('API', r4)}
${table(
  'Requests of the R4 API',
  ['Request', 'Answer'],
  [
    [
      code('GET metadata'),
      html`The CapabilityStatement; <code>_summary=true</code> and <code>_elements</code> give a part of it. The answer is compressed when <code>Accept-Encoding</code> allows it, and 304 when <code>If-None-Match</code> has its <code>ETag</code>`,
    ],
    [
      code('GET .well-known/smart-configuration'),
      'The addresses of the authorization server (SMART App Launch)',
    ],
    [
      code('GET TYPE/ID'),
      html`One resource with <code>ETag</code>; 304 when <code>If-None-Match</code> or <code>If-Modified-Since</code> say that you have it`,
    ],
    [code('GET TYPE/ID/_history/VERSION'), 'One version'],
    [
      code('GET TYPE/ID/_history, GET TYPE/_history'),
      html`Versions, newest first, as a Bundle; <code>_since</code>, <code>_at</code> (what was current then), <code>_count</code> (0: the total alone), <code>_summary</code>, <code>_elements</code>`,
    ],
    [code('GET TYPE?…, POST TYPE/_search'), 'A searchset Bundle'],
    [
      code('GET Patient/ID/TYPE?…, POST Patient/ID/TYPE/_search'),
      html`A search in the <a href="https://hl7.org/fhir/R4/compartmentdefinition-patient.html">compartment</a> of a patient: records that name the patient as subject, but also as performer, subscriber and the like. <code>Patient/ID/*</code> searches all types`,
    ],
    [
      code('GET /fhir/r4?_type=TYPE,TYPE, POST /fhir/r4/_search'),
      html`A search over types (at most ${limits.r4.types}), by the parameters that all of them have; type after type, without <code>_sort</code> and includes, and with a total when <code>_total=accurate</code> asks for it`,
    ],
    [
      code('GET or POST Patient/ID/$everything'),
      html`All of one patient's records, and the practitioners, organizations and the like that they name, in pages; <code>_type</code>, <code>start</code>, <code>end</code>, <code>_since</code>, <code>_count</code> (0: the total alone), <code>_summary</code>, <code>_elements</code>`,
    ],
    [
      code('GET or POST DocumentReference/$docref'),
      html`The documents of a <code>patient</code>, newest first; <code>start</code>, <code>end</code>, <code>type</code>, <code>profile</code>. No document is made for the request`,
    ],
    [
      code('POST TYPE/$validate, GET or POST TYPE/ID/$validate'),
      html`What is wrong with a resource that you send, or with a stored one: an OperationOutcome with each place. <code>profile</code> names a profile of US Core 6.1 or 8.0`,
    ],
  ],
)}
<h3 id="r4-writes">Writes</h3>
<p>Practices and their systems write. Patients read. A provider or staff member of one practice allows the application, with scopes such as <code>user/Observation.cud</code>: <code>c</code> creates, <code>u</code> updates, <code>d</code> deletes. Records of other practices are out of reach.</p>
${table(
  'Writing requests of the R4 API',
  ['Request', 'What it does'],
  [
    [
      code('POST TYPE'),
      html`Creates with an id of the server. <code>If-None-Exist: identifier=…</code> creates only when nothing matches`,
    ],
    [
      code('PUT TYPE/ID'),
      html`A new version, or a new record under this id. <code>If-Match: W/"3"</code> refuses with 412 when the record has changed since, <code>If-None-Match: *</code> when there is one`,
    ],
    [
      code('PUT TYPE?identifier=…'),
      'Updates the one record that matches, or creates it; 412 when several match',
    ],
    [
      code('PATCH TYPE/ID, PATCH TYPE?identifier=…'),
      html`A JSON Patch, sent as <code>application/json-patch+json</code>`,
    ],
    [
      code('DELETE TYPE/ID, DELETE TYPE?identifier=…'),
      'Deletes; the history keeps the versions, and a read answers 410. With a condition: the one record that matches; 412 when several do',
    ],
    [
      code('POST /fhir/r4'),
      'A Bundle: a transaction is done as a whole or not at all and may refer within itself by fullUrl; a batch is done entry by entry',
    ],
  ],
)}
<p>A record must be valid FHIR R4 and conform to each US Core profile in its <code>meta.profile</code>; otherwise the answer is 422 and names every place. The same content again makes no new version. References must lead to records of the practice, and a record that others refer to is not deleted (409). <code>Prefer: return=minimal</code>, <code>representation</code> or <code>OperationOutcome</code> chooses the content of the answer, also for each entry of a Bundle. Bodies may have ${formatMegabytes(limits.bodyBytes)}.</p>
<h3 id="r4-search">Search</h3>
<ul>
<li>A repeated parameter must hold with each of its values. Of values with commas between them one must hold.</li>
<li>Prefixes on dates, numbers and quantities: <code>eq ne gt lt ge le sa eb ap</code>. Quantities are compared across units of the same kind.</li>
<li>Modifiers: <code>:missing</code>, <code>:exact</code>, <code>:contains</code>, <code>:not</code>, <code>:text</code>, <code>:identifier</code>, <code>:of-type</code> (<code>system|code|value</code>), <code>:above</code> and <code>:below</code> on addresses and on codes (<code>system|code</code>) of the systems that the definitions of R4 hold as a whole, a type on references, and <code>:in</code> and <code>:not-in</code> for the value sets of R4 and US Core that bind elements.</li>
<li>Chains (<code>subject:Patient.name</code>) and <code>_has</code> look only into records that the token may read, of types that it covers.</li>
<li><code>_sort</code>, <code>_count</code> (${limits.r4.pageSize}, at most ${limits.r4.maximumPageSize}), <code>_include</code>, <code>_revinclude</code> (with <code>:iterate</code>, <code>Type:*</code> and <code>*</code>), <code>_summary</code>, <code>_elements</code>, <code>_total</code> (over a whole practice the total takes longer than the page: <code>none</code> leaves it out).</li>
<li>An unknown parameter is ignored, and an OperationOutcome in the answer names it. With <code>Prefer: handling=strict</code> it answers 400.</li>
<li>Answers are JSON. A request for another format (<code>_format</code>, <code>Accept</code>) answers 406.</li>
</ul>
${codeBlock('Example', `GET ${r4}/Observation?patient=PATIENT_ID&category=laboratory&date=ge2024&_sort=-date`)}
<h3 id="r4-types">Types and parameters</h3>
<p>All types also take <code>_id</code> and <code>_lastUpdated</code>.</p>
${table(
  'Types and search parameters of the R4 API',
  ['Type', 'Parameters'],
  types.map(({ type, parameters }) => [
    html`<a href="https://hl7.org/fhir/R4/${type.toLowerCase()}.html">${type}</a>`,
    html`${parameters.map((name) => html`<code>${name}</code> `)}`,
  ]),
)}
</section>`
}
