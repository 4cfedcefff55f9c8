import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import type { Me, Practice } from '#server/portal-api/answers.ts'
import type { Language } from '#words/languages.ts'
import { callApi, rememberCsrfToken } from './call-api.ts'

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    const me = await callApi<Me>('GET', '/me')
    rememberCsrfToken(me.csrfToken)
    return me
  },
})

/** Who is signed in. The frame of the portal waits for it, so that every screen has it. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

export function useRename() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (displayName: string) => callApi('PATCH', '/me', { displayName }),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
}

/** Null: the language of the browser. The page is loaded anew, because its words come with it. */
export function useChooseLanguage() {
  return useMutation({
    mutationFn: (language: Language | null) => callApi('PATCH', '/me', { language }),
    onSuccess: () => window.location.reload(),
  })
}

export function useChangePassword() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (form: { current: string; next: string }) => callApi('POST', '/me/password', form),
    // A new password ends the other sign-ins and every app's access.
    onSuccess: () => client.invalidateQueries(),
  })
}

export function useChangeEmail() {
  return useMutation({
    mutationFn: (form: { password: string; email: string }) => callApi('POST', '/me/email', form),
  })
}

export function useCreatePractice() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => callApi<{ practice: Practice }>('POST', '/practices', { name }),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
}

export function useCreateSandbox() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => callApi<{ practice: Practice }>('POST', '/sandboxes', {}),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
}
