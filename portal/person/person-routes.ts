import type { RouteObject } from 'react-router'

const resultRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import('./results/results.tsx')).Results }) },
  {
    path: 'test',
    lazy: async () => ({ Component: (await import('./results/result-test.tsx')).ResultTest }),
  },
]

/** The pages of a record in the order in which people look for things. To add one, add a row here and a page to `server/views`. */
export const personRoutes = [
  { path: 'results', children: resultRoutes },
  {
    path: 'medicines',
    lazy: async () => ({ Component: (await import('./medicines.tsx')).Medicines }),
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
    path: 'care',
    lazy: async () => ({ Component: (await import('./care.tsx')).Care }),
  },
] as const
