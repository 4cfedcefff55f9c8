import { html, type SafeHtml } from '@remix-run/html-template'
import { iconCheck } from '#server/pages/icons.ts'

const points = [
  ['See what your doctor sees', 'Vaccinations, test results, medicines and visits, in one place.'],
  ['You decide who reads it', 'Connect an app you trust, and end its access whenever you like.'],
  ['For the whole family', 'Parents and caregivers look after the records of the people they care for.'],
] as const

/** Explains onpatient beside the forms that a new person sees first. */
export const promise: SafeHtml = html`${picture()}
<h2>Your health record, in your hands</h2>
<ul>${points.map(([title, text]) => html`<li>${iconCheck}<span><strong>${title}</strong>${text}</span></li>`)}</ul>`

/** A page of a record with its seal. It is decoration, and hidden from screen readers. */
function picture(): SafeHtml {
  return html`<svg class="promise-picture" viewBox="0 0 340 200" aria-hidden="true" focusable="false">
<g fill="none" stroke="#fff">
<rect x="56" y="22" width="196" height="150" rx="16" fill="#fff" fill-opacity=".08" stroke-opacity=".25"/>
<rect x="26" y="42" width="196" height="150" rx="16" fill="#fff" fill-opacity=".14" stroke-opacity=".4"/>
<path stroke-opacity=".85" stroke-width="8" stroke-linecap="round" d="M52 76h74"/>
<path stroke-opacity=".4" stroke-width="6" stroke-linecap="round" d="M52 98h132M52 116h108"/>
<path stroke-opacity=".9" stroke-width="3" stroke-linejoin="round" stroke-linecap="round" d="M50 158h34l9-22 16 38 12-24 7 8h66"/>
</g>
<circle cx="250" cy="130" r="54" fill="#fff" fill-opacity=".96"/>
<path fill="#0b6468" d="M250 161c-17-12.3-28.8-22.5-28.8-36A15.9 15.9 0 0 1 237.4 108.8c5.1 0 9.6 2.4 12.6 6.3 3-3.9 7.5-6.3 12.6-6.3a15.9 15.9 0 0 1 16.2 16.2c0 13.5-11.8 23.7-28.8 36z"/>
<path fill="#fff" d="M250 121a7 7 0 0 1 3.6 13l2.4 11.5h-12l2.4-11.5a7 7 0 0 1 3.6-13z"/>
</svg>`
}
