/** Address range, rights, offset, device and inode come before the path; a path may hold blanks. */
const MAPPED_FILE = /^\S+ \S+ \S+ \S+ \d+ +(\/.*)$/

/** llama.cpp's CPU modules, by the name of the file. */
const CPU_MODULE = /\/libggml-cpu[^/]*$/

/**
 * The CPU modules of llama.cpp in the kernel's list of what is mapped into a process (`/proc/self/maps`), each once.
 */
export function mappedModules(maps: string): string[] {
  const paths = maps.split('\n').flatMap((line) => MAPPED_FILE.exec(line)?.[1] ?? [])
  return [...new Set(paths.filter((path) => CPU_MODULE.test(path)))]
}
