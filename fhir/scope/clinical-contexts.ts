interface ClinicalContext {
  /** The scopes that the discovery documents name; an application may ask for narrower ones. */
  discovered: readonly string[]
  /** Examples for developers, with what they allow. */
  documentation: Readonly<Record<string, string>>
}

/** Whose records a clinical scope is about: the part before its slash. */
export const clinicalContexts = {
  patient: {
    discovered: ['patient/*.read', 'patient/*.rs'],
    documentation: {
      'patient/*.read': 'Read every record of the patients that the person chose',
      'patient/Immunization.read': 'Read their immunizations, nothing else',
      'patient/Immunization.rs': 'The same in the notation of version 2',
      'patient/Patient.r': 'Read a patient by id, but list none',
    },
  },
  user: {
    discovered: ['user/*.read', 'user/*.rs'],
    documentation: {
      'user/*.read': 'Read every record that the person may see: for providers, that of their patients',
    },
  },
  system: {
    discovered: ['system/*.rs'],
    documentation: {
      'system/*.rs': 'Read every record of a practice that has approved the backend service',
    },
  },
} as const satisfies Record<string, ClinicalContext>

export type ClinicalContextName = keyof typeof clinicalContexts
