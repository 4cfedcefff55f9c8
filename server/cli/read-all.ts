/** All entries of a list that is read page by page. */
export async function readAll<Entry>(
  read: (after: string | undefined) => Promise<{ entries: Entry[]; next: string | undefined }>,
): Promise<Entry[]> {
  const all: Entry[] = []
  let after: string | undefined
  do {
    const { entries, next } = await read(after)
    all.push(...entries)
    after = next
  } while (after !== undefined)
  return all
}
