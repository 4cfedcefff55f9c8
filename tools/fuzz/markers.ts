/**
 * A marker is a word that stands in each text and each id of a record and nowhere else. An answer with a marker shows whose record it came from. `mkp3x17` is the 17th of
 * the third owner (a patient, or what a practice shares); `mkw1x5` is the fifth text that was written during the run at the first practice.
 */
const markerPattern = /mk[pw]\d+x\d+/gi

export function markersIn(text: string): Set<string> {
  return new Set((text.match(markerPattern) ?? []).map((marker) => marker.toLowerCase()))
}

/** Elements whose texts are words of people; marking a code would make the record invalid. */
const textNames = new Set([
  ...['text', 'display', 'family', 'given', 'line', 'city', 'description', 'title', 'comment', 'name'],
  ...['valueString', 'patientInstruction', 'lotNumber', 'suffix', 'note', 'alias', 'conclusion'],
])

/** A copy in which `mark` changed each text of a person. */
export function markTexts(value: unknown, mark: (text: string) => string, name = ''): unknown {
  if (typeof value === 'string') return textNames.has(name) ? mark(value) : value
  if (Array.isArray(value)) return value.map((each) => markTexts(each, mark, name))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, markTexts(each, mark, key)]))
}

/** Markers of texts that are written during the run. */
export function createPen() {
  let count = 0
  return {
    /** Replaces the markers of all texts, except references and ids, by new ones of the practice. */
    rewrite(value: unknown, practice: number): unknown {
      const visit = (each: unknown, name: string): unknown => {
        if (typeof each === 'string')
          return name === 'reference' || name === 'id'
            ? each
            : each.replace(markerPattern, () => `mkw${practice}x${++count}`)
        if (Array.isArray(each)) return each.map((one) => visit(one, name))
        if (typeof each !== 'object' || each === null) return each
        return Object.fromEntries(Object.entries(each).map(([key, one]) => [key, visit(one, key)]))
      }
      return visit(value, '')
    },
    word: (practice: number) => `mkw${practice}x${++count}`,
  }
}

export type Pen = ReturnType<typeof createPen>
