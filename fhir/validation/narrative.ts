/** Elements and attributes that could act or load: https://hl7.org/fhir/R4/narrative.html#security */
const forbiddenTag =
  /<\s*(script|style|head|body|html|form|input|button|select|textarea|link|meta|base|frame|frameset|iframe|object|embed|applet|svg)\b/i
const eventAttribute = /<[^<>]{0,2000}\son[a-z]{1,40}\s*=/i
const scriptAddress = /(href|src)\s*=[\s"']*(javascript|vbscript):/i

/** The change that the XHTML of a narrative needs. Undefined when it is allowed as it is. */
export function narrativeProblem(xhtml: string): string | undefined {
  if (!/^\s*<div[\s>/]/.test(xhtml) || !/(<\/div\s*>|\/>)\s*$/.test(xhtml.slice(-100)))
    return 'Must be one <div> of XHTML.'
  const [, tag] = forbiddenTag.exec(xhtml) ?? []
  if (tag !== undefined) return `A narrative must not have <${tag.toLowerCase()}>: take it out.`
  if (eventAttribute.test(xhtml) || scriptAddress.test(xhtml))
    return 'A narrative must not have attributes that run code: take them out.'
  // Text, or at least an image.
  const hasContent = /<img\b/i.test(xhtml) || />[^<]*[^<\s]/.test(xhtml)
  return hasContent ? undefined : 'The <div> must have some text.'
}
