/** One thing that is wrong, or worth knowing, about a resource. */
export interface ValidationIssue {
  severity: 'error' | 'warning' | 'information'
  /** https://hl7.org/fhir/R4/valueset-issue-type.html */
  code: IssueCode
  /** FHIRPath of the element, with indexes: `Patient.name[0].family`. */
  expression: string
  /** What to change. */
  message: string
}

export type IssueCode =
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'code-invalid'
  | 'not-found'
  | 'not-supported'
  | 'too-long'
  | 'too-costly'

/** Collects issues, up to a number that somebody would read. */
export interface Findings {
  readonly issues: readonly ValidationIssue[]
  readonly errorCount: number
  /** Nobody looks for more issues, because the answer would only get longer. */
  readonly isFull: boolean
  error(code: IssueCode, expression: string, message: string): void
  add(issue: ValidationIssue): void
}

const mostIssues = 100

export function createFindings(): Findings {
  const issues: ValidationIssue[] = []
  let errorCount = 0
  const findings: Findings = {
    issues,
    get errorCount() {
      return errorCount
    },
    get isFull() {
      return issues.length >= mostIssues
    },
    error(code, expression, message) {
      findings.add({ severity: 'error', code, expression, message })
    },
    add(issue) {
      if (issues.length >= mostIssues) return
      if (issue.severity === 'error') errorCount++
      issues.push(issue)
    },
  }
  return findings
}

/** The sender's own text, shortened for a message. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
