import { OnpatientError } from '#server/errors.ts'
// Stand-in until the real doors exist.
export function fakeDoors(outbox: any, portalUrl: string): any {
  const accounts = new Map<string, any>(),
    signIns = new Map<string, any>(),
    links = new Map<string, any>(),
    devices = new Set<string>()
  const assoc: any[] = [],
    invs = new Map<string, any>()
  let n = 0,
    fails = 0
  const bad = (field: string, m: string) => new OnpatientError('invalid-parameter', m, { field })
  const dead = () => new OnpatientError('link-invalid', 'dead')
  const check = (email: string, password: string) => {
    if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw bad('email', 'Not an address')
    if (password.length < 10) throw bad('password', 'Too short')
  }
  const byEmail = (e: string) => [...accounts.values()].find((a) => a.email === e)
  const start = (a: any) => {
    const t = `si_${++n}`,
      d = `dev_${n}`
    devices.add(d)
    signIns.set(t, { account: a, signIn: { id: `sig_${n}`, accountId: a.id } })
    return { account: a, token: t, deviceToken: d, expiresAt: new Date(Date.now() + 1e9) }
  }
  const A = {
    findSignIn: async (t: string) => signIns.get(t),
    find: async (id: string) => accounts.get(id),
    findByEmail: async (e: string) => byEmail(e),
    create: async ({ email, password, displayName }: any) => {
      check(email, password)
      if (byEmail(email)) throw new OnpatientError('email-taken', 'taken', { field: 'email' })
      const a = { id: `acc_${++n}`, email, password, displayName }
      accounts.set(a.id, a)
      return a
    },
    signIn: async ({ email, password, knownDevice }: any) => {
      const a = byEmail(email)
      if (fails > 10 && !devices.has(knownDevice))
        throw new OnpatientError('too-many-requests', 'wait', { retryAfterSeconds: 60 })
      if (!a || a.password !== password) {
        fails++
        throw new OnpatientError('sign-in-failed', 'no match')
      }
      return start(a)
    },
    startSignIn: async (id: string) => start(accounts.get(id)),
    endSignIn: async (_: string, id: string) => {
      for (const [t, s] of signIns) if (s.signIn.id === id) signIns.delete(t)
    },
    startSignUp: async (f: any) => {
      check(f.email, f.password)
      const t = `lnk_${++n}`
      if (!byEmail(f.email)) {
        links.set(t, f)
        await outbox.send({ to: f.email, subject: 's', text: `x ${portalUrl}/signup/finish?token=${t}\n` })
      }
    },
    findSignUp: async (t: string) => links.get(t),
    finishSignUp: async (t: string) => {
      const f = links.get(t)
      if (!f) throw dead()
      links.delete(t)
      return { ...start(await A.create(f)), intent: f.intent }
    },
    startPasswordReset: async (e: string) => {
      const a = byEmail(e)
      if (a) {
        const t = `lnk_${++n}`
        links.set(t, a)
        await outbox.send({ to: e, subject: 's', text: `${portalUrl}/reset/finish?token=${t}` })
      }
    },
    finishPasswordReset: async (t: string, p: string) => {
      const a = links.get(t)
      if (!a) throw dead()
      check(a.email, p)
      links.delete(t)
      a.password = p
      return start(a)
    },
    startEmailChange: async (id: string, _: string, e: string) => {
      const t = `lnk_${++n}`
      links.set(t, { id, e })
      await outbox.send({ to: e, subject: 's', text: `${portalUrl}/account/email/confirm?token=${t}` })
    },
    finishEmailChange: async (t: string) => {
      const l = links.get(t)
      if (!l) throw dead()
      if (byEmail(l.e)) throw new OnpatientError('email-taken', 'taken')
      links.delete(t)
      accounts.get(l.id).email = l.e
    },
  }
  const mk = (name: string, kind: string) => ({ id: `prac_${++n}`, name, kind })
  const P = {
    createForProvider: async (a: any, name: string) => {
      const practice = mk(name, 'practice')
      assoc.push({ accountId: a.id, role: 'provider', practice })
      return practice
    },
    createSandbox: async (a: any) => {
      assoc.push({ accountId: a.id, role: 'provider', practice: mk('Sandbox', 'sandbox') })
    },
    listAssociations: async (id: string) => assoc.filter((x) => x.accountId === id),
    findInvitation: async (t: string) => invs.get(t),
    confirmInvitation: async (t: string, d: string) => {
      const i = invs.get(t)
      if (!i) throw dead()
      if (!/^\d{4}-\d\d-\d\d$/.test(d)) throw bad('birthDate', 'form')
      if (d !== i.birthDate) {
        if (++i.fails >= 5) invs.delete(t)
        throw new OnpatientError('birth-date-mismatch', 'no', { field: 'birthDate' })
      }
      return i
    },
    acceptInvitation: async (t: string, id: string) => {
      const i = invs.get(t)
      invs.delete(t)
      assoc.push({ accountId: id, role: i.role, practice: i.practice })
    },
  }
  return {
    accounts: A,
    practices: P,
    invite: async (i: any) => {
      const t = `lnk_${++n}`
      const practice = mk('Riverside Family Medicine', 'practice')
      invs.set(t, { ...i, practice, fails: 0 })
      await outbox.send({ to: i.email, subject: 's', text: `${portalUrl}/invitation?token=${t}` })
      return practice
    },
  }
}
