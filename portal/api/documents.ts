import { useQuery } from '@tanstack/react-query'
import type { DocumentView, FileView } from '#server/views/views.ts'
import { callApi } from './call-api.ts'
import { personPath } from './person-pages.ts'

export interface FilePlace {
  patientId: string
  documentId: string
  index: number
}

/** One document with the list of its files. */
export function useDocument(patientId: string, documentId: string) {
  return useQuery({
    queryKey: ['people', patientId, 'documents', documentId],
    queryFn: () =>
      callApi<DocumentView & { leftOut: number }>(
        'GET',
        `${personPath(patientId)}/documents/${encodeURIComponent(documentId)}`,
      ),
  })
}

/** What is shown of a file. */
export function useFile({ patientId, documentId, index }: FilePlace) {
  return useQuery({
    queryKey: ['people', patientId, 'documents', documentId, index],
    queryFn: () => callApi<FileView>('GET', `${filePath({ patientId, documentId, index })}/view`),
  })
}

/** The address of the bytes, for a frame, a picture or a download. */
export function fileAddress(place: FilePlace, download = false): string {
  return `/portal-api${filePath(place)}${download ? '?download=1' : ''}`
}

function filePath({ patientId, documentId, index }: FilePlace): string {
  return `${personPath(patientId)}/documents/${encodeURIComponent(documentId)}/${index}`
}
