/** The value at a fraction of a list in ascending order. */
export function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))] ?? Number.NaN
}

/** A copy in ascending order. */
export function ascending(values: Iterable<number>): readonly number[] {
  return [...values].sort((a, b) => a - b)
}

/** The mean of a list that is not empty. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * Pairs of equal values among all pairs, as bits: the collision (Rényi-2) entropy, which bounds the min-entropy from
 * above.
 */
export function collisionBits(values: Iterable<number | bigint | string>): {
  readonly bits: number
  readonly atLeast: boolean
} {
  const counts = new Map<number | bigint | string, number>()
  let total = 0
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1)
    total++
  }
  let pairs = 0
  for (const count of counts.values()) pairs += (count * (count - 1)) / 2
  const all = (total * (total - 1)) / 2
  return { bits: Math.log2(all / Math.max(pairs, 1)), atLeast: pairs === 0 }
}

/**
 * Coefficients that minimise the squared error of `targets` by `rows`, with a little ridge for columns that are alike.
 */
export function leastSquares(rows: readonly (readonly number[])[], targets: readonly number[]): readonly number[] {
  const size = rows[0]?.length ?? 0
  const matrix = Array.from({ length: size }, () => new Float64Array(size + 1))
  rows.forEach((row, at) => {
    for (let i = 0; i < size; i++) {
      const line = matrix[i] as Float64Array
      for (let j = 0; j < size; j++) line[j] = (line[j] as number) + (row[i] as number) * (row[j] as number)
      line[size] = (line[size] as number) + (row[i] as number) * (targets[at] as number)
    }
  })
  matrix.forEach((line, i) => {
    line[i] = (line[i] as number) * (1 + 1e-9) + 1e-9
  })
  return eliminate(matrix, size)
}

/** Gauss-Jordan elimination with the largest pivot. */
function eliminate(matrix: Float64Array[], size: number): readonly number[] {
  for (let column = 0; column < size; column++) {
    let best = column
    for (let i = column + 1; i < size; i++) {
      if (Math.abs(matrix[i]?.[column] ?? 0) > Math.abs(matrix[best]?.[column] ?? 0)) best = i
    }
    const pivot = matrix[best] as Float64Array
    matrix[best] = matrix[column] as Float64Array
    matrix[column] = pivot
    for (let i = 0; i < size; i++) {
      const line = matrix[i] as Float64Array
      if (i === column) continue
      const factor = (line[column] as number) / (pivot[column] as number)
      for (let j = column; j <= size; j++) line[j] = (line[j] as number) - factor * (pivot[j] as number)
    }
  }
  return matrix.map((line, i) => (line[size] as number) / (line[i] as number))
}

/** What the coefficients say about a row. */
export function predict(coefficients: readonly number[], row: readonly number[]): number {
  return row.reduce((sum, value, i) => sum + value * (coefficients[i] as number), 0)
}

/** Residuals of a regression, each row judged by coefficients from the other half of the rows. */
export function crossResiduals(rows: readonly (readonly number[])[], targets: readonly number[]): readonly number[] {
  const halves = [0, 1].map((half) => {
    const own = rows.map((_, i) => i).filter((i) => Math.floor(i / HALF_BLOCK) % 2 === half)
    return leastSquares(
      own.map((i) => rows[i] as readonly number[]),
      own.map((i) => targets[i] as number),
    )
  })
  return rows.map((row, i) => {
    const other = halves[1 - (Math.floor(i / HALF_BLOCK) % 2)] as readonly number[]
    return (targets[i] as number) - predict(other, row)
  })
}

/** Rows that stay in one half together: those of one exam are neighbours. */
const HALF_BLOCK = 16
