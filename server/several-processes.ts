import { randomUUID } from 'node:crypto'

/** Between the processes that answer on one port and the first one, which starts them. */
export interface Question {
  asks: 'metrics'
  id: string
}

interface Reply {
  answers: string
  text: string
}

export function isQuestion(message: unknown): message is Question {
  return typeof message === 'object' && message !== null && 'asks' in message
}

export function replyTo({ id }: Question, text: string): Reply {
  return { answers: id, text }
}

const answeredWithinMs = 5000

/** Asks the first process; fails when it does not answer in five seconds. */
export function askFirstProcess(asks: Question['asks']): Promise<string> {
  const id = randomUUID()
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      process.off('message', listen)
    }
    const listen = (message: Partial<Reply>) => {
      if (message?.answers !== id) return
      end()
      resolve(String(message.text))
    }
    const timer = setTimeout(() => {
      end()
      reject(new Error('the first process does not answer'))
    }, answeredWithinMs)
    process.on('message', listen)
    process.send?.({ asks, id } satisfies Question)
  })
}
