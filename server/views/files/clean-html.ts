import sanitizeHtml from 'sanitize-html'

/** How a page of a document looks; it can know nothing of the reader's colour scheme, so it is paper. */
const style = `body{margin:1rem;background:#fff;color:#1a1a1a;font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
img{max-width:100%;height:auto}table{border-collapse:collapse}td,th{padding:.25rem .5rem;border:1px solid #bbb;vertical-align:top;text-align:start}
pre{white-space:pre-wrap}`

const options: sanitizeHtml.IOptions = {
  allowedTags: [
    ...sanitizeHtml.defaults.allowedTags.filter((tag) => tag !== 'a'),
    ...['img', 'del', 'ins', 'center', 'font'],
  ],
  allowedAttributes: {
    '*': ['dir', 'lang', 'align', 'valign', 'title'],
    img: ['src', 'alt', 'width', 'height'],
    td: ['colspan', 'rowspan'],
    th: ['colspan', 'rowspan', 'scope'],
    ol: ['start', 'type'],
  },
  // Links are gone: what a document asks somebody to open is not ours to pass on. Pictures may only be inside of it.
  allowedSchemes: [],
  allowedSchemesByTag: { img: ['data'] },
  allowProtocolRelative: false,
  exclusiveFilter: ({ tag, attribs }) =>
    tag === 'img' && !/^data:image\/(png|jpeg|gif|webp);base64,/i.test(attribs.src ?? ''),
  nestingLimit: 100,
  disallowedTagsMode: 'discard',
  nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'template', 'iframe', 'object'],
}

/** HTML without scripts, styles, frames, forms, links and pictures from elsewhere, as a whole page. */
export function cleanHtml(html: string): string {
  return `<!doctype html><html><head><meta charset="utf-8"><title>.</title><style>${style}</style></head><body>${sanitizeHtml(html, options)}</body></html>`
}
