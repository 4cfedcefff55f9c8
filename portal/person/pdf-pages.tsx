import { Text } from '@mantine/core'
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy, TextLayer } from 'pdfjs-dist'
import workerAddress from 'pdfjs-dist/build/pdf.worker.min.mjs?url'
import { useEffect, useRef, useState } from 'react'
import { LoadingLines } from '../components/loading-lines.tsx'
import { useWords } from '../language/use-words.ts'

GlobalWorkerOptions.workerSrc = workerAddress

/** More pages than these would fill the memory of a phone. */
const mostPages = 300

/** Pixels of a picture inside of a PDF; a larger one is left white. */
const mostPixels = 64_000_000

type State = { pdf: PDFDocumentProxy } | { failure: 'pdfFailed' | 'pdfPassword' } | undefined

/**
 * The pages of a PDF, drawn by pdf.js: scripts, forms and links of a PDF do nothing here. Each page is drawn when it comes near the
 * screen, with its text above it, so that one can select it and a screen reader reads it.
 */
export function PdfPages({ address }: { address: string }) {
  const words = useWords('documents')
  const [state, setState] = useState<State>()
  useEffect(() => {
    const task = getDocument({
      url: address,
      enableXfa: false,
      useWasm: false,
      maxImageSize: mostPixels,
      disableAutoFetch: true,
      disableRange: true,
      disableStream: true,
    })
    let isGone = false
    task.promise.then(
      (pdf) => !isGone && setState({ pdf }),
      (error: Error) =>
        !isGone && setState({ failure: error.name === 'PasswordException' ? 'pdfPassword' : 'pdfFailed' }),
    )
    return () => {
      isGone = true
      void task.destroy()
    }
  }, [address])
  if (state === undefined) return <LoadingLines lines={1} height={480} />
  if ('failure' in state)
    return (
      <Text className="card" role="alert">
        {words(state.failure)}
      </Text>
    )
  const { pdf } = state
  return (
    <>
      <div className="pdf">
        {pageNumbers(pdf).map((number) => (
          <PdfPage key={number} pdf={pdf} number={number} />
        ))}
      </div>
      {pdf.numPages > mostPages && (
        <Text size="sm" c="dimmed" role="note">
          {words('pdfCut', { count: mostPages })}
        </Text>
      )}
    </>
  )
}

function pageNumbers({ numPages }: PDFDocumentProxy): number[] {
  return Array.from({ length: Math.min(numPages, mostPages) }, (_, index) => index + 1)
}

/** The first page is drawn at once, also for print; others when they come near. */
function PdfPage({ pdf, number }: { pdf: PDFDocumentProxy; number: number }) {
  const words = useWords('documents')
  const holder = useRef<HTMLElement>(null)
  const [isNear, setIsNear] = useState(number === 1)
  const [hasFailed, setHasFailed] = useState(false)
  useEffect(() => {
    const element = holder.current
    if (isNear || element === null) return undefined
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setIsNear(true),
      { rootMargin: '100% 0px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [isNear])
  useEffect(() => {
    const element = holder.current
    if (!isNear || element === null) return undefined
    const drawing = drawPage(pdf, number, element)
    drawing.done.catch(() => setHasFailed(true))
    return drawing.cancel
  }, [pdf, number, isNear])
  return (
    <section
      className="pdf-page"
      ref={holder}
      aria-label={words('page', { number, total: pdf.numPages })}
      data-failed={hasFailed || undefined}
    >
      <canvas aria-hidden />
      <div className="pdf-text" />
      {hasFailed && <Text role="alert">{words('pdfFailed')}</Text>}
    </section>
  )
}

/** Draws at the width of the holder and the sharpness of the screen. */
function drawPage(pdf: PDFDocumentProxy, number: number, holder: HTMLElement) {
  let isGone = false
  let cancelRender: (() => void) | undefined
  async function draw(): Promise<void> {
    const page = await pdf.getPage(number)
    const canvas = holder.querySelector('canvas')
    const text = holder.querySelector<HTMLElement>('.pdf-text')
    if (isGone || canvas === null || text === null) return
    const natural = page.getViewport({ scale: 1 })
    const scale = Math.min(holder.clientWidth / natural.width, 3)
    const sharpness = Math.min(window.devicePixelRatio || 1, 2)
    const viewport = page.getViewport({ scale })
    holder.style.aspectRatio = `${viewport.width} / ${viewport.height}`
    holder.style.setProperty('--total-scale-factor', String(scale))
    canvas.width = Math.floor(viewport.width * sharpness)
    canvas.height = Math.floor(viewport.height * sharpness)
    const render = page.render({ canvas, viewport: page.getViewport({ scale: scale * sharpness }) })
    cancelRender = () => render.cancel()
    await render.promise
    if (isGone) return
    text.replaceChildren()
    await new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport }).render()
    holder.dataset.drawn = ''
  }
  const done = draw().catch((error: Error) => {
    if (!isGone) throw error
  })
  return {
    done,
    cancel: () => {
      isGone = true
      cancelRender?.()
    },
  }
}
