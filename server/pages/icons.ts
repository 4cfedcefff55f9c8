import { html, type SafeHtml } from '@remix-run/html-template'

/** Line drawings on a grid of 24, in the colour of the text around them; hidden from screen readers. */
function icon(...paths: string[]): SafeHtml {
  return html`<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths.map((d) => html`<path d="${d}"/>`)}</svg>`
}

export const iconWarning = icon('M12 3.5 21.5 20h-19z', 'M12 10v4.5', 'M12 17.4v.1')
export const iconCheck = icon('M5 12.5 10 17.5 19.5 7')
export const iconMail = icon('M3.5 5.5h17v13h-17z', 'M4 6.5l8 6.5 8-6.5')
export const iconHeart = icon(
  'M12 20C6.6 16.2 3.5 13 3.5 9.2A4.7 4.7 0 0 1 8.2 4.5c1.5 0 2.9.7 3.8 1.9a4.7 4.7 0 0 1 8.5 2.8c0 3.8-3.1 7-8.5 10.8z',
)
export const iconClinic = icon(
  'M4.5 20.5v-13l7.5-4 7.5 4v13z',
  'M12 8.5v5',
  'M9.5 11h5',
  'M10 20.5v-3.5h4v3.5',
)
export const iconCode = icon('M8.5 7.5 4 12l4.5 4.5', 'M15.5 7.5 20 12l-4.5 4.5', 'M13.5 5l-3 14')
export const iconKey = icon('M3.5 12a4.5 4.5 0 1 1 9 0 4.5 4.5 0 0 1-9 0z', 'M12.5 12h8v4', 'M16.5 12v3')
