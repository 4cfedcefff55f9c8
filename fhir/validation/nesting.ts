/** Whether brackets in a JSON value are nested deeper than `most`. */
export function isNestedDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (most === 0) return true
  const below: unknown[] = Array.isArray(value) ? value : Object.values(value)
  return below.some((each) => isNestedDeeper(each, most - 1))
}
