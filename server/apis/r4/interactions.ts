import type { RecordReader, RecordWriter } from '#server/access/access.ts'
import type { StaticDocument } from '../../http/static-document.ts'
import type { Answer, DocumentAnswer } from './answer.ts'
import { errorCodesId } from './error-codes.ts'
import type { BundleContext } from './interactions/bundle-context.ts'
import { answerBundle } from './interactions/bundle-interaction.ts'
import { compartmentSearch } from './interactions/compartment-search.ts'
import { create } from './interactions/create.ts'
import { remove } from './interactions/delete.ts'
import { history } from './interactions/history.ts'
import { patch } from './interactions/patch.ts'
import { read } from './interactions/read.ts'
import { search } from './interactions/search.ts'
import { systemSearch } from './interactions/system-search.ts'
import { conditionalUpdate, update } from './interactions/update.ts'
import { vread } from './interactions/vread.ts'
import { docref } from './operations/docref.ts'
import { everything } from './operations/everything.ts'
import { validate } from './operations/validate.ts'
import type { ReadContext, RequestContext, WriteContext } from './request-context.ts'

/** The kinds of address below `/fhir/r4`. */
export type R4Address =
  | { kind: 'base' }
  /** `_search`, of several types. */
  | { kind: 'base-search' }
  | { kind: 'metadata' }
  /** The CodeSystem of our error codes. */
  | { kind: 'error-codes' }
  | { kind: 'smart-configuration' }
  | { kind: 'type'; type: string }
  | { kind: 'type-search'; type: string }
  /** `of`: a type, or `*` for all. */
  | { kind: 'compartment'; patientId: string; of: string }
  | { kind: 'compartment-search'; patientId: string; of: string }
  | { kind: 'instance'; type: string; id: string }
  | { kind: 'version'; type: string; id: string; versionId: string }
  | { kind: 'instance-history'; type: string; id: string }
  | { kind: 'type-history'; type: string }
  | { kind: 'everything'; type: 'Patient'; id: string }
  | { kind: 'docref' }
  | { kind: 'instance-validate'; type: string; id: string }
  | { kind: 'type-validate'; type: string }

export type AddressKind = R4Address['kind']

/** The methods that addresses answer; HEAD is a GET without its body. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** How an interaction reaches records. Each function throws when the token does not allow it. */
export interface Opening {
  reader(): Promise<RecordReader>
  writer(): Promise<RecordWriter>
  /** For a Bundle, whose entries are answered by the same token. */
  bundle(): Promise<BundleContext>
  /** Documents that are the same for everybody and need no token. */
  documents: {
    metadata(query: URLSearchParams): StaticDocument
    errorCodes: StaticDocument
    smartConfiguration: StaticDocument
  }
}

interface InteractionContext extends RequestContext {
  open: Opening
}

type AddressOf<Kind extends AddressKind> = Extract<R4Address, { kind: Kind }>

/** What one method does at one kind of address. */
interface Interaction<Kind extends AddressKind> {
  /** Its name in the CapabilityStatement: the code of an interaction, the name of an operation. */
  code: string | readonly string[]
  answer(context: InteractionContext, address: AddressOf<Kind>): Promise<Answer> | DocumentAnswer
}

type Interactions = { [Kind in AddressKind]: Partial<Record<Method, Interaction<Kind>>> }

const searchesType = reading('search-type', search)
const searchesCompartment = reading('search-type', compartmentSearch)
const searchesSystem = reading('search-system', systemSearch)
const validates = reading('validate', validate)
const findsEverything = reading('everything', everything)
const findsDocuments = reading('docref', docref)

/**
 * Every interaction of the R4 API (https://hl7.org/fhir/R4/http.html#summary): what each kind of address answers to each method. The
 * CapabilityStatement and the header Allow come from here, and an address without a row does not compile.
 */
export const interactions = {
  instance: {
    GET: reading('read', read),
    PUT: writing('update', update),
    PATCH: writing('patch', patch),
    DELETE: writing('delete', remove),
  },
  version: { GET: reading('vread', vread) },
  'instance-history': { GET: reading('history-instance', history) },
  'type-history': { GET: reading('history-type', history) },
  type: {
    GET: searchesType,
    POST: writing('create', create),
    PUT: writing('update', conditionalUpdate),
    PATCH: writing('patch', patch),
    DELETE: writing('delete', remove),
  },
  'type-search': { GET: searchesType, POST: searchesType },
  compartment: { GET: searchesCompartment },
  'compartment-search': { GET: searchesCompartment, POST: searchesCompartment },
  base: {
    GET: searchesSystem,
    POST: { code: ['transaction', 'batch'], answer: async ({ open }) => answerBundle(await open.bundle()) },
  },
  'base-search': { GET: searchesSystem, POST: searchesSystem },
  everything: { GET: findsEverything, POST: findsEverything },
  docref: { GET: findsDocuments, POST: findsDocuments },
  'instance-validate': { GET: validates, POST: validates },
  // Without an id the resource to validate must be sent.
  'type-validate': { POST: validates },
  metadata: { GET: document('capabilities', ({ metadata }, query) => metadata(query)) },
  'error-codes': { GET: document('read', ({ errorCodes }) => errorCodes) },
  'smart-configuration': {
    GET: {
      code: 'smart-configuration',
      // It is no resource.
      answer: ({ open }) => ({
        document: open.documents.smartConfiguration,
        mediaType: 'application/json; charset=utf-8',
      }),
    },
  },
} satisfies Interactions

function reading<Address>(code: string, answer: (context: ReadContext, address: Address) => Promise<Answer>) {
  return {
    code,
    answer: async (context: InteractionContext, address: Address) =>
      answer({ ...context, reader: await context.open.reader() }, address),
  }
}

function writing<Address>(
  code: string,
  answer: (context: WriteContext, address: Address) => Promise<Answer>,
) {
  return {
    code,
    answer: async (context: InteractionContext, address: Address) =>
      answer({ ...context, writer: await context.open.writer() }, address),
  }
}

function document(
  code: string,
  find: (documents: Opening['documents'], query: URLSearchParams) => StaticDocument,
) {
  return {
    code,
    answer: ({ query, open }: InteractionContext) => ({ document: find(open.documents, query) }),
  }
}

/** The methods that a kind of address answers. */
export function methodsOf(kind: AddressKind): Method[] {
  return Object.keys(interactions[kind]) as Method[]
}

/** Undefined when the address does not answer the method. */
export function findInteraction<Kind extends AddressKind>(
  { kind }: { kind: Kind },
  method: string,
): Interaction<Kind> | undefined {
  const rows: Partial<Record<string, Interaction<Kind>>> = (interactions as Interactions)[kind]
  return Object.hasOwn(rows, method) ? rows[method] : undefined
}

const answered = new Set(
  Object.values<Partial<Record<Method, { code: string | readonly string[] }>>>(interactions).flatMap((rows) =>
    Object.values(rows).flatMap(({ code }) => code),
  ),
)

/** Whether some address answers an interaction or operation. */
export function isAnswered(code: string): boolean {
  return answered.has(code)
}

/** The parts of the path, from `fhir`, `r4` on; undefined when there is no such address: https://hl7.org/fhir/R4/http.html#summary */
export function readAddress([, root, ...parts]: string[]): R4Address | undefined {
  const [type = '', second, third, fourth, ...rest] = parts
  if (root !== 'r4' || rest.length > 0) return undefined
  if (parts.length === 0) return { kind: 'base' }
  if (second === undefined) return readFirst(type)
  if (third === undefined) return readSecond(type, second)
  return readThird({ type, id: second }, third, fourth)
}

function readThird(
  { type, id }: { type: string; id: string },
  third: string,
  fourth: string | undefined,
): R4Address | undefined {
  if (third === '_history')
    return fourth === undefined
      ? { kind: 'instance-history', type, id }
      : { kind: 'version', type, id, versionId: fourth }
  if (type === 'Patient' && isCompartmentPart(third) && (fourth === undefined || fourth === '_search'))
    return {
      kind: fourth === undefined ? 'compartment' : 'compartment-search',
      patientId: id,
      of: third,
    }
  if (fourth !== undefined) return undefined
  if (third === '$everything' && type === 'Patient') return { kind: 'everything', type, id }
  return third === '$validate' ? { kind: 'instance-validate', type, id } : undefined
}

/** A type, known or not, or `*`. */
function isCompartmentPart(third: string): boolean {
  return third === '*' || /^[A-Z][A-Za-z]*$/.test(third)
}

function readFirst(type: string): R4Address {
  if (type === 'metadata') return { kind: 'metadata' }
  return type === '_search' ? { kind: 'base-search' } : { kind: 'type', type }
}

function readSecond(type: string, second: string): R4Address | undefined {
  if (type === '.well-known' && second === 'smart-configuration') return { kind: 'smart-configuration' }
  if (second === '_search') return { kind: 'type-search', type }
  if (second === '_history') return { kind: 'type-history', type }
  if (second === '$validate') return { kind: 'type-validate', type }
  if (second === '$docref' && type === 'DocumentReference') return { kind: 'docref' }
  if (type === 'CodeSystem' && second === errorCodesId) return { kind: 'error-codes' }
  // There are no other operations of a type.
  if (second.startsWith('$')) return undefined
  return { kind: 'instance', type, id: second }
}
