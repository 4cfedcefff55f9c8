import { carePage } from './care.ts'
import { conditionsPage } from './conditions.ts'
import { documentsPage } from './documents.ts'
import { headerPage } from './header.ts'
import { immunizationsPage } from './immunizations.ts'
import { medicinesPage } from './medicines.ts'
import { overviewPage } from './overview.ts'
import type { ViewOf } from './page.ts'
import { resultTestPage } from './result-test.ts'
import { resultsPage } from './results.ts'
import { searchPage } from './search.ts'
import { timelinePage } from './timeline.ts'
import { visitsPage } from './visits.ts'
import { vitalsPage } from './vitals.ts'

/** The pages of a person's record, by the last part of their address. To add one, add a row. */
export const personPages = {
  header: headerPage,
  results: resultsPage,
  'results/test': resultTestPage,
  overview: overviewPage,
  medicines: medicinesPage,
  immunizations: immunizationsPage,
  conditions: conditionsPage,
  vitals: vitalsPage,
  visits: visitsPage,
  care: carePage,
  documents: documentsPage,
  timeline: timelinePage,
  search: searchPage,
} as const

export type PersonPage = keyof typeof personPages

/** What the portal gets for each page. */
export type PersonViews = {
  [Name in PersonPage]: ViewOf<(typeof personPages)[Name]> & {
    /** How many records of the page's types cannot be read. */
    leftOut: number
  }
}

export type { AllergyLine } from './allergies.ts'
export type { GoalLine, InsuranceCard, PlanLine, ProcedureLine } from './care.ts'
export { clinicalNameOf } from './concept.ts'
export type { ConditionLine } from './conditions.ts'
export {
  type DocumentLine,
  type DocumentType,
  type DocumentView,
  documentPage,
  documentPlaceOf,
} from './documents.ts'
export { type Attachment, attachmentsOf } from './entries/document-attachments.ts'
export { type Entries, type EntryType, entryTypes, groupEntries, readEntry } from './entries/entries.ts'
export { byNewest, type Entry } from './entries/entry.ts'
export { referredMedication } from './entries/medication.ts'
export {
  downloadFile,
  type FileView,
  type HeldFile,
  type ServedFile,
  showFile,
  viewFile,
} from './file-view.ts'
export type { ClinicalBlock, ClinicalRow } from './files/clinical-blocks.ts'
export type { ClinicalDocument, ClinicalSection } from './files/clinical-document.ts'
export type { GrowthChart, GrowthPoint } from './growth/growth.ts'
export type { DoseState } from './immunizations/doses-due.ts'
export type { DoseLine, DueLine } from './immunizations.ts'
export type { LatestVital } from './latest-vitals.ts'
export { isLine, type LineKind } from './lines/kinds.ts'
export type { RecordLine } from './lines/line.ts'
export { searchText } from './lines/search-text.ts'
export type { MedicineLine } from './medicines.ts'
export type { NewsLine } from './news.ts'
export type { Page } from './page.ts'
export type { ResultLine, ResultPart } from './results/result-line.ts'
export type { Series, SeriesPoint } from './results/series.ts'
export type { ResultPanel } from './results.ts'
export type { FoundGroup } from './search.ts'
export type { VisitLine } from './visits.ts'
export type { VitalCard } from './vitals.ts'
