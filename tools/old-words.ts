import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

const page = 'docs/concepts/words.md'
const heading = '## Words that are not used'

/** Folders that hold nothing that we write by hand, and the made-up practice, whose texts are about its house. */
const leftOut = new Set(['node_modules', 'dist', '.git', join('server', 'demo', 'generator')])

/**
 * Where a text uses a word that docs/concepts/words.md gave up, one line each. Words count with the case in which the page
 * shows them, as whole words, in TypeScript and Markdown; pages that clients see are made from them.
 */
export function findOldWords(root: string): string[] {
  const words = oldWordsOf(readFileSync(join(root, page), 'utf8'))
  if (words.length === 0) return [`${page}: has no row below "${heading}"`]
  const pattern = new RegExp(`(?<![\\w-])(?:${words.join('|')})(?![\\w-])`)
  return listTexts(root).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => {
        const [word] = pattern.exec(line) ?? []
        return word === undefined
          ? []
          : [`${relative(root, file)}:${index + 1}: says "${word}"; ${page} has the word to use`]
      }),
  )
}

/** The words of the left column. */
export function oldWordsOf(text: string): string[] {
  const [, below = ''] = text.split(heading)
  const rows = [...below.matchAll(/^\| ([^|]+) \| [^|]+ \|$/gm)].map(([, left = '']) => left)
  return rows
    .filter((left) => left !== 'Not' && !left.startsWith('-'))
    .flatMap((left) => left.split(',').map((word) => word.replace(/\(.*\)/, '').trim()))
}

function listTexts(root: string): string[] {
  const found: string[] = []
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      const place = relative(root, path)
      if (leftOut.has(entry.name) || leftOut.has(place) || place.startsWith(`.${sep}`)) continue
      if (entry.isDirectory()) walk(path)
      else if (/\.(tsx?|md)$/.test(entry.name) && !isExempt(place)) found.push(path)
    }
  }
  walk(root)
  return found
}

/** The list itself, the tests of this check, and what was said at its time. */
function isExempt(place: string): boolean {
  return (
    place === join('docs', 'concepts', 'words.md') ||
    place === 'CHANGELOG.md' ||
    /old-words/.test(place) ||
    place.startsWith(join('docs', 'decisions'))
  )
}
