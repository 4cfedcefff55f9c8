const shapes = ['circle', 'square', 'triangle', 'diamond'] as const

type Shape = (typeof shapes)[number]

/** Each line of a chart has its own mark. */
export function markOf(line: number): Shape {
  return shapes[line % shapes.length] ?? 'circle'
}

interface MarkProps {
  shape: Shape
  line: number
  x: number
  y: number
  /** Drawn larger and hollow: outside the range. */
  isOpen?: boolean
}

export function Mark({ shape, line, x, y, isOpen = false }: MarkProps) {
  const size = isOpen ? 5 : 3.5
  const className = `chart-mark chart-line-${line % shapes.length}${isOpen ? ' chart-mark-open' : ''}`
  if (shape === 'circle') return <circle className={className} cx={x} cy={y} r={size} />
  return <path className={className} d={pathOf(shape, x, y, size)} />
}

function pathOf(shape: Exclude<Shape, 'circle'>, x: number, y: number, size: number): string {
  if (shape === 'square') return `M${x - size} ${y - size}h${2 * size}v${2 * size}h${-2 * size}z`
  if (shape === 'triangle') return `M${x} ${y - size}l${size} ${2 * size}h${-2 * size}z`
  return `M${x} ${y - size - 1}l${size} ${size + 1}l${-size} ${size + 1}l${-size} ${-size - 1}z`
}
