import { html, type SafeHtml } from '@remix-run/html-template'

const heart =
  'M16 25.6c-5.7-4.1-9.6-7.5-9.6-12A5.3 5.3 0 0 1 11.8 8.2c1.7 0 3.2.8 4.2 2.1 1-1.3 2.5-2.1 4.2-2.1a5.3 5.3 0 0 1 5.4 5.4c0 4.5-3.9 7.9-9.6 12z'
const keyhole = 'M16 12.3a2.3 2.3 0 0 1 1.2 4.3l.8 3.8h-4l.8-3.8a2.3 2.3 0 0 1 1.2-4.3z'

/** A heart with a keyhole, because the patient opens the record. The colours come from the stylesheet. */
export const logo: SafeHtml = html`<svg class="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><rect class="logo-ground" width="32" height="32" rx="9"/><path class="logo-heart" d="${heart}"/><path class="logo-ground" d="${keyhole}"/></svg>`

/** The logo as a file of its own, with its own colours because no stylesheet applies. */
export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0b6468"/><path fill="#fff" d="${heart}"/><path fill="#0b6468" d="${keyhole}"/></svg>`
