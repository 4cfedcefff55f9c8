import { textIn, type XmlNode } from './xml-node.ts'

/** What a narrative is made of: https://hl7.org/cda/stds/core/2.0.1-sd/narrative.html. Text alone: nothing of it can run or load. */
export type ClinicalBlock =
  | { kind: 'paragraph'; text: string }
  | { kind: 'heading'; text: string }
  | {
      kind: 'list'
      isOrdered: boolean
      caption: string | undefined
      items: ReadonlyArray<readonly ClinicalBlock[]>
    }
  | { kind: 'table'; caption: string | undefined; head: readonly ClinicalRow[]; rows: readonly ClinicalRow[] }

export interface ClinicalCell {
  text: string
  isHeading: boolean
  columns: number
  rows: number
}

export type ClinicalRow = readonly ClinicalCell[]

const blockNames = new Set(['br', 'caption', 'paragraph', 'list', 'table', 'renderMultiMedia'])

/** The blocks of a narrative in their order. Elements that nobody expects give their text. */
export function blocksOf(node: XmlNode): ClinicalBlock[] {
  const blocks: ClinicalBlock[] = []
  let line = ''
  const endLine = () => {
    const text = line
      .replaceAll(/[^\S\n]+/g, ' ')
      .replaceAll(/ ?\n ?/g, '\n')
      .trim()
    if (text !== '') blocks.push({ kind: 'paragraph', text })
    line = ''
  }
  for (const child of node.children) {
    if (typeof child === 'string') {
      line += child.replaceAll(/\s+/g, ' ')
      continue
    }
    const block = blockOf(child)
    if (block === 'break') line += '\n'
    else if (block === 'inline') line += textIn(child) ?? ''
    else {
      endLine()
      blocks.push(...block)
    }
  }
  endLine()
  return blocks
}

function blockOf(node: XmlNode): ClinicalBlock[] | 'inline' | 'break' {
  switch (node.name) {
    case 'br':
      return 'break'
    case 'caption':
      return onlyText('heading', node)
    case 'paragraph':
      return blocksOf(node)
    case 'list':
      return [listOf(node)]
    case 'table':
      return [tableOf(node)]
    // A picture refers to a part of the document that is not shown; its caption is.
    case 'renderMultiMedia':
      return onlyText('paragraph', node)
    default:
      return holdsBlocks(node) ? blocksOf(node) : 'inline'
  }
}

/** Found once for each element: asked again on each level, the work would grow with the square of the depth. */
const known = new WeakMap<XmlNode, boolean>()

function holdsBlocks(node: XmlNode): boolean {
  const found =
    known.get(node) ?? elementsOf(node).some((child) => blockNames.has(child.name) || holdsBlocks(child))
  known.set(node, found)
  return found
}

function onlyText(kind: 'heading' | 'paragraph', node: XmlNode): ClinicalBlock[] {
  const text = textIn(node)
  return text === undefined ? [] : [{ kind, text }]
}

function elementsOf({ children }: XmlNode): XmlNode[] {
  return children.filter((child) => typeof child !== 'string')
}

function captionOf(node: XmlNode): string | undefined {
  return textIn(elementsOf(node).find(({ name }) => name === 'caption'))
}

function listOf(node: XmlNode): ClinicalBlock {
  return {
    kind: 'list',
    isOrdered: node.attributes.listType === 'ordered',
    caption: captionOf(node),
    items: elementsOf(node)
      .filter(({ name }) => name === 'item')
      .map(blocksOf),
  }
}

function tableOf(node: XmlNode): ClinicalBlock {
  const parts = elementsOf(node)
  const rowsIn = (...names: string[]) =>
    parts.flatMap((part) => {
      if (part.name === 'tr' && names.includes('tr')) return [rowOf(part)]
      return names.includes(part.name)
        ? elementsOf(part)
            .filter(({ name }) => name === 'tr')
            .map(rowOf)
        : []
    })
  return {
    kind: 'table',
    caption: captionOf(node),
    head: rowsIn('thead'),
    rows: rowsIn('tr', 'tbody', 'tfoot'),
  }
}

function rowOf(row: XmlNode): ClinicalRow {
  return elementsOf(row)
    .filter(({ name }) => name === 'td' || name === 'th')
    .map((cell) => ({
      text: cellText(cell),
      isHeading: cell.name === 'th',
      columns: spanOf(cell.attributes.colspan),
      rows: spanOf(cell.attributes.rowspan),
    }))
}

/** Blocks in a cell stand in lines below each other. */
function cellText(cell: XmlNode): string {
  return blocksOf(cell).map(textOfBlock).join('\n')
}

function textOfBlock(block: ClinicalBlock): string {
  switch (block.kind) {
    case 'list':
      return block.items.map((item) => item.map(textOfBlock).join('\n')).join('\n')
    case 'table':
      return [...block.head, ...block.rows].map((row) => row.map(({ text }) => text).join(', ')).join('\n')
    default:
      return block.text
  }
}

function spanOf(value: string | undefined): number {
  const span = Number(value)
  return Number.isInteger(span) && span > 1 && span <= 100 ? span : 1
}
