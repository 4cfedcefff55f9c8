import type { CodeSystem } from 'fhir/r4'
import { errorCatalogue, errorCodeSystem } from '../../errors.ts'

/** The id of the code system. No record has this address. */
export const errorCodesId = 'onpatient-error-code'

/** The codes in `OperationOutcome.issue.details`: https://hl7.org/fhir/R4/codesystem.html */
export function errorCodes(): CodeSystem {
  return {
    resourceType: 'CodeSystem',
    id: errorCodesId,
    url: errorCodeSystem,
    name: 'OnpatientErrorCode',
    title: 'Ways in which a request can fail',
    status: 'active',
    description: 'What an answer of onpatient that is no success says in OperationOutcome.issue.details.',
    caseSensitive: true,
    content: 'complete',
    count: Object.keys(errorCatalogue).length,
    concept: Object.entries(errorCatalogue).map(([code, { meaning }]) => ({
      code,
      display: code,
      definition: meaning,
    })),
  }
}
