/** A name as it is searched and sorted: without accents and capitals, on every database alike. */
export function nameKey(name: string): string {
  return name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().trim()
}
