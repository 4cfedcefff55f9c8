/** The pages of a record in the order in which people look for things. To add one, add a row here and a page to `server/views`. */
export const personRoutes = [
  {
    path: 'overview',
    lazy: async () => ({ Component: (await import('./overview.tsx')).Overview }),
  },
  {
    path: 'results',
    lazy: async () => ({ Component: (await import('./results/results.tsx')).Results }),
  },
  {
    path: 'medicines',
    lazy: async () => ({ Component: (await import('./medicines.tsx')).Medicines }),
  },
  {
    path: 'immunizations',
    lazy: async () => ({ Component: (await import('./immunizations.tsx')).Immunizations }),
  },
  {
    path: 'conditions',
    lazy: async () => ({ Component: (await import('./conditions.tsx')).Conditions }),
  },
  {
    path: 'vitals',
    lazy: async () => ({ Component: (await import('./vitals/vitals.tsx')).Vitals }),
  },
  {
    path: 'visits',
    lazy: async () => ({ Component: (await import('./visits.tsx')).Visits }),
  },
  {
    path: 'documents',
    lazy: async () => ({ Component: (await import('./documents.tsx')).Documents }),
  },
  {
    path: 'timeline',
    lazy: async () => ({ Component: (await import('./timeline.tsx')).Timeline }),
  },
  {
    path: 'care',
    lazy: async () => ({ Component: (await import('./care.tsx')).Care }),
  },
] as const

/** Pages that one of the others leads to. */
export const personDetailRoutes = [
  {
    path: 'documents/:documentId',
    lazy: async () => ({ Component: (await import('./document.tsx')).DocumentPage }),
  },
  {
    path: 'search',
    lazy: async () => ({ Component: (await import('./search.tsx')).Search }),
  },
  {
    path: 'results/test',
    lazy: async () => ({ Component: (await import('./results/result-test.tsx')).ResultTest }),
  },
  {
    path: 'immunizations/certificate',
    lazy: async () => ({
      Component: (await import('./immunization-certificate.tsx')).ImmunizationCertificate,
    }),
  },
] as const
