/** Values as PostgreSQL writes an array in one text (PostgreSQL 18, §8.15.2). */
export function writeArray(values: ReadonlyArray<string | number | null>): string {
  const written = values.map((value) => (typeof value === 'string' ? quote(value) : (value ?? 'NULL')))
  return `{${written.join()}}`
}

function quote(text: string): string {
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`
}
