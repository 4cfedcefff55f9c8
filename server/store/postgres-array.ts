/** Values as PostgreSQL writes an array in one text (PostgreSQL 18, §8.15.2). */
export function writeArray(values: ReadonlyArray<string | number | null>): string {
  let text = '{'
  for (const [at, value] of values.entries()) {
    if (at > 0) text += ','
    text += typeof value === 'string' ? quote(value) : (value ?? 'NULL')
  }
  return `${text}}`
}

function quote(text: string): string {
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`
}
