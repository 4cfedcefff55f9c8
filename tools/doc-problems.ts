import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { GeneratedDoc } from './generated-docs.ts'

/** Every problem of the documents of a repository, one line each. */
export function findDocProblems(
  root: string,
  generated: readonly GeneratedDoc[],
  errorCodes: readonly string[],
  readmeSections: readonly string[] = [],
): string[] {
  const pages = listPages(root)
  return [
    ...generated.flatMap((doc) => staleness(root, doc)),
    ...pages.flatMap((page) => brokenLinks(root, page)),
    ...differencesOfErrorCodes(root, errorCodes),
    ...missingSections(root, readmeSections),
    ...pages.flatMap((page) => decisionProblems(root, page)),
  ]
}

/** The Markdown files at the root and everywhere under docs/. */
export function listPages(root: string): string[] {
  const top = readdirSync(root).map((name) => join(root, name))
  const docs = join(root, 'docs')
  const below = existsSync(docs)
    ? readdirSync(docs, { recursive: true, encoding: 'utf8' }).map((name) => join(docs, name))
    : []
  return [...top, ...below].filter((path) => path.endsWith('.md'))
}

function staleness(root: string, { path, content }: GeneratedDoc): string[] {
  const file = join(root, path)
  if (!existsSync(file)) return [`${path}: is missing. Run: node tools/write-docs.ts`]
  return readFileSync(file, 'utf8') === content
    ? []
    : [`${path}: differs from the code. Run: node tools/write-docs.ts`]
}

function brokenLinks(root: string, page: string): string[] {
  const text = withoutCode(readFileSync(page, 'utf8'))
  const targets = [
    ...[...text.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map((match) => match[1] ?? ''),
    ...[...text.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)].map((match) => match[1] ?? ''),
    ...[...text.matchAll(/<(?:img|a|source)\b[^>]*\s(?:src|href|srcset)="([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    ),
  ]
  return targets
    .filter((target) => !/^[a-z][a-z+.-]*:|^\/\//i.test(target))
    .filter((target) => !resolves(page, target))
    .map((target) => `${relative(root, page)}: the link ${target} leads nowhere`)
}

function resolves(page: string, target: string): boolean {
  const [path = '', fragment] = target.split('#')
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path))
  if (!existsSync(file)) return false
  if (!fragment || !file.endsWith('.md')) return true
  return anchorsOf(readFileSync(file, 'utf8')).has(fragment)
}

/** The anchors that GitHub gives to headings. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    let anchor = plain
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${plain}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

/** As many lines as fit on a page; measurements belong to docs/measured. */
const mostLines = 80

/** A decision has its number and its status and fits one page, and docs/README.md lists it. */
function decisionProblems(root: string, page: string): string[] {
  const path = relative(root, page)
  const [, number] = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/.exec(path) ?? []
  if (number === undefined) return []
  const text = readFileSync(page, 'utf8')
  const index = join(root, 'docs/README.md')
  const isListed = existsSync(index) && readFileSync(index, 'utf8').includes(`(${relative('docs', path)})`)
  return [
    ...(text.startsWith(`# ${number}: `) ? [] : [`${path}: begins otherwise than "# ${number}: "`]),
    ...(/^Status: /m.test(text) ? [] : [`${path}: has no line "Status: "`]),
    ...(text.split('\n').length <= mostLines ? [] : [`${path}: has more than ${mostLines} lines`]),
    ...(isListed ? [] : [`${path}: is not listed in docs/README.md`]),
  ]
}

/** A newcomer must find these in README.md, under exactly these headings. */
function missingSections(root: string, sections: readonly string[]): string[] {
  if (sections.length === 0) return []
  const file = join(root, 'README.md')
  const text = existsSync(file) ? withoutFences(readFileSync(file, 'utf8')) : ''
  const headings = new Set([...text.matchAll(/^## (.+?)\s*$/gm)].map((match) => match[1]))
  return sections
    .filter((section) => !headings.has(section))
    .map((section) => `README.md: the section "${section}" is missing`)
}

/** The text without code, because code may look like a link. */
function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/g, '')
}

function withoutFences(text: string): string {
  return text.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '')
}

/** docs/api/errors.md has a row for each code of the catalogue, and for no other. */
function differencesOfErrorCodes(root: string, errorCodes: readonly string[]): string[] {
  const page = 'docs/api/errors.md'
  const file = join(root, page)
  if (!existsSync(file)) return []
  const listed = [...readFileSync(file, 'utf8').matchAll(/^\| `([a-z-]+)` \|/gm)].map(
    (match) => match[1] ?? '',
  )
  return [
    ...errorCodes.filter((code) => !listed.includes(code)).map((code) => `${page}: ${code} is not listed`),
    ...listed.filter((code) => !errorCodes.includes(code)).map((code) => `${page}: ${code} is no error code`),
    ...listed
      .filter((code, index) => listed.indexOf(code) !== index)
      .map((code) => `${page}: ${code} is listed twice`),
  ]
}
