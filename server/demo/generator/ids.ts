import { hash } from 'node:crypto'

/** An id with the looks of a random UUID (RFC 9562, version 4) that is always the same for the same place. */
export function idOf(place: string): string {
  const hex = hash('sha256', place)
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4]
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
