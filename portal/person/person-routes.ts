/** The pages of a record in the order in which people look for things. To add one, add a row here and a page to `server/views`. */
export const personRoutes = [
  {
    path: 'medicines',
    lazy: async () => ({ Component: (await import('./medicines.tsx')).Medicines }),
  },
  {
    path: 'conditions',
    lazy: async () => ({ Component: (await import('./conditions.tsx')).Conditions }),
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

/** Pages that other pages of a record lead to. */
export const innerPersonRoutes = [
  {
    path: 'documents/:documentId',
    lazy: async () => ({ Component: (await import('./document.tsx')).DocumentPage }),
  },
  {
    path: 'search',
    lazy: async () => ({ Component: (await import('./search.tsx')).Search }),
  },
] as const
