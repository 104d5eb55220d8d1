import { expect, it } from 'vitest'
import { mappedModules } from '../../../src/engine/mapped-modules.ts'

const MAPS = `55d0a1c00000-55d0a1c01000 r--p 00000000 fe:01 1234 /usr/bin/node
7f1200000000-7f1200021000 rw-p 00000000 00:00 0 
7f1300000000-7f1300001000 r--p 00000000 fe:01 77 /home/a user/cache/haswell-00ff/libggml-cpu-haswell.so
7f1300001000-7f1300002000 r-xp 00001000 fe:01 77 /home/a user/cache/haswell-00ff/libggml-cpu-haswell.so
7f1400000000-7f1400001000 r--p 00000000 fe:01 78 /opt/bin/libggml-base.so
7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]
`

it('finds a module once, in a folder with a blank in its name', () => {
  expect(mappedModules(MAPS)).toEqual(['/home/a user/cache/haswell-00ff/libggml-cpu-haswell.so'])
})

it('finds every other module too', () => {
  const other = '7f1500000000-7f1500001000 r--p 00000000 fe:01 79    /opt/libggml-cpu-skylakex.so'
  expect(mappedModules(MAPS + other)).toContain('/opt/libggml-cpu-skylakex.so')
})

it('finds none where no file is mapped', () => {
  expect(mappedModules('7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0 [libggml-cpu]\n')).toEqual([])
})
