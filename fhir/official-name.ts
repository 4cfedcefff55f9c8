import type { HumanName } from 'fhir/r4'

/** The official name, else the first one: maiden names and nicknames come after it. */
export function officialNameOf({ name = [] }: { name?: HumanName[] | undefined }): string {
  const chosen = name.find((each) => each.use === 'official') ?? name[0]
  const text = chosen?.text ?? [...(chosen?.given ?? []), chosen?.family ?? ''].join(' ').trim()
  return text === '' ? 'Name unknown' : text
}
