import assert from 'node:assert/strict'
import { test } from 'node:test'
import { downloadFile, showFile, viewFile } from '#server/views/views.ts'
import type { Language } from '#words/languages.ts'
import { wordsOf } from '#words/words.ts'
import { demoResources, syntheaResources } from '../search/resources.ts'
import {
  aPdf,
  clinicalXml,
  deepXml,
  externalEntity,
  hostileHtml,
  png,
  scriptedSvg,
  xmlBomb,
} from './hostile-files.ts'
import { viewFrom } from './view-from.ts'

const coded = (code: string) => ({ coding: [{ system: 'http://loinc.org', code, display: 'Progress note' }] })
const readingIn = (language: Language) => ({ language, words: wordsOf(language), now: new Date(0) })

test('documents stand newest first, in plain words, with author and visit; what is replaced or wrong does not count', () => {
  const { documents, notCounted } = viewFrom(
    'documents',
    {
      DocumentReference: [
        {
          status: 'current',
          type: coded('11506-3'),
          date: '2024-02-01',
          author: [{ display: 'Dr. Lee' }, { reference: 'Practitioner/x' }],
          context: { encounter: [{ reference: 'Encounter/0000' }] },
          content: [
            { attachment: { contentType: 'application/pdf', title: 'Note of February' } },
            { attachment: 7 },
          ],
        },
        { status: 'superseded', type: coded('11506-3'), date: '2025-01-01', content: [] },
        { status: 'current', docStatus: 'entered-in-error', type: { text: 'Letter' } },
        {
          status: 'current',
          docStatus: 'amended',
          type: { text: 'Letter' },
          description: 'A letter',
          date: '2023',
        },
        { content: 'x', type: [], author: 1, context: 'y' },
      ],
      DiagnosticReport: [
        {
          status: 'final',
          code: { text: 'Chest X-ray' },
          effectiveDateTime: '2024-06-01',
          performer: [{ display: 'Radiology' }],
          presentedForm: [{ contentType: 'image/png' }],
        },
        { status: 'final', code: { text: 'Only values' } },
      ],
      Encounter: [{ type: [{ text: 'Check-up' }], period: { start: '2024-01-31' } }],
    },
    'es',
  )
  assert.deepEqual(
    documents.map(({ id, name, title, date, authors, visit, formats, status }) =>
      [id, name, title, date, authors.join(), visit?.name, formats.join(), status].join(' | '),
    ),
    [
      'report_0000 | Chest X-ray |  | 2024-06-01 | Radiology |  | Imagen | ',
      '0000 | Nota de la consulta | Note of February | 2024-02-01 | Dr. Lee | Check-up | PDF | ',
      '0003 | Letter | A letter | 2023 |  |  |  | Corregido',
      '0004 | Documento |  |  |  |  |  | ',
    ],
  )
  assert.deepEqual(
    notCounted.map(({ name, status }) => `${name}: ${status}`),
    ['Nota de la consulta: Sustituido por otro más reciente', 'Letter: Anotado por error'],
  )
})

test('each document of the demo and of Synthea has a name and a date', () => {
  for (const resources of [demoResources(), syntheaResources(8) ?? []]) {
    const ofType = (type: string) => resources.filter(({ resourceType }) => resourceType === type)
    for (const language of ['en', 'es'] as const) {
      const { documents } = viewFrom(
        'documents',
        {
          DocumentReference: ofType('DocumentReference'),
          DiagnosticReport: ofType('DiagnosticReport'),
          Encounter: ofType('Encounter'),
        },
        language,
      )
      for (const { id, name, date } of documents) assert(name.length > 3 && date, id)
    }
  }
})

/** What is said of a file, and what is sent of it: kind, extension of the name, and the type of the bytes. */
const files: ReadonlyArray<
  [what: string, type: string | undefined, bytes: Buffer | string, expected: string]
> = [
  ['a PDF', 'application/pdf', aPdf('Hello'), 'pdf .pdf application/pdf'],
  ['a PDF of no type', undefined, aPdf('Hello'), 'pdf .pdf application/pdf'],
  ['a PDF that is none', 'application/pdf', '<script>1</script>', 'damaged .pdf -'],
  ['a picture', 'image/png', png, 'image .png image/png'],
  ['a picture of another kind than it says', 'image/jpeg', png, 'image .png image/png'],
  ['SVG that says it is a picture', 'image/png', scriptedSvg, 'damaged .png -'],
  ['SVG', 'image/svg+xml', scriptedSvg, 'notShown .svg -'],
  ['a PDF that says it is a picture', 'image/png', aPdf('x'), 'damaged .png -'],
  ['text', 'text/plain; charset=utf-8', 'Año', 'text .txt text/plain; charset=utf-8'],
  ['text with scripts', 'text/plain', '<script>1</script>', 'text .txt text/plain; charset=utf-8'],
  ['text that is a program', 'text/plain', 'MZ\0\0\0', 'damaged .txt -'],
  ['HTML', 'TEXT/HTML', hostileHtml, 'html .html text/html; charset=utf-8'],
  ['HTML that says it is anything', 'application/octet-stream', hostileHtml, 'notShown  -'],
  ['HTML beyond its bound', 'text/html', 'x'.repeat(2_100_000), 'tooLong .html -'],
  ['HTML that never closes', 'text/html', '<div>'.repeat(50_000), 'tooLong .html -'],
  ['RTF', 'application/rtf', '{\\rtf1}', 'notShown .rtf -'],
  ['DICOM', 'application/dicom', 'x', 'dicom .dcm -'],
  ['DICOM of no type', undefined, `${'\0'.repeat(128)}DICM`, 'dicom .dcm -'],
  ['C-CDA', 'application/hl7-cda+xml', clinicalXml, 'clinical .xml -'],
  ['an XML bomb', 'text/xml', xmlBomb, 'notShown .xml -'],
  ['an external entity', 'application/xml', externalEntity, 'notShown .xml -'],
  ['XML that is too deep', 'application/xml', deepXml, 'notShown .xml -'],
  ['broken XML', 'application/xml', '<ClinicalDocument><a></ClinicalDocument>', 'notShown .xml -'],
  ['other XML', 'application/xml', '<html><script>1</script></html>', 'notShown .xml -'],
  ['XML beyond its bound', 'text/xml', `<a>${'x'.repeat(5_300_000)}</a>`, 'tooLong .xml -'],
  ['JavaScript', 'text/javascript', 'alert(1)', 'notShown  -'],
  ['a type that ends the header', 'text/html\r\nx: y', '<p>', 'notShown  -'],
]

for (const [what, contentType, content, expected] of files) {
  test(`what is shown of ${what}`, async () => {
    const file = { state: 'here' as const, bytes: Buffer.from(content), contentType }
    const view = await viewFile(file, 'A letter', readingIn('en'))
    const words = wordsOf('en')
    const problem = (['damaged', 'dicom', 'notShown', 'tooLong'] as const).find(
      (each) => words(`documents.${each}`) === view.problem,
    )
    const sent = showFile(file, 'A letter')
    const ending = view.fileName?.replace('A letter', '')
    assert.equal([view.shown?.kind ?? problem, ending, sent?.mediaType ?? '-'].join(' '), expected)
    assert.equal(downloadFile(file, 'A letter').mediaType, 'application/octet-stream')
  })
}

test('HTML loses all that runs, loads or leads away', () => {
  const file = { state: 'here' as const, bytes: Buffer.from(hostileHtml), contentType: 'text/html' }
  const html = String(showFile(file, 'Letter')?.bytes)
  assert.match(html, /<p>Dear <b>Mia<\/b><\/p>/)
  assert.doesNotMatch(html, /script|hacked|tracker|evil|<form|<input|<a|onclick|onerror|fixed|http-equiv/)
})

test('C-CDA becomes sections of text, lists and tables', async () => {
  const file = { state: 'here' as const, bytes: Buffer.from(clinicalXml), contentType: 'text/xml' }
  const { shown } = await viewFile(file, 'Summary', readingIn('en'))
  assert(shown?.kind === 'clinical')
  const { title, person, author, date, sections } = shown.document
  assert.deepEqual([title, person, author, date], ['Summary of Care', 'Mia Rivera', 'Ana Lee', '2024-01-31'])
  const cell = (text: string, isHeading = false) => ({ text, isHeading, columns: 1, rows: 1 })
  assert.deepEqual(sections, [
    {
      title: 'Allergies',
      blocks: [
        {
          kind: 'table',
          caption: undefined,
          head: [[cell('Substance', true), cell('Reaction', true)]],
          rows: [[cell('Penicillin'), cell('Hives\nRash')]],
        },
        {
          kind: 'list',
          isOrdered: true,
          caption: undefined,
          items: [[{ kind: 'paragraph', text: 'First & last' }], [{ kind: 'paragraph', text: 'Second' }]],
        },
        { kind: 'paragraph', text: 'Ask before surgery. More' },
      ],
      sections: [{ title: 'Past', blocks: [{ kind: 'paragraph', text: 'None known' }], sections: [] }],
    },
    { title: 'Empty', blocks: [], sections: [] },
  ])
})

test('a long C-CDA document lets others have their turn while it is read', async () => {
  const text = `<ClinicalDocument>${'<a>b &amp; c</a>'.repeat(150_000)}</ClinicalDocument>`
  let turns = 0
  const timer = setInterval(() => (turns += 1), 1)
  const file = { state: 'here' as const, bytes: Buffer.from(text), contentType: 'text/xml' }
  const view = await viewFile(file, 'Summary', readingIn('en'))
  clearInterval(timer)
  assert.equal(view.shown?.kind, 'clinical')
  assert(turns > 5, String(turns))
})

test('text is read in its encoding', async () => {
  for (const [bytes, contentType] of [
    [Buffer.from('Año'), 'text/plain'],
    [Buffer.from('Año', 'latin1'), 'text/plain'],
    [Buffer.from('Año', 'latin1'), 'text/plain; charset="iso-8859-1"'],
    [Buffer.from('\ufeffAño', 'utf16le'), 'text/plain'],
    [Buffer.from('\ufeffAño'), 'text/plain; charset=nonsense'],
  ] as const) {
    const { shown } = await viewFile({ state: 'here', bytes, contentType }, 'x', readingIn('en'))
    assert.deepEqual(shown, { kind: 'text', text: 'Año', isCut: false })
  }
})

/** Title of a PDF, and the name of its download. */
const names: ReadonlyArray<[title: string, name: string]> = [
  ['Visit note', 'Visit note.pdf'],
  ['Visit note.PDF', 'Visit note.pdf'],
  ['../../etc/passwd', 'etc-passwd.pdf'],
  ['..\\..\\boot.ini', 'boot.ini.pdf'],
  ['Results 3/4/2024', 'Results 3-4-2024.pdf'],
  ['a\r\nSet-Cookie: x=1\0', 'a Set-Cookie- x=1.pdf'],
  ['invoice\u202efdp.exe', 'invoice fdp.exe.pdf'],
  ['.bashrc', 'bashrc.pdf'],
  ['...', 'document.pdf'],
  ['', 'document.pdf'],
  ['CON', 'document-CON.pdf'],
  ['تقرير', 'تقرير.pdf'],
]

test('a download has a safe name', () => {
  const nameOf = (title: string) =>
    downloadFile({ state: 'here', bytes: aPdf('x'), contentType: undefined }, title).fileName
  for (const [title, name] of names) assert.equal(nameOf(title), name)
  const long = nameOf('تقرير '.repeat(40))
  assert(Buffer.byteLength(long) <= 180 && long.endsWith('.pdf') && long.startsWith('تقرير'), long)
})
