import { readFile } from 'node:fs/promises'
import { formatVectors, hashVectors, parseFingerprints, parseVectors } from '@poai/inference'
import { vectorExamRequests } from '@poai/testing'
import { describe, expect, it } from 'vitest'

const folder = new URL('../../vectors/synthetic/', import.meta.url)
const text = await readFile(new URL('x64-avx2.json', folder), 'utf8')

/** As networks would pin it. A change here is a change of the domain. */
const SHA256 = 'f43bb446ed626f0958ff9990e578abdd76605cbf7b1451b871c509c6a24ee233'

describe('a vectors file', () => {
  it('has the hash it was recorded with', () => {
    expect(hashVectors(text)).toBe(SHA256)
  })

  it('reads and writes as the same bytes', () => {
    expect(formatVectors(parseVectors(text))).toBe(text)
  })

  it('holds the exams that every recording asks for', () => {
    expect(parseVectors(text).exams.map(({ request }) => request)).toEqual(vectorExamRequests())
  })

  it.each([
    ['no JSON', text.slice(1)],
    ['another format', text.replace('vectors/1', 'vectors/2')],
    ['another spelling', text.replace('"domain":', '"domain": ')],
    ['an unknown key', text.replace('{"format"', '{"note":1,"format"')],
    ['upper-case digits', text.replace(/"words":\["[0-9a-f]{8}/, '"words":["ABCDEF01')],
    ['a word too few', text.replace(/"words":\["[0-9a-f]{8}/, '"words":["')],
    ['a position too few', text.replace(/"words":\["[0-9a-f]+",/, '"words":[')],
    ['a fraction for a token', text.replace('"tokens":[1,', '"tokens":[1.5,')],
    ['a negative token', text.replace('"tokens":[1,', '"tokens":[-1,')],
    ['too few exams', text.replace(/"exams":\[\n(.*)\n(.|\n)*$/, '"exams":[\n$1\n]}\n').replace('},\n]', '}\n]')],
  ])('with %s is refused', (_name, damaged) => {
    expect(damaged).not.toBe(text)
    expect(() => parseVectors(damaged)).toThrow(expect.objectContaining({ code: 'INFERENCE_VECTORS_INVALID' }))
  })
})

it('fingerprints of seven domains all differ', async () => {
  const fingerprints = parseFingerprints(await readFile(new URL('fingerprints.json', folder), 'utf8'))
  expect(fingerprints).toHaveLength(7)
  expect(new Set(fingerprints.map(({ sha256 }) => sha256)).size).toBe(7)
})

it('a fingerprint that is no hash is refused', () => {
  expect(() => parseFingerprints('{"x64-avx2":"00"}')).toThrow('no SHA-256')
})
