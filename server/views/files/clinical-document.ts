import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { breathe } from '../../breathe.ts'
import { blocksOf, type ClinicalBlock } from './clinical-blocks.ts'
import { appendText, childOf, childrenOf, textIn, type XmlNode } from './xml-node.ts'

/** A part of a clinical document, with the words that its author wrote for people. */
export interface ClinicalSection {
  title: string | undefined
  blocks: readonly ClinicalBlock[]
  sections: readonly ClinicalSection[]
}

/** https://hl7.org/cda/stds/core/2.0.1-sd/ */
export interface ClinicalDocument {
  title: string | undefined
  /** Of the one whom it is about, as it says. */
  person: string | undefined
  author: string | undefined
  /** A FHIR date. */
  date: string | undefined
  sections: readonly ClinicalSection[]
}

/** More of it is no document for people, and reading it would hold up others. */
const mostNodes = 200_000
const mostDepth = 200
const mostSections = 500

/** Characters that are read before others have their turn. */
const pieceLength = 16 * 1024

/**
 * A C-CDA document as a page can show it; undefined when it is none, is not well-formed, has a document type (and so could have
 * entities), or is larger or deeper than a document for people.
 */
export async function readClinicalDocument(xml: string): Promise<ClinicalDocument | undefined> {
  const root = await parseXml(xml)
  if (root?.name !== 'ClinicalDocument') return undefined
  const body = childOf(childOf(root, 'component'), 'structuredBody')
  const budget = { sections: mostSections }
  return {
    title: textIn(childOf(root, 'title')),
    person: personName(
      childOf(childOf(childOf(childOf(root, 'recordTarget'), 'patientRole'), 'patient'), 'name'),
    ),
    author: authorOf(root),
    date: dateOf(childOf(root, 'effectiveTime')?.attributes.value),
    sections: sectionsOf(body, budget),
  }
}

class Refused extends Error {}

/** Names come without their prefix. Entities other than the five of XML are errors, and a DTD ends the reading. */
async function parseXml(xml: string): Promise<XmlNode | undefined> {
  const parser = new SaxesParser()
  const top: XmlNode = { name: '', attributes: {}, children: [] }
  const open: XmlNode[] = [top]
  let nodes = 0
  const refuse = () => {
    throw new Refused('not a document that is read')
  }
  parser.on('error', refuse)
  parser.on('doctype', refuse)
  parser.on('opentag', ({ name, attributes }: SaxesTagPlain) => {
    nodes += 1
    if (nodes > mostNodes || open.length > mostDepth) refuse()
    const node: XmlNode = { name: localName(name), attributes, children: [] }
    open.at(-1)?.children.push(node)
    open.push(node)
  })
  parser.on('closetag', () => void open.pop())
  const add = (text: string) => {
    const holder = open.at(-1)
    if (holder && holder !== top) appendText(holder, text)
  }
  parser.on('text', add)
  parser.on('cdata', add)
  try {
    for (let place = 0; place < xml.length; place += pieceLength) {
      parser.write(xml.slice(place, place + pieceLength))
      await breathe()
    }
    parser.close()
  } catch (error) {
    if (error instanceof Refused) return undefined
    throw error
  }
  return top.children.find((child) => typeof child !== 'string')
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function sectionsOf(holder: XmlNode | undefined, budget: { sections: number }): ClinicalSection[] {
  return childrenOf(holder, 'component').flatMap((component) => {
    const section = childOf(component, 'section')
    if (section === undefined || budget.sections <= 0) return []
    budget.sections -= 1
    const text = childOf(section, 'text')
    const blocks = text ? blocksOf(text) : []
    const sections = sectionsOf(section, budget)
    const title = textIn(childOf(section, 'title'))
    return title === undefined && blocks.length === 0 && sections.length === 0
      ? []
      : [{ title, blocks, sections }]
  })
}

function personName(name: XmlNode | undefined): string | undefined {
  return name && textIn({ ...name, children: name.children.flatMap((child) => [child, ' ']) })
}

function authorOf(root: XmlNode): string | undefined {
  const author = childOf(childOf(root, 'author'), 'assignedAuthor')
  return (
    personName(childOf(childOf(author, 'assignedPerson'), 'name')) ??
    textIn(childOf(childOf(author, 'representedOrganization'), 'name'))
  )
}

/** HL7 v3 writes 20240131093000-0500: of a time the day is enough here. */
function dateOf(value: string | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d\d)?(\d\d)?/.exec(value ?? '') ?? []
  return year && [year, month, month && day].filter(Boolean).join('-')
}
